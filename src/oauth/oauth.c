/* SPDX-License-Identifier: MIT */
#include "oauth/oauth.h"

#include "net/url.h"
#include "oauth/loss.h"
#include "util/error.h"

static void oauth_submit(void *queue, slack_store_op_t *op)
{
    slack__queue_submit(queue, op);
}

static int open_keys(slack_oauth_t *oauth, char *error)
{
    const slack_options_t *o = oauth->options;
    const bool durable = oauth->queue->store->ops->durable;
    char why[SLACK_ERROR_TEXT_MAX] = "out of memory";
    if (o->store_key && *o->store_key) {
        int rc = slack__keyring_new(&oauth->keys, slack__slice(o->store_key), why);
        if (rc != 0) slack__explain(error, "SLACK_STORE_KEY: %.200s", why);
        return rc;
    }
    if (durable && !slack__url_is_local(o->api_url)) {
        slack__explain(error,
                       "SLACK_STORE_KEY is not set, and the store would hold the tokens of "
                       "all workspaces in clear: make a key with `slackapp key`, keep a copy "
                       "of it in a safe place, and set it");
        return SLACK_ECONFIG;
    }
    if (durable)
        SLACK_LOG(oauth->services->log, WARN, "installations are stored in clear", "hint=%s",
                  "SLACK_STORE_KEY is not set, which is for tests only: make a key with "
                  "`slackapp key`");
    return 0;
}

void slack__oauth_init(slack_oauth_t *oauth)
{
    slack__link_init(&oauth->wanted);
}

int slack__oauth_open(slack_oauth_t *oauth, char *error)
{
    oauth->installations = (slack_installations_t){
        .submit = oauth_submit, .place = oauth->queue, .client_id = oauth->options->client_id};
    int rc = open_keys(oauth, error);
    oauth->installations.keys = oauth->keys;
    oauth->rotation = (slack_rotation_t){.net = oauth->services->net,
                                         .installations = &oauth->installations,
                                         .client = oauth->client,
                                         .counters = oauth->services->counters,
                                         .lost = slack__loss_of_record,
                                         .lost_data = oauth};
    if (rc == 0) rc = slack__rotation_init(&oauth->rotation);
    if (rc == 0 && oauth->options->pkce) slack__sweep_start(&oauth->sweep, &oauth->rotation);
    return rc;
}

void slack__oauth_close(slack_oauth_t *oauth)
{
    oauth->events = NULL;
    slack__oauth_start_close(oauth);
    slack__sweep_stop(&oauth->sweep);
    slack__rotation_close(&oauth->rotation);
}

void slack__oauth_done(slack_oauth_t *oauth)
{
    slack__rotation_done(&oauth->rotation);
    slack__keyring_free(oauth->keys);
    oauth->keys = NULL;
}
