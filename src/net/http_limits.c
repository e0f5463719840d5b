/* SPDX-License-Identifier: MIT */
#include "net/http_limits.h"

static unsigned or_default(unsigned set, unsigned preset)
{
    return set ? set : preset;
}

slack_http_limits_t slack__http_limits(const slack_http_limits_t *set)
{
    const slack_http_limits_t none = {0};
    const slack_http_limits_t *s = set ? set : &none;
    return (slack_http_limits_t){
        .connections = or_default(s->connections, SLACK_HTTP_CONNECTIONS_DEFAULT),
        .connections_per_peer =
            or_default(s->connections_per_peer, SLACK_HTTP_CONNECTIONS_PER_PEER_DEFAULT),
        .target_bytes = or_default(s->target_bytes, SLACK_HTTP_TARGET_BYTES_DEFAULT),
        .header_bytes = or_default(s->header_bytes, SLACK_HTTP_HEADER_BYTES_DEFAULT),
        .header_count = or_default(s->header_count, SLACK_HTTP_HEADER_COUNT_DEFAULT),
        .body_bytes = or_default(s->body_bytes, SLACK_HTTP_BODY_BYTES_DEFAULT),
        .memory_bytes = or_default(s->memory_bytes, SLACK_HTTP_MEMORY_BYTES_DEFAULT),
        .first_byte_ms = or_default(s->first_byte_ms, SLACK_HTTP_FIRST_BYTE_MS_DEFAULT),
        .header_ms = or_default(s->header_ms, SLACK_HTTP_HEADER_MS_DEFAULT),
        .body_ms = or_default(s->body_ms, SLACK_HTTP_BODY_MS_DEFAULT),
        .idle_ms = or_default(s->idle_ms, SLACK_HTTP_IDLE_MS_DEFAULT),
        .pipelined = or_default(s->pipelined, SLACK_HTTP_PIPELINED_DEFAULT),
        .requests = s->requests,
    };
}
