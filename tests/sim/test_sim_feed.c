/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/sim_case.h"
#include "util/alloc.h"

/* The feed of the page: its bounds, its readers, and what it says about what happens. */

/* ---- the log ---- */

static sim_feed_t feed;
static const sim_feed_writer_t writer = {&feed, "T1"};

static int open_feed(void **state)
{
    return sim_feed_init(&feed, &slack__clock_system, NULL, NULL);
}

static int close_feed(void **state)
{
    sim_feed_done(&feed);
    return 0;
}

#define FEED(function) TEST_CASE(function, open_feed, close_feed, NULL)

static void put(const char *members)
{
    sim_json_builder_t json = sim_feed_begin();
    char *text = json.arena ? quoted(slack__arena_strdup(json.arena, members)) : NULL;
    sim_feed_end(&writer, "k", &json, text ? sim_json_parsed(&json, text, strlen(text)) : NULL);
}

/* The entry behind that id; "END", "GONE". */
static const char *entry(uint64_t after)
{
    static char text[2000];
    slack_slice_t got = {"", 0};
    const enum sim_feed_state state = sim_feed_read(&feed, after, &got);
    if (state != SIM_FEED_ENTRY) return state == SIM_FEED_END ? "END" : "GONE";
    snprintf(text, sizeof text, "%.*s", (int)got.len, got.ptr);
    return text;
}

FEED(a_reader_continues_where_it_was)
{
    const uint64_t start = sim_feed_last(&feed);
    assert_string_equal(entry(start), "END");
    put("{'a':1}");
    put("{'a':2}");
    assert_int_equal(sim_feed_last(&feed), start + 2);
    assert_non_null(strstr(entry(start), "\"workspace\":\"T1\",\"kind\":\"k\",\"a\":1}"));
    assert_non_null(strstr(entry(start + 1), "\"a\":2}"));
    assert_string_equal(entry(start + 2), "END");
    /* Of an earlier run, of a later one, of none. */
    const uint64_t gone[] = {0, start - 1, start + 3, UINT64_MAX};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_string_equal(entry(gone[i]), "GONE");
}

FEED(the_oldest_entries_are_forgotten)
{
    const uint64_t start = sim_feed_last(&feed);
    for (int i = 0; i <= SIM_FEED_MAX; i++)
        put("{}");
    assert_string_equal(entry(start), "GONE");
    assert_string_not_equal(entry(start + 1), "GONE");
    /* … and where they are too long together. */
    char *members = slack__malloc(SIM_FEED_ENTRY_MAX);
    snprintf(members, SIM_FEED_ENTRY_MAX, "{'t':'%0*d'}", (int)SIM_FEED_ENTRY_MAX - 300, 0);
    for (size_t i = 0; i <= SIM_FEED_BYTES_MAX / SIM_FEED_ENTRY_MAX + 1; i++)
        put(members);
    slack__free(members);
    assert_true(feed.bytes <= SIM_FEED_BYTES_MAX);
    assert_true(feed.next - feed.first <= SIM_FEED_BYTES_MAX / SIM_FEED_ENTRY_MAX + 1);
}

FEED(a_long_entry_is_cut)
{
    char *members = slack__malloc(SIM_FEED_ENTRY_MAX * 2);
    snprintf(members, SIM_FEED_ENTRY_MAX * 2, "{'c':'C1','m':{'ts':'1','t':'%0*d'},'u':'%0*d'}",
             (int)SIM_FEED_ENTRY_MAX, 0, 5000, 0);
    put(members);
    slack__free(members);
    assert_non_null(strstr(entry(sim_feed_last(&feed) - 1),
                           "\"c\":\"C1\",\"m\":{\"ts\":\"1\",\"cut\":[\"t\"]},\"cut\":[\"u\"]}"));
}

FEED(secrets_are_hidden)
{
    static const char *const secrets[] = {
        "{'a':'xoxb-1-secret1'}",
        "{'a':{'b':['see xapp-1-secret1 there']}}",
        "{'client_secret':'secret1'}",
        "{'refresh_token':'secret1','code':'secret1'}",
        "{'url':'http://127.0.0.1:4390/services/T1/B1/secret1'}",
        "{'text':'<http://127.0.0.1:4390/triggers/T1/secret1|x> y'}",
        "{'url':'ws://127.0.0.1/link/?ticket=secret1'}",
        "{'secret':{'xoxp-secret1':1}}",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        put(secrets[i]);
        if (strstr(entry(sim_feed_last(&feed) - 1), "secret1")) fail_msg("%s", secrets[i]);
    }
    put("{'text':'at /services/a\\n<b> \\u0022/services/c\\u0022 /services/ d'}");
    assert_non_null(strstr(entry(sim_feed_last(&feed) - 1),
                           "at /services/*\\n<b> \\\"/services/*\\\" /services/ d"));
}

/* An entry that is lost makes readers start anew: none goes on without it. */
static int run_feed(void *ctx)
{
    int rc = open_feed(NULL);
    const uint64_t before = rc == 0 ? sim_feed_last(&feed) : 0;
    if (rc == 0) {
        put("{'a':'b'}");
        rc = strcmp(entry(before), "GONE") == 0 ? SLACK_ENOMEM : 0;
        assert_string_equal(entry(sim_feed_last(&feed)), "END");
    }
    close_feed(NULL);
    return rc;
}

TEST(the_nth_allocation_of_the_feed_fails)
{
    alloc_fail_each(run_feed, NULL);
}

/* ---- the page ---- */

static const slack_json_t *get_state(void)
{
    const slack_json_t *state = sim_peer_control(&peer, "/sim/state", NULL);
    assert_int_equal(peer.status, 200);
    return state;
}

static void follow(sim_app_t *reader, int64_t after)
{
    const char *base = peer.sim->env.base_url + strlen("http");
    sim_app_dial(&peer, reader,
                 sim_peer_text(&peer, "ws%s/sim/feed?after=%lld", base, (long long)after));
}

static void post(const char *text)
{
    sim_peer_api(&peer, "chat.postMessage",
                 sim_peer_text(&peer, "{'channel':'general','text':'%s'}", text));
}

/* The next entry of that kind. */
static const slack_json_t *next(sim_app_t *reader, const char *kind)
{
    for (;;) {
        const slack_json_t *said = sim_app_next(reader);
        if (strcmp(slack_json_str(said, "/kind"), kind) == 0) return said;
    }
}

ALONE(the_feed_continues_the_state)
{
    sim_app_t reader;
    post("one");
    const slack_json_t *begun = get_state();
    const int64_t id = slack_json_int(begun, "/id");
    assert_member(begun, "/messages/0/message/text", "one");
    assert_member(begun, "/workspaces/0/id", slack_json_str(begun, "/workspace"));
    follow(&reader, id);
    post("two");
    const slack_json_t *two = next(&reader, "message");
    assert_member(two, "/message/text", "two");
    assert_member(two, "/channel", "C0GENERAL1");
    sim_app_close(&reader);
    /* A second reader, and one that was away. */
    post("three");
    follow(&reader, slack_json_int(two, "/id"));
    assert_member(next(&reader, "message"), "/message/text", "three");
    sim_app_close(&reader);
}

ALONE(a_reader_of_another_run_is_reset)
{
    sim_app_t reader;
    follow(&reader, 5);
    assert_member(sim_app_next(&reader), "/kind", "reset");
    sim_app_close(&reader);
    assert_int_equal(reader.code, 1000);
    sim_peer_control(&peer, "/sim/feed?after=5", NULL);
    assert_int_equal(peer.status, 426);
}

ALONE(a_reader_is_open_at_the_end)
{
    sim_app_t reader;
    follow(&reader, slack_json_int(get_state(), "/id"));
    world_until(&peer.world, reader.opened);
    bool closed = false;
    sim_close(peer.sim, world_set_flag, &closed);
    world_until(&peer.world, closed && reader.closed);
    char error[SIM_PROBLEM_SIZE];
    assert_int_equal(sim_open(&peer.sim, peer.world.net, &(sim_options_t){.people = 4}, error), 0);
}

ALONE(the_page_is_strict)
{
    static const struct {
        const char *method, *path;
        int status;
    } cases[] = {
        {"GET", "/", 200},      {"GET", "/page/main.js", 200}, {"HEAD", "/page/page.css", 200},
        {"POST", "/", 405},     {"GET", "/page/", 404},        {"GET", "/page/../sim.c", 404},
        {"GET", "/pages", 404}, {"GET", "/page", 404},         {"GET", "/page/nothing.js", 404},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sim_peer_request_t request = {.method = cases[i].method, .target = cases[i].path};
        sim_peer_call(&peer, &request);
        if (peer.status != cases[i].status) fail_msg("%s: %d", cases[i].path, peer.status);
    }
}
