/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/bot.h"
#include "support/raw.h"
#include "support/test.h"

/*
 * The sockets of a bot in a process of its own: passed by systemd (sd_listen_fds(3)), on a port
 * that two bots share, over IPv6, on a path; and the messages for sockets that it cannot use.
 */

#define FIRST_FD 3

static world_t world;

/* The descriptors and variables of the bot's process. */
typedef struct passing {
    int fds[3]; /* -1: none */
    size_t count;
    const char *listen_fds; /* NULL: the number of sockets */
    const char *listen_pid; /* NULL: the process's own pid */
} passing_t;

static void pass(void *arg)
{
    const passing_t *passing = arg;
    char count[16], pid[16];
    int copies[3];
    snprintf(count, sizeof count, "%zu", passing->count);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("LISTEN_FDS", passing->listen_fds ? passing->listen_fds : count, 1);
    setenv("LISTEN_PID", passing->listen_pid ? passing->listen_pid : pid, 1);
    /* Copies all first: a descriptor may have a number that another one needs. */
    for (size_t i = 0; i < passing->count; i++)
        copies[i] = passing->fds[i] < 0 ? -1 : fcntl(passing->fds[i], F_DUPFD, 50);
    for (size_t i = 0; i < passing->count; i++) {
        close(FIRST_FD + (int)i);
        if (copies[i] < 0) continue;
        dup2(copies[i], FIRST_FD + (int)i);
        close(copies[i]);
    }
}

/* Open a listening socket on a free port of 127.0.0.1. */
static int listen_somewhere(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 100), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* Returns the status of a GET on the port. The connection may wait until the bot listens. */
static int status_of(unsigned port, const char *path)
{
    char request[100];
    raw_t raw;
    snprintf(request, sizeof request, "GET %s HTTP/1.0\r\n\r\n", path);
    raw_connect(&raw, &world, port);
    raw_say(&raw, request);
    raw_until_eof(&raw);
    int status = raw.in_len > 9 ? (int)strtol(raw.in + 9, NULL, 10) : 0;
    raw_close(&raw);
    return status;
}

static const slack_options_t plain = {.signing_secret = "s"};

#define BOT_TEST(function)                                                                         \
    TEST_AROUND(function, assert_true(world_open(&world)),                                         \
                (bot_kill_all(NULL), world_close(&world)))

/* ---- passed sockets ---- */

/* A connection made before the bot starts is answered, and the socket outlives the bot. */
BOT_TEST(one_socket)
{
    bot_t bot;
    raw_t early;
    unsigned port;
    passing_t passing = {.fds = {listen_somewhere(&port)}, .count = 1};
    for (int round = 0; round < 2; round++) {
        raw_connect(&early, &world, port);
        raw_say(&early, "GET /healthz HTTP/1.0\r\n\r\n");
        bot_start(&bot, &plain, pass, &passing);
        bot_until_listening(&bot);
        assert_non_null(strstr(bot.log, "event=\"http listening\" fd=3 "));
        assert_int_equal(bot.port, port);
        raw_until_eof(&early);
        assert_memory_equal(early.in, "HTTP/1.1 200 ", 13);
        raw_close(&early);
        assert_int_equal(status_of(port, "/slack/events"), 405);
        bot_close(&bot);
    }
    close(passing.fds[0]);
}

/* Without the HTTP transport the first socket is the admin port. */
BOT_TEST(the_only_one_is_the_admin_port)
{
    bot_t bot;
    unsigned admin_port;
    passing_t passing = {.fds = {listen_somewhere(&admin_port)}, .count = 1};
    bot_start(&bot, &(slack_options_t){.transport = "memory", .http_admin_port = "9"}, pass,
              &passing);
    bot_until_listening(&bot);
    assert_non_null(strstr(bot.log, "event=\"admin server listening\" fd=3 "));
    assert_int_equal(bot.admin_port, admin_port);
    assert_int_equal(status_of(admin_port, "/readyz"), 200);
    bot_close(&bot);
    close(passing.fds[0]);
}

BOT_TEST(the_second_is_the_admin_port)
{
    bot_t bot;
    unsigned port, admin_port;
    passing_t passing = {.count = 2};
    passing.fds[0] = listen_somewhere(&port);
    passing.fds[1] = listen_somewhere(&admin_port);
    bot_start(&bot, &(slack_options_t){.signing_secret = "s", .http_admin_port = "9"}, pass,
              &passing);
    bot_until_listening(&bot);
    assert_non_null(strstr(bot.log, "event=\"admin server listening\" fd=4 "));
    assert_int_equal(bot.admin_port, admin_port);
    assert_int_equal(status_of(admin_port, "/healthz"), 200);
    assert_int_equal(status_of(port, "/healthz"), 404);
    assert_int_equal(status_of(port, "/slack/events"), 405);
    bot_close(&bot);

    /* The first alone: the bot opens the other one. */
    passing.count = 1;
    bot_start(&bot, &(slack_options_t){.signing_secret = "s", .http_admin_port = "0"}, pass,
              &passing);
    bot_until_listening(&bot);
    assert_int_equal(bot.port, port);
    assert_int_not_equal(bot.admin_port, admin_port);
    assert_int_equal(status_of(bot.admin_port, "/healthz"), 200);
    bot_close(&bot);

    /* Without an admin port the second one is not used. */
    passing.count = 2;
    bot_start(&bot, &plain, pass, &passing);
    bot_until_listening(&bot);
    assert_non_null(strstr(bot.log, "level=warn event=\"passed socket not used\" fd=4 "
                                    "reason=\"SLACK_HTTP_ADMIN_PORT is not set\""));
    bot_close(&bot);
    close(passing.fds[0]);
    close(passing.fds[1]);
}

/* Variables for another process, or for no socket, are ignored. */
BOT_TEST(sockets_of_others)
{
    static const struct {
        const char *pid, *fds;
    } table[] = {{"1", "1"}, {"", "1"}, {"x", "1"}, {"-1", "1"}, {"1", "x"}, {NULL, "0"}};
    unsigned port;
    passing_t passing = {.fds = {listen_somewhere(&port)}, .count = 1};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bot_t bot;
        passing.listen_pid = table[i].pid;
        passing.listen_fds = table[i].fds;
        bot_start(&bot, &plain, pass, &passing);
        bot_until_listening(&bot);
        assert_non_null(strstr(bot.log, "event=\"http listening\" host=127.0.0.1 "));
        assert_int_not_equal(bot.port, port);
        assert_int_equal(status_of(bot.port, "/healthz"), 200);
        bot_close(&bot);
    }
    close(passing.fds[0]);
}

/* A bot with these options fails to start, and logs this. */
SLACK_PRINTF(3, 4)
static void expect_failure(const slack_options_t *options, passing_t *passing, const char *format,
                           ...)
{
    bot_t bot;
    char sentence[300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(sentence, sizeof sentence, format, ap);
    va_end(ap);
    bot_start(&bot, options, passing ? pass : NULL, passing);
    assert_int_equal(bot_wait(&bot), 1);
    if (!strstr(bot.log, sentence)) fail_msg("\"%s\" is not in: %s", sentence, bot.log);
}

BOT_TEST(wrong_sockets_are_named)
{
    static const char no_listener[] = "error=cannot use descriptor 3, passed by LISTEN_FDS: it is "
                                      "no stream socket that listens (in the .socket unit: "
                                      "ListenStream=, Accept=no)\n";
    static const char *const numbers[] = {"x", "-1", "1x", "", "1025", "18446744073709551617"};
    unsigned port;
    passing_t passing = {.fds = {listen_somewhere(&port)}, .count = 1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        passing.listen_fds = numbers[i];
        expect_failure(
            &plain, &passing,
            "error=LISTEN_FDS is \"%s\"; it has to be the number of sockets that are passed",
            numbers[i]);
    }
    passing.listen_fds = NULL;
    close(passing.fds[0]);

    passing.fds[0] = -1; /* the bot opens something else there */
    expect_failure(&plain, &passing, "%s", no_listener);
    passing.fds[0] = open("/dev/null", O_RDONLY);
    expect_failure(&plain, &passing, "%s", no_listener);
    close(passing.fds[0]);
    passing.fds[0] = socket(AF_INET, SOCK_STREAM, 0); /* without listen() */
    expect_failure(&plain, &passing, "%s", no_listener);
    close(passing.fds[0]);
    passing.fds[0] = socket(AF_INET, SOCK_DGRAM, 0); /* ListenDatagram= */
    expect_failure(&plain, &passing, "%s", no_listener);
    close(passing.fds[0]);
}

/* ---- sockets of its own ---- */

/* Two bots on one port; the kernel gives each its share. */
BOT_TEST(two_processes_on_one_port)
{
    bot_t bots[2];
    char port[16];
    bot_open(&bots[0], &(slack_options_t){.signing_secret = "s", .http_reuse_port = 1});
    snprintf(port, sizeof port, "%u", bots[0].port);
    const slack_options_t options = {
        .signing_secret = "s", .http_port = port, .http_reuse_port = 1};
    bot_open(&bots[1], &options);
    assert_int_equal(bots[1].port, bots[0].port);
    for (int i = 0; i < 200; i++) /* the odds that one of them gets none are 1 in 2^199 */
        assert_int_equal(status_of(bots[0].port, "/slack/events"), 405);
    for (int i = 0; i < 2; i++)
        bot_until(&bots[i], "status=405");
    bot_close(&bots[0]);
    for (int i = 0; i < 20; i++) /* the other one gets all of them */
        assert_int_equal(status_of(bots[1].port, "/healthz"), 200);

    /* A bot that does not share the port. */
    expect_failure(&(slack_options_t){.signing_secret = "s", .http_port = port}, NULL,
                   "ended status=SLACK_EIO error=cannot listen on 127.0.0.1:%s: the port is in "
                   "use; set SLACK_HTTP_PORT to another\n",
                   port);
    bot_close(&bots[1]);
}

static int connect_to(const struct sockaddr *address, socklen_t len)
{
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, address, len) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Sends a request and expects this in the answer. The bot is another process, so that reading may
 * block. */
static void expect_answer(int fd, const char *want)
{
    static const char request[] = "GET /slack/events HTTP/1.0\r\n\r\n";
    char answer[256] = "";
    assert_true(fd >= 0);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    assert_true(read(fd, answer, sizeof answer - 1) > 0);
    assert_non_null(strstr(answer, want));
    close(fd);
}

BOT_TEST(by_ipv6)
{
    bot_t bot;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    bool has_ipv6 = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    if (!has_ipv6) skip();
    bot_open(&bot, &(slack_options_t){.signing_secret = "s", .http_host = "::1"});
    address.sin6_port = htons((uint16_t)bot.port);
    expect_answer(connect_to((struct sockaddr *)&address, sizeof address), "HTTP/1.1 405 ");
    bot_until(&bot, "peer=::1");

    char port[16];
    snprintf(port, sizeof port, "%u", bot.port);
    expect_failure(&(slack_options_t){.signing_secret = "s", .http_host = "::1", .http_port = port},
                   NULL, "error=cannot listen on [::1]:%s: the port is in use", port);
    bot_close(&bot);
}

BOT_TEST(on_a_path)
{
    bot_t bot;
    char folder[] = "/tmp/slackapp-XXXXXX", host[64], longest[200] = "unix:/";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", folder);
    snprintf(host, sizeof host, "unix:%s/s", folder);
    const slack_options_t options = {.signing_secret = "s", .http_host = host};
    for (int round = 0; round < 2; round++) {
        bot_open(&bot, &options);
        expect_answer(connect_to((struct sockaddr *)&address, sizeof address), "HTTP/1.1 405 ");
        bot_until(&bot, "peer=unix");

        expect_failure(&options, NULL,
                       "error=cannot listen on %s: another process listens there, or it is no "
                       "socket; see SLACK_HTTP_HOST\n",
                       host);
        /* A bot that is killed leaves its file behind; the next one replaces it. */
        if (round == 0) {
            bot_signal(&bot, SIGKILL);
            assert_int_equal(bot_wait(&bot), 128 + SIGKILL);
            assert_int_equal(access(address.sun_path, F_OK), 0);
        } else {
            bot_close(&bot);
            assert_int_not_equal(access(address.sun_path, F_OK), 0);
        }
    }
    rmdir(folder);

    expect_failure(&options, NULL, ": no such file or directory; see SLACK_HTTP_HOST\n");
    memset(longest + 6, 'x', sizeof longest - 7);
    expect_failure(&(slack_options_t){.signing_secret = "s", .http_host = longest}, NULL,
                   "the path is empty, or too long for a socket; see SLACK_HTTP_HOST\n");
}

/* A bot is a fork of the test, which must have no descriptor at the numbers of passed sockets. */
static void keep_low_descriptors(void)
{
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) < FIRST_FD + 2)
        continue;
}

int main(void)
{
    keep_low_descriptors();
    signal(SIGPIPE, SIG_IGN);
    return test_run_all(NULL, NULL);
}
