/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_JUDGE_H
#define TOOLS_DOCTOR_JUDGE_H

#include <slack/export.h>

#include "doctor/checks.h"

/* What the judges share. They are pure, and one for each check. */

void doctor_find(doctor_finding_t *ret, enum doctor_grade grade, const char *cure,
                 const char *format, ...) SLACK_PRINTF(4, 5);

#define GOOD(...)       doctor_find(ret, DOCTOR_GOOD, "", __VA_ARGS__)
#define WARN(cure, ...) doctor_find(ret, DOCTOR_WARNING, cure, __VA_ARGS__)
#define BAD(cure, ...)  doctor_find(ret, DOCTOR_BAD, cure, __VA_ARGS__)
#define SKIP(...)       doctor_find(ret, DOCTOR_SKIPPED, "", __VA_ARGS__)
#define NOT_CONFIGURED  "because the configuration is bad"

/* What to say of a step at which a request failed. */
typedef struct doctor_step_words {
    const char *sentence, *cure;
} doctor_step_words_t;
extern const doctor_step_words_t doctor_steps[];

/* judge_slack.c */
void doctor_judge_network(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_bot_token(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_scopes(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_socket_mode(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_socket_host(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_clock(const doctor_facts_t *facts, doctor_finding_t *ret);

/* judge_url.c */
void doctor_judge_port(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_request_url(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_event(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_certificate(const doctor_facts_t *facts, doctor_finding_t *ret);

/* judge_store.c */
void doctor_judge_store(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_disk(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_content(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_store_key(const doctor_facts_t *facts, doctor_finding_t *ret);
void doctor_judge_role(const doctor_facts_t *facts, doctor_finding_t *ret);

#endif
