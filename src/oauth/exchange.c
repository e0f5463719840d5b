/* SPDX-License-Identifier: MIT */
#include "oauth/exchange.h"

#include <string.h>

#include "store/kv.h"
#include "util/crash.h"
#include "webapi/response.h"

/*
 * A code becomes tokens:
 *
 *   use the state up -> exchange the code
 *
 * The entry of the store that uses the state up is written before the code is sent: a process that
 * ends between the two has cost the person an attempt, and no code is sent twice. The call is not
 * repeated either, since Slack takes a code once.
 */

static void exchanged(const slack_response_t *response, void *user_data)
{
    slack_install_t *install = user_data;
    if (response->status != 0) {
        const char *why = slack__response_why(response, install->arena);
        if (response->status == SLACK_EAPI)
            slack__install_refused(install, response->error, why);
        else
            slack__install_fail(
                install, response->status == SLACK_ECANCELED ? "stopping" : "no_answer", why);
        return;
    }
    SLACK_CRASH("oauth-exchanged");
    slack__webapi_keep(response);
    install->exchange.arena = slack__webapi_arena(response);
    install->exchange.answer = response->json;
    slack__task_post(install->flow->oauth->services->net, &install->exchange.task);
}

/* The arena of an answer may be freed when its callback has returned. */
static void answered(slack_task_t *task)
{
    slack_install_t *install = SLACK_CONTAINER(task, slack_install_t, exchange.task);
    install->exchange.answered_fn(install, install->exchange.answer);
}

static void exchange(slack_install_t *install)
{
    slack_install_flow_t *flow = install->flow;
    const slack_options_t *o = flow->oauth->options;
    const slack_json_t *args = NULL;
    const char *verifier =
        o->pkce ? slack__state_verifier(install->arena, &flow->keys, &install->state) : NULL;
    int rc = o->pkce && !verifier ? SLACK_ENOMEM : 0;
    if (rc == 0)
        rc = slack__jsonf(install->arena, &args, NULL,
                          "{grant_type: 'authorization_code', code: %s, redirect_uri: %s,"
                          " code_verifier: %s}",
                          install->exchange.code, install->exchange.redirect_uri, verifier);
    if (rc == 0)
        rc = slack__webapi_call(&flow->client, slack__oauth_method(install->state.flow), args,
                                exchanged, install);
    if (rc == 0) return;
    const char *why = slack__webapi_refusal(&flow->client, "oauth.v2.access", rc);
    slack__install_fail(install, rc == SLACK_ECANCELED ? "stopping" : "no_answer", why);
}

static void state_stored(slack_store_op_t *op)
{
    slack_install_t *install = SLACK_CONTAINER(op, slack_install_t, exchange.op);
    if (op->status != 0)
        slack__install_fail(install, op->status == SLACK_ECANCELED ? "stopping" : "not_stored",
                            slack_err_name(op->status));
    else if (op->duplicate)
        slack__install_fail(install, "state_used", NULL);
    else {
        SLACK_CRASH("oauth-state-used");
        exchange(install);
    }
}

void slack__install_exchange(slack_install_t *install, slack_install_answered_fn next)
{
    const char *id = slack__state_id(install->arena, &install->state);
    const char *key = id ? slack__arena_printf(install->arena, "oauth-state/%s/%s",
                                               install->flow->oauth->options->client_id, id)
                         : NULL;
    if (key == NULL) {
        slack__install_fail(install, "no_memory", NULL);
        return;
    }
    install->exchange.answered_fn = next;
    install->exchange.task.run = answered;
    slack__link_init(&install->exchange.task.link);
    install->exchange.op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_ADD,
        .row = slack__kv_to_row(&(slack_kv_entry_t){
            .key = slack__slice(key),
            .until_ms = install->state.since_ms + SLACK_STATE_LIFE_MS + SLACK_STATE_CLOCKS_MS,
        }),
        .done = state_stored,
    };
    slack__link_init(&install->exchange.op.link);
    slack__queue_submit(install->flow->inbox->queue, &install->exchange.op);
}
