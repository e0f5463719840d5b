/* SPDX-License-Identifier: MIT */
/* Every public function on a thread that may not call it: an error, a line in the log, no effect.
 */

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/file.h"
#include "support/http_peer.h"
#include "support/test.h"

static app_fixture_t f;
static slack_app_t *app;
static slack_ctx_t *ctx;
static slack_http_visit_t *visit;
static slack_install_t *install;
static slack_client_t *client;
static const slack_json_t *json; /* NULL */
static slack_key_t key;
static slack_pager_t *pager;
static slack_stream_t *stream;
static slack_page_t page;

static int handle(slack_ctx_t *unused, void *user_data)
{
    return 0;
}

#define CTX_CALLS(X, V)                                                                            \
    X(slack_ack, (ctx))                                                                            \
    X(slack_ack_clear, (ctx))                                                                      \
    X(slack_ack_errors, (ctx, json))                                                               \
    X(slack_ack_json, (ctx, json))                                                                 \
    X(slack_ack_option_groups, (ctx, json))                                                        \
    X(slack_ack_options, (ctx, json))                                                              \
    X(slack_ack_push, (ctx, json))                                                                 \
    X(slack_ack_text, (ctx, "x"))                                                                  \
    X(slack_ack_update, (ctx, json))                                                               \
    X(slack_call_then, (ctx, slack_request("api.test", json), NULL, NULL))                         \
    X(slack_call_thenf, (ctx, "api.test", NULL, NULL, "{}"))                                       \
    X(slack_call_wait, (ctx, slack_request("api.test", json), NULL))                               \
    X(slack_complete, (ctx, json))                                                                 \
    V(slack_ctx_client, (ctx))                                                                     \
    V(slack_ctx_get, (ctx, &key))                                                                  \
    V(slack_ctx_hold, (ctx))                                                                       \
    X(slack_ctx_on_done, (ctx, NULL, NULL))                                                        \
    V(slack_ctx_release, (ctx, 0))                                                                 \
    V(slack_ctx_said_channel, (ctx))                                                               \
    V(slack_ctx_said_ts, (ctx))                                                                    \
    X(slack_ctx_set, (ctx, &key, &key))                                                            \
    X(slack_ctx_set_assistant_context, (ctx, json))                                                \
    V(slack_ctx_strerror, (ctx, SLACK_EINVAL))                                                     \
    V(slack_ctx_user_client, (ctx))                                                                \
    X(slack_defer, (ctx, "job", json))                                                             \
    X(slack_defer_job, (ctx, &(slack_job_t){.name = "job"}))                                       \
    X(slack_delete, (ctx, "1.0"))                                                                  \
    X(slack_delete_said, (ctx))                                                                    \
    V(slack_date, (ctx, 1, NULL, NULL))                                                            \
    X(slack_post, (ctx, slack_request("chat.update", json)))                                       \
    X(slack_post_with,                                                                             \
      (ctx, &(slack_post_options_t){.request = slack_request("chat.update", json)}))               \
    V(slack_ctx_installation, (ctx))                                                               \
    V(slack_escape, (ctx, "<"))                                                                    \
    X(slack_download_then, (ctx, NULL, NULL, NULL))                                                \
    X(slack_download_wait, (ctx, NULL, NULL))                                                      \
    X(slack_fail, (ctx, "x"))                                                                      \
    X(slack_webhook_then, (ctx, "https://hooks.slack.com/x", json, NULL, NULL))                    \
    X(slack_fetch_then, (ctx, NULL, NULL, NULL))                                                   \
    X(slack_fetch_wait, (ctx, NULL, NULL))                                                         \
    V(slack_json_add, (ctx, &(slack_json_list_t){0}, json))                                        \
    V(slack_json_array, (ctx, NULL, 0))                                                            \
    V(slack_json_file, (ctx, "x.json", NULL))                                                      \
    V(slack_json_parse, (ctx, "1", 1))                                                             \
    V(slack_json_text, (ctx, json))                                                                \
    V(slack_jsonf, (ctx, "{}"))                                                                    \
    X(slack_limit_users, (ctx, NULL))                                                              \
    V(slack_link, (ctx, "https://x", "x"))                                                         \
    V(slack_mention, (ctx, "U1"))                                                                  \
    X(slack_next, (ctx))                                                                           \
    X(slack_only_for_users, (ctx, NULL))                                                           \
    X(slack_only_in_channels, (ctx, NULL))                                                         \
    X(slack_only_mentions, (ctx, NULL))                                                            \
    V(slack_pager, (ctx, slack_request("api.test", json), 0))                                      \
    V(slack_pager_next, (pager, &page))                                                            \
    X(slack_pages_then, (ctx, slack_request("api.test", json), 0, NULL, NULL))                     \
    X(slack_react, (ctx, "wave"))                                                                  \
    X(slack_reply, (ctx, "x"))                                                                     \
    X(slack_reply_json, (ctx, json))                                                               \
    X(slack_respond, (ctx, "x"))                                                                   \
    X(slack_respond_json, (ctx, json))                                                             \
    X(slack_say, (ctx, "x"))                                                                       \
    X(slack_say_ephemeral, (ctx, "x"))                                                             \
    X(slack_say_json, (ctx, json))                                                                 \
    X(slack_say_then, (ctx, json, NULL, NULL))                                                     \
    X(slack_set_prompts, (ctx, "x", json))                                                         \
    X(slack_set_status, (ctx, "x"))                                                                \
    X(slack_set_title, (ctx, "x"))                                                                 \
    V(slack_stream, (ctx, NULL))                                                                   \
    X(slack_stream_append, (stream, "x"))                                                          \
    X(slack_stream_chunkf, (stream, "{}"))                                                         \
    X(slack_stream_status, (stream))                                                               \
    X(slack_stream_stop, (stream, NULL, NULL))                                                     \
    V(slack_stream_ts, (stream))                                                                   \
    X(slack_unreact, (ctx, "wave"))                                                                \
    X(slack_upload_then, (ctx, NULL, NULL, NULL))                                                  \
    X(slack_upload_wait, (ctx, NULL, NULL))                                                        \
    X(slack_update, (ctx, "1.0", json))                                                            \
    X(slack_update_said, (ctx, json))                                                              \
    X(slack_view_open, (ctx, json))                                                                \
    X(slack_view_publish, (ctx, NULL, NULL, json))                                                 \
    X(slack_view_push, (ctx, json))                                                                \
    X(slack_view_update, (ctx, NULL, NULL, json))

#define LOOP_CALLS(X, V)                                                                           \
    X(slack_app_authorize, (app, NULL))                                                            \
    X(slack_app_defer, (app, &(slack_job_t){.name = "job"}))                                       \
    V(slack_app_error, (app))                                                                      \
    V(slack_app_forget, (app, NULL))                                                               \
    V(slack_app_free, (app))                                                                       \
    X(slack_app_post_request, (app, NULL))                                                         \
    X(slack_app_set_install_hooks, (app, NULL))                                                    \
    X(slack_app_run, (app))                                                                        \
    X(slack_app_start, (app, NULL, NULL))                                                          \
    X(slack_app_transport_stats, (app, "memory", NULL))                                            \
    V(slack_assistant_store, (app, NULL, NULL, NULL))                                              \
    X(slack_call, (client, slack_request("api.test", json), NULL, NULL))                           \
    X(slack_callf, (client, "api.test", NULL, NULL, "{}"))                                         \
    X(slack_cancel_job, (app, "key", NULL, NULL))                                                  \
    X(slack_cancel_post, (app, "key", NULL, NULL))                                                 \
    X(slack_client_for, (app, NULL, NULL, NULL))                                                   \
    V(slack_client_repeat, (client, true))                                                         \
    V(slack_client_stream, (client, NULL))                                                         \
    X(slack_declare_calls, (app, "chat.postMessage"))                                              \
    X(slack_default_ack, (app, SLACK_KIND_COMMAND, ""))                                            \
    X(slack_download, (client, NULL, NULL, NULL))                                                  \
    X(slack_every, (app, "job", "* * * * *", NULL, handle, NULL))                                  \
    V(slack_http_cookie, (visit, "x"))                                                             \
    V(slack_http_form_field, (visit, "x"))                                                         \
    V(slack_http_get_header, (visit, "Host"))                                                      \
    V(slack_http_query_field, (visit, "x"))                                                        \
    X(slack_http_redirect, (visit, "/"))                                                           \
    X(slack_http_reply, (visit, 200, NULL, NULL, 0))                                               \
    X(slack_fetch, (app, NULL, NULL, NULL))                                                        \
    X(slack_http_route, (app, "GET", "/x", NULL, NULL))                                            \
    X(slack_http_set_header, (visit, "x", "y"))                                                    \
    V(slack_install_escape, (install, "x"))                                                        \
    V(slack_install_hold, (install))                                                               \
    X(slack_install_refuse, (install, "x"))                                                        \
    V(slack_install_release, (install, 0))                                                         \
    X(slack_install_set_metadata, (install, "x"))                                                  \
    X(slack_install_set_scopes, (install, "x", NULL))                                              \
    X(slack_install_set_team, (install, "T1"))                                                     \
    X(slack_listen, (app, NULL))                                                                   \
    X(slack_on_action, (app, "x", handle, NULL))                                                   \
    X(slack_on_app_rate_limited, (app, handle, NULL))                                              \
    X(slack_on_assistant_context, (app, handle, NULL))                                             \
    X(slack_on_assistant_message, (app, handle, NULL))                                             \
    X(slack_on_assistant_started, (app, handle, NULL))                                             \
    X(slack_on_command, (app, "/x", handle, NULL))                                                 \
    V(slack_on_dead, (app, NULL, NULL))                                                            \
    V(slack_on_dead_post, (app, NULL, NULL))                                                       \
    X(slack_on_dialog, (app, "x", handle, NULL))                                                   \
    V(slack_on_error, (app, NULL, NULL))                                                           \
    X(slack_on_event, (app, "x", handle, NULL))                                                    \
    X(slack_on_function, (app, "x", handle, NULL))                                                 \
    X(slack_on_installed, (app, handle, NULL))                                                     \
    X(slack_on_job, (app, "x", handle, NULL))                                                      \
    X(slack_on_message, (app, "x", handle, NULL))                                                  \
    X(slack_on_options, (app, "x", handle, NULL))                                                  \
    X(slack_on_shortcut, (app, "x", handle, NULL))                                                 \
    V(slack_on_state, (app, NULL, NULL))                                                           \
    V(slack_on_unacked, (app, NULL, NULL))                                                         \
    V(slack_on_unmatched, (app, NULL, NULL))                                                       \
    X(slack_on_uninstalled, (app, handle, NULL))                                                   \
    X(slack_on_view_closed, (app, "x", handle, NULL))                                              \
    X(slack_on_view_submission, (app, "x", handle, NULL))                                          \
    X(slack_webhook, (client, "https://hooks.slack.com/x", json, NULL, NULL))                      \
    X(slack_pages, (client, slack_request("api.test", json), 0, NULL, NULL))                       \
    X(slack_schedule, (app, NULL))                                                                 \
    X(slack_sign_in, (app, "/login", NULL, NULL))                                                  \
    X(slack_unlisten, (app, "x"))                                                                  \
    X(slack_use, (app, handle, NULL))                                                              \
    X(slack_upload, (client, NULL, NULL, NULL))

/* The functions that docs/threads.md allows on any thread. */
static const char any_thread[] =
    " slack_app_client slack_app_new slack_app_post slack_app_reload slack_app_stop"
    " slack_authorize_fail slack_authorize_grant slack_authorize_refuse slack_client_free"
    " slack_client_new slack_ctx_ack_late_ms slack_ctx_ack_left_ms slack_ctx_action"
    " slack_ctx_actor_enterprise slack_ctx_actor_team slack_ctx_actor_user slack_ctx_app"
    " slack_ctx_app_id slack_ctx_assistant_context slack_ctx_attempt slack_ctx_body"
    " slack_ctx_bot_id slack_ctx_bot_user slack_ctx_canceled slack_ctx_channel slack_ctx_due_ms"
    " slack_ctx_enterprise slack_ctx_event slack_ctx_function_execution_id slack_ctx_inputs"
    " slack_ctx_is_edit slack_ctx_is_enterprise_install slack_ctx_kind slack_ctx_listener"
    " slack_ctx_match slack_ctx_recovered slack_ctx_response_url slack_ctx_retry_num"
    " slack_ctx_retry_reason"
    " slack_ctx_team slack_ctx_thread_ts slack_ctx_transport slack_ctx_trigger_id"
    " slack_ctx_trigger_left_ms slack_ctx_ts slack_ctx_user slack_err_name slack_http_body"
    " slack_http_method slack_install_installation slack_install_link"
    " slack_install_metadata slack_install_sentence slack_install_visit slack_http_path "
    "slack_http_peer slack_http_query slack_json_bool"
    " slack_json_count slack_json_error slack_json_get slack_json_int slack_json_next"
    " slack_json_num slack_json_pool_free slack_json_pool_new slack_json_reason slack_json_str"
    " slack_json_strn slack_json_type slack_kind_name slack_log_stderr slack_options_done"
    " slack_options_from_env slack_pool_add slack_pool_array slack_pool_date slack_pool_escape"
    " slack_pool_file slack_pool_jsonf slack_pool_link slack_pool_mention slack_pool_parse"
    " slack_pool_text slack_response_channel"
    " slack_response_body slack_response_error slack_response_header slack_response_http_status "
    "slack_response_json"
    " slack_response_next_cursor slack_response_status slack_response_str slack_response_ts"
    " slack_set_allocator slack_strerror slack_user_limit_free slack_user_limit_new ";

#define X(name, args)                                                                              \
    static int try_##name(void)                                                                    \
    {                                                                                              \
        return name args;                                                                          \
    }
#define V(name, args)                                                                              \
    static int try_##name(void)                                                                    \
    {                                                                                              \
        (void)(name args);                                                                         \
        return SLACK_ETHREAD;                                                                      \
    }
CTX_CALLS(X, V)
LOOP_CALLS(X, V)
#undef X

typedef struct attempt {
    const char *name;
    int (*call)(void);
} attempt_t;

#define X(name, args) {#name, try_##name},
static const attempt_t ctx_calls[] = {CTX_CALLS(X, X)};
static const attempt_t loop_calls[] = {LOOP_CALLS(X, X)};

#define COUNT(array) (sizeof array / sizeof *(array))

/* Not by an assertion of cmocka's, which is for the thread of the test. */
static const char *wrong;

static slack_ctx_t *worker; /* NULL: the thread is no worker of the app */

/* On a worker the sentence is the handler's; it becomes a line if the handler drops it. */
static bool is_told(const char *function)
{
    char line[160];
    if (worker) return strstr(slack_ctx_strerror(worker, SLACK_ETHREAD), function) != NULL;
    snprintf(line, sizeof line, "event=\"called on the wrong thread\" function=%s hint=\"only ",
             function);
    return world_logged(&f.world, line);
}

static void try_all(const attempt_t *calls, size_t count)
{
    for (size_t i = 0; i < count && !wrong; i++)
        if (calls[i].call() != SLACK_ETHREAD || !is_told(calls[i].name)) wrong = calls[i].name;
}

static void foreign(void *unused)
{
    try_all(ctx_calls, COUNT(ctx_calls));
    try_all(loop_calls, COUNT(loop_calls));
}

/* ---- the app ---- */

static int keep(slack_http_visit_t *kept, void *user_data)
{
    visit = kept;
    return 0;
}

static int keep_install(slack_install_t *kept, void *user_data)
{
    slack_install_hold(kept);
    install = kept;
    return 0;
}

static http_peer_t *browser;

/* Opens an app with a delivery and a visit that wait. */
static void open_app(slack_listener_t listener)
{
    static const char *const requests[] = {"GET /keep HTTP/1.1\r\nHost: x\r\n\r\n",
                                           "GET /slack/install/start HTTP/1.1\r\nHost: x\r\n\r\n"};
    const slack_install_hooks_t hooks = {.before_redirect = keep_install};
    slack_transport_stats_t stats;
    app_ack_t ack = {0};
    wrong = NULL;
    visit = NULL;
    install = NULL;
    app_open(&f, &(slack_options_t){.http_admin_port = "0",
                                    .client_id = "1.2",
                                    .client_secret = "secret",
                                    .scopes = "chat:write"});
    assert_int_equal(slack_app_set_install_hooks(f.app, &hooks), 0);
    app = f.app;
    slack__inspect_log_all(app);
    client = slack_app_client(app);
    listener.kind = SLACK_KIND_EVENT;
    assert_int_equal(slack_listen(app, &listener), 0);
    assert_int_equal(slack_http_route(app, "GET", "/keep", keep, NULL), 0);
    app_ready(&f);
    assert_int_equal(slack_app_transport_stats(app, "memory", &stats), 0);
    browser = http_peer_open(&f.world.loop, stats.admin_port, false);
    for (size_t i = 0; i < COUNT(requests); i++)
        http_peer_send(browser, requests[i], strlen(requests[i]), (http_pieces_t){0});
    world_until(&f.world, visit && install);
    app_deliver(&f,
                "{'type':'event_callback','event_id':'1','team_id':'T0TEAM','event':{'type':"
                "'message','channel':'C1','user':'U1','ts':'1.000001','text':'x'}}",
                &ack);
}

/* None of the calls had an effect: the delivery and the visit still wait, and end well. */
static void close_app(void)
{
    bool closed = false;
    if (wrong) fail_msg("%s\n%s", wrong, f.world.log);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(slack_http_reply(visit, 200, NULL, NULL, 0), 0);
    slack_install_release(install, 0);
    app_run_until_idle(&f);
    assert_int_equal(slack__inspect_counters(app)->deliveries[SLACK_KIND_EVENT][SLACK_RESULT_OK],
                     1);
    http_peer_close(browser, &closed);
    world_until(&f.world, closed);
}

APP_CLOSED(on_a_foreign_thread)
{
    uv_thread_t thread;
    open_app((slack_listener_t){.fn = app_hold_then_ack});
    ctx = app_held;
    pager = slack_pager(ctx, slack_request("api.test", json), 0);
    stream = slack_stream(ctx, NULL);
    assert_int_equal(uv_thread_create(&thread, foreign, NULL), 0);
    uv_thread_join(&thread);
    slack_ctx_release(ctx, 0);
    close_app();
}

/* ---- on a worker ---- */

static uv_sem_t go, done;

/* The loop does not turn between `go` and `done`. */
static int misuse(slack_ctx_t *own, void *other)
{
    uv_sem_wait(&go);
    client = slack_ctx_client(own);
    worker = own;
    try_all(loop_calls, COUNT(loop_calls));
    uv_sem_post(&done);
    return 0;
}

APP_CLOSED(on_a_worker)
{
    assert_int_equal(uv_sem_init(&go, 0), 0);
    assert_int_equal(uv_sem_init(&done, 0), 0);
    open_app((slack_listener_t){.fn = misuse, .run = SLACK_RUN_WORKER});
    uv_sem_post(&go);
    uv_sem_wait(&done);
    worker = NULL;
    close_app();
    assert_int_equal(world_log_count(&f.world, "event=\"error not returned\""), 7);
    assert_int_equal(world_log_count(&f.world, "called on the wrong thread\" function"), 0);
    uv_sem_destroy(&go);
    uv_sem_destroy(&done);
}

/* ---- the lists ---- */

static bool is_listed(const char *name)
{
    char word[64];
    for (size_t i = 0; i < COUNT(ctx_calls); i++)
        if (strcmp(ctx_calls[i].name, name) == 0) return true;
    for (size_t i = 0; i < COUNT(loop_calls); i++)
        if (strcmp(loop_calls[i].name, name) == 0) return true;
    snprintf(word, sizeof word, " %s ", name);
    return strstr(any_thread, word) != NULL;
}

/* A new function belongs into one of the lists, and its class into docs/threads.md. */
TEST(every_function_has_its_threads)
{
    char *symbols = file_read_page("symbols.txt");
    for (char *name = strtok(symbols, "\n"); name; name = strtok(NULL, "\n"))
        if (!is_listed(name)) fail_msg("%s", name);
}
