/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_REPORT_H
#define ADVISE_REPORT_H

#include "advise/page.h"
#include "advise/plan.h"
#include "sim/json_builder.h"

/* The answer to a case, as a page or as JSON. Pure. */

/* The parts of a page, in its order. */
enum advise_part {
    ADVISE_PART_DECISION,  /* the recommendation, contradictions, what would change it */
    ADVISE_PART_MATRIX,    /* each criterion with its weight, scores and reasons */
    ADVISE_PART_DIAGRAM,   /* connection and life cycle */
    ADVISE_PART_INTERFACE, /* what handlers see of a transport, and the vtable */
    ADVISE_PART_LOCAL,     /* a local set-up that mirrors production */
    ADVISE_PART_CHECKLIST, /* deploy and drain, with figures */
    ADVISE_PARTS
};
/* "decision", "matrix", … */
extern const char *const advise_part_names[ADVISE_PARTS];

/* Write those parts; the bits are 1 << part. A failure is in page->rc. */
void advise_report_write(advise_page_t *page, const advise_case_t *the_case,
                         const advise_plan_t *plan, unsigned parts);

/* Where the secrets of an app of that case belong: "an environment variable". */
const char *advise_secret_place(const advise_case_t *the_case);

/* The same facts for programs (docs/advise.md has the members). NULL after a failure. */
const slack_json_t *advise_report_json(sim_json_builder_t *json, const advise_case_t *the_case,
                                       const advise_plan_t *plan);

#endif
