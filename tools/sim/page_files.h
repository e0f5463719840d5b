/* SPDX-License-Identifier: MIT */
#ifndef SIM_PAGE_FILES_H
#define SIM_PAGE_FILES_H

#include "net/http_server.h"

/*
 * The files of the simulator's page, which are in the program: tools/embed_page.py makes the table
 * from tools/sim/page/. A response forbids every script, style and request that is not the
 * simulator's own, and forbids other pages to frame or to load it.
 */

typedef struct sim_page_file {
    const char *name; /* below tools/sim/page/: "main.js", "base/dom.js" */
    const char *type; /* media type */
    const char *etag; /* quoted */
    const char *bytes;
    size_t len;
} sim_page_file_t;

extern const sim_page_file_t sim_page_files[];
extern const size_t sim_page_file_count;

/* Takes a request to "/" or "/page/NAME". A name is compared as a whole, so no path leads out. */
void sim_page_request(slack_http_request_t *request);

#endif
