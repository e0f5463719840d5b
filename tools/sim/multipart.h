/* SPDX-License-Identifier: MIT */
#ifndef SIM_MULTIPART_H
#define SIM_MULTIPART_H

#include "util/str.h"

/* Find the file in a form: the first part that has a file name, else the first part. Borrowed from
 * `body`. False: the body is no form with a part (RFC 7578). Pure. */
bool sim_multipart_file(slack_slice_t content_type, slack_slice_t body, slack_slice_t *ret);

#endif
