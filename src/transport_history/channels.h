/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_CHANNELS_H
#define SLACK_TRANSPORT_HISTORY_CHANNELS_H

#include <slack/json.h>

#include "transport_history/cursor.h"
#include "util/map.h"
#include "util/queue.h"

/* The channels of an app, also its direct messages, and how far it has read each of them. Pure. */

enum slack_channel_type {
    SLACK_CHANNEL_PUBLIC,
    SLACK_CHANNEL_PRIVATE,
    SLACK_CHANNEL_MPIM,
    SLACK_CHANNEL_IM
};
#define SLACK_CHANNEL_TYPES 4

/* The names of a type in Slack. */
typedef struct slack_channel_type_names {
    const char *type;           /* of users.conversations, "public_channel" */
    const char *in_event;       /* event.channel_type, "channel" */
    const char *read, *history; /* the scopes to list such channels, and to read their messages */
} slack_channel_type_names_t;
extern const slack_channel_type_names_t slack__channel_types[SLACK_CHANNEL_TYPES];

/* The type of the channel object of conversations.info. */
enum slack_channel_type slack__channel_type_of(const slack_json_t *channel);

typedef struct slack_channel {
    slack_link_t link; /* in slack_channels_t.all */
    slack_link_t io;   /* in a list of the cursor store */
    slack_cursor_t cursor;
    enum slack_channel_type type;
    unsigned listed; /* the number of the last run that has listed it; 0: none has */
    unsigned tried;  /* the number of the last run that has read it */
    unsigned failed; /* the number of the last run that could not; 0: the last try succeeded */
    char id[];
} slack_channel_t;

/* The most channels. Of further ones nothing is remembered: they begin where the app as a whole
 * has got to. */
#define SLACK_CHANNELS_MAX   10000
#define SLACK_CHANNEL_ID_MAX 31

typedef struct slack_channels {
    slack_map_t *map;
    slack_link_t all;
} slack_channels_t;

int slack__channels_init(slack_channels_t *channels); /* 0; SLACK_ENOMEM */
void slack__channels_done(slack_channels_t *channels);

/* The channel, which is made if it is not there; NULL if memory is out, at the maximum, and for a
 * text that is no id. */
slack_channel_t *slack__channels_get(slack_channels_t *channels, const char *id);
/* The channel to read next in a run: of those that are behind, listed and not tried in it, the one
 * with the newest message. One that could not be read comes last, so that it holds up no other.
 * NULL: there is none. */
slack_channel_t *slack__channels_next(const slack_channels_t *channels, unsigned run);
/* The newest cursor; "": none is known. */
const char *slack__channels_newest(const slack_channels_t *channels);

#define SLACK_CHANNELS_EACH(channels, channel)                                                     \
    for (slack_link_t *channel##_link = (channels)->all.next, *channel##_next;                     \
         channel##_link != &(channels)->all &&                                                     \
         (channel##_next = channel##_link->next,                                                   \
         channel = SLACK_CONTAINER(channel##_link, slack_channel_t, link), true);                  \
         channel##_link = channel##_next)

#endif
