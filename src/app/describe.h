/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_DESCRIBE_H
#define SLACK_APP_DESCRIBE_H

#include <stdbool.h>

#include <slack/error.h>

#include "listeners/router.h"
#include "util/buf.h"

/*
 * An app in describe mode (SLACK_DESCRIBE=FILE) does not start: it writes to the file, as JSON,
 * what it would do, and stops. docs/describe.md has the shape.
 */
typedef struct slack_description {
    const char *path; /* of the environment; NULL: the app is not in describe mode */
    int status;       /* why the app would not start: 0, or an error and its sentence */
    char error[SLACK_ERROR_TEXT_MAX];
} slack_description_t;

/* The methods that the program says it calls: slack_declare_calls(). */
typedef struct slack_declared_calls {
    slack_buf_t names; /* " chat.postMessage users.info " */
    slack_buf_t said;  /* other methods that the log has named, in the same form */
} slack_declared_calls_t;

#define SLACK_DECLARED_BYTES ((size_t)64 << 10)

void slack__declared_calls_init(slack_declared_calls_t *calls);
void slack__declared_calls_done(slack_declared_calls_t *calls);
/* Adds names, separated by blanks or commas. 0; SLACK_EINVAL if one is not the name of a method:
 * the first such name is in *ret_bad; SLACK_ETOOBIG; SLACK_ENOMEM. After a failure none is added.
 */
int slack__declared_calls_add(slack_declared_calls_t *calls, const char *names,
                              slack_slice_t *ret_bad);
/* Whether a call of the method is the first that the program should have declared, and did not. */
bool slack__declared_calls_miss(slack_declared_calls_t *calls, const char *method);

/* Appends the listeners as an array, in the order of registration. 0; SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int slack__describe_listeners(const slack_router_t *router, slack_buf_t *out);
/* Appends the declared methods as an array; null if there are none. */
int slack__describe_calls(const slack_declared_calls_t *calls, slack_buf_t *out);

#endif
