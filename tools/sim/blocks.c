/* SPDX-License-Identifier: MIT */
#include "sim/blocks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/block_check.h"

/* --- elements --- */

enum holds {
    HOLDS_NOTHING,
    HOLDS_TEXT,
    HOLDS_NUMBER,
    HOLDS_TEXTS,
    HOLDS_OPTION,
    HOLDS_OPTIONS,
    HOLDS_BUTTONS, /* the person presses one of two */
    HOLDS_RICH_TEXT,
    HOLDS_FILES, /* that the person has uploaded */
};

/* Elements that a person can act on. */
static const struct element_type {
    const char *type;
    enum holds holds;    /* what the person enters or chooses */
    const char *key;     /* of that, in state.values and in actions */
    const char *initial; /* of its initial value, in the element */
} element_types[] = {
    {"button", HOLDS_NOTHING, NULL, NULL},
    {"workflow_button", HOLDS_NOTHING, NULL, NULL},
    {"plain_text_input", HOLDS_TEXT, "value", "initial_value"},
    {"email_text_input", HOLDS_TEXT, "value", "initial_value"},
    {"url_text_input", HOLDS_TEXT, "value", "initial_value"},
    {"number_input", HOLDS_TEXT, "value", "initial_value"},
    {"datepicker", HOLDS_TEXT, "selected_date", "initial_date"},
    {"timepicker", HOLDS_TEXT, "selected_time", "initial_time"},
    {"datetimepicker", HOLDS_NUMBER, "selected_date_time", "initial_date_time"},
    {"users_select", HOLDS_TEXT, "selected_user", "initial_user"},
    {"channels_select", HOLDS_TEXT, "selected_channel", "initial_channel"},
    {"conversations_select", HOLDS_TEXT, "selected_conversation", "initial_conversation"},
    {"multi_users_select", HOLDS_TEXTS, "selected_users", "initial_users"},
    {"multi_channels_select", HOLDS_TEXTS, "selected_channels", "initial_channels"},
    {"multi_conversations_select", HOLDS_TEXTS, "selected_conversations", "initial_conversations"},
    {"static_select", HOLDS_OPTION, "selected_option", "initial_option"},
    {"external_select", HOLDS_OPTION, "selected_option", "initial_option"},
    {"radio_buttons", HOLDS_OPTION, "selected_option", "initial_option"},
    {"overflow", HOLDS_OPTION, "selected_option", NULL},
    {"checkboxes", HOLDS_OPTIONS, "selected_options", "initial_options"},
    {"multi_static_select", HOLDS_OPTIONS, "selected_options", "initial_options"},
    {"multi_external_select", HOLDS_OPTIONS, "selected_options", "initial_options"},
    {"rich_text_input", HOLDS_RICH_TEXT, "rich_text_value", "initial_value"},
    {"file_input", HOLDS_FILES, "files", NULL},
    {"feedback_buttons", HOLDS_BUTTONS, NULL, NULL},
    {"icon_button", HOLDS_NOTHING, NULL, NULL},
};

static const struct element_type *element_type(const slack_json_t *element)
{
    const char *type = slack_json_str(element, "/type");
    for (size_t i = 0; i < sizeof element_types / sizeof *element_types; i++)
        if (strcmp(element_types[i].type, type) == 0) return &element_types[i];
    return NULL;
}

bool sim_element_next(const slack_json_t *blocks, sim_element_iter_t *it)
{
    for (;;) {
        while (it->block &&
               slack_json_next(slack_json_get(it->block, "/elements"), &it->elements)) {
            if (!element_type(it->elements.value)) continue;
            it->element = it->elements.value;
            return true;
        }
        if (!slack_json_next(blocks, &it->blocks)) return false;
        it->block = it->blocks.value;
        it->elements = (slack_json_iter_t){0};
        /* A section may have one accessory, an input has one element; neither has `elements`. */
        it->element = slack_json_get(it->block, "/accessory");
        if (!it->element) it->element = slack_json_get(it->block, "/element");
        if (element_type(it->element)) return true;
    }
}

bool sim_element_find(const slack_json_t *blocks, const char *block_id, const char *action_id,
                      sim_element_iter_t *ret)
{
    *ret = (sim_element_iter_t){0};
    while (sim_element_next(blocks, ret)) {
        if (strcmp(slack_json_str(ret->element, "/action_id"), action_id) != 0) continue;
        if (!block_id || strcmp(slack_json_str(ret->block, "/block_id"), block_id) == 0)
            return true;
    }
    return false;
}

/* --- checking --- */

static bool blocks_judge(const slack_block_faults_t *faults, char problem[SIM_PROBLEM_SIZE])
{
    const slack_block_fault_t *fault = *faults->refused.slack ? &faults->refused : &faults->unknown;
    snprintf(problem, SIM_PROBLEM_SIZE, "%s", fault->slack);
    return *problem == '\0';
}

bool sim_blocks_check(const slack_json_t *message, char problem[SIM_PROBLEM_SIZE])
{
    slack_block_faults_t faults;
    slack__block_check(message, &faults);
    return blocks_judge(&faults, problem);
}

bool sim_blocks_check_view(const slack_json_t *view, char problem[SIM_PROBLEM_SIZE])
{
    slack_block_faults_t faults;
    slack__block_check_view(view, &faults);
    return blocks_judge(&faults, problem);
}

/* --- naming --- */

/* The id of a block or an element that came without one. Slack takes five random characters. These
 * look alike and are the same in every run. */
static const slack_json_t *given_id(sim_json_builder_t *json, const char *key, size_t index)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char id[6] = "";
    uint64_t number = (uint64_t)(index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < sizeof id - 1; i++, number /= 64)
        id[i] = letters[number % (sizeof letters - 1)];
    return sim_json(json, "{%s: %s}", key, id);
}

static const slack_json_t *named_element(sim_json_builder_t *json, const slack_json_t *element,
                                         size_t index)
{
    if (!element_type(element) || *slack_json_str(element, "/action_id")) return element;
    return sim_json_merged(json, given_id(json, "action_id", index), element);
}

static const slack_json_t *named_block(sim_json_builder_t *json, const slack_json_t *block,
                                       size_t index)
{
    const slack_json_t *element = slack_json_get(block, "/element");
    const slack_json_t *elements = slack_json_get(block, "/elements");
    const slack_json_t *accessory = slack_json_get(block, "/accessory");
    const slack_json_t *named = sim_json(json, "{type: %s}", slack_json_str(block, "/type"));
    if (!*slack_json_str(block, "/block_id"))
        named = sim_json_merged(json, named, given_id(json, "block_id", index));
    if (element)
        named = sim_json_merged(json, named,
                                sim_json(json, "{element: %p}", named_element(json, element, 0)));
    if (accessory)
        named = sim_json_merged(
            json, named, sim_json(json, "{accessory: %p}", named_element(json, accessory, 0)));
    if (elements) {
        sim_list_t list;
        slack_json_iter_t it = {0};
        sim_list_begin(json, &list, '[');
        while (slack_json_next(elements, &it))
            sim_list_add(json, &list, named_element(json, it.value, it.index));
        named = sim_json_merged(json, named,
                                sim_json(json, "{elements: %p}", sim_list_end(json, &list)));
    }
    return sim_json_merged(json, named, block);
}

const slack_json_t *sim_blocks_named(sim_json_builder_t *json, const slack_json_t *blocks)
{
    sim_list_t list;
    slack_json_iter_t it = {0};
    sim_list_begin(json, &list, '[');
    while (slack_json_next(blocks, &it))
        sim_list_add(json, &list, named_block(json, it.value, it.index));
    return sim_list_end(json, &list);
}

/* --- choosing --- */

/* By its value or its text. */
static const slack_json_t *option_in(const slack_json_t *options, slack_slice_t name)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(options, &it))
        if (slack__slice_eq(slack__slice(slack_json_str(it.value, "/value")), name) ||
            slack__slice_eq(slack__slice(slack_json_str(it.value, "/text/text")), name))
            return it.value;
    return NULL;
}

static const slack_json_t *find_option(sim_json_builder_t *json, const slack_json_t *element,
                                       slack_slice_t name, char *problem)
{
    const slack_json_t *option = option_in(slack_json_get(element, "/options"), name);
    slack_json_iter_t group = {0};
    while (!option && slack_json_next(slack_json_get(element, "/option_groups"), &group))
        option = option_in(slack_json_get(group.value, "/options"), name);
    /* The options of an external select are not in the element: take any name for one. */
    if (!option && strstr(slack_json_str(element, "/type"), "external_select"))
        option =
            sim_json(json, "{text: {type: 'plain_text', text: %.*s, emoji: true}, value: %.*s}",
                     (int)name.len, name.ptr, (int)name.len, name.ptr);
    if (!option)
        snprintf(problem, SIM_PROBLEM_SIZE, "%s has no option \"%.*s\"",
                 slack_json_str(element, "/action_id"), (int)(name.len < 80 ? name.len : 80),
                 name.ptr);
    return option;
}

static const slack_json_t *given_list(sim_json_builder_t *json, const struct element_type *type,
                                      const slack_json_t *element, const char *given, char *problem)
{
    sim_list_t list;
    slack_slice_t rest = slack__slice(given), part;
    bool good = true;
    sim_list_begin(json, &list, '[');
    while (*given && good && slack__slice_split(&rest, ',', &part)) {
        const slack_json_t *one = type->holds == HOLDS_OPTIONS
                                      ? find_option(json, element, part, problem)
                                      : sim_json(json, "%.*s", (int)part.len, part.ptr);
        good = one != NULL;
        if (good) sim_list_add(json, &list, one);
    }
    const slack_json_t *value = sim_list_end(json, &list);
    return good ? value : NULL;
}

static const slack_json_t *given_number(sim_json_builder_t *json, const char *given, char *problem)
{
    uint64_t number = 0;
    if (slack__parse_u64(slack__slice(given), UINT32_MAX, &number))
        return sim_json(json, "%" PRIu64, number);
    snprintf(problem, SIM_PROBLEM_SIZE, "a date and time is a number of seconds since 1970");
    return NULL;
}

/* By its value or its text. The text and the value of that button are in the action. */
static const slack_json_t *pressed_button(sim_json_builder_t *json, const slack_json_t *element,
                                          const char *given, char *problem)
{
    const slack_json_t *good = slack_json_get(element, "/positive_button");
    const slack_json_t *bad = slack_json_get(element, "/negative_button");
    const slack_json_t *one =
        option_in(sim_json(json, "[%p, %p]", good, bad), slack__slice(given ? given : ""));
    if (!one) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 "%.40s has two buttons: choose one with --value \"%.40s\" or \"%.40s\"",
                 slack_json_str(element, "/action_id"), slack_json_str(good, "/value"),
                 slack_json_str(bad, "/value"));
        return NULL;
    }
    return sim_json(json, "{text: %p, value: %s}", slack_json_get(one, "/text"),
                    slack_json_str(one, "/value"));
}

static const slack_json_t *given_rich_text(sim_json_builder_t *json, const char *given)
{
    return sim_json(json,
                    "{type: 'rich_text', elements: [{type: 'rich_text_section',"
                    " elements: [{type: 'text', text: %s}]}]}",
                    given);
}

const slack_json_t *sim_element_state(sim_json_builder_t *json, const slack_json_t *element,
                                      const char *given, char problem[SIM_PROBLEM_SIZE])
{
    const struct element_type *type = element_type(element);
    const slack_json_t *value = NULL;
    if (!type || type->holds == HOLDS_NOTHING)
        return sim_json(json, "{type: %s}", slack_json_str(element, "/type"));
    if (type->holds == HOLDS_BUTTONS) return pressed_button(json, element, given, problem);
    if (!given) {
        value = type->initial ? slack__json_member(element, slack__slice(type->initial)) : NULL;
        if (!value && (type->holds == HOLDS_OPTIONS || type->holds == HOLDS_TEXTS))
            value = sim_json(json, "[]");
    } else {
        switch (type->holds) {
        case HOLDS_OPTION: value = find_option(json, element, slack__slice(given), problem); break;
        case HOLDS_NUMBER: value = given_number(json, given, problem); break;
        case HOLDS_RICH_TEXT: value = given_rich_text(json, given); break;
        case HOLDS_TEXTS:
        case HOLDS_OPTIONS: value = given_list(json, type, element, given, problem); break;
        default: value = *given ? sim_json(json, "%s", given) : sim_json(json, "null"); break;
        }
        if (!value) return NULL;
    }
    return sim_json(json, "{type: %s, %s: %p}", type->type, type->key, value);
}

/* The options as the element has them. */
static const slack_json_t *chosen_options(sim_json_builder_t *json, const slack_json_t *element,
                                          const slack_json_t *chosen, char *problem)
{
    sim_list_t list;
    slack_json_iter_t it = {0};
    bool good = true;
    sim_list_begin(json, &list, '[');
    while (good && slack_json_next(chosen, &it)) {
        const slack_json_t *one =
            find_option(json, element, slack__slice(slack_json_str(it.value, "/value")), problem);
        good = one != NULL;
        if (good) sim_list_add(json, &list, one);
    }
    const slack_json_t *value = sim_list_end(json, &list);
    return good ? value : NULL;
}

const slack_json_t *sim_element_chosen(sim_json_builder_t *json, const slack_json_t *element,
                                       const slack_json_t *chosen, char problem[SIM_PROBLEM_SIZE])
{
    const struct element_type *type = element_type(element);
    if (!type || type->holds == HOLDS_NOTHING) return sim_element_state(json, element, "", problem);
    if (type->holds == HOLDS_BUTTONS)
        return pressed_button(json, element, slack_json_str(chosen, "/value"), problem);
    const slack_json_t *value = slack__json_member(chosen, slack__slice(type->key));
    const bool external = strstr(type->type, "external_select") != NULL;
    if (type->holds == HOLDS_OPTIONS && !external)
        value = chosen_options(json, element, value, problem);
    else if (type->holds == HOLDS_OPTION && !external && slack_json_count(value, "") > 0)
        value = find_option(json, element, slack__slice(slack_json_str(value, "/value")), problem);
    else if (!value)
        value = sim_json(json, type->holds == HOLDS_TEXTS || type->holds == HOLDS_OPTIONS ? "[]"
                                                                                          : "null");
    return value ? sim_json(json, "{type: %s, %s: %p}", type->type, type->key, value) : NULL;
}

bool sim_element_state_empty(const slack_json_t *state)
{
    const struct element_type *type = element_type(state);
    const slack_json_t *value =
        type && type->key ? slack__json_member(state, slack__slice(type->key)) : NULL;
    switch (slack_json_type(value)) {
    case SLACK_JSON_NONE: return type != NULL && type->key != NULL;
    case SLACK_JSON_NULL: return true;
    case SLACK_JSON_STRING: return !*slack_json_str(value, "");
    case SLACK_JSON_ARRAY: return slack_json_count(value, "") == 0;
    default: return false;
    }
}
