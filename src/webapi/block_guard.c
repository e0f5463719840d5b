/* SPDX-License-Identifier: MIT */
#include "webapi/block_guard.h"

#include <stdio.h>
#include <string.h>

#include "protocol/block_check.h"
#include "protocol/blocks.h"
#include "protocol/methods.h"
#include "util/json.h"

/* The arguments that the check knows; the last has no name. */
static const slack_block_field_t *carriers(void)
{
    return slack__block_kind(SLACK_BLOCK_IN_PAYLOAD, NULL)->fields;
}

static bool method_carries(const char *method)
{
    if (method == NULL) return false;
    if (strcmp(method, "ack") == 0 || strcmp(method, "response_url") == 0 ||
        strcmp(method, "webhook") == 0)
        return true;
    const slack_method_t *known = slack__method(method);
    for (const slack_arg_t *arg = known ? known->args : NULL; arg && arg->type; arg++)
        for (const slack_block_field_t *one = carriers(); *one->name; one++)
            if (arg->type == SLACK_ARG_JSON && strcmp(one->name, arg->name) == 0) return true;
    return false;
}

/* A program may pass blocks as JSON text. The check leaves such arguments alone, so each is read
 * and checked by itself. Text that is not JSON is Slack's to judge. */
static void check_texts(slack_arena_t *arena, const slack_json_t *args, slack_block_faults_t *ret)
{
    for (const slack_block_field_t *carrier = carriers();
         *carrier->name && *ret->refused.sentence == '\0'; carrier++) {
        const slack_json_t *value = NULL, *one = NULL;
        size_t len;
        const char *text =
            slack__json_string(slack__json_member(args, slack__slice(carrier->name)), &len);
        if (text && slack__json_parse(arena, text, len, &value, NULL) == 0 &&
            slack__jsonf(arena, &one, NULL, "{%s: %p}", carrier->name, (const void *)value) == 0)
            slack__block_check(one, ret);
    }
}

const char *slack__block_guard(const slack_block_guard_t *guard, slack_arena_t *arena,
                               const char *method, const slack_json_t *args)
{
    slack_block_faults_t faults;
    if (guard->mode <= SLACK_CHECK_BLOCKS_OFF || slack_json_type(args) != SLACK_JSON_OBJECT ||
        !method_carries(method))
        return NULL;
    slack__block_check(args, &faults);
    if (*faults.refused.sentence == '\0' && *faults.unknown.sentence == '\0')
        check_texts(arena, args, &faults);
    /* A modal opens, and a home tab is published: https://docs.slack.dev/surfaces */
    const char *type = slack_json_str(args, "/view/type");
    const bool home = strcmp(type, "home") == 0;
    const bool publishes = strcmp(method, "views.publish") == 0;
    const bool opens = strcmp(method, "views.open") == 0 || strcmp(method, "views.push") == 0;
    if (*faults.refused.sentence == '\0' && *type && (home ? opens : publishes))
        snprintf(faults.refused.sentence, sizeof faults.refused.sentence,
                 "view.type: \"%.20s\", must be %s", type, home ? "modal" : "home");
    const bool unknown = *faults.refused.sentence == '\0';
    const char *fault = unknown ? faults.unknown.sentence : faults.refused.sentence;
    if (*fault == '\0') return NULL;
    if (guard->mode >= (unknown ? SLACK_CHECK_BLOCKS_STRICT : SLACK_CHECK_BLOCKS_REFUSE)) {
        const char *why = slack__arena_printf(
            arena, "%s: correct it; if Slack accepts it, set SLACK_CHECK_BLOCKS=warn", fault);
        return why ? why : "Slack would refuse the blocks, and memory is out for the reason";
    }
    SLACK_LOG(guard->log, WARN, unknown ? "unknown blocks" : "blocks that Slack refuses",
              "method=%s reason=%s", method, fault);
    return NULL;
}
