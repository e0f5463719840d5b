/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_STREAMS_H
#define SLACK_CONTEXT_STREAMS_H

#include <slack/json.h>

#include "net/loop.h"

/* The streams of an app that are not over. */
typedef struct slack_streams {
    slack_net_t *net; /* NULL: the app does not run */
    slack_link_t open;
    size_t count;
} slack_streams_t;

void slack__streams_init(slack_streams_t *streams);
/* The app will not call Slack for much longer: ends each stream with what it has. */
void slack__streams_stop(slack_streams_t *streams);
/* The app closes: no stream sends anything more. */
void slack__streams_close(slack_streams_t *streams);
/* A person has stopped the streams that this event names (agent_session_stopped). */
void slack__streams_stopped(slack_streams_t *streams, const slack_json_t *event);

#endif
