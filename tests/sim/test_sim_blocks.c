/* SPDX-License-Identifier: MIT */
#include "sim/blocks.h"
#include "sim/json_builder.h"
#include "sim/transcript.h"
#include "sim/transcript_text.h"
#include "sim/typed_text.h"
#include "support/json.h"
#include "support/test.h"

/* The simulator's Block Kit: checks, generated ids and the states of elements; and texts, as people
 * type them and as the transcript shows them. */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static sim_json_builder_t json;
static sim_ids_t ids;
static sim_team_t team;
static sim_users_t users;
static sim_channels_t channels;
static char problem[SIM_PROBLEM_SIZE];

static int setup(void **state)
{
    arena_open(state);
    json = (sim_json_builder_t){arena, 0};
    sim_team_init(&team, 1, NULL, "");
    assert_int_equal(sim_users_init(&users, &team, SIM_USERS_FIRST), 0);
    sim_channels_init(&channels, &ids, &users, NULL);
    return 0;
}

static int teardown(void **state)
{
    sim_users_done(&users);
    assert_int_equal(json.rc, 0);
    return arena_close(state);
}

#define BLOCKS_TEST(function) TEST_CASE(function, setup, teardown, NULL)

static const char *text_of(const slack_json_t *value)
{
    return value ? slack__json_text(arena, value, NULL) : "(none)";
}

/* ---- checks ---- */

/* tests/protocol/ has the cases of the check. */
BLOCKS_TEST(bad_blocks_are_explained)
{
    static const char *const cases[][2] = {
        {"{'blocks':[{'type':'divider'}]}", ""},
        {"{'blocks':[{'type':'actions','elements':[]}]}",
         "must provide at least 1 items [json-pointer:/blocks/0/elements]"},
        {"{'blocks':[{'type':'x'}]}", "unsupported type: x [json-pointer:/blocks/0/type]"},
        {"{'blocks':[{'type':'divider','x':1}]}",
         "invalid additional property: x [json-pointer:/blocks/0]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(sim_blocks_check(json_of(cases[i][0]), problem), *cases[i][1] == '\0');
        assert_string_equal(problem, cases[i][1]);
    }
}

BLOCKS_TEST(nameless_blocks_are_named)
{
    const slack_json_t *blocks = json_of(
        "[{'type':'section','text':{'type':'mrkdwn','text':'x'},'accessory':{'type':'overflow'}},"
        " {'type':'actions','block_id':'mine','elements':[{'type':'datepicker'},"
        "  {'type':'datepicker','action_id':'my'},{'type':'timepicker'}]},"
        " {'type':'input','element':{'type':'plain_text_input'}}, {'type':'divider'}]");
    const slack_json_t *named = sim_blocks_named(&json, blocks);
    assert_string_equal(slack_json_str(named, "/0/text/text"), "x");
    assert_int_equal(strlen(slack_json_str(named, "/0/block_id")), 5);
    assert_int_equal(strlen(slack_json_str(named, "/0/accessory/action_id")), 5);
    assert_string_equal(slack_json_str(named, "/1/block_id"), "mine");
    assert_string_equal(slack_json_str(named, "/1/elements/1/action_id"), "my");
    assert_string_not_equal(slack_json_str(named, "/1/elements/0/action_id"),
                            slack_json_str(named, "/1/elements/2/action_id"));
    assert_int_equal(strlen(slack_json_str(named, "/2/element/action_id")), 5);
    assert_string_not_equal(slack_json_str(named, "/2/block_id"),
                            slack_json_str(named, "/3/block_id"));
    /* The ids are the same in every run, and so are transcripts. */
    assert_string_equal(text_of(named), text_of(sim_blocks_named(&json, blocks)));
}

BLOCKS_TEST(elements_are_found)
{
    const slack_json_t *blocks = json_of(
        "[{'type':'context','elements':[{'type':'mrkdwn','text':'x'}]},"
        " {'type':'section','block_id':'s','accessory':{'type':'image','action_id':'i'}},"
        " {'type':'section','block_id':'t','accessory':{'type':'button','action_id':'b'}},"
        " {'type':'actions','block_id':'a','elements':[{'type':'button','action_id':'b'},"
        "  {'type':'overflow','action_id':'o'}]},"
        " {'type':'input','block_id':'n','element':{'type':'plain_text_input','action_id':'v'}}]");
    static const char *const order[] = {"b", "b", "o", "v"};
    sim_element_iter_t it = {0};
    for (size_t i = 0; i < COUNT(order); i++) {
        assert_true(sim_element_next(blocks, &it));
        assert_string_equal(slack_json_str(it.element, "/action_id"), order[i]);
    }
    assert_false(sim_element_next(blocks, &it));
    assert_true(sim_element_find(blocks, NULL, "b", &it));
    assert_string_equal(slack_json_str(it.block, "/block_id"), "t");
    assert_true(sim_element_find(blocks, "a", "b", &it));
    assert_string_equal(slack_json_str(it.block, "/block_id"), "a");
    assert_false(sim_element_find(blocks, "n", "b", &it));
    assert_false(sim_element_find(blocks, NULL, "i", &it));
    assert_false(sim_element_find(NULL, NULL, "b", &it));
}

/* ---- states ---- */

#define OPTIONS                                                                                    \
    "'options':[{'text':{'text':'One'},'value':'1'},{'text':{'text':'Two'},'value':'2'}]"

BLOCKS_TEST(states_look_as_at_slack)
{
    static const struct {
        const char *element;
        const char *given;
        const char *state; /* or the problem */
    } cases[] = {
        {"{'type':'plain_text_input'}", NULL, "{'type':'plain_text_input','value':null}"},
        {"{'type':'plain_text_input','initial_value':'i'}", NULL,
         "{'type':'plain_text_input','value':'i'}"},
        {"{'type':'plain_text_input','initial_value':'i'}", "g",
         "{'type':'plain_text_input','value':'g'}"},
        {"{'type':'plain_text_input','initial_value':'i'}", "",
         "{'type':'plain_text_input','value':null}"},
        {"{'type':'datepicker'}", "2026-01-01",
         "{'type':'datepicker','selected_date':'2026-01-01'}"},
        {"{'type':'datetimepicker'}", "1700000000",
         "{'type':'datetimepicker','selected_date_time':1700000000}"},
        {"{'type':'datetimepicker'}", "noon", "a date and time is a number of seconds since 1970"},
        {"{'type':'multi_users_select'}", NULL,
         "{'type':'multi_users_select','selected_users':[]}"},
        {"{'type':'multi_users_select'}", "U1,U2",
         "{'type':'multi_users_select','selected_users':['U1','U2']}"},
        {"{'type':'static_select'," OPTIONS "}", "Two",
         "{'type':'static_select','selected_option':{'text':{'text':'Two'},'value':'2'}}"},
        {"{'type':'static_select','action_id':'a'," OPTIONS "}", "3", "a has no option '3'"},
        {"{'type':'static_select','option_groups':[{" OPTIONS "}]}", "1",
         "{'type':'static_select','selected_option':{'text':{'text':'One'},'value':'1'}}"},
        {"{'type':'checkboxes'," OPTIONS "}", "1,Two",
         "{'type':'checkboxes','selected_options':[{'text':{'text':'One'},'value':'1'},"
         "{'text':{'text':'Two'},'value':'2'}]}"},
        {"{'type':'checkboxes','action_id':'a'," OPTIONS "}", "1,3", "a has no option '3'"},
        {"{'type':'external_select'}", "x",
         "{'type':'external_select','selected_option':{'text':{'type':'plain_text','text':'x',"
         "'emoji':true},'value':'x'}}"},
        {"{'type':'overflow'," OPTIONS "}", NULL, "{'type':'overflow','selected_option':null}"},
        {"{'type':'button'}", "x", "{'type':'button'}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        *problem = '\0';
        const slack_json_t *got =
            sim_element_state(&json, json_of(cases[i].element), cases[i].given, problem);
        assert_string_equal(got ? text_of(got) : problem,
                            quoted(slack__arena_strdup(arena, cases[i].state)));
    }
}

BLOCKS_TEST(what_holds_nothing_is_empty)
{
    assert_true(sim_element_state_empty(json_of("{'type':'plain_text_input','value':null}")));
    assert_true(sim_element_state_empty(json_of("{'type':'plain_text_input','value':''}")));
    assert_false(sim_element_state_empty(json_of("{'type':'plain_text_input','value':'x'}")));
    assert_true(sim_element_state_empty(json_of("{'type':'checkboxes','selected_options':[]}")));
    assert_false(sim_element_state_empty(json_of("{'type':'checkboxes','selected_options':[1]}")));
    assert_true(
        sim_element_state_empty(json_of("{'type':'static_select','selected_option':null}")));
    assert_false(sim_element_state_empty(json_of("{'type':'static_select','selected_option':{}}")));
    assert_false(sim_element_state_empty(json_of("{'type':'button'}")));
}

/* ---- texts ---- */

BLOCKS_TEST(typed_text_becomes_markup)
{
    static const struct {
        const char *typed;
        const char *markup;
        const char *shown;
    } cases[] = {
        {"", "", ""},
        {"a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"},
        {"hi @ann, @nobody", "hi <@U0ANN00001>, @nobody", "hi @ann, @nobody"},
        {"in #general #none", "in <#C0GENERAL1|general> #none", "in #general #none"},
        {"<@U0BOT00001> <!here>", "<@U0BOT00001> <!here>", "@bot @here"},
        {"<http://x.y|z> <https://x.y>", "<http://x.y|z> <https://x.y>", "z https://x.y"},
        {"<nonsense> <", "&lt;nonsense&gt; &lt;", "&lt;nonsense&gt; &lt;"},
        {"&lt;!here&gt;", "&amp;lt;!here&amp;gt;", "&amp;lt;!here&amp;gt;"},
        {"@", "@", "@"},
        {"two\nlines", "two\nlines", "two lines"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *markup = sim_typed_markup(arena, &channels, cases[i].typed);
        assert_string_equal(markup, cases[i].markup);
        assert_string_equal(sim_text_plain(arena, &channels, markup), cases[i].shown);
    }
    assert_string_equal(sim_text_plain(arena, &channels, "<> <@> <@U1> <#C1> &lt <|x>"),
                        " @ @U1 #C1 &lt x");
    assert_string_equal(sim_text_plain(arena, &channels, "<!here> &lt;!here&gt;"),
                        "@here &lt;!here&gt;"); /* the first one notifies people */
}

BLOCKS_TEST(a_persons_text_is_rich)
{
    const slack_json_t *content = sim_typed_content(
        &json, "hi <@U0ANN00001> in <#C1|c> <!here> <http://x|y>! :+1: 12:30:45 &lt;&amp;amp;");
    const slack_json_t *elements = slack_json_get(content, "/blocks/0/elements/0/elements");
    assert_string_equal(text_of(elements),
                        "[{\"type\":\"text\",\"text\":\"hi \"},"
                        "{\"type\":\"user\",\"user_id\":\"U0ANN00001\"},"
                        "{\"type\":\"text\",\"text\":\" in \"},"
                        "{\"type\":\"channel\",\"channel_id\":\"C1\"},"
                        "{\"type\":\"text\",\"text\":\" \"},"
                        "{\"type\":\"broadcast\",\"range\":\"here\"},"
                        "{\"type\":\"text\",\"text\":\" \"},"
                        "{\"type\":\"link\",\"url\":\"http://x\",\"text\":\"y\"},"
                        "{\"type\":\"text\",\"text\":\"! \"},"
                        "{\"type\":\"emoji\",\"name\":\"+1\"},"
                        "{\"type\":\"text\",\"text\":\" 12:30:45 <&amp;\"}]");
}

BLOCKS_TEST(messages_and_views_in_words)
{
    assert_string_equal(sim_text_message(arena, &channels, json_of("{}")), "(no text)");
    assert_string_equal(sim_text_message(arena, &channels,
                                         json_of("{'text':'t','blocks':[{'type':'section',"
                                                 "'text':{'text':'b'}}]}")),
                        "t");
    assert_string_equal(
        sim_text_message(arena, &channels,
                         json_of("{'blocks':[{'type':'section','text':{'text':'b'}},"
                                 "{'type':'markdown','text':'m'},{'type':'actions',"
                                 "'elements':[{'type':'overflow','action_id':'o'}]}]}")),
        "b m [overflow: o]");
    assert_string_equal(
        sim_text_view(arena, json_of("{'callback_id':'c','title':{'text':'T'},'blocks':["
                                     "{'type':'input','block_id':'b','element':{'type':"
                                     "'plain_text_input','action_id':'a'}},{'type':'actions',"
                                     "'elements':[{'type':'button','action_id':'x'}]}]}")),
        "c \"T\" [b/a] [x]");
}

static void keep_line(const sim_entry_t *entry, void *user_data)
{
    char *shown = user_data;
    strcat(strcat(shown, sim_entry_line(entry, arena)), "|");
}

BLOCKS_TEST(entries_are_told_in_order)
{
    char shown[200] = "";
    sim_entries_t entries;
    const sim_transcript_t transcript = {.entries = &entries, .workspace = ""};
    sim_entries_init(&entries, keep_line, shown);
    sim_transcript_add(&transcript, SIM_ENTRY_MESSAGE, false, "#a", "ann", "%s", "one");
    assert_string_equal(shown, "#a  ann: one|");
    uint64_t two = sim_transcript_add(&transcript, SIM_ENTRY_COMMAND, true, "#a", "ann", "runs /x");
    uint64_t three = sim_transcript_add(&transcript, SIM_ENTRY_CLICK, true, "", "ann", "clicks y");
    sim_transcript_add(&transcript, SIM_ENTRY_MESSAGE, false, "#a", "bot", "four");
    sim_transcript_outcome(&transcript, three, "%s", "");
    assert_int_equal(sim_entries_settled(&entries), 1);
    assert_string_equal(shown, "#a  ann: one|");
    sim_transcript_outcome(&transcript, two, "%s", "ok");
    assert_int_equal(sim_entries_settled(&entries), 4);
    assert_string_equal(shown, "#a  ann: one|#a  ann runs /x -> ok|ann clicks y|#a  bot: four|");
    sim_transcript_outcome(&transcript, two, "%s", "again"); /* it has an outcome already */
    assert_int_equal(strlen(shown), 62);
    sim_entries_clear(&entries);
    assert_int_equal(sim_entries_settled(&entries), 0);
}

BLOCKS_TEST(php_escapes_more_than_it_has_to)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 1000);
    assert_int_equal(sim_json_write(&buf, json_of("{'a/b':'\u00e9\u20ac\U0001F600\\n'}")), 0);
    assert_string_equal(slack__buf_ptr(&buf), "{\"a\\/b\":\"\\u00e9\\u20ac\\ud83d\\ude00\\n\"}");
    slack__buf_done(&buf);
}
