/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CONTEXT_VALUES_H
#define SLACK_CONTEXT_VALUES_H

#include <slack/listener.h>

/* Frees the values of slack_ctx_set() with the functions of their keys. */
void slack__values_free(slack_ctx_t *ctx);

#endif
