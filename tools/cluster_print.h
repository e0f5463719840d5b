/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLUSTER_PRINT_H
#define TOOLS_CLUSTER_PRINT_H

#include "cluster_view.h"

/* Print a view, which was judged, as a table or as one line of JSON. docs/cluster.md explains both.
 * 0; SLACK_ENOMEM. */
int cluster_print_text(const cluster_view_t *view);
int cluster_print_json(const cluster_view_t *view);

#endif
