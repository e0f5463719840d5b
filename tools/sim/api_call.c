/* SPDX-License-Identifier: MIT */
#include "sim/api_call.h"

#include <stdio.h>
#include <string.h>

const char *sim_call_arg(const sim_call_t *call, const char *name)
{
    const slack_json_t *value = slack__json_member(call->args, slack__slice(name));
    const char *text = NULL;
    switch (slack_json_type(value)) {
    case SLACK_JSON_STRING: text = slack_json_str(value, ""); break;
    case SLACK_JSON_BOOL: text = slack_json_bool(value, "") ? "true" : "false"; break;
    case SLACK_JSON_NUMBER: text = slack__json_text(call->json->arena, value, NULL); break;
    default: break;
    }
    return text ? text : "";
}

bool sim_call_bool(const sim_call_t *call, const char *name)
{
    const char *text = sim_call_arg(call, name);
    return strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

bool sim_call_count(const sim_call_t *call, const char *name, size_t fallback, size_t max,
                    size_t *ret)
{
    const char *text = sim_call_arg(call, name);
    uint64_t number = fallback;
    if (*text && !slack__parse_u64(slack__slice(text), max, &number)) return false;
    *ret = (size_t)number;
    return number > 0;
}

bool sim_call_json(const sim_call_t *call, const char *name, const slack_json_t **ret)
{
    const slack_json_t *value = slack__json_member(call->args, slack__slice(name));
    *ret = value;
    if (slack_json_type(value) != SLACK_JSON_STRING) return true;
    const char *text = slack_json_str(value, "");
    return sim_json_given(call->json->arena, slack__slice(text), ret) == 0;
}

const sim_user_t *sim_call_actor(const sim_call_t *call)
{
    const sim_grant_t *grant = call->token ? call->token->grant : NULL;
    const sim_user_t *person =
        grant && !grant->grantor.bot
            ? sim_user_by_id(&call->services->workspace->users, grant->grantor.user_id)
            : NULL;
    return person ? person : call->services->team->bot;
}

sim_channel_t *sim_call_channel(sim_call_t *call, const char *name,
                                const slack_json_t **ret_failure)
{
    sim_channel_t *channel =
        sim_channel_reach(&call->services->workspace->channels, sim_call_arg(call, name));
    if (channel &&
        (channel->kind == SIM_CHANNEL_PUBLIC || sim_channel_has(channel, sim_call_actor(call))))
        return channel;
    *ret_failure = sim_call_error(call, "channel_not_found");
    return NULL;
}

sim_channel_t *sim_call_own_channel(sim_call_t *call, const char *name,
                                    const slack_json_t **ret_failure)
{
    sim_channel_t *channel = sim_call_channel(call, name, ret_failure);
    if (!channel || sim_channel_has(channel, sim_call_actor(call))) return channel;
    *ret_failure = sim_call_error(call, "not_in_channel");
    return NULL;
}

const slack_json_t *sim_call_error(sim_call_t *call, const char *error)
{
    return sim_json(call->json, "{ok: false, error: %s}", error);
}

const slack_json_t *sim_call_error_with(sim_call_t *call, const char *error, const char *format,
                                        ...)
{
    char sentence[SIM_PROBLEM_SIZE];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sentence, sizeof sentence, format, ap);
    va_end(ap);
    if (!*sentence) return sim_call_error(call, error);
    return sim_json(call->json,
                    "{ok: false, error: %s, response_metadata: {messages: ['[ERROR] %s']}}", error,
                    sentence);
}

const slack_json_t *sim_call_missing(sim_call_t *call, const char *name)
{
    return sim_call_error_with(call, "invalid_arguments", "missing required field: %s", name);
}
