/* SPDX-License-Identifier: MIT */
#include "catch_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slack/api/auth.h>

#include "app/options.h"
#include "cli/command_line.h"
#include "cli/cli_session.h"
#include "transport_history/round.h"
#include "util/json.h"
#include "webapi/response.h"

/* Does what a start of the app would do, but delivers nothing and saves no cursor. */

static const char usage[] =
    "Shows how far an app has read its channels, and what it has missed.\n"
    "\n"
    "usage: slackapp catch-up --dry-run [OPTION…]\n"
    "\n"
    "  --dry-run              count the messages only: the app itself catches up\n"
    "  --channels member|IDS  those that the bot is a member of, or these, separated\n"
    "                         by commas (default: SLACK_CATCH_UP, else member)\n"
    "  --store URL            the store, such as sqlite:bot.db\n"
    "\n"
    "The command reads the channels as a start of the app would, with\n"
    "SLACK_BOT_TOKEN, and counts the messages that it would deliver. It delivers\n"
    "nothing, and the store stays as it is.\n"
    "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp catch-up --dry-run\n"
    "  slackapp catch-up --dry-run --channels C0123456789,C9876543210\n"
    "\n"
    "Exit status:\n"
    "  0  the command has done it\n"
    "  1  it has failed\n"
    "  2  its words are wrong\n";

typedef struct dry_run {
    cli_session_t open;
    slack_client_t client;
    slack_options_t options;
    char app[128];              /* the app's name for its rows */
    char bot_user[32], bot[32]; /* the ids of the bot */
    slack_round_t round;
    bool opened; /* the round */
    size_t channels, messages;
    bool over;
    int status;
} dry_run_t;

static int run_fail(const char *problem)
{
    return cli_fail("catch-up", CLI_FAILED, problem);
}

static void run_end(dry_run_t *run, int status)
{
    run->over = true;
    run->status = status;
}

/* ---- the round ---- */

/* The app drops the bot's own messages. */
static bool is_own(const dry_run_t *run, const slack_missed_t *missed)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *message = NULL;
    bool own = false;
    if (arena && slack__json_parse(arena, missed->json, missed->len, &message, NULL) == 0)
        own = strcmp(slack_json_str(message, "user"), run->bot_user) == 0 ||
              strcmp(slack_json_str(message, "bot_id"), run->bot) == 0;
    slack__arena_free(arena);
    return own;
}

static void print_channel(const slack_walk_t *walk, size_t missed, bool more)
{
    char when[32] = "?";
    const time_t seconds = (time_t)strtoll(walk->from, NULL, 10); /* for people only */
    struct tm tm;
    if (gmtime_r(&seconds, &tm)) strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &tm);
    cli_printf("%-16s %-15s read up to %s: %zu%s missed, %zu threads\n", walk->channel->id,
               slack__channel_types[walk->channel->type].type, when, missed, more ? "+" : "",
               walk->thread_count);
}

static void round_gathered(slack_round_t *round)
{
    dry_run_t *run = SLACK_CONTAINER(round, dry_run_t, round);
    slack_gather_t *gather = &round->walk.gather;
    const bool more = *gather->cut || gather->left_out > 0;
    size_t missed = 0;
    for (; slack__gather_first(gather); slack__gather_shift(gather))
        missed += !is_own(run, slack__gather_first(gather));
    print_channel(&round->walk, missed, more);
    run->channels++;
    run->messages += missed;
    slack__gather_reset(gather); /* what was cut off would follow once these were delivered */
    slack__round_next(round);
}

static void round_ended(slack_round_t *round, bool failed)
{
    run_end(SLACK_CONTAINER(round, dry_run_t, round), failed ? CLI_FAILED : CLI_OK);
}

static void cursors_idle(slack_cursor_store_t *store, int status)
{
    slack__round_loaded(SLACK_CONTAINER(store, slack_round_t, cursors), status);
}

static void round_begin(dry_run_t *run)
{
    static const slack_round_events_t events = {round_gathered, round_ended};
    const int64_t hour_ms = (int64_t)3600 * 1000;
    const slack_options_t *o = &run->options;
    const unsigned thread_hours =
        o->catch_up_thread_hours > o->catch_up_hours ? o->catch_up_thread_hours : o->catch_up_hours;
    slack_round_t *round = &run->round;
    round->events = &events;
    round->net = run->open.net;
    round->client = round->walk.client = &run->client;
    round->wanted = o->catch_up;
    round->cursors.store = run->open.store;
    round->cursors.app = run->app;
    round->cursors.idle = cursors_idle;
    round->cursors.read_only = true;
    round->walk.options = (slack_walk_options_t){o->catch_up_hours * hour_ms,
                                                 thread_hours * hour_ms, o->catch_up_messages};
    run->opened = true;
    if (slack__round_init(round) == 0)
        slack__round_begin(round);
    else
        run_end(run, run_fail("memory is out"));
}

/* The name is made as in the app: see identity.h. */
static void got_identity(const slack_response_t *response, void *user_data)
{
    dry_run_t *run = user_data;
    if (run->over) return;
    if (slack_response_status(response) != 0) {
        char problem[CLI_PROBLEM_SIZE];
        slack_arena_t *arena = slack__arena_new(0, 0);
        snprintf(problem, sizeof problem, "auth.test: %.200s",
                 arena ? slack__response_why(response, arena) : slack_response_error(response));
        slack__arena_free(arena);
        run_end(run, run_fail(problem));
        return;
    }
    const char *bot = slack_response_str(response, "bot_id");
    snprintf(run->bot, sizeof run->bot, "%s", *bot ? bot : "-");
    snprintf(run->bot_user, sizeof run->bot_user, "%s", slack_response_str(response, "user_id"));
    if (run->options.app_id)
        snprintf(run->app, sizeof run->app, "%s", run->options.app_id);
    else
        snprintf(run->app, sizeof run->app, "%s/%s", slack_response_str(response, "team_id"),
                 *bot ? bot : slack_response_str(response, "user_id"));
    round_begin(run);
}

/* ---- the parts ---- */

static void run_close(dry_run_t *run)
{
    if (run->opened) slack__round_stop(&run->round);
    cli_session_close(&run->open);
    if (run->opened) slack__round_done(&run->round);
}

static int run_print(dry_run_t *run, const store_place_t *place)
{
    run->status = cli_session_open(&run->open, "catch-up", place, &run->options);
    if (run->status != CLI_OK) return run->status;
    run->client = (slack_client_t){
        .webapi = run->open.webapi, .log = &run->open.log, .token = run->options.bot_token};
    if (slack_call(&run->client, slack_auth_test(), got_identity, run) == 0)
        cli_session_wait(&run->open, &run->over);
    else
        run->status = run_fail("memory is out: auth.test cannot be called");
    const bool first = run->opened && run->round.mark && run->round.mark->cursor.dirty;
    if (run->status == CLI_OK)
        printf("%zu channels, %zu missed messages. %s\n", run->channels, run->messages,
               first ? "The store has no cursors: the first start of the app begins now."
                     : "Those that have arrived already do not run again.");
    run_close(run);
    return run->status;
}

/* The options of an app, and the place of its store. */
static int read_options(slack_options_t *ret, const char *channels, const char *store,
                        store_place_t *ret_place)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_options_t given = {.catch_up = channels, .transport = "memory"};
    if (slack_options_from_env(&given, error) != 0) return run_fail(error);
    slack_options_t wanted = given;
    if (wanted.catch_up == NULL) wanted.catch_up = "member";
    const char *name = channels ? "--channels" : "SLACK_CATCH_UP";
    int status = slack__catch_up_check(name, wanted.catch_up, error) == 0 &&
                         slack__options_resolve(ret, &wanted, false, error) == 0 &&
                         slack__options_need_token(ret, error) == 0
                     ? CLI_OK
                     : run_fail(error);
    if (status == CLI_OK) status = store_place_find(ret_place, "catch-up", store, given.store);
    slack_options_done(&given);
    return status;
}

int catch_up_command(int argc, const char **argv)
{
    dry_run_t run = {.status = CLI_OK};
    bool help = false, dry = false;
    const char *store = NULL, *channels = NULL;
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t table[] = {{"--help", NULL, &help},
                                  {"--dry-run", NULL, &dry},
                                  {"--store", &store, NULL},
                                  {"--channels", &channels, NULL},
                                  {NULL, NULL, NULL}};
    const int left = cli_options_read(argc, argv, table, problem);
    if (left < 0) return cli_fail("catch-up", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (left > 0 || !dry)
        return cli_fail("catch-up", CLI_USAGE,
                        "the app itself catches up: this command only shows it, with --dry-run");
    store_place_t place;
    int status = read_options(&run.options, channels, store, &place);
    if (status == CLI_OK) status = run_print(&run, &place);
    slack_options_done(&run.options);
    return status;
}
