/* SPDX-License-Identifier: MIT */
#include "protocol/tenant.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "util/json.h"

static slack_arena_t *arena;

static int open_arena(void **state)
{
    arena = slack__arena_new(0, 0);
    return arena ? 0 : -1;
}

static int free_arena(void **state)
{
    slack__arena_free(arena);
    return 0;
}

static const slack_json_t *parse(const char *text)
{
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &value, NULL), 0);
    return value;
}

static const char body[] =
    "{\"is_ext_shared_channel\":true,\"context_team_id\":\"T2\",\"context_enterprise_id\":\"E2\","
    "\"authorizations\":[{\"team_id\":\"T1\",\"enterprise_id\":\"E1\",\"is_enterprise_install\":"
    "true}],\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"T2\"}}";

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

static void a_job_keeps_the_tenant_of_its_delivery(void **state)
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
    slack__tenant_of(SLACK_KIND_EVENT, parse(body), "A1", NULL, &tenant);
    is_the_same(&tenant, &expected);
    const slack_json_t *kept = parse(slack__tenant_text(arena, &tenant));
    slack__tenant_of(SLACK_KIND_JOB, parse(body), "A1", kept, &of_job);
    is_the_same(&of_job, &expected);
}

static void a_job_without_a_kept_tenant_has_none(void **state)
{
    static const slack_tenant_t none = {"A1", "", "", false, "", "", "", ""};
    slack_tenant_t tenant;
    slack__tenant_of(SLACK_KIND_JOB, parse(body), "A1", NULL, &tenant);
    is_the_same(&tenant, &none);
}

static void some_events_revoke_tokens(void **state)
{
    const slack_json_t *gone = parse("{\"event\":{\"type\":\"team_access_revoked\"}}");
    assert_true(slack__tenant_revoked(SLACK_KIND_EVENT, gone));
    assert_false(slack__tenant_revoked(SLACK_KIND_JOB, gone));
    assert_false(slack__tenant_revoked(SLACK_KIND_EVENT, parse(body)));
}

static int write_text(void *ctx)
{
    slack_arena_t *a = slack__arena_new(0, 0);
    const char *text = a ? slack__tenant_text(a, ctx) : NULL;
    slack__arena_free(a);
    return text ? 0 : SLACK_ENOMEM;
}

static void out_of_memory(void **state)
{
    static slack_tenant_t tenant = {"A1", "E1", "T1", true, "U1", "", "", ""};
    assert_true(alloc_fail_each(write_text, &tenant) > 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_arena, free_arena)
    const struct CMUnitTest tests[] = {
        CASE(a_job_keeps_the_tenant_of_its_delivery),
        CASE(a_job_without_a_kept_tenant_has_none),
        CASE(some_events_revoke_tokens),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
