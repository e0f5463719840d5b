/* SPDX-License-Identifier: MIT */
/* The browser of `slackapp sim install`: its cookies, and the buttons of pages. */
#include "sim_cookies.h"
#include "sim_form.h"
#include "support/test.h"

#define HERE  "http://127.0.0.1:3000/slack/install"
#define LATER "Expires=Fri, 01 Jan 2100 00:00:00 GMT"
#define PAST  "Expires=Thu, 01 Jan 1970 00:00:00 GMT"

/* clang-format off */
static struct kept {
    const char *name, *from, *first, *second, *to, *want;
} kept[] = {
    {"same folder", HERE, "a=1", "b=2; HttpOnly; SameSite=Lax", "http://127.0.0.1:3000/slack/back", "a=1; b=2"},
    {"another port", HERE, "a=1; Path=/", "", "http://127.0.0.1:4390/", "a=1"},
    {"another host", HERE, "a=1; Path=/", "", "http://localhost:3000/", ""},
    {"another folder", HERE, "a=1", "", "http://127.0.0.1:3000/slackers", ""},
    {"a longer path", HERE, "a=1; Path=/slack", "b=2; path=/slack/", "http://127.0.0.1/slackx", ""},
    {"the root", HERE, "a=1; Path=/", "b=2; Path=relative", "http://127.0.0.1/", "a=1"},
    {"secure on loopback", HERE, "a=1; Secure; Path=/", "", HERE, "a=1"},
    {"secure over http", "https://a.example/", "a=1; secure", "b=2", "http://a.example/", "b=2"},
    {"secure from http", "http://a.example/", "a=1; Secure", "b=2", "https://a.example/", "b=2"},
    {"again", HERE, "a=1; Path=/", "a=2; Path=/", HERE, "a=2"},
    {"another path", HERE, "a=1; Path=/", "a=2; Path=/slack", HERE, "a=1; a=2"},
    {"ended by its age", HERE, "a=1", "a=; Max-Age=0", HERE, ""},
    {"ended by its date", HERE, "a=1", "a=deleted; " PAST, HERE, ""},
    {"not yet ended", HERE, "a=1; " LATER, "b=2; Max-Age=600", HERE, "a=1; b=2"},
    {"a value with signs", HERE, "a=v1.x==", "b=", HERE, "a=v1.x==; b="},
    {"no name", HERE, "=1", "x", HERE, ""},
    {"its own domain", HERE, "a=1; Domain=127.0.0.1", "b=1; Domain=example", HERE, "a=1"},
    {"__Host-", HERE, "__Host-a=1; Secure; Path=/", "__Host-b=1; Path=/", HERE, "__Host-a=1"},
    {"__Host- below", HERE, "__Host-a=1; Secure", "__Secure-b=1", HERE, ""},
};

static struct page {
    const char *name, *html, *title, *action;
    bool post;
    const char *fields;
} pages[] = {
    {"a link", "<html><TITLE>A &amp; B\n</TITLE><abbr>x</abbr><a class='b' href=\"/go?a=1&amp;b=2\">", "A & B", "/go?a=1&b=2", false, ""},
    {"a bare link", "<a href=go>", "", "go", false, ""},
    {"a form", "<form method=get><button>Add</button></form><input type=hidden name=x value=y>", "", "", false, "{}"},
    {"fields", "<a href=x></a><form action='/y' method='POST'><input type=\"hidden\" name=\"a\" value=\"&lt;&quot;&#39;>\"/>"
     "<input name=b value=c><input type=hidden value=d></form>", "", "/y", true, "{\"a\":\"<\\\"'>\"}"},
    {"a link without a target", "<a name=x>", "", NULL, false, ""},
    {"nothing", "<p>Sorry", "", NULL, false, ""},
    {"half a tag", "<form method", "", NULL, false, ""},
    {"half a value", "<title>t<form action='/y><p", "t", "/y><p", false, "{}"},
};
/* clang-format on */

TEST_EACH(test_sim_kept, kept)
{
    const struct kept *row = *state;
    sim_cookies_t cookies = {.arena = slack__arena_new(0, 0)};
    assert_int_equal(sim_cookies_set(&cookies, row->from, slack__slice(row->first)), 0);
    assert_int_equal(sim_cookies_set(&cookies, row->from, slack__slice(row->second)), 0);
    assert_string_equal(sim_cookies_for(&cookies, row->to), row->want);
    slack__arena_free(cookies.arena);
}

TEST(cookies_are_bounded)
{
    sim_cookies_t cookies = {.arena = slack__arena_new(0, 0)};
    for (int i = 0; i < 2 * SIM_COOKIES_MAX; i++) {
        char text[32];
        snprintf(text, sizeof text, "a%d=1", i);
        assert_int_equal(sim_cookies_set(&cookies, HERE, slack__slice(text)), 0);
    }
    assert_int_equal(cookies.count, SIM_COOKIES_MAX);
    slack__arena_free(cookies.arena);
}

TEST_EACH(test_sim_page, pages)
{
    const struct page *row = *state;
    slack_arena_t *arena = slack__arena_new(0, 0);
    sim_form_t form;
    assert_string_equal(sim_page_title(arena, row->html), row->title);
    assert_int_equal(sim_page_form(arena, row->html, &form), row->action ? 0 : SLACK_ENOTFOUND);
    if (row->action) {
        const char *fields = form.fields ? slack__json_text(arena, form.fields, NULL) : "";
        assert_string_equal(form.action, row->action);
        assert_true(form.post == row->post);
        assert_string_equal(fields, row->fields);
    }
    slack__arena_free(arena);
}
