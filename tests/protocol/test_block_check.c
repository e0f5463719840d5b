/* SPDX-License-Identifier: MIT */
/* Slack's limits of Block Kit as numbers, faults that are written by hand, and payloads that
 * Slack has sent. test_block_table.c tries each row of the table. */
#include "protocol/block_check.h"
#include "support/json.h"
#include "support/payloads.h"
#include "util/form.h"

static slack_block_faults_t faults;

static void check(const char *json)
{
    slack__block_check(json_of(json), &faults);
}

/* Replaces '@' by a string of n characters, and <unit> by n units, separated by commas. */
static const char *sized(const char *pattern, size_t n)
{
    const char *open = strchr(pattern, '<'), *at = strchr(pattern, '@');
    if (at)
        return slack__arena_printf(arena, "%.*s'%s'%s", (int)(at - pattern), pattern,
                                   repeated("\xf0\x9f\x98\x80", n), at + 1);
    const char *close = strchr(open, '>');
    const char *unit = slack__arena_printf(arena, "%.*s,", (int)(close - open - 1), open + 1);
    char *units = slack__arena_strdup(arena, repeated(unit, n));
    units[strlen(units) - 1] = '\0';
    return slack__arena_printf(arena, "%.*s%s%s", (int)(open - pattern), pattern, units, close + 1);
}

#define PLAIN(text)      "{'type':'plain_text','text':" text "}"
#define MRKDWN(text)     "{'type':'mrkdwn','text':" text "}"
#define BLOCKS(blocks)   "{'blocks':[" blocks "]}"
#define SECTION(member)  BLOCKS("{'type':'section','text':" MRKDWN("'x'") "," member "}")
#define ELEMENT(element) BLOCKS("{'type':'actions','elements':[{" element "}]}")
#define BUTTON(member)   ELEMENT("'type':'button','text':" PLAIN("'x'") "," member)
#define CONFIRM(members) BUTTON("'confirm':{" members "}")
#define INPUT(element)   BLOCKS("{'type':'input','label':" PLAIN("'x'") ",'element':{" element "}}")
#define OPTION           "{'text':" PLAIN("'x'") ",'value':'x'}"
#define RADIO(one)       ELEMENT("'type':'radio_buttons','options':[" one "]")
#define VIEW(members)    "{'view':{'type':'modal','title':" PLAIN("'x'") ",'blocks':[]," members "}}"
#define CARD(member)     BLOCKS("{'type':'card'," member "}")
#define CHART(chart)     BLOCKS("{'type':'data_visualization','title':'x','chart':{" chart "}}")
#define IMAGE(member)    BLOCKS("{'type':'image','image_url':'x'," member "}")
#define VIDEO(title, author)                                                                       \
    BLOCKS("{'type':'video','alt_text':'x','video_url':'x','thumbnail_url':'x','title':" PLAIN(    \
        title) ",'author_name':" author "}")

/* The limits of Slack's reference. */
static const struct limit {
    const char *pattern;
    int limit;
    const char *path;
} limits[] = {
    {"{'blocks':[<{'type':'divider'}>]}", 50, "blocks"},
    {"{'attachments':[{'blocks':[<{'type':'divider'}>]}]}", 50, "attachments[0].blocks"},
    {"{'attachments':[<{}>]}", 100, "attachments"},
    {"{'view':{'type':'home','blocks':[<{'type':'divider'}>]}}", 100, "view.blocks"},
    {"{'view':{'type':'modal','title':" PLAIN("'x'") ",'blocks':[<{'type':'divider'}>]}}", 100,
     "view.blocks"},
    {"{'view':{'type':'modal','title':" PLAIN("@") ",'blocks':[]}}", 24, "view.title"},
    {VIEW("'close':" PLAIN("@")), 24, "view.close"},
    {VIEW("'submit':" PLAIN("@")), 24, "view.submit"},
    {VIEW("'private_metadata':@"), 3000, "view.private_metadata"},
    {VIEW("'callback_id':@"), 255, "view.callback_id"},
    {BLOCKS("{'type':'divider','block_id':@}"), 255, "blocks[0].block_id"},
    {BLOCKS("{'type':'section','text':" MRKDWN("@") "}"), 3000, "blocks[0].text"},
    {SECTION("'fields':[<" PLAIN("'x'") ">]"), 10, "blocks[0].fields"},
    {SECTION("'fields':[" PLAIN("@") "]"), 2000, "blocks[0].fields[0]"},
    {BLOCKS("{'type':'header','text':" PLAIN("@") "}"), 150, "blocks[0].text"},
    {BLOCKS("{'type':'markdown','text':@}"), 12000, "blocks[0].text"},
    {BLOCKS("{'type':'alert','text':" PLAIN("@") "}"), 200, "blocks[0].text"},
    {BLOCKS("{'type':'context','elements':[<" MRKDWN("'x'") ">]}"), 10, "blocks[0].elements"},
    {BLOCKS("{'type':'actions','elements':[<{'type':'datepicker'}>]}"), 25, "blocks[0].elements"},
    {BLOCKS("{'type':'carousel','elements':[<{'type':'card','body':" PLAIN("'x'") "}>]}"), 10,
     "blocks[0].elements"},
    {CARD("'title':" PLAIN("@")), 150, "blocks[0].title"},
    {CARD("'body':" PLAIN("@")), 200, "blocks[0].body"},
    {CARD("'actions':[<{'type':'button','text':" PLAIN("'x'") "}>]"), 3, "blocks[0].actions"},
    {BLOCKS("{'type':'container','child_blocks':[<{'type':'divider'}>]}"), 10,
     "blocks[0].child_blocks"},
    {IMAGE("'alt_text':@"), 2000, "blocks[0].alt_text"},
    {IMAGE("'alt_text':'x','title':" PLAIN("@")), 2000, "blocks[0].title"},
    {BLOCKS("{'type':'image','alt_text':'x','image_url':@}"), 3000, "blocks[0].image_url"},
    {BLOCKS("{'type':'input','label':" PLAIN("@") ",'element':{'type':'datepicker'}}"), 2000,
     "blocks[0].label"},
    {VIDEO("@", "'x'"), 200, "blocks[0].title"},
    {VIDEO("'x'", "@"), 50, "blocks[0].author_name"},
    {BLOCKS("{'type':'table','rows':[<[{'type':'raw_text','text':'x'}]>]}"), 100, "blocks[0].rows"},
    {BLOCKS("{'type':'table','rows':[[<{'type':'raw_text','text':'x'}>]]}"), 20,
     "blocks[0].rows[0]"},
    {BLOCKS("{'type':'data_table','caption':'x','rows':[<[{'type':'raw_number','value':1}]>]}"),
     201, "blocks[0].rows"},
    {CHART("'type':'pie','segments':[<{'label':'x','value':1}>]"), 12, "blocks[0].chart.segments"},
    {CHART("'type':'pie','segments':[{'value':1,'label':@}]"), 20,
     "blocks[0].chart.segments[0].label"},
    {BUTTON("'action_id':@"), 255, "blocks[0].elements[0].action_id"},
    {ELEMENT("'type':'button','text':" PLAIN("@")), 75, "blocks[0].elements[0].text"},
    {BUTTON("'url':@"), 3000, "blocks[0].elements[0].url"},
    {BUTTON("'value':@"), 2000, "blocks[0].elements[0].value"},
    {BUTTON("'accessibility_label':@"), 75, "blocks[0].elements[0].accessibility_label"},
    {CONFIRM("'text':" MRKDWN("@")), 300, "blocks[0].elements[0].confirm.text"},
    {CONFIRM("'text':" MRKDWN("'x'") ",'title':" PLAIN("@")), 100,
     "blocks[0].elements[0].confirm.title"},
    {CONFIRM("'text':" MRKDWN("'x'") ",'deny':" PLAIN("@")), 30,
     "blocks[0].elements[0].confirm.deny"},
    {RADIO("<" OPTION ">"), 10, "blocks[0].elements[0].options"},
    {RADIO("{'text':" MRKDWN("@") "}"), 75, "blocks[0].elements[0].options[0].text"},
    {RADIO("{'text':" MRKDWN("'x'") ",'value':@}"), 150, "blocks[0].elements[0].options[0].value"},
    {ELEMENT("'type':'checkboxes','options':[<" OPTION ">]"), 10, "blocks[0].elements[0].options"},
    {ELEMENT("'type':'overflow','options':[<" OPTION ">]"), 5, "blocks[0].elements[0].options"},
    {ELEMENT("'type':'static_select','options':[<" OPTION ">]"), 100,
     "blocks[0].elements[0].options"},
    {ELEMENT("'type':'static_select','option_groups':[{'label':" PLAIN("'x'") ",'options':[<" OPTION
                                                                              ">]}]"),
     100, "blocks[0].elements[0].option_groups[0].options"},
    {ELEMENT("'type':'datepicker','placeholder':" PLAIN("@")), 150,
     "blocks[0].elements[0].placeholder"},
};

ARENA_TEST(slacks_limits_hold)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct limit *l = &limits[i];
        const char *unit = strchr(l->pattern, '@') ? "characters" : "items";
        check(sized(l->pattern, (size_t)l->limit));
        assert_string_equal(faults.refused.sentence, "");
        check(sized(l->pattern, (size_t)l->limit + 1));
        assert_string_equal(faults.refused.sentence,
                            slack__arena_printf(arena, "%s: %d %s, at most %d", l->path,
                                                l->limit + 1, unit, l->limit));
    }
}

static const struct fault {
    const char *payload, *sentence, *slack;
} wrong[] = {
    /* Slack's words are quoted from its answers. */
    {ELEMENT("'type':'button','text':" PLAIN("''")),
     "blocks[0].elements[0].text: 0 characters, at least 1",
     "must be more than 0 characters [json-pointer:/blocks/0/elements/0/text/text]"},
    {BLOCKS("{'type':'section','text':null,'fields':[" PLAIN("'x'") "]}"),
     "blocks[0].text: null, must be an object or left out (\"text?:\" in a template)",
     "must provide an object [json-pointer:/blocks/0/text]"},
    {"{'view':{'title':" PLAIN("'x'") "}}", "view.type: missing",
     "missing required field: type [json-pointer:/view]"},
    {"{'view':{'type':'modal','title':'x','blocks':[]}}", "view.title: a string, must be an object",
     "must provide an object [json-pointer:/view/title]"},
    {ELEMENT("'type':'overflow','options':[]"),
     "blocks[0].elements[0].options: 0 items, at least 1",
     "must provide at least 1 items [json-pointer:/blocks/0/elements/0/options]"},
    {BLOCKS("{'type':'actions','elements':[{'type':'datepicker','action_id':'a'},"
            "{'type':'timepicker','action_id':'a'}]}"),
     "blocks[0].elements[1].action_id: \"a\" again, as in item 0",
     "`action_id` \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]"},
    {"{'blocks':{}}", "blocks: an object, must be an array",
     "must provide an array [json-pointer:/blocks]"},
    /* An element in the wrong block, a block on the wrong surface. */
    {BLOCKS("{'type':'context','elements':[{'type':'button','text':" PLAIN("'x'") "}]}"),
     "blocks[0].elements[0].type: \"button\", not allowed in context",
     "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},
    {ELEMENT("'type':'plain_text_input'"),
     "blocks[0].elements[0].type: \"plain_text_input\", not allowed in actions", NULL},
    {INPUT("'type':'button','text':" PLAIN("'x'")),
     "blocks[0].element.type: \"button\", not allowed in input", NULL},
    {SECTION("'accessory':{'type':'email_text_input'}"),
     "blocks[0].accessory.type: \"email_text_input\", not allowed in section", NULL},
    {BLOCKS("{'type':'header','text':" MRKDWN("'x'") "}"),
     "blocks[0].text.type: \"mrkdwn\", not allowed in header", NULL},
    {BLOCKS("{'type':'modal'}"), "blocks[0].type: \"modal\", not allowed in a message", NULL},
    {"{'view':{'type':'home','blocks':[{'type':'markdown','text':'x'}]}}",
     "view.blocks[0].type: \"markdown\", not allowed in home", NULL},
    {BLOCKS("{'type':'carousel','elements':[{'type':'divider'}]}"),
     "blocks[0].elements[0].type: \"divider\", not allowed in carousel", NULL},
    /* Rules between members. */
    {BLOCKS("{'type':'section'}"), "blocks[0]: missing: `text` or `fields`",
     "must define either `text` or `fields` [json-pointer:/blocks/0]"},
    {BLOCKS("{'type':'card','subtitle':" PLAIN("'x'") "}"),
     "blocks[0]: missing: `hero_image` or `title` or `actions` or `body`", NULL},
    {BLOCKS("{'type':'image','alt_text':'x'}"), "blocks[0]: missing: `image_url` or `slack_file`",
     NULL},
    {BLOCKS("{'type':'image','alt_text':'x','slack_file':{'id':'x','url':'x'}}"),
     "blocks[0].slack_file: 2 of: id url, at most 1", NULL},
    {ELEMENT("'type':'static_select'"),
     "blocks[0].elements[0]: missing: `options` or `option_groups`", NULL},
    {INPUT("'type':'plain_text_input','min_length':5,'max_length':3"),
     "blocks[0].element.min_length: 5, at most max_length (3)", NULL},
    {INPUT("'type':'number_input','is_decimal_allowed':true,'min_value':'10','max_value':'9'"),
     "blocks[0].element.min_value: 10, at most max_value (9)", NULL},
    {"{'view':{'type':'modal','title':" PLAIN("'x'") ",'blocks':[{'type':'input','label':" PLAIN(
         "'x'") ",'element':{'type':'datepicker'}}]}}",
     "view.submit: missing, and the view has an input",
     "missing required field: submit [json-pointer:/view]"},
    /* Ids and counts in a whole payload. */
    {BLOCKS("{'type':'divider','block_id':'a'},{'type':'divider'},{'type':'divider',"
            "'block_id':'a'}"),
     "blocks[2].block_id: \"a\" again, as in item 0",
     "`block_id` \"a\" already exists [json-pointer:/blocks/2/block_id]"},
    {BLOCKS("{'type':'actions','elements':[{'type':'datepicker','focus_on_load':true}]},"
            "{'type':'actions','elements':[{'type':'timepicker','focus_on_load':true}]}"),
     "blocks[1].elements[0].focus_on_load: true again, at most 1", NULL},
    {BLOCKS("{'type':'table','rows':[[{'type':'raw_text','text':'x'}]]},"
            "{'type':'table','rows':[[{'type':'raw_text','text':'x'}]]}"),
     "blocks[1]: 2 blocks of type table, at most 1", NULL},
    {BLOCKS("{'type':'table','rows':[[{'type':'raw_text','text':'x'}],"
            "[{'type':'raw_text','text':'x'},{'type':'raw_text','text':'x'}]]}"),
     "blocks[0].rows[1]: 2 cells, 1 in the row before", NULL},
    /* Values. */
    {BUTTON("'style':'huge'"),
     "blocks[0].elements[0].style: \"huge\", must be one of: primary danger", NULL},
    {ELEMENT("'type':'datepicker','initial_date':'2026-1-1'"),
     "blocks[0].elements[0].initial_date: \"2026-1-1\", must be YYYY-MM-DD", NULL},
    {ELEMENT("'type':'timepicker','initial_time':'12:300'"),
     "blocks[0].elements[0].initial_time: \"12:300\", must be HH:mm", NULL},
    {ELEMENT("'type':'timepicker','initial_time':'24:00'"),
     "blocks[0].elements[0].initial_time: \"24:00\", must be HH:mm", NULL},
    {ELEMENT("'type':'timepicker','initial_time':'23:60'"),
     "blocks[0].elements[0].initial_time: \"23:60\", must be HH:mm", NULL},
    {ELEMENT("'type':'datepicker','initial_date':'2026-13-01'"),
     "blocks[0].elements[0].initial_date: \"2026-13-01\", must be YYYY-MM-DD", NULL},
    {ELEMENT("'type':'datepicker','initial_date':'2026-01-00'"),
     "blocks[0].elements[0].initial_date: \"2026-01-00\", must be YYYY-MM-DD", NULL},
    /* The chunks of a stream. */
    {"{'chunks':[{'type':'task_update','id':'1','title':'x','status':'done'}]}",
     "chunks[0].status: \"done\", must be one of: pending in_progress complete error", NULL},
    {"{'chunks':[{'type':'plan_update'}]}", "chunks[0].title: missing", NULL},
    {"{'chunks':[{'type':'markdown_text','text':7}]}", "chunks[0].text: a number, must be a string",
     NULL},
    {"{'chunks':[{'type':'divider'}]}", "chunks[0].type: \"divider\", not allowed in a stream",
     NULL},
    {INPUT("'type':'file_input','max_files':11"), "blocks[0].element.max_files: 11, at most 10",
     NULL},
    {ELEMENT("'type':'conversations_select','filter':{'include':['im','dm']}"),
     "blocks[0].elements[0].filter.include[1]: \"dm\", must be one of: im mpim private public",
     NULL},
    {BLOCKS("{'type':'rich_text','elements':[{'type':'rich_text_list','style':'bullet',"
            "'elements':[{'type':'text','text':'x'}]}]}"),
     "blocks[0].elements[0].elements[0].type: \"text\", not allowed in rich_text_list", NULL},
    {BLOCKS("'x'"), "blocks[0]: a string, must be an object", NULL},
    {BLOCKS("{'type':7}"), "blocks[0].type: a number, must be a string", NULL},
};

ARENA_TEST(faults_are_named)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check(wrong[i].payload);
        assert_string_equal(faults.refused.sentence, wrong[i].sentence);
        if (wrong[i].slack) assert_string_equal(faults.refused.slack, wrong[i].slack);
    }
}

/* Slack adds kinds and members: they must not stop a call. */
ARENA_TEST(strangers_are_only_noted)
{
    static const struct fault strangers[] = {
        {BLOCKS("{'type':'hologram','depth':3}"),
         "blocks[0].type: unknown kind \"hologram\", is sent as it is",
         "unsupported type: hologram [json-pointer:/blocks/0/type]"},
        {ELEMENT("'type':'dial','value':3"),
         "blocks[0].elements[0].type: unknown kind \"dial\", is sent as it is", NULL},
        {"{'view':{'type':'panel'}}", "view.type: unknown kind \"panel\", is sent as it is", NULL},
        {BLOCKS("{'type':'divider','text':'x'}"),
         "blocks[0].text: unknown member, is sent as it is",
         "invalid additional property: text [json-pointer:/blocks/0]"},
        {RADIO("{'type':'option','text':" PLAIN("'x'") "}"),
         "blocks[0].elements[0].options[0].type: unknown member, is sent as it is", NULL},
        {"{'text':'x','hologram':1,'blocks':'[]','attachments':[{'color':'x'}]}", "", NULL},
    };
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        check(strangers[i].payload);
        assert_string_equal(faults.refused.sentence, "");
        assert_string_equal(faults.unknown.sentence, strangers[i].sentence);
        if (strangers[i].slack) assert_string_equal(faults.unknown.slack, strangers[i].slack);
    }
}

ARENA_TEST(markdown_has_a_limit_in_all)
{
    const char *half = sized("{'type':'markdown','text':@}", 6000);
    check(slack__arena_printf(arena, "{'blocks':[%s,%s]}", half, half));
    assert_string_equal(faults.refused.sentence, "");
    check(slack__arena_printf(arena, "{'blocks':[%s,%s,{'type':'markdown','text':'x'}]}", half,
                              half));
    assert_string_equal(faults.refused.sentence,
                        "blocks[2].text: 12001 characters in all markdown blocks, at most 12000");
}

/* A sentence has room for any path and any text, and ends with a whole character. */
ARENA_TEST(sentences_are_bounded)
{
    const char *name = repeated("\xc3\xa4", 300);
    check(slack__arena_printf(arena, "{'blocks':[{'type':'%s'}]}", name));
    assert_string_equal(faults.unknown.sentence,
                        slack__arena_printf(arena,
                                            "blocks[0].type: unknown kind \"%s\", is sent as it is",
                                            repeated("\xc3\xa4", 30)));
    check(slack__arena_printf(arena, "{'blocks':[{'type':'divider','%s':1}]}", name));
    assert_non_null(strstr(faults.unknown.slack, "[json-pointer:/blocks/0]"));
}

/* ---- what Slack has sent ---- */

static size_t seen, alarms;

/* Two sorts of payloads were written for the collection: skeletons of all members have blanks in
 * place of words, and a view of all elements gives no more than their types and ids. */
static bool is_made_up(const char *name, const char *sentence)
{
    if (strstr(name, "json-logs-filled")) return strstr(sentence, ".filter.include") != NULL;
    return strstr(name, "synthetic__") == name &&
           (strstr(sentence, ": missing") || strstr(sentence, ": none of"));
}

/* Checks each object that has blocks, and each view. */
static void check_inside(const char *name, const slack_json_t *value)
{
    slack_json_iter_t it = {0};
    const char *type = slack_json_str(value, "/type");
    const bool view = strcmp(type, "modal") == 0 || strcmp(type, "home") == 0;
    if (slack_json_type(slack_json_get(value, "/blocks")) == SLACK_JSON_ARRAY) {
        seen++;
        (view ? slack__block_check_view : slack__block_check)(value, &faults);
        const char *sentence = faults.refused.sentence;
        const bool alarm = *sentence && !is_made_up(name, sentence);
        alarms += alarm;
        if (alarm) print_message("%s: %s\n", name, sentence);
    }
    while (slack_json_next(value, &it))
        check_inside(name, it.value);
}

static void check_file(const char *name, const char *text, size_t len, void *ctx)
{
    const slack_json_t *value = NULL, *form = NULL;
    if (len > 0 && *text != '{' && slack__form_parse(arena, text, len, &form) == 0)
        text = slack_json_strn(form, "/payload", &len);
    if (text && slack__json_parse(arena, text, len, &value, NULL) == 0) check_inside(name, value);
    slack__arena_reset(arena);
}

ARENA_TEST(real_blocks_raise_no_alarm)
{
    static const char *const folders[] = {
        "api",          "api_variants",      "events", "events_wrapped",
        "interactions", "interactions_wire", "socket"};
    seen = alarms = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        payloads_each(folders[i], check_file, NULL);
    print_message("%zu messages and views\n", seen);
    assert_in_range(seen, 80, 10000);
    assert_int_equal(alarms, 0);
}
