/* SPDX-License-Identifier: MIT */
#include "transport_history/walk.h"

#include <string.h>

#include <slack/api/conversations.h>
#include <slack/pages.h>

#include "transport_history/event.h"
#include "util/alloc.h"
#include "util/json.h"

/* A message of Slack's has at most 40,000 characters and 50 blocks. */
#define MESSAGE_BYTES_MAX ((size_t)1 << 20)

void slack__walk_init(slack_walk_t *walk)
{
    slack__gather_init(&walk->gather, walk->options.messages_max, SLACK_WALK_BYTES_MAX);
    slack__buf_init(&walk->text, MESSAGE_BYTES_MAX);
}

void slack__walk_done(slack_walk_t *walk)
{
    slack__gather_done(&walk->gather);
    slack__buf_done(&walk->text);
    slack__free(walk->threads);
    walk->threads = NULL;
}

void slack__walk_stop(slack_walk_t *walk)
{
    walk->stopped = true;
    slack__gather_reset(&walk->gather);
}

/* ---- what a page has ---- */

static int walk_add_thread(slack_walk_t *walk, const char *root)
{
    for (size_t i = 0; i < walk->thread_count; i++)
        if (strcmp(walk->threads[i], root) == 0) return 0;
    if (walk->thread_count == SLACK_WALK_THREADS_MAX) {
        walk->threads_left_out++;
        return 0;
    }
    if (walk->thread_count == walk->thread_room) {
        const size_t room = walk->thread_room > 0 ? 2 * walk->thread_room : 16;
        void *threads = slack__realloc(walk->threads, room * sizeof *walk->threads);
        if (threads == NULL) return SLACK_ENOMEM;
        walk->threads = threads;
        walk->thread_room = room;
    }
    memcpy(walk->threads[walk->thread_count++], root, strlen(root) + 1);
    return 0;
}

/* A root leads to its thread, and so does a reply that was sent to the channel too. */
static int walk_add_threads_of(slack_walk_t *walk, const slack_json_t *message)
{
    const char *ts = slack_json_str(message, "ts");
    const char *thread = slack_json_str(message, "thread_ts");
    if (slack__ts_ok(ts) && slack__history_has_replies(message, walk->from))
        return walk_add_thread(walk, ts);
    const bool reply = slack__ts_ok(thread) && strcmp(thread, ts) != 0;
    return reply && slack__ts_after(ts, walk->from) ? walk_add_thread(walk, thread) : 0;
}

static bool walk_in_threads(const slack_walk_t *walk)
{
    return walk->thread_next > 0;
}

static int walk_add_page(slack_walk_t *walk, const slack_json_t *messages)
{
    slack_json_iter_t it = {0};
    int rc = 0;
    while (rc == 0 && slack_json_next(messages, &it)) {
        const char *ts = slack_json_str(it.value, "ts");
        if (slack__history_is_event(it.value) && slack__ts_after(ts, walk->from)) {
            slack__buf_clear(&walk->text);
            rc = slack__json_write(&walk->text, it.value);
            if (rc == 0)
                rc = slack__gather_add(&walk->gather, ts, slack__buf_ptr(&walk->text),
                                       walk->text.len);
        }
        if (rc == 0 && !walk_in_threads(walk)) rc = walk_add_threads_of(walk, it.value);
    }
    return rc;
}

/* ---- the lists ---- */

static int walk_got_page(const slack_page_t *page, void *user_data)
{
    slack_walk_t *walk = user_data;
    if (walk->stopped) return SLACK_PAGES_STOP;
    if (!page->ended) return walk_add_page(walk, page->items);
    /* A thread that was deleted meanwhile has no replies. */
    const bool gone = walk_in_threads(walk) && strcmp(page->error, "thread_not_found") == 0;
    int rc = gone ? 0 : page->status;
    if (rc == 0 && walk->thread_next < walk->thread_count) {
        const char *root = walk->threads[walk->thread_next++];
        rc = slack_pages(walk->client,
                         slack_conversations_replies(.channel = walk->channel->id, .ts = root,
                                                     .oldest = walk->from),
                         0, walk_got_page, walk);
        if (rc == 0) return 0;
    }
    slack_walk_end_t end = {.status = rc, .error = slack_strerror(rc), .needed = ""};
    if (page->status == rc && rc != 0) end.error = page->error;
    if (strcmp(end.error, "missing_scope") == 0)
        end.needed = slack_json_str(slack_response_json(page->response), "needed");
    walk->ended(walk, &end);
    return 0;
}

int slack__walk_begin(slack_walk_t *walk, slack_channel_t *channel)
{
    const int64_t now_ms = slack__wall_ms(walk->clock);
    char oldest[SLACK_TS_SIZE], root[SLACK_TS_SIZE];
    slack__ts_of_ms(now_ms - walk->options.age_ms, oldest);
    slack__ts_of_ms(now_ms - walk->options.thread_age_ms, root);
    walk->channel = channel;
    memcpy(walk->from, slack__ts_after(oldest, channel->cursor.ts) ? oldest : channel->cursor.ts,
           sizeof walk->from);
    slack__gather_reset(&walk->gather);
    walk->thread_count = walk->thread_next = walk->threads_left_out = 0;
    const char *first = slack__ts_after(walk->from, root) ? root : walk->from;
    return slack_pages(walk->client,
                       slack_conversations_history(.channel = channel->id, .oldest = first), 0,
                       walk_got_page, walk);
}
