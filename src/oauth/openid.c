/* SPDX-License-Identifier: MIT */
#include "oauth/openid.h"

#include <string.h>

#include "oauth/config.h"
#include "oauth/id_token.h"
#include "oauth/round_trip.h"
#include "util/alloc.h"

#define SCOPES           "openid profile email"
#define BACK             "/redirect"
#define SIGN_IN_PATH_MAX 200

/* It has a start and a way back. The path also tells the states of several sign-ins apart. */
struct slack_sign_in {
    struct slack_sign_in *next;
    slack_install_flow_t *flow;
    slack_signed_in_fn fn;
    void *user_data;
    char *path, *redirect_uri; /* behind the struct */
};

static slack_install_t *attempt_new(struct slack_sign_in *sign_in, slack_http_visit_t *visit)
{
    slack_install_t *install = slack__install_new(sign_in->flow, visit);
    if (install == NULL) return NULL;
    install->sign_in = sign_in->path;
    install->again = sign_in->path;
    install->exchange.redirect_uri = sign_in->redirect_uri;
    install->program = sign_in;
    return install;
}

static int begin(slack_http_visit_t *visit, void *user_data)
{
    struct slack_sign_in *sign_in = user_data;
    if (!slack__is_get(visit)) return 0;
    slack_install_t *install = attempt_new(sign_in, visit);
    if (install == NULL) return SLACK_ENOMEM;
    if (!slack__install_begin(install, SLACK_OAUTH_SIGN_IN)) return 0;
    install->scopes = SCOPES;
    install->state.metadata = sign_in->path;
    slack__install_leave(install);
    return 0;
}

static void signed_in(slack_install_t *install, const slack_json_t *answer)
{
    struct slack_sign_in *sign_in = install->program;
    const slack_options_t *o = install->flow->oauth->options;
    slack_person_t person;
    /* "https://slack.com" for https://slack.com/api/, and so for slack-gov.com. A simulator, on
     * loopback, says what Slack says. */
    const char *tail = strncmp(o->api_url, "https://", 8) == 0 ? strstr(o->api_url, "/api/") : NULL;
    const char *nonce = slack__state_nonce(install->arena, &install->flow->keys, &install->state);
    const slack_id_token_facts_t facts = {
        .issuer =
            tail ? slack__arena_strndup(install->arena, o->api_url, (size_t)(tail - o->api_url))
                 : "https://slack.com",
        .client_id = o->client_id,
        .nonce = nonce,
        .now_ms = slack__wall_ms(install->flow->oauth->services->log->clock),
    };
    if (!facts.issuer || !nonce) {
        slack__install_fail(install, "no_memory", NULL);
        return;
    }
    const char *why =
        slack__id_token_read(install->arena, slack_json_str(answer, "/id_token"), &facts, &person);
    if (why) {
        slack__install_fail(install, "invalid_identity", why);
        return;
    }
    int rc = slack_http_set_header(install->visit, "Set-Cookie", install->delete_cookie);
    if (rc == 0) rc = slack_http_set_header(install->visit, "Cache-Control", "no-store");
    if (rc == 0) rc = slack_http_set_header(install->visit, "Referrer-Policy", "no-referrer");
    install->delete_cookie = NULL;
    if (rc == 0 && !slack__http_visit_is_answered(install->visit))
        rc = sign_in->fn(install->visit, &person, sign_in->user_data);
    if (rc != 0 && !slack__http_visit_is_answered(install->visit))
        slack__install_fail(install, "hook_failed", slack_err_name(rc));
    else
        slack__install_end(install);
}

static int come_back(slack_http_visit_t *visit, void *user_data)
{
    if (!slack__is_get(visit)) return 0;
    slack_install_t *install = attempt_new(user_data, visit);
    if (install == NULL) return SLACK_ENOMEM;
    slack__install_return(install, signed_in);
    return 0;
}

/* ---- routes ---- */

int slack__sign_in_add(slack_install_flow_t *flow, const char *path, slack_signed_in_fn fn,
                       void *user_data)
{
    const size_t path_len = path ? strlen(path) : 0;
    if (!fn || path_len < 2 || path_len > SIGN_IN_PATH_MAX || *path != '/' ||
        path[path_len - 1] == '/' || !slack__is_visible(slack__slice(path)) ||
        strpbrk(path, "?#%\\\"<>"))
        return SLACK_EINVAL;
    const slack_options_t *o = flow->credentials ? flow->oauth->options : NULL;
    if (!o || !o->redirect_uri || !*o->redirect_uri) return SLACK_ECONFIG;
    const size_t origin_len = strlen(o->redirect_uri) - strlen(slack__oauth_redirect_path(o));
    struct slack_sign_in *sign_in =
        slack__calloc(1, sizeof *sign_in + 2 * path_len + origin_len + sizeof BACK + 1);
    if (sign_in == NULL) return SLACK_ENOMEM;
    *sign_in =
        (struct slack_sign_in){flow->sign_ins, flow, fn, user_data, (char *)(sign_in + 1), NULL};
    memcpy(sign_in->path, path, path_len);
    sign_in->redirect_uri = sign_in->path + path_len + 1;
    memcpy(sign_in->redirect_uri, o->redirect_uri, origin_len);
    memcpy(sign_in->redirect_uri + origin_len, path, path_len);
    memcpy(sign_in->redirect_uri + origin_len + path_len, BACK, sizeof BACK);
    flow->sign_ins = sign_in; /* a route that was added stays, and leads to it */
    const char *back = sign_in->redirect_uri + origin_len;
    int rc = slack__http_routes_add(flow->routes, "GET", path, begin, sign_in);
    if (rc == 0) rc = slack__http_routes_add(flow->routes, "GET", back, come_back, sign_in);
    if (rc != 0) return rc;
    slack__http_routes_publish(flow->routes, path);
    slack__http_routes_publish(flow->routes, back);
    return 0;
}

void slack__sign_ins_done(slack_install_flow_t *flow)
{
    while (flow->sign_ins) {
        struct slack_sign_in *sign_in = flow->sign_ins;
        flow->sign_ins = sign_in->next;
        slack__free(sign_in);
    }
}
