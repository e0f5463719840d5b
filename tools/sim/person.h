/* SPDX-License-Identifier: MIT */
#ifndef SIM_PERSON_H
#define SIM_PERSON_H

#include "sim/person_act.h"

/* What a person can do: one file and one table for each family of acts. */

typedef struct sim_act_kind {
    const char *name;
    bool (*start)(sim_act_t *act); /* false with a reason: sim_act_cannot() */
} sim_act_kind_t;

/* Each ends with a row whose name is NULL. */
extern const sim_act_kind_t sim_person_elements[];
extern const sim_act_kind_t sim_person_events[];
extern const sim_act_kind_t sim_person_messages[];
extern const sim_act_kind_t sim_person_modals[];

/* Do what `args` say, an object with the name of an act in `kind`, and answer the request. */
void sim_person_act(const sim_services_t *services, slack_http_request_t *request,
                    const slack_json_t *args);

#endif
