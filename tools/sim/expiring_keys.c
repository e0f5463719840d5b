/* SPDX-License-Identifier: MIT */
#include "sim/expiring_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/random.h"

static const struct key_rule {
    unsigned uses;
    uint64_t life_ms;
} rules[] = {
    [SIM_KEY_TRIGGER] = {1, 3000},
    [SIM_KEY_RESPONSE_URL] = {5, 30 * 60 * 1000},
    [SIM_KEY_TICKET] = {1, 30 * 1000},
};

void sim_keys_init(sim_keys_t *keys, const slack_clock_t *clock, const sim_team_t *team)
{
    memset(keys, 0, sizeof *keys);
    keys->clock = clock;
    keys->team = team;
}

/* Each kind has the shape that it has at Slack. */
static void write_text(sim_key_t *key, uint64_t number, const sim_team_t *team)
{
    uint64_t a = slack__random_u64(), b = slack__random_u64();
    switch (key->kind) {
    case SIM_KEY_TRIGGER:
        snprintf(key->text, sizeof key->text, "%" PRIu64 ".%s.%016" PRIx64 "%016" PRIx64,
                 UINT64_C(1000000000000) + number, "1000000000001", a, b);
        break;
    case SIM_KEY_RESPONSE_URL:
        snprintf(key->text, sizeof key->text, "%s/%" PRIu64 "/%016" PRIx64 "%08" PRIx64, team->id,
                 UINT64_C(2000000000000) + number, a, b >> 32);
        break;
    case SIM_KEY_TICKET:
        snprintf(key->text, sizeof key->text,
                 "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a >> 32,
                 a >> 16 & 0xFFFF, a & 0xFFF, b >> 48 & 0xFFF, b & UINT64_C(0xFFFFFFFFFFFF));
        break;
    }
}

sim_key_t *sim_key_new(sim_keys_t *keys, enum sim_key_kind kind)
{
    sim_key_t *key = &keys->ring[keys->count++ % SIM_KEYS_MAX];
    *key = (sim_key_t){.kind = kind, .uses_left = rules[kind].uses};
    key->expires_ms = slack__mono_ms(keys->clock) + rules[kind].life_ms;
    write_text(key, keys->count, keys->team);
    return key;
}

static sim_key_t *key_find(sim_keys_t *keys, enum sim_key_kind kind, const char *text)
{
    for (size_t i = 0; i < SIM_KEYS_MAX && *text; i++) {
        sim_key_t *key = &keys->ring[i];
        if (key->kind == kind && strcmp(key->text, text) == 0) return key;
    }
    return NULL;
}

bool sim_key_is(sim_keys_t *keys, enum sim_key_kind kind, const char *text)
{
    return key_find(keys, kind, text) != NULL;
}

enum sim_key_verdict sim_key_use(sim_keys_t *keys, enum sim_key_kind kind, const char *text,
                                 const sim_key_t **ret)
{
    sim_key_t *key = key_find(keys, kind, text);
    if (!key) return SIM_KEY_UNKNOWN;
    if (key->uses_left == 0) return SIM_KEY_USED;
    if (slack__mono_ms(keys->clock) > key->expires_ms) return SIM_KEY_EXPIRED;
    key->uses_left--;
    *ret = key;
    return SIM_KEY_GOOD;
}
