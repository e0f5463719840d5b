/* SPDX-License-Identifier: MIT */
#include "listeners/router.h"
#include "support/alloc_fail.h"
#include "support/json.h"

static slack_router_t *routes;

static int setup(void **state)
{
    routes = slack__router_new();
    return routes ? arena_open(state) : -1;
}

static int teardown(void **state)
{
    slack__router_free(routes);
    return arena_close(state);
}

#define ROUTER_TEST(function) TEST_CASE(function, setup, teardown, NULL)

static int handler(slack_ctx_t *ctx, void *user_data)
{
    return 0;
}

static void add(enum slack_kind kind, const char *match, enum slack_match how, int message)
{
    slack_listener_t l = {
        .kind = kind, .match = match, .how = how, .message = message, .fn = handler};
    assert_int_equal(slack__router_add(routes, &l, NULL), 0);
}

static size_t gave_up;
static const char *costly;

static const char *match_subject(slack_subject_t *subject)
{
    slack_hits_t hits = {0};
    assert_int_equal(slack__router_match(routes, subject, arena, &hits), 0);
    const char *names = "";
    for (size_t i = 0; i < hits.count; i++) {
        names = slack__arena_printf(arena, "%s%s%s", names, i ? " " : "",
                                    hits.items[i].rule->listener.name);
        if (hits.items[i].captures.count > 1)
            names = slack__arena_printf(arena, "%s(%s)", names, hits.items[i].captures.items[1]);
    }
    gave_up = hits.gave_up;
    costly = hits.costly ? hits.costly->listener.name : "";
    slack__hits_release(&hits);
    return names;
}

/* Returns the names of the matching listeners in order, separated by blanks, each with its first
 * capture. */
static const char *match(enum slack_kind kind, const char *body)
{
    slack_subject_t subject;
    slack__subject_init(&subject, kind, json_of(body), "U0BOT");
    return match_subject(&subject);
}

/* A listener for all jobs does not take those of the library. */
ROUTER_TEST(test_jobs_of_the_library)
{
    slack_subject_t subject;
    add(SLACK_KIND_JOB, NULL, SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_JOB, "install", SLACK_MATCH_CONTAINS, 0);
    add(SLACK_KIND_JOB, "slack.installed", SLACK_MATCH_EXACT, 0);
    slack__subject_init(&subject, SLACK_KIND_JOB, json_of("{}"), "");
    subject.selector = "slack.installed";
    assert_string_equal(match_subject(&subject), "job:slack.installed");
    subject.selector = "slack.uninstalled";
    assert_string_equal(match_subject(&subject), "");
    subject.selector = "installed";
    assert_string_equal(match_subject(&subject), "job:*");
}

ROUTER_TEST(test_events_run_every_match_in_order)
{
    add(SLACK_KIND_EVENT, "reaction_added", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, NULL, SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, "reaction", SLACK_MATCH_CONTAINS, 0);
    add(SLACK_KIND_EVENT, "reaction_added", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, "app_mention", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_EVENT, "{'event':{'type':'reaction_added'}}"),
                        "event:reaction_added event:* event:reaction event:reaction_added");
}

ROUTER_TEST(test_others_run_the_first_match)
{
    add(SLACK_KIND_COMMAND, "/dep", SLACK_MATCH_CONTAINS, 0);
    add(SLACK_KIND_COMMAND, "/deploy", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/deploy'}"), "command:/dep");
    assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/other'}"), "");
}

/* The second listener of a pair, and whether it can ever run. */
ROUTER_TEST(test_a_listener_that_never_runs)
{
    const enum slack_kind CMD = SLACK_KIND_COMMAND, ACT = SLACK_KIND_ACTION;
    const struct {
        slack_listener_t first, second;
        bool never;
    } pairs[] = {
        {{.kind = CMD, .match = "/a"}, {.kind = CMD, .match = "/a"}, true},
        {{.kind = CMD}, {.kind = CMD, .match = "/a"}, true},
        {{.kind = CMD}, {.kind = CMD, .match = "/a", .how = SLACK_MATCH_REGEX}, true},
        {{.kind = ACT, .match = "a"}, {.kind = ACT, .match = "a", .block_id = "b"}, true},
        {{.kind = SLACK_KIND_JOB, .match = "a"}, {.kind = SLACK_KIND_JOB, .match = "a"}, true},
        {{.kind = CMD, .match = "/a"}, {.kind = CMD, .match = "/b"}, false},
        {{.kind = CMD, .match = "/a"}, {.kind = CMD}, false},
        {{.kind = CMD, .match = "/a"}, {.kind = ACT, .match = "/a"}, false},
        {{.kind = CMD, .match = "/a", .how = SLACK_MATCH_CONTAINS},
         {.kind = CMD, .match = "/a"},
         false},
        {{.kind = ACT, .match = "a", .block_id = "b"}, {.kind = ACT, .match = "a"}, false},
        {{.kind = ACT, .match = "a", .block_id = "b"},
         {.kind = ACT, .match = "a", .block_id = "b", .block_how = SLACK_MATCH_REGEX},
         false},
        {{.kind = ACT, .callback_id = "b"}, {.kind = ACT, .callback_id = "c"}, false},
        {{.kind = SLACK_KIND_SHORTCUT, .type = "shortcut"}, {.kind = SLACK_KIND_SHORTCUT}, false},
        {{.kind = SLACK_KIND_EVENT, .match = "a"}, {.kind = SLACK_KIND_EVENT, .match = "a"}, false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        slack_listener_t first = pairs[i].first, second = pairs[i].second;
        first.fn = second.fn = handler;
        first.name = "first";
        second.name = "second";
        const char *last = "", *because = "";
        assert_int_equal(slack__router_add(routes, &first, NULL), 0);
        assert_false(slack__router_last_never_runs(routes, &last, &because));
        assert_int_equal(slack__router_add(routes, &second, NULL), 0);
        if (slack__router_last_never_runs(routes, &last, &because) != pairs[i].never)
            fail_msg("pair %zu", i);
        assert_string_equal(because, pairs[i].never ? "first" : "");
        slack__router_remove(routes, "first");
        slack__router_remove(routes, "second");
    }
}

ROUTER_TEST(test_every_action_of_a_payload)
{
    add(SLACK_KIND_ACTION, "a", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_ACTION, NULL, SLACK_MATCH_EXACT, 0);
    assert_string_equal(
        match(SLACK_KIND_ACTION, "{'actions':[{'action_id':'b'},{'action_id':'a'}]}"),
        "action:* action:a");
    /* An action of a legacy attachment has no action_id. */
    add(SLACK_KIND_SHORTCUT, "c", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_ACTION, "{'callback_id':'a','actions':[{}]}"), "action:a");
}

ROUTER_TEST(test_selectors)
{
    static const enum slack_kind kinds[] = {SLACK_KIND_SHORTCUT, SLACK_KIND_VIEW_SUBMISSION,
                                            SLACK_KIND_VIEW_CLOSED, SLACK_KIND_OPTIONS,
                                            SLACK_KIND_DIALOG};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add(kinds[i], "x", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_SHORTCUT, "{'callback_id':'x'}"), "shortcut:x");
    assert_string_equal(match(SLACK_KIND_VIEW_SUBMISSION, "{'view':{'callback_id':'x'}}"),
                        "view_submission:x");
    assert_string_equal(match(SLACK_KIND_VIEW_CLOSED, "{'view':{'callback_id':'x'}}"),
                        "view_closed:x");
    assert_string_equal(match(SLACK_KIND_OPTIONS, "{'action_id':'x'}"), "options:x");
    assert_string_equal(match(SLACK_KIND_DIALOG, "{'callback_id':'x'}"), "dialog:x");
}

ROUTER_TEST(test_messages)
{
    add(SLACK_KIND_EVENT, "hello", SLACK_MATCH_CONTAINS, 1);
    static const struct {
        const char *event;
        bool runs;
    } cases[] = {
        {"{'event':{'type':'message','text':'oh hello you'}}", true},
        {"{'event':{'type':'message','text':'Hello'}}", false},
        {"{\"event\":{\"type\":\"message\",\"text\":\"a\\nhello\"}}", true},
        {"{'event':{'type':'message'}}", false},
        {"{'event':{'type':'app_mention','text':'hello'}}", false},
        {"{'event':{'type':'message','subtype':'bot_message','text':'hello'}}", true},
        {"{'event':{'type':'message','subtype':'file_share','text':'hello'}}", true},
        {"{'event':{'type':'message','subtype':'thread_broadcast','text':'hello'}}", true},
        {"{'event':{'type':'message','subtype':'message_changed','text':'hello'}}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(match(SLACK_KIND_EVENT, cases[i].event),
                            cases[i].runs ? "message:hello" : "");
}

/* A literal has no special characters: "a.c" is no regular expression. */
ROUTER_TEST(test_contains_is_literal)
{
    add(SLACK_KIND_EVENT, "a.c", SLACK_MATCH_CONTAINS, 1);
    assert_string_equal(match(SLACK_KIND_EVENT, "{'event':{'type':'message','text':'abc'}}"), "");
}

ROUTER_TEST(test_names_longer_than_a_key)
{
    char a[300], b[300], body[400];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    a[298] = 'a';
    b[298] = 'b';
    a[299] = b[299] = '\0';
    add(SLACK_KIND_OPTIONS, a, SLACK_MATCH_EXACT, 0);
    snprintf(body, sizeof body, "{'action_id':'%s'}", b);
    assert_string_equal(match(SLACK_KIND_OPTIONS, body), "");
    snprintf(body, sizeof body, "{'action_id':'%s'}", a);
    assert_string_not_equal(match(SLACK_KIND_OPTIONS, body), "");
}

ROUTER_TEST(test_what_cannot_be_registered)
{
    static const struct {
        slack_listener_t listener;
        const char *why;
    } bad[] = {
        {{.kind = SLACK_KIND_EVENT}, "fn is not set"},
        {{.fn = handler}, "listener: kind is not set; set it, as in .kind = SLACK_KIND_COMMAND"},
        {{.fn = handler, .match = "app_mention"}, "listener \"app_mention\": kind is not set"},
        {{.kind = SLACK_KIND_EVENT, .name = "greeter"}, "listener \"greeter\": fn is not set"},
        {{.kind = SLACK_KIND_ACTION, .match = "go"}, "listener \"go\": fn is not set"},
        {{.kind = SLACK_KIND_COMMAND, .match = "poll", .fn = handler},
         "listener \"poll\": a command begins with a slash, as in \"/deploy\""},
        {{.kind = SLACK_KIND_COMMAND, .match = "/poll new", .fn = handler},
         "listener \"/poll new\": a command is one word"},
        {{.kind = (enum slack_kind)99, .fn = handler}, "reach no listener"},
        {{.kind = SLACK_KIND_EVENT, .match = "", .fn = handler}, "string is empty"},
        {{.kind = SLACK_KIND_COMMAND, .message = 1, .fn = handler}, "are for events"},
        {{.kind = SLACK_KIND_COMMAND, .where = SLACK_IN_IM, .fn = handler}, "are for events"},
        {{.kind = SLACK_KIND_EVENT, .message = 1, .function = 1, .fn = handler},
         "exclude each other"},
        {{.kind = SLACK_KIND_EVENT, .how = (enum slack_match)7, .fn = handler}, "unknown way"},
        {{.kind = SLACK_KIND_SHORTCUT, .block_id = "b", .fn = handler}, "for actions"},
        {{.kind = SLACK_KIND_EVENT, .type = "message", .fn = handler}, "for interactions"},
        {{.kind = SLACK_KIND_JOB, .type = "remind", .fn = handler}, "for interactions"},
        {{.kind = SLACK_KIND_APP_RATE_LIMITED, .match = "T1", .fn = handler}, "are alike"},
        {{.kind = SLACK_KIND_COMMAND, .match = "/once", .attempts = 1, .fn = handler},
         "listener \"/once\": attempts is for events and jobs; other deliveries have one attempt"},
        {{.kind = SLACK_KIND_ACTION, .attempts = 1, .fn = handler}, "attempts is for"},
        {{.kind = SLACK_KIND_APP_RATE_LIMITED, .attempts = 5, .fn = handler}, "attempts is for"},
        {{.kind = SLACK_KIND_COMMAND, .match = "a(b", .how = SLACK_MATCH_REGEX, .fn = handler},
         "the pattern \"a(b\" is not valid at 3: missing closing parenthesis"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char why[SLACK_ERROR_TEXT_MAX] = "";
        assert_int_equal(slack__router_add(routes, &bad[i].listener, why), SLACK_EINVAL);
        if (strstr(why, bad[i].why) == NULL) fail_msg("\"%s\" is not \"%s\"", why, bad[i].why);
    }
    assert_int_equal(slack__router_add(routes, NULL, NULL), SLACK_EINVAL);
}

static void listen(const slack_listener_t *l)
{
    slack_listener_t copy = *l;
    copy.fn = handler;
    assert_int_equal(slack__router_add(routes, &copy, NULL), 0);
}

ROUTER_TEST(test_patterns_capture)
{
    listen(&(slack_listener_t){.kind = SLACK_KIND_EVENT,
                               .message = 1,
                               .match = "(?i)^deploy (\\w+)",
                               .how = SLACK_MATCH_REGEX,
                               .name = "deploy"});
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_COMMAND, .match = "^/(a|b)x?$", .how = SLACK_MATCH_REGEX, .name = "ab"});
    /* Repeated: no state stays from one match to the next. */
    for (int i = 0; i < 3; i++) {
        assert_string_equal(match(SLACK_KIND_EVENT, "{\"event\":{\"type\":\"message\",\"text\":"
                                                    "\"Deploy web\\nand more\"}}"),
                            "deploy(web)");
        assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/bx'}"), "ab(b)");
        assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/cx'}"), "");
    }
}

/* One budget for all listeners and all actions; a costly pattern leaves half to those behind it. */
ROUTER_TEST(test_a_pattern_that_needs_too_much_does_not_match)
{
    static const char *const patterns[] = {"(a+)+b", "(?i)^a+(!)", "\\w*\\w*b"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        listen(&(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                   .message = 1,
                                   .match = patterns[i],
                                   .how = SLACK_MATCH_REGEX});
        listen(&(slack_listener_t){.kind = SLACK_KIND_ACTION,
                                   .block_id = patterns[i],
                                   .block_how = SLACK_MATCH_REGEX,
                                   .match = "go"});
    }
    const char *a = repeated("a", 3000);
    assert_string_equal(
        match(SLACK_KIND_EVENT,
              slack__arena_printf(arena, "{'event':{'type':'message','text':'%s!b'}}", a)),
        "message:(?i)^a+(!)(!)");
    assert_int_equal(gave_up, 2);
    assert_string_equal(costly, "message:(a+)+b");
    const char *action = slack__arena_printf(arena, "{'action_id':'go','block_id':'%s?b'},", a);
    assert_string_equal(match(SLACK_KIND_ACTION, slack__arena_printf(arena, "{'actions':[%s{}]}",
                                                                     repeated(action, 50))),
                        "");
    assert_in_range(gave_up, 100, 150);
}

/* Bolt for JavaScript ignores a listener with an unknown constraint, and all frameworks but one
 * look at the first action only. */
ROUTER_TEST(test_constraints_of_actions_are_all_held)
{
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_ACTION, .match = "go", .block_id = "b1", .name = "both"});
    listen(&(slack_listener_t){.kind = SLACK_KIND_ACTION,
                               .block_id = "^x[0-9]+$",
                               .block_how = SLACK_MATCH_REGEX,
                               .name = "block"});
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_ACTION, .match = "go", .callback_id = "modal", .name = "modal"});
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_ACTION, .type = "interactive_message", .name = "legacy"});
    static const struct {
        const char *body, *runs;
    } cases[] = {
        {"{'actions':[{'action_id':'go','block_id':'b1'},{'action_id':'no','block_id':'x12'}]}",
         "both block"},
        {"{'actions':[{'action_id':'go','block_id':'b2'}]}", ""},
        {"{'actions':[{'action_id':'no','block_id':'b1'}]}", ""},
        {"{'view':{'callback_id':'modal'},'actions':[{'action_id':'go'}]}", "modal"},
        {"{'view':{},'callback_id':'modal','actions':[{'action_id':'go'}]}", ""},
        {"{'type':'interactive_message','callback_id':'c','actions':[{}]}", "legacy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(match(SLACK_KIND_ACTION, cases[i].body), cases[i].runs);
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_OPTIONS, .match = "a", .block_id = "b", .name = "options"});
    assert_string_equal(match(SLACK_KIND_OPTIONS, "{'action_id':'a','block_id':'b'}"), "options");
    assert_string_equal(match(SLACK_KIND_OPTIONS, "{'action_id':'a','block_id':'c'}"), "");
}

ROUTER_TEST(test_types_of_a_kind)
{
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_SHORTCUT, .match = "c", .type = "message_action", .name = "message"});
    listen(&(slack_listener_t){.kind = SLACK_KIND_SHORTCUT, .match = "c", .name = "any"});
    assert_string_equal(match(SLACK_KIND_SHORTCUT, "{'type':'message_action','callback_id':'c'}"),
                        "message");
    assert_string_equal(match(SLACK_KIND_SHORTCUT, "{'type':'shortcut','callback_id':'c'}"), "any");
}

ROUTER_TEST(test_subtypes)
{
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_EVENT, .match = "message", .subtypes = "message_changed, none"});
    listen(&(slack_listener_t){
        .kind = SLACK_KIND_EVENT, .message = 1, .subtypes = "me_message", .name = "me"});
    static const struct {
        const char *subtype, *runs;
    } cases[] = {
        {"", "event:message"},
        {",'subtype':'message_changed'", "event:message"},
        {",'subtype':'me_message'", "me"},
        {",'subtype':'message'", ""},
        {",'subtype':'bot_message'", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[128];
        snprintf(body, sizeof body, "{'event':{'type':'message'%s}}", cases[i].subtype);
        assert_string_equal(match(SLACK_KIND_EVENT, body), cases[i].runs);
    }
}

ROUTER_TEST(test_where)
{
    static const struct {
        unsigned where;
        const char *event;
        bool runs;
    } cases[] = {
        {SLACK_IN_THREAD, "'ts':'2','thread_ts':'1'", true},
        {SLACK_IN_THREAD, "'ts':'1','thread_ts':'1'", false},
        {SLACK_IN_THREAD, "'ts':'1'", false},
        {SLACK_NOT_IN_THREAD, "'ts':'1'", true},
        {SLACK_NOT_IN_THREAD, "'ts':'2','thread_ts':'1'", false},
        {SLACK_IN_IM, "'channel_type':'im'", true},
        {SLACK_IN_IM, "'channel_type':'app_home','channel':'D1'", false},
        {SLACK_IN_IM, "'channel':'D1'", true},
        {SLACK_IN_IM | SLACK_IN_MPIM, "'channel_type':'mpim'", true},
        {SLACK_IN_CHANNEL, "'channel_type':'group','channel':'C1'", false},
        /* A channel id does not show whether the channel is public. */
        {SLACK_IN_CHANNEL, "'channel':'C1'", false},
        {SLACK_IN_GROUP, "'channel':'C1'", false},
        {SLACK_IN_MPIM, "'channel':'C1'", false},
        {SLACK_IN_CHANNEL | SLACK_IN_GROUP, "'channel':'C1'", false},
        {SLACK_IN_CHANNEL | SLACK_IN_GROUP | SLACK_IN_MPIM, "'channel':'C1'", true},
        {SLACK_IN_GROUP, "'channel':'G1'", false},
        {SLACK_IN_GROUP | SLACK_IN_MPIM, "'channel':'G1'", true},
        {SLACK_IN_CHANNEL, "'channel_type':'C','channel':'C1'", true},
        {SLACK_IN_GROUP, "'channel_type':'G','channel':'C1'", true},
        {SLACK_IN_IM, "'item':{'channel_type':'im'}", true},
        {SLACK_IN_GROUP, "'user':'U1'", false},
        {SLACK_IN_IM | SLACK_IN_THREAD, "'channel_type':'im'", false},
        {SLACK_TO_BOT, "'text':' <@U0BOT> hi'", true},
        {SLACK_TO_BOT, "'text':'<@U0BOT|bot> hi'", true},
        {SLACK_TO_BOT, "'text':'\u00A0<@U0BOT> hi'", true},
        {SLACK_TO_BOT, "\"text\":\"\\r\\f\u2003\u3000\u200B\uFEFF<@U0BOT> hi\"", true},
        {SLACK_TO_BOT, "'text':'\u00AD<@U0BOT> hi'", false},
        {SLACK_TO_BOT, "'text':'<@U0BOT2> hi'", false},
        {SLACK_TO_BOT, "'text':'hi <@U0BOT>'", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char body[128];
        listen(&(slack_listener_t){
            .kind = SLACK_KIND_EVENT, .message = 1, .where = cases[i].where, .name = "x"});
        snprintf(body, sizeof body, "{'event':{'type':'message',%s}}", cases[i].event);
        if ((*match(SLACK_KIND_EVENT, body) != '\0') != cases[i].runs)
            fail_msg("where %u: %s", cases[i].where, cases[i].event);
        assert_int_equal(slack__router_remove(routes, "x"), 0);
    }
}

/* "a.c" of `contains` and `equals` is literal, unlike bolt-python's, and is found in a message of
 * several lines, unlike bolt-java's. */
ROUTER_TEST(test_literal_text_and_lines)
{
    listen(
        &(slack_listener_t){.kind = SLACK_KIND_EVENT, .message = 1, .match = "a.c", .name = "="});
    listen(&(slack_listener_t){.kind = SLACK_KIND_EVENT,
                               .message = 1,
                               .match = "b.d",
                               .how = SLACK_MATCH_CONTAINS,
                               .name = "in"});
    assert_string_equal(match(SLACK_KIND_EVENT, "{'event':{'type':'message','text':'abc bxd'}}"),
                        "");
    assert_string_equal(match(SLACK_KIND_EVENT, "{'event':{'type':'message','text':'a.c'}}"), "=");
    assert_string_equal(
        match(SLACK_KIND_EVENT, "{\"event\":{\"type\":\"message\",\"text\":\"1\\nb.d\\n2\"}}"),
        "in");
}

ROUTER_TEST(test_functions)
{
    listen(&(slack_listener_t){.kind = SLACK_KIND_EVENT, .function = 1, .match = "f"});
    static const char body[] =
        "{'event':{'type':'function_executed','function':{'callback_id':'%s'}}}";
    char one[128], other[128];
    snprintf(one, sizeof one, body, "f");
    snprintf(other, sizeof other, body, "g");
    assert_string_equal(match(SLACK_KIND_EVENT, one), "function:f");
    assert_string_equal(match(SLACK_KIND_EVENT, other), "");
}

static void count_free(void *user_data)
{
    ++*(int *)user_data;
}

ROUTER_TEST(test_removal)
{
    int freed = 0;
    for (int i = 0; i < 3; i++) {
        listen(&(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                   .match = "/a",
                                   .name = i == 1 ? "second" : "others",
                                   .user_data = &freed,
                                   .user_data_free = count_free});
    }
    listen(&(slack_listener_t){.kind = SLACK_KIND_EVENT, .name = "others"});
    assert_int_equal(slack__router_remove(routes, "none"), SLACK_ENOTFOUND);

    /* A hit keeps a removed rule alive, and the rule is marked as removed. */
    slack_hits_t hits = {0};
    slack_subject_t subject;
    slack__subject_init(&subject, SLACK_KIND_COMMAND, json_of("{'command':'/a'}"), "");
    assert_int_equal(slack__router_match(routes, &subject, arena, &hits), 0);
    assert_int_equal(slack__router_remove(routes, "others"), 0);
    assert_int_equal(freed, 1);
    assert_int_equal(hits.count, 1);
    assert_true(hits.items[0].rule->removed);
    slack__hits_release(&hits);
    assert_int_equal(freed, 2);

    assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/a'}"), "second");
    assert_string_equal(match(SLACK_KIND_EVENT, "{'event':{'type':'x'}}"), "");
    assert_int_equal(slack__router_remove(routes, "second"), 0);
    assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/a'}"), "");
    /* More come and go in total than the bound on live ones. */
    for (int i = 0; i < 100100; i++) {
        char name[16];
        snprintf(name, sizeof name, "/n%d", i);
        listen(&(slack_listener_t){.kind = SLACK_KIND_COMMAND, .match = name, .name = "n"});
        assert_int_equal(slack__router_remove(routes, "n"), 0);
    }
    listen(&(slack_listener_t){.kind = SLACK_KIND_COMMAND, .match = "/a"});
    assert_string_equal(match(SLACK_KIND_COMMAND, "{'command':'/a'}"), "command:/a");
}

ROUTER_TEST(test_what_would_have_matched)
{
    assert_string_equal(slack__router_suggest(SLACK_KIND_ACTION,
                                              json_of("{'actions':[{'action_id':'approve'}]}"),
                                              arena),
                        "slack_on_action(app, \"approve\", handler, NULL);");
    assert_string_equal(slack__router_suggest(SLACK_KIND_VIEW_CLOSED,
                                              json_of("{'view':{'callback_id':'f'}}"), arena),
                        "slack_on_view_closed(app, \"f\", handler, NULL);");
    assert_string_equal(
        slack__router_suggest(SLACK_KIND_COMMAND, json_of("{\"command\":\"/a\\\"b\"}"), arena),
        "slack_on_command(app, \"/a\\\"b\", handler, NULL);");
    assert_string_equal(
        slack__router_suggest(
            SLACK_KIND_EVENT,
            json_of("{'event':{'type':'function_executed','function':{'callback_id':'f'}}}"),
            arena),
        "slack_on_function(app, \"f\", handler, NULL);");
    assert_string_equal(
        slack__router_suggest(SLACK_KIND_OPTIONS,
                              json_of("{\"action_id\":\"\\u0001?\?=\\u007f\\n\\\\é\"}"), arena),
        "slack_on_options(app, \"\\001\\?\\?=\\177\\012\\\\é\", handler, NULL);");
    assert_string_equal(slack__router_suggest(SLACK_KIND_SHORTCUT, json_of("{}"), arena),
                        "slack_on_shortcut(app, NULL, handler, NULL);");
    assert_string_equal(slack__router_suggest(SLACK_KIND_UNKNOWN, json_of("{}"), arena), "");
}

TEST(test_user_data_is_freed_once)
{
    int freed = 0;
    slack_listener_t l = {
        .kind = SLACK_KIND_EVENT, .fn = handler, .user_data = &freed, .user_data_free = count_free};
    slack_router_t *own = slack__router_new();
    assert_int_equal(slack__router_add(own, &l, NULL), 0);
    slack__router_free(own);
    assert_int_equal(freed, 1);
}

static int build_and_match(void *ctx)
{
    static const slack_middleware_t two[] = {{handler, NULL}, {handler, NULL}, {0}};
    int *freed = ctx;
    *freed = 0;
    slack_router_t *own = slack__router_new();
    slack_arena_t *a = slack__arena_new(0, 0);
    int rc = own && a ? 0 : SLACK_ENOMEM;
    int added = 0;
    for (int i = 0; rc == 0 && i < 6; i++) {
        char name[8];
        snprintf(name, sizeof name, "e%d", i / 2);
        slack_listener_t l = {.kind = SLACK_KIND_EVENT,
                              .match = name,
                              .how = i % 2 ? SLACK_MATCH_REGEX : SLACK_MATCH_EXACT,
                              .subtypes = "none",
                              .middleware = two,
                              .fn = handler,
                              .user_data = freed,
                              .user_data_free = count_free};
        rc = slack__router_add(own, &l, NULL);
        added += rc == 0;
    }
    const slack_json_t *body = NULL;
    slack_hits_t hits = {0};
    if (rc == 0) rc = slack__jsonf(a, &body, NULL, "{event: {type: 'e1'}}");
    slack_subject_t subject;
    slack__subject_init(&subject, SLACK_KIND_EVENT, body, "");
    if (rc == 0) rc = slack__router_match(own, &subject, a, &hits);
    if (rc == 0) assert_int_equal(hits.count, 2);
    for (size_t i = 0; i < hits.count; i++) {
        assert_ptr_not_equal(hits.items[i].rule->listener.middleware, two);
        assert_int_equal(hits.items[i].rule->middleware_count, 2);
    }
    slack__hits_release(&hits);
    slack__arena_free(a);
    slack__router_free(own);
    assert_int_equal(*freed, added); /* a refused listener's data stays the caller's */
    return rc;
}

TEST(test_out_of_memory)
{
    int freed;
    assert_true(alloc_fail_each(build_and_match, &freed) > 6);
}

/* Texts with other scripts, and with characters that people paste. */
ROUTER_TEST(patterns_know_unicode)
{
    static const struct {
        const char *pattern, *text, *found;
    } rows[] = {
        {"^deploy\\s+(\\S+)$", "deploy\u00A0web", "(web)"},
        {"^deploy\\s+(\\S+)$", "deploy\u2003web", "(web)"},
        {"^(\\w+)$", "grün", "(grün)"},
        {"^(\\w+)$", "日本", "(日本)"},
        {"\\b(ärger)\\b", "der ärger.", "(ärger)"},
        {"^(\\d+)$", "٣٤", "(٣٤)"},
        {"(?i)^(ÄRGER)$", "ärger", "(ärger)"},
        {"^([[:alpha:]]+)$", "жук", "(жук)"},
        {"^([0-9]+)$", "٣٤", ""},
        {"\\b(rger)\\b", "ärger", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_listener_t l = {.kind = SLACK_KIND_EVENT,
                                    .message = 1,
                                    .match = rows[i].pattern,
                                    .how = SLACK_MATCH_REGEX,
                                    .name = "r",
                                    .fn = handler};
        assert_int_equal(slack__router_add(routes, &l, NULL), 0);
        const char *got = match(
            SLACK_KIND_EVENT,
            slack__arena_printf(arena, "{'event':{'type':'message','text':'%s'}}", rows[i].text));
        const char *want = *rows[i].found ? slack__arena_printf(arena, "r%s", rows[i].found) : "";
        assert_string_equal(got, want);
        slack__router_remove(routes, "r");
    }
}
