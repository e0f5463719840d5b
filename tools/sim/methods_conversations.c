/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/methods.h"
#include "sim/pages.h"

#define LIMIT_DEFAULT 100

/* "public_channel,im" as a mask of channel kinds. */
static bool read_types(const char *types, unsigned *ret_kinds)
{
    static const struct {
        const char *name;
        unsigned kind;
    } known[] = {
        {"public_channel", 1u << SIM_CHANNEL_PUBLIC},
        {"private_channel", 1u << SIM_CHANNEL_PRIVATE},
        {"im", 1u << SIM_CHANNEL_IM},
        {"mpim", 1u << SIM_CHANNEL_MPIM},
    };
    slack_slice_t rest = slack__slice(types), part;
    *ret_kinds = 0;
    while (slack__slice_split(&rest, ',', &part)) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known &&
               !slack__slice_eq(slack__slice_trim(part), slack__slice(known[i].name)))
            i++;
        if (i == sizeof known / sizeof *known) return false;
        *ret_kinds |= known[i].kind;
    }
    return true;
}

/* The channels that the bot can see, and that `member`, NULL for nobody, is in. */
static const slack_json_t *list_channels(sim_call_t *call, const sim_user_t *member)
{
    const char *types = sim_call_arg(call, "types");
    const sim_channels_t *channels = &call->services->workspace->channels;
    unsigned kinds;
    sim_page_t page;
    if (!read_types(*types ? types : "public_channel", &kinds))
        return sim_call_error(call, "invalid_types");
    const slack_json_t *failure = sim_page_begin(&page, call, LIMIT_DEFAULT);
    if (failure) return failure;
    for (size_t i = 0; i < channels->count; i++) {
        const sim_channel_t *channel = &channels->list[i];
        if (!sim_page_has(&page, channel->id)) continue;
        /* Slack leaves channels out of a page that is cut already: it may be short, or empty. */
        if (sim_channel_is_visible(channel) && kinds & 1u << channel->kind &&
            (!member || sim_channel_has(channel, member)))
            sim_page_add(&page, sim_channel_json(call->json, channel));
    }
    return sim_page_end(&page, "channels");
}

static const slack_json_t *conversations_list(sim_call_t *call)
{
    return list_channels(call, NULL);
}

static const slack_json_t *users_conversations(sim_call_t *call)
{
    const char *id = sim_call_arg(call, "user");
    const sim_user_t *member =
        *id ? sim_user_by_id(&call->services->workspace->users, id) : call->services->team->bot;
    return member ? list_channels(call, member) : sim_call_error(call, "user_not_found");
}

static const slack_json_t *conversations_info(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_channel_t *channel = sim_call_channel(call, "channel", &failure);
    if (!channel) return failure;
    return sim_json(call->json, "{ok: true, channel: %p}", sim_channel_json(call->json, channel));
}

const sim_method_t sim_methods_conversations[] = {
    {"conversations.list", SIM_TOKEN_BOT, conversations_list},
    {"conversations.info", SIM_TOKEN_BOT, conversations_info},
    {"users.conversations", SIM_TOKEN_BOT, users_conversations},
    {NULL, 0, NULL},
};
