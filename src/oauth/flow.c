/* SPDX-License-Identifier: MIT */
#include "oauth/flow.h"

#include <string.h>

#include "oauth/config.h"
#include "oauth/exchange.h"
#include "oauth/round_trip.h"
#include "util/alloc.h"
#include "util/base64.h"

/* ---- the routes ---- */

/* The button takes the query along: a hook reads it before the redirect. */
static int show_start(slack_http_visit_t *visit, void *user_data)
{
    slack_install_flow_t *flow = user_data;
    if (!slack__is_get(visit)) return 0;
    slack_install_t *install = slack__install_new(flow, visit);
    if (install == NULL) return SLACK_ENOMEM;
    const char *query = slack_http_query(visit);
    const char *link =
        slack__arena_printf(install->arena, "%s%s%s", flow->start, *query ? "?" : "", query);
    slack__install_show(install,
                        &(slack_install_page_view_t){
                            .page = SLACK_INSTALL_PAGE_START,
                            .status = 200,
                            .text = {"Add the app to Slack",
                                     "Slack shows you what the app may do, and asks you to allow "
                                     "it. There you also choose the workspace.",
                                     link ? link : flow->start, "Add to Slack"},
                        });
    slack__install_end(install);
    return 0;
}

static void go_to_slack(slack_install_t *install)
{
    install->changeable = false;
    install->state.flow = *install->scopes ? SLACK_OAUTH_INSTALL : SLACK_OAUTH_USER;
    if (*install->scopes || *install->user_scopes)
        slack__install_leave(install);
    else
        slack__install_refused(install, "no_scopes", NULL); /* as Slack would */
}

static int start(slack_http_visit_t *visit, void *user_data)
{
    slack_install_flow_t *flow = user_data;
    const slack_options_t *o = flow->oauth->options;
    if (!slack__is_get(visit)) return 0;
    slack_install_t *install = slack__install_new(flow, visit);
    if (install == NULL) return SLACK_ENOMEM;
    if (!slack__install_begin(install, SLACK_OAUTH_INSTALL)) return 0;
    if (o->scopes) install->scopes = o->scopes;
    if (o->user_scopes) install->user_scopes = o->user_scopes;
    install->exchange.redirect_uri = o->redirect_uri;
    install->changeable = true;
    slack__install_run_hook(install, flow->hooks.before_redirect, go_to_slack, NULL);
    return 0;
}

static int come_back(slack_http_visit_t *visit, void *user_data)
{
    slack_install_flow_t *flow = user_data;
    if (!slack__is_get(visit)) return 0;
    slack_install_t *install = slack__install_new(flow, visit);
    if (install == NULL) return SLACK_ENOMEM;
    install->exchange.redirect_uri = flow->oauth->options->redirect_uri;
    slack__install_return(install, slack__install_finish);
    return 0;
}

/* ---- life ---- */

void slack__install_flow_init(slack_install_flow_t *flow)
{
    slack__link_init(&flow->attempts);
}

static char *join(const char *head, size_t head_len, const char *tail)
{
    const size_t tail_size = strlen(tail) + 1;
    char *text = slack__malloc(head_len + tail_size);
    if (text == NULL) return NULL;
    memcpy(text, head, head_len);
    memcpy(text + head_len, tail, tail_size);
    return text;
}

/* HTTP Basic, which Slack prefers to fields of the form:
 * https://docs.slack.dev/reference/methods/oauth.v2.access */
static char *credentials_of(const slack_options_t *options)
{
    static const char head[] = "Basic ";
    const size_t id_len = strlen(options->client_id);
    char *pair = join(options->client_id, id_len, ":"), *both = NULL, *text = NULL;
    if (pair) both = join(pair, id_len + 1, options->client_secret);
    const size_t len = both ? strlen(both) : 0;
    if (both) text = slack__malloc(sizeof head + slack__base64_len(SLACK_BASE64, len));
    if (text) {
        memcpy(text, head, sizeof head);
        slack__base64_encode(SLACK_BASE64, both, len, text + sizeof head - 1);
    }
    slack__free(pair);
    slack__free_secret(both);
    return text;
}

/* The start lies on the host of the redirect URI, since the cookie is for that host. It is never
 * the Host of a request, which anyone may choose. */
static char *start_of(const slack_options_t *options)
{
    const char *uri = options->redirect_uri ? options->redirect_uri : "";
    const size_t origin_len = *uri ? strlen(uri) - strlen(slack__oauth_redirect_path(options)) : 0;
    char *page = join(uri, origin_len, options->install_path);
    char *text = page ? join(page, strlen(page), "/start") : NULL;
    slack__free(page);
    return text;
}

int slack__install_flow_open(slack_install_flow_t *flow)
{
    const slack_options_t *o = flow->oauth->options;
    int rc = slack__state_keys_init(&flow->keys, o->client_id, o->client_secret);
    if (rc == 0) flow->credentials = credentials_of(o);
    if (rc == 0) flow->start = start_of(o);
    if (rc == 0 && (!flow->credentials || !flow->start)) rc = SLACK_ENOMEM;
    flow->client = (slack_client_t){.home = &flow->oauth->services->webapi,
                                    .basic = flow->credentials,
                                    .once = true,
                                    .wait_ms = SLACK_INSTALL_WAIT_MS};
    const struct {
        const char *path;
        slack_http_route_fn fn;
    } routes[] = {{o->install_path, show_start},
                  {flow->start ? strstr(flow->start, o->install_path) : NULL, start},
                  {slack__oauth_redirect_path(o), come_back}};
    for (size_t i = 0; rc == 0 && i < sizeof routes / sizeof *routes; i++) {
        rc = slack__http_routes_add(flow->routes, "GET", routes[i].path, routes[i].fn, flow);
        if (rc == 0) slack__http_routes_publish(flow->routes, routes[i].path);
    }
    return rc;
}

void slack__install_flow_close(slack_install_flow_t *flow)
{
    slack_link_t *link = flow->attempts.next, *next;
    flow->closing = true;
    for (; link != &flow->attempts; link = next) {
        next = link->next;
        slack__install_stop(SLACK_CONTAINER(link, slack_install_t, link));
    }
}

void slack__install_flow_done(slack_install_flow_t *flow)
{
    while (!slack__list_empty(&flow->attempts))
        slack__install_free(SLACK_CONTAINER(flow->attempts.next, slack_install_t, link));
    slack__state_keys_done(&flow->keys);
    slack__free_secret(flow->credentials);
    slack__free(flow->start);
    flow->credentials = flow->start = NULL;
}
