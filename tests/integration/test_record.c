/* SPDX-License-Identifier: MIT */
/*
 * The showcase as its user runs it, against the simulator, recorded over each transport; then the
 * recording is played by the test kit: with the handlers that made it, and with a changed one.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <slack/test.h>

#include "support/child.h"
#include "support/sim_peer.h"

int showcase_main(void);
#define main showcase_main
#include "../../examples/showcase.c"
#undef main

#define LIMIT_MS 20000

static sim_peer_t peer;
static child_t child;
static char dir[64], path[96];

/* What a person does, with ' for ", and what the transcript has by then. */
static const struct {
    const char *send, *line;
} steps[] = {
    {"{'kind':'message','text':'oh hello'}", "Hey there @ann!"},
    {"{'kind':'click','action_id':'hello_click'}", "@ann clicked the button"},
    {"{'kind':'command','command':'/echo','text':'50% off'}", "50% off"},
    {"{'kind':'command','command':'/later','text':'well'}", "later: well"},
    {"{'kind':'message','text':'nothing to see'}", "nothing to see"},
    {"{'kind':'shortcut','callback_id':'open_form'}", "opens a modal"},
    {"{'kind':'submit','callback_id':'form','values':['name/value=Jo']}", "At least 3 characters"},
    {"{'kind':'submit','callback_id':'form','values':['name/value=Ada']}", "Thank you, Ada"},
};

#define STEPS (sizeof steps / sizeof *steps)

/* ---- the live run ---- */

static void give_up(const char *why)
{
    fail_msg("%s; it said:\n%s\nthe transcript:\n%s", why, child.out ? child.out : "",
             sim_peer_transcript(&peer));
}

static const char *pair(const char *name, const char *value)
{
    char *made = slack__arena_printf(peer.arena, "%s=%s", name, value);
    assert_non_null(made);
    return made;
}

static void start(const char *transport)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                                       "UBSAN_OPTIONS"};
    const char *args[32] = {"sh", "-c", "cd \"$1\" && shift && exec env -i \"$@\" 2>&1", "sh", dir};
    size_t count = 5;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i])) args[count++] = pair(kept[i], getenv(kept[i]));
    args[count++] = pair("SLACK_TRANSPORT", transport);
    args[count++] =
        pair("SLACK_API_URL", slack__arena_printf(peer.arena, "%s/api/", peer.sim->base));
    args[count++] = "SLACK_BOT_TOKEN=" SIM_PEER_BOT_TOKEN;
    args[count++] = "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN;
    args[count++] = "SLACK_SIGNING_SECRET=" SIM_PEER_SECRET;
    args[count++] = "SLACK_HTTP_HOST=127.0.0.1";
    args[count++] = "SLACK_HTTP_PORT=0";
    args[count++] = "SLACK_SOCKET_CONNECTIONS=1";
    args[count++] = "SLACK_STORE=memory:";
    args[count++] = pair("SLACK_RECORD", path);
    args[count++] =
        slack__arena_printf(peer.arena, "%s/examples/showcase", getenv("SLACKAPP_BUILD_DIR"));
    child_start(&child, &peer.world, args, NULL);
    assert_true(child.started);
}

static void on_tick(uv_timer_t *timer)
{
}

static void until(bool (*done)(void), const char *what)
{
    uv_timer_t timer;
    uint64_t end_ms = slack__mono_ms(&slack__clock_system) + LIMIT_MS;
    uv_timer_init(&peer.world.loop, &timer);
    uv_timer_start(&timer, on_tick, 20, 20);
    bool late = false;
    while (!done() && !late) {
        uv_run(&peer.world.loop, UV_RUN_ONCE);
        late = slack__mono_ms(&slack__clock_system) > end_ms;
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&peer.world.loop, UV_RUN_NOWAIT);
    if (late) give_up(what);
}

static unsigned port(void)
{
    const char *line = strstr(child.out, "event=\"http listening\"");
    const char *number = line ? strstr(line, " port=") : NULL;
    return number ? (unsigned)strtoul(number + strlen(" port="), NULL, 10) : 0;
}

static bool listens(void)
{
    return port() != 0 || child.exited;
}

static bool has_socket(void)
{
    return peer.sim->sockets.taken > 0 || child.exited;
}

static bool has_exited(void)
{
    return child.exited;
}

static void connect_to(const char *transport)
{
    if (strcmp(transport, "socket") == 0) {
        until(has_socket, "it does not connect");
        return;
    }
    until(listens, "it does not listen");
    char url[96];
    snprintf(url, sizeof url, "{\"url\":\"http://127.0.0.1:%u/slack/events\"}", port());
    assert_true(slack_json_bool(sim_peer_control(&peer, "/sim/request-url", url), "/ok"));
}

static bool has_line(const slack_json_t *entries, const char *part)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(entries, &it))
        if (strstr(slack_json_str(it.value, "/line"), part)) return true;
    return false;
}

static void take_step(size_t i)
{
    sim_peer_answer_t answer;
    char *json = slack__arena_strdup(peer.arena, steps[i].send);
    for (char *c = json; *c; c++)
        if (*c == '\'') *c = '"';
    sim_peer_send(&peer, json, &answer);
    const slack_json_t *sent = sim_peer_sent(&peer, &answer);
    if (!slack_json_bool(sent, "/acked")) give_up(steps[i].send);
    for (size_t wait = 1;; wait++) {
        char target[64];
        snprintf(target, sizeof target, "/sim/transcript?wait=%zu", wait);
        const slack_json_t *all = sim_peer_control(&peer, target, NULL);
        if (has_line(slack_json_get(all, "/entries"), steps[i].line)) return;
        if (slack_json_count(all, "/entries") < wait) give_up(steps[i].line);
    }
}

static void record(const char *transport)
{
    start(transport);
    connect_to(transport);
    if (child.exited) give_up("it ended by itself");
    for (size_t i = 0; i < STEPS; i++)
        take_step(i);
    assert_int_equal(uv_process_kill(&child.process, SIGTERM), 0);
    until(has_exited, "it does not stop");
    child_wait(&child, &peer.world);
    if (child.status != 0) give_up("its status is not 0");
}

/* ---- the recording ---- */

static char *read_recording(void)
{
    static char all[1 << 20];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(all, 1, sizeof all - 1, file);
    fclose(file);
    assert_true(len > 0 && len < sizeof all - 1);
    all[len] = '\0';
    return all;
}

static void assert_tells_no_secret(void)
{
    const char *all = read_recording();
    static const char *const secrets[] = {"simulated-", "xoxb-", "xapp-", "/response/",
                                          SIM_PEER_SECRET};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (strstr(all, secrets[i])) fail_msg("\"%s\" in:\n%s", secrets[i], all);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_non_null(strstr(all, "\"type\":\"end\"}\n"));
}

/* ---- playing it ---- */

static int goodbye(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "Goodbye <@%s>", slack_ctx_user(ctx));
}

static int shout(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s!", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static void play_unchanged(void)
{
    const char *report, *why;
    slack_test_t *t;
    assert_int_equal(slack_test_new(&t, NULL), 0);
    assert_int_equal(add_listeners(slack_test_app(t)), 0);
    int rc = slack_test_play(t, path, &report);
    if (rc != 0) fail_msg("%s:\n%s\n%s", slack_err_name(rc), report, read_recording());
    assert_string_equal(report, "");
    assert_int_equal(slack_test_finish(t, &why), 0);
    assert_string_equal(why, "");
    slack_test_free(t);
}

static void assert_has(const char *report, const char *part)
{
    if (!strstr(report, part)) fail_msg("no \"%s\" in:\n%s", part, report);
}

/* Another answer to two of the things, and one that is not answered at all. */
static void play_changed(void)
{
    const char *report, *why;
    slack_test_t *t;
    assert_int_equal(slack_test_new(&t, NULL), 0);
    slack_app_t *app = slack_test_app(t);
    assert_int_equal(slack_on_message(app, "hello", goodbye, NULL), 0);
    assert_int_equal(slack_on_action(app, "hello_click", hello_click, NULL), 0);
    assert_int_equal(slack_on_command(app, "/echo", shout, NULL), 0);
    assert_int_equal(slack_on_shortcut(app, "open_form", open_form, NULL), 0);
    assert_int_equal(slack_on_view_submission(app, "form", form_submitted, NULL), 0);
    assert_int_equal(slack_test_play(t, path, &report), SLACK_EMISMATCH);
    assert_has(report, ", event message:\n    ack ok\n  - call chat.postMessage {");
    assert_has(report, "  + call chat.postMessage {\"text\":\"Goodbye <@");
    assert_has(report, ", command /echo:\n  - ack ok \"50% off\"\n  + ack ok \"50% off!\"\n");
    assert_has(report, ", command /later:\n  - ack ok\n  - call response_url {\"text\":"
                       "\"later: well\"}\n  + ack refuse\n");
    assert_null(strstr(report, "open_form"));
    assert_null(strstr(report, "view_submission"));
    assert_int_equal(slack_test_finish(t, &why), SLACK_EMISMATCH);
    assert_has(why, "was played with differences:\nline ");
    slack_test_free(t);
}

static void a_live_run(void **state)
{
    record(*state);
    assert_tells_no_secret();
    play_unchanged();
    play_unchanged(); /* as often as one likes */
    play_changed();
}

/* What is no recording is left alone, and the app says why it does not start. */
static void somebody_elses_file(void **state)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("important", file);
    fclose(file);
    start("socket");
    until(has_exited, "it goes on");
    child_wait(&child, &peer.world);
    assert_int_equal(child.status, 1);
    if (!strstr(child.out, "cannot be created: there is something else of that name"))
        give_up("it does not say why");
    assert_string_equal(read_recording(), "important");
}

/* ---- all of them ---- */

static int open_sim(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/slackapp-record-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/run.jsonl", dir);
    sim_peer_open(&peer, NULL);
    peer.world.clock = slack__clock_system; /* the process has it, too */
    return 0;
}

static int close_sim(void **state)
{
    if (!child.exited && child.started) { /* after a failure */
        (void)uv_process_kill(&child.process, SIGKILL);
        child_wait(&child, &peer.world);
    }
    child_done(&child);
    sim_peer_close(&peer);
    (void)unlink(path);
    return rmdir(dir);
}

int main(void)
{
    static char socket[] = "socket", http[] = "http";
    const struct CMUnitTest tests[] = {
        {"a live run over socket", a_live_run, open_sim, close_sim, socket},
        {"a live run over http", a_live_run, open_sim, close_sim, http},
        cmocka_unit_test_setup_teardown(somebody_elses_file, open_sim, close_sim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
