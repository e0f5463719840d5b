/* SPDX-License-Identifier: MIT */
#include "sim/rich_text.h"
#include "support/alloc_fail.h"
#include "support/dice.h"
#include "support/json.h"
#include "support/test.h"

/* The rich text of a person's text: styles, quotes and preformatted text. test_sim_blocks.c has the
 * references. */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define TEXT(text)          "{'type':'text','text':'" text "'}"
#define STYLED(text, names) "{'type':'text','text':'" text "','style':{" names "}}"
#define BOLD(text)          STYLED(text, "'bold':true")
#define SECTION(parts)      "{'type':'rich_text_section','elements':[" parts "]}"
#define QUOTED(parts)       "{'type':'rich_text_quote','elements':[" parts "]}"
#define CODE(parts)         "{'type':'rich_text_preformatted','elements':[" parts "]}"

static const struct {
    const char *markup;
    const char *rich;
} texts[] = {
    {"*b*", SECTION(BOLD("b"))},
    {"a _i_, ~s~", SECTION(TEXT("a ") "," STYLED("i", "'italic':true") "," TEXT(", ") "," STYLED(
                       "s", "'strike':true"))},
    {"`*c* :x: &lt;`!", SECTION(STYLED("*c* :x: <", "'code':true") "," TEXT("!"))},
    {"*b _i_*", SECTION(BOLD("b ") "," STYLED("i", "'bold':true,'italic':true"))},
    {"*<@U1> :x:*", SECTION("{'type':'user','user_id':'U1','style':{'bold':true}}," BOLD(
                        " ") ","
                             "{'type':'emoji','name':'x','style':{'bold':true}}")},
    {"*a `*`*", SECTION(BOLD("a ") "," STYLED("*", "'bold':true,'code':true"))},
    {"*<http://x/*>*", SECTION("{'type':'link','url':'http://x/*','style':{'bold':true}}")},
    /* Marks that are no pair. */
    {"2*3*4 snake_case_name", SECTION(TEXT("2*3*4 snake_case_name"))},
    {"* a* *b *", SECTION(TEXT("* a* *b *"))},
    {"**b** __ ``", SECTION(TEXT("**b** __ ``"))},
    {"*a\nb*", SECTION(TEXT("*a\\nb*"))},
    {"*a _b* c_", SECTION(BOLD("a _b") "," TEXT(" c_"))},
    {"caf\xc3\xa9*b*", SECTION(TEXT("caf\xc3\xa9*b*"))},
    {"*", SECTION(TEXT("*"))},
    {"`", SECTION(TEXT("`"))},
    /* Blocks. */
    {"a\n&gt; *q*\n&gt;r\nb",
     SECTION(TEXT("a")) "," QUOTED(BOLD("q") "," TEXT("\\n") "," TEXT("r")) "," SECTION(TEXT("b"))},
    {"&gt;&gt;&gt;a\nb", QUOTED(TEXT("a\\nb"))},
    {"x\n```\n*c*\n&gt; d\n```\ny",
     SECTION(TEXT("x")) "," CODE(TEXT("*c*\\n> d")) "," SECTION(TEXT("y"))},
    {"``` *b*", SECTION(TEXT("``` ") "," BOLD("b"))},
    /* Something is always there. */
    {"``````", SECTION(TEXT("``````"))},
    {"&gt;", SECTION(TEXT(">"))},
    {"\n", SECTION(TEXT("\\n"))},
};

ARENA_TEST(texts_have_styles)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        sim_json_builder_t json = {.arena = arena};
        const slack_json_t *rich = sim_rich_text(&json, texts[i].markup);
        const slack_json_t *wanted = json_of(slack__arena_printf(arena, "[%s]", texts[i].rich));
        assert_int_equal(json.rc, 0);
        assert_string_equal(slack__json_text(arena, rich, NULL),
                            slack__json_text(arena, wanted, NULL));
    }
}

/* Half a megabyte of marks without a partner. Looking for each to the end of the text would take
 * longer than a test may. */
TEST(marks_without_a_partner_are_quick)
{
    static const char *const units[] = {"*a ", "a* ", "_a *a ", "`a *b\n", "<@U1 *a "};
    for (size_t i = 0; i < COUNT(units); i++) {
        slack_arena_t *own = slack__arena_new(0, 0);
        sim_json_builder_t json = {.arena = own};
        slack_buf_t text;
        slack__buf_init(&text, (size_t)512 * 1024);
        while (slack__buf_append_slice(&text, slack__slice(units[i])) == 0)
            continue;
        assert_non_null(sim_rich_text(&json, slack__buf_ptr(&text)));
        slack__buf_done(&text);
        slack__arena_free(own);
    }
}

/* ---- random texts ---- */

/* Appends what a reader sees, without marks, quotes and white space. */
static void append_seen(slack_buf_t *seen, const char *text)
{
    for (; *text; text++)
        if (!strchr("*_~`<> \n", *text)) slack__buf_append_char(seen, *text);
}

static void append_parts(slack_buf_t *seen, const slack_json_t *parts)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(parts, &it)) {
        const char *user = slack_json_str(it.value, "/user_id");
        const char *emoji = slack_json_str(it.value, "/name");
        append_seen(seen, slack_json_str(it.value, "/text"));
        if (*user) append_seen(seen, slack__arena_printf(arena, "@%s", user));
        if (*emoji) append_seen(seen, slack__arena_printf(arena, ":%s:", emoji));
    }
}

/* No text loses a character that is no mark. */
ARENA_TEST(random_texts_keep_their_characters)
{
    static const char *const units[] = {"*", "_",  "~",    "`",     "```",   "a",   "b ",
                                        " ", "\n", "&gt;", "&amp;", "<@U1>", ":x:", "\xc3\xa9"};
    uint64_t dice = 19;
    slack_buf_t markup, seen, wanted;
    slack__buf_init(&markup, 1024);
    slack__buf_init(&seen, 1024);
    slack__buf_init(&wanted, 1024);
    for (int i = 0; i < 3000; i++) {
        slack__buf_clear(&markup);
        slack__buf_clear(&seen);
        slack__buf_clear(&wanted);
        for (uint64_t left = dice_roll(&dice, 24); left > 0; left--) {
            const char *unit = units[dice_roll(&dice, COUNT(units))];
            slack__buf_append_slice(&markup, slack__slice(unit));
            append_seen(&wanted, strcmp(unit, "&amp;") == 0  ? "&"
                                 : strcmp(unit, "&gt;") == 0 ? ""
                                                             : unit);
        }
        sim_json_builder_t json = {.arena = arena};
        slack_json_iter_t it = {0};
        const slack_json_t *rich = sim_rich_text(&json, slack__buf_ptr(&markup));
        while (slack_json_next(rich, &it))
            append_parts(&seen, slack_json_get(it.value, "/elements"));
        if (strcmp(slack__buf_ptr(&seen), slack__buf_ptr(&wanted)) != 0)
            fail_msg("%s: %s", slack__buf_ptr(&markup), slack__buf_ptr(&seen));
        slack__arena_reset(arena);
    }
    slack__buf_done(&markup);
    slack__buf_done(&seen);
    slack__buf_done(&wanted);
}

static int write_rich(void *ctx)
{
    slack_arena_t *own = slack__arena_new(0, 0);
    if (!own) return SLACK_ENOMEM;
    sim_json_builder_t json = {.arena = own};
    const slack_json_t *rich = sim_rich_text(&json, ctx);
    assert_true((rich != NULL) == (json.rc == 0));
    slack__arena_free(own);
    return json.rc;
}

TEST(each_allocation_may_fail)
{
    char markup[] = "*b _i_* <@U1>\n&gt; q\n```c```";
    assert_true(alloc_fail_each(write_rich, markup) > 0);
}
