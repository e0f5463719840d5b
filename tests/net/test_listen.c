/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include <slack/error.h>

#include "net/listen.h"
#include "support/alloc_fail.h"
#include "support/descriptors.h"
#include "support/heap.h"
#include "support/raw.h"
#include "support/test.h"

#define RAW_COUNT 20

/* A listener, and its connections. */
typedef struct place {
    world_t world;
    slack_listener_socket_t *listener;
    bool ignore;          /* sets no events at an accept */
    bool close_at_accept; /* the listener */
    unsigned followers;   /* so many more connect, each while the one before is accepted */
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

static void follow(place_t *p);

static void on_accept(slack_conn_t *conn, void *user_data)
{
    static const slack_conn_events_t events = {.data = on_data, .closed = on_closed};
    place_t *p = user_data;
    p->accepts++;
    strncpy(p->peer, slack__conn_peer(conn), sizeof(p->peer) - 1);
    if (!p->ignore) slack__conn_set_events(conn, &events, p);
    if (p->close_at_accept) slack__listen_close(p->listener);
    if (p->followers > 0) follow(p);
}

static place_t place;

static int place_listen(const char *host, unsigned port, int *ret_uv_error)
{
    slack_listen_options_t options = {
        .host = host, .port = port, .write_max = 1000, .fn = on_accept, .user_data = &place};
    return slack__listen(&place.listener, place.world.net, &options, ret_uv_error);
}

static void place_end(void)
{
    uv_run(&place.world.loop, UV_RUN_DEFAULT);
    world_close(&place.world);
    place.listener = NULL;
}

/* Returns false if this machine has no such address. */
static bool place_open(const char *host)
{
    memset(&place, 0, sizeof(place));
    assert_true(world_open(&place.world));
    if (place_listen(host, 0, NULL) == 0) return true;
    place_end();
    return false;
}

static void place_close(void)
{
    slack__listen_close(place.listener);
    place_end();
}

#define PLACE_TEST(function)                                                                       \
    TEST_AROUND(function, assert_true(place_open("127.0.0.1")), if (place.listener) place_close())

static void dial(raw_t *raw)
{
    raw_connect(raw, &place.world, slack__listen_port(place.listener));
}

static void follow(place_t *p)
{
    raw_t raw;
    p->followers--;
    dial(&raw);
    raw_close(&raw);
}

/* A new connection is served. */
static void assert_serves(void)
{
    raw_t raw;
    dial(&raw);
    raw_say(&raw, "x");
    raw_until(&raw, "x");
    unsigned closes = place.closes;
    raw_close(&raw);
    world_until(&place.world, place.closes > closes);
}

PLACE_TEST(test_ports)
{
    int uv_error = 0;
    place_close();
    assert_true(place_open("localhost"));
    unsigned port = slack__listen_port(place.listener);
    assert_in_range(port, 1, 65535);
    assert_serves();

    slack_listener_socket_t *listener = place.listener;
    assert_int_equal(place_listen("127.0.0.1", port, &uv_error), SLACK_EIO);
    assert_int_equal(uv_error, UV_EADDRINUSE);
    assert_int_equal(place_listen("127.0.0.1", port, NULL), SLACK_EIO);
    assert_ptr_equal(place.listener, listener);
    assert_serves();
}

PLACE_TEST(test_what_is_no_address)
{
    static const char *const hosts[] = {NULL, "", "example.com", "127.0.0.1:80", "[::1]", "*"};
    int uv_error = 1;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        slack_listener_socket_t *listener = place.listener;
        assert_int_equal(place_listen(hosts[i], 0, &uv_error), SLACK_EINVAL);
        assert_ptr_equal(place.listener, listener);
    }
    assert_int_equal(place_listen("127.0.0.1", 65536, &uv_error), SLACK_EINVAL);
    assert_int_equal(uv_error, 1);
}

/* One socket for both families: a peer has the same name with both. */
TEST(test_any_address)
{
    static const char *const hosts[] = {"0.0.0.0", "::"};
    for (size_t i = 0; i < 2; i++) {
        if (!place_open(hosts[i])) continue;
        assert_serves();
        assert_string_equal(place.peer, "127.0.0.1");
        place_close();
    }
}

PLACE_TEST(test_many_at_once)
{
    raw_t raws[RAW_COUNT];
    for (int i = 0; i < RAW_COUNT; i++)
        dial(&raws[i]);
    world_until(&place.world, place.accepts >= RAW_COUNT);
    for (int i = 0; i < RAW_COUNT; i++) {
        raw_say(&raws[i], "y");
        raw_until(&raws[i], "y");
        raw_close(&raws[i]);
    }
    world_until(&place.world, place.closes >= RAW_COUNT);
}

PLACE_TEST(test_closed_inside_accept)
{
    raw_t raws[2];
    place.close_at_accept = true;
    for (int i = 0; i < 2; i++)
        dial(&raws[i]);
    world_until(&place.world, place.accepts >= 1);
    raw_say(&raws[0], "z");
    raw_until(&raws[0], "z"); /* the connection stays open */
    raw_until_eof(&raws[1]);  /* the kernel has refused this one */
    assert_int_equal(place.accepts, 1);
    raw_close(&raws[0]);
    raw_close(&raws[1]);
    place_end();
    assert_int_equal(place.closes, 1);
}

/* A connection for which no events are set is closed at the first byte, and leaks nothing. */
PLACE_TEST(test_nobody_cares)
{
    place.ignore = true;
    raw_t raw;
    dial(&raw);
    raw_say(&raw, "x");
    raw_until_eof(&raw);
    raw_close(&raw);
}

/* Connections wait in the kernel, the loop does not spin, and there is one log line. */
PLACE_TEST(test_no_descriptors)
{
    descriptors_need_kernel();
    raw_t raws[3];
    for (int i = 0; i < 3; i++)
        dial(&raws[i]);
    descriptors_exhaust();
    world_turn(&place.world);
    uv_run(&place.world.loop, UV_RUN_ONCE); /* blocks until the pause is over */
    world_turn(&place.world);
    descriptors_restore();
    assert_int_equal(place.accepts, 0);
    assert_int_equal(world_log_count(&place.world, "connections have to wait"), 1);
    world_until(&place.world, place.accepts >= 3);
    for (int i = 0; i < 3; i++)
        raw_close(&raws[i]);
    world_until(&place.world, place.closes >= 3);
    assert_serves();
}

static unsigned count_closed(raw_t *raws, unsigned count)
{
    unsigned closed = 0;
    for (unsigned i = 0; i < count; i++) {
        raw_take(&raws[i]);
        closed += raws[i].eof;
    }
    return closed;
}

PLACE_TEST(test_no_memory)
{
    for (size_t nth = 0; nth < 2; nth++) {
        raw_t raws[5];
        place_close();
        assert_true(place_open("127.0.0.1"));
        for (int i = 0; i < 5; i++)
            dial(&raws[i]);
        heap_fail_at(nth, true);
        raw_until_eof(&raws[0]);
        world_turn(&place.world);
        assert_true(heap_heal());
        assert_int_equal(place.accepts, 0);
        /* One for each pause so far: on a slow machine, more than one. */
        const unsigned lost = count_closed(raws, 5);
        assert_in_range(lost, 1, 4);
        world_until(&place.world, place.accepts >= 5 - lost);
        for (int i = 0; i < 5; i++)
            raw_close(&raws[i]);
        world_until(&place.world, place.closes >= 5 - lost);
        assert_serves();
    }
}

static char path_host[64];

static int listen_once(void *host)
{
    int rc = place_listen(host, 0, NULL);
    if (rc == 0) slack__listen_close(place.listener);
    uv_run(&place.world.loop, UV_RUN_DEFAULT);
    if (host == path_host) /* the path is free again */
        assert_int_equal(access(path_host + strlen("unix:"), F_OK), -1);
    return rc;
}

TEST(test_no_memory_to_listen)
{
    assert_true(world_open(&place.world));
    assert_int_equal(alloc_fail_each(listen_once, "127.0.0.1"), 1);
    place_end();
}

TEST(test_no_memory_to_listen_on_a_path)
{
    char folder[] = "/tmp/slackapp-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(path_host, sizeof path_host, "unix:%s/s", folder);
    assert_true(world_open(&place.world));
    assert_int_equal(alloc_fail_each(listen_once, path_host), 2);
    place_end();
    assert_int_equal(rmdir(folder), 0);
}

/* Who may connect is what the options say, whatever the umask. */
TEST(test_permissions_of_a_path)
{
    static const struct {
        mode_t umask;
        slack_socket_file_t file;
    } rows[] = {
        {0, {0, SLACK_SOCKET_GROUP_NONE}},       {077, {0, SLACK_SOCKET_GROUP_NONE}},
        {0, {0660, SLACK_SOCKET_GROUP_NONE}},    {0777, {0660, SLACK_SOCKET_GROUP_NONE}},
        {0777, {0666, SLACK_SOCKET_GROUP_NONE}}, {022, {0660, 33}},
    };
    char folder[] = "/tmp/slackapp-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(path_host, sizeof path_host, "unix:%s/s", folder);
    assert_true(world_open(&place.world));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stat st;
        int uv_error = 0;
        slack_listen_options_t options = {
            .host = path_host, .file = i ? &rows[i].file : NULL, .write_max = 1, .fn = on_accept};
        const mode_t before = umask(rows[i].umask);
        int rc = slack__listen(&place.listener, place.world.net, &options, &uv_error);
        umask(before);
        if (rows[i].file.group == 33 && geteuid() != 0) { /* a user is no member of www-data */
            assert_int_equal(uv_error, UV_EPERM);
            continue;
        }
        assert_int_equal(rc, 0);
        assert_int_equal(lstat(path_host + strlen("unix:"), &st), 0);
        assert_int_equal(st.st_mode & 07777, rows[i].file.mode ? rows[i].file.mode : 0600);
        assert_int_equal(st.st_gid, rows[i].file.group == 33 ? 33 : getegid());
        slack__listen_close(place.listener);
        uv_run(&place.world.loop, UV_RUN_DEFAULT);
    }
    place_end();
    assert_int_equal(rmdir(folder), 0);
}

PLACE_TEST(test_closed_during_a_pause)
{
    raw_t raw;
    dial(&raw);
    heap_fail_at(0, true);
    raw_until_eof(&raw);
    heap_heal();
    place_close();
    raw_close(&raw);
    assert_int_equal(heap_live(), 0);
}

/* ---- the last connections ---- */

/* Clients that keep connecting do not keep the loop busy forever. */
PLACE_TEST(test_the_last_ones_are_so_many)
{
    place.ignore = true;
    place.followers = 10000;
    raw_t raw;
    dial(&raw);
    raw_close(&raw);
    slack__listen_take_all(place.listener);
    assert_true(place.followers > 0);
    assert_true(place.accepts >= 4096); /* the largest queue of the kernel */
    place.followers = 0;
}
