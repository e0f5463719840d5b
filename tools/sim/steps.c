/* SPDX-License-Identifier: MIT */
#include "sim/steps.h"

#include <stdio.h>
#include <string.h>

#define TOKEN_MS ((uint64_t)15 * 60 * 1000)

void sim_steps_init(sim_steps_t *steps, sim_world_t *world)
{
    memset(steps, 0, sizeof *steps);
    steps->world = world;
}

void sim_steps_done(sim_steps_t *steps)
{
    for (size_t i = 0; i < SIM_STEPS_MAX; i++)
        slack__arena_free(steps->ring[i].arena);
}

static const slack_json_t *input_value(sim_maker_t *make, const char *typed)
{
    const slack_json_t *value = NULL;
    const sim_user_t *user = *typed == '@' ? sim_user_find(typed) : NULL;
    const sim_channel_t *channel = *typed == '#' ? sim_channel_find(typed) : NULL;
    if (user || channel) return sim_make(make, "%s", user ? user->id : channel->id);
    if (slack__json_parse(make->arena, typed, strlen(typed), &value, NULL) == 0) return value;
    return sim_make(make, "%s", typed);
}

const slack_json_t *sim_step_inputs(sim_maker_t *make, const slack_json_t *values,
                                    char problem[SIM_PROBLEM_SIZE])
{
    sim_list_t inputs;
    slack_json_iter_t it = {0};
    bool good = true;
    sim_list_begin(make, &inputs, '{');
    while (good && slack_json_next(values, &it)) {
        const char *text = slack_json_str(it.value, "");
        const size_t len = strcspn(text, "=");
        const char *name = slack__arena_strndup(make->arena, text, len);
        good = len > 0 && text[len] == '=';
        if (!name) make->rc = SLACK_ENOMEM;
        if (good && name)
            sim_list_put(make, &inputs, name, input_value(make, text + len + 1));
        else
            snprintf(problem, SIM_PROBLEM_SIZE, "\"%.100s\" is not NAME=VALUE", text);
    }
    const slack_json_t *object = sim_list_end(make, &inputs);
    return good ? object : NULL;
}

int sim_step_begin(sim_steps_t *steps, const char *callback_id, const slack_json_t *inputs,
                   sim_step_t **ret)
{
    sim_maker_t make = {slack__arena_new(512, 0), 0};
    if (!make.arena) return SLACK_ENOMEM;
    sim_step_t new = {
        .arena = make.arena,
        .token_until_ms = slack__mono_ms(steps->world->clock) + TOKEN_MS,
        .callback_id = slack__arena_strdup(make.arena, callback_id),
        .inputs = sim_make_copy(&make, inputs),
    };
    if (make.rc != 0 || !new.callback_id) {
        slack__arena_free(make.arena);
        return SLACK_ENOMEM;
    }
    sim_world_id(steps->world, "Fx0", new.id);
    sim_world_id(steps->world, "Wx0", new.workflow_id);
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

bool sim_step_token_lives(const sim_steps_t *steps, const sim_step_t *step)
{
    return !step->ended && slack__mono_ms(steps->world->clock) < step->token_until_ms;
}
