/* SPDX-License-Identifier: MIT */
/* Fetches with .public_only to an address that is public. This program has its own judge of
 * addresses, since no test leaves the machine: 127.0.0.1 is public, and no other address. */
#include <netinet/in.h>

#include "net/public_address.h"
#include "support/peer.h"
#include "support/test.h"
#include "support/world.h"
#include "webapi/fetch.h"

bool slack__address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in in = {0};
    if (address->sa_family == AF_INET) memcpy(&in, address, sizeof in);
    return in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

static peer_t *peer;
static char body[64];
static int status, ended;

static void take(peer_t *p, const peer_request_t *request, void *user_data)
{
    char headers[80];
    snprintf(headers, sizeof headers, "Location: http://%s:%u/\r\n",
             strstr(request->text, "GET /away") ? "127.0.0.2" : "127.0.0.1", peer_port(p));
    peer_answer(p, request->connection, strstr(request->text, "GET / ") ? 200 : 302, headers, "ok");
}

static void end(const slack_response_t *response, void *user_data)
{
    ended++;
    status = slack_response_status(response);
    snprintf(body, sizeof body, "%s", slack_response_body(response, NULL));
}

TEST(test_a_public_host_is_fetched)
{
    static const struct {
        const char *host, *path;
        int status;
    } cases[] = {
        {"127.0.0.1", "/", 0},
        {"127.0.0.1", "/", 0}, /* a connection that is open */
        {"127.1", "/", 0},
        {"2130706433", "/", 0},
        {"0x7f000001", "/", 0},
        {"127.0.0.1", "/here", 0},
        {"127.0.0.2", "/", SLACK_EINVAL},
        {"127.0.0.1", "/away", SLACK_EINVAL},
    };
    static world_t world;
    slack_fetcher_t *fetcher;
    bool closed = false;
    const char *why;
    char url[80];
    assert_true(world_open(&world));
    assert_int_equal(slack__fetcher_new(&fetcher, world.net, &(slack_fetcher_options_t){0}), 0);
    peer = peer_open(&world.loop, take, NULL);
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) {
        snprintf(url, sizeof url, "http://%s:%u%s", cases[i].host, peer_port(peer), cases[i].path);
        const slack_fetch_t request = {.url = url, .public_only = true, .redirects = 1};
        const slack_fetch_caller_t caller = {.fn = end};
        assert_int_equal(slack__fetch(fetcher, &request, &caller, NULL, &why), 0);
        world_until(&world, ended == i + 1);
        if (status != cases[i].status) fail_msg("%s: %d", url, status);
        if (status == 0) assert_string_equal(body, "ok");
    }
    slack__fetcher_close(fetcher, world_set_flag, &closed);
    peer_close(peer);
    world_until(&world, closed);
    world_close(&world);
}
