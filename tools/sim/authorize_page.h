/* SPDX-License-Identifier: MIT */
#ifndef SIM_AUTHORIZE_PAGE_H
#define SIM_AUTHORIZE_PAGE_H

#include "sim/authorize_request.h"

/* The HTML of Slack's pages in an installation, without scripts and without anything from
 * elsewhere. Pure. */

/* A place in which the person may install the app. */
typedef struct sim_authorize_place {
    const char *id, *name;
    bool chosen;
} sim_authorize_place_t;

typedef struct sim_authorize_choices {
    const sim_authorize_place_t *places;
    size_t place_count;
    const char *const *people; /* names */
    size_t people_count;
    const char *csrf; /* comes back with the form */
} sim_authorize_choices_t;

/* The question for the person. "" without memory. */
const char *sim_authorize_html(sim_json_builder_t *json, const sim_authorize_request_t *request,
                               const sim_authorize_choices_t *choices);
/* Slack's word for an error, and a sentence. "" without memory. */
const char *sim_authorize_error_html(sim_json_builder_t *json, const char *error,
                                     const char *problem);

#endif
