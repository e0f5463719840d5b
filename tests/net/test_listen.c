/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <slack/error.h>

#include "net/listen.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "support/world.h"

#define RAW_COUNT 20

/* A listener, and what it accepted. */
typedef struct place {
    world_t world;
    slack_listener_socket_t *listener;
    bool ignore;          /* accepts without a word */
    bool close_at_accept; /* the listener */
    unsigned followers;   /* how many more come, one while the one before is being accepted */
    unsigned accepts;
    unsigned closes;
    char peer[64]; /* of the last one */
} place_t;

static void on_data(slack_conn_t *conn, const char *data, size_t len, void *user_data)
{
    slack__conn_write(conn, data, len);
}

static void on_closed(slack_conn_t *conn, int status, void *user_data)
{
    ((place_t *)user_data)->closes++;
}

static void raw_follow(place_t *place);

static void on_accept(slack_conn_t *conn, void *user_data)
{
    static const slack_conn_events_t events = {.data = on_data, .closed = on_closed};
    place_t *place = user_data;
    place->accepts++;
    strncpy(place->peer, slack__conn_peer(conn), sizeof(place->peer) - 1);
    if (!place->ignore) slack__conn_set_events(conn, &events, place);
    if (place->close_at_accept) slack__listen_close(place->listener);
    if (place->followers > 0) raw_follow(place);
}

static int place_listen(place_t *place, const char *host, unsigned port, int *ret_uv_error)
{
    slack_listen_options_t options = {.host = host, .port = port, .write_max = 1000};
    return slack__listen(&place->listener, place->world.net, &options, on_accept, place,
                         ret_uv_error);
}

/* False when this machine has no such address. */
static bool place_open(place_t *place, const char *host)
{
    memset(place, 0, sizeof(*place));
    assert_true(world_open(&place->world));
    if (place_listen(place, host, 0, NULL) == 0) return true;
    uv_run(&place->world.loop, UV_RUN_DEFAULT);
    world_close(&place->world);
    return false;
}

static void place_close(place_t *place)
{
    slack__listen_close(place->listener);
    uv_run(&place->world.loop, UV_RUN_DEFAULT);
    world_close(&place->world);
}

static int raw_connect(const place_t *place)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)slack__listen_port(place->listener));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void raw_follow(place_t *place)
{
    place->followers--;
    close(raw_connect(place));
}

/* Run the loop until the other side has closed or, with `want`, sent that byte. */
static void raw_until(place_t *place, int fd, char want)
{
    char byte = 0;
    ssize_t len = -1;
    while (len < 0) {
        uv_run(&place->world.loop, UV_RUN_NOWAIT);
        len = recv(fd, &byte, 1, MSG_DONTWAIT);
        if (len < 0 && errno == ECONNRESET) len = 0;
    }
    assert_int_equal(len, want ? 1 : 0);
    assert_int_equal(byte, want);
}

/* It serves: somebody who comes now is answered. */
static void assert_serves(place_t *place)
{
    int fd = raw_connect(place);
    assert_int_equal(send(fd, "x", 1, 0), 1);
    raw_until(place, fd, 'x');
    unsigned closes = place->closes + 1;
    close(fd);
    world_until(&place->world, place->closes >= closes);
}

static void test_ports(void **state)
{
    place_t place;
    int uv_error = 0;
    assert_true(place_open(&place, "localhost"));
    unsigned port = slack__listen_port(place.listener);
    assert_in_range(port, 1, 65535);
    assert_serves(&place);

    slack_listener_socket_t *listener = place.listener;
    assert_int_equal(place_listen(&place, "127.0.0.1", port, &uv_error), SLACK_EIO);
    assert_int_equal(uv_error, UV_EADDRINUSE);
    assert_int_equal(place_listen(&place, "127.0.0.1", port, NULL), SLACK_EIO);
    assert_ptr_equal(place.listener, listener);
    assert_serves(&place);
    place_close(&place);
}

static void test_what_is_no_address(void **state)
{
    static const char *const hosts[] = {NULL, "", "example.com", "127.0.0.1:80", "[::1]", "*"};
    place_t place;
    int uv_error = 1;
    assert_true(place_open(&place, "127.0.0.1"));
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        slack_listener_socket_t *listener = place.listener;
        assert_int_equal(place_listen(&place, hosts[i], 0, &uv_error), SLACK_EINVAL);
        assert_ptr_equal(place.listener, listener);
    }
    assert_int_equal(place_listen(&place, "127.0.0.1", 65536, &uv_error), SLACK_EINVAL);
    assert_int_equal(uv_error, 1);
    place_close(&place);
}

/* One socket for both families, and a peer has one name whichever it came by. */
static void test_any_address(void **state)
{
    static const char *const hosts[] = {"0.0.0.0", "::"};
    for (size_t i = 0; i < 2; i++) {
        place_t place;
        if (!place_open(&place, hosts[i])) continue;
        assert_serves(&place);
        assert_string_equal(place.peer, "127.0.0.1");
        place_close(&place);
    }
}

static void test_many_at_once(void **state)
{
    int fds[RAW_COUNT];
    place_t place;
    assert_true(place_open(&place, "127.0.0.1"));
    for (int i = 0; i < RAW_COUNT; i++)
        fds[i] = raw_connect(&place);
    world_until(&place.world, place.accepts >= RAW_COUNT);
    for (int i = 0; i < RAW_COUNT; i++) {
        assert_int_equal(send(fds[i], "y", 1, 0), 1);
        raw_until(&place, fds[i], 'y');
        close(fds[i]);
    }
    world_until(&place.world, place.closes >= RAW_COUNT);
    place_close(&place);
}

static void test_closed_inside_accept(void **state)
{
    int fds[2];
    place_t place;
    assert_true(place_open(&place, "127.0.0.1"));
    place.close_at_accept = true;
    for (int i = 0; i < 2; i++)
        fds[i] = raw_connect(&place);
    world_until(&place.world, place.accepts >= 1);
    assert_int_equal(send(fds[0], "z", 1, 0), 1);
    raw_until(&place, fds[0], 'z'); /* the connection lives on */
    raw_until(&place, fds[1], 0);   /* the kernel has turned this one away */
    assert_int_equal(place.accepts, 1);
    close(fds[0]);
    close(fds[1]);
    uv_run(&place.world.loop, UV_RUN_DEFAULT);
    assert_int_equal(place.closes, 1);
    world_close(&place.world);
}

/* Whoever forgets to say what it wants loses the connection at the first byte, and leaks nothing.
 */
static void test_nobody_cares(void **state)
{
    place_t place;
    assert_true(place_open(&place, "127.0.0.1"));
    place.ignore = true;
    int fd = raw_connect(&place);
    assert_int_equal(send(fd, "x", 1, 0), 1);
    raw_until(&place, fd, 0);
    close(fd);
    place_close(&place);
}

/* Take every descriptor of this process but those that are in use. */
static rlim_t no_more_descriptors(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    int next = dup(0);
    assert_true(next >= 0);
    close(next);
    limit.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void more_descriptors(rlim_t before)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = before;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static unsigned count_lines(const world_t *world, const char *what)
{
    unsigned count = 0;
    for (const char *at = world->log; (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* It plays the limit: the kernel has accepted, and valgrind closes what came of it. */
static bool on_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "vgpreload");
}

/* They wait in the kernel, we do not run in circles, and the log is told once. */
static void test_no_descriptors(void **state)
{
    if (on_valgrind()) skip();
    int fds[3];
    place_t place;
    assert_true(place_open(&place, "127.0.0.1"));
    for (int i = 0; i < 3; i++)
        fds[i] = raw_connect(&place);
    rlim_t before = no_more_descriptors();
    world_turn(&place.world);
    uv_run(&place.world.loop, UV_RUN_ONCE); /* blocks until the pause is over */
    world_turn(&place.world);
    more_descriptors(before);
    assert_int_equal(place.accepts, 0);
    assert_int_equal(count_lines(&place.world, "connections have to wait"), 1);
    world_until(&place.world, place.accepts >= 3);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    world_until(&place.world, place.closes >= 3);
    assert_serves(&place);
    place_close(&place);
}

static unsigned count_closed(const int *fds, int count)
{
    unsigned closed = 0;
    char byte;
    for (int i = 0; i < count; i++) {
        const ssize_t len = recv(fds[i], &byte, 1, MSG_DONTWAIT);
        closed += len == 0 || (len < 0 && errno == ECONNRESET);
    }
    return closed;
}

static void test_no_memory(void **state)
{
    for (size_t nth = 0; nth < 2; nth++) {
        int fds[5];
        place_t place;
        assert_true(place_open(&place, "127.0.0.1"));
        for (int i = 0; i < 5; i++)
            fds[i] = raw_connect(&place);
        heap_fail_at(nth, true);
        raw_until(&place, fds[0], 0);
        world_turn(&place.world);
        assert_true(heap_heal());
        assert_int_equal(place.accepts, 0);
        /* One in each pause that has gone by meanwhile, which on a slow machine is more than one.
         */
        const unsigned lost = count_closed(fds, 5);
        assert_in_range(lost, 1, 4);
        world_until(&place.world, place.accepts >= 5 - lost);
        for (int i = 0; i < 5; i++)
            close(fds[i]);
        world_until(&place.world, place.closes >= 5 - lost);
        assert_serves(&place);
        place_close(&place);
    }
}

static int listen_once(void *ctx)
{
    place_t *place = ctx;
    int rc = place_listen(place, "127.0.0.1", 0, NULL);
    if (rc == 0) slack__listen_close(place->listener);
    uv_run(&place->world.loop, UV_RUN_DEFAULT);
    return rc;
}

static void test_no_memory_to_listen(void **state)
{
    place_t place = {0};
    assert_true(world_open(&place.world));
    assert_int_equal(alloc_fail_each(listen_once, &place), 1);
    world_close(&place.world);
}

typedef struct path_place {
    place_t place;
    char host[64];
} path_place_t;

static int listen_on_path_once(void *ctx)
{
    path_place_t *p = ctx;
    int rc = place_listen(&p->place, p->host, 0, NULL);
    if (rc == 0) slack__listen_close(p->place.listener);
    uv_run(&p->place.world.loop, UV_RUN_DEFAULT);
    assert_int_equal(access(p->host + strlen("unix:"), F_OK), -1); /* nothing is left there */
    return rc;
}

static void test_no_memory_to_listen_on_a_path(void **state)
{
    path_place_t p = {0};
    char folder[] = "/tmp/slackapp-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(p.host, sizeof p.host, "unix:%s/s", folder);
    assert_true(world_open(&p.place.world));
    assert_int_equal(alloc_fail_each(listen_on_path_once, &p), 2);
    world_close(&p.place.world);
    assert_int_equal(rmdir(folder), 0);
}

static void test_closed_during_a_pause(void **state)
{
    place_t place;
    size_t live = heap_live();
    assert_true(place_open(&place, "127.0.0.1"));
    int fd = raw_connect(&place);
    heap_fail_at(0, true);
    raw_until(&place, fd, 0);
    heap_heal();
    place_close(&place);
    close(fd);
    assert_int_equal(heap_live(), live);
}

/* --- the last connections --------------------------------------------------------------------- */

/* Those who keep on coming do not keep the loop. */
static void test_the_last_ones_are_so_many(void **state)
{
    place_t place;
    assert_true(place_open(&place, "127.0.0.1"));
    place.ignore = true;
    place.followers = 10000;
    close(raw_connect(&place));
    slack__listen_take_all(place.listener);
    assert_true(place.followers > 0);
    assert_true(place.accepts >= 4096); /* as many as a queue may hold */
    place.followers = 0;
    place_close(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_what_is_no_address),
        cmocka_unit_test(test_any_address),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_closed_inside_accept),
        cmocka_unit_test(test_nobody_cares),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_memory_to_listen),
        cmocka_unit_test(test_no_memory_to_listen_on_a_path),
        cmocka_unit_test(test_closed_during_a_pause),
        cmocka_unit_test(test_the_last_ones_are_so_many),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
