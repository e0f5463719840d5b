/* Runs the tests of the listeners. */
#ifndef RUN_TEST_H
#define RUN_TEST_H

#include <slack/test.h>
#include <stdio.h>

#include "listeners.h"

/* Runs one test on an app of its own. Returns 1 if it failed, else 0. */
static int run_test(const char *name, void (*test)(slack_test_t *t))
{
    slack_test_t *t = NULL;
    const char *why = "";
    int rc = slack_test_new(&t, NULL);
    if (rc == 0) rc = add_listeners(slack_test_app(t));
    if (rc == 0) {
        test(t);
        rc = slack_test_finish(t, &why);
    }
    printf("%s %s%s%s\n", rc == 0 ? "ok" : "not ok", name, *why ? ": " : "", why);
    slack_test_free(t);
    return rc != 0;
}

#endif
