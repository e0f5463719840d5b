/* SPDX-License-Identifier: MIT */
#ifndef SLACK_SIGN_IN_H
#define SLACK_SIGN_IN_H

#include <stdbool.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "http.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file sign_in.h  Sign in with Slack: a person shows the program's own site who they are at Slack.
 *
 * A separate flow beside the installation (install.h): it gives the program no token, and needs no
 * installation. https://docs.slack.dev/authentication/sign-in-with-slack
 */

/** A person who has signed in. Strings are never NULL, "" if Slack does not tell them; borrowed
 * until the function returns. The names are the person's own words: escape them in HTML. */
typedef struct slack_person {
    const char *user_id;   /* "U…": the same person always has the same one in a workspace */
    const char *team_id;   /* "T…": their workspace */
    const char *team_name; /* the workspace's name */
    const char *name;      /* the person's name */
    const char *email;     /* to be trusted only with email_verified */
    bool email_verified;   /* Slack has verified the address */
    const char *picture;   /* the URL of an image */
    const char *locale;    /* "en-US" */
} slack_person_t;

/**
 * Receives a person who has signed in, and answers the browser: for example with a cookie of the
 * program's own session, and slack_http_redirect(). It runs on the loop and must not block. If a
 * sign-in fails, the browser gets a page of the library, and the function does not run.
 *
 * @param visit valid until the reply, which may come later.
 * @return 0, or a negative error. If the function fails without a reply, the browser gets a page.
 */
typedef int (*slack_signed_in_fn)(slack_http_visit_t *visit, const slack_person_t *person,
                                  void *user_data);

/**
 * Serve "Sign in with Slack". The browser begins at `path` and comes back from Slack at
 * `path`/redirect, beside SLACK_REDIRECT_URI, on its host: add that URL to the redirect URLs of the
 * app at Slack. The query `team` of a link suggests a workspace. The app needs SLACK_CLIENT_ID,
 * SLACK_CLIENT_SECRET and SLACK_REDIRECT_URI.
 *
 * @param path copied, such as "/login": as of slack_http_route(), without '%', '?' and '#'.
 * @param fn Required.
 * @param user_data borrowed until the app is freed.
 * @return 0; SLACK_EINVAL for a path that is not one, or no function; SLACK_EALREADY if there is a
 *         route on one of the two paths; SLACK_ECONFIG without those options; SLACK_ETOOBIG if
 *         there are too many routes; SLACK_ENOMEM. slack_app_error() has a sentence.
 */
SLACK_API int slack_sign_in(slack_app_t *app, const char *path, slack_signed_in_fn fn,
                            void *user_data);

#ifdef __cplusplus
}
#endif
#endif
