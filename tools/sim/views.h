/* SPDX-License-Identifier: MIT */
#ifndef SIM_VIEWS_H
#define SIM_VIEWS_H

#include "sim/blocks.h"
#include "sim/channels.h"
#include "sim/feed.h"
#include "sim/ids.h"
#include "util/queue.h"

/* Modals and home tabs. Each person has one stack of at most three modals, and one home tab. A
 * closed modal is forgotten. No I/O. */

#define SIM_VIEW_STACK_MAX 3

typedef struct sim_view {
    slack_link_t link;
    slack_arena_t *arena;
    const slack_json_t *body; /* as in the Web API and in payloads, but without `state` */
    const sim_user_t *user;
    bool home;
    bool notify_on_close;
    char id[SIM_ID_SIZE];
    char root_id[SIM_ID_SIZE];     /* of the first view in its stack */
    char previous_id[SIM_ID_SIZE]; /* of the view below; "" for the first */
    char hash[SIM_ID_SIZE * 2];    /* changes with every update */
    char step_id[SIM_ID_SIZE];     /* of the workflow step that opened it; "" for none */
} sim_view_t;

typedef struct sim_views {
    sim_ids_t *ids;
    const sim_feed_writer_t *feed; /* gets every change */
    slack_link_t list;             /* in order of opening */
} sim_views_t;

/* Both are borrowed. */
void sim_views_init(sim_views_t *views, sim_ids_t *ids, const sim_feed_writer_t *feed);
void sim_views_done(sim_views_t *views);

/* Check a view that an app sent. NULL if Slack would accept it, else Slack's word for the error,
 * with a sentence in `problem` or "". `replacing`: the view that it is to replace, or NULL. */
const char *sim_view_check(const sim_views_t *views, const slack_json_t *view, bool home,
                           const sim_view_t *replacing, char problem[SIM_PROBLEM_SIZE]);

/* Open a modal. sim_view_open() closes the user's other modals, sim_view_push() puts it on top of
 * them. 0; SLACK_EBUSY when the stack is full; SLACK_ETOOBIG; SLACK_ENOMEM. */
int sim_view_open(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                  sim_view_t **ret);
int sim_view_push(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                  sim_view_t **ret);
/* Set the user's home tab. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int sim_view_publish(sim_views_t *views, const sim_user_t *user, const slack_json_t *view,
                     sim_view_t **ret);
/* Replace what a view shows; its id stays. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int sim_view_update(sim_views_t *views, sim_view_t *view, const slack_json_t *given);

/* A view with a state; NULL: an empty one. */
const slack_json_t *sim_view_with_state(sim_json_builder_t *json, const sim_view_t *view,
                                        const slack_json_t *values);

void sim_view_close(sim_views_t *views, sim_view_t *view);
void sim_view_close_all(sim_views_t *views, const sim_user_t *user); /* not the home tab */

/* NULL if there is none. "" finds nothing. */
sim_view_t *sim_view_by_id(const sim_views_t *views, const char *id);
sim_view_t *sim_view_by_external_id(const sim_views_t *views, const char *external_id);
sim_view_t *sim_view_top(const sim_views_t *views, const sim_user_t *user); /* the open modal */
sim_view_t *sim_view_home(const sim_views_t *views, const sim_user_t *user);

/* Fill in a view: the state of all its elements for a submission. `values` is an array of
 * "BLOCK/ACTION=VALUE" or "ACTION=VALUE", or an object {BLOCK: {ACTION: state}}; the other elements
 * keep their initial values. NULL with a sentence in `problem`: there is no such input, it cannot
 * hold the value, or a value is missing.
 */
const slack_json_t *sim_view_fill(sim_json_builder_t *json, const sim_view_t *view,
                                  const slack_json_t *values, char problem[SIM_PROBLEM_SIZE]);

#endif
