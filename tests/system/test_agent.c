/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "support/llm.h"
#include "support/sim_child.h"
#include "support/test.h"

/* examples/agent.c, with the simulator as Slack, and models that answer well, slowly, and badly. */

static sim_child_t c;
static llm_t llm;
static const char *thread; /* of the assistant */

static void act(const char *json)
{
    sim_child_act(&c, json);
}

static int open_agent(void **state)
{
    sim_child_open(&c);
    llm_open(&llm, &c.peer.world);
    sim_child_start_over(&c, "agent", *state, sim_child_text(&c, "LLM_URL=%s", llm.url));
    if (strcmp(*state, "http") == 0)
        sim_child_connect_http(&c);
    else
        sim_child_connect_socket(&c);
    const slack_json_t *opened = sim_child_act(&c, "{'kind':'open-assistant'}");
    thread = sim_child_text(&c, "%s", slack_json_str(opened, "/ts"));
    sim_child_transcript(&c, 3);
    return 0;
}

static int close_agent(void **state)
{
    const int status = sim_child_stop(&c);
    llm_close(&llm);
    assert_true(sim_child_close(&c));
    assert_int_equal(status, 0);
    return 0;
}

#define AGENT_TEST(function) TEST_BOTH_WIRES(function, open_agent, close_agent)

static void ask(const char *question)
{
    act(sim_child_text(&c, "{'kind':'message','channel':'@ann','thread':'%s','text':'%s'}", thread,
                       question));
}

static const char *awaited;

static bool has_line(const sim_child_t *child)
{
    return strstr(sim_peer_transcript(&c.peer), awaited) != NULL;
}

static void await(const char *part)
{
    awaited = part;
    sim_child_until(&c, has_line, part);
}

static unsigned lines_with(const char *part)
{
    unsigned count = 0;
    for (const char *at = sim_peer_transcript(&c.peer); (at = strstr(at, part)); at++)
        count++;
    return count;
}

AGENT_TEST(answers_token_by_token)
{
    static const char *const pieces[] = {LLM_HEAD,
                                         LLM_TOKEN("**Be"),
                                         LLM_TOKEN("cause** "),
                                         ": a comment\n\n",
                                         LLM_TOKEN("of Rayleigh"),
                                         LLM_DONE,
                                         NULL};
    assert_int_equal(lines_with("offers prompts: For example [Why is the sky blue?]"), 1);
    llm.pieces = pieces;
    ask("Why is the sky blue?");
    await("sets the status: is thinking…");
    await("(streamed) **Because** of Rayleigh [feedback_buttons: feedback]");
    assert_non_null(strstr(llm.request, "POST /v1/chat/completions HTTP/1.1\r\n"));
    assert_non_null(strstr(llm.request, "\"stream\":true"));
    assert_non_null(strstr(llm.request,
                           "{\"role\":\"assistant\",\"content\":\"Hello! What would you like to "
                           "know?\"},{\"role\":\"user\",\"content\":\"Why is the sky blue?\"}]"));
    assert_null(strstr(llm.request, "Authorization"));
    assert_null(strstr(llm.request, "xoxb"));
    act("{'kind':'click','action_id':'feedback','channel':'@ann','value':'Bad'}");
    await("Thank you: noted as bad.");
}

/* The text shows while the model goes on. */
AGENT_TEST(a_slow_answer_grows)
{
    static const char *const pieces[] = {LLM_HEAD,
                                         LLM_TOKEN("One "),
                                         LLM_TOKEN("two "),
                                         LLM_TOKEN("three "),
                                         LLM_TOKEN("four"),
                                         LLM_DONE,
                                         NULL};
    llm.pieces = pieces;
    llm.pause_ms = 300;
    ask("Count");
    await("begins to stream -> One");
    assert_int_equal(lines_with("four"), 0);
    await("(streamed) One two three four [");
    assert_int_equal(lines_with("(streamed)"), 1);
}

AGENT_TEST(a_person_stops_the_model)
{
    static const char *const pieces[] = {LLM_HEAD, LLM_TOKEN("bla "), NULL};
    llm.pieces = pieces;
    llm.pause_ms = 50;
    llm.times = 10000;
    ask("Talk");
    await("begins to stream -> bla");
    act("{'kind':'stop-stream','channel':'@ann'}");
    await("(streamed, stopped by a person) bla ");
    world_until(&c.peer.world, llm.broken == 1); /* the request to the model has ended */
    assert_int_equal(lines_with("(streamed)"), 0);
}

/* More than a message holds. */
AGENT_TEST(a_long_answer_has_several_messages)
{
    static char words[12000] = "data: {\"choices\":[{\"delta\":{\"content\":\"";
    while (strlen(words) < 10000)
        strcat(words, "fifty characters of a text in a word after a word ");
    strcat(words, "\"}}]}\n\n");
    const char *const pieces[] = {LLM_HEAD, words, words, LLM_DONE, NULL};
    llm.pieces = pieces;
    ask("Write");
    await("[feedback_buttons: feedback]");
    assert_int_equal(lines_with("(streamed)"), 2);
}

/* Slack ends the message while the model goes on, half a second after its start. */
AGENT_TEST(slack_ends_the_message_first)
{
    static const char *const pieces[] = {LLM_HEAD, LLM_TOKEN("word "), LLM_DONE, NULL};
    c.peer.sim->services->streams->time_scale = 600;
    llm.pieces = pieces;
    llm.pause_ms = 20;
    llm.times = 60;
    ask("Talk");
    await("(streamed, closed by Slack) word ");
    await("[feedback_buttons: feedback]");
    const char *last = strstr(sim_peer_transcript(&c.peer), "(edited) "), *next;
    while ((next = strstr(last + 1, "(edited) ")))
        last = next;
    unsigned words = 0;
    for (const char *at = last; (at = strstr(at, "word ")); at++)
        words++;
    assert_int_equal(words, 60); /* none is lost, none is there twice */
}

/* Slack gives the oldest messages first. */
AGENT_TEST(the_model_gets_the_newest_messages_of_a_long_thread)
{
    static const char *const pieces[] = {LLM_HEAD, LLM_TOKEN("So"), LLM_DONE, NULL};
    for (int i = 0; i < 30; i++)
        sim_peer_api(
            &c.peer, "chat.postMessage",
            sim_child_text(&c, "{'channel':'D0ANN00001','thread_ts':'%s','text':'%d'}", thread, i));
    llm.pieces = pieces;
    ask("The question");
    await("(streamed) So");
    assert_null(strstr(llm.request, "\"content\":\"10\""));
    assert_non_null(
        strstr(llm.request, "\"messages\":[{\"role\":\"assistant\",\"content\":\"11\"}"));
    assert_non_null(strstr(llm.request, "{\"role\":\"user\",\"content\":\"The question\"}]"));
}

/* The user sees that the model has failed, and the bot goes on. */
AGENT_TEST(models_that_fail)
{
    static const struct {
        const char *pieces[4];
        const char *shown;
    } cases[] = {
        {{LLM_ERROR("429", "too many requests")}, "_Sorry: too many requests_"},
        {{LLM_ERROR("500", "no memory")}, "_Sorry: no memory_"},
        {{LLM_HEAD, LLM_TOKEN("Half a")}, "Half a  _Sorry: the answer is not complete_"},
        {{LLM_HEAD, LLM_TOKEN("Half a"), "data: {\"choices\":[{\n\n"},
         "Half a  _Sorry: the model has failed_"},
        {{LLM_HEAD, LLM_TOKEN("Half a"), "data: {\"error\":{\"message\":\"overload\"}}\n\n"},
         "Half a  _Sorry: overload_"},
        {{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
          "Connection: close\r\n\r\n{}"},
         "_Sorry: "},
        {{"HTTP/1.1 200 OK\r\nContent-Le"}, "_Sorry: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        llm.pieces = cases[i].pieces;
        (void)sim_peer_control(&c.peer, "/sim/transcript/clear", "{}");
        ask("Talk");
        await("(streamed) ");
        assert_non_null(strstr(sim_peer_transcript(&c.peer), cases[i].shown));
        assert_int_equal(lines_with("feedback_buttons"), 0);
    }
    assert_int_equal(llm.requests, 7);
}

TEST(says_what_it_lacks)
{
    sim_child_open(&c);
    sim_child_start(&c, "agent", (const char *const[]){NULL});
    assert_int_equal(sim_child_wait(&c), 1);
    assert_non_null(strstr(c.child.out, "agent: "));
    assert_true(sim_child_close(&c));
}
