/* SPDX-License-Identifier: MIT */
#include "manifest/make.h"

#include <string.h>

/* ---- parts ---- */

static const slack_json_t *names_array(sim_json_builder_t *json, const manifest_names_t *names)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < names->count; i++)
        sim_list_add(json, &list,
                     sim_json(json, "%.*s", (int)names->list[i].len, names->list[i].ptr));
    return sim_list_end(json, &list);
}

/* The request URL; NULL: the app has none, since Slack uses its sockets. */
static const char *request_url(sim_json_builder_t *json, const slack_json_t *description,
                               const manifest_choices_t *choices)
{
    if (choices->socket) return NULL;
    const char *path = slack_json_str(description, "/options/http_path");
    size_t len = strlen(choices->url);
    if (len > 0 && choices->url[len - 1] == '/') len--;
    const char *url = slack__arena_printf(json->arena, "%.*s%s", (int)len, choices->url,
                                          *path ? path : "/slack/events");
    if (!url && json->rc == 0) json->rc = SLACK_ENOMEM;
    return url;
}

static const slack_json_t *commands(sim_json_builder_t *json, const manifest_names_t *names,
                                    const char *url)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < names->count; i++) {
        const slack_slice_t name = names->list[i];
        sim_list_add(json, &list,
                     sim_json(json,
                              "{command: %.*s, url?: %s, description: 'Runs %.*s',"
                              " should_escape: false}",
                              (int)name.len, name.ptr, url, (int)name.len, name.ptr));
    }
    return sim_list_end(json, &list);
}

static void add_shortcuts(sim_json_builder_t *json, sim_list_t *list, const manifest_names_t *names,
                          const char *type)
{
    for (size_t i = 0; i < names->count; i++) {
        const int len = (int)names->list[i].len;
        const char *id = names->list[i].ptr;
        sim_list_add(
            json, list,
            sim_json(json, "{name: '%.*s', type: %s, callback_id: %.*s, description: 'Runs %.*s'}",
                     len, id, type, len, id, len, id));
    }
}

static const slack_json_t *functions(sim_json_builder_t *json, const manifest_names_t *names)
{
    sim_list_t list;
    sim_list_begin(json, &list, '{');
    for (size_t i = 0; i < names->count; i++) {
        const char *name =
            slack__arena_strndup(json->arena, names->list[i].ptr, names->list[i].len);
        const slack_json_t *function =
            sim_json(json,
                     "{title: '%s', description: 'Runs %s', input_parameters: {},"
                     " output_parameters: {}}",
                     name, name);
        if (name) sim_list_put(json, &list, name, function);
    }
    return sim_list_end(json, &list);
}

/* An empty list is left out. */
static const slack_json_t *if_any(const slack_json_t *list)
{
    return slack_json_count(list, "") > 0 ? list : NULL;
}

static const slack_json_t *features(sim_json_builder_t *json, const manifest_needs_t *needs,
                                    const manifest_choices_t *choices, const char *url)
{
    const slack_json_t *app_home = NULL, *assistant = NULL, *agent = NULL;
    sim_list_t shortcuts;
    sim_list_begin(json, &shortcuts, '[');
    add_shortcuts(json, &shortcuts, &needs->global_shortcuts, "global");
    add_shortcuts(json, &shortcuts, &needs->message_shortcuts, "message");
    const slack_json_t *list = sim_list_end(json, &shortcuts);
    if (needs->home || needs->messages)
        app_home = sim_json(json,
                            "{home_tab_enabled: !!%d, messages_tab_enabled: !!%d,"
                            " messages_tab_read_only_enabled: false}",
                            needs->home, needs->messages);
    /* https://docs.slack.dev/reference/app-manifest: an app has one view or the other. */
    if (needs->agent)
        agent = sim_json(json, "{agent_description: 'Ask %s'}", choices->name);
    else if (needs->assistant)
        assistant = sim_json(json, "{assistant_description: 'Ask %s'}", choices->name);
    return sim_json(json,
                    "{app_home?: %p, bot_user: {display_name: %s, always_online: true},"
                    " shortcuts?: %p, slash_commands?: %p, assistant_view?: %p, agent_view?: %p}",
                    app_home, choices->name, if_any(list),
                    if_any(commands(json, &needs->commands, url)), assistant, agent);
}

static const slack_json_t *settings(sim_json_builder_t *json, const manifest_needs_t *needs,
                                    const manifest_choices_t *choices, const char *url)
{
    const slack_json_t *subscriptions = NULL, *interactivity = NULL;
    if (needs->events.count > 0)
        subscriptions = sim_json(json, "{request_url?: %s, bot_events: %p}", url,
                                 names_array(json, &needs->events));
    if (needs->interactive)
        interactivity =
            sim_json(json, "{is_enabled: true, request_url?: %s, message_menu_options_url?: %s}",
                     url, needs->options ? url : NULL);
    /* A step of a workflow belongs to an app of a whole organization, outside of Slack's machines.
     */
    const bool steps = needs->functions.count > 0;
    return sim_json(json,
                    "{event_subscriptions?: %p, interactivity?: %p, org_deploy_enabled: !!%d,"
                    " socket_mode_enabled: !!%d, token_rotation_enabled: !!%d,"
                    " function_runtime?: %s}",
                    subscriptions, interactivity, steps, choices->socket, choices->token_rotation,
                    steps ? "remote" : NULL);
}

const slack_json_t *manifest_make(sim_json_builder_t *json, const slack_json_t *description,
                                  const manifest_needs_t *needs, const manifest_choices_t *choices)
{
    const char *url = request_url(json, description, choices);
    const char *redirect = slack_json_str(description, "/options/redirect_uri");
    const slack_json_t *redirects = *redirect ? sim_json(json, "[%s]", redirect) : NULL;
    const slack_json_t *user = if_any(names_array(json, &needs->user_scopes));
    return sim_json(json,
                    "{display_information: {name: %s}, features: %p,"
                    " oauth_config: {redirect_urls?: %p, scopes: {bot: %p, user?: %p}},"
                    " settings: %p, functions?: %p}",
                    choices->name, features(json, needs, choices, url), redirects,
                    names_array(json, &needs->scopes), user, settings(json, needs, choices, url),
                    if_any(functions(json, &needs->functions)));
}

/* ---- print ---- */

static int print_line(slack_buf_t *out, unsigned depth)
{
    int rc = slack__buf_append_char(out, '\n');
    for (unsigned i = 0; rc == 0 && i < depth; i++)
        rc = slack__buf_append(out, "  ", 2);
    return rc;
}

static int print_value(slack_buf_t *out, const slack_json_t *value, unsigned depth)
{
    const bool object = slack_json_type(value) == SLACK_JSON_OBJECT;
    if (slack_json_count(value, "") == 0) return slack__json_write(out, value);
    slack_json_iter_t it = {0};
    int rc = slack__buf_append_char(out, object ? '{' : '[');
    while (rc == 0 && slack_json_next(value, &it)) {
        if (it.index > 1) rc = slack__buf_append_char(out, ',');
        if (rc == 0) rc = print_line(out, depth + 1);
        if (rc == 0 && object) rc = slack__json_write_string(out, it.key, strlen(it.key));
        if (rc == 0 && object) rc = slack__buf_append(out, ": ", 2);
        if (rc == 0) rc = print_value(out, it.value, depth + 1);
    }
    if (rc == 0) rc = print_line(out, depth);
    return rc ? rc : slack__buf_append_char(out, object ? '}' : ']');
}

int manifest_print(slack_buf_t *out, const slack_json_t *value)
{
    const int rc = print_value(out, value, 0);
    return rc ? rc : slack__buf_append_char(out, '\n');
}
