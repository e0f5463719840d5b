/* SPDX-License-Identifier: MIT */
#include "inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <slack/options.h>

#include "options.h"
#include "store/store.h"

/*
 * What a person asks of the inbox. It is opened as another process of the app would: what runs is
 * left alone.
 */

enum { GOOD = 0, FAILED = 1, SENSELESS = 2 };

/* Rows that are asked for at a time. */
#define PAGE         100
#define PROBLEM_SIZE 256

static const char usage[] =
    "What is stored and not done: deliveries that wait, and dead letters.\n"
    "\n"
    "usage: slackapp inbox list [--state STATE] [--limit N]   dead (default), queued, running, "
    "done\n"
    "       slackapp inbox show ID           one of them, with its payload\n"
    "       slackapp inbox retry ID | all    attempt dead letters again, at once\n"
    "       slackapp inbox drop ID | all     forget one that waits or is dead; all dead ones\n"
    "       slackapp inbox stats             how many there are, and how old the oldest is\n"
    "\n"
    "The store is --store URL, else SLACK_STORE, else a .env file's, else sqlite:slackapp.db. An "
    "app\n"
    "that runs beside this is not disturbed; it begins what is retried within two seconds.\n";

static const char *const state_names[] = {"queued", "running", "done", "dead"};

/* ---- a store for one command ---- */

typedef struct desk {
    uv_loop_t loop;
    slack_net_t *net;
    slack_store_t *store;
    slack_store_op_t op;
    slack_store_batch_t batch;
    bool ended;
} desk_t;

static int fail(int status, const char *problem)
{
    fprintf(stderr, "slackapp inbox: %s\n", problem);
    if (status == SENSELESS) fputs("See slackapp inbox --help\n", stderr);
    return status;
}

static void set_flag(void *user_data)
{
    *(bool *)user_data = true;
}

static void wait_for(desk_t *desk, const bool *flag)
{
    while (!*flag && uv_run(&desk->loop, UV_RUN_ONCE)) {
    }
}

/* A store is looked at, not made. */
static bool exists(const char *url)
{
    return strncmp(url, "sqlite:", 7) != 0 || url[7] == '\0' || access(url + 7, F_OK) == 0;
}

static int desk_open(desk_t *desk, const char *url)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    if (strcmp(url, "memory:") == 0)
        return fail(FAILED, "the store \"memory:\" is inside of its app, and nobody else sees it");
    if (!exists(url)) {
        snprintf(error, sizeof error, "there is no store at %.200s", url + 7);
        return fail(FAILED, error);
    }
    if (uv_loop_init(&desk->loop) != 0) return fail(FAILED, "cannot make a loop");
    int rc = slack__net_new(&desk->net, &desk->loop, &slack__clock_system, NULL);
    if (rc == 0) rc = slack__store_open(&desk->store, desk->net, url, error);
    if (rc == 0) return GOOD;
    bool closed = false;
    if (desk->net) slack__net_close(desk->net, set_flag, &closed);
    if (desk->net) wait_for(desk, &closed);
    uv_loop_close(&desk->loop);
    return fail(FAILED, *error ? error : slack_strerror(rc));
}

static void desk_close(desk_t *desk)
{
    bool closed = false;
    desk->store->ops->close(desk->store, set_flag, &closed);
    wait_for(desk, &closed);
    closed = false;
    slack__net_close(desk->net, set_flag, &closed);
    wait_for(desk, &closed);
    uv_loop_close(&desk->loop);
}

static void on_done(slack_store_op_t *op)
{
    SLACK_CONTAINER(op, desk_t, op)->ended = true;
}

/* 0, or a message is printed. What a batch holds is freed by the next one. */
static int ask(desk_t *desk, enum slack_store_op_kind kind, int64_t id)
{
    desk->ended = false;
    desk->op =
        (slack_store_op_t){.kind = kind, .row.id = id, .batch = &desk->batch, .done = on_done};
    slack__link_init(&desk->op.link);
    desk->store->ops->submit(desk->store, &desk->op);
    wait_for(desk, &desk->ended);
    return desk->op.status ? fail(FAILED, slack_strerror(desk->op.status)) : GOOD;
}

/* ---- words ---- */

/* "12 s", "5 min", "3 h", "2 d" */
static const char *age(int64_t since_ms, char text[24])
{
    int64_t s = (slack__wall_ms(&slack__clock_system) - since_ms) / 1000;
    if (s < 0) s = 0;
    if (s < 120)
        snprintf(text, 24, "%" PRId64 " s", s);
    else if (s < 120 * 60)
        snprintf(text, 24, "%" PRId64 " min", s / 60);
    else if (s < 48 * 3600)
        snprintf(text, 24, "%" PRId64 " h", s / 3600);
    else
        snprintf(text, 24, "%" PRId64 " d", s / 86400);
    return text;
}

/* Texts come from outside: nothing of them is to reach the terminal as a command. */
static void print_text(slack_slice_t text, bool lines)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const size_t control = slack__control_len(text.ptr + i, text.len - i);
        putchar(control == 0 || (c == '\n' && lines) ? c : ' ');
        if (control > 1) i += control - 1;
    }
}

static void print_field(const char *name, slack_slice_t text)
{
    if (text.len == 0) return;
    printf("%-10s ", name);
    print_text(text, false);
    putchar('\n');
}

static void print_line(const slack_row_t *row)
{
    char text[24];
    printf("%8" PRId64 "  %8s  %2u  ", row->id, age(row->received_ms, text), row->attempt);
    print_text(row->kind, false);
    putchar(' ');
    print_text(row->name, false);
    fputs("  ", stdout);
    print_text(row->error, false);
    putchar('\n');
}

/* ---- commands ---- */

static int list(desk_t *desk, enum slack_row_state state, unsigned limit)
{
    int64_t after = 0;
    unsigned printed = 0;
    while (printed < limit) {
        desk->batch = (slack_store_batch_t){.state = state, .limit = PAGE};
        if (limit - printed < PAGE) desk->batch.limit = limit - printed;
        int rc = ask(desk, SLACK_STORE_LIST, after);
        if (rc != GOOD) return rc;
        size_t count = desk->batch.count;
        if (printed == 0 && count > 0) puts("      id       age  attempts, what, why");
        for (size_t i = 0; i < count; i++) {
            print_line(&desk->batch.rows[i]);
            after = desk->batch.rows[i].id;
        }
        slack__arena_free(desk->batch.arena);
        printed += (unsigned)count;
        if (count == 0) break;
    }
    if (printed == 0) printf("nothing is %s\n", state_names[state]);
    return GOOD;
}

static int show(desk_t *desk, int64_t id)
{
    desk->batch = (slack_store_batch_t){.one = true};
    int rc = ask(desk, SLACK_STORE_LIST, id);
    if (rc != GOOD) return rc;
    if (desk->batch.count == 0) return fail(FAILED, "there is none of that id");
    const slack_row_t *row = &desk->batch.rows[0];
    char text[24];
    printf("%-10s %" PRId64 "\n%-10s %s\n%-10s %s ago\n%-10s %u\n", "id", row->id, "state",
           state_names[row->state], "arrived", age(row->received_ms, text), "attempts",
           row->attempt);
    print_field("kind", row->kind);
    print_field("name", row->name);
    print_field("key", row->key);
    print_field("transport", row->transport);
    if (row->retry_num) printf("%-10s %d\n", "retry_num", row->retry_num);
    print_field("reason", row->retry_reason);
    print_field("tenant", row->tenant);
    print_field("error", row->error);
    print_field("done", row->done);
    if (row->payload.len) {
        putchar('\n');
        print_text(row->payload, true);
        putchar('\n');
    }
    slack__arena_free(desk->batch.arena);
    return GOOD;
}

/* All are changed a few at a time: the app's deliveries go in between. */
#define CHANGE_ROWS 500

/* The oldest first and no more than there are now: what fails again meanwhile is another one. */
static int change_all(desk_t *desk, enum slack_store_op_kind kind, size_t *ret_changed)
{
    desk->batch = (slack_store_batch_t){0};
    int rc = ask(desk, SLACK_STORE_STATS, 0);
    uint64_t left = desk->batch.counts[SLACK_ROW_DEAD];
    while (rc == GOOD && left > 0) {
        desk->batch =
            (slack_store_batch_t){.limit = left < CHANGE_ROWS ? (unsigned)left : CHANGE_ROWS};
        rc = ask(desk, kind, 0);
        if (rc != GOOD || desk->batch.count == 0) break;
        *ret_changed += desk->batch.count;
        left -= desk->batch.count;
    }
    return rc;
}

static int change_one(desk_t *desk, enum slack_store_op_kind kind, int64_t id, size_t *ret_changed)
{
    desk->batch = (slack_store_batch_t){.limit = 1};
    int rc = ask(desk, kind, id);
    *ret_changed = desk->batch.count;
    return rc;
}

static int change(desk_t *desk, enum slack_store_op_kind kind, int64_t id)
{
    size_t changed = 0;
    int rc = id ? change_one(desk, kind, id, &changed) : change_all(desk, kind, &changed);
    if (rc != GOOD) return rc;
    if (id != 0 && changed == 0)
        return fail(FAILED, kind == SLACK_STORE_RETRY ? "no dead letter has that id"
                                                      : "nothing of that id waits or is dead");
    printf("%zu %s\n", changed, kind == SLACK_STORE_RETRY ? "queued again" : "dropped");
    return GOOD;
}

static int stats(desk_t *desk)
{
    static const char *const words[] = {"waiting", "running", "done", "dead"};
    desk->batch = (slack_store_batch_t){0};
    int rc = ask(desk, SLACK_STORE_STATS, 0);
    if (rc != GOOD) return rc;
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        char text[24];
        printf("%-8s %10" PRIu64, words[s], desk->batch.counts[s]);
        if (desk->batch.counts[s] > 0)
            printf("   the oldest: %s", age(desk->batch.oldest_ms[s], text));
        putchar('\n');
    }
    return GOOD;
}

/* ---- the command line ---- */

typedef struct request {
    const struct command *command;
    const char *store;
    enum slack_row_state state;
    unsigned limit;
    int64_t id; /* 0: all */
    bool help;
} request_t;

static int run_list(desk_t *desk, const request_t *r)
{
    return list(desk, r->state, r->limit);
}

static int run_show(desk_t *desk, const request_t *r)
{
    return show(desk, r->id);
}

static int run_retry(desk_t *desk, const request_t *r)
{
    return change(desk, SLACK_STORE_RETRY, r->id);
}

static int run_drop(desk_t *desk, const request_t *r)
{
    return change(desk, SLACK_STORE_DROP, r->id);
}

static int run_stats(desk_t *desk, const request_t *r)
{
    (void)r;
    return stats(desk);
}

static const struct command {
    const char *name, *takes; /* what has to follow; NULL: nothing */
    int (*run)(desk_t *desk, const request_t *r);
    bool all; /* instead of an id */
} commands[] = {
    {"list", NULL, run_list, false},
    {"show", "an id", run_show, false},
    {"retry", "an id, or all", run_retry, true},
    {"drop", "an id, or all", run_drop, true},
    {"stats", NULL, run_stats, false},
};

static bool read_command(const char *name, const struct command **ret, char *problem)
{
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) {
            *ret = &commands[i];
            return true;
        }
    snprintf(problem, PROBLEM_SIZE,
             name ? "there is no command \"%.100s\"" : "say what is to be done", name);
    return false;
}

static bool read_state(const char *name, enum slack_row_state *ret, char *problem)
{
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        if (strcmp(name, state_names[s]) == 0) {
            *ret = (enum slack_row_state)s;
            return true;
        }
    snprintf(problem, PROBLEM_SIZE, "--state takes queued, running, done or dead, not \"%.100s\"",
             name);
    return false;
}

/* What stands behind the command. */
static bool read_id(const struct command *command, int count, const char **words, int64_t *ret,
                    char *problem)
{
    uint64_t id = 0;
    if (count == (command->takes != NULL)) {
        if (count == 0 || (command->all && strcmp(words[0], "all") == 0)) return true;
        *ret = slack__parse_u64(slack__slice(words[0]), INT64_MAX, &id) ? (int64_t)id : 0;
        if (*ret != 0) return true;
    }
    snprintf(problem, PROBLEM_SIZE, "%s takes %s", command->name,
             command->takes ? command->takes : "options only");
    return false;
}

static bool read_request(int argc, const char **argv, request_t *ret, char *problem)
{
    const char *state = "dead", *limit = "50";
    const cli_option_t table[] = {
        {"--store", &ret->store, NULL}, {"--state", &state, NULL}, {"--limit", &limit, NULL},
        {"--help", NULL, &ret->help},   {NULL, NULL, NULL},
    };
    int count = cli_options_read(argc, argv, table, problem);
    if (count < 0 || ret->help) return count >= 0;
    return read_command(count > 0 ? argv[0] : NULL, &ret->command, problem) &&
           read_id(ret->command, count - 1, argv + 1, &ret->id, problem) &&
           read_state(state, &ret->state, problem) &&
           cli_options_number("--limit", limit, 1000000, &ret->limit, problem);
}

int inbox_cli(int argc, const char **argv)
{
    request_t request = {0};
    char problem[PROBLEM_SIZE];
    if (!read_request(argc, argv, &request, problem)) return fail(SENSELESS, problem);
    if (request.help) {
        fputs(usage, stdout);
        return GOOD;
    }
    char error[SLACK_ERROR_TEXT_MAX];
    slack_options_t options = {.store = request.store};
    if (slack_options_from_env(&options, error) != 0) return fail(FAILED, error);
    desk_t desk = {0};
    int status = desk_open(&desk, options.store ? options.store : "sqlite:slackapp.db");
    slack_options_done(&options);
    if (status != GOOD) return status;
    status = request.command->run(&desk, &request);
    desk_close(&desk);
    return status;
}
