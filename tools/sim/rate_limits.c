/* SPDX-License-Identifier: MIT */
#include "sim/rate_limits.h"

#include <string.h>

#include "protocol/methods.h"
#include "util/clock.h"

#define MINUTE_US    ((uint64_t)60 * 1000 * 1000)
#define EARLY_MAX_US ((uint64_t)1000 * 1000)

typedef struct rule {
    const char *method;
    enum sim_limits least;
    bool of_channel;
    unsigned per_minute;
    unsigned burst;
} rule_t;

/* What Slack says of methods with a special rate; "hundreds a minute" is 300. */
static const rule_t special[] = {
    {"chat.postMessage", SIM_LIMITS_TIERS, false, 300, 300},
    {"chat.postMessage", SIM_LIMITS_TIERS, true, 60, 5},
    {"assistant.threads.setStatus", SIM_LIMITS_TIERS, true, 60, 60},
    {"webhook", SIM_LIMITS_TIERS, true, 60, 5},
    {"trigger", SIM_LIMITS_TIERS, false, 60, 5}, /* Slack does not say; as a webhook */
    {"conversations.history", SIM_LIMITS_DISTRIBUTED, false, 1, 1},
    {"conversations.replies", SIM_LIMITS_DISTRIBUTED, false, 1, 1},
};

/* The rate of a key; a new one at its first call. NULL at SIM_RATES_MAX. */
static sim_rate_t *rate_of(sim_rate_limits_t *limits, const char *method,
                           const sim_channel_t *channel)
{
    for (size_t i = 0; i < limits->count; i++)
        if (strcmp(limits->list[i].method, method) == 0 && limits->list[i].channel == channel)
            return &limits->list[i];
    if (limits->count == SIM_RATES_MAX) return NULL;
    limits->list[limits->count] = (sim_rate_t){method, channel, 0};
    return &limits->list[limits->count++];
}

/* How long until a call fits the rule, in microseconds of Slack's time. A call may come half
 * an interval early, up to a second: those of an app that keeps the rate are not evenly spaced. */
static uint64_t wait_us(const rule_t *rule, const sim_rate_t *rate, uint64_t now_us)
{
    const uint64_t interval_us = MINUTE_US / rule->per_minute;
    const uint64_t early_us = interval_us / 2 < EARLY_MAX_US ? interval_us / 2 : EARLY_MAX_US;
    const uint64_t ahead_us = (rule->burst - 1) * interval_us + early_us;
    return rate->used_until_us > now_us + ahead_us ? rate->used_until_us - now_us - ahead_us : 0;
}

static void rate_use(const rule_t *rule, sim_rate_t *rate, uint64_t now_us)
{
    if (rate->used_until_us < now_us) rate->used_until_us = now_us;
    rate->used_until_us += MINUTE_US / rule->per_minute;
}

/* The rules of a call: those of the table above, else that of its tier; none for a method that is
 * not known. Returns their number. */
static size_t find_rules(const sim_rate_limits_t *limits, const char *name,
                         rule_t ret[sizeof special / sizeof *special])
{
    static const unsigned per_minute[] = {[SLACK_TIER_SPECIAL] = 600, 1, 20, 50, 100};
    const slack_method_t *method = slack__method(name);
    size_t count = 0;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].method, name) == 0 && special[i].least <= limits->limits)
            ret[count++] = special[i];
    if (count > 0 || !method) return count;
    const unsigned rate = per_minute[method->tier];
    ret[0] = (rule_t){method->name, SIM_LIMITS_TIERS, false, rate, rate};
    return 1;
}

uint64_t sim_rate_limits_take(sim_rate_limits_t *limits, const char *name,
                              const sim_channel_t *channel)
{
    rule_t rules[sizeof special / sizeof *special];
    sim_rate_t *rates[sizeof special / sizeof *special];
    if (limits->limits == SIM_LIMITS_NONE) return 0;
    const size_t count = find_rules(limits, name, rules);
    const uint64_t now_us = slack__mono_us(limits->clock) * limits->time_scale;
    uint64_t longest_us = 0;
    for (size_t i = 0; i < count; i++) {
        const bool applies = !rules[i].of_channel || channel;
        rates[i] =
            applies ? rate_of(limits, rules[i].method, rules[i].of_channel ? channel : NULL) : NULL;
        const uint64_t us = rates[i] ? wait_us(&rules[i], rates[i], now_us) : 0;
        if (us > longest_us) longest_us = us;
    }
    const uint64_t second_us = (uint64_t)limits->time_scale * 1000 * 1000;
    if (longest_us > 0) return (longest_us + second_us - 1) / second_us;
    for (size_t i = 0; i < count; i++)
        if (rates[i]) rate_use(&rules[i], rates[i], now_us);
    return 0;
}
