/* SPDX-License-Identifier: MIT */
#include "advise/report.h"

#include "advise/diagram.h"

static const char *const mode_words[] = {"socket", "http", "neither"};

static const slack_json_t *reasons_json(sim_json_builder_t *json, const advise_reasons_t *reasons)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < reasons->count; i++)
        sim_list_add(json, &list,
                     sim_json(json, "{text: %s, source: %s}", reasons->list[i].text,
                              reasons->list[i].source));
    return sim_list_end(json, &list);
}

static const slack_json_t *case_json(sim_json_builder_t *json, const advise_case_t *the_case)
{
    char text[ADVISE_TEXT_SIZE];
    sim_list_t list;
    sim_list_begin(json, &list, '{');
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        const enum advise_question question = (enum advise_question)q;
        const slack_json_t *value =
            advise_questions[q].kind == ADVISE_NUMBER
                ? sim_json(json, "%lld", (long long)advise_case_get(the_case, question))
                : sim_json(json, "%s", advise_case_text(the_case, question, text));
        sim_list_put(json, &list, advise_questions[q].name, value);
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *matrix_json(sim_json_builder_t *json, const advise_plan_t *plan)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (unsigned i = 0; i < ADVISE_CRITERIA; i++) {
        const advise_row_t *row = &plan->rows[i];
        const slack_json_t *socket = reasons_json(json, &row->reasons[ADVISE_SOCKET]);
        const slack_json_t *http = reasons_json(json, &row->reasons[ADVISE_HTTP]);
        sim_list_add(
            json, &list,
            sim_json(json,
                     "{criterion: %s, weight: %lld, weight_reasons: %p, socket: {score: %lld, "
                     "reasons: %p}, http: {score: %lld, reasons: %p}}",
                     row->name, (long long)row->weight, reasons_json(json, &row->weight_reasons),
                     (long long)row->score[ADVISE_SOCKET], socket,
                     (long long)row->score[ADVISE_HTTP], http));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *findings_json(sim_json_builder_t *json, const advise_plan_t *plan)
{
    static const char *const words[] = {"note", "warning", "contradiction"};
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < plan->finding_count; i++) {
        const advise_finding_t *finding = &plan->findings[i];
        sim_list_t ways;
        sim_list_begin(json, &ways, '[');
        slack_slice_t rest = slack__slice(finding->ways), way;
        while (rest.len > 0 && slack__slice_split(&rest, ';', &way)) {
            way = slack__slice_trim(way);
            sim_list_add(json, &ways, sim_json(json, "%.*s", (int)way.len, way.ptr));
        }
        sim_list_add(json, &list,
                     sim_json(json, "{severity: %s, text: %s, source: %s, ways_out: %p}",
                              words[finding->severity], finding->what.text, finding->what.source,
                              sim_list_end(json, &ways)));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *changes_json(sim_json_builder_t *json, const advise_case_t *the_case,
                                        const advise_plan_t *plan)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < plan->change_count; i++) {
        char text[ADVISE_TEXT_SIZE];
        const advise_change_t *change = &plan->changes[i];
        advise_case_t other = *the_case;
        advise_case_put(&other, change->question, change->value);
        sim_list_add(json, &list,
                     sim_json(json, "{question: %s, answer: %s, mode: %s}",
                              advise_questions[change->question].name,
                              advise_case_text(&other, change->question, text),
                              mode_words[change->mode]));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *figures_json(sim_json_builder_t *json, const advise_figures_t *f)
{
    sim_list_t list;
    sim_list_begin(json, &list, '{');
#define FIGURE(member)                                                                             \
    sim_list_put(json, &list, #member, sim_json(json, "%lld", (long long)f->member));
#include "advise/figures.def"
    sim_list_put(json, &list, "store",
                 sim_json(json, "%s", f->shared_store ? "postgres" : "sqlite"));
    return sim_list_end(json, &list);
}

static const slack_json_t *secrets_json(sim_json_builder_t *json, const advise_case_t *c,
                                        const advise_plan_t *plan)
{
    const advise_figures_t *f = &plan->figures;
    const enum advise_mode mode = plan->mode;
    sim_list_t list;
    sim_list_begin(json, &list, '[');
#define SECRET(variable, condition, what, rotation)                                                \
    if (condition)                                                                                 \
        sim_list_add(json, &list,                                                                  \
                     sim_json(json, "{variable: %s, what: %s, place: %s, rotation: %s}", variable, \
                              what, advise_secret_place(c), rotation));
#include "advise/secrets.def"
    return sim_list_end(json, &list);
}

static const slack_json_t *diagram_json(sim_json_builder_t *json, const advise_plan_t *plan)
{
    slack_buf_t text, svg;
    slack__buf_init(&text, ADVISE_PAGE_MAX);
    slack__buf_init(&svg, ADVISE_PAGE_MAX);
    int rc = advise_diagram_text(&text, plan);
    if (rc == 0) rc = advise_diagram_svg(&svg, plan);
    if (json->rc == 0) json->rc = rc;
    const slack_json_t *value =
        rc == 0 ? sim_json(json, "{text: %s, svg: %s}", slack__buf_ptr(&text), slack__buf_ptr(&svg))
                : NULL;
    slack__buf_done(&text);
    slack__buf_done(&svg);
    return value;
}

const slack_json_t *advise_report_json(sim_json_builder_t *json, const advise_case_t *the_case,
                                       const advise_plan_t *plan)
{
    sim_list_t list;
    sim_list_begin(json, &list, '{');
    sim_list_put(json, &list, "mode", sim_json(json, "%s", mode_words[plan->mode]));
    sim_list_put(json, &list, "fit",
                 sim_json(json, "{socket: %lld, http: %lld}",
                          (long long)plan->percent[ADVISE_SOCKET],
                          (long long)plan->percent[ADVISE_HTTP]));
    const slack_json_t *against = reasons_json(json, &plan->against[ADVISE_HTTP]);
    sim_list_put(json, &list, "impossible",
                 sim_json(json, "{socket: %p, http: %p}",
                          reasons_json(json, &plan->against[ADVISE_SOCKET]), against));
    sim_list_put(json, &list, "case", case_json(json, the_case));
    sim_list_put(json, &list, "findings", findings_json(json, plan));
    sim_list_put(json, &list, "changes", changes_json(json, the_case, plan));
    sim_list_put(json, &list, "matrix", matrix_json(json, plan));
    sim_list_put(json, &list, "figures", figures_json(json, &plan->figures));
    sim_list_put(json, &list, "secrets", secrets_json(json, the_case, plan));
    sim_list_put(json, &list, "diagram", diagram_json(json, plan));
    return sim_list_end(json, &list);
}
