/* SPDX-License-Identifier: MIT */
/*
 * A program around an app: its own allocator, log and options, a page beside the request URL, calls
 * outside a delivery, and a job that repeats every day. The tests build it.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>

/* ---- memory (alloc.h) ---- */

static void *counted_malloc(size_t size, void *user_data)
{
    (void)user_data; /* a real program would count here; any thread may call this */
    return malloc(size);
}

static void *counted_realloc(void *ptr, size_t size, void *user_data)
{
    (void)user_data;
    return realloc(ptr, size);
}

static void counted_free(void *ptr, void *user_data)
{
    (void)user_data;
    free(ptr);
}

/* ---- the log (log.h): a file in place of standard error ---- */

static void write_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    FILE *file = user_data;
    fprintf(file, "%s%.*s\n", level == SLACK_LOG_ERROR ? "! " : "", (int)len, line);
}

/* ---- a page (http.h) ---- */

static int show_version(slack_http_visit_t *visit, void *user_data)
{
    const char *version = user_data;
    int rc = slack_http_set_header(visit, "Cache-Control", "no-store");
    return rc ? rc : slack_http_reply(visit, 200, "text/plain", version, 3);
}

/* ---- calls outside a delivery (pages.h, app.h) ---- */

static int print_channels(const slack_page_t *page, void *user_data)
{
    (void)user_data;
    if (page->status != 0) fprintf(stderr, "conversations.list: %s\n", page->error);
    slack_json_iter_t it = {0};
    while (slack_json_next(page->items, &it)) /* no items at the end */
        printf("%s\n", slack_json_str(it.value, "/name"));
    return 0; /* the next page, please */
}

/* Runs on the loop's thread. Any thread may ask for it with slack_app_post(). */
static void list_channels(slack_app_t *app, int status, void *user_data)
{
    (void)user_data;
    if (status == 0)
        slack_pages(slack_app_client(app), slack_conversations_list(), 0, print_channels, NULL);
}

/* ---- a job every day (inbox.h) ---- */

static int tidy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_job_t again = {
        .name = "tidy",
        .args = slack_jsonf(ctx, "{channel: %s}", slack_json_str(slack_ctx_body(ctx), "/channel")),
        .delay_ms = 24 * 3600 * 1000,
    };
    int rc = slack_say_jsonf(ctx, "{channel: %s, text: 'Tidied up'}",
                             slack_json_str(slack_ctx_body(ctx), "/channel"));
    return rc ? rc : slack_defer_job(ctx, &again);
}

static int start_tidying(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_deferf(ctx, "tidy", "{channel: %s}", slack_ctx_channel(ctx));
    return rc ? rc : slack_ack_text(ctx, "From now on, every day.");
}

static void report_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    (void)ctx;
    (void)user_data;
    fprintf(stderr, "dead letter %lld: %s\n", (long long)dead->id, dead->error);
}

int main(void)
{
    static const slack_allocator_t allocator = {counted_malloc, counted_realloc, counted_free,
                                                NULL};
    static char version[] = "1.0";
    FILE *log = fopen("bot.log", "a");
    const slack_options_t options = {
        .log_fn = log ? write_line : NULL,
        .log_user_data = log,
        .http_limits = {.connections = 64, .body_bytes = 256 << 10}, /* limits.h */
    };
    slack_app_t *app = NULL;
    int rc = slack_set_allocator(&allocator); /* before anything else of the library */
    if (rc == 0) rc = slack_app_new(&app, &options);
    if (rc == 0) slack_on_dead(app, report_dead, NULL);
    if (rc == 0) rc = slack_on_job(app, "tidy", tidy, NULL);
    if (rc == 0) rc = slack_on_command(app, "/tidy", start_tidying, NULL);
    if (rc == 0) rc = slack_http_route(app, "GET", "/version", show_version, version);
    if (rc == 0) rc = slack_app_post(app, list_channels, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "%s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    if (log) fclose(log);
    return rc != 0;
}
