/* SPDX-License-Identifier: MIT */
#include "transport_history/round.h"

#include <string.h>

#include <slack/api/conversations.h>
#include <slack/api/users.h>
#include <slack/pages.h>

#include "protocol/api_error.h"
#include "util/alloc.h"
#include "util/error.h"

static void walk_ended(slack_walk_t *walk, const slack_walk_end_t *end);

int slack__round_init(slack_round_t *round)
{
    int rc = slack__channels_init(&round->channels);
    round->mark = slack__calloc(1, sizeof *round->mark + 1);
    if (round->mark == NULL) rc = SLACK_ENOMEM;
    if (round->mark) slack__link_init(&round->mark->io);
    round->cursors.net = round->net;
    slack__cursor_store_init(&round->cursors);
    round->walk.ended = walk_ended;
    round->walk.clock = round->net->clock;
    slack__walk_init(&round->walk);
    round->since_ms = slack__wall_ms(round->net->clock);
    return rc;
}

void slack__round_done(slack_round_t *round)
{
    slack__walk_done(&round->walk);
    slack__channels_done(&round->channels);
    slack__free(round->mark);
    round->mark = NULL;
}

void slack__round_stop(slack_round_t *round)
{
    round->step = SLACK_ROUND_STOPPED;
    slack__walk_stop(&round->walk);
}

void slack__round_fall_behind(slack_round_t *round)
{
    slack_channel_t *channel;
    SLACK_CHANNELS_EACH(&round->channels, channel)
    {
        slack__cursor_fall_behind(&channel->cursor);
    }
    round->stale = round->step != SLACK_ROUND_IDLE;
}

static void round_end(slack_round_t *round)
{
    round->step = SLACK_ROUND_IDLE;
    round->events->ended(round, round->failed);
}

/* ---- failures ---- */

/* Says once for each type which scope is missing. */
static void round_refuse_type(slack_round_t *round, unsigned type, const char *scope)
{
    round->refused_types |= 1u << type;
    if (round->told_types & 1u << type) return;
    round->told_types |= 1u << type;
    SLACK_LOG(round->net->log, WARN, "no catch-up for channels of a type",
              "type=%s error=missing_scope needed=%s hint=%s", slack__channel_types[type].type,
              scope, "add the scope to the bot and install the app again");
}

/* Whether a failure concerns this channel alone, and stays: the others can be read. */
static bool is_refusal(const slack_walk_end_t *end)
{
    const enum slack_api_error error = slack__api_error(end->error);
    return end->status == SLACK_EAPI && !slack__api_error_heals(end->error) &&
           error != SLACK_API_DEAD_TOKEN && error != SLACK_API_LIMITED;
}

/* `channel` may be NULL. */
static void round_note_failure(slack_round_t *round, const slack_channel_t *channel,
                               const slack_walk_end_t *end)
{
    const bool refused = is_refusal(end);
    const char *cure = slack__api_error_cure(end->error);
    round->failed = round->failed || !refused;
    SLACK_LOG(round->net->log, WARN, "channel not caught up", "channel=%s error=%s hint=%s",
              channel ? channel->id : "", end->error,
              !refused ? "the app tries again"
              : *cure  ? cure
                       : "the channel is left as it is");
}

/* ---- listing ---- */

static int round_add(slack_round_t *round, const slack_json_t *object, enum slack_channel_type type)
{
    const char *id = slack_json_str(object, "id");
    slack_channel_t *channel = slack__channels_get(&round->channels, id);
    if (channel == NULL) { /* memory is out, the list is full, or the id is not valid */
        if (slack__map_count(round->channels.map) < SLACK_CHANNELS_MAX)
            return slack__is_visible(slack__slice(id)) && strlen(id) <= SLACK_CHANNEL_ID_MAX
                       ? SLACK_ENOMEM
                       : 0;
        SLACK_LOG(round->net->log, WARN, "too many channels to catch up on", "max=%d",
                  SLACK_CHANNELS_MAX);
        return SLACK_ETOOBIG;
    }
    channel->type = type;
    channel->listed = round->number;
    if (*channel->cursor.ts == '\0') {
        channel->cursor.behind = true;
        slack__cursor_store_load(&round->cursors, channel);
    }
    return 0;
}

static void round_list_next(slack_round_t *round);

/* A list has ended. A failure that may heal ends the round: without the list nothing is known. */
static void round_listed(slack_round_t *round, const char *id, const slack_walk_end_t *end)
{
    const bool refused = is_refusal(end);
    if (end->status == 0 || end->status == SLACK_ETOOBIG) {
        /* the next one */
    } else if (strcmp(end->error, "missing_scope") == 0 && id == NULL) {
        round_refuse_type(round, round->type, slack__channel_types[round->type].read);
    } else {
        SLACK_LOG(round->net->log, WARN, "channels of catch-up not listed",
                  "channel=%s error=%s needed=%s hint=%s", id ? id : round->wanted, end->error,
                  end->needed, refused ? slack__api_error_cure(end->error) : "the app tries again");
        if (!refused) {
            round->failed = true;
            round_end(round);
            return;
        }
    }
    round->type++;
    round_list_next(round);
}

static int got_channels(const slack_page_t *page, void *user_data)
{
    slack_round_t *round = user_data;
    if (round->step == SLACK_ROUND_STOPPED) return SLACK_PAGES_STOP;
    slack_json_iter_t it = {0};
    int rc = 0;
    while (rc == 0 && slack_json_next(page->items, &it))
        rc = round_add(round, it.value, (enum slack_channel_type)round->type);
    if (!page->ended) return rc;
    const char *needed = slack_json_str(slack_response_json(page->response), "needed");
    round_listed(round, NULL, &(slack_walk_end_t){page->status, page->error, needed});
    return 0;
}

static void got_channel(const slack_response_t *response, void *user_data)
{
    slack_round_t *round = user_data;
    if (round->step == SLACK_ROUND_STOPPED) return;
    const slack_json_t *channel = slack_json_get(slack_response_json(response), "channel");
    int rc = slack_response_status(response);
    if (rc == 0) rc = round_add(round, channel, slack__channel_type_of(channel));
    const slack_walk_end_t end = {
        rc,
        rc == slack_response_status(response) ? slack_response_error(response) : slack_strerror(rc),
        slack_response_str(response, "needed")};
    round_listed(round, round->id, &end);
}

/* Looks up the next id of the option. 1: there is none. */
static int round_look_up_next(slack_round_t *round)
{
    slack_slice_t part;
    char *id = round->id;
    while (slack__slice_split(&round->rest, ',', &part)) {
        part = slack__slice_strip(part);
        if (part.len == 0 || part.len >= sizeof round->id) continue;
        memcpy(id, part.ptr, part.len);
        id[part.len] = '\0';
        return slack_call(round->client, slack_conversations_info(.channel = id), got_channel,
                          round);
    }
    return 1;
}

static void round_list_next(slack_round_t *round)
{
    int rc = 1;
    if (strcmp(round->wanted, "member") != 0)
        rc = round_look_up_next(round);
    else if (round->type < SLACK_CHANNEL_TYPES)
        rc = slack_pages(round->client,
                         slack_users_conversations(.types = slack__channel_types[round->type].type,
                                                   .exclude_archived = SLACK_YES),
                         0, got_channels, round);
    if (rc == 1) {
        round->step = SLACK_ROUND_LOADING;
        if (*round->mark->cursor.ts == '\0') slack__cursor_store_load(&round->cursors, round->mark);
        if (!slack__cursor_store_run(&round->cursors)) slack__round_loaded(round, 0);
    } else if (rc != 0) {
        round->failed = true;
        round_end(round);
    }
}

/* ---- loading ---- */

static void round_read_next(slack_round_t *round);

/* A channel without a cursor begins where the app as a whole has got to. */
void slack__round_loaded(slack_round_t *round, int status)
{
    if (round->step != SLACK_ROUND_LOADING) return;
    if (status != 0) {
        SLACK_LOG(round->net->log, WARN, "cursors of catch-up not loaded", "error=%s hint=%s",
                  slack_err_name(status), "the app tries again");
        round->failed = true;
        round_end(round);
        return;
    }
    slack_cursor_t *mark = &round->mark->cursor;
    if (*mark->ts == '\0') {
        slack__ts_of_ms(round->since_ms, mark->ts);
        mark->dirty = true;
        slack__cursor_store_save(&round->cursors, round->mark);
        slack__cursor_store_run(&round->cursors);
    }
    slack_channel_t *channel;
    SLACK_CHANNELS_EACH(&round->channels, channel)
    {
        if (*channel->cursor.ts == '\0') memcpy(channel->cursor.ts, mark->ts, SLACK_TS_SIZE);
    }
    round->step = SLACK_ROUND_READING;
    round_read_next(round);
}

/* ---- reading ---- */

static void round_read(slack_round_t *round, slack_channel_t *channel)
{
    const int rc = slack__walk_begin(&round->walk, channel);
    if (rc == 0) return;
    round->failed = true;
    round_end(round);
}

static void round_read_next(slack_round_t *round)
{
    slack_channel_t *channel;
    while ((channel = slack__channels_next(&round->channels, round->number)) != NULL) {
        channel->tried = round->number;
        if (round->refused_types & 1u << channel->type) continue;
        round_read(round, channel);
        return;
    }
    round_end(round);
}

/* The channel is done with, as well as it can be. */
static void round_caught_up(slack_round_t *round)
{
    slack_cursor_t *cursor = &round->walk.channel->cursor;
    round->walk.channel->failed = 0;
    if (!round->stale) slack__cursor_caught_up(cursor, slack__mono_ms(round->net->clock));
    if (round->only_one)
        round_end(round);
    else
        round_read_next(round);
}

static void walk_ended(slack_walk_t *walk, const slack_walk_end_t *end)
{
    slack_round_t *round = SLACK_CONTAINER(walk, slack_round_t, walk);
    if (end->status == 0) {
        round->channels_read++;
        round->left_out += walk->gather.left_out;
        if (walk->gather.left_out > 0 || walk->threads_left_out > 0)
            SLACK_LOG(round->net->log, WARN, "missed messages left out",
                      "channel=%s messages=%zu threads=%zu max=%zu hint=%s", walk->channel->id,
                      walk->gather.left_out, walk->threads_left_out, walk->options.messages_max,
                      "they are older than the newest ones: see SLACK_CATCH_UP_MESSAGES");
        round->events->gathered(round);
        return;
    }
    if (strcmp(end->error, "missing_scope") == 0)
        round_refuse_type(round, walk->channel->type,
                          slack__channel_types[walk->channel->type].history);
    else
        round_note_failure(round, walk->channel, end);
    walk->channel->failed = round->number;
    if (is_refusal(end))
        round_caught_up(round);
    else if (end->status == SLACK_EAPI && slack__api_error(end->error) == SLACK_API_TRANSIENT)
        round_read_next(round); /* the fault may be this channel's alone */
    else
        round_end(round);
}

void slack__round_next(slack_round_t *round)
{
    if (round->step != SLACK_ROUND_READING) return;
    if (*round->walk.gather.cut)
        round_read(round, round->walk.channel); /* from where the cursor is now */
    else
        round_caught_up(round);
}

/* ---- the beginning ---- */

static void round_reset(slack_round_t *round, bool only_one)
{
    round->number++;
    round->failed = round->stale = false;
    round->only_one = only_one;
    round->refused_types = 0;
    round->type = 0;
    round->rest = slack__slice(round->wanted);
}

void slack__round_begin(slack_round_t *round)
{
    round_reset(round, false);
    round->step = SLACK_ROUND_LISTING;
    round_list_next(round);
}

bool slack__round_probe(slack_round_t *round)
{
    slack_channel_t *channel, *best = NULL;
    SLACK_CHANNELS_EACH(&round->channels, channel)
    {
        if (channel->listed == 0 || *channel->cursor.ts == '\0') continue;
        if (best == NULL || slack__ts_after(channel->cursor.ts, best->cursor.ts)) best = channel;
    }
    if (best == NULL) return false;
    round_reset(round, true);
    round->step = SLACK_ROUND_READING;
    slack__cursor_fall_behind(&best->cursor);
    round_read(round, best);
    return true;
}
