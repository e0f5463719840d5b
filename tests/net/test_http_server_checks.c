/* SPDX-License-Identifier: MIT */
#include "net/trusted_proxies.h"
#include "support/http_fixture.h"

/* The check of requests takes several turns of the loop. Here a request "/COST" costs so many
 * bytes. */

#define LONGS  3
#define BUDGET (((size_t)256 << 10) + LONGS * ((size_t)64 << 10)) /* of a turn */

static http_fixture_t f;
static size_t checked;          /* bytes in this turn of the loop */
static unsigned of_closed;      /* checks of the request of a closed connection */
static const char *closed_path; /* its path */

static bool check(slack_http_request_t *request, size_t *budget, void *user_data)
{
    size_t *left = request->checked, part;
    if (!left) {
        left = slack__arena_alloc(request->arena, sizeof *left);
        assert_non_null(left);
        *left = strtoul(request->path.ptr + 1, NULL, 10);
        request->checked = left;
    }
    of_closed += closed_path && strcmp(request->path.ptr, closed_path) == 0;
    part = *left < *budget ? *left : *budget;
    *left -= part;
    *budget -= part;
    checked += part;
    return *left == 0;
}

static void turn(void)
{
    checked = 0;
    uv_run(&f.world.loop, UV_RUN_NOWAIT);
    assert_in_range(checked, 0, BUDGET);
}

/* The body makes it a large one. */
static void say_long(raw_t *raw)
{
    static char body[50000];
    raw_say(raw, "POST /16777216 HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
    raw_send(raw, memset(body, 'x', sizeof body), sizeof body);
}

static void dial(raw_t *raw, bool known)
{
    fixture_dial(&f, raw);
    if (!known) return;
    f.manner = KEEP;
    raw_say(raw, GET("/0"));
    fixture_until_requests(&f, f.requests + 1);
    const uint64_t id = f.held[--f.held_count];
    slack__http_vouch(f.server, id);
    assert_int_equal(fixture_answer(&f, id, 200), 0);
    raw_until(raw, "200");
    raw_forget(raw);
    f.manner = ANSWER;
}

#define CHECKED(function) TEST_CASE(function, checked_open, fixture_end, &f)

static int checked_open(void **state)
{
    fixture_open_checked(&f, check);
    closed_path = NULL;
    return 0;
}

CHECKED(test_a_long_check_does_not_block_the_loop)
{
    static const struct {
        bool long_known, short_known;
    } cases[] = {{false, false}, {false, true}, {true, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_t longs[LONGS], brief;
        for (size_t k = 0; k < LONGS; k++)
            dial(&longs[k], cases[i].long_known);
        dial(&brief, cases[i].short_known);
        for (size_t k = 0; k < LONGS; k++)
            say_long(&longs[k]);
        for (unsigned k = 0; k < 20; k++)
            turn();
        raw_say(&brief, GET("/2000"));
        for (unsigned k = 0; k < 20; k++)
            turn();
        assert_string_equal(f.last, "GET /2000");
        raw_until(&brief, "200");
        for (unsigned k = 0; strcmp(f.last, "POST /16777216") != 0; k++) {
            assert_in_range(k, 0, 300);
            turn();
        }
        for (size_t k = 0; k < LONGS; k++)
            raw_until(&longs[k], "200");
        for (size_t k = 0; k < LONGS; k++)
            raw_close(&longs[k]);
        raw_close(&brief);
        fixture_until_connections(&f, 0);
    }
}

CHECKED(test_a_check_ends_with_its_connection)
{
    raw_t leaving, staying;
    dial(&leaving, false);
    dial(&staying, false);
    raw_say(&leaving, GET("/16777216"));
    for (unsigned k = 0; k < 10; k++)
        turn();
    raw_close(&leaving);
    fixture_until_connections(&f, 1);
    closed_path = "/16777216";
    raw_say(&staying, GET("/16777215"));
    raw_until(&staying, "/16777215");
    assert_int_equal(of_closed, 0);
    raw_close(&staying);
}

/* ---- addresses that send wrong signatures ---- */

/* Sends a request over a new connection. Returns whether it has an answer after `ms`. */
static bool is_answered_in(raw_t *raw, const char *request, unsigned ms)
{
    fixture_dial(&f, raw);
    raw_say(raw, request);
    for (unsigned i = 0; i < 5; i++)
        world_turn(&f.world);
    fixture_pass_ms(&f, ms);
    for (unsigned i = 0; i < 5; i++)
        world_turn(&f.world);
    raw_take(raw);
    return raw->in_len > 0;
}

static void send_wrong(unsigned times, const char *request)
{
    f.manner = REFUSE;
    for (unsigned i = 0; i < times; i++) {
        raw_t raw;
        assert_true(is_answered_in(&raw, request, 500));
        raw_until_eof(&raw);
        raw_close(&raw);
    }
    f.manner = ANSWER;
}

CHECKED(test_wrong_signatures_slow_their_address)
{
    raw_t known, stranger, leaving;
    dial(&known, true);
    send_wrong(60, GET("/0"));
    assert_false(is_answered_in(&stranger, GET("/0"), 490));
    assert_false(is_answered_in(&leaving, GET("/0"), 0));
    raw_close(&leaving);
    raw_say(&known, GET("/1"));
    raw_until(&known, "/1"); /* at once: the clock stands */
    fixture_pass_ms(&f, 10);
    raw_until(&stranger, "/0");
    raw_close(&stranger);
    fixture_pass_ms(&f, 60000); /* it is forgotten */
    assert_true(is_answered_in(&stranger, GET("/0"), 0));
    raw_close(&stranger);
    raw_close(&known);
}

#define FROM(address) "GET /0 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " address "\r\n\r\n"

/* Behind a trusted proxy the address is that of its client. */
CLOSED(test_a_proxy_is_not_slowed_for_its_clients)
{
    static const struct {
        const char *wrong, *then;
        bool slowed;
    } cases[] = {
        {FROM("192.0.2.1"), FROM("192.0.2.1"), true},
        {FROM("192.0.2.2"), FROM("192.0.2.3"), false},
        {FROM("2001:db8::1"), FROM("2001:db8::2"), true}, /* one network */
        {GET("/0"), GET("/0"), false},
    };
    slack_trusted_proxies_t proxies;
    assert_int_equal(slack__trusted_proxies_parse(&proxies, "127.0.0.0/8"), 0);
    fixture_open_behind(&f, NULL, &proxies);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_t raw;
        send_wrong(1, cases[i].wrong);
        assert_int_equal(is_answered_in(&raw, cases[i].then, 9), !cases[i].slowed);
        raw_close(&raw);
    }
}
