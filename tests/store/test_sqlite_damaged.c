/* SPDX-License-Identifier: MIT */
/*
 * A store's files are cut short, changed, removed or replaced: the message of a bot at its start,
 * and its behaviour while it runs, over both transports.
 */
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/inspect.h"
#include "support/app_handlers.h"
#include "support/bot.h"
#include "support/file.h"
#include "support/slack_request.h"
#include "support/store_file.h"
#include "support/store_work.h"
#include "support/test.h"
#include "support/wires.h"

#define BOT_TEST(function) TEST_CASE(function, NULL, bot_kill_all, NULL)

/* ---- damage ---- */

static const char *log_of(const char *path)
{
    static char name[96];
    snprintf(name, sizeof name, "%s-wal", path);
    return name;
}

static void cut(const char *path, off_t bytes)
{
    assert_int_equal(truncate(path, bytes), 0);
}

static void copy_file(const char *from, const char *to)
{
    char buffer[4096];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    assert_non_null(in);
    assert_non_null(out);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
        assert_int_equal(fwrite(buffer, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* The files as a process leaves them that is killed now. */
static void copy_store(void)
{
    char log[96];
    snprintf(log, sizeof log, "%s", log_of(store_file_path()));
    store_file_clean_copy();
    copy_file(store_file_path(), store_file_copy());
    copy_file(log, log_of(store_file_copy()));
}

static void put_some(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char key[24];
        snprintf(key, sizeof key, "Ev%u", i);
        assert_int_equal(sw_put(key), 0);
    }
}

/* ---- while it runs ---- */

static wires_t w;
static unsigned handled;

static void open_bot(void)
{
    const slack_options_t options = {.store = store_file_url()};
    handled = 0;
    wires_open(&w, &options);
    assert_int_equal(slack_on_event(w.app, NULL, app_count_run, &handled), 0);
    wires_ready(&w);
    /* The bot writes what it is, and which connections it has. Later it writes on its own only
     * every 15 seconds, so that a test can damage a file that rests. */
    world_until(&w.world, sw_number("SELECT count(*) FROM kv WHERE CAST(version AS TEXT) LIKE "
                                    "'% ready' OR CAST(value AS TEXT) LIKE '%\"ready\":1%'") == 2);
}

static const char *event(const char *id)
{
    static char text[512];
    snprintf(text, sizeof text, APP_MESSAGE("%s", "hello"), id);
    return text;
}

static void expect_taken(const char *id)
{
    unsigned before = handled;
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, event(id), "")->status, 200);
    assert_int_equal(handled, before + 1);
}

/* The delivery is not stored, so it is not acked over either transport, and not handled. Slack
 * sends it again. */
static void expect_put_off(const char *by_socket, const char *by_http)
{
    unsigned before = handled;
    wires_send_begin(&w, SLACK_KIND_EVENT, event(by_socket), false);
    world_until(&w.world, slack__inspect_unready(w.app));
    assert_string_equal(slack__inspect_unready(w.app), "the store fails: its data is damaged\n");
    const http_reply_t *reply = wires_post(&w, SLACK_KIND_EVENT, event(by_http), "");
    assert_int_equal(reply->status, 503);
    assert_true(http_reply_has(reply, "Retry-After", "1"));
    assert_int_equal(w.frames, 0);
    assert_int_equal(handled, before);
}

static void expect_line(const char *name, const char *what)
{
    const char *line = strstr(w.world.log, "event=\"store failed\"");
    char text[512];
    if (!line) fail_msg("\"%s\" is not told", name);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
    if (!strstr(text, store_file_path()) || !strstr(text, what) || !strstr(text, "repair it"))
        fail_msg("%s: %s", name, text);
    assert_null(strstr(line + 1, "event=\"store failed\"")); /* once */
}

static void cut_all(void)
{
    cut(store_file_path(), 0);
}
static void cut_half(void)
{
    cut(store_file_path(), file_size(store_file_path()) / 2);
}
static void cut_a_byte(void)
{
    cut(store_file_path(), file_size(store_file_path()) - 1);
}
static void cut_log(void)
{
    cut(log_of(store_file_path()), 0);
}
static void cut_half_of_log(void)
{
    cut(log_of(store_file_path()), file_size(log_of(store_file_path())) / 2);
}
static void remove_file(void)
{
    assert_int_equal(unlink(store_file_path()), 0);
}
static void remove_log(void)
{
    assert_int_equal(unlink(log_of(store_file_path())), 0);
}
static void replace_file(void)
{
    copy_file(store_file_path(), store_file_copy());
    assert_int_equal(rename(store_file_copy(), store_file_path()), 0);
}

static const struct damage {
    const char *name;
    void (*fn)(void);
    const char *what; /* the text in the log */
} damages[] = {
    {"all of the file is cut off", cut_all, "the file was cut short while it was in use"},
    {"half of the file is cut off", cut_half, "the file was cut short while it was in use"},
    {"its last byte is cut off", cut_a_byte, "the file was cut short while it was in use"},
    {"the file is removed", remove_file, "the file was removed or replaced while it was in use"},
    {"the file is replaced", replace_file, "the file was removed or replaced while it was in use"},
    {"all of the log is cut off", cut_log, "its log was cut short while it was in use"},
    {"half of the log is cut off", cut_half_of_log, "its log was cut short while it was in use"},
    {"the log is removed", remove_log, "its log was removed or replaced while it was in use"},
};

TEST(test_files_that_are_spoilt_while_it_runs)
{
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        open_bot();
        expect_taken("Ev1");
        wires_send(&w, SLACK_KIND_EVENT, event("Ev2"), false);
        assert_int_equal(handled, 2);
        sw_sql("PRAGMA wal_checkpoint(PASSIVE)");
        expect_taken("Ev3");
        damages[i].fn();
        expect_put_off("Ev4", "Ev5");
        expect_put_off("Ev4", "Ev5");
        expect_line(damages[i].name, damages[i].what);
        wires_close(&w);
        store_file_clean();
    }
}

/* The bot continues when the file is there again. */
FILE_TEST(test_a_file_that_comes_back)
{
    open_bot();
    expect_taken("Ev1");
    assert_int_equal(rename(store_file_path(), store_file_copy()), 0);
    expect_put_off("Ev2", "Ev3");
    assert_int_equal(rename(store_file_copy(), store_file_path()), 0);
    expect_taken("Ev2");
    expect_taken("Ev3");
    assert_true(world_logged(&w.world, "event=\"store works again\""));
    assert_null(slack__inspect_unready(w.app));
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, event("Ev1"), "")->status, 200);
    assert_int_equal(handled, 3); /* a duplicate */
    wires_close(&w);
}

/* Another program's orderly work on the file is no damage: it empties the log, and shortens the
 * file. */
FILE_TEST(test_a_file_that_others_tidy)
{
    open_bot();
    for (unsigned i = 0; i < 40; i++) {
        char id[24];
        snprintf(id, sizeof id, "Ev%u", i);
        expect_taken(id);
        if (i % 10 == 9) sw_sql("DELETE FROM inbox WHERE state = 2; VACUUM");
        if (i % 4 == 3) sw_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    assert_false(world_logged(&w.world, "store failed"));
    wires_close(&w);
}

/* Flip any bit of the file: the acknowledged rows are in what a crash leaves, or the store
 * reports damage. A damaged log looks like one that a power cut left, so rows behind the bit may
 * be lost. */
TEST(test_bits_that_are_flipped_while_it_runs)
{
    for (unsigned round = 0; round < 30; round++) {
        const char *log = log_of(store_file_path());
        bool in_log = round % 3 == 0;
        sw_open();
        put_some(30);
        if (!in_log) sw_sql("PRAGMA wal_checkpoint(PASSIVE)");
        assert_int_equal(sw_put("before"), 0);
        const char *which = in_log ? log : store_file_path();
        file_flip(which, rand() % file_size(which), 0x10);
        bool acked = sw_put("after") == 0;
        copy_store();
        char error[SLACK_ERROR_TEXT_MAX];
        slack_store_t *copy;
        bool refused = sw_open_at(&copy, store_file_copy(), error) != 0;
        assert_true(!refused || strstr(error, store_file_copy()));
        if (!refused) {
            bool known = false;
            int rc = acked ? sw_put_into(copy, "after", &known) : 0;
            if (acked && rc == 0 && !known && !in_log)
                fail_msg("round %u: what was acknowledged is lost, and nobody says so", round);
            sw_close_one(copy);
        }
        sw_close();
        store_file_clean();
    }
}

/* ---- at the start ---- */

static void expect_no_start(const char *what)
{
    bot_t bot;
    bot_start(&bot,
              &(slack_options_t){.store = store_file_url(),
                                 .transport = "http,socket",
                                 .app_token = "xapp-test",
                                 .signing_secret = SLACK_REQUEST_SECRET},
              NULL, NULL);
    assert_int_equal(bot_wait(&bot), 1);
    const char *end = strstr(bot.log, "ended status=SLACK_ESTORE error=SLACK_STORE: ");
    if (!end || !strstr(end, store_file_path()) || !strstr(end, what))
        fail_msg("it says: %s, not: %s", bot.log, what);
}

static void make_store(void)
{
    store_file_clean();
    sw_open();
    put_some(200);
    sw_close();
}

#define MALFORMED                                                                                  \
    "database disk image is malformed; stop all that use it, then move it away or repair"

BOT_TEST(test_no_start_with_a_file_that_is_cut_short)
{
    for (unsigned part = 1; part < 8; part++) {
        make_store();
        cut(store_file_path(), file_size(store_file_path()) / 4096 * (long)part / 8 * 4096);
        expect_no_start(MALFORMED);
    }
    make_store();
    cut(store_file_path(), 50);
    expect_no_start(MALFORMED);
    store_file_clean();
}

/* A missing file would pass for a new one. Its log shows that it was removed. */
BOT_TEST(test_no_start_with_a_file_that_is_emptied)
{
    make_store();
    cut(store_file_path(), 0);
    expect_no_start("it is empty, and was a store before; remove FILE-owners to begin anew");
    assert_int_equal(unlink(store_file_path()), 0);
    sw_open();
    assert_false(sw_knows(sw.store, "Ev1"));
    sw_close();
    store_file_clean();
}

BOT_TEST(test_no_start_with_a_file_that_is_damaged)
{
    make_store();
    file_flip(store_file_path(), 3, 0x10); /* the name of the format */
    expect_no_start("file is not a database; stop all that use it, then move it away or repair");
    make_store();
    file_flip(store_file_path(), 4096 + 3, 0x10); /* the number of cells of a page */
    expect_no_start("it is damaged: ");
    store_file_clean();
}

int main(void)
{
    store_file_url();
    return test_run_all(NULL, NULL);
}
