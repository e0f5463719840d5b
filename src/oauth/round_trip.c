/* SPDX-License-Identifier: MIT */
#include "oauth/round_trip.h"

#include <string.h>

#include "oauth/exchange.h"
#include "oauth/redirect.h"

/* Attempts under way: each takes a visit, and a call or a hook. */
#define ATTEMPTS_MAX 256

/* The robots that look at links do so by HEAD. They get nothing, and use nothing up. */
bool slack__is_get(slack_http_visit_t *visit)
{
    if (strcmp(slack_http_method(visit), "GET") == 0) return true;
    slack_http_set_header(visit, "Allow", "GET");
    slack_http_reply(visit, 405, NULL, NULL, 0);
    return false;
}

/* ---- the way to Slack ---- */

bool slack__install_begin(slack_install_t *install, enum slack_oauth_flow flow)
{
    const int64_t now_ms = slack__wall_ms(install->flow->oauth->services->log->clock);
    const char *team = slack_http_query_field(install->visit, "team"); /* a link may suggest one */
    if (slack__is_team_id(team)) install->team = team;
    if (install->flow->count > ATTEMPTS_MAX)
        slack__install_fail_busy(install, 60);
    else if (!slack__state_new(&install->state, flow, now_ms))
        slack__install_fail(install, "no_memory", "the kernel gives no random bytes");
    else
        return true;
    return false;
}

/* NULL: memory is out. */
static const char *slack_url(slack_install_t *install)
{
    const slack_options_t *o = install->flow->oauth->options;
    const slack_state_keys_t *keys = &install->flow->keys;
    slack_arena_t *arena = install->arena;
    const bool sign_in = install->state.flow == SLACK_OAUTH_SIGN_IN;
    const char *challenge = o->pkce ? slack__state_challenge(arena, keys, &install->state) : "";
    const char *nonce = sign_in ? slack__state_nonce(arena, keys, &install->state) : "";
    const char *state = slack__state_seal(arena, keys, &install->state);
    if (!challenge || !nonce || !state) return NULL;
    const slack_authorize_url_t parts = {
        .flow = install->state.flow,
        .page = o->authorize_url,
        .api_url = o->api_url,
        .client_id = o->client_id,
        .scopes = install->scopes,
        .user_scopes = install->user_scopes,
        .state = state,
        .redirect_uri = install->exchange.redirect_uri,
        .team = install->team,
        .challenge = challenge,
        .nonce = nonce,
    };
    return slack__authorize_url(arena, &parts);
}

/* A browser that has begun many attempts gives up its oldest ones. */
static int delete_surplus(slack_install_t *install)
{
    slack_slice_t names[SLACK_STATE_SURPLUS_MAX];
    const size_t count =
        slack__state_surplus(slack__slice(slack_http_get_header(install->visit, "Cookie")), names);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const char *header = slack__state_delete_cookie(install->arena, names[i]);
        rc = header ? slack_http_set_header(install->visit, "Set-Cookie", header) : SLACK_ENOMEM;
    }
    return rc;
}

void slack__install_leave(slack_install_t *install)
{
    const char *url = slack_url(install);
    const char *cookie = slack__state_set_cookie(install->arena, &install->state);
    slack_http_visit_t *visit = install->visit;
    int rc = url && cookie ? slack_http_set_header(visit, "Location", url) : SLACK_ENOMEM;
    if (rc == 0) rc = slack_http_set_header(visit, "Set-Cookie", cookie);
    if (rc == 0) rc = slack_http_set_header(visit, "Cache-Control", "no-store");
    if (rc == 0) rc = slack_http_set_header(visit, "Referrer-Policy", "no-referrer");
    if (rc == 0) rc = delete_surplus(install);
    /* Slack asks for a 302 at the direct install URL. */
    if (rc == 0) rc = slack_http_reply(visit, 302, NULL, NULL, 0);
    if (!slack__http_visit_is_answered(visit))
        slack__install_fail(install, "no_memory", slack_err_name(rc));
    else
        slack__install_end(install);
}

/* ---- the way back ---- */

/* NULL: the state is good, and its browser has come; else the word of a failure. */
static const char *check_state(slack_install_t *install, const char *text)
{
    const slack_state_keys_t *keys = &install->flow->keys;
    slack_arena_t *arena = install->arena;
    const int64_t now_ms = slack__wall_ms(install->flow->oauth->services->log->clock);
    slack_state_t state;
    const char *word = slack__state_open(arena, keys, text, now_ms, &state);
    if (word) return word;
    /* A state belongs to one route: the installation's, or that of a sign-in. */
    const bool of_sign_in = state.flow == SLACK_OAUTH_SIGN_IN;
    if (of_sign_in != (install->sign_in != NULL)) return "state_forged";
    if (of_sign_in && strcmp(state.metadata, install->sign_in) != 0) return "state_forged";
    const char *name = slack__state_cookie_name(arena, &state);
    const char *header = name ? slack__state_delete_cookie(arena, slack__slice(name)) : NULL;
    if (!header) return "no_memory";
    if (!slack__state_is_of_browser(&state, slack_http_cookie(install->visit, name)))
        return "state_foreign";
    install->state = state;
    install->delete_cookie = header;
    return NULL;
}

/* The order of the checks: form, who has begun the attempt, Slack's error, how often. Only then the
 * attempt costs an entry of the store and a call. */
void slack__install_return(slack_install_t *install, slack_install_answered_fn next)
{
    slack_install_flow_t *flow = install->flow;
    slack_redirect_t redirect;
    if (!flow->oauth
             ->started) { /* the admin port is open, and the store's key may be a wrong one */
        slack__install_fail(install, "stopping", NULL);
        return;
    }
    const char *word = slack__redirect_read(
        install->arena, slack__slice(slack_http_query(install->visit)), &redirect);
    const char *doubt = word ? word : check_state(install, redirect.state);
    if (word == NULL && *redirect.error) {
        slack__install_refused_by_link(install, redirect.error);
        return;
    }
    if (word == NULL) word = doubt;
    if (word == NULL && *redirect.code == '\0') word = "code_missing";
    if (word) {
        slack__install_fail(install, word, NULL);
        return;
    }
    const slack_slice_t peer = slack__slice(slack_http_peer(install->visit));
    const uint64_t now_ms = slack__mono_ms(flow->oauth->services->log->clock);
    const unsigned wait_s =
        flow->count > ATTEMPTS_MAX ? 60 : slack__attempt_limit_take(&flow->limit, peer, now_ms);
    if (wait_s > 0) {
        slack__install_fail_busy(install, wait_s);
        return;
    }
    install->exchange.code = redirect.code;
    slack__install_exchange(install, next);
}
