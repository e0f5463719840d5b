/* SPDX-License-Identifier: MIT */
#include "support/child.h"
#include "support/npm.h"
#include "support/sim_peer.h"
#include "support/test.h"

/* The simulator with Slack's own SDKs for node as its app: see tests/support/sdk_peer.js. */

TEST(slacks_own_sdks_find_it_like_slack)
{
    sim_peer_t peer;
    child_t child;
    const char *folder = npm_folder();
    if (!folder) skip();
    sim_peer_open(&peer, &(sim_options_t){.people = 1050});
    world_run_clock(&peer.world); /* files are shared a moment after the call */
    child_start(&child, &peer.world,
                (const char *const[]){"node", npm_script("sdk_peer.js"), folder,
                                      peer.sim->env.base_url, NULL},
                NULL);
    assert_true(child.started);
    child_wait(&child);
    if (child.status != 0) fail_msg("%s\n%s", child.out, peer.world.log);
    child_done(&child);
    sim_peer_close(&peer);
}
