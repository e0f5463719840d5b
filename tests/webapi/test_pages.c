/* SPDX-License-Identifier: MIT */
#include "webapi/pages.h"

#include <slack/api/conversations.h>
#include <slack/api/users.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/json.h"
#include "support/webapi_fixture.h"
#include "webapi/response.h"

/* ---- the course of a list ---- */

static slack_pages_t pages;
static slack_page_t page;

static int begin(const char *method, const char *args, size_t max_items)
{
    const slack_json_t *json = *args ? json_of(args) : NULL;
    return slack__pages_begin(&pages, arena, slack_request(method, json), max_items);
}

static int read_answer(const slack_json_t *answer)
{
    const slack_response_t response = {.error = "", .json = answer};
    return slack__pages_read(&pages, &response, &page);
}

#define CURSOR(items, cursor) "{" items "'response_metadata':{'next_cursor':'" cursor "'}}"
#define NUMBER(page, pages)   "{'logs':[1,2],'paging':{'page':" #page ",'pages':" #pages "}}"

/* The arguments of each page, and what its answer gives: how many items, or "-" if they are not
 * known. The last answer ends the list, with an error or without. */
static const struct course {
    const char *name, *method, *args;
    size_t max_items;
    const char *answers[4], *course;
    int status;
} courses[] = {
    {"cursors",
     "users.list",
     "{}",
     0,
     {CURSOR("'members':[1,2],", "a="), CURSOR("'members':[],", "b"), "{'members':[1]}"},
     "{'limit':200} 2, {'cursor':'a=','limit':200} 0, {'cursor':'b','limit':200} 1",
     0},
    {"one page",
     "users.list",
     "{'limit':1}",
     0,
     {CURSOR("'members':[1],", "")},
     "{'limit':1} 1",
     0},
    {"the largest limit", "users.list", "{'limit':5000}", 0, {"{}"}, "{'limit':999} -", 0},
    {"a limit below 1", "users.list", "{'limit':0}", 0, {"{}"}, "{'limit':200} -", 0},
    {"a limit that is text", "users.list", "{'limit':'5000'}", 0, {"{}"}, "{'limit':'5000'} -", 0},
    {"no known maximum", "reactions.list", "{}", 0, {"{}"}, "{'limit':100} -", 0},
    {"another name of the limit",
     "conversations.listConnectInvites",
     "{}",
     0,
     {"{}"},
     "{'count':200} -",
     0},
    {"no limit",
     "admin.analytics.messages.metadata",
     "{'channel':'C1'}",
     0,
     {"{}"},
     "{'channel':'C1'} -",
     0},
    {"a cursor at the top",
     "admin.conversations.search",
     "{}",
     0,
     {"{'conversations':[1],'next_cursor':'a'}", "{'conversations':[1],'next_cursor':''}"},
     "{'limit':20} 1, {'cursor':'a','limit':20} 1",
     0},
    {"a limit of a method without pages",
     "users.info",
     "{'limit':5,'user':1}",
     0,
     {"{'user':{}}"},
     "{'limit':5,'user':1} -",
     0},
    {"unknown, with cursors",
     "new.list",
     "{'limit':7}",
     0,
     {CURSOR("", "a"), "{}"},
     "{'limit':7} -, {'cursor':'a','limit':7} -",
     0},
    {"unknown, with numbers",
     "new.list",
     "{}",
     0,
     {NUMBER(1, 2), NUMBER(2, 2)},
     "{} -, {'page':2} -",
     0},
    {"numbers",
     "team.integrationLogs",
     "{'count':9999}",
     0,
     {NUMBER(1, 3), NUMBER(2, 3), NUMBER(3, 3)},
     "{'count':1000} 2, {'page':2,'count':1000} 2, {'page':3,'count':1000} 2",
     0},
    {"from the second page",
     "team.integrationLogs",
     "{'page':2}",
     0,
     {NUMBER(2, 3), NUMBER(3, 3)},
     "{'count':200,'page':2} 2, {'page':3,'count':200} 2",
     0},
    {"numbers for a method with both",
     "reactions.list",
     "{'page':1}",
     0,
     {"{'items':[1],'paging':{'page':1,'pages':2}}", "{'items':[1],'paging':{'page':2,'pages':2}}"},
     "{'count':100,'page':1} 1, {'page':2,'count':100} 1",
     0},
    {"items below a member",
     "search.messages",
     "{'query':'x'}",
     0,
     {"{'messages':{'matches':[1],'paging':{'page':1,'pages':1}}}"},
     "{'count':100,'query':'x'} 1",
     0},
    {"two lists",
     "search.all",
     "{'query':'x'}",
     0,
     {"{'messages':{'paging':{'page':1,'pages':1}},'files':{'paging':{'page':1,'pages':2}}}",
      "{'messages':{'paging':{'page':2,'pages':1}},'files':{'paging':{'page':2,'pages':2}}}"},
     "{'count':100,'query':'x'} -, {'page':2,'count':100,'query':'x'} -",
     0},
    {"an empty list",
     "team.integrationLogs",
     "{}",
     0,
     {"{'logs':[],'paging':{'page':1,'pages':0}}"},
     "{'count':200} 0",
     0},
    {"enough items",
     "users.list",
     "{}",
     3,
     {CURSOR("'members':[1,2],", "a"), CURSOR("'members':[1,2],", "b")},
     "{'limit':3} 2, {'cursor':'a','limit':3} 2",
     0},
    {"enough items, not known",
     "new.list",
     "{}",
     150,
     {CURSOR("", "a"), CURSOR("", "b")},
     "{} -, {'cursor':'a'} -",
     0},
    {"the same cursor",
     "users.list",
     "{}",
     0,
     {CURSOR("'members':[1],", "a"), CURSOR("", "a")},
     "{'limit':200} 1, {'cursor':'a','limit':200}",
     SLACK_EPROTO},
    {"the cursor of the program",
     "users.list",
     "{'cursor':'a'}",
     0,
     {CURSOR("", "a")},
     "{'limit':200,'cursor':'a'}",
     SLACK_EPROTO},
    {"the same page",
     "team.integrationLogs",
     "{}",
     0,
     {NUMBER(1, 3), NUMBER(1, 3)},
     "{'count':200} 2, {'page':2,'count':200}",
     SLACK_EPROTO},
    {"no page number",
     "team.integrationLogs",
     "{}",
     0,
     {"{'paging':{'pages':2}}"},
     "{'count':200}",
     SLACK_EPROTO},
};

ARENA_TEST(test_courses)
{
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        const struct course *c = &courses[i];
        char made[512] = "";
        int rc = begin(c->method, c->args, c->max_items);
        assert_int_equal(rc, 0);
        for (const char *const *answer = c->answers; rc >= 0 && *answer; answer++) {
            char *end = made + strlen(made);
            const slack_json_t *args = slack__pages_args(&pages, arena);
            end += sprintf(end, "%s%s", *made ? ", " : "", slack__json_text(arena, args, NULL));
            rc = read_answer(json_of(*answer));
            if (rc >= 0 && page.items) sprintf(end, " %zu", slack_json_count(page.items, ""));
            if (rc >= 0 && !page.items) strcat(end, " -");
            if (answer[1]) assert_int_equal(rc, SLACK_PAGES_MORE);
        }
        if (rc != c->status || strcmp(made, quoted(slack__arena_strdup(arena, c->course))) != 0)
            fail_msg("%s: %d after %s", c->name, rc, made);
        const slack_page_t end = slack__pages_end(&pages, rc, NULL);
        assert_true(end.ended && end.items == NULL);
        assert_int_equal(*end.error != '\0', rc < 0);
    }
}

/* Each method that the table calls a list has a second page, and its items are found. */
ARENA_TEST(test_every_list)
{
    size_t count;
    const slack_method_t *methods = slack__methods(&count);
    for (const slack_method_t *m = methods; m < methods + count; m++) {
        if (m->pages == SLACK_PAGES_NONE) continue;
        char args[512] = "{}";
        size_t len = 1;
        for (const slack_arg_t *arg = m->args; arg->type != SLACK_ARG_NONE; arg++)
            if (arg->required)
                len += (size_t)sprintf(args + len, "%s'%s':1}", len > 1 ? "," : "", arg->name) - 1;
        assert_int_equal(begin(m->name, args, 0), 0);
        char *key = slack__arena_strdup(arena, *m->items ? m->items : "x");
        char *below = strchr(key, '/');
        if (below) *below++ = '\0';
        assert_int_equal(
            read_answer(json_of(slack__arena_printf(
                arena,
                "{'%s':%s%s%s[1,2]%s,'paging':{'page':1,'pages':2},'response_metadata':{%s}}", key,
                below ? "{'" : "", below ? below : "", below ? "':" : "", below ? "}" : "",
                m->pages == SLACK_PAGES_CURSOR ? "'next_cursor':'a'" : ""))),
            SLACK_PAGES_MORE);
        assert_int_equal(slack_json_count(page.items, ""), *m->items ? 2 : 0);
        const slack_json_t *next = slack__pages_args(&pages, arena);
        if (m->pages == SLACK_PAGES_CURSOR)
            assert_string_equal(slack_json_str(next, "cursor"), "a");
        else
            assert_int_equal(slack_json_int(next, "page"), 2);
    }
}

/* Cursors that lead into a circle, after some others, end with an error. */
ARENA_TEST(test_cursors_in_a_circle)
{
    for (unsigned tail = 0; tail < 20; tail++)
        for (unsigned length = 1; length < 20; length++) {
            int rc = begin("users.list", "{}", 0);
            for (unsigned i = 0; rc >= 0; i++) {
                const unsigned at = i < tail ? i : tail + (i - tail) % length;
                rc = read_answer(json_of(slack__arena_printf(arena, CURSOR("", "%u"), at)));
                assert_true(i <= tail + length);
            }
            assert_int_equal(rc, SLACK_EPROTO);
            assert_int_equal(pages.count, tail + length + 1); /* no page comes twice */
        }
}

/* An answer may be large, but not the part of it that goes back. */
ARENA_TEST(test_a_huge_cursor)
{
    static const size_t sizes[] = {64 << 10, (64 << 10) + 1, 1 << 20};
    for (size_t i = 0; i < 3; i++) {
        const char *answer = slack__arena_printf(arena, CURSOR("", "%s"), repeated("a", sizes[i]));
        assert_int_equal(begin("users.list", "{}", 0), 0);
        const int rc = read_answer(json_of(answer));
        assert_int_equal(rc, i == 0 ? SLACK_PAGES_MORE : SLACK_ETOOBIG);
        const char *error = slack__pages_end(&pages, rc, NULL).error;
        assert_true(i == 0 || strstr(error, "longer than 64 KiB: read the list again"));
    }
}

ARENA_TEST(test_too_many_pages)
{
    assert_int_equal(begin("users.list", "{}", 0), 0);
    pages.count = SLACK_PAGES_MAX - 1;
    assert_int_equal(read_answer(json_of(CURSOR("", "a"))), SLACK_PAGES_MORE);
    assert_int_equal(read_answer(json_of(CURSOR("", "b"))), SLACK_ETOOBIG);
    assert_int_equal(slack__pages_end(&pages, SLACK_ETOOBIG, NULL).number, SLACK_PAGES_MAX);
}

ARENA_TEST(test_wrong_requests)
{
    assert_int_equal(begin("users.list", "", 0), SLACK_EINVAL);
    assert_int_equal(begin("users.list", "[]", 0), SLACK_EINVAL);
    assert_int_equal(begin(NULL, "{}", 0), 0); /* the call refuses it */
    assert_int_equal(slack__pages_begin(&pages, arena, slack_conversations_members(), 0),
                     SLACK_EINVAL);
    assert_string_equal(pages.why, "the argument channel is missing: pass it");
}

/* ---- a list on a client ---- */

static struct {
    unsigned pages, stop_at, ended;
    size_t items;
    int returned; /* by the page `stop_at` */
    slack_page_t end;
    char error[128];
    bool begun, done;
} list;

static int take(const slack_page_t *p, void *user_data)
{
    assert_int_equal(list.ended, 0);
    list.ended += p->ended;
    list.end = *p;
    snprintf(list.error, sizeof list.error, "%s", p->error);
    if (p->ended) return 0;
    list.items += slack_json_count(p->items, "");
    assert_int_equal(++list.pages, p->number);
    return list.pages == list.stop_at ? list.returned : 0;
}

/* Five pages in a circle, if the list does not stop. */
static void answer_in_a_circle(peer_t *peer, const peer_request_t *request, void *user_data)
{
    char answer[128];
    const char *cursor = strstr(request->body, "cursor=");
    const int n = cursor ? atoi(cursor + 7) : 0;
    if (!strstr(request->text, WF_TOKEN)) fail_msg("another token: %s", request->text);
    snprintf(answer, sizeof answer,
             "{\"ok\":true,\"members\":[1,2],\"response_metadata\":{\"next_cursor\":\"%d\"}}",
             n % 5 + 1);
    if (n == 4 && list.stop_at == 9) strcpy(answer, "{\"ok\":false,\"error\":\"invalid_cursor\"}");
    peer_answer(peer, request->connection, 200, "", answer);
}

static const struct ending {
    const char *name;
    size_t max_items;
    unsigned stop_at;
    int returned;
    size_t items;
    int status;
    const char *error;
} endings[] = {
    {"a circle", 0, 0, 0, 10, SLACK_EPROTO, "the cursor of the next page has come before"},
    {"enough", 5, 0, 0, 6, 0, ""},
    {"stopped", 0, 2, SLACK_PAGES_STOP, 4, 0, ""},
    {"failed", 0, 2, SLACK_EIO, 4, SLACK_EIO, "input or output failed"},
    {"refused", 0, 9, 0, 8, SLACK_EAPI, "invalid_cursor"},
};

static void begin_list(slack_client_t *client)
{
    list.begun = true;
}

static void end_list(slack_client_t *client, const slack_response_t *response)
{
    list.done = true;
}

WEBAPI_TEST(test_endings, answer_in_a_circle)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const struct ending *c = &endings[i];
        memset(&list, 0, sizeof list);
        list.stop_at = c->stop_at;
        list.returned = c->returned;
        wf.client.begin = i % 2 ? begin_list : NULL; /* of a delivery, which waits */
        wf.client.end = i % 2 ? end_list : NULL;
        assert_int_equal(slack_pages(&wf.client, slack_users_list(), c->max_items, take, NULL), 0);
        assert_int_equal(list.begun, i % 2);
        world_until(&wf.world, list.ended == 1);
        if (list.items != c->items || list.end.status != c->status ||
            strncmp(list.error, c->error, strlen(c->error)) != 0)
            fail_msg("%s: %zu items, %s", c->name, list.items, list.error);
        assert_int_equal(list.done, i % 2);
    }
}

WEBAPI_TEST(test_lists_that_cannot_begin, answer_in_a_circle)
{
    assert_int_equal(slack_pages(NULL, slack_users_list(), 0, take, NULL), SLACK_EINVAL);
    assert_int_equal(slack_pages(&wf.client, slack_users_list(), 0, NULL, NULL), SLACK_EINVAL);
    assert_int_equal(slack_pages(&wf.client, slack_request(NULL, NULL), 0, take, NULL),
                     SLACK_EINVAL);
    assert_int_equal(slack_pages(&wf.client, slack_conversations_members(), 0, take, NULL),
                     SLACK_EINVAL);
    static char cursor[7 << 20]; /* more than the list has room for */
    memset(cursor, 'a', sizeof cursor - 1);
    wf.client.log = &wf.world.logger;
    assert_int_equal(slack_pages(&wf.client, slack_users_list(.cursor = cursor), 0, take, NULL),
                     SLACK_ETOOBIG);
    assert_true(world_logged(&wf.world, "the arguments are more than 4 MiB: send less"));
    wf.client.order = &wf;
    assert_int_equal(slack_pages(&wf.client, slack_users_list(), 0, take, NULL), SLACK_EALREADY);
}

/* A client without a delivery is not needed after the call. */
WEBAPI_TEST(test_a_client_that_is_freed, answer_in_a_circle)
{
    slack_client_t *client = malloc(sizeof *client);
    char *token = strdup(WF_TOKEN);
    memset(&list, 0, sizeof list);
    *client = (slack_client_t){.home = &wf.webapi, .token = token};
    assert_int_equal(slack_pages(client, slack_users_list(), 3, take, NULL), 0);
    memset(token, 'x', strlen(token));
    free(token);
    free(client);
    world_until(&wf.world, list.ended == 1);
    assert_int_equal(list.pages, 2);
}

/* A list whose webapi closes ends with SLACK_ECANCELED. */
WEBAPI_TEST(test_a_stop_in_the_middle, answer_in_a_circle)
{
    memset(&list, 0, sizeof list);
    assert_int_equal(slack_pages(&wf.client, slack_users_list(), 0, take, NULL), 0);
    world_until(&wf.world, list.pages == 2);
    wf_close();
    assert_int_equal(list.ended, 1);
    assert_int_equal(list.end.status, SLACK_ECANCELED);
}

/* Every allocation of a list fails in turn: it does not begin, or it ends once. */
static bool read_without_memory(size_t nth, bool all)
{
    memset(&list, 0, sizeof list);
    heap_fail_at(nth, all);
    const int rc = slack_pages(&wf.client, slack_users_list(), 5, take, NULL);
    world_until(&wf.world, rc != 0 || list.ended == 1);
    const bool failed = heap_heal();
    assert_true(failed || list.items == 6);
    assert_true(list.end.status == 0 || list.end.status == SLACK_ENOMEM);
    return failed;
}

WEBAPI_TEST(test_no_memory, answer_in_a_circle)
{
    assert_true(alloc_fail_attempts(read_without_memory) > 10);
}
