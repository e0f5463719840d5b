/* SPDX-License-Identifier: MIT */
#include "sim/feed.h"

#include <inttypes.h>
#include <string.h>

#include "util/alloc.h"

struct sim_feed_entry {
    size_t len;
    char text[];
};

int sim_feed_init(sim_feed_t *feed, const slack_clock_t *clock, void (*grown)(void *user_data),
                  void *user_data)
{
    *feed = (sim_feed_t){.clock = clock, .grown = grown, .user_data = user_data};
    feed->first = feed->next = (uint64_t)slack__wall_ms(clock) * 1000 + 1;
    feed->ring = slack__calloc(SIM_FEED_MAX, sizeof(sim_feed_entry_t *));
    return feed->ring ? slack__redact_json_init(&feed->redactor, false) : SLACK_ENOMEM;
}

static sim_feed_entry_t **entry_place(const sim_feed_t *feed, uint64_t id)
{
    return &feed->ring[id % SIM_FEED_MAX];
}

static void forget_oldest(sim_feed_t *feed)
{
    sim_feed_entry_t **oldest = entry_place(feed, feed->first++);
    feed->bytes -= (*oldest)->len;
    slack__free(*oldest);
    *oldest = NULL;
}

void sim_feed_done(sim_feed_t *feed)
{
    while (feed->first < feed->next)
        forget_oldest(feed);
    slack__free(feed->ring);
    slack__redact_json_done(&feed->redactor);
}

/* --- values of others --- */

#define NAME_MAX_BYTES 200

static bool is_long(const slack_json_t *value)
{
    slack_buf_t text;
    slack__buf_init(&text, SIM_FEED_MEMBER_MAX);
    const int rc = slack__json_write(&text, value);
    slack__buf_done(&text);
    return rc != 0;
}

static bool is_deep(const slack_json_t *value)
{
    return slack__json_depth(value) > SIM_FEED_DEPTH_MAX;
}

/* `object` without the members that are too much. With `outer` an object among those only loses its
 * own ones. */
static const slack_json_t *cut(sim_json_builder_t *json, const slack_json_t *object,
                               bool (*is_too_much)(const slack_json_t *value), bool outer)
{
    sim_list_t kept, names;
    slack_json_iter_t it = {0};
    bool is_cut = false;
    sim_list_begin(json, &kept, '{');
    sim_list_begin(json, &names, '[');
    while (slack_json_next(object, &it)) {
        const slack_slice_t name = slack__json_key(&it);
        const bool fits = name.len <= NAME_MAX_BYTES,
                   inner = slack_json_type(it.value) == SLACK_JSON_OBJECT;
        if (fits && outer && inner && is_too_much(it.value)) {
            sim_list_put(json, &kept, name.ptr, cut(json, it.value, is_too_much, false));
        } else if (fits && (outer || kept.text.len <= SIM_FEED_OBJECT_MAX) &&
                   !is_too_much(it.value)) {
            sim_list_put(json, &kept, name.ptr, it.value);
        } else {
            is_cut = true;
            if (fits && names.text.len < SIM_FEED_MEMBER_MAX)
                sim_list_add(json, &names, sim_json(json, "%s", name.ptr));
        }
    }
    const slack_json_t *list = sim_list_end(json, &names);
    if (is_cut) sim_list_put(json, &kept, "cut", list);
    return sim_list_end(json, &kept);
}

const slack_json_t *sim_feed_value(sim_json_builder_t *json, const slack_json_t *value)
{
    if (!value || !is_deep(value)) return value;
    return slack_json_type(value) == SLACK_JSON_OBJECT ? cut(json, value, is_deep, false) : NULL;
}

/* --- new entries --- */

static int entry_write(const sim_feed_writer_t *writer, slack_buf_t *text, const char *kind,
                       const slack_json_t *members)
{
    const sim_feed_t *feed = writer->feed;
    const size_t before = text->len;
    int rc = slack__buf_printf(
        text, "{\"id\":%" PRIu64 ",\"at\":%" PRId64 ",\"workspace\":\"%s\",\"kind\":\"%s\",",
        feed->next, slack__wall_ms(feed->clock), writer->workspace, kind);
    const size_t start = text->len;
    if (rc == 0) rc = sim_secrets_write(&feed->redactor, text, members);
    /* The members continue the object: they have a brace of their own. */
    if (rc == 0) {
        char *brace = slack__buf_ptr(text) + start;
        memmove(brace, brace + 1, text->len - start - 1);
        slack__buf_truncate(text, text->len - 1);
    } else {
        slack__buf_truncate(text, before);
    }
    return rc;
}

static sim_feed_entry_t *entry_new(const sim_feed_writer_t *writer, const char *kind,
                                   sim_json_builder_t *json, const slack_json_t *members)
{
    sim_feed_entry_t *entry = NULL;
    slack_buf_t text;
    slack__buf_init(&text, SIM_FEED_ENTRY_MAX);
    int rc = json->rc != 0 ? json->rc : entry_write(writer, &text, kind, members);
    if (rc == SLACK_ETOOBIG && json->rc == 0) {
        const slack_json_t *shorter = cut(json, members, is_long, true);
        rc = json->rc != 0 ? json->rc : entry_write(writer, &text, kind, shorter);
    }
    /* Readers learn that there was an entry, and keep those before it. */
    if (rc == SLACK_ETOOBIG) {
        json->rc = 0;
        members = sim_json(json, "{of: %s}", kind);
        rc = json->rc != 0 ? json->rc : entry_write(writer, &text, "cut", members);
    }
    if (rc == 0) entry = slack__malloc(sizeof *entry + text.len);
    if (entry) {
        entry->len = text.len;
        memcpy(entry->text, slack__buf_ptr(&text), text.len);
    }
    slack__buf_done(&text);
    return entry;
}

sim_json_builder_t sim_feed_begin(void)
{
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    if (!json.arena) json.rc = SLACK_ENOMEM;
    return json;
}

void sim_feed_end(const sim_feed_writer_t *writer, const char *kind, sim_json_builder_t *json,
                  const slack_json_t *members)
{
    sim_feed_t *feed = writer ? writer->feed : NULL;
    sim_feed_entry_t *entry = feed ? entry_new(writer, kind, json, members) : NULL;
    slack__arena_free(json->arena);
    if (!feed) return;
    while (feed->first < feed->next && (!entry || feed->next - feed->first == SIM_FEED_MAX ||
                                        feed->bytes + entry->len > SIM_FEED_BYTES_MAX))
        forget_oldest(feed);
    *entry_place(feed, feed->next++) = entry;
    if (entry)
        feed->bytes += entry->len;
    else
        feed->first = feed->next;
    if (feed->grown) feed->grown(feed->user_data);
}

/* --- readers --- */

uint64_t sim_feed_last(const sim_feed_t *feed)
{
    return feed->next - 1;
}

enum sim_feed_state sim_feed_read(const sim_feed_t *feed, uint64_t after, slack_slice_t *ret_text)
{
    if (after + 1 < feed->first || after >= feed->next) return SIM_FEED_GONE;
    if (after + 1 == feed->next) return SIM_FEED_END;
    const sim_feed_entry_t *entry = *entry_place(feed, after + 1);
    *ret_text = (slack_slice_t){entry->text, entry->len};
    return SIM_FEED_ENTRY;
}
