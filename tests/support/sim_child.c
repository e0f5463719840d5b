/* SPDX-License-Identifier: MIT */
#include "support/sim_child.h"
#include "support/test.h"

#include <signal.h>
#include <unistd.h>

#define LIMIT_MS 20000
#define ARGS_MAX 32

/* ---- life ---- */

void sim_child_open(sim_child_t *c)
{
    memset(c, 0, sizeof *c);
    snprintf(c->dir, sizeof c->dir, "/tmp/slackapp-child-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    sim_peer_open(&c->peer, &(sim_options_t){.people = 1050});
    c->peer.world.clock = slack__clock_system;
}

bool sim_child_close(sim_child_t *c)
{
    if (!c->child.exited && c->child.started) {
        (void)uv_process_kill(&c->child.process, SIGKILL);
        child_wait(&c->child);
    }
    child_done(&c->child);
    sim_peer_close(&c->peer);
    return rmdir(c->dir) == 0;
}

const char *sim_child_text(sim_child_t *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *made = slack__arena_vprintf(c->peer.arena, format, ap);
    va_end(ap);
    assert_non_null(made);
    return made;
}

/* fail_msg() cuts long texts, so the output is printed before. */
void sim_child_give_up(sim_child_t *c, const char *format, ...)
{
    char why[1024];
    va_list ap;
    va_start(ap, format);
    vsnprintf(why, sizeof why, format, ap);
    va_end(ap);
    print_error("%s\nthe transcript:\n%s\n", c->child.out ? c->child.out : "",
                sim_peer_transcript(&c->peer));
    fail_msg("%s", why);
}

/* ---- the process ---- */

void sim_child_start(sim_child_t *c, const char *name, const char *const *variables)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
                                       "UBSAN_OPTIONS"};
    const char *args[ARGS_MAX] = {"sh", "-c", "cd \"$1\" && shift && exec env -i \"$@\" 2>&1", "sh",
                                  c->dir};
    size_t count = 5;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i])) args[count++] = sim_child_text(c, "%s=%s", kept[i], getenv(kept[i]));
    while (*variables)
        args[count++] = *variables++;
    args[count++] = sim_child_text(c, "%s/examples/%s", getenv("SLACKAPP_BUILD_DIR"), name);
    assert_true(count < ARGS_MAX);
    child_start(&c->child, &c->peer.world, args, NULL);
    assert_true(c->child.started);
}

void sim_child_start_over(sim_child_t *c, const char *name, const char *transport,
                          const char *variable)
{
    const char *const variables[] = {
        sim_child_text(c, "SLACK_TRANSPORT=%s", transport),
        sim_child_text(c, "SLACK_API_URL=%s/api/", c->peer.sim->env.base_url),
        "SLACK_BOT_TOKEN=" SIM_PEER_BOT_TOKEN,
        "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN,
        "SLACK_SIGNING_SECRET=" SIM_PEER_SECRET,
        "SLACK_HTTP_HOST=127.0.0.1",
        "SLACK_HTTP_PORT=0",
        "SLACK_SOCKET_CONNECTIONS=1",
        "SLACK_STORE=memory:",
        variable,
        NULL,
    };
    sim_child_start(c, name, variables);
}

static void on_tick(uv_timer_t *timer)
{
}

void sim_child_until(sim_child_t *c, bool (*done)(const sim_child_t *c), const char *what)
{
    uv_timer_t timer;
    const uint64_t end_ms = slack__mono_ms(&slack__clock_system) + LIMIT_MS;
    uv_timer_init(&c->peer.world.loop, &timer);
    uv_timer_start(&timer, on_tick, 20, 20);
    bool late = false;
    while (!done(c) && !late) {
        uv_run(&c->peer.world.loop, UV_RUN_ONCE);
        late = slack__mono_ms(&slack__clock_system) > end_ms;
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&c->peer.world.loop, UV_RUN_NOWAIT);
    if (late) sim_child_give_up(c, "%s", what);
}

static bool has_exited(const sim_child_t *c)
{
    return c->child.exited;
}

int sim_child_wait(sim_child_t *c)
{
    sim_child_until(c, has_exited, "it goes on");
    child_wait(&c->child);
    return (int)c->child.status;
}

int sim_child_stop(sim_child_t *c)
{
    if (c->child.exited) sim_child_give_up(c, "it ended by itself");
    child_kill(&c->child);
    return sim_child_wait(c);
}

/* The port from its log; 0 before it listens. */
static unsigned port(const sim_child_t *c)
{
    const char *line = strstr(c->child.out, "event=\"http listening\"");
    const char *number = line ? strstr(line, " port=") : NULL;
    return number ? (unsigned)strtoul(number + strlen(" port="), NULL, 10) : 0;
}

static bool has_port_or_exited(const sim_child_t *c)
{
    return port(c) != 0 || c->child.exited;
}

static bool has_socket_or_exited(const sim_child_t *c)
{
    return c->peer.sim->sockets.greeted > 0 || c->child.exited;
}

static void connect_by(sim_child_t *c, bool (*done)(const sim_child_t *c), const char *what)
{
    sim_child_until(c, done, what);
    if (c->child.exited) sim_child_give_up(c, "it ended by itself");
}

void sim_child_connect_http(sim_child_t *c)
{
    connect_by(c, has_port_or_exited, "it does not listen");
    const char *url = sim_child_text(c, "{\"url\":\"http://127.0.0.1:%u/slack/events\"}", port(c));
    assert_true(slack_json_bool(sim_peer_control(&c->peer, "/sim/request-url", url), "/ok"));
}

void sim_child_connect_socket(sim_child_t *c)
{
    connect_by(c, has_socket_or_exited, "it does not connect");
}

/* ---- the user ---- */

const slack_json_t *sim_child_act(sim_child_t *c, const char *json)
{
    sim_peer_answer_t answer;
    sim_peer_send(&c->peer, json, &answer);
    const slack_json_t *sent = sim_peer_sent(&c->peer, &answer);
    if (!slack_json_bool(sent, "/acked"))
        sim_child_give_up(c, "%s: %s", json, slack_json_str(sent, "/error"));
    return sent;
}

const slack_json_t *sim_child_transcript(sim_child_t *c, size_t count)
{
    const char *path = sim_child_text(c, "/sim/transcript?wait=%zu", count);
    return slack_json_get(sim_peer_control(&c->peer, path, NULL), "/entries");
}

bool sim_child_has_line(const slack_json_t *entries, size_t nth, const char *part)
{
    slack_json_iter_t it = {0};
    for (size_t i = 0; slack_json_next(entries, &it); i++)
        if (i >= nth && strstr(slack_json_str(it.value, "/line"), part)) return true;
    return false;
}
