/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INSTALL_H
#define SLACK_INSTALL_H

#include "app.h"
#include "error.h"
#include "export.h"
#include "http.h"
#include "listener.h"
#include "oauth.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file install.h  The install flow of a distributed app.
 *
 * SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SCOPES make the app serve
 *
 *     GET /slack/install          a page with a button
 *     GET /slack/install/start    Slack's page of consent; Slack's "direct install URL"
 *     GET /slack/oauth_redirect   the way back, or the path of SLACK_REDIRECT_URI
 *
 * beside the request URL; with Socket Mode, on SLACK_HTTP_ADMIN_PORT. A program needs this header
 * to refuse an installation, to carry a text through the flow, or to change the pages.
 * docs/guides/distribute.md is the guide.
 *
 * The protocol: https://docs.slack.dev/authentication/installing-with-oauth
 */

/** An attempt to install the app, for the hooks below. It is valid until the hook returns, or until
 * slack_install_release(). */
typedef struct slack_install slack_install_t;

/**
 * A hook of the install flow. It runs on the loop and must not block. It may stop the app.
 *
 * @return 0 to go on. What slack_install_refuse() returns ends the attempt with its sentence. Any
 *         other error ends it with a page that asks the person to try again, and the log has the
 *         error.
 */
typedef int (*slack_install_fn)(slack_install_t *install, void *user_data);

/** The pages of the flow. */
enum slack_install_page {
    SLACK_INSTALL_PAGE_START,     /* a button; slack_install_link() is where it leads */
    SLACK_INSTALL_PAGE_INSTALLED, /* the app is installed; slack_install_link() opens Slack */
    SLACK_INSTALL_PAGE_DECLINED,  /* the person pressed Cancel at Slack */
    SLACK_INSTALL_PAGE_REFUSED,   /* a hook has refused; slack_install_sentence() says why */
    SLACK_INSTALL_PAGE_FAILED     /* slack_install_sentence() is the cause and the cure */
};

/**
 * Writes a page in place of the library's own, with slack_http_reply() on slack_install_visit(). It
 * escapes the texts that it shows, by slack_install_escape(). The headers of the answer keep it out
 * of caches, and its address out of other pages; a Content-Security-Policy is up to the program.
 *
 * @param status the HTTP status with which the library would answer.
 * @return 0 after the reply; SLACK_ENOTFOUND for the library's own page. After any other error the
 *         library shows its own page, too, and the log has the error.
 */
typedef int (*slack_install_page_fn)(slack_install_t *install, enum slack_install_page page,
                                     int status, void *user_data);

/** The hooks of the install flow. A field of zero is unset. */
typedef struct slack_install_hooks {
    /** Optional. Runs before the browser is sent to Slack. May set scopes, a workspace and
     * metadata. */
    slack_install_fn before_redirect;
    /** Optional. Runs when Slack has given the tokens, before they are stored:
     * slack_install_installation(). If it fails or refuses, the app revokes the tokens, unless it
     * is installed there already. */
    slack_install_fn before_installation;
    /** Optional. Replaces pages. */
    slack_install_page_fn page;
    /** Optional, borrowed until the app is freed. Passed to the hooks. */
    void *user_data;
} slack_install_hooks_t;

/**
 * Set the hooks. They replace earlier ones.
 *
 * @param hooks copied.
 * @return 0; SLACK_EINVAL for NULL; SLACK_EALREADY after the start of the app.
 */
SLACK_API int slack_app_set_install_hooks(slack_app_t *app, const slack_install_hooks_t *hooks);

/** Read the request of the browser, for its query and its cookies. In before_redirect the program
 * may set headers, such as a cookie of its own.
 * @return the visit, borrowed as the attempt is. Only a page hook replies to it. */
SLACK_API slack_http_visit_t *slack_install_visit(slack_install_t *install);
/** Read the text of slack_install_set_metadata().
 * @return the text, borrowed as the attempt is; "" if there is none. */
SLACK_API const char *slack_install_metadata(const slack_install_t *install);
/** Read the sentence of a page.
 * @return the sentence, as plain text, borrowed as the attempt is. */
SLACK_API const char *slack_install_sentence(const slack_install_t *install);
/** Read the URL of a page's link.
 * @return the URL, borrowed as the attempt is; "" if there is none. */
SLACK_API const char *slack_install_link(const slack_install_t *install);
/** Read the installation.
 * @return the installation, borrowed as the attempt is; NULL before Slack has given the tokens. */
SLACK_API const slack_installation_t *slack_install_installation(const slack_install_t *install);

/** Carry a text through the flow, in `state`: the browser can neither read nor change it. For
 * before_redirect.
 * @param metadata copied, UTF-8, at most 1000 bytes.
 * @return 0; SLACK_EINVAL for NULL, for a text that is not UTF-8, and in another hook;
 *         SLACK_ETOOBIG; SLACK_ENOMEM. */
SLACK_API int slack_install_set_metadata(slack_install_t *install, const char *metadata);
/** Ask for other scopes than SLACK_SCOPES and SLACK_USER_SCOPES. For before_redirect.
 * @param scopes copied, separated by commas, at most 4000 bytes; "" for an installation without a
 *        bot; NULL keeps those of the configuration.
 * @param user_scopes the same, of the person's token.
 * @return 0; SLACK_EINVAL in another hook; SLACK_ETOOBIG; SLACK_ENOMEM. */
SLACK_API int slack_install_set_scopes(slack_install_t *install, const char *scopes,
                                       const char *user_scopes);
/** Suggest a workspace on Slack's page. The query `team` of a link does the same. For
 * before_redirect.
 * @param team_id copied: "T…", or "E…" for an organization.
 * @return 0; SLACK_EINVAL for another text, and in another hook; SLACK_ENOMEM. */
SLACK_API int slack_install_set_team(slack_install_t *install, const char *team_id);
/** Refuse the attempt: `return slack_install_refuse(install, "…");`
 * @param sentence copied: the person reads it, as plain text.
 * @return SLACK_EAUTH. */
SLACK_API int slack_install_refuse(slack_install_t *install, const char *sentence);
/** Let the flow wait after the hook has returned 0, for an answer of a database or a service. After
 * 30 s the browser gets the page of a failure; slack_install_release() has to follow all the same.
 */
SLACK_API void slack_install_hold(slack_install_t *install);
/** End the hold, once, before the app is freed. The flow goes on when this function has returned.
 * @param rc what the hook would return. */
SLACK_API void slack_install_release(slack_install_t *install, int rc);
/** Escape a text for HTML, also inside of quotes.
 * @return the text, borrowed as the attempt is; "" if memory is out. */
SLACK_API const char *slack_install_escape(slack_install_t *install, const char *text);

#ifdef __cplusplus
}
#endif
#endif
