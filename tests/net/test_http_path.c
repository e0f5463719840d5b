/* SPDX-License-Identifier: MIT */
#include "net/http_parser.h"
#include "net/http_path.h"
#include "support/heap.h"
#include "support/test.h"

static const struct {
    const char *path;
    const char *form; /* NULL: refused */
} cases[] = {
    {"/slack/events", "/slack/events"},
    {"/slack/%65vents", "/slack/events"},
    {"/%73%6C%61%63%6b/%65%76%65%6e%74%73", "/slack/events"},
    {"/slack%2Fevents", "/slack%2Fevents"},
    {"/slack%2fevents", "/slack%2Fevents"},
    {"/slack%252Fevents", "/slack%252Fevents"},
    {"/a%20b%3Fc%23", "/a b?c#"},
    {"/%C3%A9", "/\xc3\xa9"},
    {"/%ff", "/\xff"},
    {"/a+b", "/a+b"}, /* valid in a form, not in a path */
    {"/a/%2e%2E/b", "/a/../b"},
    {"/%25", "/%25"},
    {"/%2541", "/%2541"},
    {"/%", NULL},
    {"/%4", NULL},
    {"/%4/", NULL},
    {"/%zz", NULL},
    {"/%4z", NULL},
    {"/%%41", NULL},
    {"/%u0041", NULL},
    {"/% 41", NULL},
    {"/%00", NULL},
    {"/a%0d%0aX:%20y", NULL},
    {"/%1f", NULL},
    {"/%7f", NULL},
};

TEST(one_form_for_each_path)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s", cases[i].path);
        if (slack__http_path_decode(path) != (cases[i].form != NULL)) fail_msg("%s", cases[i].path);
        if (!cases[i].form) continue;
        assert_string_equal(path, cases[i].form);
        assert_true(slack__http_path_decode(path));
        assert_string_equal(path, cases[i].form);
    }
}

/* Feed a request in two pieces, or byte by byte. Returns its status, 0 if it is accepted. */
static int status_of(const char *bytes, size_t first, char ret_path[64])
{
    const slack_http_limits_t limits = slack__http_limits(NULL);
    const size_t len = strlen(bytes);
    slack_http_parser_t parser;
    enum slack_http_parse_result parsed = SLACK_HTTP_MORE;
    assert_int_equal(slack__http_parser_init(&parser, &limits), 0);
    for (size_t at = 0, used; at < len && parsed == SLACK_HTTP_MORE; at += used) {
        size_t piece = first == 0 ? 1 : at == 0 ? first : len - at;
        parsed = slack__http_parser_feed(&parser, bytes + at, piece, &used);
    }
    const int status = parser.refuse;
    assert_int_equal(parsed, status ? SLACK_HTTP_REFUSE : SLACK_HTTP_REQUEST);
    if (status == 0) {
        slack_http_request_t *request = slack__http_parser_take(&parser);
        snprintf(ret_path, 64, "%s", request->path.ptr);
        assert_int_equal(request->path.len, strlen(ret_path));
        assert_string_equal(request->query.ptr, "x=%2");
        slack__arena_free(request->arena);
    }
    slack__http_parser_done(&parser);
    return status;
}

/* In requests, with a query, which stays as it is, at every split; absolute targets too. */
TEST(in_requests)
{
    static const char *const before[] = {"", "http://x"};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        char bytes[200], path[64];
        const char *target = cases[i / 2].path, *form = cases[i / 2].form;
        if (strchr(target, ' ')) continue; /* a target has no blanks */
        int len = snprintf(bytes, sizeof bytes, "GET %s%s?x=%%2 HTTP/1.1\r\nHost: x\r\n\r\n",
                           before[i % 2], target);
        for (int first = 0; first <= len; first++) {
            int status = status_of(bytes, (size_t)first, path);
            if (status != (form ? 0 : 400)) fail_msg("%s at %d: %d", target, first, status);
            if (form) assert_string_equal(path, form);
        }
    }
    assert_int_equal(heap_live(), 0);
}
