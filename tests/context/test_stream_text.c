/* SPDX-License-Identifier: MIT */
#include "context/stream_text.h"

#include "support/test.h"

/* The ends of the parts and of the messages of a streamed text. */

static slack_stream_text_t text;

static int setup(void **state)
{
    slack__stream_text_init(&text);
    return 0;
}

static int teardown(void **state)
{
    slack__stream_text_done(&text);
    return 0;
}

#define TEXT_TEST(function) TEST_CASE(function, setup, teardown, NULL)

static void put(const char *s)
{
    assert_int_equal(slack__buf_append_slice(&text.buf, slack__slice(s)), 0);
}

static void put_times(const char *s, size_t times)
{
    while (times-- > 0)
        put(s);
}

/* The part that is sent next, and "|" behind it if the message ends there. */
static const char *part(bool all)
{
    static char got[SLACK_STREAM_TEXT_MAX + 2];
    const slack_stream_cut_t cut = slack__stream_text_cut(&text, all);
    snprintf(got, sizeof got, "%.*s%s", (int)(cut.end - text.sent),
             cut.end > text.sent ? slack__buf_ptr(&text.buf) + text.sent : "",
             cut.rolls ? "|" : "");
    text.sent = cut.end;
    return got;
}

TEXT_TEST(a_part_ends_behind_a_word)
{
    assert_string_equal(part(false), "");
    put("Hel");
    assert_string_equal(part(false), "");
    put("lo wor");
    assert_string_equal(part(false), "Hello ");
    assert_string_equal(part(false), "");
    put("ld\nx");
    assert_string_equal(part(false), "world\n");
    assert_string_equal(part(true), "x");
    put_times("y", 257);
    assert_int_equal(strlen(part(false)), 257);
}

TEXT_TEST(a_part_ends_behind_a_character)
{
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < 3; i++) {
        for (const char *byte = characters[i]; *byte; byte++) {
            assert_string_equal(part(true), "");
            assert_int_equal(slack__buf_append_char(&text.buf, *byte), 0);
        }
        assert_string_equal(part(true), characters[i]);
    }
    put("\xa9\xff"); /* is no UTF-8, and goes as it is */
    assert_string_equal(part(true), "\xa9\xff");
}

/* Each message has this many units at most; a word, a line or a paragraph is whole. */
static void assert_messages(const char *unit, size_t times, const char *ends, size_t count)
{
    setup(NULL);
    put_times(unit, times);
    for (size_t i = 0; i < count; i++) {
        const slack_stream_cut_t cut = slack__stream_text_cut(&text, true);
        assert_int_equal(cut.rolls, i + 1 < count);
        size_t units = 0;
        const char *s = slack__buf_ptr(&text.buf);
        for (size_t at = 0, size; at < cut.end; at += size ? size : 1) {
            size = slack__utf8_char(s + at, cut.end - at);
            units += size == 4 ? 2 : 1;
        }
        assert_true(units <= SLACK_STREAM_MESSAGE_MAX);
        if (cut.rolls) assert_true(units > SLACK_STREAM_MESSAGE_GOOD - 100);
        const size_t len = strlen(ends);
        assert_memory_equal(s + cut.end - len, ends, len);
        text.sent = cut.end;
        assert_int_equal(slack__stream_text_roll(&text, cut.end, ""), 0);
    }
    assert_int_equal(text.buf.len, 0);
    teardown(NULL);
}

TEST(a_message_ends_where_it_can)
{
    assert_messages("one two three\n\n", 1500, "three\n\n", 3);
    assert_messages("one two three\n", 1500, "three\n", 2);
    assert_messages("one two three ", 1500, " ", 2);
    assert_messages("x", 30000, "x", 3);
    assert_messages("\xe2\x82\xac", 15000, "\xe2\x82\xac", 2);
    assert_messages("\xf0\x9f\x98\x80", 15000, "\x80", 3);
    assert_messages("\x80", 30000, "\x80", 3); /* each is sent as U+FFFD */
    assert_messages("\xf5", 30000, "\xf5", 3);
    assert_messages("\xc0", 30000, "\xc0", 3);
}

TEXT_TEST(what_was_sent_stays_in_its_message)
{
    put_times("word ", 2200);
    assert_int_equal(strlen(part(false)), 11000);
    put_times("x", 600);
    put(" y");
    assert_string_equal(part(false), "|"); /* the long word is the next message's */
    assert_int_equal(slack__stream_text_roll(&text, text.sent, ""), 0);
    assert_int_equal(strlen(part(true)), 602);
}

TEXT_TEST(a_fence_is_closed_and_opened_again)
{
    static const struct {
        const char *text, *open, *close;
    } cases[] = {
        {"a\n", "", ""},
        {"```python\nprint(1)\n", "```python\n", "```"},
        {"```python\nprint(", "```python\n", "\n```"},
        {"  ~~~~ c\nx\n~~~\n```\n", "~~~~ c\n", "~~~~"}, /* shorter, and another mark */
        {"~~~\nx\n~~~~ \n", "", ""},
        {"```\nx\n``` y\n", "```\n", "```"}, /* a closing fence has no info */
        {"`` `\n```a`b\n", "", ""},          /* too short; inline code */
        {"    ```\n", "", ""},               /* indented code */
        {"```\n\n```\n\n```sh\n", "```sh\n", "```"},
        {"```js", "", ""}, /* not a whole line yet */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack__buf_clear(&text.buf);
        put(cases[i].text);
        const slack_stream_fence_t fence = slack__stream_text_fence(&text, text.buf.len);
        assert_string_equal(fence.open, cases[i].open);
        assert_string_equal(fence.close, cases[i].close);
    }
    /* One whose line is very long begins again without it, and a very long fence is shortened. */
    slack__buf_clear(&text.buf);
    put("```");
    put_times("i", 100);
    put("\n");
    assert_string_equal(slack__stream_text_fence(&text, text.buf.len).open, "```\n");
    slack__buf_clear(&text.buf);
    put_times("`", 100);
    put("\n");
    assert_int_equal(strlen(slack__stream_text_fence(&text, text.buf.len).close), 62);
}

TEXT_TEST(code_goes_on_in_the_next_message)
{
    put_times("text\n", 1790); /* 8950 units */
    put("```c\n");
    put_times("int a;\n\n", 500); /* a blank line in a fence is no end */
    slack_stream_cut_t cut = slack__stream_text_cut(&text, false);
    assert_true(cut.rolls);
    const slack_stream_fence_t fence = slack__stream_text_fence(&text, cut.end);
    assert_true(cut.end + strlen(fence.close) > SLACK_STREAM_MESSAGE_MAX - 20);
    text.sent = cut.end;
    assert_int_equal(slack__stream_text_roll(&text, cut.end, fence.open), 0);
    assert_memory_equal(slack__buf_ptr(&text.buf), "```c\n", 5);
    put("```\n\n");
    assert_string_equal(slack__stream_text_fence(&text, text.buf.len).open, "");
    /* The line that opens a fence is not divided. */
    slack__buf_clear(&text.buf);
    text.sent = 0;
    put_times("word ", 2297); /* 11485 units */
    put("\n```python and more\n");
    cut = slack__stream_text_cut(&text, false);
    assert_true(cut.rolls);
    assert_memory_equal(slack__buf_ptr(&text.buf) + cut.end, "```python", 9);
}

/* Each message takes a part of the line, and none has only the line that opens the fence again. */
TEST(a_line_of_code_that_no_message_holds_is_cut)
{
    static const char *const units[] = {"x", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                        "0123456789abcde,"};
    for (size_t i = 0; i < 4; i++)
        for (int spaces = 0; spaces < 2; spaces++) {
            setup(NULL);
            put("```json\n");
            if (spaces) put("a b ");
            put_times(units[i], 60000 / strlen(units[i]));
            size_t messages = 1, told = text.buf.len;
            for (slack_stream_cut_t cut; (cut = slack__stream_text_cut(&text, true)).rolls;) {
                assert_true(messages++ < 8 && cut.end > (spaces ? 11 : 100));
                told -= cut.end - text.reopened;
                assert_int_equal(slack__stream_text_roll(&text, cut.end, "```json\n"), 0);
                assert_int_equal(slack__stream_text_waiting(&text), told);
            }
            teardown(NULL);
        }
}

/* The line that opens a fence again waits for text of the program. */
TEXT_TEST(a_fence_alone_is_no_message)
{
    put("```c\nint a;\n");
    assert_int_equal(strlen(part(true)), 12);
    assert_int_equal(slack__stream_text_roll(&text, 12, "```c\n"), 0);
    assert_int_equal(slack__stream_text_waiting(&text), 0);
    assert_string_equal(part(true), "");
    put("int");
    assert_string_equal(part(false), "");
    put(" b");
    assert_string_equal(part(false), "```c\nint ");
    assert_string_equal(part(true), "b");
}
