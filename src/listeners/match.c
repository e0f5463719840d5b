/* SPDX-License-Identifier: MIT */
#include "listeners/match.h"

#include <string.h>
#include <strings.h>

#include "protocol/kind.h"
#include "protocol/job_names.h"
#include "protocol/payload.h"
#include "util/str.h"

/* The subtypes of messages that carry somebody's words, as in Bolt for Python. */
static const char spoken[] = "none,bot_message,file_share,thread_broadcast";

/* ---- the subject ---- */

void slack__subject_set_action(slack_subject_t *subject, const slack_json_t *action)
{
    subject->action = action;
    subject->selector = slack__kind_selector(subject->kind, subject->body, action);
}

void slack__subject_init(slack_subject_t *ret, enum slack_kind kind, const slack_json_t *body,
                         const char *bot_user)
{
    *ret = (slack_subject_t){.kind = kind,
                             .body = body,
                             .bot_user = bot_user,
                             .subtype = "none",
                             .steps_left = SLACK_PATTERN_STEPS_MAX};
    slack__subject_set_action(ret, NULL);
    if (kind != SLACK_KIND_EVENT) return;
    const char *subtype = slack_json_str(body, "/event/subtype");
    if (*subtype) ret->subtype = subtype;
    ret->message = strcmp(ret->selector, "message") == 0;
    if (!ret->message) return;
    ret->text = slack_json_strn(body, "/event/text", NULL);
    ret->spoken = slack__list_has(spoken, ret->subtype);
}

/* ---- a string ---- */

/* For every way of matching but a pattern. */
static int match_string(const char *match, enum slack_match how, const char *text)
{
    const bool same =
        how == SLACK_MATCH_CONTAINS ? strstr(text, match) != NULL : strcmp(text, match) == 0;
    return same ? 0 : SLACK_ENOTFOUND;
}

/* ---- the place of an event ---- */

/* The types that the channel of the event may have; 0: none of them, or the event has no channel.
 */
static unsigned channel_types(const slack_json_t *body)
{
    static const struct {
        const char *name;
        unsigned where;
    } types[] = {
        {"channel", SLACK_IN_CHANNEL}, {"group", SLACK_IN_GROUP}, {"im", SLACK_IN_IM},
        {"mpim", SLACK_IN_MPIM},       {"C", SLACK_IN_CHANNEL}, /* of member_joined_channel and
                                                                   member_left_channel */
        {"G", SLACK_IN_GROUP}};
    const char *type = slack_json_str(body, "/event/channel_type");
    if (*type == '\0') type = slack_json_str(body, "/event/item/channel_type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i].name) == 0) return types[i].where;
    if (*type) return 0;
    /* Some events, such as app_mention, lack the field, and the id says little: a channel keeps its
     * id when it becomes private. */
    switch (*slack__payload_channel(body)) {
    case 'C': return SLACK_IN_CHANNEL | SLACK_IN_GROUP | SLACK_IN_MPIM;
    case 'G': return SLACK_IN_GROUP | SLACK_IN_MPIM;
    case 'D': return SLACK_IN_IM;
    default: return 0;
    }
}

/* The first message of a thread has its own timestamp as thread_ts, and is not a reply. */
static bool in_thread(const slack_json_t *body)
{
    const char *thread = slack__payload_thread_ts(body);
    return *thread && strcmp(thread, slack__payload_ts(body)) != 0;
}

bool slack__mentions_first(const char *text, const char *user)
{
    size_t len = strlen(user);
    for (size_t blank; (blank = slack__blank_len(text)) > 0;)
        text += blank;
    if (len == 0 || strncmp(text, "<@", 2) != 0 || strncmp(text + 2, user, len) != 0) return false;
    return text[2 + len] == '>' || text[2 + len] == '|';
}

#define CHANNEL_TYPES ((unsigned)(SLACK_IN_CHANNEL | SLACK_IN_GROUP | SLACK_IN_IM | SLACK_IN_MPIM))

static bool is_there(unsigned where, const slack_subject_t *subject)
{
    const slack_json_t *body = subject->body;
    if (where & CHANNEL_TYPES) {
        const unsigned types = channel_types(body);
        if (types == 0 || (types & ~where) != 0) return false; /* it is not certain */
    }
    if ((where & SLACK_IN_THREAD) && !in_thread(body)) return false;
    if ((where & SLACK_NOT_IN_THREAD) && in_thread(body)) return false;
    return !(where & SLACK_TO_BOT) ||
           slack__mentions_first(slack_json_str(body, "/event/text"), subject->bot_user);
}

/* ---- a listener ---- */

static bool event_fits(const slack_listener_t *l, const slack_subject_t *subject)
{
    if (subject->own && !l->own) return false;
    if (l->message && !subject->message) return false;
    if (l->assistant && *slack_json_str(subject->body, "/event/bot_id")) return false;
    if (l->function && strcmp(subject->selector, "function_executed") != 0) return false;
    if (l->subtypes && !slack__list_has(l->subtypes, subject->subtype)) return false;
    if (l->message && !l->subtypes && !subject->spoken) return false;
    return l->where == 0 || is_there(l->where, subject);
}

static const char *callback_id(const slack_json_t *body)
{
    const slack_json_t *view = slack_json_get(body, "/view");
    return slack_json_str(view ? view : body, "/callback_id");
}

int slack__match(const slack_rule_t *rule, slack_subject_t *subject, slack_arena_t *arena,
                 slack_captures_t *ret)
{
    const slack_listener_t *l = &rule->listener;
    bool event = l->kind == SLACK_KIND_EVENT;
    if (event && !event_fits(l, subject)) return SLACK_ENOTFOUND;
    if (!event && l->type && strcmp(l->type, slack_json_str(subject->body, "/type")) != 0)
        return SLACK_ENOTFOUND;
    if (!event && l->callback_id && strcmp(l->callback_id, callback_id(subject->body)) != 0)
        return SLACK_ENOTFOUND;
    if (l->block_id) {
        const slack_json_t *element = subject->action ? subject->action : subject->body;
        const char *block = slack_json_str(element, "/block_id");
        int rc = rule->block_pattern ? slack__pattern_find(rule->block_pattern, block,
                                                           &subject->steps_left, arena, NULL)
                                     : match_string(l->block_id, l->block_how, block);
        if (rc != 0) return rc;
    }
    if (l->kind == SLACK_KIND_JOB && slack__job_is_reserved(subject->selector) &&
        (l->match == NULL || l->how != SLACK_MATCH_EXACT))
        return SLACK_ENOTFOUND;
    if (l->match == NULL) return 0;
    const char *text = l->message ? subject->text : subject->selector; /* NULL matches nothing */
    if (l->function) text = slack_json_str(subject->body, "/event/function/callback_id");
    if (text == NULL) return SLACK_ENOTFOUND;
    return rule->pattern
               ? slack__pattern_find(rule->pattern, text, &subject->steps_left, arena, ret)
               : match_string(l->match, l->how, text);
}

const char *slack__match_skipped(const slack_rule_t *rule, const slack_subject_t *subject,
                                 slack_arena_t *arena)
{
    const slack_listener_t *l = &rule->listener;
    const slack_json_t *body = subject->body;
    const slack_json_t *element = subject->action ? subject->action : body;
    const struct {
        const char *member, *wanted, *is;
    } conditions[] = {
        {".type", l->type, slack_json_str(body, "/type")},
        {".callback_id", l->callback_id, callback_id(body)},
        {".block_id", l->block_id, slack_json_str(element, "/block_id")},
        {"match, in which upper and lower case differ,", l->match, subject->selector},
    };
    if (l->kind != subject->kind || l->kind == SLACK_KIND_EVENT || subject->selector == NULL)
        return NULL;
    if (l->match && strcasecmp(l->match, subject->selector) != 0) return NULL;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (conditions[i].wanted && strcmp(conditions[i].wanted, conditions[i].is) != 0)
            return slack__arena_printf(arena,
                                       "listener \"%s\" was skipped: its %s is \"%s\", not "
                                       "\"%s\"",
                                       l->name, conditions[i].member, conditions[i].wanted,
                                       conditions[i].is);
    return NULL;
}

static bool how_is_known(enum slack_match how)
{
    return how == SLACK_MATCH_EXACT || how == SLACK_MATCH_CONTAINS || how == SLACK_MATCH_REGEX;
}

static bool is_empty(const char *s)
{
    return s && *s == '\0';
}

const char *slack__match_check(const slack_listener_t *l)
{
    bool event = l->kind == SLACK_KIND_EVENT;
    bool element = l->kind == SLACK_KIND_ACTION || l->kind == SLACK_KIND_OPTIONS;
    if (l->fn == NULL) return "fn is not set; it is the handler";
    if (l->kind == SLACK_KIND_UNKNOWN)
        return "kind is not set; set it, as in .kind = SLACK_KIND_COMMAND";
    if ((unsigned)l->kind >= SLACK_KINDS) return "deliveries of this kind reach no listener";
    if (is_empty(l->match) || is_empty(l->block_id) || is_empty(l->callback_id) ||
        is_empty(l->type) || is_empty(l->subtypes) || is_empty(l->name))
        return "a string is empty; NULL sets no condition";
    if (!how_is_known(l->how) || !how_is_known(l->block_how)) return "unknown way of matching";
    if ((l->message || l->assistant || l->function || l->subtypes || l->where || l->own) && !event)
        return "message, assistant, function, subtypes, where and own are for events";
    if (l->message && l->function) return "message and function exclude each other";
    if ((l->block_id || l->callback_id) && !element)
        return "block_id and callback_id are for actions and options";
    if (l->type && (!slack__kind_waits_for_ack(l->kind) || l->kind == SLACK_KIND_COMMAND))
        return "type is for interactions; the type of an event goes into match";
    if (l->match && l->kind == SLACK_KIND_APP_RATE_LIMITED)
        return "match is for other kinds: all deliveries of this kind are alike";
    if (l->attempts && !event && l->kind != SLACK_KIND_JOB)
        return "attempts is for events and jobs; other deliveries have one attempt";
    if (l->kind == SLACK_KIND_COMMAND && l->match && l->how == SLACK_MATCH_EXACT) {
        if (*l->match != '/') return "a command begins with a slash, as in \"/deploy\"";
        if (strpbrk(l->match, " \t\n"))
            return "a command is one word; what follows it is the /text of the body";
    }
    return NULL;
}
