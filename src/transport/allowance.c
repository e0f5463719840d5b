/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

slack_allowance_use_t slack__allowance_ignore(slack_transport_t *t,
                                              const slack_allowance_t *allowance)
{
    return (slack_allowance_use_t){0};
}
