/* SPDX-License-Identifier: MIT */
/* Each method with each of its arguments, over libcurl to a server that decodes them. */
#include "support/child.h"
#include "support/json.h"
#include "support/npm.h"
#include "support/webapi_fixture.h"

static child_t server;
static unsigned sent, answered;

static void decoded(const slack_response_t *response, void *user_data)
{
    const slack_json_t *want = user_data, *got = slack_response_json(response);
    answered++;
    if (slack_response_status(response) != 0 || !slack__json_equal(got, want))
        fail_msg("%s\nnot %s", slack__json_text(arena, got, NULL),
                 slack__json_text(arena, want, NULL));
}

static void expect(slack_request_t request, const char *answer)
{
    assert_int_equal(
        slack_call(&wf.client, request, decoded, (void *)(uintptr_t)json_exact(answer)), 0);
    sent++;
}

#include <all_requests.h> /* made by tools/make_api.py from the table of methods */

/* Skips the case without node. */
static void open_server(void)
{
    assert_true(world_open(&wf.world));
    child_start(&server, &wf.world, (const char *const[]){"node", npm_script("form_peer.js"), NULL},
                NULL);
    if (!server.started) {
        child_done(&server);
        world_close(&wf.world);
        skip();
    }
    world_until(&wf.world, server.lines >= 1);
    assert_int_equal(wf_try_open(1000, 20000, (unsigned)atoi(server.out)), 0);
}

TEST_CASE(test_each_argument_of_each_method, arena_open, arena_close, NULL)
{
    open_server();
    expect_all();
    world_until(&wf.world, answered == sent);
    assert_true(sent > 300);
    child_wait(&server);
    child_done(&server);
    wf_close();
}
