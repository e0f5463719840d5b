/* SPDX-License-Identifier: MIT */
/* A shell runs the output of `slackapp sim env`, whoever answers on the simulator's port. */
#include "support/child.h"
#include "support/peer.h"
#include "support/test.h"

#define GOOD                                                                                       \
    "'SLACK_API_URL':'http://127.0.0.1:1/api/','SLACK_BOT_TOKEN':'xoxb-1',"                        \
    "'SLACK_APP_TOKEN':'xapp-1','SLACKAPP_SIM':'http://127.0.0.1:1'"
#define ENV(more) "{'ok':true,'env':{" GOOD more "}}"

static struct answered {
    const char *name, *json, *want;
} answers[] = {
    {"a simulator", ENV(",'SLACK_SIGNING_SECRET':'s'"), "xoxb-1 s 0 no\n"},
    {"a name with commands", ENV(",'SLACK_SIGNING_SECRET':'s','A=1;echo R$()AN;B':'x'"),
     "xoxb-1 s 0 no\n"},
    {"the name of another variable", ENV(",'SLACK_SIGNING_SECRET':'s','LD_PRELOAD':'RAN'"),
     "xoxb-1 s 0 no\n"},
    {"a value with commands", ENV(",'SLACK_SIGNING_SECRET':'$(echo R$()AN)`echo R$()AN`'"),
     "xoxb-1 $(echo R$()AN)`echo R$()AN` 0 no\n"},
    {"a value that ends its quotes", ENV(",'SLACK_SIGNING_SECRET':'\\u0027;echo R$()AN;\\u0027'"),
     "xoxb-1 ';echo R$()AN;' 0 no\n"},
    {"a value of two lines", ENV(",'SLACK_SIGNING_SECRET':'s\\necho R$()AN'"), "  1 no\n"},
    {"a value for the terminal", ENV(",'SLACK_SIGNING_SECRET':'\\u001b[2J'"), "  1 no\n"},
    {"a missing value", ENV(""), "  1 no\n"},
    {"a value that is a number", ENV(",'SLACK_SIGNING_SECRET':1"), "  1 no\n"},
    {"no object", "{'ok':true,'env':'echo R$()AN'}", "  1 no\n"},
};

static void answer(peer_t *peer, const peer_request_t *request, void *json)
{
    peer_answer(peer, request->connection, 200, "", json);
}

TEST_EACH(test_sim_env, answers)
{
    static world_t world;
    const struct answered *answered = *state;
    char json[512], script[512];
    child_t child;
    snprintf(json, sizeof json, "%s", answered->json);
    world_open(&world);
    peer_t *peer = peer_open(&world.loop, answer, quoted(json));
    snprintf(script, sizeof script,
             "unset LD_PRELOAD SLACK_BOT_TOKEN SLACK_SIGNING_SECRET;"
             "text=$(%s/slackapp sim --port %u env 2>/dev/null); status=$?; eval \"$text\";"
             "echo \"$SLACK_BOT_TOKEN $SLACK_SIGNING_SECRET $status ${LD_PRELOAD:-no}\"",
             getenv("SLACKAPP_BUILD_DIR"), peer_port(peer));
    child_start(&child, &world, (const char *const[]){"sh", "-c", script, NULL}, NULL);
    child_wait(&child);
    assert_string_equal(child.out, answered->want);
    child_done(&child);
    peer_close(peer);
    world_close(&world);
}
