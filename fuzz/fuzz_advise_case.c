/* SPDX-License-Identifier: MIT */
#include "advise/plan.h"
#include "fuzz.h"

/* A file of answers is read, or has a sentence. The plan of any case that is read holds together,
 * and the case that is written from its answers is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    advise_case_t the_case, again;
    advise_plan_t plan;
    char problem[CLI_PROBLEM_SIZE] = "", text[ADVISE_TEXT_SIZE];
    advise_case_init(&the_case);
    if (!advise_case_read(&the_case, (slack_slice_t){(const char *)data, size}, problem) ||
        !advise_case_settle(&the_case, problem)) {
        must(problem[0] && strlen(problem) < sizeof problem);
        return 0;
    }
    advise_plan(&the_case, &plan);
    must(advise_figures_check(&plan.figures) == NULL);
    must(plan.percent[ADVISE_SOCKET] <= 100 && plan.percent[ADVISE_HTTP] <= 100);
    advise_case_init(&again);
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        const enum advise_question question = (enum advise_question)q;
        advise_case_text(&the_case, question, text);
        must(advise_case_answer(&again, question, slack__slice(text), problem));
    }
    memset(the_case.answered, true, sizeof the_case.answered);
    must(memcmp(&the_case, &again, sizeof again) == 0);
    return 0;
}
