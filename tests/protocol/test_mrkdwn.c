/* SPDX-License-Identifier: MIT */
#include "protocol/mrkdwn.h"
#include "support/heap.h"
#include "support/json.h"
#include "support/test.h"

static void same(const char *text, const char *wanted)
{
    if (wanted)
        assert_string_equal(text, wanted);
    else
        assert_null(text);
}

ARENA_TEST(an_escaped_text_has_no_markup)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"no markup: *b*", "no markup: *b*"},
        {"<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"},
        {"a && b", "a &amp;&amp; b"},
        {"&lt;", "&amp;lt;"},
        {"\xc3\xa4 \xff<", "\xc3\xa4 \xff&lt;"},
        {NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same(slack__mrkdwn_escape(arena, cases[i][0]), cases[i][1]);
}

ARENA_TEST(a_mention_follows_from_its_id)
{
    static const char *const cases[][2] = {
        {"U012AB", "<@U012AB>"},
        {"W1", "<@W1>"},
        {"C1", "<#C1>"},
        {"G1", "<#G1>"},
        {"D1", "<#D1>"},
        {"S012", "<!subteam^S012>"},
        {"here", "<!here>"},
        {"channel", "<!channel>"},
        {"everyone", "<!everyone>"},
        {"B1", "B1"}, /* a bot has a user id too */
        {"U", "U"},
        {"", ""},
        {"ann", "ann"},
        {"U1> <!channel", "U1&gt; &lt;!channel"},
        {"C1|x", "C1|x"},
        {NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same(slack__mrkdwn_mention(arena, cases[i][0]), cases[i][1]);
}

ARENA_TEST(a_link_holds_its_label_and_its_url)
{
    static const char *const cases[][3] = {
        {"https://a.example/?b=1&c=2", "R&D", "<https://a.example/?b=1&amp;c=2|R&amp;D>"},
        {"https://a.example", NULL, "<https://a.example>"},
        {"https://a.example", "", "<https://a.example>"},
        {"mailto:a@b.example", "a|b>c\nd", "<mailto:a@b.example|a\u00a6b&gt;c d>"},
        {"https://a.example/x|y> <z^", "l", "<https://a.example/x%7Cy%3E%20%3Cz%5E|l>"},
        {"https://a.example/\xc3\xa4\n", "l", "<https://a.example/\xc3\xa4%0A|l>"},
        {"!channel", "read <me>", "read &lt;me&gt;"},
        {"@U1", NULL, "@U1"},
        {"#C1", "", "#C1"},
        {"a.example", "x", "x"},
        {"", "x", "x"},
        {NULL, "x", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same(slack__mrkdwn_link(arena, cases[i][0], cases[i][1]), cases[i][2]);
}

ARENA_TEST(a_date_has_a_fallback)
{
    static const struct {
        int64_t time_s;
        const char *format, *fallback, *wanted;
    } cases[] = {
        {1392734382, "{date} at {time}", "in 2014", "<!date^1392734382^{date} at {time}|in 2014>"},
        {1392734382, NULL, NULL,
         "<!date^1392734382^{date_short_pretty} {time}|2014-02-18 14:39 UTC>"},
        {0, "", "", "<!date^0^{date_short_pretty} {time}|1970-01-01 00:00 UTC>"},
        {-1, "{ago}", "a|b <c>", "<!date^-1^{ago}|a\u00a6b &lt;c&gt;>"},
        {1, "a^b|c>", "x", "<!date^1^a\u02c6b\u00a6c&gt;|x>"},
        {INT64_MAX, "{date}", NULL, "<!date^9223372036854775807^{date}|9223372036854775807>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        same(slack__mrkdwn_date(arena, cases[i].time_s, cases[i].format, cases[i].fallback),
             cases[i].wanted);
}

ARENA_TEST(without_memory_there_is_no_text)
{
    heap_fail_at(0, true);
    while (slack__mrkdwn_link(arena, "https://a.example", "<")) {
    }
    assert_true(heap_heal());
}
