/* SPDX-License-Identifier: MIT */
/* The dial to a host, some of whose addresses do not answer (RFC 8305). */
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "net/dial.h"
#include "support/alloc_fail.h"
#include "support/blackhole.h"
#include "support/ends.h"
#include "support/test.h"
#include "support/world.h"
#include "util/alloc.h"

/* ---- the order ---- */

static struct sockaddr_storage address_of(const char *host, unsigned port)
{
    struct sockaddr_storage address = {0};
    assert_true(slack__net_address(host, port, &address));
    return address;
}

static void assert_order(const char *const *hosts, size_t count, const char *want)
{
    struct sockaddr_storage in[40], out[SLACK_DIAL_ADDRESSES_MAX];
    struct addrinfo list[40] = {0};
    char got[1000] = "", name[64];
    for (size_t i = 0; i < count; i++) {
        in[i] = address_of(*hosts[i] ? hosts[i] : "::1", 443);
        list[i].ai_family = *hosts[i] ? in[i].ss_family : AF_UNIX;
        list[i].ai_addr = (struct sockaddr *)&in[i];
        list[i].ai_addrlen =
            in[i].ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        list[i].ai_next = i + 1 < count ? &list[i + 1] : NULL;
    }
    unsigned n = slack__dial_order(count ? list : NULL, out);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(uv_ip_name((const struct sockaddr *)&out[i], name, sizeof name), 0);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s ", name);
    }
    assert_string_equal(got, want);
}

#define ORDER(want, ...)                                                                           \
    assert_order((const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (want))

TEST(test_order)
{
    const char *many[40];
    assert_order(NULL, 0, "");
    ORDER("1.1.1.1 ", "1.1.1.1");
    ORDER("", ""); /* a family that nobody knows */
    ORDER("::2 1.1.1.1 ::3 1.1.1.2 ::4 ", "::2", "::3", "::4", "1.1.1.1", "1.1.1.2");
    ORDER("1.1.1.1 ::2 1.1.1.2 ::3 1.1.1.3 1.1.1.4 ", "", "1.1.1.1", "1.1.1.2", "1.1.1.3",
          "1.1.1.4", "::2", "", "::3");
    ORDER("::2 1.1.1.1 1.1.1.2 1.1.1.3 ", "::2", "1.1.1.1", "1.1.1.2", "1.1.1.3");
    for (size_t i = 0; i < 40; i++)
        many[i] = i < 39 ? "::5" : "1.2.3.4";
    assert_order(many, 40, "::5 1.2.3.4 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ::5 ");
}

/* ---- the race ---- */

/* The resolver of this program returns the test's addresses, and looks nothing up. */
static const struct sockaddr_storage *found;
static unsigned found_count;
static bool looked_up; /* the dial has the addresses */

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    *ret = NULL;
    for (unsigned i = found_count; i > 0; i--) {
        struct addrinfo *info = calloc(1, sizeof *info + sizeof *found);
        if (!info) return EAI_MEMORY;
        info->ai_family = found[i - 1].ss_family;
        info->ai_addrlen = sizeof *found;
        info->ai_addr = memcpy(info + 1, &found[i - 1], sizeof *found);
        info->ai_next = *ret;
        *ret = info;
    }
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    looked_up = true;
    while (list) {
        struct addrinfo *next = list->ai_next;
        free(list);
        list = next;
    }
}

typedef struct fixture {
    world_t world;
    slack_dial_t *dial;
    unsigned ends;
    uv_tcp_t *tcp;
    int uv_error;
    unsigned ticks; /* periods of the dial's timer that have passed */
} fixture_t;

static void on_tcp_closed(uv_handle_t *handle)
{
    slack__free(handle);
}

static void on_dialed(uv_tcp_t *tcp, int uv_error, void *user_data)
{
    fixture_t *f = user_data;
    f->ends++;
    f->tcp = tcp;
    f->uv_error = uv_error;
    f->dial = NULL;
}

static int race(fixture_t *f, const struct sockaddr_storage *addresses, unsigned count)
{
    f->ends = f->ticks = 0;
    f->tcp = NULL;
    found = addresses;
    found_count = count;
    looked_up = count == 0;
    return slack__dial_start(
        &f->dial, f->world.net,
        &(slack_dial_options_t){.host = "some.host", .port = 1, .fn = on_dialed, .user_data = f});
}

static void run_out(uv_handle_t *handle, void *arg)
{
    uv_timer_t *timer = (uv_timer_t *)handle;
    fixture_t *f = arg;
    if (handle->type != UV_TIMER || handle->data != f->dial || !uv_is_active(handle)) return;
    f->ticks++;
    /* Its repeat is unchanged. */
    uv_timer_start(timer, timer->timer_cb, 0, uv_timer_get_repeat(timer));
}

/* Let everything happen that needs no time, then let one period of the dial's timer pass. */
static void let_time_pass(fixture_t *f)
{
    while (!looked_up)
        world_turn(&f->world);
    world_turn(&f->world);
    uv_walk(&f->world.loop, run_out, f);
}

static void until_ended(fixture_t *f)
{
    while (!f->ends)
        let_time_pass(f);
    assert_int_equal(f->ends, 1);
}

static bool is_connected_to(fixture_t *f, const struct sockaddr_storage *want)
{
    struct sockaddr_storage got = {0};
    int len = sizeof got;
    assert_non_null(f->tcp);
    assert_int_equal(uv_tcp_getpeername(f->tcp, (struct sockaddr *)&got, &len), 0);
    uv_close((uv_handle_t *)f->tcp, on_tcp_closed);
    return memcmp(&got, want, (size_t)len) == 0;
}

/* A listening socket, or a port that refuses. */
static int take_port(const char *host, bool listens, struct sockaddr_storage *ret)
{
    socklen_t len = sizeof *ret;
    *ret = address_of(host, 0);
    int fd = socket(ret->ss_family, SOCK_STREAM, 0);
    const socklen_t size =
        ret->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (fd < 0 || bind(fd, (const struct sockaddr *)ret, size) != 0) {
        if (fd >= 0) close(fd);
        return -1;
    }
    if (listens) assert_int_equal(listen(fd, 16), 0);
    memset(ret, 0, sizeof *ret);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &len), 0);
    return fd;
}

typedef struct places {
    blackhole_t hole;
    int good_fd, bad_fd;
    struct sockaddr_storage good, bad;
} places_t;

static void open_places(places_t *p)
{
    if (!blackhole_open(&p->hole, "127.0.0.1", 0)) {
        blackhole_close(&p->hole);
        skip();
    }
    p->good_fd = take_port("127.0.0.1", true, &p->good);
    p->bad_fd = take_port("127.0.0.1", false, &p->bad);
    assert_true(p->good_fd >= 0 && p->bad_fd >= 0);
}

static void close_places(places_t *p)
{
    blackhole_close(&p->hole);
    close(p->good_fd);
    close(p->bad_fd);
}

static places_t p;
#define PLACES_TEST(function) TEST_AROUND(function, open_places(&p), close_places(&p))

PLACES_TEST(test_first_that_answers)
{
    fixture_t f = {0};
    assert_true(world_open(&f.world));
    const struct sockaddr_storage hole = p.hole.address, good = p.good, bad = p.bad;
    const struct {
        struct sockaddr_storage list[8];
        unsigned count, ticks;
    } cases[] = {
        {{good, hole}, 2, 0},
        {{bad, good}, 2, 0}, /* a refused attempt makes room at once */
        {{bad, bad, bad, good}, 4, 0},
        {{hole, good}, 2, 1}, /* after one stagger */
        {{hole, bad, good}, 3, 1},
        {{bad, hole, bad, bad, good}, 5, 1},
        {{hole, hole, good}, 3, 8},       /* two lanes: the first attempt is given up */
        {{hole, hole, hole, good}, 4, 9}, /* one more starts at the next stagger */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(race(&f, cases[i].list, cases[i].count), 0);
        until_ended(&f);
        assert_int_equal(f.uv_error, 0);
        assert_true(is_connected_to(&f, &good));
        if (f.ticks != cases[i].ticks) fail_msg("case %zu: %u staggers", i, f.ticks);
    }
    world_close(&f.world);
}

PLACES_TEST(test_nobody_answers)
{
    fixture_t f = {0};
    assert_true(world_open(&f.world));
    struct sockaddr_storage list[SLACK_DIAL_ADDRESSES_MAX + 1];
    for (unsigned i = 0; i <= SLACK_DIAL_ADDRESSES_MAX; i++)
        list[i] = p.bad;
    static const unsigned counts[] = {0, 1, SLACK_DIAL_ADDRESSES_MAX, SLACK_DIAL_ADDRESSES_MAX + 1};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_int_equal(race(&f, list, counts[i]), 0);
        assert_int_equal(f.ends, 0);
        until_ended(&f);
        assert_null(f.tcp);
        assert_int_equal(f.uv_error, counts[i] ? UV_ECONNREFUSED : UV_EAI_NONAME);
    }

    /* An address that the system refuses at once fails inside the call. */
    list[0] = address_of("255.255.255.255", 1);
    assert_int_equal(race(&f, list, 1), 0);
    until_ended(&f);
    assert_null(f.tcp);
    assert_int_not_equal(f.uv_error, 0);
    world_close(&f.world);
}

/* The owner cancels at every stage: before the first attempt, with one and with two in progress,
 * and after one was given up. */
PLACES_TEST(test_cancel)
{
    const struct sockaddr_storage list[] = {p.hole.address, p.hole.address, p.hole.address, p.good};
    for (unsigned ticks = 0; ticks < 9; ticks++) {
        fixture_t f = {0};
        assert_true(world_open(&f.world));
        assert_int_equal(race(&f, list, 4), 0);
        while (f.ticks < ticks)
            let_time_pass(&f);
        slack__dial_cancel(f.dial);
        world_turn(&f.world);
        assert_int_equal(f.ends, 0);
        world_close(&f.world);
    }
}

static int race_once(void *ctx)
{
    const struct sockaddr_storage list[] = {p.bad, p.bad, p.good};
    fixture_t f = {0};
    if (!world_open(&f.world)) return SLACK_ENOMEM;
    int rc = race(&f, list, 3);
    if (rc == 0) {
        until_ended(&f);
        rc = slack__net_error(f.uv_error);
        if (f.tcp) assert_true(is_connected_to(&f, &p.good));
        if (rc != 0) rc = SLACK_ENOMEM; /* reports the error of the last attempt */
    }
    world_close(&f.world);
    return rc;
}

/* If memory runs out for an address, the next one is tried. */
PLACES_TEST(test_out_of_memory)
{
    assert_true(alloc_fail_each(race_once, NULL) >= 4);
}

/* ---- a whole connection ---- */

/* A host with addresses of both families, whose IPv4 does not answer: IPv6 is tried after one
 * stagger. */
BOTH(test_fallback_to_ipv6)
{
    struct sockaddr_storage six;
    int fd = take_port("::1", false, &six);
    if (fd < 0) {
        ends_close(&e);
        skip();
    }
    const unsigned port = ntohs(((struct sockaddr_in6 *)&six)->sin6_port);
    close(fd);

    blackhole_t hole;
    assert_int_equal(ends_listen_at(&e, "::1", port), 0);
    if (!blackhole_open(&hole, "127.0.0.1", port)) {
        blackhole_close(&hole);
        ends_close(&e);
        skip();
    }
    const uint64_t since = uv_hrtime();
    assert_int_equal(ends_connect_to(&e, "localhost", port), 0);
    world_until(&e.world, e.client.opens >= 1);
    assert_true(uv_hrtime() - since >= (uint64_t)240 * 1000 * 1000);
    assert_string_equal(slack__conn_peer(e.client.conn), "::1");
    world_until(&e.world, e.accepts >= 1);
    blackhole_close(&hole);
}
