/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "protocol/signature.h"
#include "support/app_fixture.h"
#include "support/bot.h"
#include "support/certs.h"
#include "support/child.h"
#include "support/file.h"
#include "support/raw.h"
#include "support/test.h"

#define BOT_TEST(function) TEST_CASE(function, NULL, bot_kill_all, NULL)

/*
 * Files are read again on SIGHUP, by slack_app_reload() and when they change, by a bot in a process
 * of its own over real connections.
 */

#define PATH_BYTES 256

typedef struct scene {
    world_t world; /* the peers' */
    bot_t bot;
    char dir[PATH_BYTES];
    char cert[PATH_BYTES], key[PATH_BYTES], secret[PATH_BYTES];
} scene_t;

static void scene_open(scene_t *s)
{
    memset(s, 0, sizeof *s);
    assert_true(world_open(&s->world));
    strcpy(s->dir, "/tmp/slackapp-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->cert, sizeof s->cert, "%.200s/cert.pem", s->dir);
    snprintf(s->key, sizeof s->key, "%.200s/key.pem", s->dir);
    snprintf(s->secret, sizeof s->secret, "%.200s/secret", s->dir);
}

static void scene_close(scene_t *s)
{
    char command[PATH_BYTES + 20];
    bot_close(&s->bot);
    world_close(&s->world);
    snprintf(command, sizeof command, "rm -rf -- %s", s->dir);
    assert_int_equal(system(command), 0);
}

static void install(const char *path, const char *name)
{
    file_replace(path, file_read(certs_path(name), NULL));
}

/* ---- the certificate ---- */

static void open_tls(scene_t *s)
{
    scene_open(s);
    install(s->cert, "server.pem");
    install(s->key, "server.key");
    bot_open(&s->bot, &(slack_options_t){
                          .signing_secret = "s", .http_tls_cert = s->cert, .http_tls_key = s->key});
}

/* Returns true if a new connection gets the certificate `name`, and an answer. */
static bool is_shown(scene_t *s, const char *name)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    child_t child;
    char ca[PATH_BYTES], place[32];
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    snprintf(place, sizeof place, "127.0.0.1:%u", s->bot.port);
    const char *const args[] = {
        "openssl",  "s_client", "-connect", place, "-CAfile", ca, "-verify_return_error",
        "-ign_eof", NULL};
    child_start(&child, &s->world, args, request);
    assert_true(child.started);
    child_wait(&child);
    assert_non_null(strstr(child.out, "HTTP/1.1 200 OK"));
    bool shown = strstr(child.out, file_read(certs_path(name), NULL)) != NULL;
    child_done(&child);
    return shown;
}

/* Opens a connection that stays open. */
static void keep_open(scene_t *s, child_t *child)
{
    char ca[PATH_BYTES], place[32];
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    snprintf(place, sizeof place, "127.0.0.1:%u", s->bot.port);
    const char *const args[] = {"openssl", "s_client", "-quiet", "-connect",
                                place,     "-CAfile",  ca,       "-verify_return_error",
                                NULL};
    child_start(child, &s->world, args, NULL);
    assert_true(child->started);
}

BOT_TEST(sighup_brings_a_new_certificate)
{
    scene_t s;
    child_t old;
    if (!certs_make()) skip();
    open_tls(&s);
    keep_open(&s, &old);
    child_tell(&old, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    child_until(&old, "HTTP/1.1 200 OK");
    assert_true(is_shown(&s, "server.pem"));

    install(s.cert, "rsa.pem");
    install(s.key, "rsa.key");
    bot_signal(&s.bot, SIGHUP);
    bot_until(&s.bot, "signal=1");
    bot_until(&s.bot, "event=\"certificate read again\" file=");
    assert_true(is_shown(&s, "rsa.pem"));

    /* The old connection was not closed. */
    assert_false(old.exited);
    child_tell(&old, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    child_until(&old, "\n# TYPE ");
    child_wait(&old);
    assert_int_equal(old.status, 0);
    child_done(&old);
    scene_close(&s);
}

BOT_TEST(a_changed_certificate_is_seen)
{
    scene_t s;
    if (!certs_make()) skip();
    open_tls(&s);
    install(s.cert, "rsa.pem");
    install(s.key, "rsa.key");
    bot_until(&s.bot, "certificate read again");
    assert_true(is_shown(&s, "rsa.pem"));
    scene_close(&s);
}

/* NULL: no file; "|": a FIFO without a writer */
static void put(const char *path, const char *what)
{
    unlink(path);
    if (what && *what == '|')
        assert_int_equal(mkfifo(path, 0600), 0);
    else if (what)
        install(path, what);
}

BOT_TEST(bad_files_keep_the_old_certificate)
{
    static const struct {
        const char *cert, *key; /* as for put() */
        const char *file;       /* the file with the fault */
        const char *reason;
    } table[] = {
        {"rsa.pem", "server.key", "key.pem", "reason=\"the key is not the certificate's\""},
        {"server.pem", "rsa.key", "key.pem", "reason=\"the key is not the certificate's\""},
        {"other.pem", "stranger.key", "key.pem", "reason=\"the key is not the certificate's\""},
        {NULL, "server.key", "cert.pem", "reason=\"No such file or directory\""},
        {"server.pem", NULL, "key.pem", "reason=\"No such file or directory\""},
        {"|", "server.key", "cert.pem", "reason=\"it is a pipe or a device, not a file\""},
        {"server.pem", "|", "key.pem", "reason=\"it is a pipe or a device, not a file\""},
        {"server.key", "server.key", "cert.pem", "reason=\""},
        {"server.pem", "server.pem", "key.pem", "reason=\""},
    };
    scene_t s;
    if (!certs_make()) skip();
    open_tls(&s);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        put(s.cert, table[i].cert);
        put(s.key, table[i].key);
        bot_signal(&s.bot, SIGHUP);
        bot_until(&s.bot, "signal=1");
        bot_until(&s.bot, "level=error event=\"certificate not read again, the old one stays\"");
        bot_until(&s.bot, table[i].file);
        bot_until(&s.bot, table[i].reason);
        assert_true(is_shown(&s, "server.pem"));
    }
    install(s.cert, "rsa.pem");
    install(s.key, "rsa.key");
    bot_signal(&s.bot, SIGHUP);
    bot_until(&s.bot, "certificate read again");
    assert_true(is_shown(&s, "rsa.pem"));
    scene_close(&s);
}

/* ---- the signing secret ---- */

/* Returns the status for a delivery signed with `secret`. */
static int status_of(scene_t *s, const char *secret)
{
    static unsigned number;
    char body[200], request[1000], stamp[24], signature[SLACK_SIGNATURE_LEN + 1];
    slack_signer_t *signer;
    raw_t raw;
    int body_len = snprintf(body, sizeof body,
                            "{\"type\":\"event_callback\",\"event_id\":\"Ev%u\",\"event\":"
                            "{\"type\":\"app_mention\"}}",
                            ++number);
    snprintf(stamp, sizeof stamp, "%lld", (long long)time(NULL));
    assert_int_equal(slack__signer_new(&signer, secret), 0);
    assert_int_equal(
        slack__signature_make(signer, slack__slice(stamp), slack__slice(body), signature), 0);
    slack__signer_free(signer);
    snprintf(request, sizeof request,
             "POST /slack/events HTTP/1.0\r\nContent-Type: application/json\r\n"
             "Content-Length: %d\r\nX-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\n"
             "\r\n%s",
             body_len, stamp, signature, body);
    raw_connect(&raw, &s->world, s->bot.port);
    raw_say(&raw, request);
    raw_until_eof(&raw);
    int status = (int)strtol(raw.in + strlen("HTTP/1.1 "), NULL, 10);
    raw_close(&raw);
    return status;
}

BOT_TEST(sighup_brings_a_new_secret)
{
    scene_t s;
    scene_open(&s);
    file_replace(s.secret, "first\n");
    /* No signing_secret besides the file. */
    bot_open(&s.bot, &(slack_options_t){.signing_secret_file = s.secret});
    assert_int_equal(status_of(&s, "first"), 200);
    assert_int_equal(status_of(&s, "second"), 401);
    file_replace(s.secret, "second, third\n");
    bot_signal(&s.bot, SIGHUP);
    bot_until(&s.bot, "event=\"signing secret read again\" file=");
    assert_int_equal(status_of(&s, "first"), 401);
    assert_int_equal(status_of(&s, "second"), 200);
    assert_int_equal(status_of(&s, "third"), 200);
    assert_null(strstr(s.bot.log, "second"));
    scene_close(&s);
}

BOT_TEST(bad_files_keep_the_old_secret)
{
    static const struct {
        const char *text; /* NULL: no file */
        const char *reason;
    } table[] = {
        {NULL, "reason=\"No such file or directory\""},
        {"|", "reason=\"it is a pipe or a device, not a file\""},
        {"", "reason=\"it is empty, or no text\""},
        {" , ", "reason=\"is blank, has an empty secret between its commas"},
        {"fir st", "reason=\"is blank, has an empty secret between its commas, white space or"},
        {"first\u00a0",
         "reason=\"is blank, has an empty secret between its commas, white space or"},
        {"xoxb-1-2", "reason=\"holds a token, not the signing secret"},
    };
    scene_t s;
    scene_open(&s);
    file_replace(s.secret, "first");
    bot_open(&s.bot, &(slack_options_t){.signing_secret_file = s.secret});
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        unlink(s.secret);
        if (table[i].text && *table[i].text == '|')
            assert_int_equal(mkfifo(s.secret, 0600), 0);
        else if (table[i].text)
            file_replace(s.secret, table[i].text);
        bot_signal(&s.bot, SIGHUP);
        bot_until(&s.bot, "signal=1");
        bot_until(&s.bot, "level=error event=\"signing secret not read again, the old one stays\"");
        bot_until(&s.bot, s.secret);
        bot_until(&s.bot, table[i].reason);
        assert_int_equal(status_of(&s, "first"), 200);
    }
    assert_null(strstr(s.bot.log, "xoxb-1"));
    scene_close(&s);
}

static void write_generation(const scene_t *s, const char *name, const char *secret)
{
    char path[2 * PATH_BYTES], part[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/secret");
    file_replace(path, secret);
    snprintf(part, sizeof part, "%s/..data_tmp", s->dir);
    snprintf(path, sizeof path, "%s/..data", s->dir);
    assert_int_equal(symlink(name, part), 0);
    assert_int_equal(rename(part, path), 0);
}

/* Kubernetes mounts a secret as a link into a folder that is itself a link, and replaces that
 * second link. */
BOT_TEST(a_mounted_secret_is_swapped)
{
    scene_t s;
    scene_open(&s);
    assert_int_equal(symlink("..data/secret", s.secret), 0);
    write_generation(&s, "..2026_11_21", "first");
    bot_open(&s.bot, &(slack_options_t){.signing_secret_file = s.secret});
    assert_int_equal(status_of(&s, "first"), 200);
    write_generation(&s, "..2026_11_22", "other");
    bot_until(&s.bot, "signing secret read again");
    assert_int_equal(status_of(&s, "first"), 401);
    assert_int_equal(status_of(&s, "other"), 200);
    scene_close(&s);
}

/* ---- requests to reload ---- */

BOT_TEST(sighup_without_files_is_harmless)
{
    scene_t s;
    scene_open(&s);
    bot_open(&s.bot, &(slack_options_t){.signing_secret = "first"});
    bot_signal(&s.bot, SIGHUP);
    bot_until(&s.bot, "event=\"no file to read again\"");
    assert_int_equal(status_of(&s, "first"), 200);
    scene_close(&s);
}

static unsigned count_of(const char *log, const char *text)
{
    unsigned count = 0;
    while ((log = strstr(log, text)) != NULL) {
        count++;
        log++;
    }
    return count;
}

static void until_reloads(app_fixture_t *f, unsigned count)
{
    world_until(&f->world, count_of(f->world.log, "\"signing secret read again\"") >= count);
}

static void ask(void *arg)
{
    slack_app_reload(arg);
}

static slack_app_t *asked;

static void on_signal(int signum)
{
    slack_app_reload(asked);
}

TEST(any_thread_and_any_signal_may_ask)
{
    app_fixture_t f;
    uv_thread_t thread;
    char path[] = "/tmp/slackapp-XXXXXX";
    close(mkstemp(path));
    file_replace(path, "first");
    app_open(&f, &(slack_options_t){.transport = "http",
                                    .http_host = "127.0.0.1",
                                    .http_port = "0",
                                    .signing_secret_file = path});
    slack_app_reload(f.app); /* before the start: it reloads once it has started */
    app_ready(&f);
    until_reloads(&f, 1);

    assert_int_equal(uv_thread_create(&thread, ask, f.app), 0);
    until_reloads(&f, 2);
    assert_int_equal(uv_thread_join(&thread), 0);

    asked = f.app;
    void (*before)(int) = signal(SIGUSR1, on_signal);
    assert_int_equal(raise(SIGUSR1), 0);
    until_reloads(&f, 3);
    signal(SIGUSR1, before);

    for (int i = 0; i < 1000; i++) /* several requests make one reload */
        slack_app_reload(f.app);
    until_reloads(&f, 4);
    app_spin(&f);
    assert_int_equal(count_of(f.world.log, "signing secret read again"), 4);

    slack_app_stop(f.app);
    slack_app_reload(f.app); /* while it stops */
    app_run_until_stopped(&f);
    slack_app_reload(f.app); /* after the stop */
    unlink(path);
    app_close(&f);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    return test_run_all(NULL, NULL);
}
