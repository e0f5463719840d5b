/* SPDX-License-Identifier: MIT */
#include "support/distributed.h"

#include "support/store_file.h"

app_fixture_t dist;
slack_options_t dist_with;

static int reply(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "hi, says %s", slack_ctx_bot_user(ctx));
}

void dist_open(void)
{
    app_open(&dist, &dist_with);
    slack_on_message(dist.app, NULL, reply, NULL);
}

void dist_ready(void)
{
    app_ready(&dist);
    installs_in(&dist.world, slack__inspect_store(dist.app), dist_with.store_key);
}

void dist_start(void)
{
    dist_open();
    dist_ready();
}

void dist_close(void)
{
    app_close(&dist);
    installs_use_keys(NULL);
}

int dist_setup(void **state)
{
    arena_open(state);
    store_file_clean();
    dist_with = (slack_options_t){.bot_token = "",
                                  .client_id = "1.2",
                                  .client_secret = "secret",
                                  .scopes = "chat:write",
                                  .store = store_file_url(),
                                  .store_key = INSTALLS_KEY};
    return 0;
}

int dist_teardown(void **state)
{
    store_file_clean();
    return arena_close(state);
}

void dist_installed(const char *enterprise, const char *team, const char *user, const char *token)
{
    slack_install_record_t record = installs_record(enterprise, team, user, token);
    record.about.bot_user_id = "UBOT";
    record.about.bot_id = "BBOT";
    assert_int_equal(installs_put(&record, ""), 0);
}

const char *dist_token_for(const char *authorization)
{
    static unsigned number;
    char body[400];
    app_ack_t ack = {0};
    const size_t calls = fake_slack_count(dist.slack);
    snprintf(body, sizeof body,
             "{'type':'event_callback','api_app_id':'A1','event_id':'Ev%u','authorizations':[{%s}],"
             "'event':{'type':'message','text':'x','channel':'C1','user':'U1','ts':'1.0'}}",
             ++number, authorization);
    app_deliver(&dist, body, &ack);
    app_settle(&dist);
    return fake_slack_count(dist.slack) > calls
               ? fake_slack_call(dist.slack, fake_slack_count(dist.slack) - 1)->token
               : "";
}
