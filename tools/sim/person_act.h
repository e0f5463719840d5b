/* SPDX-License-Identifier: MIT */
#ifndef SIM_PERSON_ACT_H
#define SIM_PERSON_ACT_H

#include "sim/services.h"

/*
 * An act: one thing that a person does, as POST /sim/send asks for it. It sends the app one or two
 * deliveries. The request is answered when the app has acked all of them, or one has failed and
 * none is under way.
 */

typedef struct sim_act sim_act_t;

struct sim_act {
    const sim_services_t *services;
    slack_http_request_t *request;
    sim_json_builder_t json; /* in the request's arena */
    const slack_json_t *args;
    const sim_user_t *user;
    const sim_channel_t *channel;
    char problem[SIM_PROBLEM_SIZE]; /* why the act is impossible */

    uint64_t entry;               /* its number in the transcript; 0: none */
    char view_id[SIM_ID_SIZE];    /* of the modal that it is about */
    char message_ts[SIM_TS_SIZE]; /* of the message that it posted */
    const sim_step_t *step;       /* the workflow step that its message or view is from, or NULL */
    /* Optional. Makes the outcome for the transcript from the body of an ack. Never returns NULL.
     */
    const char *(*outcome)(sim_act_t *act, const slack_json_t *body);

    bool missed;      /* no app receives its events */
    unsigned waiting; /* deliveries under way */
    bool watched;     /* the person sees whether it fails; nobody sees the failure of an event */
    bool acked;
    const slack_json_t *body; /* of the ack; NULL: none */
    const slack_json_t *file; /* that it uploaded, as messages show it; NULL: none */
    const char *wire;
    char error[SIM_PROBLEM_SIZE];
    uint64_t took_ms;
};

/* An argument; "" for none. */
const char *sim_act_arg(const sim_act_t *act, const char *name);
/* The timestamp of the newest message, in the channel that the arguments name, or in any. "newest"
 * if there is none. */
const char *sim_act_newest(const sim_act_t *act);
/* The timestamp in an argument, in which "newest" stands for that of the newest message. "" for
 * none. */
const char *sim_act_ts(const sim_act_t *act, const char *name);
/* Set the reason why the act is impossible. Always false. */
bool sim_act_cannot(sim_act_t *act, const char *format, ...) SLACK_PRINTF(2, 3);
/* Add the transcript's entry. Its outcome follows with the ack, except for messages, events and
 * steps, which have none. */
void sim_act_entry(sim_act_t *act, enum sim_entry_kind kind, const char *where, const char *format,
                   ...) SLACK_PRINTF(4, 5);
/* Send the app a delivery. False with a reason. */
bool sim_act_deliver(sim_act_t *act, enum sim_delivery_kind kind, const slack_json_t *payload,
                     bool takes_body);
/* Send the app an event. False with a reason. */
bool sim_act_deliver_event(sim_act_t *act, const slack_json_t *event);

/* A new trigger id. `view` is the view whose element was used, or NULL. */
const char *sim_act_trigger(sim_act_t *act, const sim_view_t *view);
/* A new response URL with that first word of the path. `message` is the message whose element was
 * used, or NULL. */
const slack_json_t *sim_act_response_url(sim_act_t *act, const char *path,
                                         const sim_message_t *message);
/* The payload of an interaction with the members `own`, and with a trigger. */
const slack_json_t *sim_act_interaction(sim_act_t *act, const char *type, const sim_view_t *view,
                                        const slack_json_t *own);

/* Answer the request. */
void sim_act_finish(sim_act_t *act);

#endif
