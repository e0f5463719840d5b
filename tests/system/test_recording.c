/* SPDX-License-Identifier: MIT */
/*
 * The showcase records itself against the simulator, over each transport. Then the test kit replays
 * the recording, with the handlers that made it and with changed ones.
 */
#include <sys/stat.h>
#include <unistd.h>

#include <slack/test.h>

#include "support/file.h"
#include "support/sim_child.h"
#include "support/test.h"

int showcase_main(void);
#define main showcase_main
#include "examples/showcase.c"
#undef main

static sim_child_t c;
static char path[96]; /* the recording's */

/* A user's action, with ' for ", and the line that it adds to the transcript. */
static const struct {
    const char *send, *line;
} steps[] = {
    {"{'kind':'message','text':'oh hello'}", "Hey there @ann!"},
    {"{'kind':'click','action_id':'hello_click'}", "@ann clicked the button"},
    {"{'kind':'command','command':'/echo','text':'50% off'}", "-> bot (only to ann): 50% off"},
    {"{'kind':'command','command':'/later','text':'well'}", "later: well"},
    {"{'kind':'message','text':'nothing to see'}", "nothing to see"},
    {"{'kind':'shortcut','callback_id':'open_form'}", "opens a modal"},
    {"{'kind':'submit','callback_id':'form','values':['name/value=Jo']}", "At least 3 characters"},
    {"{'kind':'submit','callback_id':'form','values':['name/value=Ada']}", "Thank you, Ada"},
};

/* ---- the live run ---- */

static void start(const char *transport)
{
    sim_child_start_over(&c, "showcase", transport, sim_child_text(&c, "SLACK_RECORD=%s", path));
}

/* Takes the step and waits for its line, among any number of others. */
static void take_step(size_t i)
{
    sim_child_act(&c, steps[i].send);
    for (size_t wait = 1;; wait++) {
        const slack_json_t *entries = sim_child_transcript(&c, wait);
        if (sim_child_has_line(entries, 0, steps[i].line)) return;
        if (slack_json_count(entries, "") < wait) sim_child_give_up(&c, "no %s", steps[i].line);
    }
}

static void record(const char *transport)
{
    start(transport);
    if (strcmp(transport, "http") == 0)
        sim_child_connect_http(&c);
    else
        sim_child_connect_socket(&c);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        take_step(i);
    int status = sim_child_stop(&c);
    if (status != 0) sim_child_give_up(&c, "status %d", status);
}

/* ---- the recording ---- */

static void assert_tells_no_secret(void)
{
    const char *all = file_read(path, NULL);
    static const char *const secrets[] = {"simulated-", "xoxb-", "xapp-", "/response/",
                                          SIM_PEER_SECRET};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (strstr(all, secrets[i])) fail_msg("\"%s\" in:\n%s", secrets[i], all);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_non_null(strstr(all, "\"type\":\"end\"}\n"));
}

/* ---- replaying ---- */

static int goodbye(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "Goodbye <@%s>", slack_ctx_user(ctx));
}

static int shout(slack_ctx_t *ctx, void *user_data)
{
    return slack_ack_text(ctx, "%s!", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static void replay_unchanged(void)
{
    const char *report, *why;
    slack_test_t *t;
    assert_int_equal(slack_test_new(&t, NULL), 0);
    assert_int_equal(add_listeners(slack_test_app(t)), 0);
    int rc = slack_test_replay(t, path, &report);
    if (rc != 0) fail_msg("%s:\n%s\n%s", slack_err_name(rc), report, file_read(path, NULL));
    assert_string_equal(report, "");
    assert_int_equal(slack_test_finish(t, &why), 0);
    assert_string_equal(why, "");
    slack_test_free(t);
}

static void assert_has(const char *report, const char *part)
{
    if (!strstr(report, part)) fail_msg("no \"%s\" in:\n%s", part, report);
}

/* Two handlers are changed, and one is missing. */
static void replay_changed(void)
{
    const char *report, *why;
    slack_test_t *t;
    assert_int_equal(slack_test_new(&t, NULL), 0);
    slack_app_t *app = slack_test_app(t);
    assert_int_equal(slack_on_message(app, "hello", goodbye, NULL), 0);
    assert_int_equal(slack_on_action(app, "hello_click", hello_click, NULL), 0);
    assert_int_equal(slack_on_command(app, "/echo", shout, NULL), 0);
    assert_int_equal(slack_on_shortcut(app, "open_form", open_form, NULL), 0);
    assert_int_equal(slack_on_view_submission(app, "form", form_submitted, NULL), 0);
    assert_int_equal(slack_test_replay(t, path, &report), SLACK_EMISMATCH);
    assert_has(report, ", event message:\n    ack ok\n  - call chat.postMessage {");
    assert_has(report, "  + call chat.postMessage {\"text\":\"Goodbye <@");
    assert_has(report, ", command /echo:\n  - ack ok \"50% off\"\n  + ack ok \"50% off!\"\n");
    assert_has(report, ", command /later:\n  - ack ok\n  - call response_url {\"text\":"
                       "\"later: well\"}\n  + ack refuse\n");
    assert_null(strstr(report, "open_form"));
    assert_null(strstr(report, "view_submission"));
    assert_int_equal(slack_test_finish(t, &why), SLACK_EMISMATCH);
    assert_has(why, "the replay differs from the recording:\nline ");
    slack_test_free(t);
}

/* ---- cases ---- */

static int open_sim(void **state)
{
    sim_child_open(&c);
    snprintf(path, sizeof path, "%s/run.jsonl", c.dir);
    return 0;
}

static int close_sim(void **state)
{
    (void)unlink(path);
    return sim_child_close(&c) ? 0 : -1;
}

TEST_BOTH_WIRES(a_live_run, open_sim, close_sim)
{
    record(*state);
    assert_tells_no_secret();
    replay_unchanged();
    replay_unchanged(); /* a second time */
    replay_changed();
}

/* The app does not overwrite a file that is not a recording, and its error names the reason. */
TEST_CASE(somebody_elses_file, open_sim, close_sim, NULL)
{
    file_write(path, "important");
    start("socket");
    assert_int_equal(sim_child_wait(&c), 1);
    if (!strstr(c.child.out, "cannot be created: something else has that name"))
        sim_child_give_up(&c, "it does not say why");
    assert_string_equal(file_read(path, NULL), "important");
}
