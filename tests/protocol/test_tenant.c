/* SPDX-License-Identifier: MIT */
#include "protocol/tenant.h"
#include "support/alloc_fail.h"
#include "support/json.h"

static const char body[] =
    "{'is_ext_shared_channel':true,'context_team_id':'T2','context_enterprise_id':'E2',"
    "'authorizations':[{'team_id':'T1','enterprise_id':'E1','is_enterprise_install':true}],"
    "'event':{'type':'message','user':'U1','user_team':'T2'}}";

static void is_the_same(const slack_tenant_t *a, const slack_tenant_t *b)
{
    assert_string_equal(a->app_id, b->app_id);
    assert_string_equal(a->enterprise_id, b->enterprise_id);
    assert_string_equal(a->team_id, b->team_id);
    assert_int_equal(a->is_enterprise_install, b->is_enterprise_install);
    assert_string_equal(a->user_id, b->user_id);
    assert_string_equal(a->actor_enterprise_id, b->actor_enterprise_id);
    assert_string_equal(a->actor_team_id, b->actor_team_id);
    assert_string_equal(a->actor_user_id, b->actor_user_id);
}

ARENA_TEST(a_job_keeps_the_tenant_of_its_delivery)
{
    static const slack_tenant_t expected = {.app_id = "A1",
                                            .enterprise_id = "E1",
                                            .team_id = "T1",
                                            .is_enterprise_install = true,
                                            .user_id = "U1",
                                            .actor_enterprise_id = "E2",
                                            .actor_team_id = "T2",
                                            .actor_user_id = "U1"};
    slack_tenant_t tenant, of_job;
    slack__tenant_of(SLACK_KIND_EVENT, json_of(body), "A1", NULL, &tenant);
    is_the_same(&tenant, &expected);
    const slack_json_t *kept = json_of(slack__tenant_text(arena, &tenant));
    slack__tenant_of(SLACK_KIND_JOB, json_of(body), "A1", kept, &of_job);
    is_the_same(&of_job, &expected);
}

ARENA_TEST(a_job_without_a_kept_tenant_has_none)
{
    static const slack_tenant_t none = {"A1", "", "", false, "", "", "", ""};
    slack_tenant_t tenant;
    slack__tenant_of(SLACK_KIND_JOB, json_of(body), "A1", NULL, &tenant);
    is_the_same(&tenant, &none);
}

ARENA_TEST(some_events_revoke_tokens)
{
    const slack_json_t *gone = json_of("{'event':{'type':'team_access_revoked'}}");
    assert_true(slack__tenant_revoked(SLACK_KIND_EVENT, gone));
    assert_false(slack__tenant_revoked(SLACK_KIND_JOB, gone));
    assert_false(slack__tenant_revoked(SLACK_KIND_EVENT, json_of(body)));
}

/* The rows of an installation are those whose tenants begin with its prefix. */
ARENA_TEST(the_rows_of_an_installation_begin_alike)
{
    static const struct {
        slack_tenant_t tenant;
        const char *prefix;
    } installations[] = {
        {{.team_id = "T1"}, "{\"installation\":\"T1\""},
        {{.team_id = "T1", .enterprise_id = "E1"}, "{\"installation\":\"T1\""},
        {{.team_id = "T1", .enterprise_id = "E1", .is_enterprise_install = true},
         "{\"installation\":\"E1/T1\""},
        {{.team_id = "", .enterprise_id = "E1", .is_enterprise_install = true},
         "{\"installation\":\"E1/"},
        {{.enterprise_id = "E1"}, ""},
        {{.is_enterprise_install = true}, ""},
        {{.app_id = "A1"}, ""},
    };
    for (size_t i = 0; i < sizeof installations / sizeof *installations; i++) {
        const slack_tenant_t *t = &installations[i].tenant;
        const char *prefix = slack__tenant_prefix(arena, t);
        assert_string_equal(prefix, installations[i].prefix);
        assert_int_equal(strncmp(slack__tenant_text(arena, t), prefix, strlen(prefix)), 0);
    }
}

ARENA_TEST(an_event_has_the_installation_of_its_jobs)
{
    static const char *const bodies[][2] = {
        {body, "{\"installation\":\"E1/T1\"}"},
        {"{'team_id':'T1','event':{'type':'message'}}", "{\"installation\":\"T1\"}"},
        {"{'event':{'type':'message'}}", "{\"installation\":\"\"}"},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        slack_tenant_t tenant;
        const char *text = slack__tenant_of_event(arena, json_of(bodies[i][0]));
        slack__tenant_of(SLACK_KIND_EVENT, json_of(bodies[i][0]), "A1", NULL, &tenant);
        assert_string_equal(text, bodies[i][1]);
        assert_int_equal(strncmp(text, slack__tenant_text(arena, &tenant), strlen(text) - 1), 0);
    }
}

static int write_text(void *ctx)
{
    slack_arena_t *a = slack__arena_new(0, 0);
    const char *text = a ? slack__tenant_text(a, ctx) : NULL;
    if (text) text = slack__tenant_prefix(a, ctx);
    slack__arena_free(a);
    return text ? 0 : SLACK_ENOMEM;
}

TEST(out_of_memory)
{
    static slack_tenant_t tenant = {"A1", "E1", "T1", true, "U1", "", "", ""};
    assert_true(alloc_fail_each(write_text, &tenant) > 0);
}
