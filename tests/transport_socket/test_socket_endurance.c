/* SPDX-License-Identifier: MIT */
/* A thousand reconnects leak neither descriptors nor memory. */
#include <dirent.h>

#include "support/heap.h"
#include "support/socket_world.h"
#include "support/test.h"

#define WARM_UP    100
#define RECONNECTS 1000

static unsigned descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return 0; /* not Linux: only the heap is checked */
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* One connection ends, in one of several ways, and the next one opens. */
static void reconnect(socket_world_t *w, unsigned way)
{
    const unsigned before = w->last_hello;
    socket_world_event(w, before, way);
    switch (way % 6) {
    case 0: socket_peer_reset(w->peer, before); break;
    case 1: socket_peer_end(w->peer, before); break;
    case 2:
        socket_peer_text(w->peer, before,
                         "{\"type\":\"disconnect\",\"reason\":\"refresh_requested\"}");
        break;
    case 3:
        socket_peer_text(w->peer, before, "{\"type\":\"disconnect\",\"reason\":\"warning\"}");
        socket_peer_end(w->peer, before);
        break;
    case 4: socket_peer_bytes(w->peer, before, "\xf1\x00", 2); break; /* RSV bits */
    case 5: socket_peer_frame(w->peer, before, 0x80 | SOCKET_PEER_CLOSE, "\x03\xe9", 2); break;
    }
    world_until(&w->mock.world, w->last_hello != before && socket_peer_live(w->peer) == 1 &&
                                    socket_world_stats(w).connections == 1);
}

TEST(thousand_reconnects)
{
    static socket_world_t w;
    socket_world_open(&w);
    w.limits.stagger_ms = w.limits.pace_ms = 1;
    w.limits.burst = 1000000;
    w.limits.backoff[SLACK_BACKOFF_RETRY].base_ms = 1;
    w.limits.backoff[SLACK_BACKOFF_RETRY].cap_ms = 2;
    w.limits.linger_ms = w.limits.ack_ms = 1;
    socket_world_start(&w, 1);
    socket_world_until_connections(&w, 1);
    for (unsigned i = 0; i < WARM_UP; i++)
        reconnect(&w, i);
    socket_world_settle(&w);
    const size_t live = heap_live();
    const unsigned open = descriptors();
    for (unsigned i = 0; i < RECONNECTS; i++)
        reconnect(&w, i);
    socket_world_settle(&w);
    assert_int_equal(descriptors(), open);
    assert_true(heap_live() <= live);
    assert_true(socket_world_stats(&w).reconnects >= RECONNECTS);
    socket_world_close(&w);
    assert_int_equal(heap_live(), 0);
}
