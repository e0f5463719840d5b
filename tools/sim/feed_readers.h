/* SPDX-License-Identifier: MIT */
#ifndef SIM_FEED_READERS_H
#define SIM_FEED_READERS_H

#include "net/http_server.h"
#include "sim/feed.h"
#include "util/queue.h"

/*
 * The WebSockets of /sim/feed?after=ID: each gets the entries of the feed behind that id, one in a
 * text frame, and {"kind":"reset"} and a Close once the feed has forgotten the next one. A reader
 * is a position in the feed. While its socket is behind, it keeps at most 256 KiB and one entry in
 * memory, and its position stays.
 */

#define SIM_FEED_READERS_MAX 32

typedef struct sim_feed_readers {
    slack_net_t *net;
    const sim_feed_t *feed;
    slack_link_t list;
    size_t count;
    slack_task_t pump; /* sends what is new */
    bool closing;
    void (*closed)(void *user_data);
    void *user_data;
} sim_feed_readers_t;

/* Both are borrowed. */
void sim_feed_readers_init(sim_feed_readers_t *readers, slack_net_t *net, const sim_feed_t *feed);
void sim_feed_readers_request(sim_feed_readers_t *readers, slack_http_request_t *request);
/* Report that the feed has grown. */
void sim_feed_readers_grown(sim_feed_readers_t *readers);
/* Close all sockets, then call `closed`: at once when there are none. */
void sim_feed_readers_close(sim_feed_readers_t *readers, void (*closed)(void *user_data),
                            void *user_data);

#endif
