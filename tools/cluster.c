/* SPDX-License-Identifier: MIT */
#include "cluster.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/options.h"
#include "cli/cli_session.h"
#include "cluster_print.h"
#include "cli/command_line.h"
#include "cli/terminal.h"

/* Only reads: the command claims no row, and has no entry of a process. */

#define PAGE_ENTRIES 100
/* Of a look. */
#define VIEW_BYTES ((size_t)64 << 20)

enum { HEALTHY = CLI_OK, LOOK_AT = 1, CANNOT_LOOK = 2 };

static const char usage[] =
    "Shows the processes that share a store: their roles, their connections, and the\n"
    "rows that wait.\n"
    "\n"
    "usage: slackapp cluster [OPTION…]\n"
    "\n"
    "  --json             one line of JSON in place of the table\n"
    "  --max-lag SECONDS  for how long a row may be due before it is a problem\n"
    "                     (default 60)\n"
    "  --watch [SECONDS]  look again and again, every 2 seconds; Ctrl-C ends it\n"
    "  --store URL        the store, such as sqlite:bot.db or postgres://host/name\n"
    "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp cluster\n"
    "  slackapp cluster --watch 10\n"
    "  slackapp cluster --json --max-lag 300 --store postgres://db.example.com/bot\n"
    "\n"
    "Exit status:\n"
    "  0  all is well\n"
    "  1  there is something to look at, which the last lines say\n"
    "  2  the command cannot look, or its words are wrong\n";

typedef struct request {
    const char *store;
    unsigned max_lag_s, every_s;
    bool json, watch, help;
} request_t;

static int cluster_fail(const char *problem)
{
    cli_fail("cluster", CLI_FAILED, problem);
    return CANNOT_LOOK;
}

/* Adds all entries whose keys begin with the prefix. 0 or a status. */
static int add_entries(cli_session_t *session, cluster_view_t *view, slack_slice_t prefix)
{
    slack_slice_t after = {"", 0};
    for (;;) {
        slack_store_batch_t batch = {.limit = PAGE_ENTRIES};
        slack_store_op_t op = {
            .kind = SLACK_STORE_KV_LIST, .row = slack__kv_page(prefix, after), .batch = &batch};
        int rc = cli_session_run(session, &op);
        if (rc != 0 || batch.count == 0) return rc;
        for (size_t i = 0; rc == 0 && i < batch.count; i++) {
            const slack_kv_entry_t entry = slack__kv_from_row(&batch.rows[i]);
            if (!cluster_view_add(view, &entry)) rc = SLACK_ENOMEM;
            after = entry.key;
        }
        const char *key = slack__arena_strndup(view->arena, after.ptr, after.len);
        after.ptr = key;
        slack__arena_free(batch.arena);
        if (rc != 0 || key == NULL) return rc ? rc : SLACK_ENOMEM;
    }
}

static int gather(cli_session_t *session, cluster_view_t *view)
{
    slack_store_op_t op = {.kind = SLACK_STORE_STATS, .batch = &view->counts};
    view->now_ms = slack__wall_ms(&slack__clock_system);
    int rc = add_entries(session, view, SLACK_SLICE("process/"));
    if (rc == 0) rc = add_entries(session, view, SLACK_SLICE("socket/"));
    return rc ? rc : cli_session_run(session, &op);
}

/* One look. The exit status. */
static int look(cli_session_t *session, const request_t *request)
{
    cluster_view_t view = {.arena = slack__arena_new(0, VIEW_BYTES)};
    if (view.arena == NULL) return cluster_fail("memory is out");
    int rc = gather(session, &view);
    if (rc == 0) {
        cluster_view_judge(&view, (int64_t)request->max_lag_s * 1000);
        if (request->watch && !request->json) cli_clear_screen(stdout);
        rc = request->json ? cluster_print_json(&view) : cluster_print_text(&view);
        fflush(stdout);
    }
    const int status = view.problem_count == 0 ? HEALTHY : LOOK_AT;
    slack__arena_free(view.arena);
    return rc == 0 ? status : cluster_fail(slack_strerror(rc));
}

static int look_again_and_again(cli_session_t *session, const request_t *request)
{
    cli_signals_catch();
    int status = look(session, request);
    while (request->watch && !cli_signals_caught()) {
        sleep(request->every_s); /* a signal ends it */
        if (!cli_signals_caught()) status = look(session, request);
    }
    return status;
}

static bool read_request(int argc, const char **argv, request_t *ret, char *problem)
{
    const char *max_lag = "60";
    const cli_option_t table[] = {{"--store", &ret->store, NULL}, {"--json", NULL, &ret->json},
                                  {"--max-lag", &max_lag, NULL},  {"--watch", NULL, &ret->watch},
                                  {"--help", NULL, &ret->help},   {NULL, NULL, NULL}};
    const int count = cli_options_read(argc, argv, table, problem);
    if (count < 0 || ret->help) return count >= 0;
    if (count > (ret->watch ? 1 : 0)) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cluster takes options only");
        return false;
    }
    return cli_options_number("--max-lag", max_lag, 1000000000, &ret->max_lag_s, problem) &&
           cli_options_number("--watch", count ? argv[0] : "2", 86400, &ret->every_s, problem);
}

int cluster_command(int argc, const char **argv)
{
    request_t request = {.store = NULL};
    char problem[CLI_PROBLEM_SIZE], error[SLACK_ERROR_TEXT_MAX];
    if (!read_request(argc, argv, &request, problem))
        return cli_fail("cluster", CLI_USAGE, problem);
    if (request.help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    slack_options_t options = {.store = request.store};
    if (slack_options_from_env(&options, error) != 0) return cluster_fail(error);
    cli_session_t session;
    store_place_t place;
    int status = store_place_find(&place, "cluster", request.store, options.store);
    if (status == CLI_OK) status = cli_session_open(&session, "cluster", &place, NULL);
    slack_options_done(&options);
    if (status != CLI_OK) return CANNOT_LOOK;
    status = look_again_and_again(&session, &request);
    cli_session_close(&session);
    return status;
}
