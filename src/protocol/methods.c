/* SPDX-License-Identifier: MIT */
#include "protocol/methods.h"

#include <stdlib.h>
#include <string.h>

#include <slack/api/admin.h>
#include <slack/api/agents.h>
#include <slack/api/api.h>
#include <slack/api/apps.h>
#include <slack/api/assistant.h>
#include <slack/api/auth.h>
#include <slack/api/blocks.h>
#include <slack/api/bookmarks.h>
#include <slack/api/bots.h>
#include <slack/api/calls.h>
#include <slack/api/canvases.h>
#include <slack/api/chat.h>
#include <slack/api/conversations.h>
#include <slack/api/dialog.h>
#include <slack/api/dnd.h>
#include <slack/api/emoji.h>
#include <slack/api/entity.h>
#include <slack/api/files.h>
#include <slack/api/functions.h>
#include <slack/api/migration.h>
#include <slack/api/oauth.h>
#include <slack/api/openid.h>
#include <slack/api/pins.h>
#include <slack/api/reactions.h>
#include <slack/api/reminders.h>
#include <slack/api/rtm.h>
#include <slack/api/search.h>
#include <slack/api/slackLists.h>
#include <slack/api/stars.h>
#include <slack/api/team.h>
#include <slack/api/tooling.h>
#include <slack/api/usergroups.h>
#include <slack/api/users.h>
#include <slack/api/views.h>
#include <slack/api/workflows.h>

/* The words of methods.def. */
enum {
    SPECIAL = SLACK_TIER_SPECIAL,
    READS = SLACK_METHOD_READS,
    REPEATABLE = SLACK_METHOD_REPEATABLE,
    ACTS = SLACK_METHOD_ACTS,
    PLAIN = SLACK_METHOD_PLAIN,
    TEAM = SLACK_METHOD_TEAM,
    NO_TOKEN = SLACK_METHOD_NO_TOKEN,
    DEPRECATED = SLACK_METHOD_DEPRECATED,
    CURSOR = SLACK_PAGES_CURSOR,
    PAGE = SLACK_PAGES_PAGE,
};

/* clang-format off */
#define METHOD(tag, name, tier, effect, flags, scopes)                                             \
    {name, sizeof(struct slack_##tag), tier, effect, flags, (const slack_arg_t[]){
#define ARG(tag, type, name)                                                                       \
        {#name, offsetof(struct slack_##tag, name), SLACK_ARG_##type, false},
#define REQUIRED(tag, type, name)                                                                  \
        {#name, offsetof(struct slack_##tag, name), SLACK_ARG_##type, true},
#define UPLOAD(tag, name) /* no struct has it */
#define END                                                                                        \
        {.type = SLACK_ARG_NONE}}, SLACK_PAGES_NONE, 0, ""},
#define PAGES(kind, items, max)                                                                    \
        {.type = SLACK_ARG_NONE}}, kind, max, items},
/* clang-format on */

static const slack_method_t methods[] = {
#include "protocol/methods.def"
};

#define METHODS (sizeof methods / sizeof *methods)

static int compare_method(const void *name, const void *method)
{
    return strcmp(name, ((const slack_method_t *)method)->name);
}

const slack_method_t *slack__method(const char *name)
{
    return bsearch(name, methods, METHODS, sizeof *methods, compare_method);
}

bool slack__method_is(const char *name, enum slack_method_flag flag)
{
    const slack_method_t *method = slack__method(name);
    return method && method->flags & flag;
}

const slack_method_t *slack__methods(size_t *ret_count)
{
    *ret_count = METHODS;
    return methods;
}
