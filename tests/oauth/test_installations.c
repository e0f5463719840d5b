/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "oauth/entries.h"
#include "store/kv.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/installs.h"

/* Stores records, "E1/T1/U1 -/T1": the token of each is its key. */
static void have(const char *keys)
{
    slack_slice_t rest = slack__slice(keys), key;
    while (*keys && slack__slice_split(&rest, ' ', &key)) {
        const char *ids[3] = {"", "", ""}, *token = slack__arena_strndup(arena, key.ptr, key.len);
        slack_slice_t part;
        for (size_t i = 0; slack__slice_split(&key, '/', &part); i++)
            if (!slack__slice_eq(part, SLACK_SLICE("-")))
                ids[i] = slack__arena_strndup(arena, part.ptr, part.len);
        const slack_install_record_t record = installs_record(ids[0], ids[1], ids[2], token);
        assert_int_equal(installs_put(&record, ""), 0);
    }
}

/* ---- lookups ---- */

static struct find_row {
    const char *name, *stored;
    const char *enterprise, *team, *user;
    bool org;
    const char *bot, *person; /* the tokens that are found */
    const char *left;         /* the keys afterwards; NULL: as before */
} finds[] = {
    {"workspace", "-/T1 -/T2", "", "T2", "", false, "-/T2", "", NULL},
    {"workspace_of_an_organization", "E1/T1", "E1", "T1", "", false, "E1/T1", "", NULL},
    {"organization", "E1/-", "E1", "T1", "", true, "E1/-", "", NULL},
    {"organization_only", "-/T1 E1/T1", "E1", "T1", "", true, "", "", NULL},
    {"organization_first", "-/T1 E1/- E1/T1", "E1", "T1", "", false, "E1/-", "", NULL},
    {"organization_of_a_workspace", "E1/-", "E1", "T1", "", false, "E1/-", "", NULL},
    {"joined_an_organization", "-/T1", "E1", "T1", "", false, "-/T1", "", "E1/T1"},
    {"joined_with_people", "-/T1 -/T1/U1 -/T1/U2", "E1", "T1", "U1", false, "-/T1", "-/T1/U1",
     "-/T1/U2 E1/T1 E1/T1/U1"},
    {"installed_since_it_joined", "-/T1 E1/T1", "E1", "T1", "", false, "E1/T1", "", NULL},
    {"person", "-/T1 -/T1/U1 -/T1/U2", "", "T1", "U2", false, "-/T1", "-/T1/U2", NULL},
    {"person_of_an_organization", "E1/- E1/-/U1", "E1", "T1", "U1", true, "E1/-", "E1/-/U1", NULL},
    {"person_without_a_bot", "-/T1/U1", "", "T1", "U1", false, "", "-/T1/U1", NULL},
    {"person_without_a_token", "-/T1", "", "T1", "U1", false, "-/T1", "", NULL},
    {"another_workspace", "-/T1 E1/T1", "", "T2", "", false, "", "", NULL},
    {"another_organization", "E1/-", "E2", "T1", "", false, "", "", NULL},
    {"nothing_is_stored", "", "E1", "T1", "U1", false, "", "", NULL},
};

static void finds_a_tenant(const struct find_row *row)
{
    have(row->stored);
    const slack_tenant_t tenant = {.enterprise_id = row->enterprise,
                                   .team_id = row->team,
                                   .user_id = row->user,
                                   .is_enterprise_install = row->org};
    for (int again = 0; again < 2; again++) {
        assert_int_equal(installs_find(&tenant), 0);
        assert_int_equal(installs.count, *row->user ? 2 : 1);
        assert_string_equal(installs.found[0].record.token.access, row->bot);
        assert_int_equal(*installs.found[0].version != '\0', *row->bot != '\0');
        if (*row->user) assert_string_equal(installs.found[1].record.token.access, row->person);
        const slack_install_found_t first = installs.found[0];
        assert_string_equal(installs_keys(), row->left ? row->left : row->stored);
        if (!*row->bot) continue;
        const slack_install_place_t place = slack__install_place(&first.record, "1.2");
        assert_string_equal(first.key, slack__install_key(arena, &place));
        assert_string_equal(installs_get(place.enterprise_id, place.team_id, "")->version,
                            first.version);
    }
}

TEST_EACH_CASE(find, finds, NULL, installs_close)
{
    installs_open(NULL);
    finds_a_tenant(*state);
}

/* A token that Slack has refused serves only if there is no other one. */
INSTALLS_TEST(a_refused_token_is_passed_over)
{
    const slack_tenant_t tenant = {.enterprise_id = "E1", .team_id = "T1", .user_id = ""};
    slack_install_record_t record = installs_record("E1", "", "", "dead");
    record.token.refused = "token_revoked";
    assert_int_equal(installs_put(&record, ""), 0);
    assert_int_equal(installs_find(&tenant), 0);
    assert_string_equal(installs.found[0].record.token.refused, "token_revoked");
    have("E1/T1");
    assert_int_equal(installs_find(&tenant), 0);
    assert_string_equal(installs.found[0].record.token.access, "E1/T1");
}

/* Two processes move the record at the same time. */
INSTALLS_TEST(a_record_moves_once)
{
    const slack_tenant_t tenant = {.enterprise_id = "E1", .team_id = "T1", .user_id = ""};
    have("-/T1");
    installs.faster = 1;
    assert_int_equal(installs_find(&tenant), 0);
    assert_string_equal(installs_keys(), "E1/T1");
    have("-/T2");
    installs.faster = 100; /* it serves from its old place */
    assert_int_equal(
        installs_find(&(slack_tenant_t){.enterprise_id = "E1", .team_id = "T2", .user_id = ""}), 0);
    assert_string_equal(installs.found[0].key, "install/1.2/-/T2");
}

INSTALLS_TEST(ids_that_are_none)
{
    static const slack_tenant_t tenants[] = {
        {.enterprise_id = "", .team_id = "", .user_id = ""},
        {.enterprise_id = "", .team_id = "T/1", .user_id = ""},
        {.enterprise_id = "", .team_id = "T1", .user_id = "-"}};
    for (size_t i = 0; i < sizeof tenants / sizeof *tenants; i++)
        assert_int_equal(installs_find(&tenants[i]), SLACK_EINVAL);
    const slack_install_place_t place = installs_place("", "T 1", "");
    const slack_install_record_t record = installs_record("", "T 1", "", "x"),
                                 pair[2] = {record, slack__install_record()};
    assert_int_equal(installs_put(&record, ""), SLACK_EINVAL);
    assert_int_equal(installs_delete(&place, NULL), SLACK_EINVAL);
    assert_int_equal(installs_install(pair), SLACK_EINVAL);
    assert_int_equal(installs_uninstall(&place, 1), SLACK_EINVAL);
}

/* ---- sealed values ---- */

typedef struct raw {
    slack_store_op_t op;
    slack_store_batch_t batch;
    bool ended;
} raw_t;

static void raw_ended(slack_store_op_t *op)
{
    SLACK_CONTAINER(op, raw_t, op)->ended = true;
}

/* Reads an entry as the store has it. */
static slack_kv_entry_t raw_get(raw_t *raw, const char *key)
{
    *raw = (raw_t){.batch.limit = 1};
    raw->op = (slack_store_op_t){.kind = SLACK_STORE_KV_GET,
                                 .row.key = slack__slice(key),
                                 .batch = &raw->batch,
                                 .done = raw_ended};
    slack__link_init(&raw->op.link);
    installs.store->ops->submit(installs.store, &raw->op);
    world_until(installs.world, raw->ended);
    assert_int_equal(raw->batch.count, 1);
    return slack__kv_from_row(raw->batch.rows);
}

/* Writes a value under a key, where there was none. */
static void raw_put(const char *key, slack_slice_t version, slack_slice_t value)
{
    raw_t raw = {.ended = false};
    raw.op = (slack_store_op_t){.kind = SLACK_STORE_KV_SWAP, .done = raw_ended};
    raw.op.row = slack__kv_to_row(&(slack_kv_entry_t){.key = slack__slice(key),
                                                      .version = version,
                                                      .value = value,
                                                      .until_ms = SLACK_KV_FOREVER});
    slack__link_init(&raw.op.link);
    installs.store->ops->submit(installs.store, &raw.op);
    world_until(installs.world, raw.ended);
    assert_int_equal(raw.op.status, 0);
}

INSTALLS_TEST(a_value_is_sealed_and_stays_in_its_place)
{
    raw_t raw;
    have("-/T1");
    const slack_slice_t value = raw_get(&raw, "install/1.2/-/T1").value;
    assert_true(slack__is_sealed(value));
    assert_null(strstr(slack__arena_strndup(arena, value.ptr, value.len), "-/T1"));
    raw_put("install/1.2/-/T2", SLACK_SLICE("1"), value);
    slack__arena_free(raw.batch.arena);
    assert_int_equal(installs_get("", "T2", "")->fault, SLACK_EDAMAGED);
    assert_non_null(strstr(installs.found[0].why, "the installation install/1.2/-/T2 "));
    installs_use_keys(NULL);
    have("-/T3");
    const slack_slice_t clear = raw_get(&raw, "install/1.2/-/T3").value;
    raw_put("install/1.2/-/T4", SLACK_SLICE("1"), clear);
    slack__arena_free(raw.batch.arena);
    assert_int_equal(installs_get("", "T4", "")->fault, SLACK_EDAMAGED);
    installs_use_keys(INSTALLS_KEY); /* a value in clear is not taken for a sealed one */
    assert_int_equal(installs_get("", "T3", "")->fault, SLACK_EDAMAGED);
}

INSTALLS_TEST(keys_change)
{
    have("-/T1 -/T1/U1");
    const char *const wrong[] = {INSTALLS_OTHER, NULL};
    for (size_t i = 0; i < 2; i++) {
        installs_use_keys(wrong[i]);
        assert_int_equal(installs_get("", "T1", "")->fault, SLACK_ECONFIG);
        assert_string_equal(installs.found[0].record.token.access, "");
        const slack_install_place_t place = installs_place("", "T1", "");
        assert_int_equal(installs_uninstall(&place, INT64_MAX), 0); /* and destroys nothing */
        assert_string_equal(installs_keys(), "-/T1 -/T1/U1");
    }
    installs_use_keys(INSTALLS_OTHER "," INSTALLS_KEY);
    const slack_install_record_t again = installs_get("", "T1", "")->record;
    assert_int_equal(installs_put(&again, installs.found[0].version), 0);
    installs_use_keys(INSTALLS_OTHER);
    assert_int_equal(installs_get("", "T1", "")->fault, 0);
    assert_string_equal(installs.found[0].record.token.access, "-/T1");
    assert_int_equal(installs_get("", "T1", "U1")->fault, SLACK_ECONFIG);
}

/* ---- changes ---- */

/* An entry whose version a fault of the disk has changed is there, and a person's new installation
 * takes its place. */
INSTALLS_TEST(a_version_that_is_damaged)
{
    static const slack_slice_t versions[] = {{"", 0}, {"\0", 1}, {"1\0", 2}, {"1\0001", 3}};
    const slack_install_record_t record = installs_record("", "T1", "", "new");
    const slack_install_record_t records[2] = {record, slack__install_record()};
    const slack_install_place_t place = installs_place("", "T1", "");
    const slack_tenant_t tenant = {.enterprise_id = "", .team_id = "T1", .user_id = ""};
    for (size_t i = 0; i < 4 * sizeof versions / sizeof *versions; i++) {
        raw_put("install/1.2/-/T1", versions[i / 4], SLACK_SLICE("x"));
        assert_int_equal(installs_find(&tenant), 0);
        assert_int_equal(installs.found[0].fault, SLACK_EDAMAGED);
        const char *version = slack__arena_strdup(arena, installs.found[0].version);
        if (i % 4 == 0) assert_int_equal(installs_delete(&place, version), 0);
        if (i % 4 == 1) assert_int_equal(installs_put(&record, version), 0);
        if (i % 4 == 2) assert_int_equal(installs_put(&record, NULL), 0);
        if (i % 4 == 3) assert_int_equal(installs_install(records), 0);
        assert_string_equal(installs_get("", "T1", "")->record.token.access, i % 4 ? "new" : "");
        assert_int_equal(installs_delete(&place, NULL), 0);
    }
}

INSTALLS_TEST(a_change_expects_a_version)
{
    slack_install_record_t record = installs_record("", "T1", "", "a");
    const slack_install_place_t place = installs_place("", "T1", "");
    assert_int_equal(installs_put(&record, "1"), SLACK_ECONFLICT);
    assert_int_equal(installs_put(&record, ""), 0);
    assert_int_equal(installs_put(&record, ""), SLACK_ECONFLICT);
    const char *version = installs_get("", "T1", "")->version;
    record.token.access = "b";
    assert_int_equal(installs_put(&record, version), 0);
    assert_int_equal(installs_put(&record, version), SLACK_ECONFLICT);
    assert_int_equal(installs_delete(&place, version), SLACK_ECONFLICT);
    record.token.access = "c";
    installs.faster = 2;
    assert_int_equal(installs_put(&record, NULL), 0);
    assert_string_equal(installs_get("", "T1", "")->record.token.access, "c");
    installs.faster = 100;
    assert_int_equal(installs_put(&record, NULL), SLACK_ECONFLICT);
    installs.faster = 0;
    assert_int_equal(installs_delete(&place, installs.found[0].version), 0);
    assert_string_equal(installs_get("", "T1", "")->version, "");
    assert_int_equal(installs_delete(&place, NULL), 0);
}

INSTALLS_TEST(another_app_in_the_store)
{
    have("-/T1 -/T2");
    installs.in.client_id = "1.22";
    const slack_install_record_t record = installs_record("", "T1", "", "other");
    assert_int_equal(installs_put(&record, ""), 0);
    assert_int_equal(installs_list("", 10), 0);
    assert_int_equal(installs.count, 1);
    installs.in.client_id = "1.2";
    assert_string_equal(installs_keys(), "-/T1 -/T2");
}

static void installed(const char *enterprise, const char *bot, const char *person)
{
    const slack_install_record_t records[2] = {installs_record(enterprise, "T1", "", bot),
                                               installs_record(enterprise, "T1", "U1", person)};
    assert_int_equal(installs_install(records), 0);
}

INSTALLS_TEST(an_installation_keeps_the_token_before_it)
{
    installed("", "a", "");
    assert_string_equal(installs_keys(), "-/T1");
    assert_string_equal(installs_get("", "T1", "")->record.previous.access, "");
    installs.faster = 2;
    installed("", "b", "p");
    assert_string_equal(installs_get("", "T1", "")->record.token.access, "b");
    assert_string_equal(installs.found[0].record.previous.access, "a");
    assert_string_equal(installs_get("", "T1", "U1")->record.token.access, "p");
    installed("", "b", ""); /* Slack gives the same token again; the person's stays */
    assert_string_equal(installs_get("", "T1", "")->record.previous.access, "");
    installed("E1", "c", "q"); /* the workspace has joined an organization */
    assert_string_equal(installs_keys(), "E1/T1 E1/T1/U1");
    assert_string_equal(installs_get("E1", "T1", "")->record.previous.access, "b");
    installs_use_keys(INSTALLS_OTHER); /* a lost key: the person installs again */
    installed("E1", "d", "");
    assert_string_equal(installs_get("E1", "T1", "")->record.token.access, "d");
    installs.faster = 100;
    const slack_install_record_t last[2] = {installs_record("E1", "T1", "", "e"),
                                            slack__install_record()};
    assert_int_equal(installs_install(last), SLACK_ECONFLICT);
}

INSTALLS_TEST(an_uninstall_deletes_page_by_page)
{
    slack_install_record_t record = installs_record("E1", "T1", "U1", "x");
    have("-/T1 -/T1/U1 E1/- E1/T1 E1/T10 E1/T10/U1 E2/T1");
    for (int i = 100; i < 230; i++) {
        record.about.user_id = slack__arena_printf(arena, "U%d", i);
        assert_int_equal(installs_put(&record, ""), 0);
    }
    const slack_install_place_t place = installs_place("E1", "T1", ""),
                                org = installs_place("E1", "", "");
    assert_int_equal(installs_uninstall(&place, 1000), 0); /* all were installed later */
    assert_string_not_equal(installs_get("E1", "T1", "U229")->version, "");
    record.about.user_id = "U150";
    record.about.installed_ms = 2000;
    assert_int_equal(installs_put(&record, NULL), 0);
    installs.faster = 3;
    assert_int_equal(installs_uninstall(&place, 1001), 0);
    assert_string_equal(installs_keys(), "E1/- E1/T1/U150 E1/T10 E1/T10/U1 E2/T1");
    assert_int_equal(installs_uninstall(&org, 1001), 0);
    assert_string_equal(installs_keys(), "E1/T1/U150 E1/T10 E1/T10/U1 E2/T1");
    installs.faster = 1000;
    assert_int_equal(installs_uninstall(&place, 3000), SLACK_ECONFLICT);
}

/* ---- failures ---- */

/* All functions, one after the other. Returns the first failure. */
static int do_everything(void)
{
    const slack_tenant_t tenant = {.enterprise_id = "E1", .team_id = "T1", .user_id = "U1"};
    const slack_install_record_t records[2] = {installs_record("", "T1", "", "a"),
                                               installs_record("", "T1", "U1", "p")};
    const slack_install_place_t place = installs_place("E1", "T1", "U1");
    int rc = installs_install(records);
    if (rc == 0) rc = installs_put(&records[0], NULL);
    if (rc == 0) rc = installs_find(&tenant);
    if (rc == 0) rc = installs_list("", 10);
    if (rc == 0) rc = installs_delete(&place, NULL);
    if (rc == 0) rc = installs_uninstall(&place, INT64_MAX);
    return rc;
}

/* A lookup finds a record although it cannot be moved. */
TEST(the_store_fails_at_each_operation)
{
    unsigned failed = 0, at = 1;
    for (bool more = true; more; at++) {
        installs_open(NULL);
        installs.fail_at = at;
        const int rc = do_everything();
        more = installs.ops >= at;
        failed += rc == SLACK_ESTORE;
        if (rc != 0) assert_int_equal(rc, SLACK_ESTORE);
        installs_close(NULL);
    }
    assert_in_range(failed, 14, at);
}

static bool everything_without(size_t nth, bool all)
{
    installs_open(NULL);
    heap_fail_at(nth, all);
    const int rc = do_everything();
    const bool failed = heap_heal();
    if (rc != 0) assert_int_equal(rc, SLACK_ENOMEM);
    if (!failed) assert_int_equal(rc, 0);
    installs_close(NULL);
    return failed;
}

TEST(out_of_memory)
{
    assert_in_range(alloc_fail_attempts(everything_without), 30, 10000);
}
