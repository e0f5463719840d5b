/* SPDX-License-Identifier: MIT */
/* The code of docs/http.md: routes by which people install an app. The tests build it. */
#include <slack/slack.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct oauth {
    slack_app_t *app;
    const char *authorize_url; /* https://slack.com/oauth/v2/authorize, or the simulator's */
    const char *client_id, *client_secret, *redirect_uri;
};

static int install(slack_http_visit_t *visit, void *user_data)
{
    const struct oauth *oauth = user_data;
    uint64_t state;
    char cookie[96], url[512];
    if (getrandom(&state, sizeof state, 0) != sizeof state) return SLACK_EIO;
    snprintf(cookie, sizeof cookie, "state=%016" PRIx64 "; HttpOnly; SameSite=Lax", state);
    snprintf(url, sizeof url,
             "%s?client_id=%s&scope=chat:write&state=%016" PRIx64 "&redirect_uri=%s",
             oauth->authorize_url, oauth->client_id, state, oauth->redirect_uri);
    int rc = slack_http_set_header(visit, "Set-Cookie", cookie);
    return rc ? rc : slack_http_redirect(visit, url);
}

static void exchanged(const slack_response_t *response, void *user_data)
{
    slack_http_visit_t *visit = user_data; /* valid until the reply */
    if (slack_response_status(response) == 0)
        slack_http_reply(visit, 200, "text/plain", "Installed\n", 10);
    else
        slack_http_reply(visit, 502, "text/plain", "Start again at /install\n", 24);
}

static int installed(slack_http_visit_t *visit, void *user_data)
{
    const struct oauth *oauth = user_data;
    const char *state = slack_http_query_field(visit, "state");
    /* A missing field and a missing cookie are both "", and so would be equal. */
    if (*state == '\0' || strcmp(state, slack_http_cookie(visit, "state")) != 0)
        return slack_http_reply(visit, 403, "text/plain", "Start again at /install\n", 24);
    return slack_call(slack_app_client(oauth->app),
                      slack_oauth_v2_access(.client_id = oauth->client_id,
                                            .client_secret = oauth->client_secret,
                                            .code = slack_http_query_field(visit, "code"),
                                            .redirect_uri = oauth->redirect_uri),
                      exchanged, visit);
}

static int feedback(slack_http_visit_t *visit, void *user_data)
{
    (void)user_data;
    const char *text = slack_http_form_field(visit, "text"); /* of a POST */
    return slack_http_reply(visit, 200, "text/plain; charset=utf-8", text, strlen(text));
}

static int add_routes(slack_app_t *app, struct oauth *oauth)
{
    int rc = slack_http_route(app, "GET", "/install", install, oauth);
    if (rc == 0) rc = slack_http_route(app, "GET", "/installed", installed, oauth);
    if (rc == 0) rc = slack_http_route(app, "POST", "/feedback", feedback, NULL);
    return rc;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

int main(void)
{
    struct oauth oauth = {.authorize_url = setting("AUTHORIZE_URL"),
                          .client_id = setting("CLIENT_ID"),
                          .client_secret = setting("CLIENT_SECRET"),
                          .redirect_uri = setting("REDIRECT_URI")};
    int rc = slack_app_new(&oauth.app, NULL);
    if (rc == 0) rc = add_routes(oauth.app, &oauth);
    if (rc == 0) rc = slack_app_run(oauth.app);
    if (rc != 0) fprintf(stderr, "%s: %s\n", slack_strerror(rc), slack_app_error(oauth.app));
    slack_app_free(oauth.app);
    return rc != 0;
}
