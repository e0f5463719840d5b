/* SPDX-License-Identifier: MIT */
#include "webapi/rates.h"

#include <string.h>

#include "protocol/methods.h"

static const slack_rate_t no_limit;

/* A fifth of a minute's calls may be sent at once, since a handler makes a handful of calls and
 * should not wait for them; the rest refills within the minute. Slack tolerates larger bursts, but
 * does not say how large. */
static slack_rate_t per_minute(uint32_t calls)
{
    const uint32_t burst = calls < 5 ? 1 : calls / 5;
    const uint32_t refilled = calls > burst ? calls - burst : 1;
    return (slack_rate_t){(60000 + refilled - 1) / refilled, burst};
}

static bool is_limited(enum slack_pace limits)
{
    return limits == SLACK_PACE_INTERNAL || limits == SLACK_PACE_DISTRIBUTED;
}

slack_rate_t slack__rate_of(const char *method, enum slack_pace limits)
{
    static const struct {
        const char *method;
        uint32_t calls, distributed; /* a minute */
    } special[] = {
        {"assistant.threads.setStatus", 60, 60}, {"auth.test", 600, 600},
        {"chat.getPermalink", 600, 600},         {"chat.postMessage", 300, 300},
        {"conversations.history", 50, 1},        {"conversations.replies", 50, 1},
        {"oauth.v2.access", 600, 600},
    };
    static const uint32_t tiers[] = {[SLACK_TIER_SPECIAL] = 0, 1, 20, 50, 100};
    if (!is_limited(limits) || slack__is_interactive(method)) return no_limit;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].method, method) == 0)
            return per_minute(limits == SLACK_PACE_DISTRIBUTED ? special[i].distributed
                                                               : special[i].calls);
    if (strcmp(method, "webhook") == 0) return (slack_rate_t){1000, 1}; /* for each URL */
    const slack_method_t *known = slack__method(method);
    const uint32_t calls = known ? tiers[known->tier] : 0;
    return calls > 0 ? per_minute(calls) : no_limit;
}

/* About a message a second, and short bursts. */
slack_rate_t slack__rate_in_channel(const char *method, enum slack_pace limits)
{
    const bool applies = is_limited(limits) && strcmp(method, "chat.postMessage") == 0;
    return applies ? (slack_rate_t){1000, 5} : no_limit;
}

bool slack__is_interactive(const char *method)
{
    static const char *const methods[] = {
        "dialog.open",
        "functions.completeError",
        "functions.completeSuccess",
        "response_url",
        "views.open",
        "views.push",
        "views.update",
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i], method) == 0) return true;
    return false;
}
