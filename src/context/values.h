/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_VALUES_H
#define SLACK_CONTEXT_VALUES_H

#include <slack/listener.h>

/* Frees what slack_ctx_set() attached, by the functions of the keys. */
void slack__values_free(slack_ctx_t *ctx);

#endif
