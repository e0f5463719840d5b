/* SPDX-License-Identifier: MIT */
#include "advise/plan.h"

#include <string.h>

/* rules.def, as functions of the case: each row of it is a line in one of them. */

static void add_reason(advise_reasons_t *reasons, const char *text, const char *source)
{
    if (reasons->count < ADVISE_REASONS_MAX)
        reasons->list[reasons->count++] = (advise_reason_t){text, source};
}

static void fill_rows(const advise_case_t *c, advise_row_t rows[ADVISE_CRITERIA])
{
    int score[ADVISE_CRITERIA][ADVISE_MODES];
#define CRITERION(id, title, base_weight, socket, http)                                            \
    rows[ADVISE_##id] = (advise_row_t){.name = (title), .weight = (base_weight)};                  \
    score[ADVISE_##id][ADVISE_SOCKET] = (socket);                                                  \
    score[ADVISE_##id][ADVISE_HTTP] = (http);
#include "advise/rules.def"
#define BASE(id, mode, text, source)                                                               \
    add_reason(&rows[ADVISE_##id].reasons[ADVISE_##mode], text, source);
#define WEIGHT(id, change, condition, text, source)                                                \
    if (condition) {                                                                               \
        rows[ADVISE_##id].weight += (change);                                                      \
        add_reason(&rows[ADVISE_##id].weight_reasons, text, source);                               \
    }
#define SCORE(id, mode, change, condition, text, source)                                           \
    if (condition) {                                                                               \
        score[ADVISE_##id][ADVISE_##mode] += (change);                                             \
        add_reason(&rows[ADVISE_##id].reasons[ADVISE_##mode], text, source);                       \
    }
#include "advise/rules.def"
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++)
        for (unsigned mode = 0; mode < ADVISE_MODES; mode++) {
            const int sum = score[row][mode];
            rows[row].score[mode] =
                sum < 0 ? 0 : (sum > ADVISE_SCORE_MAX ? ADVISE_SCORE_MAX : (unsigned)sum);
        }
}

static void find_against(const advise_case_t *c, advise_reasons_t against[ADVISE_MODES])
{
#define AGAINST(mode, condition, text, source)                                                     \
    if (condition) add_reason(&against[ADVISE_##mode], text, source);
#include "advise/rules.def"
}

static void add_finding(advise_plan_t *plan, const advise_finding_t *finding)
{
    if (plan->finding_count < ADVISE_FINDINGS_MAX) plan->findings[plan->finding_count++] = *finding;
}

static void find_findings(const advise_case_t *c, advise_plan_t *plan)
{
#define FINDING(severity, condition, text, ways, source)                                           \
    if (condition) add_finding(plan, &(advise_finding_t){ADVISE_##severity, {text, source}, ways});
#include "advise/rules.def"
}

static unsigned percent_of(const advise_row_t rows[ADVISE_CRITERIA], enum advise_mode mode)
{
    unsigned sum = 0, best = 0;
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++) {
        sum += rows[row].weight * rows[row].score[mode];
        best += rows[row].weight * ADVISE_SCORE_MAX;
    }
    return (sum * 100 + best / 2) / best;
}

/* The rows, and the mode that follows from them. Of two equal modes, Socket Mode needs less. */
static void decide(const advise_case_t *the_case, advise_plan_t *plan)
{
    memset(plan, 0, sizeof *plan);
    fill_rows(the_case, plan->rows);
    find_against(the_case, plan->against);
    for (unsigned mode = 0; mode < ADVISE_MODES; mode++)
        plan->percent[mode] = percent_of(plan->rows, (enum advise_mode)mode);
    const bool socket = plan->against[ADVISE_SOCKET].count == 0;
    const bool http = plan->against[ADVISE_HTTP].count == 0;
    if (socket && http)
        plan->mode =
            plan->percent[ADVISE_HTTP] > plan->percent[ADVISE_SOCKET] ? ADVISE_HTTP : ADVISE_SOCKET;
    else
        plan->mode = socket ? ADVISE_SOCKET : (http ? ADVISE_HTTP : ADVISE_NEITHER);
}

/* Other numbers that are tried; those outside a question's limits are left out. */
static const unsigned tried[] = {0,   1,   2,   3,    5,    10,    20,   50,
                                 101, 200, 501, 1000, 3001, 10000, 30000};

static void try_value(const advise_case_t *the_case, enum advise_question question, unsigned value,
                      advise_plan_t *plan)
{
    advise_case_t other = *the_case;
    advise_case_put(&other, question, value);
    if (other.peak < other.rate) return;
    advise_plan_t others;
    decide(&other, &others);
    if (others.mode == plan->mode || plan->change_count == ADVISE_CHANGES_MAX) return;
    plan->changes[plan->change_count++] = (advise_change_t){question, value, others.mode};
}

/* Of a number, the nearest on either side is enough. */
static void try_numbers(const advise_case_t *the_case, enum advise_question question,
                        advise_plan_t *plan)
{
    const advise_question_info_t *info = &advise_questions[question];
    const unsigned now = advise_case_get(the_case, question);
    const size_t count = sizeof tried / sizeof *tried, before = plan->change_count;
    for (size_t i = count; i-- > 0 && plan->change_count == before;)
        if (tried[i] < now && tried[i] >= info->least)
            try_value(the_case, question, tried[i], plan);
    const size_t below = plan->change_count;
    for (size_t i = 0; i < count && plan->change_count == below; i++)
        if (tried[i] > now && tried[i] <= info->most) try_value(the_case, question, tried[i], plan);
}

static void find_changes(const advise_case_t *the_case, advise_plan_t *plan)
{
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        const enum advise_question question = (enum advise_question)q;
        if (advise_questions[q].kind == ADVISE_NUMBER) try_numbers(the_case, question, plan);
        if (advise_questions[q].kind != ADVISE_CHOICE) continue;
        for (unsigned value = 0; advise_word(question, value).len > 0; value++)
            if (value != advise_case_get(the_case, question))
                try_value(the_case, question, value, plan);
    }
}

void advise_plan(const advise_case_t *the_case, advise_plan_t *ret)
{
    decide(the_case, ret);
    find_findings(the_case, ret);
    find_changes(the_case, ret);
    advise_figures(the_case, ret->mode, &ret->figures);
}

const char *advise_mode_name(enum advise_mode mode)
{
    static const char *const names[] = {"Socket Mode", "HTTP", "neither"};
    return names[mode];
}

size_t advise_plan_wins(const advise_plan_t *plan, enum advise_criterion ret[ADVISE_CRITERIA])
{
    size_t count = 0;
    if (plan->mode == ADVISE_NEITHER) return 0;
    const enum advise_mode other = plan->mode == ADVISE_HTTP ? ADVISE_SOCKET : ADVISE_HTTP;
    int gain[ADVISE_CRITERIA];
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++) {
        const advise_row_t *r = &plan->rows[row];
        gain[row] = ((int)r->score[plan->mode] - (int)r->score[other]) * (int)r->weight;
        if (gain[row] <= 0) continue;
        size_t at = count++;
        for (; at > 0 && gain[ret[at - 1]] < gain[row]; at--)
            ret[at] = ret[at - 1];
        ret[at] = (enum advise_criterion)row;
    }
    return count;
}
