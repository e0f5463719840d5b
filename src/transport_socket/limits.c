/* SPDX-License-Identifier: MIT */
#include "transport_socket/limits.h"

/* docs/protocol.md has the facts behind these: Opening (open, pace), Hello (linger), Pings (ping,
 * dead), Connections (close). */
const slack_socket_limits_t slack__socket_limits_default = {
    .call_ms = 60000,
    .open_ms = 15000,
    .hello_ms = 15000,
    .close_ms = 1000,
    .ping_ms = 10000,
    .dead_ms = 30000,
    .probe_ms = 10000,
    .stable_ms = 30000,
    .linger_ms = 10000,
    .ack_ms = 3000,
    .stagger_ms = 1000,
    .hedge_ms = 3000,
    .tick_ms = 1000,
    .backoff =
        {
            [SLACK_BACKOFF_RETRY] = {1000, 60000},
            [SLACK_BACKOFF_UNREACHED] = {1000, 4000},
            [SLACK_BACKOFF_CROWDED] = {10000, 300000},
            [SLACK_BACKOFF_DISABLED] = {60000, 300000},
        },
    .pace_ms = 60000,
    .burst = 64,
    .message_max = (size_t)8 << 20,
    .write_max = (size_t)1 << 20,
    .inflight_max = 4096,
};
