/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/distributed.h"

/*
 * An app that is killed while it refreshes a token, marks it, or deletes an installation, and
 * started again on the same store: it goes on, and no installation is lost that Slack has not
 * ended.
 */

#define PAIR(n)                                                                                    \
    "{'ok':true,'access_token':'xoxe.xoxb-" n "','refresh_token':'xoxe-" n                         \
    "','expires_in':43200,'token_type':'bot','team':{'id':'T1'}}"
#define REFUSED "{'ok':false,'error':'invalid_refresh_token'}"

enum work { REFRESHES, MARKS, LEAVES };

static unsigned reports;

static int note_report(slack_ctx_t *ctx, void *user_data)
{
    reports++;
    return 0;
}

static void open_app(const char *answer)
{
    dist_open();
    assert_int_equal(slack_on_uninstalled(dist.app, note_report, NULL), 0);
    fake_slack_answer(dist.slack, "oauth.v2.access", 200, answer);
    dist_ready();
}

static void begin(enum work work)
{
    char body[300];
    slack_install_record_t record = installs_record("", "T1", "", "xoxe.xoxb-1");
    record.token.refresh = "xoxe-1";
    record.token.expires_ms = slack__wall_ms(&dist.world.clock) - 1;
    assert_int_equal(installs_put(&record, ""), 0);
    snprintf(body, sizeof body,
             "{'type':'event_callback','api_app_id':'A1','event_id':'EvK','event_time':1900000000,"
             "'team_id':'T1','event':{'type':'%s','channel':'C1','user':'U1'}}",
             work == LEAVES ? "app_uninstalled" : "message");
    app_deliver(&dist, body, &dist.ack);
}

static void work_and_die(enum work work, const char *point)
{
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        setenv("SLACK_CRASH_POINT", point, 1);
        alarm(100);
        open_app(work == MARKS ? REFUSED : PAIR("2"));
        begin(work);
        app_settle(&dist);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static struct point_case {
    const char *name;
    enum work work;
    const char *token; /* that serves after the restart; "": none */
} point_cases[] = {
    {"refresh-asked", REFRESHES, "xoxe.xoxb-3"},
    {"refresh-answered", REFRESHES, "xoxe.xoxb-3"},
    {"refresh-stored", REFRESHES, "xoxe.xoxb-2"},
    {"loss-canceled", MARKS, ""},
    {"loss-stored", MARKS, ""},
    {"refresh-marked", MARKS, ""},
    {"loss-canceled", LEAVES, ""},
    {"loss-stored", LEAVES, ""},
    {"leaving-deleted", LEAVES, ""},
};

/* The state at which the work ends. */
static bool is_over(const struct point_case *c)
{
    const slack_install_found_t *found = installs_get("", "T1", "");
    /* The killed process may have reported what it had deleted. */
    if (c->work == LEAVES)
        return *found->version == '\0' && (reports > 0 || strcmp(c->name, "leaving-deleted") == 0);
    if (c->work == MARKS)
        return strcmp(found->record.token.refused, "invalid_refresh_token") == 0 && reports > 0;
    return strcmp(found->record.token.access, c->token) == 0;
}

TEST_EACH(a_kill_leaves_what_serves, point_cases)
{
    const struct point_case *c = *state;
    dist_setup(NULL);
    work_and_die(c->work, c->name);
    reports = 0;
    open_app(c->work == MARKS ? REFUSED : PAIR("3"));
    /* The lease of the killed process ends while Slack still takes the refresh token. */
    for (int i = 0; i < 60 && !is_over(c); i++) {
        app_pass_ms(&dist, 500); /* the delivery waits meanwhile */
        slack__inspect_poll(dist.app);
    }
    assert_true(is_over(c));
    assert_string_equal(dist_token_for("'team_id':'T1'"), c->token);
    if (c->work == REFRESHES) assert_int_equal(reports, 0);
    dist_close();
    dist_teardown(NULL);
}
