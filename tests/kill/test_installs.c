/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/installer.h"
#include "support/store_file.h"

/*
 * An app that is killed in the middle of an installation, and started again on the same store: the
 * next attempt of the person installs it, and an installation that was stored is one.
 */

static unsigned greetings;

static int greet(slack_ctx_t *ctx, void *user_data)
{
    greetings++;
    return 0;
}

static void open_app(void)
{
    installer_open((slack_options_t){.store = store_file_url()});
    assert_int_equal(slack_on_installed(installer.f.app, greet, NULL), 0);
    fake_slack_answer(installer.f.slack, "oauth.v2.access", 200,
                      INSTALLER_ANSWER(INSTALLER_BOT, ""));
    installer_start();
}

/* The attempt that was under way when the process ended comes through a pipe. */
static attempt_t install_and_die(const char *point)
{
    int ends[2], status;
    attempt_t attempt = {{0}, {0}, {0}};
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        setenv("SLACK_CRASH_POINT", point, 1);
        alarm(100);
        open_app();
        attempt = installer_begin(INSTALLER_START);
        if (write(ends[1], &attempt, sizeof attempt) == (ssize_t)sizeof attempt)
            installer_come_back(&attempt, "&code=c");
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &attempt, sizeof attempt), sizeof attempt);
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return attempt;
}

static struct point_case {
    const char *name;
    bool stored; /* the installation is there after the restart, and the person is greeted */
} point_cases[] = {
    {"oauth-state-used", false}, {"oauth-exchanged", false}, {"oauth-job-stored", false},
    {"oauth-stored", true},      {"oauth-tested", true},
};

TEST_EACH_CASE(a_kill_loses_no_installation, point_cases, NULL, installer_close)
{
    const struct point_case *c = *state;
    store_file_clean();
    const attempt_t attempt = install_and_die(c->name);
    greetings = 0;
    open_app();
    assert_int_equal(*installer_installed() != '\0', c->stored);
    app_pass_and_claim(&installer.f, 3000);
    assert_int_equal(greetings, c->stored);
    /* The code is used: nobody can install with it again. */
    installer_check_page(installer_come_back(&attempt, "&code=c"), 400, "used before");
    const attempt_t again = installer_begin(INSTALLER_START);
    installer_check_page(installer_come_back(&again, "&code=d"), 200, "installed");
    app_pass_and_claim(&installer.f, 3000);
    assert_int_equal(greetings, c->stored ? 2 : 1);
}
