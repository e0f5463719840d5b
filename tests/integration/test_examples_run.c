/* SPDX-License-Identifier: MIT */
/*
 * Each example as its user runs it: a process of its own with the simulator's variables, over each
 * transport. A person does something, and sees what is written here, whatever the transport.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/child.h"
#include "support/sim_peer.h"

#define LIMIT_MS  20000
#define ARGS_MAX  32
#define STEPS_MAX 8
#define LINES_MAX 6

/* What a person does, and a part of each line that the transcript gets by it. In the texts "%t" is
 * the transport's name, "%s" the timestamp of what was sent before. */
typedef struct step {
    const char *send; /* for POST /sim/send, with ' for " */
    const char *lines[LINES_MAX];
} step_t;

typedef struct example {
    const char *name;
    step_t steps[STEPS_MAX];
    bool takes_both; /* it runs over both transports; Socket Mode is switched off for HTTP */
} example_t;

static const example_t examples[] = {
    {"hello",
     {{"{'kind':'message','text':'oh hello'}", {"ann: oh hello", "#general  bot: Hey there @ann!"}},
      {"{'kind':'message','text':'goodbye'}", {"ann: goodbye"}}},
     false},
    {"modal",
     {{"{'kind':'command','command':'/feedback','text':''}",
       {"ann runs /feedback", "opens a modal for ann: feedback \"Feedback\" [text/input]"}},
      {"{'kind':'submit','callback_id':'feedback','values':['text/input=too short']}",
       {"with text/input=too short -> errors: text: At least 10 characters"}},
      {"{'kind':'submit','callback_id':'feedback','values':['text/input=Grüße aus Tromsø']}",
       {"-> all closed", "DM with ann  bot: Thank you for your feedback on #general"}},
      {"{'kind':'command','command':'/feedback','text':'','channel':'random'}",
       {"ann runs /feedback", "opens a modal for ann"}},
      {"{'kind':'close-view'}", {"ann closes feedback", "DM with ann  bot: Another time, then"}}},
     false},
    {"options",
     {{"{'kind':'command','command':'/city','text':''}",
       {"-> bot (only to ann): Which city? [external_select: city]"}},
      {"{'kind':'options','action_id':'city','value':'os'}",
       {"types \"os\" into city -> Norway: Oslo; Japan: Osaka"}},
      {"{'kind':'options','action_id':'city','value':'x'}",
       {"types \"x\" into city -> no options"}},
      {"{'kind':'click','action_id':'city','value':'Oslo'}",
       {"ann clicks city: Oslo", "bot (only to ann): (edited) Off to Oslo!"}}},
     false},
    {"home",
     {{"{'kind':'open-home'}",
       {"ann opens the home tab",
        "publishes the home tab for ann: Glasses of water today: *0* [One more: more]"}},
      {"{'kind':'click','action_id':'more'}",
       {"ann clicks more", "updates the home tab for ann: Glasses of water today: *1*"}},
      {"{'kind':'click','action_id':'more'}",
       {"ann clicks more", "updates the home tab for ann: Glasses of water today: *2*"}},
      {"{'kind':'open-home'}", {"ann opens the home tab"}},
      {"{'kind':'event','event':{'type':'app_home_opened','tab':'messages','user':'U0BEN00001'}}",
       {"causes the event app_home_opened"}}},
     false},
    {"step",
     {{"{'kind':'step','callback_id':'approval','values':['approver=@ben','what=a day off']}",
       {"ann starts the step approval",
        "DM with ben  bot: May there be a day off? [Yes: approve] [No: deny]"}},
      {"{'kind':'click','action_id':'approve','user':'ben'}",
       {"ben clicks approve", "bot completes the step approval: approver=U0BEN00001",
        "DM with ben  bot: (edited) a day off: yes"}},
      {"{'kind':'step','callback_id':'approval','values':['approver=@cleo','what=cake & tea']}",
       {"ann starts the step approval",
        "DM with cleo  bot: May there be cake & tea? [Yes: approve] [No: deny]"}},
      {"{'kind':'click','action_id':'deny','user':'cleo'}",
       {"cleo clicks deny", "bot fails the step approval: @cleo said no",
        "DM with cleo  bot: (edited) cake & tea: no"}},
      {"{'kind':'step','callback_id':'approval','values':['approver=@ben']}",
       {"ann starts the step approval",
        "bot fails the step approval: The step needs somebody to ask"}}},
     false},
    {"assistant",
     {{"{'kind':'open-assistant','channel':'random'}",
       {"ann opens the assistant beside #random",
        "DM with ann (thread)  bot: Hello! I see that you look at #random.",
        "bot offers prompts: Ask me [What can you do?] [Sum this channel up]"}},
      {"{'kind':'message','channel':'@ann','thread':'%s','text':'what can you do?'}",
       {"DM with ann (thread)  ann: what can you do?", "bot sets the status: is thinking…",
        "bot sets the title: what can you do?",
        "DM with ann (thread)  bot: In #random they would say: WHAT CAN YOU DO?"}}},
     false},
    {"worker",
     {{"{'kind':'command','command':'/notes','text':''}",
       {"ann runs /notes", "bot (only to ann): There are no notes."}},
      {"{'kind':'command','command':'/note','text':''}",
       {"-> bot (only to ann): usage: /note TEXT"}},
      {"{'kind':'command','command':'/note','text':'buy milk'}", {"-> bot (only to ann): Noted."}},
      {"{'kind':'command','command':'/note','text':'it\\u0027s 5 % off','user':'ben'}",
       {"-> bot (only to ben): Noted."}},
      {"{'kind':'command','command':'/notes','text':''}",
       {"ann runs /notes", "#general  bot: 1. buy milk (@ann)",
        "#general  bot: 2. it's 5 % off (@ben)"}}},
     false},
    {"middleware",
     {{"{'kind':'command','command':'/whoami','text':''}",
       {"-> bot (only to ann): @ann, delivery 1"}},
      {"{'kind':'message','channel':'random','text':'deploy api'}", {"#random  ann: deploy api"}},
      {"{'kind':'message','text':'deploy api'}",
       {"#general  ann: deploy api", "#general  bot: Deploying api…"}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"ann runs /roll"}},
      {"{'kind':'command','command':'/roll','text':'','user':'ben'}",
       {"/roll -> bot (only to ben): "}}},
     false},
    {"both",
     {{"{'kind':'command','command':'/where','text':''}",
       {"-> bot (only to ann): It came over %t."}},
      {"{'kind':'message','text':'hello'}", {"ann: hello", "#general  bot: Hey there @ann!"}}},
     true},
    {"loop",
     {{"{'kind':'command','command':'/ticks','text':''}",
       {"-> bot (only to ann): The timer has fired ", "#general  bot: Up for 600 ms"}}},
     false},
};
#define EXAMPLES (sizeof examples / sizeof *examples)

typedef struct run {
    const example_t *example;
    const char *transport;
} run_t;

static sim_peer_t peer;
static child_t child;
static char dir[64];

/* ---- the process ---- */

SLACK_PRINTF(1, 2) static const char *text(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *made = slack__arena_vprintf(peer.arena, format, ap);
    va_end(ap);
    assert_non_null(made);
    return made;
}

/* Fail, and show all that it wrote; the text of a failure has its limits. */
#define give_up(...)                                                                               \
    do {                                                                                           \
        print_error("%s", child.out);                                                              \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

/* Run it in a folder of its own, with these variables and no others. What it writes is kept. */
static void start(const char *name, const char *const *variables)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                                       "UBSAN_OPTIONS"};
    const char *args[ARGS_MAX] = {"sh", "-c", "cd \"$1\" && shift && exec env -i \"$@\" 2>&1", "sh",
                                  dir};
    size_t count = 5;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i])) args[count++] = text("%s=%s", kept[i], getenv(kept[i]));
    while (*variables)
        args[count++] = *variables++;
    args[count++] = text("%s/examples/%s", getenv("SLACKAPP_BUILD_DIR"), name);
    assert_true(count < ARGS_MAX);
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
    if (late) give_up("%s", what);
}

static bool has_exited(void)
{
    return child.exited;
}

/* The port that it chose, out of its log; 0 before that. */
static unsigned port(void)
{
    const char *line = strstr(child.out, "event=\"http listening\"");
    const char *number = line ? strstr(line, " port=") : NULL;
    return number ? (unsigned)strtoul(number + strlen(" port="), NULL, 10) : 0;
}

static bool has_port_or_exited(void)
{
    return port() != 0 || child.exited;
}

static void stop(void)
{
    if (child.exited) give_up("it ended by itself");
    assert_int_equal(uv_process_kill(&child.process, SIGTERM), 0);
    until(has_exited, "it does not stop");
    child_wait(&child, &peer.world);
    if (child.status != 0) give_up("status %d", (int)child.status);
    for (const char *at = child.out; (at = strstr(at, "level=error")); at++)
        if (!strstr(at, "Socket Mode is switched off")) give_up("it logged an error");
}

/* ---- the person ---- */

static void connect_http(void)
{
    until(has_port_or_exited, "it does not listen");
    const char *url = text("{\"url\":\"http://127.0.0.1:%u/slack/events\"}", port());
    assert_true(slack_json_bool(sim_peer_control(&peer, "/sim/request-url", url), "/ok"));
}

static bool has_socket_or_exited(void)
{
    return peer.sim->sockets.taken > 0 || child.exited;
}

static bool has_no_socket(void)
{
    return peer.sim->sockets.count == 0;
}

static void switch_socket_mode_off(void)
{
    const char *fault = "{\"name\":\"link-disabled\",\"args\":[]}";
    assert_true(slack_json_bool(sim_peer_control(&peer, "/sim/fault", fault), "/ok"));
    until(has_no_socket, "it does not leave its socket");
}

/* A text of the table with what belongs into it. */
static const char *filled(const char *from, const char *transport, const char *ts)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 4096);
    for (; *from; from++) {
        const char *value = from[0] != '%'   ? NULL
                            : from[1] == 't' ? transport
                            : from[1] == 's' ? ts
                                             : NULL;
        if (value) from++;
        int rc = value ? slack__buf_append_slice(&buf, slack__slice(value))
                       : slack__buf_append_char(&buf, *from);
        assert_int_equal(rc, 0);
    }
    const char *made = slack__arena_strndup(peer.arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    assert_non_null(made);
    return made;
}

static const char *quoted(const char *relaxed)
{
    char *strict = slack__arena_strdup(peer.arena, relaxed);
    assert_non_null(strict);
    for (char *c = strict; *c; c++)
        if (*c == '\'') *c = '"';
    return strict;
}

static bool has_line(const slack_json_t *entries, size_t from, const char *part)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(entries, &it))
        if (it.index > from && strstr(slack_json_str(it.value, "/line"), part)) return true;
    return false;
}

/* Do it, and see exactly its lines behind the `before` that there are already. Their order among
 * each other is the network's. Returns how many there are now. */
static size_t take_step(const step_t *step, const char *transport, size_t before, const char **ts)
{
    sim_peer_answer_t answer;
    size_t count = 0;
    sim_peer_send(&peer, quoted(filled(step->send, transport, *ts)), &answer);
    const slack_json_t *sent = sim_peer_sent(&peer, &answer);
    if (!slack_json_bool(sent, "/acked"))
        give_up("%s: %s", step->send, slack_json_str(sent, "/error"));
    if (*slack_json_str(sent, "/ts")) *ts = slack_json_str(sent, "/ts");
    while (count < LINES_MAX && step->lines[count])
        count++;
    const char *path = text("/sim/transcript?wait=%zu", before + count);
    const slack_json_t *entries = slack_json_get(sim_peer_control(&peer, path, NULL), "/entries");
    for (size_t i = 0; i < count; i++) {
        const char *part = filled(step->lines[i], transport, *ts);
        if (!has_line(entries, before, part))
            give_up("no \"%s\" in:\n%s", part, sim_peer_transcript(&peer));
    }
    return before + count;
}

static void run_over_a_transport(void **state)
{
    const run_t *run = *state;
    const bool http = strcmp(run->transport, "http") == 0;
    const char *const variables[] = {
        text("SLACK_TRANSPORT=%s", run->transport),
        text("SLACK_API_URL=%s/api/", peer.sim->base),
        "SLACK_BOT_TOKEN=" SIM_PEER_BOT_TOKEN,
        "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN,
        "SLACK_SIGNING_SECRET=" SIM_PEER_SECRET,
        "SLACK_HTTP_HOST=127.0.0.1",
        "SLACK_HTTP_PORT=0",
        "SLACK_SOCKET_CONNECTIONS=1",
        "SLACK_STORE=memory:",
        NULL,
    };
    start(run->example->name, variables);
    if (http) connect_http();
    if (!http || run->example->takes_both) until(has_socket_or_exited, "it does not connect");
    if (child.exited) give_up("it ended by itself");
    if (http && run->example->takes_both) switch_socket_mode_off();

    const char *ts = "";
    size_t lines = 0;
    for (const step_t *step = run->example->steps;
         step < run->example->steps + STEPS_MAX && step->send; step++)
        lines = take_step(step, run->transport, lines, &ts);
    stop();
    if (slack_json_count(sim_peer_control(&peer, "/sim/transcript", NULL), "/entries") != lines)
        fail_msg("more was said:\n%s", sim_peer_transcript(&peer));
}

/* ---- what it cannot run with ---- */

static void fails_with_a_sentence(const char *name, const char *const *variables,
                                  const char *sentence)
{
    start(name, variables);
    until(has_exited, "it goes on");
    child_wait(&child, &peer.world);
    if (child.status != 1) fail_msg("%s: status %d", name, (int)child.status);
    if (!strstr(child.out, text("%s: ", name)) || !strstr(child.out, sentence))
        give_up("no \"%s\" in what %s wrote", sentence, name);
    child_done(&child);
}

static void says_what_is_wrong(void **state)
{
    const char *url = text("SLACK_API_URL=%s/api/", peer.sim->base);
    for (size_t i = 0; i < EXAMPLES; i++) {
        const char *const nothing[] = {"SLACK_STORE=memory:", NULL};
        const char *const misspelt[] = {"SLACK_TRANSPORT=sockets",
                                        "SLACK_BOT_TOKEN=" SIM_PEER_BOT_TOKEN,
                                        "SLACK_STORE=memory:", NULL};
        const char *const wrong[] = {"SLACK_TRANSPORT=http",
                                     url,
                                     "SLACK_BOT_TOKEN=xoxb-somebody-else",
                                     "SLACK_APP_TOKEN=xapp-1-somebody-else",
                                     "SLACK_SIGNING_SECRET=s",
                                     "SLACK_STORE=memory:",
                                     "SLACK_HTTP_HOST=127.0.0.1",
                                     "SLACK_HTTP_PORT=0",
                                     NULL};
        fails_with_a_sentence(examples[i].name, nothing, "SLACK_BOT_TOKEN");
        if (!examples[i].takes_both) /* which says itself over which */
            fails_with_a_sentence(examples[i].name, misspelt, "SLACK_TRANSPORT");
        fails_with_a_sentence(examples[i].name, wrong, "invalid_auth");
    }
}

/* ---- all of them ---- */

static int open_sim(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/slackapp-examples-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    sim_peer_open(&peer, NULL);
    peer.world.clock = slack__clock_system; /* the processes have it, too */
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
    char path[96];
    snprintf(path, sizeof path, "%s/notes.db", dir);
    (void)unlink(path);
    return rmdir(dir);
}

int main(void)
{
    static const char *const transports[] = {"socket", "http"};
    static run_t runs[EXAMPLES * 2];
    static char names[EXAMPLES * 2][48];
    struct CMUnitTest tests[EXAMPLES * 2 + 1];
    for (size_t i = 0; i < EXAMPLES * 2; i++) {
        runs[i] = (run_t){&examples[i / 2], transports[i % 2]};
        snprintf(names[i], sizeof names[i], "%s over %s", runs[i].example->name, runs[i].transport);
        tests[i] =
            (struct CMUnitTest){names[i], run_over_a_transport, open_sim, close_sim, &runs[i]};
    }
    tests[EXAMPLES * 2] =
        (struct CMUnitTest)cmocka_unit_test_setup_teardown(says_what_is_wrong, open_sim, close_sim);
    return _cmocka_run_group_tests("examples_run", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
