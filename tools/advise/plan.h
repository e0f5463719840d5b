/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_PLAN_H
#define ADVISE_PLAN_H

#include "advise/case.h"

/*
 * The advice for a case. It is a pure function of the case and the rows of rules.def. Each row
 * names its source. All texts are constants.
 */

enum advise_mode { ADVISE_SOCKET, ADVISE_HTTP, ADVISE_MODES, ADVISE_NEITHER = ADVISE_MODES };

enum advise_criterion {
#define CRITERION(id, ...) ADVISE_##id,
#include "advise/rules.def"
    ADVISE_CRITERIA
};

#define ADVISE_SCORE_MAX   5
#define ADVISE_REASONS_MAX 6

/* A sentence of rules.def, and the page that it follows from: "https://…", or "docs/…" for a fact
 * of slackapp. */
typedef struct advise_reason {
    const char *text, *source;
} advise_reason_t;

typedef struct advise_reasons {
    advise_reason_t list[ADVISE_REASONS_MAX];
    size_t count;
} advise_reasons_t;

typedef struct advise_row {
    const char *name;                       /* "public ingress" */
    unsigned weight;                        /* from 1 */
    advise_reasons_t weight_reasons;        /* why it weighs more than by itself; often none */
    unsigned score[ADVISE_MODES];           /* 0 to ADVISE_SCORE_MAX */
    advise_reasons_t reasons[ADVISE_MODES]; /* at least one for each mode */
} advise_row_t;

enum advise_severity { ADVISE_NOTE, ADVISE_WARNING, ADVISE_CONTRADICTION };

/* Answers that do not fit each other, or a limit of Slack that the case meets. */
typedef struct advise_finding {
    enum advise_severity severity;
    advise_reason_t what;
    const char *ways; /* the ways out, separated by "; " */
} advise_finding_t;
#define ADVISE_FINDINGS_MAX 24

/* Another answer to one question, by which another mode is advised. */
typedef struct advise_change {
    enum advise_question question;
    unsigned value;
    enum advise_mode mode;
} advise_change_t;
#define ADVISE_CHANGES_MAX 32

/* The figures of a deployment. They agree with each other: see advise_figures_check(). */
typedef struct advise_figures {
#define FIGURE(member) unsigned member;
#include "advise/figures.def"
    bool shared_store; /* PostgreSQL; else SQLite */
    bool installable;  /* others install the app: OAuth, and a key of the store */
} advise_figures_t;

/* Slack's limit of Socket Mode connections of an app.
 * https://docs.slack.dev/apis/events-api/using-socket-mode */
#define ADVISE_SOCKETS_MAX 10
/* Seconds of a grace period beside delay and drain, in which a process ends. */
#define ADVISE_GRACE_MARGIN_S 5

typedef struct advise_plan {
    advise_row_t rows[ADVISE_CRITERIA];
    unsigned percent[ADVISE_MODES];         /* of the best possible sum of weights and scores */
    advise_reasons_t against[ADVISE_MODES]; /* why the mode is impossible; none: it is possible */
    enum advise_mode mode;                  /* the one recommendation */
    advise_finding_t findings[ADVISE_FINDINGS_MAX]; /* contradictions first */
    size_t finding_count;
    advise_change_t changes[ADVISE_CHANGES_MAX];
    size_t change_count;
    advise_figures_t figures; /* of the recommended mode; of HTTP for ADVISE_NEITHER */
} advise_plan_t;

/* `the_case` is settled. */
void advise_plan(const advise_case_t *the_case, advise_plan_t *ret);

const char *advise_mode_name(enum advise_mode mode); /* "Socket Mode", "HTTP", "neither" */
/* The criteria in which the recommended mode is better and counts most: their number, in order. */
size_t advise_plan_wins(const advise_plan_t *plan, enum advise_criterion ret[ADVISE_CRITERIA]);

/* The figures of a case (figures.c). */
void advise_figures(const advise_case_t *the_case, enum advise_mode mode, advise_figures_t *ret);
/* NULL; or a sentence that says which figures do not agree. */
const char *advise_figures_check(const advise_figures_t *figures);

#endif
