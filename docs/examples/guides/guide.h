/* SPDX-License-Identifier: MIT */
#ifndef GUIDE_H
#define GUIDE_H

#include <slack/slack.h>
#include <slack/test.h>

#include <stdio.h>

/* Shared by the programs of the guides. Each program is a bot and its tests. */

typedef struct guide_test {
    const char *name;
    void (*run)(slack_test_t *t);
} guide_test_t;

/* Run each test on an app of its own. A test without a name ends the array. Returns how many tests
 * failed. */
static int guide_run(int (*add_listeners)(slack_app_t *app), const guide_test_t *tests)
{
    int failed = 0;
    for (; tests->name; tests++) {
        slack_test_t *t = NULL;
        const char *why = "";
        int rc = slack_test_new(&t, NULL);
        if (rc == 0) rc = add_listeners(slack_test_app(t));
        if (rc == 0) {
            tests->run(t);
            rc = slack_test_finish(t, &why);
        }
        printf("%s %s%s%s\n", rc == 0 ? "ok" : "not ok", tests->name, *why ? ": " : "", why);
        failed += rc != 0;
        slack_test_free(t);
    }
    return failed;
}

#endif
