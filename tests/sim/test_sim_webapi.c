/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

/* The simulator's Web API over HTTP: each method's success and main errors. */

/* The first sentence that explains a bad argument. */
static const char *message_of(const char *method, const char *body)
{
    return slack_json_str(sim_peer_api(&peer, method, body), "/response_metadata/messages/0");
}

static const char *say(const char *body)
{
    const slack_json_t *answer = sim_peer_api(&peer, "chat.postMessage", body);
    assert_true(slack_json_bool(answer, "/ok"));
    return slack_json_str(answer, "/ts");
}

/* ---- tokens and bodies ---- */

static const char *error_of(const sim_peer_request_t *request)
{
    const slack_json_t *answer = sim_peer_call(&peer, request);
    assert_int_equal(peer.status, 200);
    return slack_json_str(answer, "/error");
}

ALONE(tokens_are_checked)
{
    const char *form = "application/x-www-form-urlencoded", *json = "application/json";
    const struct {
        sim_peer_request_t request;
        const char *error;
    } cases[] = {
        {{"POST", "/api/auth.test", SIM_PEER_BOT_TOKEN, NULL, NULL}, ""},
        {{"GET", "/api/auth.test", SIM_PEER_BOT_TOKEN, NULL, NULL}, ""},
        {{"POST", "/api/auth.test", NULL, form, "token=" SIM_PEER_BOT_TOKEN}, ""},
        {{"POST", "/api/auth.test", NULL, NULL, NULL}, "not_authed"},
        {{"POST", "/api/auth.test", NULL, json, "{'token':'" SIM_PEER_BOT_TOKEN "'}"},
         "not_authed"},
        {{"GET", "/api/auth.test?token=" SIM_PEER_BOT_TOKEN, NULL, NULL, NULL}, "not_authed"},
        {{"POST", "/api/auth.test", "xoxb-another", NULL, NULL}, "invalid_auth"},
        {{"POST", "/api/auth.test", SIM_PEER_APP_TOKEN, NULL, NULL}, "not_allowed_token_type"},
        {{"POST", "/api/apps.connections.open", SIM_PEER_BOT_TOKEN, NULL, NULL},
         "not_allowed_token_type"},
        {{"POST", "/api/apps.connections.open", NULL, form, "token=" SIM_PEER_APP_TOKEN},
         "not_authed"},
        {{"POST", "/api/apps.connections.open", SIM_PEER_APP_TOKEN, NULL, NULL}, ""},
        {{"POST", "/api/no.such", NULL, NULL, NULL}, "unknown_method"},
        {{"POST", "/api/auth.test", SIM_PEER_BOT_TOKEN, json, "{"}, "invalid_json"},
        {{"POST", "/api/auth.test", SIM_PEER_BOT_TOKEN, json, "[]"}, "json_not_object"},
        {{"POST", "/api/auth.test", SIM_PEER_BOT_TOKEN, "text/plain", "x"}, "invalid_post_type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *error = error_of(&cases[i].request);
        if (strcmp(error, cases[i].error) != 0)
            fail_msg("case %zu: %s, not %s", i, error, cases[i].error);
    }
}

ALONE(json_without_a_charset_is_warned_about)
{
    const sim_peer_request_t request = {"POST", "/api/auth.test", SIM_PEER_BOT_TOKEN,
                                        "application/json", "{}"};
    const slack_json_t *answer = sim_peer_call(&peer, &request);
    assert_true(slack_json_bool(answer, "/ok"));
    assert_string_equal(slack_json_str(answer, "/warning"), "missing_charset");
    assert_null(slack_json_get(sim_peer_api(&peer, "auth.test", "{}"), "/warning"));
}

ALONE(forms_carry_nested_json)
{
    const sim_peer_request_t request = {
        "POST", "/api/chat.postMessage", SIM_PEER_BOT_TOKEN, "application/x-www-form-urlencoded",
        "channel=C0GENERAL1&text=a+%26+b&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D"};
    const slack_json_t *answer = sim_peer_call(&peer, &request);
    assert_string_equal(slack_json_str(answer, "/message/text"), "a & b");
    assert_string_equal(slack_json_str(answer, "/message/blocks/0/type"), "divider");
    assert_string_not_equal(slack_json_str(answer, "/message/blocks/0/block_id"), "");
}

ALONE(auth_test)
{
    const slack_json_t *answer = sim_peer_api(&peer, "auth.test", "{}");
    assert_string_equal(slack_json_str(answer, "/team_id"), "T0SIM00001");
    assert_string_equal(slack_json_str(answer, "/user_id"), "U0BOT00001");
    assert_string_equal(slack_json_str(answer, "/bot_id"), "B0BOT00001");
}

/* ---- chat ---- */

ALONE(post_message)
{
    const slack_json_t *answer =
        sim_peer_api(&peer, "chat.postMessage", "{'channel':'#general','text':'hi'}");
    assert_true(slack_json_bool(answer, "/ok"));
    assert_string_equal(slack_json_str(answer, "/channel"), "C0GENERAL1");
    assert_string_equal(slack_json_str(answer, "/message/text"), "hi");
    assert_string_equal(slack_json_str(answer, "/message/bot_id"), "B0BOT00001");
    assert_string_equal(slack_json_str(answer, "/message/ts"), slack_json_str(answer, "/ts"));

    const char *first = slack_json_str(answer, "/ts");
    const char *second = say("{'channel':'general','text':'again'}");
    assert_true(strcmp(first, second) < 0); /* the clock stands still */
    answer = sim_peer_api(&peer, "chat.postMessage", "{'channel':'U0ANN00001','text':'hi'}");
    assert_string_equal(slack_json_str(answer, "/channel"), "D0ANN00001");
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot: hi\n"
                                                    "#general  bot: again\n"
                                                    "DM with ann  bot: hi\n");
}

ALONE(post_message_refuses)
{
    const struct {
        const char *body;
        const char *error;
    } cases[] = {
        {"{'text':'x'}", "invalid_arguments"},
        {"{'channel':'nowhere','text':'x'}", "channel_not_found"},
        {"{'channel':'lounge','text':'x'}", "not_in_channel"},
        {"{'channel':'general'}", "no_text"},
        {"{'channel':'general','text':'','blocks':[]}", "no_text"},
        {"{'channel':'general','blocks':{}}", "invalid_blocks_format"},
        {"{'channel':'general','blocks':'['}", "invalid_blocks_format"},
        {"{'channel':'general','blocks':[{'type':'nonsense'}]}", "invalid_blocks"},
        {"{'channel':'general','blocks':[{'type':'section'}]}", "invalid_blocks"},
        {"{'channel':'general','text':'x','markdown_text':'y'}", "markdown_text_conflict"},
        {"{'channel':'general','text':'x','metadata':{}}", "invalid_metadata_schema"},
        {"{'channel':'general','text':'x','thread_ts':'now'}", "invalid_thread_ts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error("chat.postMessage", cases[i].body, cases[i].error);
    assert_string_equal(message_of("chat.postMessage", "{}"),
                        "[ERROR] missing required field: channel");
    assert_string_equal(message_of("chat.postMessage", cases[8].body),
                        "[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]");
    assert_string_equal(sim_peer_transcript(&peer), "");
}

ALONE(update)
{
    char body[256];
    const char *ts = say("{'channel':'general','text':'one'}");
    snprintf(body, sizeof body, "{'channel':'C0GENERAL1','ts':'%s','text':'two'}", ts);
    const slack_json_t *answer = sim_peer_api(&peer, "chat.update", body);
    assert_string_equal(slack_json_str(answer, "/ts"), ts);
    assert_string_equal(slack_json_str(answer, "/text"), "two");
    assert_string_equal(slack_json_str(answer, "/message/text"), "two");
    assert_error("chat.update", "{\"channel\":\"C0GENERAL1\",\"text\":\"x\"}", "invalid_arguments");
    assert_error("chat.update", "{\"channel\":\"C0GENERAL1\",\"ts\":\"1.2\",\"text\":\"x\"}",
                 "message_not_found");
    snprintf(body, sizeof body, "{'channel':'C0GENERAL1','ts':'%s'}", ts);
    assert_error("chat.update", body, "no_text");
    snprintf(body, sizeof body, "{'channel':'C0RANDOM01','ts':'%s','text':'x'}", ts);
    assert_error("chat.update", body, "message_not_found");
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot: one\n"
                                                    "#general  bot: (edited) two\n");
}

ALONE(post_ephemeral)
{
    const slack_json_t *answer = sim_peer_api(
        &peer, "chat.postEphemeral", "{'channel':'general','user':'U0BEN00001','text':'psst'}");
    assert_string_not_equal(slack_json_str(answer, "/message_ts"), "");
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot (only to ben): psst\n");
    answer = sim_peer_api(&peer, "conversations.history", "{'channel':'C0GENERAL1'}");
    assert_int_equal(slack_json_count(answer, "/messages"), 0);
    assert_error("chat.postEphemeral", "{\"channel\":\"general\",\"text\":\"x\"}",
                 "invalid_arguments");
    assert_error("chat.postEphemeral", "{\"channel\":\"general\",\"user\":\"U1\",\"text\":\"x\"}",
                 "user_not_in_channel");
    assert_error("chat.postEphemeral",
                 "{\"channel\":\"D0ANN00001\",\"user\":\"U0BEN00001\",\"text\":\"x\"}",
                 "user_not_in_channel");
}

/* ---- conversations and users ---- */

ALONE(list_pages)
{
    const char *ids[8];
    char body[256], cursor[100] = "";
    size_t count = 0, pages = 0;
    do {
        snprintf(body, sizeof body,
                 "{'types':'public_channel, private_channel,im','limit':2,'cursor':'%s'}", cursor);
        const slack_json_t *answer = sim_peer_api(&peer, "conversations.list", body);
        slack_json_iter_t it = {0};
        while (slack_json_next(slack_json_get(answer, "/channels"), &it))
            ids[count++] = slack_json_str(it.value, "/id");
        snprintf(cursor, sizeof cursor, "%s",
                 slack_json_str(answer, "/response_metadata/next_cursor"));
        pages++;
    } while (*cursor && pages < 9);
    assert_int_equal(pages, 4);
    assert_int_equal(count, 7);
    assert_string_equal(ids[0], "C0GENERAL1");
    assert_string_equal(ids[6], "D0CLEO0001");

    const slack_json_t *answer = sim_peer_api(&peer, "conversations.list", "{}");
    assert_int_equal(slack_json_count(answer, "/channels"), 3);
    assert_true(slack_json_bool(answer, "/channels/0/is_general"));
    assert_error("conversations.list", "{\"types\":\"nonsense\"}", "invalid_types");
    assert_error("conversations.list", "{\"limit\":0}", "invalid_limit");
    assert_error("conversations.list", "{\"limit\":\"x\"}", "invalid_limit");
    assert_error("conversations.list", "{\"cursor\":\"x\"}", "invalid_cursor");
    assert_error("conversations.list", "{\"cursor\":\"bmV4dDpDMQ==\"}", "invalid_cursor");
}

ALONE(info)
{
    const slack_json_t *answer =
        sim_peer_api(&peer, "conversations.info", "{'channel':'C0SECRET01'}");
    assert_string_equal(slack_json_str(answer, "/channel/name"), "secret");
    assert_true(slack_json_bool(answer, "/channel/is_private"));
    answer = sim_peer_api(&peer, "conversations.info", "{'channel':'D0ANN00001'}");
    assert_true(slack_json_bool(answer, "/channel/is_im"));
    assert_string_equal(slack_json_str(answer, "/channel/user"), "U0ANN00001");
    assert_error("conversations.info", "{\"channel\":\"C1\"}", "channel_not_found");
    assert_error("conversations.info", "{}", "invalid_arguments");

    answer = sim_peer_api(&peer, "users.info", "{'user':'U0ANN00001'}");
    assert_string_equal(slack_json_str(answer, "/user/name"), "ann");
    assert_false(slack_json_bool(answer, "/user/is_bot"));
    answer = sim_peer_api(&peer, "users.info", "{'user':'U0BOT00001'}");
    assert_true(slack_json_bool(answer, "/user/is_bot"));
    assert_string_equal(slack_json_str(answer, "/user/profile/bot_id"), "B0BOT00001");
    assert_error("users.info", "{\"user\":\"U1\"}", "user_not_found");
    assert_error("users.info", "{}", "invalid_arguments");
}

/* ---- views ---- */

#define MODAL                                                                                      \
    "{'type':'modal','callback_id':'form','title':{'type':'plain_text','text':'A form'},"          \
    "'blocks':[{'type':'divider'}]}"

/* A trigger, as in an interaction with that view; NULL: with no view. */
static const char *trigger(const char *view_id)
{
    sim_key_t *key = sim_key_new(&peer.sim->services->workspace->keys, SIM_KEY_TRIGGER);
    key->user = sim_user_owner(&peer.sim->services->workspace->users);
    if (view_id) snprintf(key->view_id, sizeof key->view_id, "%s", view_id);
    return key->text;
}

static const char *with_trigger(const char *key, const char *view)
{
    return slack__arena_printf(peer.arena, "{'trigger_id':'%s','view':%s}", key, view);
}

static const slack_json_t *open_modal(void)
{
    const slack_json_t *answer =
        sim_peer_api(&peer, "views.open", with_trigger(trigger(NULL), MODAL));
    assert_true(slack_json_bool(answer, "/ok"));
    return slack_json_get(answer, "/view");
}

ALONE(views_open)
{
    const slack_json_t *view = open_modal();
    const char *id = slack_json_str(view, "/id");
    assert_int_equal(id[0], 'V');
    assert_string_equal(slack_json_str(view, "/root_view_id"), id);
    assert_string_equal(slack_json_str(view, "/callback_id"), "form");
    assert_string_not_equal(slack_json_str(view, "/hash"), "");
    assert_int_equal(slack_json_type(slack_json_get(view, "/state/values")), SLACK_JSON_OBJECT);
    assert_string_equal(sim_peer_transcript(&peer), "bot opens a modal for ann: form \"A form\"\n");
}

ALONE(triggers_live_once_and_shortly)
{
    const char *key = trigger(NULL);
    assert_error("views.open", with_trigger("1.2.3", MODAL), "invalid_trigger_id");
    /* A bad view does not use up the trigger. */
    assert_error("views.open", with_trigger(key, "{}"), "invalid_arguments");
    assert_error("views.open", with_trigger(key, MODAL), "");
    assert_error("views.open", with_trigger(key, MODAL), "exchanged_trigger_id");
    key = trigger(NULL);
    sim_peer_pass_ms(&peer, 3000);
    assert_error("views.open", with_trigger(key, MODAL), "");
    key = trigger(NULL);
    sim_peer_pass_ms(&peer, 3001);
    assert_error("views.open", with_trigger(key, MODAL), "expired_trigger_id");
}

ALONE(views_are_checked)
{
#define TITLE "'title':{'type':'plain_text','text':'t'}"
    const struct {
        const char *view;
        const char *message;
    } cases[] = {
        {"[]", "must provide an object [json-pointer:/view]"},
        {"{}", "missing required field: type [json-pointer:/view]"},
        {"{'type':'home','blocks':[]}", "must be a modal view [json-pointer:/view/type]"},
        {"{'type':'modal'," TITLE "}", "missing required field: blocks [json-pointer:/view]"},
        {"{'type':'modal','blocks':[]}", "missing required field: title [json-pointer:/view]"},
        {"{'type':'modal'," TITLE ",'blocks':[{}]}",
         "missing required field: type [json-pointer:/view/blocks/0]"},
        {"{'type':'modal'," TITLE
         ",'blocks':[{'type':'input','label':{'type':'plain_text','text':'l'},"
         "'element':{'type':'plain_text_input'}}]}",
         "missing required field: submit [json-pointer:/view]"},
        {"{'type':'modal','blocks':[],'title':{'type':'plain_text',"
         "'text':'more than 24 characters!!'}}",
         "must be less than 25 characters [json-pointer:/view/title/text]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *message = message_of("views.open", with_trigger(trigger(NULL), cases[i].view));
        assert_int_equal(strncmp(message, "[ERROR] ", 8), 0);
        assert_string_equal(message + 8, cases[i].message);
    }
    assert_error("views.open", "{\"trigger_id\":\"x\",\"view\":\"{\"}", "invalid_arguments");
    assert_error("views.open", "{\"trigger_id\":\"x\"}", "invalid_arguments");
    assert_error("views.open", "{\"view\":" MODAL "}", "invalid_arguments");
}

ALONE(views_update)
{
    const slack_json_t *view = open_modal();
    const char *id = slack_json_str(view, "/id"), *hash = slack_json_str(view, "/hash");
    const char *body =
        slack__arena_printf(peer.arena, "{'view_id':'%s','hash':'%s','view':%s}", id, hash, MODAL);
    const slack_json_t *answer = sim_peer_api(&peer, "views.update", body);
    assert_string_equal(slack_json_str(answer, "/view/id"), id);
    assert_string_not_equal(slack_json_str(answer, "/view/hash"), hash);
    assert_error("views.update", body, "hash_conflict");
    assert_error("views.update", "{\"view_id\":\"V1\",\"view\":" MODAL "}", "not_found");
    assert_error("views.update", "{\"view\":" MODAL "}", "invalid_arguments");
}

ALONE(external_ids_are_unique)
{
    const char *view = "{'type':'modal','external_id':'e'," TITLE ",'blocks':[]}";
    assert_error("views.open", with_trigger(trigger(NULL), view), "");
    assert_error("views.update", "{\"external_id\":\"e\",\"view\":" MODAL "}", "");
    assert_error("views.update", "{\"external_id\":\"e\",\"view\":" MODAL "}", "not_found");
    const slack_json_t *home = sim_peer_api(
        &peer, "views.publish",
        "{'user_id':'U0ANN00001','view':{'type':'home','external_id':'e','blocks':[]}}");
    assert_true(slack_json_bool(home, "/ok"));
    assert_error("views.open", with_trigger(trigger(NULL), view), "duplicate_external_id");
}

ALONE(views_push)
{
    const slack_json_t *view = open_modal();
    const char *root = slack_json_str(view, "/id"), *id = root;
    for (int depth = 2; depth <= 3; depth++) {
        const slack_json_t *answer =
            sim_peer_api(&peer, "views.push", with_trigger(trigger(id), MODAL));
        assert_true(slack_json_bool(answer, "/ok"));
        assert_string_equal(slack_json_str(answer, "/view/root_view_id"), root);
        assert_string_equal(slack_json_str(answer, "/view/previous_view_id"), id);
        id = slack_json_str(answer, "/view/id");
    }
    assert_error("views.push", with_trigger(trigger(id), MODAL), "push_limit_reached");
    assert_error("views.push", with_trigger(trigger(NULL), MODAL), "not_found");
}

ALONE(views_publish)
{
#define HOME "{'type':'home','blocks':[{'type':'section','text':{'type':'mrkdwn','text':'Hi'}}]}"
    const char *body = "{'user_id':'U0ANN00001','view':" HOME "}";
    const slack_json_t *answer = sim_peer_api(&peer, "views.publish", body);
    const char *id = slack_json_str(answer, "/view/id");
    const char *hash = slack_json_str(answer, "/view/hash");
    assert_string_equal(slack_json_str(answer, "/view/type"), "home");
    const char *with_hash = slack__arena_printf(
        peer.arena, "{'user_id':'U0ANN00001','hash':'%s','view':" HOME "}", hash);
    answer = sim_peer_api(&peer, "views.publish", with_hash);
    assert_string_equal(slack_json_str(answer, "/view/id"), id);
    assert_error("views.publish", with_hash, "hash_conflict");
    assert_error("views.publish", "{\"user_id\":\"U1\",\"view\":" HOME "}", "invalid_arguments");
    assert_error("views.publish", "{\"user_id\":\"U0ANN00001\",\"view\":" MODAL "}",
                 "invalid_arguments");
    assert_string_equal(sim_peer_transcript(&peer), "bot publishes the home tab for ann: Hi\n"
                                                    "bot publishes the home tab for ann: Hi\n");
}

/* ---- response URLs ---- */

static sim_key_t *response_url(const char **ret_url)
{
    sim_key_t *key = sim_key_new(&peer.sim->services->workspace->keys, SIM_KEY_RESPONSE_URL);
    key->user = sim_user_owner(&peer.sim->services->workspace->users);
    key->channel = sim_channel_find(&peer.sim->services->workspace->channels, "general");
    *ret_url = slack__arena_printf(peer.arena, "/actions/%s", key->text);
    return key;
}

static const slack_json_t *respond(const char *url, const char *body)
{
    const sim_peer_request_t request = {"POST", url, NULL, "application/json", body};
    return sim_peer_call(&peer, &request);
}

ALONE(response_urls_speak_five_times)
{
    const char *url;
    response_url(&url);
    assert_true(slack_json_bool(respond(url, "{'text':'one'}"), "/ok"));
    assert_true(
        slack_json_bool(respond(url, "{'text':'two','response_type':'in_channel'}"), "/ok"));
    respond(url, "{'text':''}");
    assert_int_equal(peer.status, 400);
    respond(url, "{'text':'four'}");
    respond(url, "{'text':'five'}");
    assert_int_equal(peer.status, 200);
    assert_string_equal(slack_json_str(respond(url, "{'text':'six'}"), "/error"), "used_url");
    assert_int_equal(peer.status, 404);
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot (only to ann): one\n"
                                                    "#general  bot: two\n"
                                                    "#general  bot (only to ann): four\n"
                                                    "#general  bot (only to ann): five\n");
}

/* ---- webhooks ---- */

ALONE(webhooks_and_triggers)
{
    const slack_json_t *status = sim_peer_control(&peer, "/sim/status", NULL);
    const char *base = slack_json_str(status, "/env/SLACKAPP_SIM");
    const char *hook = slack_json_str(status, "/channels/0/webhook") + strlen(base);
    const char *trigger = slack_json_str(status, "/trigger") + strlen(base);
    const struct {
        const char *path, *body;
        int status;
    } cases[] = {
        {hook, "{'text':'disk full'}", 200},
        {hook, "{}", 400},
        {hook, "{'text':''}", 400},
        {hook, "[1]", 400},
        {hook, "", 400},
        {hook, "{'text':'x','blocks':[{'type':'nonsense'}]}", 400},
        {"/services/T1/C1/x", "{'text':'x'}", 404},
        {"/services/T0SIM00001/C0NONE/x", "{'text':'x'}", 404},
        {"/services/T0SIM00001/general/x", "{'text':'x'}", 404},
        {"/services/x", "{'text':'x'}", 404},
        {slack__arena_printf(peer.arena, "%sx", hook), "{'text':'x'}", 403},
        {trigger, "{'city':'Oslo'}", 200},
        {trigger, "Oslo", 400},
        {slack__arena_printf(peer.arena, "%sx", trigger), "{}", 403},
        {"/triggers/T0SIM00001/2/x", "{}", 404},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        respond(cases[i].path, cases[i].body);
        if (peer.status != cases[i].status)
            fail_msg("%s %s: %d", cases[i].path, cases[i].body, peer.status);
    }
    sim_peer_call(&peer, &(sim_peer_request_t){"GET", hook, NULL, NULL, NULL});
    assert_int_equal(peer.status, 405);
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot: disk full\n"
                                                    "bot starts a workflow with "
                                                    "{\"city\":\"Oslo\"}\n");
}

/* Faults and limits are those of methods. */
ALONE(urls_fail_as_methods_do)
{
    static const struct {
        const char *fault, *argument;
        int status;
        bool done; /* it acts in spite of the fault */
    } cases[] = {
        {"api-lost", "", SLACK_ECLOSED, false},  {"api-cut", "", SLACK_ECLOSED, true},
        {"api-status", "429 7", 429, false},     {"api-status", "503", 503, false},
        {"api-done-status", "502", 502, true},   {"api-slow", "0", 200, true},
        {"api-error", "no_service", 404, false},
    };
    const char *url;
    const slack_json_t *status = sim_peer_control(&peer, "/sim/status", NULL);
    const size_t base = strlen(slack_json_str(status, "/env/SLACKAPP_SIM"));
    const struct {
        const char *name, *path;
        unsigned calls; /* above which a limit refuses */
    } urls[] = {
        {"webhook", slack_json_str(status, "/channels/0/webhook") + base, 5},
        {"trigger", slack_json_str(status, "/trigger") + base, 5},
        {"response_url", NULL, 0},
    };
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
            if (!urls[i].path) response_url(&url); /* good for five messages only */
            char faults[96];
            const size_t before = peer.sim->entries.count;
            snprintf(faults, sizeof faults, "%s %s %s", cases[j].fault, urls[i].name,
                     cases[j].argument);
            sim_peer_fault(&peer, faults);
            respond(urls[i].path ? urls[i].path : url, "{'text':'x'}");
            if (peer.status != cases[j].status ||
                cases[j].done != (peer.sim->entries.count > before))
                fail_msg("%s: %d", faults, peer.status);
        }
        peer.sim->services->rate_limits->limits = SIM_LIMITS_TIERS;
        for (unsigned n = 0; n < 6 && urls[i].path; n++) {
            respond(urls[i].path, "{'text':'x'}");
            assert_int_equal(peer.status, n < urls[i].calls ? 200 : 429);
        }
        peer.sim->services->rate_limits->limits = SIM_LIMITS_NONE;
    }
    status = sim_peer_control(&peer, "/sim/status", NULL);
    for (int i = 0; i < 3; i++) {
        const slack_json_t *calls =
            slack_json_get(status, slack__arena_printf(peer.arena, "/calls/%d", i));
        assert_member(calls, "/method", urls[i].name);
        assert_int_equal(slack_json_int(calls, "/calls"), urls[i].path ? 13 : 7);
        assert_int_equal(slack_json_int(calls, "/ratelimited"), urls[i].path ? 1 : 0);
    }
}

ALONE(response_urls_expire)
{
    const char *url;
    response_url(&url);
    sim_peer_pass_ms(&peer, 30 * 60 * 1000 + 1);
    assert_string_equal(slack_json_str(respond(url, "{'text':'x'}"), "/error"), "expired_url");
    assert_string_equal(slack_json_str(respond("/commands/x", "{'text':'x'}"), "/error"),
                        "invalid_url");
    assert_int_equal(peer.status, 404);
    respond(url, "[]");
    assert_int_equal(peer.status, 400);
    const sim_peer_request_t get = {"GET", url, NULL, NULL, NULL};
    sim_peer_call(&peer, &get);
    assert_int_equal(peer.status, 405);
}

ALONE(response_urls_replace_and_delete)
{
    const char *url;
    sim_key_t *key = response_url(&url);
    snprintf(key->message_ts, sizeof key->message_ts, "%s",
             say("{'channel':'general','text':'original'}"));
    respond(url, "{'text':'new','replace_original':true}");
    respond(url, "{'delete_original':true}");
    assert_int_equal(peer.status, 200);
    const slack_json_t *answer =
        sim_peer_api(&peer, "conversations.history", "{'channel':'C0GENERAL1'}");
    assert_int_equal(slack_json_count(answer, "/messages"), 0);
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot: original\n"
                                                    "#general  bot: (edited) new\n"
                                                    "#general  bot: (deleted) new\n");
}
