/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_GATHER_H
#define TOOLS_DOCTOR_GATHER_H

#include "doctor/facts.h"
#include <slack/json.h>

#include "util/arena.h"

typedef struct doctor_request {
    const char *url;        /* Optional. The public request URL. */
    unsigned timeout_s;     /* of each request */
    unsigned grace_s;       /* of the platform; 0: not known */
    const char *unit;       /* Optional. The service of systemd that runs the app. */
    const char *accept;     /* Optional. Ids of faults of libraries that are corrected. */
    const char *const *bot; /* Optional. The words of a bot, NULL at the end. */
} doctor_request_t;

/* Look at the environment, the machine, the store and Slack. Opens no connection of Socket Mode.
 * A store that exists is opened as by any command. */
void doctor_gather(doctor_facts_t *ret, const doctor_request_t *request);

/* names.c: the environment and the .env file. */
void doctor_gather_names(doctor_facts_t *facts);
/* The option whose variable is like a name, but not the same; NULL: there is none. Pure. */
const char *doctor_near_name(const char *name, char ret[64]);

/* machine.c: the port, the descriptors, the grace period and the libraries. */
void doctor_gather_machine(doctor_facts_t *facts, const slack_options_t *options,
                           const doctor_request_t *request);
/* Seconds of a time span as systemd prints it, "1min 30s"; 0: it has no end, or no such form.
 * Pure. */
unsigned doctor_systemd_seconds(const char *text);

/* store.c */
void doctor_gather_store(doctor_facts_t *facts, const slack_options_t *options);

/* certificate.c: of an https URL. */
void doctor_gather_certificate(doctor_facts_t *facts, const slack_options_t *options,
                               const char *url, unsigned timeout_s);

/* progress.c: on a terminal, a line for what takes longer than half a second. */
void doctor_progress_begin(void);
/* `what` is constant: "asking Slack". */
void doctor_progress(const char *what);
void doctor_progress_end(void);

/* bot.c: describe the bot, and take its options, of which `ret` borrows texts. False: it does not
 * describe itself. */
bool doctor_gather_bot(doctor_facts_t *facts, const doctor_request_t *request, slack_arena_t *arena,
                       slack_options_t *ret, const slack_json_t **ret_description);
/* Why the bot would not start; NULL: nothing is known. */
const char *doctor_bot_error(const slack_json_t *description);

/* ask.c: Slack and the request URL. */
void doctor_gather_slack(doctor_facts_t *facts, const slack_options_t *options,
                         const doctor_request_t *request);
void doctor_gather_request_url(doctor_facts_t *facts, const slack_options_t *options,
                               const doctor_request_t *request);

#endif
