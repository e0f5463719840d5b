/* SPDX-License-Identifier: MIT */
#include "kill/orders.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/clock.h"
#include "util/form.h"

/* The age from which on the history shows a message. */
#define LAG_MS 1000
/* An answer is at most so late. */
#define LATE_MS 500

static const char *const kinds[] = {"received", "shipped"};

/* ---- posts ---- */

void orders_post(orders_t *orders, post_t post)
{
    if (orders->count == orders->room) {
        orders->room = orders->room ? 2 * orders->room : 1024;
        orders->posts = realloc(orders->posts, orders->room * sizeof *orders->posts);
        if (!orders->posts) abort();
    }
    orders->posts[orders->count++] = post;
}

void orders_free(orders_t *orders)
{
    for (size_t i = 0; i < orders->count; i++)
        free(orders->posts[i].metadata);
    free(orders->posts);
}

static const char *ts_of(const orders_t *orders, const post_t *post, slack_arena_t *arena)
{
    return slack__arena_printf(arena, "%lld.%06zu", (long long)(post->at_ms / 1000),
                               (size_t)(post - orders->posts) % 1000000);
}

/* Whether a message is one that the bot has to post. The ts of an order ends in its number. */
static bool is_known(const post_t *post, const char *kind)
{
    unsigned number;
    if (post->channel >= ORDER_CHANNELS) return false;
    if (!post->shipped) return strcmp(kind, kinds[0]) == 0 && *post->thread == '\0';
    return sscanf(post->thread, "%*u.%u", &number) == 1 && number == post->order;
}

static const char *post_answer(orders_t *orders, const slack_json_t *args, slack_arena_t *arena)
{
    char kind[16] = "";
    const char *text = slack_json_str(args, "/text");
    post_t post = {.at_ms = slack__wall_ms(&slack__clock_system), .channel = ORDER_CHANNELS};
    (void)sscanf(text, "order %u %15s", &post.order, kind);
    (void)sscanf(slack_json_str(args, "/channel"), "C%u", &post.channel);
    snprintf(post.thread, sizeof post.thread, "%s", slack_json_str(args, "/thread_ts"));
    post.shipped = strcmp(kind, kinds[1]) == 0;
    if (!is_known(&post, kind)) {
        printf("# a strange message: %s\n", text);
        orders->strays++;
    }
    post.metadata = strdup(slack_json_str(args, "/metadata"));
    orders_post(orders, post);
    return slack__arena_printf(arena, "{\"ok\":true,\"channel\":\"C%u\",\"ts\":\"%s\"}",
                               post.channel,
                               ts_of(orders, &orders->posts[orders->count - 1], arena));
}

/* ---- the history ---- */

static bool is_shown(const post_t *post, const slack_json_t *args)
{
    unsigned channel = ORDER_CHANNELS;
    (void)sscanf(slack_json_str(args, "/channel"), "C%u", &channel);
    return post->channel == channel && strcmp(post->thread, slack_json_str(args, "/ts")) == 0 &&
           post->at_ms + LAG_MS <= slack__wall_ms(&slack__clock_system) &&
           (double)post->at_ms >= 1000 * strtod(slack_json_str(args, "/oldest"), NULL);
}

/* A page, from the newest message on. Its cursor is the number of the messages that are left. */
static const char *look_answer(orders_t *orders, const slack_json_t *args, slack_arena_t *arena)
{
    const char *list = "", *cursor = slack_json_str(args, "/cursor");
    size_t left = orders->blind ? 0 : *cursor ? strtoul(cursor, NULL, 10) : orders->count;
    for (int64_t room = strtol(slack_json_str(args, "/limit"), NULL, 10); room > 0 && left > 0;) {
        const post_t *post = &orders->posts[--left];
        if (!is_shown(post, args)) continue;
        list = slack__arena_printf(
            arena,
            "%s%s{\"type\":\"message\",\"user\":\"UB\",\"ts\":\"%s\",\"text\":\"order %u %s\","
            "\"metadata\":%s}",
            list, *list ? "," : "", ts_of(orders, post, arena), post->order, kinds[post->shipped],
            *post->metadata ? post->metadata : "{}");
        if (!list) abort();
        room--;
    }
    return slack__arena_printf(arena,
                               "{\"ok\":true,\"messages\":[%s],\"has_more\":%s,"
                               "\"response_metadata\":{\"next_cursor\":\"%.0zu\"}}",
                               list, left > 0 ? "true" : "false", left);
}

/* ---- faults ---- */

/* A third of the faults meets looks too; only those of posts are counted. */
order_answer_t orders_take(orders_t *orders, const slack_http_request_t *request)
{
    const bool post = strstr(request->path.ptr, "chat.postMessage");
    const bool calm = orders->calm || (!post && rand() % 3 > 0);
    const int chance = calm ? 99 : rand() % 100;
    const slack_json_t *args = NULL;
    if (slack__form_parse(request->arena, request->body, request->body_len, &args) != 0) abort();
    *(post ? &orders->calls : &orders->looks) += 1;
    if (chance < 3) {
        orders->limited += post;
        return (order_answer_t){429, "{\"ok\":false,\"error\":\"ratelimited\"}", 0};
    }
    if (chance < 8) {
        orders->lost += post;
        return (order_answer_t){0, "", 0};
    }
    const char *body = post ? post_answer(orders, args, request->arena)
                            : look_answer(orders, args, request->arena);
    if (chance < 13) {
        orders->cut += post;
        return (order_answer_t){0, "", 0};
    }
    if (chance < 15) {
        orders->failed += post;
        return (order_answer_t){503, "upstream connect error", 0};
    }
    const bool late = chance < 25;
    orders->late += post && late;
    return (order_answer_t){200, body, late ? (unsigned)rand() % LATE_MS : 0};
}

/* ---- the verdict ---- */

/* From the newest message to the oldest: `first_ack` is the earliest ack among the orders of the
 * newer messages. */
static unsigned judge_order(const orders_t *orders, const event_t *events, unsigned count,
                            bool tell)
{
    unsigned misplaced = 0, first_ack[ORDER_CHANNELS][2];
    memset(first_ack, 0xff, sizeof first_ack);
    for (size_t i = orders->count; i > 0; i--) {
        const post_t *post = &orders->posts[i - 1];
        if (post->order >= count) continue;
        const event_t *event = &events[post->order];
        unsigned *first = &first_ack[post->channel % ORDER_CHANNELS][post->shipped];
        if (*first < event->sent_at) {
            misplaced++;
            if (tell) printf("# order %u %s came too early\n", post->order, kinds[post->shipped]);
        }
        if (event->acked && event->acked_at < *first) *first = event->acked_at;
    }
    return misplaced;
}

order_verdict_t orders_judge(const orders_t *orders, const event_t *events, unsigned count,
                             bool tell)
{
    order_verdict_t v = {.misplaced = judge_order(orders, events, count, tell)};
    unsigned char(*seen)[2] = calloc(count + 1, sizeof *seen);
    if (!seen) abort();
    for (size_t i = 0; i < orders->count; i++) {
        const post_t *post = &orders->posts[i];
        if (post->order >= count || seen[post->order][post->shipped]++ == 0) continue;
        v.doubled++;
        if (tell) printf("# order %u %s came again\n", post->order, kinds[post->shipped]);
    }
    for (unsigned n = 0; n < count; n++)
        for (int shipped = 0; shipped < 2; shipped++) {
            if (!events[n].acked || seen[n][shipped]) continue;
            v.missing++;
            if (tell) printf("# order %u %s is missing\n", n, kinds[shipped]);
        }
    free(seen);
    return v;
}
