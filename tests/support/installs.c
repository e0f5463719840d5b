/* SPDX-License-Identifier: MIT */
#include "support/installs.h"

#include <slack/error.h>

struct installs installs;

static void submit(void *store, slack_store_op_t *op)
{
    const bool swap = op->kind == SLACK_STORE_KV_SWAP || op->kind == SLACK_STORE_KV_DELETE;
    if (++installs.ops == installs.fail_at) {
        op->status = SLACK_ESTORE;
        op->done(op);
        return;
    }
    if (swap && installs.faster > 0) {
        installs.faster--;
        op->row.order = SLACK_SLICE("another version");
    }
    installs.store->ops->submit(store, op);
}

void installs_use_keys(const char *keys)
{
    char why[SLACK_ERROR_TEXT_MAX];
    slack__keyring_free(installs.in.keys);
    installs.in.keys = NULL;
    if (keys) assert_int_equal(slack__keyring_new(&installs.in.keys, slack__slice(keys), why), 0);
}

void installs_in(world_t *world, slack_store_t *store, const char *keys)
{
    slack__keyring_free(installs.in.keys);
    installs.world = world;
    installs.store = store;
    installs.in = (slack_installations_t){.submit = submit, .place = store, .client_id = "1.2"};
    installs.ops = installs.fail_at = installs.faster = 0;
    installs_use_keys(keys);
}

int installs_open(void **state)
{
    char error[SLACK_ERROR_TEXT_MAX];
    arena_open(state);
    assert_true(world_open(&installs.own));
    slack_store_t *store;
    assert_int_equal(slack__store_open(&store, installs.own.net, "memory:", error), 0);
    installs_in(&installs.own, store, INSTALLS_KEY);
    return 0;
}

int installs_close(void **state)
{
    bool closed = false;
    installs.store->ops->close(installs.store, world_set_flag, &closed);
    world_until(installs.world, closed);
    world_close(installs.world);
    installs_use_keys(NULL);
    return arena_close(state);
}

slack_install_place_t installs_place(const char *enterprise, const char *team, const char *user)
{
    return (slack_install_place_t){"1.2", enterprise, team, user};
}

slack_install_record_t installs_record(const char *enterprise, const char *team, const char *user,
                                       const char *token)
{
    slack_install_record_t record = slack__install_record();
    record.about.enterprise_id = enterprise;
    record.about.team_id = team;
    record.about.is_enterprise_install = !*team;
    record.about.user_id = user;
    record.about.installed_ms = 1000;
    record.for_user = *user != '\0';
    record.token.access = token;
    return record;
}

/* ---- results ---- */

static void stored(int status, void *user_data)
{
    installs.status = status;
    installs.ended = true;
}

static void read(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    slack_install_found_t *copies = slack__arena_alloc(arena, (count ? count : 1) * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = found[i];
        copies[i].key = slack__arena_strdup(arena, found[i].key);
        copies[i].version = slack__arena_strdup(arena, found[i].version);
        copies[i].why = slack__arena_strdup(arena, found[i].why);
        if (slack__install_copy(arena, &found[i].record, &copies[i].record) != 0)
            copies[i].record = slack__install_record(); /* there is no record */
    }
    installs.found = copies;
    installs.count = count;
    stored(status, user_data);
}

static int finished(void)
{
    world_until(installs.world, installs.ended);
    installs.ended = false;
    return installs.status;
}

int installs_put(const slack_install_record_t *record, const char *expected)
{
    slack__installations_put(&installs.in, record, expected, stored, NULL);
    return finished();
}

int installs_delete(const slack_install_place_t *place, const char *expected)
{
    slack__installations_delete(&installs.in, place, expected, stored, NULL);
    return finished();
}

int installs_install(const slack_install_record_t records[2])
{
    slack__installations_install(&installs.in, records, stored, NULL);
    return finished();
}

int installs_uninstall(const slack_install_place_t *place, int64_t before_ms)
{
    slack__installations_uninstall(&installs.in, place, before_ms, stored, NULL);
    return finished();
}

int installs_find(const slack_tenant_t *tenant)
{
    slack__installations_find(&installs.in, tenant, read, NULL);
    return finished();
}

int installs_list(const char *after, unsigned limit)
{
    slack__installations_list(&installs.in, after, limit, read, NULL);
    return finished();
}

const slack_install_found_t *installs_get(const char *enterprise, const char *team,
                                          const char *user)
{
    const slack_install_place_t place = installs_place(enterprise, team, user);
    slack__installations_get(&installs.in, &place, read, NULL);
    assert_int_equal(finished(), 0);
    return installs.found;
}

const char *installs_keys(void)
{
    const char *keys = "", *after = "";
    for (;;) {
        assert_int_equal(installs_list(after, 7), 0);
        if (installs.count == 0) return keys;
        for (size_t i = 0; i < installs.count; i++)
            keys = slack__arena_printf(arena, "%s%s%s", keys, *keys ? " " : "",
                                       installs.found[i].key + strlen("install/1.2/"));
        after = installs.found[installs.count - 1].key;
    }
}
