/* SPDX-License-Identifier: MIT */
#include "sim/workflow_steps.h"

#include <stdio.h>
#include <string.h>

#define TOKEN_MS ((uint64_t)15 * 60 * 1000)

void sim_steps_init(sim_steps_t *steps, sim_ids_t *ids)
{
    memset(steps, 0, sizeof *steps);
    steps->ids = ids;
}

void sim_steps_done(sim_steps_t *steps)
{
    for (size_t i = 0; i < SIM_STEPS_MAX; i++)
        slack__arena_free(steps->ring[i].arena);
}

static const slack_json_t *input_value(sim_json_builder_t *json, sim_channels_t *channels,
                                       const char *typed)
{
    const slack_json_t *value = NULL;
    const sim_user_t *user = *typed == '@' ? sim_user_find(channels->users, typed) : NULL;
    const sim_channel_t *channel = *typed == '#' ? sim_channel_find(channels, typed) : NULL;
    if (user || channel) return sim_json(json, "%s", user ? user->id : channel->id);
    if (sim_json_given(json->arena, slack__slice(typed), &value) == 0) return value;
    return sim_json(json, "%s", typed);
}

const slack_json_t *sim_step_inputs(sim_json_builder_t *json, sim_channels_t *channels,
                                    const slack_json_t *values, char problem[SIM_PROBLEM_SIZE])
{
    sim_list_t inputs;
    slack_json_iter_t it = {0};
    bool good = true;
    sim_list_begin(json, &inputs, '{');
    while (good && slack_json_next(values, &it)) {
        const char *text = slack_json_str(it.value, "");
        const size_t len = strcspn(text, "=");
        const char *name = slack__arena_strndup(json->arena, text, len);
        good = len > 0 && text[len] == '=';
        if (!name) json->rc = SLACK_ENOMEM;
        if (good && name)
            sim_list_put(json, &inputs, name, input_value(json, channels, text + len + 1));
        else
            snprintf(problem, SIM_PROBLEM_SIZE, "\"%.100s\" is not NAME=VALUE", text);
    }
    const slack_json_t *object = sim_list_end(json, &inputs);
    return good ? object : NULL;
}

int sim_step_begin(sim_steps_t *steps, const char *callback_id, const slack_json_t *inputs,
                   sim_step_t **ret)
{
    sim_json_builder_t json = {slack__arena_new(512, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    sim_step_t new = {
        .arena = json.arena,
        .token_until_ms = slack__mono_ms(steps->ids->clock) + TOKEN_MS,
        .callback_id = slack__arena_strdup(json.arena, callback_id),
        .inputs = sim_json_copy(&json, inputs),
    };
    if (json.rc != 0 || !new.callback_id) {
        slack__arena_free(json.arena);
        return SLACK_ENOMEM;
    }
    sim_ids_next(steps->ids, "Fx0", new.id);
    sim_ids_next(steps->ids, "Wx0", new.workflow_id);
    snprintf(new.token, sizeof new.token, "xwfp-simulated-%s", new.id);

    sim_step_t *step = &steps->ring[steps->count++ % SIM_STEPS_MAX];
    slack__arena_free(step->arena);
    *step = new;
    *ret = step;
    return 0;
}

sim_step_t *sim_step_by_id(sim_steps_t *steps, const char *id)
{
    for (size_t i = 0; i < SIM_STEPS_MAX && *id; i++)
        if (strcmp(steps->ring[i].id, id) == 0) return &steps->ring[i];
    return NULL;
}

sim_step_t *sim_step_by_token(sim_steps_t *steps, slack_slice_t token)
{
    for (size_t i = 0; i < SIM_STEPS_MAX && token.len > 0; i++)
        if (slack__slice_eq(token, slack__slice(steps->ring[i].token))) return &steps->ring[i];
    return NULL;
}

bool sim_step_token_valid(const sim_steps_t *steps, const sim_step_t *step)
{
    return !step->ended && slack__mono_ms(steps->ids->clock) < step->token_until_ms;
}
