/* SPDX-License-Identifier: MIT */
#include "protocol/payload.h"
#include "support/json.h"
#include "support/payloads.h"
#include "util/form.h"

/* Whose a payload is, by name for chosen ones, and over all real ones. */

typedef const char *(*lookup_fn)(const slack_json_t *body);

static const slack_json_t *parse(const char *text, size_t len)
{
    const slack_json_t *body = NULL;
    assert_int_equal(slack__json_parse(arena, text, len, &body, NULL), 0);
    return body;
}

static void expect(const slack_json_t *body, const char *name, lookup_fn lookup, const char *wanted,
                   size_t row)
{
    if (strcmp(lookup(body), wanted) != 0)
        fail_msg("row %zu: %s is \"%s\", not \"%s\"", row, name, lookup(body), wanted);
}

/* ---- one order after the other ---- */

ARENA_TEST(the_first_place_counts)
{
    static const struct {
        lookup_fn lookup;
        const char *body, *expected;
    } cases[] = {
        {slack__payload_team,
         "{\"view\":{\"app_installed_team_id\":\"T1\"},\"team\":{\"id\":\"T2\"}}", "T1"},
        {slack__payload_team, "{\"team\":null,\"user\":{\"team_id\":\"T3\"}}", "T3"},
        {slack__payload_team, "{\"authorizations\":[{\"team_id\":\"T4\"}],\"team_id\":\"T5\"}",
         "T4"},
        {slack__payload_enterprise, "{\"enterprise\":{\"id\":\"E1\"}}", "E1"},
        {slack__payload_user, "{\"user\":{\"id\":\"U1\"}}", "U1"},
        {slack__payload_user, "{\"user_id\":\"U2\"}", "U2"},
        {slack__payload_user, "{\"event\":{\"user\":\"U3\"}}", "U3"},
        {slack__payload_user, "{\"event\":{\"message\":{\"user\":\"U4\"}}}", "U4"},
        {slack__payload_channel, "{\"channel\":{\"id\":\"C1\"}}", "C1"},
        {slack__payload_channel, "{\"channel_id\":\"C2\"}", "C2"},
        {slack__payload_channel, "{\"event\":{\"item\":{\"channel\":\"C3\"}}}", "C3"},
        {slack__payload_channel, "{\"event\":{\"channel\":{\"id\":\"C4\"}}}", "C4"},
        {slack__payload_channel, "{\"user\":{\"id\":\"U1\"}}", ""},
        {slack__payload_thread_ts, "{\"event\":{\"thread_ts\":\"1.2\",\"ts\":\"3.4\"}}", "1.2"},
        {slack__payload_thread_ts, "{\"event\":{\"ts\":\"3.4\"}}", ""},
        {slack__payload_thread_ts, "{\"message\":{\"thread_ts\":\"5.6\"}}", "5.6"},
        {slack__payload_ts, "{\"event\":{\"ts\":\"3.4\"}}", "3.4"},
        {slack__payload_ts, "{\"container\":{\"message_ts\":\"7.8\"}}", "7.8"},
        {slack__payload_trigger_id, "{\"trigger_id\":\"1.2.3\"}", "1.2.3"},
        {slack__payload_response_url, "{\"response_urls\":[{\"response_url\":\"https://x\"}]}",
         "https://x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *body = parse(cases[i].body, strlen(cases[i].body));
        assert_string_equal(cases[i].lookup(body), cases[i].expected);
    }
}

ARENA_TEST(whose_it_is)
{
    static const struct {
        const char *body, *team, *enterprise, *acting_team;
        bool org;
    } rows[] = {
        /* An event: its authorization, whatever stands around it. */
        {"{\"team_id\":\"T1\",\"enterprise_id\":\"E1\",\"authorizations\":[{\"team_id\":\"T2\","
         "\"enterprise_id\":\"E2\",\"is_enterprise_install\":false}],\"event\":{\"team\":\"T3\"}}",
         "T2", "E2", "T2", false},
        /* Of a workspace without an organization, in a channel of one that has one. */
        {"{\"team_id\":\"T1\",\"enterprise_id\":\"E1\",\"authorizations\":[{\"team_id\":\"T2\","
         "\"enterprise_id\":null}]}",
         "T2", "", "T2", false},
        /* Of a whole organization: the workspace that it is about. */
        {"{\"team_id\":\"T1\",\"context_team_id\":\"T4\",\"enterprise_id\":\"E1\","
         "\"authorizations\":[{\"team_id\":null,\"enterprise_id\":\"E1\","
         "\"is_enterprise_install\":true}]}",
         "T1", "E1", "T4", true},
        {"{\"team_id\":\"T1\",\"authorizations\":[]}", "T1", "", "T1", false},
        {"{\"event\":{\"team\":{\"id\":\"T1\"},\"enterprise\":\"E1\"}}", "T1", "E1", "T1", false},
        /* A command: text all over. */
        {"{\"command\":\"/x\",\"team_id\":\"T1\",\"enterprise_id\":\"E1\","
         "\"is_enterprise_install\":\"true\"}",
         "T1", "E1", "T1", true},
        {"{\"command\":\"/x\",\"team_id\":\"T1\",\"is_enterprise_install\":\"false\"}", "T1", "",
         "T1", false},
        /* An interaction: objects, or null. */
        {"{\"team\":{\"id\":\"T1\",\"enterprise_id\":\"E1\"},\"user\":{\"team_id\":\"T2\"}}", "T1",
         "E1", "T1", false},
        {"{\"team\":null,\"enterprise\":{\"id\":\"E1\"},\"user\":{\"team_id\":\"T2\"},"
         "\"is_enterprise_install\":true}",
         "T2", "E1", "T2", true},
        /* A view that was opened by another workspace's app. */
        {"{\"team\":{\"id\":\"T1\"},\"view\":{\"app_installed_team_id\":\"T9\",\"team_id\":\"T1\"}"
         "}",
         "T9", "", "T9", false},
        {"{\"team\":null,\"view\":{\"team_id\":\"T1\"}}", "T1", "", "T1", false},
        {"{}", "", "", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *body = parse(rows[i].body, strlen(rows[i].body));
        expect(body, "team", slack__payload_team, rows[i].team, i);
        expect(body, "enterprise", slack__payload_enterprise, rows[i].enterprise, i);
        expect(body, "acting team", slack__payload_acting_team, rows[i].acting_team, i);
        assert_int_equal(slack__payload_is_enterprise_install(body), rows[i].org);
    }
}

#define SHARED                                                                                     \
    "\"is_ext_shared_channel\":true,\"team_id\":\"T1\",\"enterprise_id\":\"E1\","                  \
    "\"context_team_id\":\"T2\",\"context_enterprise_id\":\"E2\",\"authorizations\":[{"            \
    "\"team_id\":\"T2\",\"enterprise_id\":\"E2\"}],"

ARENA_TEST(who_acts_in_a_shared_channel)
{
    static const struct {
        const char *body, *user, *team, *enterprise;
    } rows[] = {
        /* Everywhere else: who it is. */
        {"{\"team_id\":\"T1\",\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"T9\"}"
         "}",
         "U1", "T1", ""},
        {"{\"team\":{\"id\":\"T1\"},\"user\":{\"id\":\"U1\"}}", "U1", "T1", ""},
        /* A workspace's person, of either side, or of a third. */
        {"{" SHARED "\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"T1\"}}", "U1",
         "T1", "E1"},
        {"{" SHARED "\"event\":{\"type\":\"message\",\"user\":\"U1\",\"team\":\"T2\"}}", "U1", "T2",
         "E2"},
        {"{" SHARED "\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"T9\"}}", "U1",
         "T9", ""},
        /* An organization's: its workspace, where that is one of the two. */
        {"{" SHARED "\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"E2\"}}", "U1",
         "T2", "E2"},
        {"{" SHARED "\"event\":{\"type\":\"message\",\"user\":\"U1\",\"user_team\":\"E9\","
         "\"team\":\"T9\"}}",
         "U1", "T9", "E9"},
        /* A mention tells less. */
        {"{" SHARED "\"event\":{\"type\":\"app_mention\",\"user\":\"U1\",\"user_team\":\"E2\","
         "\"team\":\"T1\"}}",
         "U1", "", "E2"},
        {"{" SHARED "\"event\":{\"type\":\"app_mention\",\"user\":\"U1\",\"user_team\":\"T9\"}}",
         "U1", "T9", ""},
        {"{" SHARED "\"event\":{\"type\":\"app_mention\",\"user\":\"U1\",\"team\":\"T1\"}}", "U1",
         "T1", "E1"},
        /* Nothing of them is told: then nobody is named. */
        {"{" SHARED "\"event\":{\"type\":\"file_shared\",\"user_id\":\"U1\"}}", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *body = parse(rows[i].body, strlen(rows[i].body));
        expect(body, "user", slack__payload_actor_user, rows[i].user, i);
        expect(body, "team", slack__payload_actor_team, rows[i].team, i);
        expect(body, "enterprise", slack__payload_actor_enterprise, rows[i].enterprise, i);
    }
}

/* ---- over all of them ---- */

/* A member of this name somewhere in a value, with an id in it. */
static bool has_id(const slack_json_t *value, const char *name, char first)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(value, &it)) {
        const char *text = slack_json_str(it.value, "");
        if (it.key && strcmp(it.key, name) == 0 && *text == first) return true;
    }
    return false;
}

/* Whether a body tells of a workspace or an organization at one of the places that Slack has for
 * that: in itself, its event, its authorization, its team, its user, its view. */
static bool tells_tenant(const slack_json_t *body)
{
    static const char *const places[] = {"", "/event", "/authorizations/0", "/view"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const slack_json_t *place = slack_json_get(body, places[i]);
        if (has_id(place, "team_id", 'T') || has_id(place, "enterprise_id", 'E')) return true;
    }
    return has_id(slack_json_get(body, "/team"), "id", 'T') ||
           has_id(slack_json_get(body, "/enterprise"), "id", 'E') ||
           has_id(slack_json_get(body, "/user"), "team_id", 'T') ||
           has_id(slack_json_get(body, "/view"), "app_installed_team_id", 'T');
}

struct tally {
    unsigned files, told;
    char missing[512];
};

static void look(const char *name, const slack_json_t *body, struct tally *tally)
{
    tally->files++;
    if (!tells_tenant(body)) return;
    tally->told++;
    if (*slack__payload_team(body) || *slack__payload_enterprise(body)) return;
    size_t used = strlen(tally->missing);
    snprintf(tally->missing + used, sizeof tally->missing - used, " %s", name);
}

static void look_json(const char *name, const char *text, size_t len, void *ctx)
{
    arena_open(NULL);
    look(name, parse(text, len), ctx);
    arena_close(NULL);
}

static void look_form(const char *name, const char *text, size_t len, void *ctx)
{
    const slack_json_t *form = NULL;
    arena_open(NULL);
    assert_int_equal(slack__form_parse(arena, text, len, &form), 0);
    const char *payload = slack_json_str(form, "/payload");
    look(name, *payload ? parse(payload, strlen(payload)) : form, ctx);
    arena_close(NULL);
}

static void look_frame(const char *name, const char *text, size_t len, void *ctx)
{
    arena_open(NULL);
    const slack_json_t *payload = slack_json_get(parse(text, len), "/payload");
    if (payload) look(name, payload, ctx);
    arena_close(NULL);
}

TEST(each_payload_is_somebodys)
{
    static const struct {
        const char *folder;
        payload_fn fn;
    } folders[] = {
        {"events", look_json},       {"events_wrapped", look_json},
        {"interactions", look_json}, {"interactions_wire", look_form},
        {"commands", look_form},     {"socket", look_frame},
    };
    struct tally all = {0};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (payloads_each(folders[i].folder, folders[i].fn, &all) == 0) skip();
    print_message("# %u payloads, %u of them tell whose they are\n", all.files, all.told);
    assert_true(all.told > 300);
    if (*all.missing) fail_msg("not found:%s", all.missing);
}
