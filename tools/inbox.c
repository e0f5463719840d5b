/* SPDX-License-Identifier: MIT */
#include "inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "cli/subcommand.h"
#include "queue/attempts.h"
#include "cli/cli_session.h"

/* The command opens the store as another process of the app would: it never touches running rows.
 */

/* Rows in one list operation. */
#define LIST_ROWS 100
/* Rows in one retry or drop operation, so that the app's deliveries run in between. */
#define CHANGE_ROWS 500
/* After how many rows a line says how far a retry or a drop of all is. */
#define PROGRESS_ROWS 10000

#define EXIT_STATUS                                                                                \
    "Exit status:\n"                                                                               \
    "  0  the command has done it\n"                                                               \
    "  1  it has failed, or was interrupted\n"                                                     \
    "  2  its words are wrong\n"

static const char usage[] =
    "Stored events, jobs and requests: those that wait, and dead letters.\n"
    "\n"
    "usage: slackapp inbox COMMAND [OPTION…]\n"
    "\n"
    "Commands:\n"
    "  list     list dead letters, or those that are waiting, running or done\n"
    "  show     show one of them, with its payload\n"
    "  retry    attempt dead letters again, at once\n"
    "  drop     delete one that waits or is dead, or all dead letters\n"
    "  stats    count them, and show the age of the oldest\n"
    "\n"
    "A request that a handler stores has the kind call. \"app\" is whose rows they\n"
    "are: an app's id, or the workspace and the bot. The command opens the store as\n"
    "another process of the app would, and never changes a row that runs.\n"
    "\n"
    "Examples:\n"
    "  slackapp inbox list\n"
    "  slackapp inbox retry all\n"
    "  slackapp inbox stats --store postgres://db.example.com/bot\n"
    "\n" EXIT_STATUS;

static const char list_usage[] =
    "Lists dead letters, or stored deliveries of another state, the oldest first.\n"
    "\n"
    "usage: slackapp inbox list [OPTION…]\n"
    "\n"
    "  --state waiting|running|done|dead\n"
    "               those of this state (default dead)\n"
    "  --limit N    at most N of them (default 50)\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp inbox list\n"
    "  slackapp inbox list --state waiting --limit 500\n"
    "\n" EXIT_STATUS;

static const char show_usage[] =
    "Shows a stored delivery: its state, its attempts, its failure and its payload.\n"
    "\n"
    "usage: slackapp inbox show [OPTION…] ID\n"
    "\n"
    "  ID           its number, as slackapp inbox list prints it\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp inbox show 42\n"
    "  slackapp inbox show 42 --store sqlite:/var/lib/bot/bot.db\n"
    "\n" EXIT_STATUS;

static const char retry_usage[] =
    "Lets dead letters be attempted again, at once.\n"
    "\n"
    "usage: slackapp inbox retry [OPTION…] ID|all\n"
    "\n"
    "  ID           its number, as slackapp inbox list prints it\n"
    "  all          all that are dead when the command begins\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "An app begins a retried delivery within two seconds. After Ctrl-C, the command\n"
    "ends with the deliveries that it has changed.\n"
    "\n"
    "Examples:\n"
    "  slackapp inbox retry 42\n"
    "  slackapp inbox retry all\n"
    "\n" EXIT_STATUS;

static const char drop_usage[] =
    "Deletes a delivery that waits or is dead, or all dead letters.\n"
    "\n"
    "usage: slackapp inbox drop [OPTION…] ID|all\n"
    "\n"
    "  ID           its number, as slackapp inbox list prints it\n"
    "  all          all that are dead when the command begins\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "After Ctrl-C, the command ends with the deliveries that it has deleted.\n"
    "\n"
    "Examples:\n"
    "  slackapp inbox drop 42\n"
    "  slackapp inbox drop all\n"
    "\n" EXIT_STATUS;

static const char stats_usage[] =
    "Counts the stored deliveries of each state, and shows the age of the oldest.\n"
    "\n"
    "usage: slackapp inbox stats [OPTION…]\n"
    "\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp inbox stats\n"
    "  slackapp inbox stats --store sqlite:bot.db\n"
    "\n" EXIT_STATUS;

static const char *const state_names[] = {"waiting", "running", "done", "dead"};

static int inbox_fail(int status, const char *problem)
{
    return cli_fail("inbox", status, problem);
}

/* --- an open store, for one command --- */

typedef struct session {
    cli_session_t open;
    slack_store_batch_t batch;
} session_t;

/* Run one operation on session->batch. Prints a failure. */
static int session_run(session_t *session, enum slack_store_op_kind kind, int64_t id)
{
    slack_store_op_t op = {.kind = kind, .row.id = id, .batch = &session->batch};
    const int rc = cli_session_run(&session->open, &op);
    return rc ? inbox_fail(CLI_FAILED, slack_strerror(rc)) : CLI_OK;
}

/* --- output --- */

static const char *age(int64_t since_ms, char text[CLI_DURATION_SIZE])
{
    return cli_duration(slack__wall_ms(&slack__clock_system) - since_ms, text);
}

static const char *due_in(int64_t due_ms, char text[CLI_DURATION_SIZE])
{
    const int64_t ms = due_ms - slack__wall_ms(&slack__clock_system);
    if (due_ms == SLACK_ROW_BEHIND) return "behind";
    return ms > 0 ? cli_duration(ms, text) : "now";
}

/* "about 250000" for a count that may be an estimate. */
#define COUNT_SIZE 32
static const char *count_text(uint64_t count, char text[COUNT_SIZE])
{
    snprintf(text, COUNT_SIZE, "%s%" PRIu64, count > SLACK_STORE_COUNT_MAX ? "about " : "", count);
    return text;
}

/* --- commands --- */

typedef struct request {
    const struct command *command;
    const char *store;
    enum slack_row_state state;
    unsigned limit;
    int64_t id;
    bool all;
    bool help;
} request_t;

static const char *list_head(enum slack_row_state state)
{
    return state == SLACK_ROW_QUEUED
               ? "      id       age     due in  attempts, app, what, key, why"
               : "      id       age  attempts, app, what, key, why";
}

/* A text between two columns that have no width; "-" for an empty one. */
static void print_cell(slack_slice_t text)
{
    cli_put(stdout, text.len ? text : SLACK_SLICE("-"));
    fputs("  ", stdout);
}

static void print_row(const slack_row_t *row)
{
    char text[CLI_DURATION_SIZE];
    printf("%8" PRId64 "  %8s  ", row->id, age(row->received_ms, text));
    if (row->state == SLACK_ROW_QUEUED) printf("%9s  ", due_in(row->due_ms, text));
    printf("%2u  ", row->attempt);
    print_cell(row->app);
    cli_put(stdout, row->kind);
    putchar(' ');
    print_cell(row->name);
    print_cell(row->key);
    cli_put(stdout, row->error);
    putchar('\n');
}

static int list_rows(session_t *session, const request_t *request)
{
    int64_t from = INT64_MIN; /* another program may have written any id */
    unsigned printed = 0;
    bool more = true;
    while (more && printed < request->limit) {
        unsigned left = request->limit - printed;
        session->batch = (slack_store_batch_t){.state = request->state,
                                               .limit = left < LIST_ROWS ? left : LIST_ROWS};
        int rc = session_run(session, SLACK_STORE_LIST, from);
        if (rc != CLI_OK) return rc;
        size_t count = session->batch.count;
        if (printed == 0 && count > 0) puts(list_head(request->state));
        for (size_t i = 0; i < count; i++) {
            const slack_row_t *row = &session->batch.rows[i];
            print_row(row);
            more = row->id < INT64_MAX;
            if (more) from = row->id + 1;
        }
        slack__arena_free(session->batch.arena);
        printed += (unsigned)count;
        if (count == 0) break;
    }
    if (printed == 0) printf("nothing is %s\n", state_names[request->state]);
    return CLI_OK;
}

static int show_row(session_t *session, const request_t *request)
{
    session->batch = (slack_store_batch_t){.one = true};
    int rc = session_run(session, SLACK_STORE_LIST, request->id);
    if (rc != CLI_OK) return rc;
    if (session->batch.count == 0) return inbox_fail(CLI_FAILED, "no delivery has that id");
    const slack_row_t *row = &session->batch.rows[0];
    char text[CLI_DURATION_SIZE], when[CLI_DATE_SIZE];
    printf("%-10s %" PRId64 "\n%-10s %s\n%-10s %s ago\n%-10s %u\n", "id", row->id, "state",
           state_names[row->state], "arrived", age(row->received_ms, text), "attempts",
           row->attempt);
    if (row->planned_ms) printf("%-10s %s\n", "due", cli_date(row->planned_ms, when));
    const bool behind = row->due_ms == SLACK_ROW_BEHIND;
    if (row->state == SLACK_ROW_QUEUED && row->due_ms != row->planned_ms)
        printf("%-10s %s\n", "next",
               behind ? "after the rows before it in its order" : cli_date(row->due_ms, when));
    cli_field("order", row->order);
    cli_field("app", row->app);
    cli_field("kind", row->kind);
    cli_field("name", row->name);
    cli_field("key", row->key);
    cli_field("transport", row->transport);
    if (row->retry_num) printf("%-10s %d\n", "retry_num", row->retry_num);
    cli_field("reason", row->retry_reason);
    cli_field("tenant", row->tenant);
    cli_field("error", row->error);
    slack_slice_t done; /* behind the tally, the names of listeners; of a call, no names */
    slack__tally_read(row->done, &done);
    if (!slack__slice_eq(row->kind, SLACK_SLICE("call"))) cli_field("done", done);
    if (row->damaged)
        cli_field("damaged", SLACK_SLICE("a value is not as it was stored: restore the store from "
                                         "a copy, or drop the delivery"));
    if (row->payload.len) {
        putchar('\n');
        cli_put(stdout, row->payload);
        putchar('\n');
    }
    slack__arena_free(session->batch.arena);
    return CLI_OK;
}

/* Rows that fail again meanwhile are left alone. */
static int change_all(session_t *session, enum slack_store_op_kind kind, size_t *ret_changed)
{
    const int64_t begun_ms = slack__wall_ms(&slack__clock_system);
    char dead[COUNT_SIZE];
    session->batch = (slack_store_batch_t){0};
    int rc = session_run(session, SLACK_STORE_STATS, 0);
    count_text(session->batch.counts[SLACK_ROW_DEAD], dead);
    cli_signals_catch();
    while (rc == CLI_OK) {
        const size_t before = *ret_changed / PROGRESS_ROWS;
        session->batch = (slack_store_batch_t){.limit = CHANGE_ROWS, .now_ms = begun_ms};
        rc = session_run(session, kind, 0);
        if (rc != CLI_OK || session->batch.count == 0) break;
        *ret_changed += session->batch.count;
        if (*ret_changed / PROGRESS_ROWS > before)
            fprintf(stderr, "%zu of %s\n", *ret_changed, dead);
        if (cli_signals_caught())
            rc = inbox_fail(CLI_FAILED, "interrupted: run the command again for the others");
    }
    return rc;
}

static int change_rows(session_t *session, enum slack_store_op_kind kind, const request_t *request)
{
    bool retry = kind == SLACK_STORE_RETRY;
    size_t changed = 0;
    int rc;
    if (request->all) {
        rc = change_all(session, kind, &changed);
    } else {
        session->batch = (slack_store_batch_t){.one = true};
        rc = session_run(session, kind, request->id);
        changed = session->batch.count;
    }
    if (rc == CLI_OK && !request->all && changed == 0)
        return inbox_fail(CLI_FAILED, retry ? "no dead letter has that id"
                                            : "no delivery with that id waits or is dead");
    if (rc == CLI_OK || changed > 0)
        printf("%zu %s\n", changed, retry ? "queued again" : "dropped");
    return rc;
}

static int retry_rows(session_t *session, const request_t *request)
{
    return change_rows(session, SLACK_STORE_RETRY, request);
}

static int drop_rows(session_t *session, const request_t *request)
{
    return change_rows(session, SLACK_STORE_DROP, request);
}

static int print_stats(session_t *session, const request_t *request)
{
    (void)request;
    session->batch = (slack_store_batch_t){0};
    int rc = session_run(session, SLACK_STORE_STATS, 0);
    if (rc != CLI_OK) return rc;
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        char text[CLI_DURATION_SIZE], count[COUNT_SIZE];
        printf("%-8s %10s", state_names[s], count_text(session->batch.counts[s], count));
        if (session->batch.counts[s] > 0)
            printf("   the oldest: %s", age(session->batch.oldest_ms[s], text));
        putchar('\n');
    }
    if (session->batch.stateless > 0)
        printf("damaged  %10" PRIu64 "   the first has the id %" PRId64
               ": see `slackapp inbox show`, then drop it\n",
               session->batch.stateless, session->batch.stateless_id);
    return CLI_OK;
}

/* --- the command line --- */

static const struct command {
    cli_subcommand_t cli;
    const char *argument; /* in words; NULL: takes none */
    int (*run)(session_t *session, const request_t *request);
    bool takes_all; /* instead of an id */
} commands[] = {
    {{"list", "--state,--limit,--store", list_usage}, NULL, list_rows, false},
    {{"show", "--store", show_usage}, "an ID, which slackapp inbox list prints", show_row, false},
    {{"retry", "--store", retry_usage}, "an ID, or all", retry_rows, true},
    {{"drop", "--store", drop_usage}, "an ID, or all", drop_rows, true},
    {{"stats", "--store", stats_usage}, NULL, print_stats, false},
    {.cli.name = NULL},
};

static bool read_state(const char *name, enum slack_row_state *ret, char *problem)
{
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        if (strcmp(name, state_names[s]) == 0) {
            *ret = (enum slack_row_state)s;
            return true;
        }
    snprintf(problem, CLI_PROBLEM_SIZE,
             "--state takes waiting, running, done or dead, not \"%.100s\"", name);
    return false;
}

/* The arguments behind the command: none, an id, or "all". */
static bool read_id(request_t *request, int count, const char **words, char *problem)
{
    const struct command *command = request->command;
    uint64_t id = 0;
    if (count == (command->argument != NULL)) {
        if (count == 0) return true;
        request->all = command->takes_all && strcmp(words[0], "all") == 0;
        if (request->all) return true;
        const bool minus = *words[0] == '-'; /* of a damaged row */
        const uint64_t most = (uint64_t)INT64_MAX + minus;
        if (slack__parse_u64(slack__slice(words[0] + minus), most, &id)) {
            request->id = (int64_t)(minus ? 0 - id : id);
            return true;
        }
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "%s takes %s", command->cli.name,
             command->argument ? command->argument : "options only");
    return false;
}

static bool read_request(int argc, const char **argv, request_t *ret, char *problem)
{
    const char *state = "dead", *limit = "50";
    const cli_option_t table[] = {
        {"--store", &ret->store, NULL}, {"--state", &state, NULL}, {"--limit", &limit, NULL},
        {"--help", NULL, &ret->help},   {NULL, NULL, NULL},
    };
    const cli_subcommand_t *row;
    const int count =
        cli_subcommand_read(argc, argv, commands, sizeof *commands, table, &row, problem);
    ret->command = (const struct command *)row;
    if (count < 0 || ret->help) return count >= 0;
    return read_id(ret, count, argv + 1, problem) && read_state(state, &ret->state, problem) &&
           cli_options_number("--limit", limit, 1000000, &ret->limit, problem);
}

int inbox_command(int argc, const char **argv)
{
    request_t request = {0};
    char problem[CLI_PROBLEM_SIZE], error[SLACK_ERROR_TEXT_MAX];
    if (!read_request(argc, argv, &request, problem))
        return cli_subcommand_fail("inbox", request.command ? &request.command->cli : NULL,
                                   CLI_USAGE, problem);
    if (request.help) {
        fputs(request.command ? request.command->cli.usage : usage, stdout);
        return CLI_OK;
    }
    slack_options_t options = {.store = request.store};
    if (slack_options_from_env(&options, error) != 0) return inbox_fail(CLI_FAILED, error);
    session_t session = {0};
    store_place_t place;
    int status = store_place_find(&place, "inbox", request.store, options.store);
    if (status == CLI_OK) status = cli_session_open(&session.open, "inbox", &place, NULL);
    slack_options_done(&options);
    if (status != CLI_OK) return status;
    status = request.command->run(&session, &request);
    cli_session_close(&session.open);
    return status;
}
