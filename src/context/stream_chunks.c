/* SPDX-License-Identifier: MIT */
#include "context/stream_chunks.h"

#include <string.h>

#include "protocol/mrkdwn.h"
#include "util/json_make.h"

#define CHUNK_BYTES_MAX ((size_t)256 << 10)
#define TASKS_BYTES_MAX ((size_t)2900) /* of the text of a context block; Slack takes 3000 */

/* Lies in its arena. */
typedef struct chunk {
    slack_link_t link;
    slack_arena_t *arena;
    const slack_json_t *json;
    size_t at;
} chunk_t;

static chunk_t *chunk_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, chunk_t, link);
}

static void chunk_free(chunk_t *chunk)
{
    slack__unlink(&chunk->link);
    slack__arena_free(chunk->arena);
}

static bool is_type(const slack_json_t *chunk, const char *type)
{
    return strcmp(slack_json_str(chunk, "/type"), type) == 0;
}

void slack__stream_chunks_init(slack_stream_chunks_t *chunks)
{
    *chunks = (slack_stream_chunks_t){0};
    slack__link_init(&chunks->waiting);
    slack__link_init(&chunks->shown);
    slack__link_init(&chunks->carried);
}

void slack__stream_chunks_done(slack_stream_chunks_t *chunks)
{
    slack_link_t *const lists[] = {&chunks->waiting, &chunks->shown, &chunks->carried};
    for (size_t i = 0; i < 3; i++)
        while (!slack__list_empty(lists[i]))
            chunk_free(chunk_at(lists[i]->next));
    chunks->waiting_count = chunks->shown_count = 0;
}

/* A chunk of the list that shows the same task or plan; NULL: none. */
static chunk_t *find_same(const slack_link_t *list, const slack_json_t *json)
{
    if (is_type(json, "blocks")) return NULL;
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        const slack_json_t *other = chunk_at(link)->json;
        if (is_type(other, slack_json_str(json, "/type")) &&
            strcmp(slack_json_str(other, "/id"), slack_json_str(json, "/id")) == 0)
            return chunk_at(link);
    }
    return NULL;
}

/* Puts the chunk at the place of the one that it replaces, or at the end. Returns the number of
 * chunks that the list has more. */
static size_t list_put(slack_link_t *list, chunk_t *chunk)
{
    chunk_t *same = find_same(list, chunk->json);
    slack__list_push(same ? &same->link : list, &chunk->link);
    if (same) chunk_free(same);
    return same ? 0 : 1;
}

static bool is_in_progress(const chunk_t *chunk)
{
    return is_type(chunk->json, "task_update") &&
           strcmp(slack_json_str(chunk->json, "/status"), "in_progress") == 0;
}

int slack__stream_chunks_add(slack_stream_chunks_t *chunks, const slack_json_t *json, size_t at)
{
    chunk_t *same = find_same(&chunks->waiting, json);
    if (chunks->waiting_count == SLACK_STREAM_CHUNKS_MAX && same == NULL) return SLACK_EBUSY;
    slack_arena_t *arena = slack__arena_new(512, CHUNK_BYTES_MAX);
    chunk_t *chunk = arena ? slack__arena_calloc(arena, sizeof *chunk) : NULL;
    int rc =
        chunk ? slack__jsonf(arena, &chunk->json, NULL, "%p", (const void *)json) : SLACK_ENOMEM;
    if (rc != 0) {
        const bool full = arena && slack__arena_is_full(arena);
        slack__arena_free(arena);
        return full ? SLACK_ETOOBIG : rc;
    }
    chunk->arena = arena;
    chunk->at = same ? same->at : at;
    chunks->waiting_count += list_put(&chunks->waiting, chunk);
    return 0;
}

size_t slack__stream_chunks_last(const slack_stream_chunks_t *chunks, size_t fallback)
{
    return chunks->waiting_count > 0 ? chunk_at(chunks->waiting.prev)->at : fallback;
}

bool slack__stream_chunks_wait(const slack_stream_chunks_t *chunks, size_t end)
{
    return chunks->waiting_count > 0 && chunk_at(chunks->waiting.next)->at <= end;
}

bool slack__stream_chunks_in(const slack_stream_chunks_t *chunks, const slack_stream_part_t *part)
{
    bool some =
        slack__stream_chunks_wait(chunks, part->end) || !slack__list_empty(&chunks->carried);
    const slack_link_t *shown = &chunks->shown;
    for (slack_link_t *link = shown->next; part->rolls && link != shown; link = link->next)
        some = some || is_in_progress(chunk_at(link));
    return some;
}

static void chunk_sent(slack_stream_chunks_t *chunks, slack_link_t *link)
{
    chunks->shown_count += list_put(&chunks->shown, chunk_at(link));
    if (chunks->shown_count <= SLACK_STREAM_CHUNKS_MAX) return;
    chunk_free(chunk_at(chunks->shown.next));
    chunks->shown_count--;
}

void slack__stream_chunks_sent(slack_stream_chunks_t *chunks, size_t end)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&chunks->carried)))
        chunk_sent(chunks, link);
    while (slack__stream_chunks_wait(chunks, end)) {
        chunks->waiting_count--;
        chunk_sent(chunks, slack__list_shift(&chunks->waiting));
    }
}

void slack__stream_chunks_roll(slack_stream_chunks_t *chunks, size_t end, size_t start)
{
    while (!slack__list_empty(&chunks->shown)) {
        chunk_t *chunk = chunk_at(slack__list_shift(&chunks->shown));
        if (is_in_progress(chunk))
            slack__list_push(&chunks->carried, &chunk->link);
        else
            chunk_free(chunk);
    }
    chunks->shown_count = 0;
    for (slack_link_t *link = chunks->waiting.next; link != &chunks->waiting; link = link->next)
        chunk_at(link)->at = chunk_at(link)->at - end + start;
}

/* ---- what is sent ---- */

static void add_text(slack_arena_t *arena, slack_json_list_t *list, const char *s, size_t len)
{
    const slack_json_t *value = NULL;
    if (len == 0) return;
    (void)slack__jsonf(arena, &value, NULL, "{type: 'markdown_text', text: %.*s}", (int)len, s);
    slack__make_add(arena, "slack_stream_append", list, value);
}

static const slack_json_t *list_end(slack_arena_t *arena, const slack_json_list_t *list)
{
    const slack_json_t *array =
        slack__make_array(arena, "slack_stream_append", list->items, list->count);
    return slack_json_error(array) ? NULL : array;
}

/* The chunk of the same task that is sent with the part, and so replaces this one. NULL: none. */
static const chunk_t *find_newer(const slack_stream_chunks_t *chunks, const chunk_t *chunk,
                                 const slack_stream_part_t *part)
{
    const chunk_t *newer = find_same(&chunks->waiting, chunk->json);
    return newer && newer->at <= part->end ? newer : NULL;
}

/* The tasks of a list that are in progress where the message ends. */
static void add_paused(const slack_stream_chunks_t *chunks, slack_arena_t *arena,
                       slack_json_list_t *list, const slack_link_t *from,
                       const slack_stream_part_t *part)
{
    for (slack_link_t *link = from->next; link != from; link = link->next) {
        const chunk_t *chunk = chunk_at(link), *newer = find_newer(chunks, chunk, part);
        const slack_json_t *json = chunk->json, *value = NULL;
        if (!is_in_progress(chunk) || (newer && newer != chunk) || chunk->at > part->end) continue;
        (void)slack__jsonf(arena, &value, NULL,
                           "{type: 'task_update', id: %s, title: %s, status: 'pending'}",
                           slack_json_str(json, "/id"), slack_json_str(json, "/title"));
        slack__make_add(arena, "slack_stream_append", list, value);
    }
}

const slack_json_t *slack__stream_chunks_part(const slack_stream_chunks_t *chunks,
                                              slack_arena_t *arena, const slack_stream_text_t *text,
                                              const slack_stream_part_t *part)
{
    slack_json_list_t list = {0};
    const char *s = slack__buf_ptr(&text->buf);
    const size_t end = part->end;
    size_t from = text->sent;
    const slack_link_t *waiting = &chunks->waiting, *carried = &chunks->carried;
    for (slack_link_t *link = carried->next; link != carried; link = link->next)
        if (!find_newer(chunks, chunk_at(link), part))
            slack__make_add(arena, "slack_stream_append", &list, chunk_at(link)->json);
    for (slack_link_t *link = waiting->next; link != waiting; link = link->next) {
        const chunk_t *chunk = chunk_at(link);
        if (chunk->at > end) break;
        if (chunk->at > from) add_text(arena, &list, s + from, chunk->at - from);
        if (chunk->at > from) from = chunk->at;
        slack__make_add(arena, "slack_stream_append", &list, chunk->json);
    }
    if (end > from) add_text(arena, &list, s + from, end - from);
    add_text(arena, &list, part->close, strlen(part->close));
    if (part->rolls) {
        add_paused(chunks, arena, &list, &chunks->shown, part);
        add_paused(chunks, arena, &list, waiting, part);
    }
    return list_end(arena, &list);
}

/* Slack shows no task cards in a message that is edited: a line stands for each. */
static void append_line(slack_buf_t *lines, slack_arena_t *arena, const slack_json_t *chunk,
                        bool rolls)
{
    static const struct {
        const char *status, *mark;
    } marks[] = {
        {"in_progress", ":hourglass_flowing_sand: "},
        {"complete", ":white_check_mark: "},
        {"error", ":x: "},
        {"pending", ":white_medium_small_square: "},
        {"", ""},
    };
    size_t i = 0;
    if (is_type(chunk, "blocks")) return;
    while (*marks[i].status && strcmp(marks[i].status, slack_json_str(chunk, "/status")) != 0)
        i++;
    if (i == 0 && rolls) i = 3;
    const char *title = slack__mrkdwn_escape(arena, slack_json_str(chunk, "/title"));
    /* A line that has no room is left out. */
    if (title)
        (void)slack__buf_printf(lines, "%s%s%s", lines->len ? "\n" : "", marks[i].mark, title);
}

static void add_items(slack_arena_t *arena, slack_json_list_t *list, const slack_json_t *items)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(items, &it))
        slack__make_add(arena, "slack_stream_append", list, it.value);
}

const slack_json_t *slack__stream_chunks_whole(const slack_stream_chunks_t *chunks,
                                               slack_arena_t *arena, const char *text,
                                               const slack_stream_part_t *part,
                                               const slack_json_t *more)
{
    slack_json_list_t list = {0}, blocks = {0};
    const slack_json_t *value = NULL;
    const slack_link_t *const lists[] = {&chunks->carried, &chunks->shown, &chunks->waiting};
    slack_buf_t lines;
    slack__buf_init(&lines, TASKS_BYTES_MAX);
    for (size_t i = 0; i < 3; i++)
        for (slack_link_t *link = lists[i]->next; link != lists[i]; link = link->next) {
            const chunk_t *chunk = chunk_at(link);
            if (i == 2 && chunk->at > part->end) break;
            if (i == 2 || find_newer(chunks, chunk, part) == NULL)
                append_line(&lines, arena, chunk->json, part->rolls);
            add_items(arena, &blocks, slack_json_get(chunk->json, "/blocks"));
        }
    if (lines.len > 0) {
        (void)slack__jsonf(arena, &value, NULL,
                           "{type: 'context', elements: [{type: 'mrkdwn', text: %s}]}",
                           slack__buf_ptr(&lines));
        slack__make_add(arena, "slack_stream_append", &list, value);
    }
    slack__buf_done(&lines);
    if (*text) {
        value = NULL;
        (void)slack__jsonf(arena, &value, NULL, "{type: 'markdown', text: %s}", text);
        slack__make_add(arena, "slack_stream_append", &list, value);
    }
    for (size_t i = 0; i < blocks.count; i++)
        slack__make_add(arena, "slack_stream_append", &list, blocks.items[i]);
    add_items(arena, &list, more);
    return list_end(arena, &list);
}
