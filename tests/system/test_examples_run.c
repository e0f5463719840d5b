/* SPDX-License-Identifier: MIT */
/*
 * Each example runs as its user runs it, in a process of its own with the simulator's variables,
 * over each transport. A user does something in the simulator, and the transcript gets the lines of
 * this table, the same over each transport.
 */
#include <unistd.h>

#include "support/sim_child.h"
#include "support/test.h"

#define STEPS_MAX 8
#define LINES_MAX 9

/* A user's action, and a part of each line that it adds to the transcript. "%t" stands for the
 * transport's name, "%s" for the ts of the message sent before. */
typedef struct step {
    const char *send; /* for POST /sim/send, with ' for " */
    const char *lines[LINES_MAX];
} step_t;

typedef struct example {
    const char *name;
    step_t steps[STEPS_MAX];
    bool takes_both; /* it runs over both transports at once; for HTTP, Socket Mode is switched off
                      */
} example_t;

static const example_t examples[] = {
    {"hello",
     {{"{'kind':'message','text':'oh hello'}", {"ann: oh hello", "#general  bot: Hey there @ann!"}},
      {"{'kind':'message','text':'goodbye'}", {"ann: goodbye"}}},
     false},
    {"modal",
     {{"{'kind':'command','command':'/feedback','text':''}",
       {"ann runs /feedback", "opens a modal for ann: feedback \"Feedback\" [text/input]"}},
      {"{'kind':'submit','callback_id':'feedback','values':['text/input=too short']}",
       {"with text/input=too short -> errors: text: At least 10 characters"}},
      {"{'kind':'submit','callback_id':'feedback','values':['text/input=Grüße aus Tromsø']}",
       {"-> all closed", "DM with ann  bot: Thank you for your feedback on #general"}},
      {"{'kind':'command','command':'/feedback','text':'','channel':'random'}",
       {"ann runs /feedback", "opens a modal for ann"}},
      {"{'kind':'close-view'}", {"ann closes feedback", "DM with ann  bot: Another time, then"}}},
     false},
    {"options",
     {{"{'kind':'command','command':'/city','text':''}",
       {"-> bot (only to ann): Which city? [external_select: city]"}},
      {"{'kind':'options','action_id':'city','value':'os'}",
       {"types \"os\" into city -> Norway: Oslo; Japan: Osaka"}},
      {"{'kind':'options','action_id':'city','value':'x'}",
       {"types \"x\" into city -> no options"}},
      {"{'kind':'click','action_id':'city','value':'Oslo'}",
       {"ann clicks city: Oslo", "bot (only to ann): (edited) Off to Oslo!"}}},
     false},
    {"home",
     {{"{'kind':'open-home'}",
       {"ann opens the home tab",
        "publishes the home tab for ann: Glasses of water today: *0* [One more: more]"}},
      {"{'kind':'click','action_id':'more'}",
       {"ann clicks more", "updates the home tab for ann: Glasses of water today: *1*"}},
      {"{'kind':'click','action_id':'more'}",
       {"ann clicks more", "updates the home tab for ann: Glasses of water today: *2*"}},
      {"{'kind':'open-home'}", {"ann opens the home tab"}},
      {"{'kind':'event','event':{'type':'app_home_opened','tab':'messages','user':'U0BEN00001'}}",
       {"causes the event app_home_opened"}}},
     false},
    {"step",
     {{"{'kind':'step','callback_id':'approval','values':['approver=@ben','what=a day off']}",
       {"ann starts the step approval",
        "DM with ben  bot: May there be a day off? [Yes: approve] [No: deny]"}},
      {"{'kind':'click','action_id':'approve','user':'ben'}",
       {"ben clicks approve", "bot completes the step approval: approver=U0BEN00001",
        "DM with ben  bot: (edited) a day off: yes"}},
      {"{'kind':'step','callback_id':'approval','values':['approver=@cleo','what=cake & tea']}",
       {"ann starts the step approval",
        "DM with cleo  bot: May there be cake & tea? [Yes: approve] [No: deny]"}},
      {"{'kind':'click','action_id':'deny','user':'cleo'}",
       {"cleo clicks deny", "bot fails the step approval: @cleo said no",
        "DM with cleo  bot: (edited) cake & tea: no"}},
      {"{'kind':'step','callback_id':'approval','values':['approver=@ben']}",
       {"ann starts the step approval",
        "bot fails the step approval: The step needs somebody to ask"}}},
     false},
    {"assistant",
     {{"{'kind':'open-assistant','channel':'random'}",
       {"ann opens the assistant beside #random",
        "DM with ann (thread)  bot: Hello! I see that you look at #random.",
        "bot offers prompts: Ask me [What can you do?] [Sum this channel up]"}},
      {"{'kind':'message','channel':'@ann','thread':'%s','text':'what can you do?'}",
       {"DM with ann (thread)  ann: what can you do?", "bot sets the status: is thinking…",
        "bot sets the title: what can you do?",
        "DM with ann (thread)  bot: In #random they would say: WHAT CAN YOU DO?"}}},
     false},
    {"worker",
     {{"{'kind':'command','command':'/notes','text':''}",
       {"ann runs /notes", "bot (only to ann): There are no notes."}},
      {"{'kind':'command','command':'/note','text':''}",
       {"-> bot (only to ann): usage: /note TEXT"}},
      {"{'kind':'command','command':'/note','text':'buy milk'}", {"-> bot (only to ann): Noted."}},
      {"{'kind':'command','command':'/note','text':'it\\u0027s 5 % off','user':'ben'}",
       {"-> bot (only to ben): Noted."}},
      {"{'kind':'command','command':'/notes','text':''}",
       {"ann runs /notes", "#general  bot: 1. buy milk (@ann)",
        "#general  bot: 2. it's 5 % off (@ben)"}}},
     false},
    {"roster",
     {{"{'kind':'command','command':'/roster','text':''}",
       {"ann runs /roster", "#general  bot: 1050 users; admins: ann ",
        "#general  bot reacts with :eyes: to: 1050 users; ", "#general  bot pins: 1050 users; ",
        "#general (thread)  bot schedules: Is it still right?"}}},
     false},
    {"incident",
     {{"{'kind':'message','text':'@bot incident The database is slow'}",
       {"ann: @bot incident", "bot creates the channel", "bot invites ann, ben",
        "bot: The database is slow", "bot pins: The database is slow",
        "(thread)  bot begins to stream", "(thread)  bot: (file database.log)",
        "(thread)  bot: (streamed) Uploading the log: ", "#general  bot: @ben is on it in #inc-"}}},
     false},
    {"courier",
     {{"{'kind':'command','command':'/status','text':'7'}",
       {"-> bot (only to ann): The thread of order 7 says when it is shipped"}},
      {"{'kind':'message','text':'order 7'}",
       {"#general  ann: order 7", "#general  bot: order 7 received",
        "#general (thread)  bot: order 7 shipped"}},
      {"{'kind':'message','text':'reorder 7'}", {"#general  ann: reorder 7"}}},
     false},
    {"middleware",
     {{"{'kind':'command','command':'/whoami','text':''}",
       {"-> bot (only to ann): @ann, delivery 1"}},
      {"{'kind':'message','channel':'random','text':'deploy api'}", {"#random  ann: deploy api"}},
      {"{'kind':'message','text':'deploy api'}",
       {"#general  ann: deploy api", "#general  bot: Deploying api…"}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"/roll -> bot (only to ann): "}},
      {"{'kind':'command','command':'/roll','text':''}", {"ann runs /roll"}},
      {"{'kind':'command','command':'/roll','text':'','user':'ben'}",
       {"/roll -> bot (only to ben): "}}},
     false},
    {"both",
     {{"{'kind':'command','command':'/where','text':''}",
       {"-> bot (only to ann): It came over %t."}},
      {"{'kind':'message','text':'hello'}", {"ann: hello", "#general  bot: Hey there @ann!"}}},
     true},
    {"loop",
     {{"{'kind':'command','command':'/ticks','text':''}",
       {"-> bot (only to ann): The timer has fired ", "#general  bot: Up for 600 ms"}}},
     false},
};
#define EXAMPLES (sizeof examples / sizeof *examples)

/* The faults that an example meets, and the line that the example logs. */
static const struct refusal {
    const char *name, *fault, *logged;
} refusals[] = {
    {"roster", "api-status users.list 429 1 --after 2",
     "event=\"rate limited\" method=users.list"}, /* the third page */
    {"courier", "api-cut chat.postMessage; history-lag 1000",
     "event=\"request had taken effect\" method=chat.postMessage"},
    {"incident", "upload-status 429 1", "event=\"upload failed, trying again\" file=database.log"},
};

typedef struct run {
    const example_t *example;
    const char *transport;
} run_t;

static sim_child_t c;

/* ---- a run ---- */

static int open_sim(void **state)
{
    sim_child_open(&c);
    return 0;
}

static int close_sim(void **state)
{
    char path[96];
    snprintf(path, sizeof path, "%s/notes.db", c.dir);
    (void)unlink(path);
    return sim_child_close(&c) ? 0 : -1;
}

static bool has_no_socket(const sim_child_t *child)
{
    return child->peer.sim->sockets.count == 0;
}

static void switch_socket_mode_off(void)
{
    sim_peer_fault(&c.peer, "link-disabled");
    sim_child_until(&c, has_no_socket, "it does not leave its socket");
}

/* Returns a text of the table with its %t and %s replaced. */
static const char *filled(const char *from, const char *transport, const char *ts)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 4096);
    for (; *from; from++) {
        const char *value = from[0] != '%'   ? NULL
                            : from[1] == 't' ? transport
                            : from[1] == 's' ? ts
                                             : NULL;
        if (value) from++;
        int rc = value ? slack__buf_append_slice(&buf, slack__slice(value))
                       : slack__buf_append_char(&buf, *from);
        assert_int_equal(rc, 0);
    }
    const char *made = slack__arena_strndup(c.peer.arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    assert_non_null(made);
    return made;
}

/* Takes the step and checks that the transcript gets exactly its lines after the first `before`
 * ones. Their order among each other is the network's. Returns the number of lines now. */
static size_t take_step(const step_t *step, const char *transport, size_t before, const char **ts)
{
    size_t count = 0;
    const slack_json_t *sent = sim_child_act(&c, filled(step->send, transport, *ts));
    if (*slack_json_str(sent, "/ts")) *ts = slack_json_str(sent, "/ts");
    while (count < LINES_MAX && step->lines[count])
        count++;
    const slack_json_t *entries = sim_child_transcript(&c, before + count);
    for (size_t i = 0; i < count; i++) {
        const char *part = filled(step->lines[i], transport, *ts);
        if (!sim_child_has_line(entries, before, part)) sim_child_give_up(&c, "no \"%s\"", part);
    }
    return before + count;
}

static void run_over_a_transport(void **state)
{
    const run_t *run = *state;
    const bool http = strcmp(run->transport, "http") == 0;
    sim_child_start_over(&c, run->example->name, run->transport, NULL);
    if (http) sim_child_connect_http(&c);
    if (!http || run->example->takes_both) sim_child_connect_socket(&c);
    if (http && run->example->takes_both) switch_socket_mode_off();

    const struct refusal *refusal = NULL;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].name, run->example->name) == 0) refusal = &refusals[i];
    if (refusal) sim_peer_fault(&c.peer, refusal->fault);
    const char *ts = "";
    size_t lines = 0;
    for (const step_t *step = run->example->steps;
         step < run->example->steps + STEPS_MAX && step->send; step++)
        lines = take_step(step, run->transport, lines, &ts);
    int status = sim_child_stop(&c);
    if (status != 0) sim_child_give_up(&c, "status %d", status);
    for (const char *at = c.child.out; (at = strstr(at, "level=error")); at++)
        if (!strstr(at, "Socket Mode is switched off")) sim_child_give_up(&c, "it logged an error");
    /* Its manifest has the scopes of the methods that it declares: it calls no other. */
    if (strstr(c.child.out, "event=\"call not declared\""))
        sim_child_give_up(&c, "it calls what it does not declare");
    if (slack_json_count(sim_child_transcript(&c, 0), "") != lines)
        sim_child_give_up(&c, "more was said");
    if (refusal && !strstr(c.child.out, refusal->logged))
        sim_child_give_up(&c, "nothing was refused");
}

/* ---- an installation of examples/distributed.c ---- */

/* The port of the pages: that of the request URL, or the admin port. */
static unsigned page_port(const char *event)
{
    child_until(&c.child, event);
    unsigned port = 0;
    assert_int_equal(sscanf(strstr(strstr(c.child.out, event), " port="), " port=%u", &port), 1);
    return port;
}

static void is_installed_over(const char *transport)
{
    const bool http = strcmp(transport, "http") == 0;
    const sim_oauth_app_t *settings = &c.peer.sim->oauth.app;
    const char *const variables[] = {
        sim_child_text(&c, "SLACK_TRANSPORT=%s", transport),
        sim_child_text(&c, "SLACK_API_URL=%s/api/", c.peer.sim->env.base_url),
        sim_child_text(&c, "SLACK_CLIENT_ID=%s", settings->client_id),
        sim_child_text(&c, "SLACK_CLIENT_SECRET=%s", settings->client_secret),
        "SLACK_APP_TOKEN=" SIM_PEER_APP_TOKEN,
        "SLACK_SIGNING_SECRET=" SIM_PEER_SECRET,
        "SLACK_HTTP_HOST=127.0.0.1",
        "SLACK_HTTP_PORT=0",
        "SLACK_STORE=memory:",
        http ? NULL : "SLACK_HTTP_ADMIN_PORT=0",
        NULL,
    };
    sim_child_start(&c, "distributed", variables);
    http ? sim_child_connect_http(&c) : sim_child_connect_socket(&c);
    const unsigned port =
        page_port(http ? "event=\"http listening\"" : "event=\"admin server listening\"");
    c.peer.sim->oauth.app.redirect_uris =
        sim_child_text(&c, "http://127.0.0.1:%u/slack/oauth_redirect", port);
    child_t browser;
    child_run(&browser, &c.peer.world,
              "%s/slackapp sim install --as ben --url http://127.0.0.1:%u/slack/install",
              getenv("SLACKAPP_BUILD_DIR"), port);
    child_wait(&browser);
    if (browser.status != 0) sim_child_give_up(&c, "%s", browser.out);
    child_done(&browser);
    const step_t step = {"{'kind':'message','text':'hello'}",
                         {"ben installs the app", "DM with ben  bot: Thank you!", "ann: hello",
                          "#general  bot: Hey there @ann!"}};
    (void)take_step(&step, transport, 0, &(const char *){""});
    if (sim_child_stop(&c) != 0) sim_child_give_up(&c, "it failed");
    if (strstr(c.child.out, "xox")) sim_child_give_up(&c, "it logged a token");
}

TEST_CASE(is_installed_over_http, open_sim, close_sim, NULL)
{
    is_installed_over("http");
}

TEST_CASE(is_installed_over_socket_mode, open_sim, close_sim, NULL)
{
    is_installed_over("socket");
}

/* ---- wrong settings ---- */

static void fails_with_a_sentence(const char *name, const char *const *variables,
                                  const char *sentence)
{
    sim_child_start(&c, name, variables);
    int status = sim_child_wait(&c);
    if (status != 1) sim_child_give_up(&c, "%s: status %d", name, status);
    if (!strstr(c.child.out, sim_child_text(&c, "%s: ", name)) || !strstr(c.child.out, sentence))
        sim_child_give_up(&c, "no \"%s\" in what %s wrote", sentence, name);
    child_done(&c.child);
}

TEST_CASE(says_what_is_wrong, open_sim, close_sim, NULL)
{
    const char *url = sim_child_text(&c, "SLACK_API_URL=%s/api/", c.peer.sim->env.base_url);
    for (size_t i = 0; i < EXAMPLES; i++) {
        const char *const nothing[] = {"SLACK_STORE=memory:", NULL};
        const char *const misspelt[] = {"SLACK_TRANSPORT=sockets",
                                        "SLACK_BOT_TOKEN=" SIM_PEER_BOT_TOKEN,
                                        "SLACK_STORE=memory:", NULL};
        const char *const wrong[] = {"SLACK_TRANSPORT=http",
                                     url,
                                     "SLACK_BOT_TOKEN=xoxb-somebody-else",
                                     "SLACK_APP_TOKEN=xapp-1-somebody-else",
                                     "SLACK_SIGNING_SECRET=s",
                                     "SLACK_STORE=memory:",
                                     "SLACK_HTTP_HOST=127.0.0.1",
                                     "SLACK_HTTP_PORT=0",
                                     NULL};
        fails_with_a_sentence(examples[i].name, nothing, "SLACK_BOT_TOKEN");
        if (!examples[i].takes_both) /* it names its transports itself */
            fails_with_a_sentence(examples[i].name, misspelt, "SLACK_TRANSPORT");
        fails_with_a_sentence(examples[i].name, wrong, "invalid_auth");
    }
    const char *const nobody[] = {"SLACK_TRANSPORT=http", "SLACK_SIGNING_SECRET=s", NULL};
    fails_with_a_sentence("distributed", nobody, "SLACK_CLIENT_ID");
}

int main(void)
{
    static const char *const transports[] = {"socket", "http"};
    static run_t runs[EXAMPLES * 2];
    static char names[EXAMPLES * 2][48];
    for (size_t i = 0; i < EXAMPLES * 2; i++) {
        runs[i] = (run_t){&examples[i / 2], transports[i % 2]};
        snprintf(names[i], sizeof names[i], "%s over %s", runs[i].example->name, runs[i].transport);
        test_add(
            &(struct CMUnitTest){names[i], run_over_a_transport, open_sim, close_sim, &runs[i]});
    }
    return test_run_all(NULL, NULL);
}
