/* SPDX-License-Identifier: MIT */
#include <slack/webhook.h>

#include "util/json.h"
#include "webapi/webapi.h"

const char *slack__webhook_fault(const slack_json_t *message)
{
    if (message == NULL) return "the message is NULL: pass an object";
    if (slack_json_error(message) != 0) return slack_json_reason(message);
    return slack_json_type(message) == SLACK_JSON_OBJECT ? NULL
                                                         : "the message is not an object: pass one";
}

int slack_webhook(slack_client_t *client, const char *url, const slack_json_t *message,
                  slack_call_fn fn, void *user_data)
{
    if (client == NULL) return SLACK_EINVAL;
    int rc = slack__webapi_act(client, __func__);
    if (rc != 0) return rc;
    const char *why = slack__webhook_fault(message);
    const slack_post_t post = {SLACK_WEBHOOK, url, message, true};
    rc = why ? slack__json_required(message) : slack__webapi_post(client, &post, fn, user_data);
    if (why && rc == 0) rc = SLACK_EINVAL;
    return slack__webapi_refuse(client, SLACK_WEBHOOK, rc, why);
}
