/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_ORDER_KEY_H
#define SLACK_DISPATCH_ORDER_KEY_H

#include "dispatch/run.h"

/* The ordering key of a delivery's row, in its arena: the conversation, if an ordered listener
 * takes the delivery. The rows of a conversation then run one at a time, in every process. Sets an
 * empty key if no ordered listener takes it. False: memory is out. */
bool slack__order_key(const slack_dispatcher_t *dispatcher, const slack_delivery_t *delivery,
                      slack_slice_t *ret);

#endif
