/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SIM_FORM_H
#define TOOLS_SIM_FORM_H

#include "sim/json_builder.h"

/* A page as a person sees it who presses its button. Reads HTML as plain as that of install pages:
 * no scripts, no forms within comments. Pure. */

typedef struct sim_form {
    const char *action; /* a reference; "" for the page itself */
    bool post;
    const slack_json_t *fields; /* the hidden fields: an object of strings */
} sim_form_t;

/* The text of the title; "" for none. NULL without memory. */
const char *sim_page_title(slack_arena_t *arena, const char *html);
/* The page's first form, or if it has none, its first link as a form without fields. 0;
 * SLACK_ENOTFOUND: it has neither; SLACK_ENOMEM. */
int sim_page_form(slack_arena_t *arena, const char *html, sim_form_t *ret);

#endif
