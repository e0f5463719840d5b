/* SPDX-License-Identifier: MIT */
#include "sim/send_args.h"

#include <stdio.h>
#include <string.h>

#define PROBLEM_SIZE 256

const sim_send_kind_t sim_send_kinds[] = {
    {"message", "TEXT…", "say something in a channel"},
    {"mention", "TEXT…", "say something to the bot"},
    {"command", "/NAME [TEXT…]", "run a slash command"},
    {"click", "ACTION_ID", "use a button, or choose --value in a select"},
    {"options", "ACTION_ID [TYPED]", "type into an external select"},
    {"shortcut", "CALLBACK_ID", "use a shortcut, or with --message one of messages"},
    {"submit", "[CALLBACK_ID] [BLOCK/ACTION=VALUE…]", "fill in and submit the open modal"},
    {"close-view", "[CALLBACK_ID]", "close the open modal"},
    {"open-home", "", "look at the app's home tab"},
    {"open-assistant", "", "open a thread with --channel beside it, or look elsewhere: --thread"},
    {"step", "CALLBACK_ID [NAME=VALUE…]", "let a workflow come to a step of the app's"},
    {"event", "JSON", "cause any event: {\"type\": \"…\", …}"},
    {NULL, NULL, NULL},
};

static const sim_send_kind_t *find_kind(const char *name)
{
    const sim_send_kind_t *kind = sim_send_kinds;
    while (kind->name && strcmp(kind->name, name) != 0)
        kind++;
    return kind->name ? kind : NULL;
}

/* Arguments as one text, with spaces between. */
static const char *joined(sim_json_builder_t *json, int argc, const char *const *argv)
{
    const char *text = argc > 0 ? argv[0] : "";
    for (int i = 1; i < argc && text; i++)
        text = slack__arena_printf(json->arena, "%s %s", text, argv[i]);
    if (!text) json->rc = SLACK_ENOMEM;
    return text ? text : "";
}

static const slack_json_t *event_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                      char *problem)
{
    const slack_json_t *event = NULL;
    size_t offset = 0;
    const char *text = joined(json, argc, argv);
    if (slack__json_parse(json->arena, text, strlen(text), &event, &offset) != 0) {
        snprintf(problem, PROBLEM_SIZE, "the event is no JSON: see at byte %zu", offset);
        return NULL;
    }
    return sim_json(json, "{event: %p}", event);
}

/* What has no '=' in it is the callback_id, and comes first. */
static const slack_json_t *values_args(sim_json_builder_t *json, int argc, const char *const *argv)
{
    const char *callback_id = NULL;
    sim_list_t values;
    if (argc > 0 && !strchr(argv[0], '=')) {
        callback_id = argv[0];
        argc--;
        argv++;
    }
    sim_list_begin(json, &values, '[');
    for (int i = 0; i < argc; i++)
        sim_list_add(json, &values, sim_json(json, "%s", argv[i]));
    return sim_json(json, "{callback_id: %s, values: %p}", callback_id,
                    sim_list_end(json, &values));
}

/* What the arguments behind the kind say. */
static const slack_json_t *kind_args(sim_json_builder_t *json, const char *kind, int argc,
                                     const char *const *argv, char *problem)
{
    const char *first = argc > 0 ? argv[0] : NULL;
    if (strcmp(kind, "event") == 0) return event_args(json, argc, argv, problem);
    if (strcmp(kind, "submit") == 0) return values_args(json, argc, argv);
    if (strncmp(kind, "open-", 5) == 0) return sim_json(json, "{}");
    if (strcmp(kind, "close-view") == 0) return sim_json(json, "{callback_id: %s}", first);
    if (!first) {
        snprintf(problem, PROBLEM_SIZE, "say what: slackapp sim send %s %s", kind,
                 find_kind(kind)->arguments);
        return NULL;
    }
    if (strcmp(kind, "command") == 0)
        return sim_json(json, "{command: %s, text: %s}", first, joined(json, argc - 1, argv + 1));
    if (strcmp(kind, "step") == 0) return values_args(json, argc, argv);
    if (strcmp(kind, "shortcut") == 0) return sim_json(json, "{callback_id: %s}", first);
    if (strcmp(kind, "click") == 0) return sim_json(json, "{action_id: %s}", first);
    if (strcmp(kind, "options") == 0)
        return sim_json(json, "{action_id: %s, value: %s}", first,
                        joined(json, argc - 1, argv + 1));
    return sim_json(json, "{text: %s}", joined(json, argc, argv));
}

const slack_json_t *sim_send_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                  const sim_send_options_t *options, char *problem)
{
    const sim_send_kind_t *kind = argc > 0 ? find_kind(argv[0]) : NULL;
    *problem = '\0';
    if (!kind) {
        if (argc > 0)
            snprintf(problem, PROBLEM_SIZE, "nothing of the kind \"%.80s\" can be sent", argv[0]);
        else
            snprintf(problem, PROBLEM_SIZE, "say what to send");
        return NULL;
    }
    const slack_json_t *own = kind_args(json, kind->name, argc - 1, argv + 1, problem);
    if (!own) return NULL;
    const slack_json_t *common = sim_json(
        json, "{kind: %s, user: %s, channel: %s, thread: %s, message: %s, value: %s}", kind->name,
        options->user, options->channel, options->thread, options->message, options->value);
    return sim_json_merged(json, own, common);
}
