/* SPDX-License-Identifier: MIT */
#include "sim/grants.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/random.h"

static const struct rule {
    unsigned uses;
    uint64_t life_ms;
} rules[] = {
    [SIM_GRANT_TRIGGER] = {1, 3000},
    [SIM_GRANT_RESPONSE] = {5, 30 * 60 * 1000},
    [SIM_GRANT_TICKET] = {1, 30 * 1000},
};

void sim_grants_init(sim_grants_t *grants, const slack_clock_t *clock)
{
    memset(grants, 0, sizeof *grants);
    grants->clock = clock;
}

/* In the shapes that they have at Slack. */
static void write_key(sim_grant_t *grant, uint64_t number)
{
    uint64_t a = slack__random_u64(), b = slack__random_u64();
    switch (grant->kind) {
    case SIM_GRANT_TRIGGER:
        snprintf(grant->key, sizeof grant->key, "%" PRIu64 ".%s.%016" PRIx64 "%016" PRIx64,
                 UINT64_C(1000000000000) + number, "1000000000001", a, b);
        break;
    case SIM_GRANT_RESPONSE:
        snprintf(grant->key, sizeof grant->key, "%s/%" PRIu64 "/%016" PRIx64 "%08" PRIx64,
                 SIM_TEAM_ID, UINT64_C(2000000000000) + number, a, b >> 32);
        break;
    case SIM_GRANT_TICKET:
        snprintf(grant->key, sizeof grant->key,
                 "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
                 a >> 16 & 0xFFFF, a & 0xFFF, b >> 48 & 0xFFF, b & UINT64_C(0xFFFFFFFFFFFF));
        break;
    }
}

sim_grant_t *sim_grant_new(sim_grants_t *grants, enum sim_grant_kind kind)
{
    sim_grant_t *grant = &grants->ring[grants->count++ % SIM_GRANTS_MAX];
    *grant = (sim_grant_t){.kind = kind, .uses_left = rules[kind].uses};
    grant->expires_ms = slack__mono_ms(grants->clock) + rules[kind].life_ms;
    write_key(grant, grants->count);
    return grant;
}

enum sim_grant_verdict sim_grant_use(sim_grants_t *grants, enum sim_grant_kind kind,
                                     const char *key, const sim_grant_t **ret)
{
    for (size_t i = 0; i < SIM_GRANTS_MAX && *key; i++) {
        sim_grant_t *grant = &grants->ring[i];
        if (grant->kind != kind || strcmp(grant->key, key) != 0) continue;
        if (grant->uses_left == 0) return SIM_GRANT_USED;
        if (slack__mono_ms(grants->clock) > grant->expires_ms) return SIM_GRANT_EXPIRED;
        grant->uses_left--;
        *ret = grant;
        return SIM_GRANT_GOOD;
    }
    return SIM_GRANT_UNKNOWN;
}
