/* SPDX-License-Identifier: MIT */
/* A whole app over Socket Mode, with a server that uses the ws package from npm. */

#include <slack/slack.h>

#include "support/certs.h"
#include "support/child.h"
#include "support/npm.h"
#include "support/test.h"

#define EVENTS_MAX 20000

typedef struct fixture {
    world_t world;
    child_t child;
    slack_app_t *app;
    bool stopped;
    int status;
    unsigned char runs[EVENTS_MAX]; /* of the nth event */
    unsigned ran;
    unsigned mentions;
} fixture_t;

static int count_run(slack_ctx_t *ctx, void *user_data)
{
    fixture_t *f = user_data;
    unsigned long n = strtoul(slack_json_str(slack_ctx_event(ctx), "/text"), NULL, 10);
    assert_true(n < EVENTS_MAX);
    f->runs[n]++;
    f->ran++;
    return 0;
}

static int count_mention(slack_ctx_t *ctx, void *user_data)
{
    ((fixture_t *)user_data)->mentions++;
    return 0;
}

static int echo(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    fixture_t *f = user_data;
    f->stopped = true;
    f->status = status;
}

/* With a CA file both calls and sockets go over TLS. */
static void open_app(fixture_t *f, const char *ca_file)
{
    char api_url[64];
    snprintf(api_url, sizeof api_url,
             ca_file ? "https://localhost:%d/api/" : "http://127.0.0.1:%d/api/",
             atoi(f->child.out));
    const slack_options_t options = {
        .transport = "socket",
        .bot_token = "xoxb-test",
        .app_token = "xapp-1-test",
        .api_url = api_url,
        .ca_file = ca_file,
        .store = "memory:",
        .socket_connections = 2,
        .log_fn = world_keep_line,
        .log_user_data = &f->world,
        .loop = &f->world.loop,
    };
    assert_int_equal(slack_app_new(&f->app, &options), 0);
    assert_int_equal(slack_on_event(f->app, "message", count_run, f), 0);
    assert_int_equal(slack_on_event(f->app, "app_mention", count_mention, f), 0);
    assert_int_equal(slack_on_command(f->app, "/echo", echo, f), 0);
    assert_int_equal(slack_app_start(f->app, on_stopped, f), 0);
}

static void open_all(fixture_t *f, const char *mode, const char *refreshes, bool tls)
{
    const char *folder = npm_folder();
    if (!folder || (tls && !certs_make())) skip();
    memset(f, 0, sizeof *f);
    assert_true(world_open(&f->world));
    child_start(&f->child, &f->world,
                (const char *const[]){"node", npm_script("socket_slack.js"), folder, mode,
                                      refreshes, "200", tls ? certs_path("server.pem") : NULL,
                                      tls ? certs_path("server.key") : NULL, NULL},
                NULL);
    assert_true(f->child.started);
    world_until(&f->world, f->child.lines >= 1);
    open_app(f, tls ? certs_path("ca.pem") : NULL);
}

/* For a run longer than the limit of world_until(). The server ends by itself. */
static void until_through(fixture_t *f)
{
    while (f->child.lines < 2 && !f->child.exited)
        uv_run(&f->world.loop, UV_RUN_ONCE);
}

static unsigned figure(const fixture_t *f, const char *name)
{
    char key[32];
    snprintf(key, sizeof key, "%s=", name);
    const char *line = strchr(f->child.out, '\n');
    const char *at = line ? strstr(line, key) : NULL;
    if (!at) fail_msg("%s\n%s", f->child.out, f->world.log);
    return (unsigned)strtoul(at + strlen(key), NULL, 10);
}

static void close_all(fixture_t *f)
{
    slack_app_stop(f->app);
    world_until(&f->world, f->stopped);
    assert_int_equal(f->status, 0);
    slack_app_free(f->app);
    child_wait(&f->child);
    assert_int_equal(f->child.status, 0);
    child_done(&f->child);
    world_close(&f->world);
    assert_false(world_logged(&f->world, "ticket"));
}

static void talk(bool tls)
{
    static fixture_t f;
    open_all(&f, "talk", "0", tls);
    until_through(&f);
    assert_int_equal(figure(&f, "acked"), 4);
    assert_int_equal(figure(&f, "twice"), 0);
    assert_int_equal(f.ran, 1);
    assert_int_equal(f.mentions, 1);
    close_all(&f);
}

TEST(one_of_everything)
{
    talk(false);
}

TEST(one_of_everything_over_tls)
{
    talk(true);
}

/* 50 refreshes at 200 envelopes a second: each is acked exactly once, within 1 s. */
TEST(refreshes_without_a_gap)
{
    static fixture_t f;
    open_all(&f, "refresh", "50", false);
    until_through(&f);
    unsigned sent = figure(&f, "sent");
    print_message("# %s", strchr(f.child.out, '\n') + 1);
    assert_true(sent >= 500);
    assert_int_equal(figure(&f, "refreshes"), 50);
    assert_int_equal(figure(&f, "acked"), sent);
    assert_int_equal(figure(&f, "twice"), 0);
    assert_int_equal(figure(&f, "late"), 0);
    for (unsigned n = 0; n < sent; n++)
        assert_int_equal(f.runs[n], 1);
    assert_false(world_logged(&f.world, "level=warn"));
    close_all(&f);
}

/* The server ends TCP right after `warning`. It sends lost envelopes again; each runs exactly once.
 */
TEST(drops_right_behind_the_warning)
{
    static fixture_t f;
    open_all(&f, "drop", "50", false);
    until_through(&f);
    unsigned sent = figure(&f, "sent");
    print_message("# %s", strchr(f.child.out, '\n') + 1);
    assert_int_equal(figure(&f, "refreshes"), 50);
    assert_int_equal(figure(&f, "acked"), sent);
    for (unsigned n = 0; n < sent; n++)
        assert_int_equal(f.runs[n], 1);
    close_all(&f);
}
