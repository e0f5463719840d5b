/* SPDX-License-Identifier: MIT */
/* The readers of slack/context.h. */
#include "support/app_fixture.h"
#include "support/test.h"

static app_fixture_t f;

typedef struct ids {
    char user[16], team[16], enterprise[16];
} ids_t;

static struct {
    ids_t own, actor;
    unsigned count;
} seen;

static void copy(char to[16], const char *id)
{
    snprintf(to, 16, "%s", id);
}

static int see(slack_ctx_t *ctx, void *user_data)
{
    copy(seen.own.user, slack_ctx_user(ctx));
    copy(seen.own.team, slack_ctx_team(ctx));
    copy(seen.own.enterprise, slack_ctx_enterprise(ctx));
    copy(seen.actor.user, slack_ctx_actor_user(ctx));
    copy(seen.actor.team, slack_ctx_actor_team(ctx));
    copy(seen.actor.enterprise, slack_ctx_actor_enterprise(ctx));
    seen.count++;
    return 0;
}

static void expect(const ids_t *ids, const char *user, const char *team, const char *enterprise)
{
    assert_string_equal(ids->user, user);
    assert_string_equal(ids->team, team);
    assert_string_equal(ids->enterprise, enterprise);
}

static void deliver(const char *body)
{
    const unsigned wanted = seen.count + 1;
    app_ack_t ack;
    app_deliver(&f, body, &ack);
    app_run_until_idle(&f);
    assert_int_equal(seen.count, wanted);
}

/* An event in a channel shared by Slack Connect: the sender is in T1 of E1, the app in T2 of E2. */
#define SHARED(id, event)                                                                          \
    "{'type':'event_callback','api_app_id':'A2','event_id':'" id                                   \
    "','is_ext_shared_channel':true,'team_id':'T1','enterprise_id':'E1','context_team_id':'T2',"   \
    "'context_enterprise_id':'E2','authorizations':[{'team_id':'T2','enterprise_id':'E2',"         \
    "'is_enterprise_install':false}],'event':{'channel':'C1','text':'x'," event "}}"

static const struct {
    const char *body;
    const char *user; /* slack_ctx_user()'s result */
    ids_t actor;
} shared[] = {
    /* A user of the app's own workspace, of the other side's, of a third one. */
    {SHARED("Ev1", "'type':'message','user':'U1','user_team':'T2'"), "U1", {"U1", "T2", "E2"}},
    {SHARED("Ev2", "'type':'message','user':'U1','user_team':'T1'"), "U1", {"U1", "T1", "E1"}},
    {SHARED("Ev3", "'type':'message','user':'U1','user_team':'T9','team':'T9'"),
     "U1",
     {"U1", "T9", ""}},
    /* A user of an organization writes a message and mentions the app. */
    {SHARED("Ev4", "'type':'message','user':'W1','user_team':'E1'"), "W1", {"W1", "T1", "E1"}},
    {SHARED("Ev5", "'type':'app_mention','user':'W1','user_team':'E1'"), "W1", {"W1", "", "E1"}},
    /* Without user_team slack_ctx_actor() returns nothing. */
    {SHARED("Ev6", "'type':'reaction_added','user':'U1'"), "U1", {"", "", ""}},
};

static void expect_shared(void)
{
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        deliver(shared[i].body);
        expect(&seen.own, shared[i].user, "T2", "E2");
        expect(&seen.actor, shared[i].actor.user, shared[i].actor.team, shared[i].actor.enterprise);
    }
}

APP_TEST(the_actor_in_a_shared_channel_may_be_a_stranger)
{
    assert_int_equal(slack_on_event(f.app, NULL, see, NULL), 0);
    app_ready(&f);
    expect_shared();
}

APP_TEST(a_worker_reads_the_same_actor)
{
    const slack_listener_t on_worker = {
        .kind = SLACK_KIND_EVENT, .run = SLACK_RUN_WORKER, .fn = see};
    assert_int_equal(slack_listen(f.app, &on_worker), 0);
    app_ready(&f);
    expect_shared();
}

APP_TEST(the_actor_elsewhere_is_the_user)
{
    static const char event[] =
        "{'type':'event_callback','event_id':'Ev1','team_id':'T1','enterprise_id':'E1',"
        "'is_ext_shared_channel':false,'event':{'type':'message','user':'U1','user_team':'T9',"
        "'channel':'C1','text':'x'}}";
    static const char command[] =
        "{'command':'/x','team_id':'T1','enterprise_id':'E1','user_id':'U1'}";
    static const char action[] =
        "{'type':'block_actions','team':{'id':'T1'},'enterprise':{'id':'E1'},'user':{'id':'U1',"
        "'team_id':'T9'},'actions':[{'action_id':'a'}]}";
    static const char *const bodies[] = {event, command, action};
    assert_int_equal(slack_on_event(f.app, NULL, see, NULL), 0);
    assert_int_equal(slack_on_command(f.app, NULL, see, NULL), 0);
    assert_int_equal(slack_on_action(f.app, NULL, see, NULL), 0);
    app_ready(&f);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        deliver(bodies[i]);
        expect(&seen.own, "U1", "T1", "E1");
        expect(&seen.actor, "U1", "T1", "E1");
    }
}

APP_TEST(the_actor_of_an_empty_body_is_nobody)
{
    assert_int_equal(slack_on_command(f.app, NULL, see, NULL), 0);
    app_ready(&f);
    deliver("{'command':'/x'}");
    expect(&seen.own, "", "", "");
    expect(&seen.actor, "", "", "");
}
