/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_CHECKS_H
#define TOOLS_DOCTOR_CHECKS_H

#include "doctor/facts.h"

enum doctor_grade { DOCTOR_GOOD, DOCTOR_WARNING, DOCTOR_BAD, DOCTOR_SKIPPED, DOCTOR_GRADES };
extern const char *const doctor_grade_names[DOCTOR_GRADES];

typedef struct doctor_finding {
    enum doctor_grade grade;
    char sentence[480];
    char cure[240]; /* "" for a good or skipped check */
} doctor_finding_t;

typedef struct doctor_check {
    const char *name;
    void (*judge)(const doctor_facts_t *facts, doctor_finding_t *ret); /* pure */
} doctor_check_t;

/* In the order of the report; the last row has no name. docs/doctor.md has a row for each. */
extern const doctor_check_t doctor_checks[];

/* The longest difference of the clocks that is good, and that Slack's signatures allow. */
#define DOCTOR_CLOCK_WARN_S 60
#define DOCTOR_CLOCK_BAD_S  300
/* Slack's limit for an answer. */
#define DOCTOR_ANSWER_MS 3000
/* Descriptors that an app keeps for all but accepted connections. */
#define DOCTOR_DESCRIPTORS_KEPT 256
/* A certificate that ends sooner should have been renewed. */
#define DOCTOR_CERTIFICATE_DAYS 14
/* Below this a store is short of room. */
#define DOCTOR_STORE_FREE_MIB 256

#endif
