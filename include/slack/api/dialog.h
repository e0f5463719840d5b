/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_DIALOG_H
#define SLACK_API_DIALOG_H

#include <slack/request.h>

/** @file api/dialog.h  The methods dialog.*; request.h shows how to call them. */

/** https://docs.slack.dev/reference/methods/dialog.open
 * Tier 4. A second call may act again, or fail. Required: dialog, trigger_id. */
struct slack_dialog_open {
    SLACK_REQUEST_MEMBERS;
    const slack_json_t *dialog;
    const char *trigger_id;
};
#define slack_dialog_open(...) SLACK_REQUEST("dialog.open", slack_dialog_open, __VA_ARGS__)

#endif
