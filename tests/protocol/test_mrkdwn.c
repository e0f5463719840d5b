/* SPDX-License-Identifier: MIT */
#include "protocol/mrkdwn.h"
#include "support/heap.h"
#include "support/json.h"
#include "support/test.h"

ARENA_TEST(an_escaped_text_has_no_markup)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"no markup: *b*", "no markup: *b*"},
        {"<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"},
        {"a && b", "a &amp;&amp; b"},
        {"&lt;", "&amp;lt;"},
        {"\xc3\xa4 \xff<", "\xc3\xa4 \xff&lt;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(slack__mrkdwn_escape(arena, cases[i][0]), cases[i][1]);
    assert_null(slack__mrkdwn_escape(arena, NULL));
    heap_fail_at(0, true);
    while (slack__mrkdwn_escape(arena, "<")) {
    }
    assert_true(heap_heal());
}
