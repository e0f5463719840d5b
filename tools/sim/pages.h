/* SPDX-License-Identifier: MIT */
#ifndef SIM_PAGES_H
#define SIM_PAGES_H

#include "sim/api_call.h"

/* Cursors, and methods that return a list page by page. */

#define SIM_CURSOR_SIZE 96
#define SIM_LIMIT_MAX   1000

/* The cursor of the page that begins with that key. */
void sim_cursor_write(char cursor[SIM_CURSOR_SIZE], const char *key);
/* The key in the argument `cursor`; "" for no cursor. False for a cursor that the simulator has not
 * made. */
bool sim_cursor_read(const sim_call_t *call, char key[SIM_CURSOR_SIZE]);

typedef struct sim_page {
    sim_call_t *call;
    char from[SIM_CURSOR_SIZE]; /* the key of the first item; "" once it was there */
    char next[SIM_CURSOR_SIZE]; /* the cursor of the next page */
    size_t limit;
    size_t count;
    sim_list_t items;
} sim_page_t;

/* Read `limit`, with that default, and `cursor`. NULL on success, else the answer. */
const slack_json_t *sim_page_begin(sim_page_t *page, sim_call_t *call, size_t limit);
/* Ask for each item, in the order of the list, whether this page has it. */
bool sim_page_has(sim_page_t *page, const char *key);
void sim_page_add(sim_page_t *page, const slack_json_t *item);
/* The answer: the items in the member `name`, and the cursor. Call it after each begin. */
const slack_json_t *sim_page_end(sim_page_t *page, const char *name);

#endif
