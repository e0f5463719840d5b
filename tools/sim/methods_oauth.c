/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "sim/id_tokens.h"
#include "sim/installs.h"
#include "sim/methods.h"
#include "sim/webhooks.h"
#include "util/base64.h"

/* Tokens for codes and refresh tokens (https://docs.slack.dev/reference/methods/oauth.v2.access,
 * …/oauth.v2.user.access, …/oauth.v2.exchange, …/openid.connect.token). */

#define CREDENTIALS_SIZE 256

/* --- the app's credentials --- */

typedef struct credentials {
    char basic[CREDENTIALS_SIZE];
    const char *client_id, *secret; /* "" for none */
} credentials_t;

/* From the header, "Basic …" (RFC 7617), else from the arguments. */
static void credentials_read(sim_call_t *call, credentials_t *ret)
{
    static const slack_slice_t basic = {"Basic ", 6};
    const slack_slice_t header = call->authorization;
    const slack_slice_t start = {header.ptr, header.len < basic.len ? header.len : basic.len};
    ret->client_id = sim_call_arg(call, "client_id");
    ret->secret = sim_call_arg(call, "client_secret");
    if (!header.ptr || !slack__slice_eq_nocase(start, basic)) return;
    size_t len = 0;
    const slack_slice_t text = {header.ptr + basic.len, header.len - basic.len};
    ret->client_id = ret->secret = "";
    if (!slack__base64_decode(SLACK_BASE64, slack__slice_trim(text), ret->basic,
                              sizeof ret->basic - 1, &len) ||
        len >= sizeof ret->basic)
        return;
    ret->basic[len] = '\0';
    char *colon = strchr(ret->basic, ':');
    if (!colon) return;
    *colon = '\0';
    ret->client_id = ret->basic;
    ret->secret = colon + 1;
}

/* NULL if the credentials are the app's, else Slack's word for the error. *ret_secret: the secret
 * was among them; a public client has none. */
static const char *credentials_check(sim_call_t *call, bool *ret_secret)
{
    const sim_oauth_app_t *app = &call->services->oauth->app;
    credentials_t given;
    credentials_read(call, &given);
    *ret_secret = *given.secret != '\0';
    if (strcmp(given.client_id, app->client_id) != 0) return "invalid_client_id";
    if (*ret_secret ? strcmp(given.secret, app->client_secret) != 0 : !app->pkce)
        return "bad_client_secret";
    return NULL;
}

/* --- the answers --- */

/* A token, as the answers have it. */
static const slack_json_t *pair_json(sim_call_t *call, const sim_token_pair_t *pair)
{
    const sim_grant_t *grant = pair->access->grant;
    const slack_json_t *token = sim_json(
        call->json, "{access_token: %s, token_type: %s, scope: %s}", pair->access->text,
        grant->grantor.bot ? "bot" : "user", sim_scope_set_text(call->json, &grant->scopes));
    if (!pair->refresh) return token;
    return sim_json_merged(call->json, token,
                           sim_json(call->json, "{expires_in: %" PRIu64 ", refresh_token: %s}",
                                    pair->expires_in_s, pair->refresh->text));
}

/* The workspace or the organization of a grant. */
static const slack_json_t *place_json(sim_call_t *call, const sim_grantor_t *grantor)
{
    sim_json_builder_t *json = call->json;
    const sim_team_t *team = sim_grantor_services(call->services->teams, grantor)->team;
    const slack_json_t *workspace =
        *grantor->team_id ? sim_json(json, "{id: %s, name: %s}", team->id, team->name) : NULL;
    const slack_json_t *enterprise =
        team->org ? sim_json(json, "{id: %s, name: %s}", team->org->id, team->org->name) : NULL;
    return sim_json(json,
                    "{ok: true, app_id: %s, team: %p, enterprise: %p, is_enterprise_install: %p}",
                    SIM_APP_ID, workspace, enterprise, sim_json_bool(json, !workspace));
}

static const slack_json_t *webhook_json(sim_call_t *call, const sim_services_t *services,
                                        const char *channel_id)
{
    const sim_channel_t *channel = sim_channel_find(&services->workspace->channels, channel_id);
    if (!channel) return NULL;
    return sim_json(call->json,
                    "{channel: '#%s', channel_id: %s, configuration_url: '%s/services/%s', url: "
                    "%s}",
                    channel->name, channel->id, services->env->base_url, channel->id,
                    sim_webhook_url(call->json, services, channel));
}

/* Give a grantor's tokens. False with the answer in *ret_failure. */
static bool give(sim_call_t *call, const sim_grantor_t *grantor, const sim_scope_set_t *scopes,
                 sim_token_pair_t *ret, const slack_json_t **ret_failure)
{
    sim_tokens_t *tokens = &call->services->oauth->tokens;
    sim_grant_t *grant = sim_tokens_grant(tokens, grantor, scopes);
    if (!grant) {
        *ret_failure =
            sim_call_error_with(call, "fatal_error",
                                "the simulator has room for %d grants: restart it", SIM_GRANTS_MAX);
        return false;
    }
    sim_tokens_issue(tokens, grant, ret);
    return true;
}

/* --- a code --- */

/* Use the code of the arguments. NULL with the answer in *ret_failure. */
static const sim_code_t *use_code(sim_call_t *call, enum sim_flow flow,
                                  const slack_json_t **ret_failure)
{
    sim_oauth_t *oauth = call->services->oauth;
    sim_code_proof_t proof = {
        .flow = flow,
        .redirect_uri = sim_call_arg(call, "redirect_uri"),
        .verifier = sim_call_arg(call, "code_verifier"),
        .pkce = oauth->app.pkce,
    };
    const sim_code_t *code = NULL;
    const char *grant_type = sim_call_arg(call, "grant_type");
    const char *error = credentials_check(call, &proof.secret);
    if (!error && *grant_type && strcmp(grant_type, "authorization_code") != 0)
        error = "invalid_grant_type";
    if (!error) error = sim_code_use(&oauth->codes, sim_call_arg(call, "code"), &proof, &code);
    if (error) *ret_failure = sim_call_error(call, error);
    return error ? NULL : code;
}

/* The answer to a code for the scopes of the bot, of the person, or of both. */
static const slack_json_t *answer_code(sim_call_t *call, const sim_code_t *code)
{
    sim_json_builder_t *json = call->json;
    const sim_services_t *services = sim_grantor_services(call->services->teams, &code->person);
    const sim_grantor_t bot = sim_grantor_bot(services, !*code->person.team_id);
    const slack_json_t *failure = NULL, *answer = place_json(call, &code->person);
    const slack_json_t *person = sim_json(json, "{id: %s}", code->person.user_id);
    sim_token_pair_t pair;
    if (*code->person.team_id && sim_team_is_org_wide(services->team))
        return sim_call_error(call, "cannot_install_an_org_installed_app");
    if (!sim_scope_set_empty(&code->user_scopes)) {
        if (!give(call, &code->person, &code->user_scopes, &pair, &failure)) return failure;
        person = sim_json_merged(json, person, pair_json(call, &pair));
    }
    if (!sim_scope_set_empty(&code->bot_scopes)) {
        if (!give(call, &bot, &code->bot_scopes, &pair, &failure)) return failure;
        answer = sim_json_merged(json, answer, pair_json(call, &pair));
        answer = sim_json_merged(
            json, answer,
            sim_json(json, "{bot_user_id: %s, incoming_webhook?: %p}", bot.user_id,
                     *code->channel_id ? webhook_json(call, services, code->channel_id) : NULL));
    }
    sim_installs_update(call->services->teams);
    return sim_json_merged(json, answer, sim_json(json, "{authed_user: %p}", person));
}

/* --- a refresh token --- */

/* The answer with a new pair, which is flat. */
static const slack_json_t *answer_pair(sim_call_t *call, const sim_token_pair_t *pair)
{
    const sim_grantor_t *grantor = &pair->access->grant->grantor;
    const slack_json_t *own =
        sim_json(call->json, "{bot_user_id?: %s}", grantor->bot ? grantor->user_id : NULL);
    own = sim_json_merged(call->json, own, pair_json(call, pair));
    return sim_json_merged(call->json, own, place_json(call, grantor));
}

static const slack_json_t *answer_refresh(sim_call_t *call)
{
    bool secret;
    sim_token_pair_t pair;
    const char *error = credentials_check(call, &secret);
    if (!error)
        error = sim_tokens_refresh(&call->services->oauth->tokens,
                                   sim_call_arg(call, "refresh_token"), &pair);
    return error ? sim_call_error(call, error) : answer_pair(call, &pair);
}

static bool is_refresh(const sim_call_t *call)
{
    return strcmp(sim_call_arg(call, "grant_type"), "refresh_token") == 0;
}

/* --- Sign in with Slack --- */

/* The facts that the person lets the app know. */
static const slack_json_t *claims_json(sim_call_t *call, const sim_grant_t *grant)
{
    sim_json_builder_t *json = call->json;
    const sim_services_t *services = sim_grantor_services(call->services->teams, &grant->grantor);
    const sim_team_t *team = services->team;
    const sim_user_t *user = sim_user_by_id(&services->workspace->users, grant->grantor.user_id);
    const size_t given = user ? strcspn(user->real_name, " ") : 0;
    const slack_json_t *claims = sim_json(
        json,
        "{sub: %s, 'https://slack.com/user_id': %s, 'https://slack.com/team_id': %s,"
        " 'https://slack.com/enterprise_id'?: %s}",
        grant->grantor.user_id, grant->grantor.user_id, team->id, sim_team_enterprise_id(team));
    if (user && sim_scope_set_has(&grant->scopes, "email"))
        claims = sim_json_merged(json, claims,
                                 sim_json(json,
                                          "{email: '%s@%s.example', email_verified: true,"
                                          " date_email_verified: %d}",
                                          user->name, team->domain, SIM_FOUNDED_S));
    if (user && sim_scope_set_has(&grant->scopes, "profile"))
        claims = sim_json_merged(json, claims,
                                 sim_json(json,
                                          "{name: %s, given_name: %.*s, family_name: %s,"
                                          " locale: 'en-US', 'https://slack.com/team_name': %s,"
                                          " 'https://slack.com/team_domain': %s}",
                                          user->real_name, (int)given, user->real_name,
                                          user->real_name + given + (user->real_name[given] == ' '),
                                          team->name, team->domain));
    return claims;
}

/* The id_token of a person. NULL without memory. */
static const char *id_token(sim_call_t *call, const sim_grant_t *grant, const char *access_token,
                            const char *nonce)
{
    sim_json_builder_t *json = call->json;
    sim_oauth_t *oauth = call->services->oauth;
    const int64_t now_s = slack__wall_ms(oauth->codes.clock) / 1000;
    const slack_json_t *own =
        sim_json(json,
                 "{iss: 'https://slack.com', aud: %s, exp: %" PRId64 ", iat: %" PRId64
                 ", auth_time: %" PRId64 ", nonce?: %s, at_hash: %s}",
                 oauth->app.client_id, now_s + 300, now_s, now_s, *nonce ? nonce : NULL,
                 sim_id_token_at_hash(json, access_token));
    return sim_id_token(json, sim_json_merged(json, own, claims_json(call, grant)));
}

static const slack_json_t *openid_connect_token(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_token_pair_t pair;
    if (is_refresh(call)) return answer_refresh(call);
    const sim_code_t *code = use_code(call, SIM_FLOW_OPENID, &failure);
    if (!code || !give(call, &code->person, &code->user_scopes, &pair, &failure)) return failure;
    sim_installs_update(call->services->teams);
    const slack_json_t *own =
        sim_json(call->json, "{ok: true, token_type: 'Bearer', id_token: %s}",
                 id_token(call, pair.access->grant, pair.access->text, code->nonce));
    return sim_json_merged(call->json, own, pair_json(call, &pair));
}

static const slack_json_t *openid_connect_user_info(sim_call_t *call)
{
    return sim_json_merged(call->json, sim_json(call->json, "{ok: true}"),
                           claims_json(call, call->token->grant));
}

/* --- the methods --- */

static const slack_json_t *oauth_v2_access(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    if (is_refresh(call)) return answer_refresh(call);
    const sim_code_t *code = use_code(call, SIM_FLOW_V2, &failure);
    return code ? answer_code(call, code) : failure;
}

/* The person's token is at the top here. */
static const slack_json_t *oauth_v2_user_access(sim_call_t *call)
{
    sim_json_builder_t *json = call->json;
    const slack_json_t *failure = NULL;
    sim_token_pair_t pair;
    if (is_refresh(call)) return answer_refresh(call);
    const sim_code_t *code = use_code(call, SIM_FLOW_USER, &failure);
    if (!code || !give(call, &code->person, &code->user_scopes, &pair, &failure)) return failure;
    const sim_grant_t *grant = pair.access->grant;
    sim_installs_update(call->services->teams);
    const bool openid = sim_scope_set_has(&grant->scopes, "openid");
    const slack_json_t *own =
        sim_json(json, "{id_token?: %s, authed_user: {id: %s, scope: %s}}",
                 openid ? id_token(call, grant, pair.access->text, code->nonce) : NULL,
                 code->person.user_id, sim_scope_set_text(json, &grant->scopes));
    own = sim_json_merged(json, own, pair_json(call, &pair));
    return sim_json_merged(json, own, place_json(call, &code->person));
}

static const slack_json_t *oauth_v2_exchange(sim_call_t *call)
{
    bool secret;
    sim_token_pair_t pair;
    const slack_slice_t bearer = sim_bearer(call->authorization);
    const slack_slice_t token = bearer.ptr ? bearer : slack__slice(sim_call_arg(call, "token"));
    const char *error = token.len > 0 ? credentials_check(call, &secret) : "not_authed";
    if (!error) error = sim_tokens_exchange(&call->services->oauth->tokens, token, &pair);
    return error ? sim_call_error(call, error) : answer_pair(call, &pair);
}

const sim_method_t sim_methods_oauth[] = {
    {"oauth.v2.access", SIM_TOKEN_NONE, oauth_v2_access},
    {"oauth.v2.exchange", SIM_TOKEN_NONE, oauth_v2_exchange},
    {"oauth.v2.user.access", SIM_TOKEN_NONE, oauth_v2_user_access},
    {"openid.connect.token", SIM_TOKEN_NONE, openid_connect_token},
    {"openid.connect.userInfo", SIM_TOKEN_USER, openid_connect_user_info},
    {NULL, 0, NULL},
};
