/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem() */

/* The life of a distributed app, from its first installation to the last one that ends: three
 * workspaces and an organization, over both transports, with a restart after each step. Then
 * nothing that the app has written holds a secret. */

#include <unistd.h>

#include "app/inspect.h"
#include "support/child.h"
#include "support/installs.h"
#include "support/sim_bot.h"
#include "support/store_file.h"
#include "support/test.h"

#define TEAMS   5 /* the last two are in the organization */
#define LOAD    10
#define HOUR_MS ((uint64_t)3600 * 1000)

static sim_bot_t bot;
static slack_options_t with;
static struct {
    char host[32], port[8], redirect[96], record[96];
    unsigned installed, uninstalled; /* reports */
    slack_buf_t written;             /* the log, and what people and operators have seen */
    const char *state;               /* of an attempt */
    bool stored, recorded;           /* the searched files had installations, and calls */
} life;

#define text(...) sim_peer_text(&bot.peer, __VA_ARGS__)

static const sim_services_t *team_at(size_t i)
{
    return bot.peer.sim->teams.list[i];
}

/* ---- the app ---- */

static int count(slack_ctx_t *ctx, void *counter)
{
    ++*(unsigned *)counter;
    return 0;
}

/* Answers in the name of the person who writes. */
static int act_for_person(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_user_client(ctx), "chat.postMessage", NULL, NULL,
                       "{channel: %s, text: 'mine'}", slack_ctx_channel(ctx));
}

static void prepare(slack_app_t *app)
{
    assert_int_equal(slack_on_installed(app, count, &life.installed), 0);
    assert_int_equal(slack_on_uninstalled(app, count, &life.uninstalled), 0);
    assert_int_equal(slack_on_message(app, "act for me", act_for_person, NULL), 0);
}

static void note(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    (void)slack__buf_append(&life.written, line, len);
    world_keep_line(level, line, len, &bot.peer.world);
}

/* ---- secrets ---- */

static void check_secret(const char *name, slack_slice_t where, const char *secret)
{
    if (*secret && memmem(where.ptr, where.len, secret, strlen(secret)))
        fail_msg("%s holds the secret %s", name, secret);
}

/* All that the simulator has given out, and what the app is configured with. */
static void check_secrets(const char *name, slack_slice_t where)
{
    const sim_oauth_t *oauth = &bot.peer.sim->oauth;
    for (size_t i = 0; i < SIM_TOKENS_MAX; i++)
        check_secret(name, where, oauth->tokens.list[i].text);
    for (size_t i = 0; i < SIM_CODES_MAX; i++)
        check_secret(name, where, oauth->codes.ring[i].text);
    const char *const others[] = {life.state, with.client_secret, SIM_PEER_SECRET,
                                  SIM_PEER_APP_TOKEN, INSTALLS_KEY};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        check_secret(name, where, others[i]);
}

/* Returns whether the file has a word, so that a search in it would find something. */
static bool check_file(const char *path, const char *word)
{
    slack_buf_t bytes;
    char piece[65536];
    size_t len;
    slack__buf_init(&bytes, (size_t)64 << 20);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        assert_int_equal(slack__buf_append(&bytes, piece, len), 0);
    fclose(file);
    check_secrets(path, (slack_slice_t){slack__buf_ptr(&bytes), bytes.len});
    const bool found = memmem(slack__buf_ptr(&bytes), bytes.len, word, strlen(word)) != NULL;
    slack__buf_done(&bytes);
    return found;
}

static void check_written(void)
{
    check_secrets("the log, a page or the output of a command",
                  (slack_slice_t){slack__buf_ptr(&life.written), life.written.len});
}

/* Another process, on the same store. What this one leaves holds no secret. */
static void restart(void)
{
    for (size_t i = 0; i < STORE_FILE_PARTS; i++)
        life.stored |=
            check_file(text("%s%s", store_file_path(), store_file_parts[i]), "install/1.2/");
    sim_bot_stop(&bot);
    world_forget_log(&bot.peer.world);
    life.recorded |= check_file(life.record, "oauth.v2.access");
    sim_bot_start(&bot, &with, prepare);
}

static void address_set(const char *transport)
{
    const unsigned pid = (unsigned)getpid();
    const bool socket = strcmp(transport, "socket") == 0;
    snprintf(life.host, sizeof life.host, "127.%u.%u.%u", 1 + (pid >> 16 & 127), pid >> 8 & 255,
             1 + pid % 254);
    with.http_host = with.http_admin_host = life.host;
    with.http_admin_port = socket ? "0" : NULL;
    sim_bot_start(&bot, &with, prepare);
    const slack_transport_stats_t stats = sim_bot_stats(&bot);
    snprintf(life.port, sizeof life.port, "%u", socket ? stats.admin_port : stats.port);
    *(socket ? &with.http_admin_port : &with.http_port) = life.port;
    snprintf(life.redirect, sizeof life.redirect, "http://%s:%s/slack/oauth_redirect", life.host,
             life.port);
    with.redirect_uri = life.redirect;
    restart();
}

static int setup(void **state)
{
    const sim_options_t options = {.workspaces = TEAMS,
                                   .organization = 2,
                                   .not_installed = true,
                                   .people = SIM_USERS_FIRST,
                                   .client_id = "1.2",
                                   .token_life_s = 3 * 3600};
    const char *transport = *state;
    memset(&life, 0, sizeof life);
    life.state = "";
    store_file_clean();
    sim_bot_open_slack(&bot, &options);
    slack__buf_init(&life.written, (size_t)64 << 20);
    snprintf(life.record, sizeof life.record, "%s.record", store_file_path());
    with = (slack_options_t){.transport = transport,
                             .socket_connections = 1,
                             .bot_token = "",
                             .client_id = "1.2",
                             .client_secret = bot.peer.sim->env.client_secret,
                             .scopes = "channels:history,chat:write",
                             .user_scopes = "chat:write",
                             .store = store_file_url(),
                             .store_key = INSTALLS_KEY,
                             .record = life.record,
                             .log_level = SLACK_LOG_DEBUG,
                             .log_fn = note};
    address_set(transport);
    return 0;
}

static int teardown(void **state)
{
    unlink(life.record);
    unlink(text("%s.old", life.record));
    sim_bot_close(&bot);
    slack__buf_done(&life.written);
    store_file_clean();
    return 0;
}

/* ---- people and operators ---- */

static void run(const char *command)
{
    child_t child;
    child_run(&child, &bot.peer.world, "%s/%s", getenv("SLACKAPP_BUILD_DIR"), command);
    world_until(&bot.peer.world, child.exited);
    child_wait(&child);
    (void)slack__buf_append(&life.written, child.out, child.out_len);
    if (child.status != 0) fail_msg("%s: %s\n%s", command, child.out, bot.peer.world.log);
    child_done(&child);
}

static bool has_reports(const sim_bot_t *unused, unsigned n)
{
    return life.installed + life.uninstalled == n;
}

static void install(const char *workspace)
{
    const unsigned before = life.installed + life.uninstalled;
    run(text("slackapp sim install --port %u --url http://%s:%s/slack/install --workspace %s",
             sim_port(bot.peer.sim), life.host, life.port, workspace));
    /* The report is due a moment later. */
    (void)sim_bot_pass_until(&bot, has_reports, before + 1, HOUR_MS);
}

/* Somebody acts, so that an installation ends, or part of it. */
static void leave(const char *path, const char *body)
{
    const unsigned before = life.installed + life.uninstalled;
    assert_true(slack_json_bool(sim_peer_control(&bot.peer, path, body), "/ok"));
    sim_bot_until(&bot, has_reports, before + 1);
}

static size_t wanted[TEAMS];

static bool all_have_answers(const sim_bot_t *unused, unsigned n)
{
    for (size_t i = 0; i < TEAMS; i++)
        if (team_at(i)->workspace->messages.count < wanted[i]) return false;
    return true;
}

/* The bot gets what it has said as events, too. */
static bool is_idle(const sim_bot_t *unused, unsigned n)
{
    return sim_bot_is_idle(&bot, 0) && slack__inspect_live(bot.app) == 0;
}

/* People write in each workspace, without waiting. Where the app is served, '1', each is answered
 * there; in the others nobody is. */
static void write_everywhere(unsigned times, const char *served)
{
    static sim_peer_answer_t answers[TEAMS * LOAD];
    for (size_t i = 0; i < TEAMS; i++)
        wanted[i] = team_at(i)->workspace->messages.count + times * (served[i] == '1' ? 2 : 1);
    for (unsigned n = 0; n < times * TEAMS; n++)
        sim_peer_send(&bot.peer,
                      text("{'kind':'message','text':'event %u','workspace':'%s'}", n,
                           team_at(n % TEAMS)->team->id),
                      &answers[n]);
    sim_bot_until(&bot, all_have_answers, 0);
    for (unsigned n = 0; n < times * TEAMS; n++)
        (void)sim_peer_sent(&bot.peer, &answers[n]);
    sim_bot_until(&bot, is_idle, 0);
    for (size_t i = 0; i < TEAMS; i++)
        assert_int_equal(team_at(i)->workspace->messages.count, wanted[i]);
}

/* ---- the steps ---- */

static void install_all(void)
{
    static const char *const places[] = {"simulated", "simulated2", "simulated3", "simulated-org"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        install(places[i]);
}

static void act_for_people(void)
{
    sim_peer_answer_t answer;
    const sim_workspace_t *workspace = team_at(0)->workspace;
    wanted[0] = workspace->messages.count + 2;
    sim_peer_send(&bot.peer, "{'kind':'message','text':'act for me'}", &answer);
    sim_bot_until(&bot, all_have_answers, 0);
    (void)sim_peer_sent(&bot.peer, &answer);
    const sim_message_t *newest =
        SLACK_CONTAINER(workspace->messages.list.prev, const sim_message_t, link);
    assert_string_equal(slack_json_str(newest->body, "/text"), "mine");
    assert_string_equal(newest->author->name, "ann");
}

static bool has_tokens(const sim_bot_t *unused, unsigned number)
{
    return bot.peer.sim->oauth.tokens.last_number >= number;
}

/* Four bots and the four people who have installed them: each token is refreshed once. */
static void rotate(uint64_t hours)
{
    const sim_tokens_t *tokens = &bot.peer.sim->oauth.tokens;
    const uint64_t before = tokens->last_number;
    const unsigned greeted = (unsigned)bot.peer.sim->sockets.greeted;
    sim_bot_jump(&bot, hours * HOUR_MS);
    if (strcmp(bot.transport, "socket") == 0) { /* the app takes nothing before it has looked */
        (void)sim_bot_pass_until(&bot, sim_bot_has_taken, greeted + 1, 60000);
        (void)sim_bot_pass_until(&bot, sim_bot_has_sockets, 1, 60000);
    }
    write_everywhere(LOAD, "11111");
    sim_bot_until(&bot, has_tokens, (unsigned)before + 2 * 8);
    sim_bot_pass(&bot, 10000);
    assert_int_equal(tokens->last_number - before, 2 * 8);
    assert_int_equal(tokens->refused, 0);
}

static void rotate_beside(void)
{
    rotate(2); /* of three: the old tokens are used meanwhile */
}

static void rotate_expired(void)
{
    rotate(4);
}

static const char *error_of_reaction(void)
{
    bot.peer.token = sim_peer_bot_token(&bot.peer, 0);
    return sim_peer_api_error(&bot.peer, "reactions.add", "{}");
}

static void install_with_more_scopes(void)
{
    with.scopes = "channels:history,chat:write,reactions:write";
    restart();
    assert_string_equal(error_of_reaction(), "missing_scope");
    install("simulated");
    assert_string_not_equal(error_of_reaction(), "missing_scope");
}

static void uninstall_one(void)
{
    leave("/sim/uninstall", "{'workspace':'simulated2'}");
}

static void revoke_a_person(void)
{
    leave("/sim/uninstall", "{'workspace':'simulated3','user':'ann'}");
}

static void revoke_a_bot(void)
{
    const unsigned before = life.installed + life.uninstalled;
    bot.peer.token = sim_peer_bot_token(&bot.peer, 2);
    assert_string_equal(sim_peer_api_error(&bot.peer, "auth.revoke", "{}"), "");
    sim_bot_until(&bot, has_reports, before + 1);
}

static void keep_out(void)
{
    leave("/sim/access", "{'workspace':'simulated5','granted':false}");
}

static void let_in(void)
{
    const slack_json_t *answer =
        sim_peer_control(&bot.peer, "/sim/access", "{'workspace':'simulated5','granted':true}");
    assert_true(slack_json_bool(answer, "/ok"));
    install("simulated2");
    install("simulated3");
}

static void uninstall_organization(void)
{
    leave("/sim/uninstall", "{'workspace':'simulated4','organization':true}");
}

static const struct step {
    void (*act)(void);
    const char *served; /* the workspaces, after it */
} steps[] = {
    {install_all, "11111"},
    {act_for_people, "11111"},
    {rotate_beside, "11111"},
    {rotate_expired, "11111"},
    {install_with_more_scopes, "11111"},
    {uninstall_one, "10111"},
    {revoke_a_person, "10111"},
    {revoke_a_bot, "10011"},
    {keep_out, "10010"},
    {let_in, "11111"},
    {uninstall_organization, "11100"},
};

/* ---- the end ---- */

/* A page of the app, which goes to what is written. */
static void visit(const char *path, int status)
{
    const sim_peer_request_t get = {.method = "GET",
                                    .target = text("http://%s:%s%s", life.host, life.port, path)};
    (void)sim_peer_call(&bot.peer, &get);
    assert_int_equal(bot.peer.status, status);
    (void)slack__buf_append(&life.written, bot.peer.text, strlen(bot.peer.text));
}

static void look_everywhere(void)
{
    visit("/slack/install/start", 302);
    const char *state = strstr(bot.peer.location, "&state=");
    assert_non_null(state);
    life.state = text("%.*s", (int)strcspn(state + 7, "&"), state + 7);
    visit(text("/slack/oauth_redirect?code=%s&state=%s", bot.peer.sim->oauth.codes.ring[0].text,
               life.state),
          400); /* of another browser */
    visit("/slack/install", 200);
    if (strcmp(bot.transport, "socket") == 0) visit("/metrics", 200);
    setenv("SLACK_STORE", with.store, 1);
    setenv("SLACK_STORE_KEY", with.store_key, 1);
    setenv("SLACK_CLIENT_ID", with.client_id, 1);
    run("slackapp installs list");
    run(text("slackapp installs show %s", team_at(0)->team->id));
    unsetenv("SLACK_STORE");
    unsetenv("SLACK_STORE_KEY");
    unsetenv("SLACK_CLIENT_ID");
    check_written();
}

TEST_BOTH_WIRES(from_the_first_installation_to_the_last, setup, teardown)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        steps[i].act();
        write_everywhere(1, steps[i].served);
        restart();
        write_everywhere(1, steps[i].served);
    }
    assert_int_equal(life.installed, 7);
    assert_int_equal(life.uninstalled, 5);
    look_everywhere();
    assert_true(life.stored && life.recorded);
}
