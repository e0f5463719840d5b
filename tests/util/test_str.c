/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "util/str.h"

static void assert_slice(slack_slice_t got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.ptr, want, got.len);
}

TEST(test_equality)
{
    slack_slice_t none = {NULL, 0};
    assert_true(slack__slice_eq(slack__slice("abc"), SLACK_SLICE("abc")));
    assert_false(slack__slice_eq(slack__slice("abc"), SLACK_SLICE("abcd")));
    assert_false(slack__slice_eq(slack__slice("abc"), SLACK_SLICE("abC")));
    assert_true(slack__slice_eq(none, slack__slice(NULL)));
    assert_true(slack__slice_eq_nocase(SLACK_SLICE("Retry-After"), SLACK_SLICE("rETRY-aFTER")));
    assert_false(slack__slice_eq_nocase(SLACK_SLICE("a"), SLACK_SLICE("ab")));
    assert_false(slack__slice_eq_nocase(SLACK_SLICE("@["), SLACK_SLICE("`{"))); /* 0x20 apart */
    assert_false(slack__slice_eq_nocase(SLACK_SLICE("\xC3\x89"), SLACK_SLICE("\xC3\xA9")));
}

TEST(test_trim)
{
    assert_slice(slack__slice_trim(SLACK_SLICE(" \t a b\t ")), "a b");
    assert_slice(slack__slice_trim(SLACK_SLICE(" \t")), "");
    assert_slice(slack__slice_trim(SLACK_SLICE("")), "");
    assert_slice(slack__slice_trim(SLACK_SLICE("\na\n")), "\na\n");
}

TEST(test_split)
{
    slack_slice_t rest = SLACK_SLICE("a,,bc,"), part;
    const char *want[] = {"a", "", "bc", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(slack__slice_split(&rest, ',', &part));
        assert_slice(part, want[i]);
    }
    assert_false(slack__slice_split(&rest, ',', &part));
    assert_false(slack__slice_split(&rest, ',', &part));
    rest = SLACK_SLICE("");
    assert_true(slack__slice_split(&rest, ',', &part));
    assert_slice(part, "");
    assert_false(slack__slice_split(&rest, ',', &part));
}

TEST(a_list_has_words)
{
    assert_true(slack__list_has("a, bc,d", "bc"));
    assert_true(slack__list_has("a", "a"));
    assert_false(slack__list_has("a,bc", "b"));
    assert_false(slack__list_has("a,bc", "a,bc"));
    assert_false(slack__list_has("a", ""));
}

TEST(test_parse_u64)
{
    uint64_t n = 77;
    assert_true(slack__parse_u64(SLACK_SLICE("0"), 0, &n));
    assert_int_equal(n, 0);
    assert_true(slack__parse_u64(SLACK_SLICE("18446744073709551615"), UINT64_MAX, &n));
    assert_true(n == UINT64_MAX);
    assert_true(slack__parse_u64(SLACK_SLICE("007"), 7, &n));
    assert_int_equal(n, 7);
    const char *bad[] = {"", "8", "10", "70", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(slack__parse_u64(slack__slice(bad[i]), 7, &n));
    assert_false(slack__parse_u64(SLACK_SLICE("18446744073709551616"), UINT64_MAX, &n));
    assert_false(slack__parse_u64(SLACK_SLICE("99999999999999999999"), UINT64_MAX, &n));
    assert_false(slack__parse_u64((slack_slice_t){"12\0", 3}, UINT64_MAX, &n));
    assert_int_equal(n, 7); /* untouched */
}

TEST(test_equal_ct)
{
    assert_true(slack__equal_ct("abcd", "abcd", 4));
    assert_true(slack__equal_ct("abcd", "abce", 3));
    assert_true(slack__equal_ct("a", "b", 0));
    for (size_t i = 0; i < 4; i++)
        for (int bit = 0; bit < 8; bit++) {
            char other[] = "abcd";
            other[i] = (char)(other[i] ^ (1 << bit));
            assert_false(slack__equal_ct("abcd", other, 4));
        }
}

TEST(test_hex)
{
    const uint8_t bytes[] = {0x00, 0x0F, 0xA5, 0xFF};
    char out[9] = "........!";
    slack__hex(out, bytes, sizeof bytes);
    assert_memory_equal(out, "000fa5ff!", 9);
}

TEST(test_utf8)
{
    static const struct {
        const char *text;
        size_t len, valid;
    } cases[] = {
        {"", 0, 0},
        {"plain ASCII, long enough for words", 34, 34},
        {"\xC3\xA9", 2, 2},
        {"\xE2\x82\xAC", 3, 3},
        {"\xF0\x9F\x98\x80", 4, 4},
        {"\xF4\x8F\xBF\xBF", 4, 4},
        {"\xEF\xBF\xBF", 3, 3},
        {"ab\0cd", 5, 5},
        {"a\x80", 2, 1},             /* a continuation byte alone */
        {"a\xC0\x80", 3, 1},         /* overlong */
        {"a\xC1\xBF", 3, 1},         /* overlong */
        {"a\xE0\x9F\xBF", 4, 1},     /* overlong */
        {"a\xF0\x8F\xBF\xBF", 5, 1}, /* overlong */
        {"a\xED\xA0\x80", 4, 1},     /* surrogate */
        {"a\xED\x9F\xBF", 4, 4},     /* the last before the surrogates */
        {"a\xF4\x90\x80\x80", 5, 1}, /* above U+10FFFF */
        {"a\xF5\x80\x80\x80", 5, 1},
        {"a\xFF", 2, 1},
        {"a\xE2\x82", 3, 1}, /* cut off */
        {"a\xE2\x28\xA1", 4, 1},
        {"a\xF0\x9F\x98\x28", 5, 1},
        {"1234567\xC3\xA9 89012345\xFF", 19, 18}, /* across a word's end */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(slack__utf8_valid(cases[i].text, cases[i].len), cases[i].valid);
        /* A valid text that is cut anywhere is valid up to the cut character. */
        for (size_t cut = 0; cut <= cases[i].valid; cut++) {
            size_t valid = slack__utf8_valid(cases[i].text, cut);
            assert_true(valid <= cut && cut - valid <= 3);
        }
    }
    assert_int_equal(slack__utf8_char("", 0), 0);
    assert_int_equal(slack__utf8_char("\xC3\xA9x", 3), 2);
    assert_int_equal(slack__utf8_char("\xC3\xA9x", 1), 0);
}

TEST(test_controls_are_escaped)
{
    static const struct {
        const char *text, *keep, *want;
    } cases[] = {
        {"a\x1b[2J\x7f\n", "", "a\\u001b[2J\\u007f\\u000a"},
        {"\n\t", "\n", "\n\\u0009"},
        {"\xC2\x80\xC2\x9F\xC2\xA0", "", "\\u0080\\u009f\xC2\xA0"},
        {"\xD8\x9C\xD8\x9B", "", "\\u061c\xD8\x9B"},
        {"\u200D\u200E\u200F\u2010", "", "\u200D\\u200e\\u200f\u2010"},
        {"\u2029\u202A\u202E\u202F", "", "\u2029\\u202a\\u202e\u202F"},
        {"\u2065\u2066\u2069\u206A", "", "\u2065\\u2066\\u2069\u206A"},
        {"\xC2", "", "\xC2"}, /* cut off */
        {"\xE2\x80", "", "\xE2\x80"},
        {"0123456789012345678901234567890123456789", "", "0123456789012345678901234567890"},
        {"01234567890123456789012345\x1b", "", "01234567890123456789012345"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        slack__escape_controls(text, sizeof text, cases[i].text, cases[i].keep);
        assert_string_equal(text, cases[i].want);
    }
}

TEST(test_loopback)
{
    const char *yes[] = {"localhost", "LocalHost", "127.0.0.1", "127.255.255.255", "::1", "[::1]"};
    const char *no[] = {"",
                        "127",
                        "127.1",
                        "128.0.0.1",
                        "127.0.0.256",
                        "127.0.0.1.",
                        "127.0.0.1.x",
                        "127.example.com",
                        "127.0.0.",
                        "0127.0.0.1",
                        "localhost.",
                        "xlocalhost",
                        "::",
                        "[::1",
                        "10.0.0.127"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(slack__is_loopback(slack__slice(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(slack__is_loopback(slack__slice(no[i])));
}
