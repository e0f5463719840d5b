/* SPDX-License-Identifier: MIT */
#include "sim/faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/methods.h"
#include "sim/draw.h"

void sim_faults_init(sim_faults_t *faults, const slack_clock_t *clock,
                     const sim_feed_writer_t *feed, uint64_t seed)
{
    memset(faults, 0, sizeof *faults);
    faults->clock = clock;
    faults->feed = feed;
    faults->seed = seed;
}

static void fault_remove(sim_faults_t *faults, size_t index)
{
    faults->count--;
    memmove(&faults->active[index], &faults->active[index + 1],
            (faults->count - index) * sizeof *faults->active);
}

static void feed_put(sim_faults_t *faults)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(faults->feed, "fault", &json,
                 sim_json(&json, "{faults: %p}", sim_faults_json(faults, &json)));
}

static void remove_expired(sim_faults_t *faults)
{
    const uint64_t now_ms = slack__mono_ms(faults->clock);
    const size_t before = faults->count;
    for (size_t i = faults->count; i-- > 0;)
        if (now_ms >= faults->active[i].until_ms) fault_remove(faults, i);
    if (faults->count < before) feed_put(faults);
}

static bool fault_is_for(const sim_fault_t *fault, enum sim_point point, const char *method)
{
    const char *methods = fault->effect.method;
    return fault->kind->point == point && (!*methods || sim_fault_has_method(methods, method));
}

/* --- the list --- */

/* The chances at that point, without the faults that act always. */
static uint64_t chance_sum(const sim_faults_t *faults, enum sim_point point, const char *method)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < faults->count; i++)
        if (faults->active[i].chance < SIM_CHANCE_ALWAYS &&
            fault_is_for(&faults->active[i], point, method))
            sum += faults->active[i].chance;
    return sum;
}

/* The first method, or point, whose chances would be above all calls with one more fault. NULL:
 * there is none. */
static const char *find_overfull(const sim_faults_t *faults, const sim_fault_t *fault)
{
    const uint64_t room = SIM_CHANCE_ALWAYS - fault->chance;
    size_t count;
    const slack_method_t *known = slack__methods(&count);
    if (fault->chance == SIM_CHANCE_ALWAYS) return NULL;
    if (fault->kind->point != SIM_POINT_CALL)
        return chance_sum(faults, fault->kind->point, "") > room ? fault->kind->name : NULL;
    for (size_t i = 0; i < count; i++)
        if (fault_is_for(fault, SIM_POINT_CALL, known[i].name) &&
            chance_sum(faults, SIM_POINT_CALL, known[i].name) > room)
            return known[i].name;
    for (const char *const *url = sim_fault_urls; *url; url++)
        if (fault_is_for(fault, SIM_POINT_CALL, *url) &&
            chance_sum(faults, SIM_POINT_CALL, *url) > room)
            return *url;
    return NULL;
}

bool sim_faults_add(sim_faults_t *faults, const sim_fault_t *fault, char problem[SIM_PROBLEM_SIZE])
{
    remove_expired(faults);
    const char *overfull = find_overfull(faults, fault);
    if (faults->count >= SIM_FAULTS_MAX || overfull) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 overfull ? "the percentages of %s add up to more than 100%%; slackapp sim fault "
                            "clear ends faults"
                          : "there are too many faults; slackapp sim fault clear ends them",
                 overfull);
        return false;
    }
    sim_fault_t *added = &faults->active[faults->count++];
    *added = *fault;
    added->until_ms =
        fault->for_ms > 0 ? slack__mono_ms(faults->clock) + fault->for_ms : UINT64_MAX;
    feed_put(faults);
    return true;
}

bool sim_faults_start(sim_faults_t *faults, const char *list, char problem[SIM_PROBLEM_SIZE])
{
    sim_fault_list_t wanted;
    if (!sim_fault_list_read(list, &wanted, problem)) return false;
    for (size_t i = 0; i < wanted.count; i++) {
        const sim_fault_t *fault = &wanted.list[i];
        if (fault->kind->point == SIM_POINT_NOW) {
            snprintf(
                problem, SIM_PROBLEM_SIZE,
                "%s acts at once, on open sockets: use slackapp sim fault once the app is there",
                fault->kind->name);
            return false;
        }
        if (!sim_faults_add(faults, fault, problem)) return false;
    }
    return true;
}

void sim_faults_restore(sim_faults_t *faults, const sim_faults_t *before)
{
    *faults = *before;
    feed_put(faults);
}

size_t sim_faults_clear(sim_faults_t *faults, const char *name)
{
    size_t cleared = 0;
    remove_expired(faults);
    for (size_t i = faults->count; i-- > 0;) {
        const sim_fault_t *fault = &faults->active[i];
        if (*name && strcmp(fault->kind->name, name) != 0 && strcmp(fault->said, name) != 0)
            continue;
        fault_remove(faults, i);
        cleared++;
    }
    if (cleared > 0) feed_put(faults);
    return cleared;
}

/* --- the draw --- */

/* Whether the fault lets this call pass before it begins to act. */
static bool fault_passes(sim_fault_t *fault, bool count)
{
    if (fault->after == 0) return false;
    fault->after -= count;
    return true;
}

/* The fault that acts. `count`: this is a call, and not only a look. NULL: none. */
static sim_fault_t *fault_at(sim_faults_t *faults, enum sim_point point, const char *method,
                             bool count)
{
    uint64_t drawn = 0, below = 0;
    remove_expired(faults);
    for (size_t i = 0; i < faults->count; i++) {
        sim_fault_t *fault = &faults->active[i];
        if (!fault_is_for(fault, point, method)) continue;
        if (fault->chance == SIM_CHANCE_ALWAYS) return fault_passes(fault, count) ? NULL : fault;
        if (below == 0) drawn = sim_draw(faults->seed, method, fault->seen, SIM_CHANCE_ALWAYS);
        fault->seen += count;
        const bool hit = drawn >= below && drawn < below + fault->chance;
        if (!fault_passes(fault, count) && hit) return fault;
        below += fault->chance;
    }
    return NULL;
}

sim_effect_t sim_faults_look(sim_faults_t *faults, enum sim_point point, const char *method)
{
    const sim_fault_t *fault = fault_at(faults, point, method, false);
    return fault ? fault->effect : (sim_effect_t){0};
}

sim_effect_t sim_faults_at(sim_faults_t *faults, enum sim_point point, const char *method)
{
    sim_fault_t *fault = fault_at(faults, point, method, true);
    if (!fault) return (sim_effect_t){0};
    const sim_effect_t effect = fault->effect;
    faults->acted++;
    fault->acted++;
    if (fault->left == 1)
        fault_remove(faults, (size_t)(fault - faults->active));
    else if (fault->left > 1)
        fault->left--;
    feed_put(faults);
    return effect;
}

const slack_json_t *sim_faults_json(sim_faults_t *faults, sim_json_builder_t *json)
{
    sim_list_t list;
    remove_expired(faults);
    const uint64_t now_ms = slack__mono_ms(faults->clock);
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < faults->count; i++) {
        const sim_fault_t *fault = &faults->active[i];
        const slack_json_t *value =
            sim_json(json, "{fault: %s, acted: %" PRIu64 "}", fault->said, fault->acted);
        if (fault->after > 0)
            value =
                sim_json_merged(json, value, sim_json(json, "{after: %" PRIu64 "}", fault->after));
        if (fault->left > 0)
            value =
                sim_json_merged(json, value, sim_json(json, "{left: %" PRIu64 "}", fault->left));
        if (fault->for_ms > 0)
            value = sim_json_merged(json, value,
                                    sim_json(json, "{ms: %" PRIu64 "}", fault->until_ms - now_ms));
        sim_list_add(json, &list, value);
    }
    return sim_list_end(json, &list);
}
