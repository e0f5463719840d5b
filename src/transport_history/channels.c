/* SPDX-License-Identifier: MIT */
#include "transport_history/channels.h"

#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"

const slack_channel_type_names_t slack__channel_types[SLACK_CHANNEL_TYPES] = {
    [SLACK_CHANNEL_PUBLIC] = {"public_channel", "channel", "channels:read", "channels:history"},
    [SLACK_CHANNEL_PRIVATE] = {"private_channel", "group", "groups:read", "groups:history"},
    [SLACK_CHANNEL_MPIM] = {"mpim", "mpim", "mpim:read", "mpim:history"},
    [SLACK_CHANNEL_IM] = {"im", "im", "im:read", "im:history"},
};

enum slack_channel_type slack__channel_type_of(const slack_json_t *channel)
{
    if (slack_json_bool(channel, "is_im")) return SLACK_CHANNEL_IM;
    if (slack_json_bool(channel, "is_mpim")) return SLACK_CHANNEL_MPIM;
    const bool private =
        slack_json_bool(channel, "is_private") || slack_json_bool(channel, "is_group");
    return private ? SLACK_CHANNEL_PRIVATE : SLACK_CHANNEL_PUBLIC;
}

static slack_slice_t channel_key(const void *value)
{
    return slack__slice(((const slack_channel_t *)value)->id);
}

int slack__channels_init(slack_channels_t *channels)
{
    slack__link_init(&channels->all);
    channels->map = slack__map_new_keyed(SLACK_CHANNELS_MAX, channel_key);
    return channels->map ? 0 : SLACK_ENOMEM;
}

void slack__channels_done(slack_channels_t *channels)
{
    slack__map_free(channels->map, slack__free);
    channels->map = NULL;
    slack__link_init(&channels->all);
}

slack_channel_t *slack__channels_get(slack_channels_t *channels, const char *id)
{
    const slack_slice_t key = slack__slice(id);
    slack_channel_t *channel = slack__map_get(channels->map, key);
    if (channel) return channel;
    if (key.len == 0 || key.len > SLACK_CHANNEL_ID_MAX || !slack__is_visible(key)) return NULL;
    channel = slack__calloc(1, sizeof *channel + key.len + 1);
    if (channel == NULL) return NULL;
    memcpy(channel->id, id, key.len);
    slack__link_init(&channel->link);
    slack__link_init(&channel->io);
    if (slack__map_put(channels->map, key, channel) != 0) {
        slack__free(channel);
        return NULL;
    }
    slack__list_push(&channels->all, &channel->link);
    return channel;
}

/* The newest message of a channel that the app knows of. */
static const char *channel_activity(const slack_channel_t *channel)
{
    const slack_cursor_t *cursor = &channel->cursor;
    return slack__ts_after(cursor->newest, cursor->ts) ? cursor->newest : cursor->ts;
}

slack_channel_t *slack__channels_next(const slack_channels_t *channels, unsigned run)
{
    slack_channel_t *best = NULL, *channel;
    SLACK_CHANNELS_EACH(channels, channel)
    {
        if (!channel->cursor.behind || channel->listed != run || channel->tried == run) continue;
        if (best == NULL || channel->failed < best->failed ||
            (channel->failed == best->failed &&
             slack__ts_after(channel_activity(channel), channel_activity(best))))
            best = channel;
    }
    return best;
}

const char *slack__channels_newest(const slack_channels_t *channels)
{
    const char *newest = "";
    slack_channel_t *channel;
    SLACK_CHANNELS_EACH(channels, channel)
    {
        if (slack__ts_after(channel->cursor.ts, newest)) newest = channel->cursor.ts;
    }
    return newest;
}
