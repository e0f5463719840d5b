/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_GATHER_H
#define TOOLS_DOCTOR_GATHER_H

#include "doctor/facts.h"

typedef struct doctor_request {
    const char *url;    /* Optional. The public request URL. */
    unsigned timeout_s; /* of each request */
    unsigned grace_s;   /* of the platform; 0: not known */
} doctor_request_t;

/* Look at the environment, the machine and Slack. Changes nothing: opens no socket of Slack's and
 * no store. */
void doctor_gather(doctor_facts_t *ret, const doctor_request_t *request);

/* names.c: the environment and the .env file. */
void doctor_gather_names(doctor_facts_t *facts);
/* The option whose variable is like a name, but not the same; NULL: there is none. Pure. */
const char *doctor_near_name(const char *name, char ret[64]);

/* machine.c: the port, the descriptors and the store. */
void doctor_gather_machine(doctor_facts_t *facts, const slack_options_t *options);

/* ask.c: Slack and the request URL. */
void doctor_gather_slack(doctor_facts_t *facts, const slack_options_t *options,
                         const doctor_request_t *request);
void doctor_gather_request_url(doctor_facts_t *facts, const slack_options_t *options,
                               const doctor_request_t *request);

#endif
