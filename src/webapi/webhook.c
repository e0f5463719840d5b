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
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__webapi_refuse(client, SLACK_WEBHOOK, SLACK_ENOMEM, NULL);
    const char *why = slack__webhook_fault(message);
    if (why == NULL) why = slack__webapi_check(client, arena, SLACK_WEBHOOK, message);
    const slack_post_t post = {SLACK_WEBHOOK, url, message, true};
    rc = why ? slack__json_required(message) : slack__webapi_post(client, &post, fn, user_data);
    if (why && rc == 0) rc = SLACK_EINVAL;
    rc = slack__webapi_refuse(client, SLACK_WEBHOOK, rc, why);
    slack__arena_free(arena);
    return rc;
}
