/* SPDX-License-Identifier: MIT */
/*
 * The life of examples/distributed.c, as its users run it: three workspaces and an organization
 * install it, use it, install it again and remove it. The process ends after each step, and a new
 * one goes on with its store. The tokens live for five seconds, so that most of them have expired
 * when they are used.
 */
#include <stdio.h>
#include <unistd.h>

#include "support/sim_child.h"
#include "support/test.h"

#define KEY       "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#define LINES_MAX 4

static sim_child_t c;
static const char *transport;
static const char *store;
static size_t lines; /* of the transcript so far */

/* What a person does, and its effects. */
static const struct step {
    const char *act;              /* of `slackapp sim`; NULL: a message in `workspace` */
    const char *workspace;        /* its domain */
    const char *lines[LINES_MAX]; /* a part of each line that it adds to the transcript */
    const char *stored; /* a place in the list of installations; with '-', one that is gone */
} steps[] = {
    {"install",
     "simulated",
     {"ann installs the app", "DM with ann  bot: Thank you!"},
     "T0SIM00001"},
    {NULL, "simulated", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {"install --as ben", "simulated2", {"ben installs", "DM with ben  bot: Thank"}, "T0SIM00002"},
    {"install", "simulated3", {"ann installs the app", "DM with ann  bot: Thank"}, "T0SIM00003"},
    {"install", "E0SIM00001", {"in the whole organization", "bot: Thank you!"}, "E0SIM00001"},
    {NULL, "simulated2", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {NULL, "simulated4", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {NULL, "simulated3", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {"install", "simulated2", {"ann installs the app", "DM with ann  bot: Thank"}, "T0SIM00002"},
    {NULL, "simulated2", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {"uninstall", "simulated2", {"uninstalls the app"}, "-T0SIM00002"},
    {NULL, "simulated", {"ann: hello", "#general  bot: Hey there @ann!"}, "T0SIM00001"},
    {"install", "simulated2", {"ann installs the app", "DM with ann  bot: Thank"}, "T0SIM00002"},
    {NULL, "simulated2", {"ann: hello", "#general  bot: Hey there @ann!"}, NULL},
    {"uninstall --organization", NULL, {"uninstalls the app"}, "-E0SIM00001"},
    {NULL, "simulated3", {"ann: hello", "#general  bot: Hey there @ann!"}, "T0SIM00003"},
};

/* ---- programs ---- */

/* The port of the pages: that of the request URL, or the admin port. */
static unsigned page_port(const char *event)
{
    child_until(&c.child, event);
    unsigned port = 0;
    assert_int_equal(sscanf(strstr(strstr(c.child.out, event), " port="), " port=%u", &port), 1);
    return port;
}

/* Starts the bot. Returns the port of its pages. */
static unsigned start(void)
{
    const bool http = strcmp(transport, "http") == 0;
    const sim_oauth_app_t *settings = &c.peer.sim->oauth.app;
    const char *const variables[] = {
        sim_child_text(&c, "SLACK_TRANSPORT=%s", transport),
        sim_child_text(&c, "SLACK_API_URL=%s/api/", c.peer.sim->env.base_url),
        sim_child_text(&c, "SLACK_CLIENT_ID=%s", settings->client_id),
        sim_child_text(&c, "SLACK_CLIENT_SECRET=%s", settings->client_secret),
        sim_child_text(&c, "SLACK_STORE=%s", store),
        "SLACK_STORE_KEY=" KEY,
        "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN,
        "SLACK_SIGNING_SECRET=" SIM_PEER_SECRET,
        "SLACK_SOCKET_CONNECTIONS=1",
        "SLACK_HTTP_HOST=127.0.0.1",
        "SLACK_HTTP_PORT=0",
        http ? NULL : "SLACK_HTTP_ADMIN_PORT=0",
        NULL,
    };
    const size_t greeted = c.peer.sim->sockets.greeted;
    sim_child_start(&c, "distributed", variables);
    if (http)
        sim_child_connect_http(&c);
    else
        world_until(&c.peer.world, c.peer.sim->sockets.greeted > greeted || c.child.exited);
    const unsigned port =
        page_port(http ? "event=\"http listening\"" : "event=\"admin server listening\"");
    c.peer.sim->oauth.app.redirect_uris =
        sim_child_text(&c, "http://127.0.0.1:%u/slack/oauth_redirect", port);
    return port;
}

/* Runs `slackapp WORDS` to its end. Returns what it printed. */
static const char *slackapp(const char *words)
{
    child_t child;
    child_run(&child, &c.peer.world, "%s/slackapp %s", getenv("SLACKAPP_BUILD_DIR"), words);
    child_wait(&child);
    const char *out = sim_child_text(&c, "%s", child.out);
    if (child.status != 0) sim_child_give_up(&c, "slackapp %s: %s", words, out);
    child_done(&child);
    return out;
}

/* ---- steps ---- */

static void act(const struct step *step, unsigned port)
{
    const char *where =
        step->workspace ? sim_child_text(&c, " --workspace %s", step->workspace) : "";
    if (step->act == NULL)
        (void)sim_child_act(&c,
                            sim_child_text(&c, "{'kind':'message','text':'hello','workspace':'%s'}",
                                           step->workspace));
    else if (strncmp(step->act, "install", 7) == 0)
        slackapp(sim_child_text(&c, "sim %s%s --url http://127.0.0.1:%u/slack/install", step->act,
                                where, port));
    else
        slackapp(sim_child_text(&c, "sim %s%s", step->act, where));
}

static void check_lines(const struct step *step)
{
    size_t count = 0;
    while (count < LINES_MAX && step->lines[count])
        count++;
    const slack_json_t *entries = sim_child_transcript(&c, lines + count);
    for (size_t i = 0; i < count; i++)
        if (!sim_child_has_line(entries, lines, step->lines[i]))
            sim_child_give_up(&c, "no \"%s\"", step->lines[i]);
    lines += count;
}

/* Waits until the place is in the list of installations, or is gone. */
static void check_stored(const char *stored)
{
    const bool gone = *stored == '-';
    const char *line = sim_child_text(&c, "\n%s ", stored + gone);
    const char *listed = "";
    for (int i = 0; i < 200 && (strstr(listed, line) != NULL) == gone; i++)
        listed = sim_child_text(&c, "\n%s", slackapp("installs list"));
    if ((strstr(listed, line) != NULL) == gone) sim_child_give_up(&c, "%s in %s", stored, listed);
}

static int open_life(void **state)
{
    transport = *state;
    lines = 0;
    const sim_options_t options = {
        .workspaces = 4, .organization = 1, .not_installed = true, .token_life_s = 5, .people = 4};
    sim_child_open(&c, &options);
    store = sim_child_text(&c, "sqlite:%s/bot.db", c.dir);
    setenv("SLACKAPP_SIM", c.peer.sim->env.base_url, 1);
    setenv("SLACK_CLIENT_ID", c.peer.sim->oauth.app.client_id, 1);
    setenv("SLACK_STORE", store, 1);
    setenv("SLACK_STORE_KEY", KEY, 1);
    return 0;
}

static int close_life(void **state)
{
    static const char *const names[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(sim_child_text(&c, "%s/bot.db%s", c.dir, names[i]));
    return sim_child_close(&c) ? 0 : -1;
}

TEST_BOTH_WIRES(each_step_in_a_process_of_its_own, open_life, close_life)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const unsigned port = start();
        act(&steps[i], port);
        check_lines(&steps[i]);
        if (steps[i].stored) check_stored(steps[i].stored);
        if (sim_child_stop(&c) != 0) sim_child_give_up(&c, "it failed");
        if (strstr(c.child.out, "xox")) sim_child_give_up(&c, "it logged a token");
        child_done(&c.child);
    }
    /* Seven installations made 14 tokens, and each refresh made two. */
    assert_true(c.peer.sim->oauth.tokens.last_number > 30);
}
