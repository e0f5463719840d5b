/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_DIAGRAM_H
#define ADVISE_DIAGRAM_H

#include "advise/plan.h"
#include "util/buf.h"

/*
 * The life of an app in the recommended mode, as a sequence diagram: start, a delivery, a renewal
 * of the connection, a deploy, a crash. Pure. ADVISE_NEITHER has the diagram of HTTP.
 *
 * advise_diagram_text() is 79 columns wide. advise_diagram_svg() is an image of its own, in light
 * and dark. 0; SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int advise_diagram_text(slack_buf_t *out, const advise_plan_t *plan);
int advise_diagram_svg(slack_buf_t *out, const advise_plan_t *plan);

#endif
