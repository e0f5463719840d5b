/* SPDX-License-Identifier: MIT */
#include "oauth/installation.h"

#include <string.h>

#include <slack/error.h>

#include "protocol/payload.h"
#include "util/json.h"

/* Of the JSON; readers refuse a greater one. */
#define RECORD_FORMAT 1

/* Slack's documentation gives this life to tokens that rotate. */
#define ROTATING_LIFE_S ((int64_t)12 * 3600)
#define LIFE_MAX_S      ((int64_t)10 * 365 * 24 * 3600)

static const slack_oauth_token_t no_token = {"", "", "", 0, ""};

slack_install_record_t slack__install_record(void)
{
    return (slack_install_record_t){
        .about = {"", "", "", "", "", false, "", "", "", "", "", "", "", 0},
        .token = no_token,
        .previous = no_token,
        .webhook_url = "",
        .webhook_channel = "",
        .webhook_configuration_url = "",
        .url = "",
    };
}

/* --- keys --- */

slack_install_place_t slack__install_place(const slack_install_record_t *record,
                                           const char *client_id)
{
    const slack_installation_t *about = &record->about;
    return (slack_install_place_t){client_id, about->enterprise_id, about->team_id,
                                   record->for_user ? about->user_id : ""};
}

static bool is_id(const char *id, char also)
{
    const char *at = id;
    while ((*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') ||
           (also && *at == also))
        at++;
    return *at == '\0' && at > id && at - id <= 64;
}

static bool is_id_or_none(const char *id)
{
    return *id == '\0' || is_id(id, '\0');
}

static bool is_place(const char *enterprise_id, const char *team_id, const char *user_id)
{
    return (*enterprise_id || *team_id) && is_id_or_none(enterprise_id) && is_id_or_none(team_id) &&
           is_id_or_none(user_id);
}

bool slack__install_is_place(const slack_install_place_t *place)
{
    return is_id(place->client_id, '.') &&
           is_place(place->enterprise_id, place->team_id, place->user_id);
}

const char *slack__install_key(slack_arena_t *arena, const slack_install_place_t *place)
{
    if (!slack__install_is_place(place)) return NULL;
    return slack__arena_printf(arena, "install/%s/%s/%s%s%s", place->client_id,
                               *place->enterprise_id ? place->enterprise_id : "-",
                               *place->team_id ? place->team_id : "-", *place->user_id ? "/" : "",
                               place->user_id);
}

const char *slack__install_prefix(slack_arena_t *arena, const char *client_id)
{
    return is_id(client_id, '.') ? slack__arena_printf(arena, "install/%s/", client_id) : NULL;
}

/* --- writing --- */

/* A string of JSON, or null, which leaves the member out. */
static const char *some(const char *text)
{
    return *text ? text : NULL;
}

static const slack_json_t *token_json(slack_arena_t *arena, const slack_oauth_token_t *token)
{
    const slack_json_t *value = NULL;
    if (!*token->access && !*token->scopes) return NULL;
    int rc =
        slack__jsonf(arena, &value, NULL,
                     "{access?: %s, refresh?: %s, scopes?: %s, expires_ms: %lld, refused?: %s}",
                     some(token->access), some(token->refresh), some(token->scopes),
                     (long long)token->expires_ms, some(token->refused));
    return rc == 0 ? value : slack__json_no_memory;
}

static const slack_json_t *webhook_json(slack_arena_t *arena, const slack_install_record_t *record)
{
    const slack_json_t *value = NULL;
    if (!*record->webhook_url && !*record->about.webhook_channel_id) return NULL;
    int rc = slack__jsonf(
        arena, &value, NULL, "{url?: %s, channel?: %s, channel_id?: %s, configuration_url?: %s}",
        some(record->webhook_url), some(record->webhook_channel),
        some(record->about.webhook_channel_id), some(record->webhook_configuration_url));
    return rc == 0 ? value : slack__json_no_memory;
}

const char *slack__install_write(slack_arena_t *arena, const slack_install_record_t *record)
{
    const slack_installation_t *about = &record->about;
    const void *token = token_json(arena, &record->token);
    const void *previous = token_json(arena, &record->previous);
    const void *webhook = webhook_json(arena, record);
    const slack_json_t *value = NULL;
    int rc = slack__jsonf(
        arena, &value, NULL,
        "{format: %d, app_id?: %s, enterprise_id?: %s, enterprise_name?: %s, team_id?: %s,"
        " team_name?: %s, is_enterprise_install: !!%d, bot_id?: %s, bot_user_id?: %s, user_id?: %s,"
        " user_scopes?: %s, url?: %s, for_user: !!%d, token?: %p, previous?: %p, webhook?: %p,"
        " metadata?: %s, installed_ms: %lld, changed_ms: %lld}",
        RECORD_FORMAT, some(about->app_id), some(about->enterprise_id),
        some(about->enterprise_name), some(about->team_id), some(about->team_name),
        about->is_enterprise_install, some(about->bot_id), some(about->bot_user_id),
        some(about->user_id), some(record->for_user ? "" : about->user_scopes), some(record->url),
        record->for_user, token, previous, webhook, some(about->metadata),
        (long long)about->installed_ms, (long long)record->changed_ms);
    return rc == 0 ? slack__json_text(arena, value, NULL) : NULL;
}

/* --- reading --- */

/* The string at a path; "" for one with U+0000, which no C string holds. */
static const char *text_at(const slack_json_t *value, const char *path)
{
    size_t len;
    const char *text = slack_json_strn(value, path, &len);
    return text && strlen(text) == len ? text : "";
}

/* The same for a token, which goes into headers. */
static const char *token_at(const slack_json_t *value, const char *path)
{
    const char *text = text_at(value, path);
    return slack__is_visible(slack__slice(text)) ? text : "";
}

/* The same for an id, which goes into links. */
static const char *id_at(const slack_json_t *value, const char *path)
{
    const char *id = text_at(value, path);
    return is_id_or_none(id) ? id : "";
}

static int64_t time_at(const slack_json_t *value, const char *path)
{
    const int64_t ms = slack_json_int(value, path);
    return ms > 0 ? ms : 0;
}

static slack_oauth_token_t stored_token(const slack_json_t *value)
{
    const slack_oauth_token_t token = {token_at(value, "/access"), token_at(value, "/refresh"),
                                       text_at(value, "/scopes"), time_at(value, "/expires_ms"),
                                       text_at(value, "/refused")};
    slack_oauth_token_t none = no_token;
    none.scopes = token.scopes;
    return *token.access ? token : none;
}

static slack_installation_t stored_about(const slack_json_t *value)
{
    return (slack_installation_t){
        .app_id = text_at(value, "/app_id"),
        .enterprise_id = text_at(value, "/enterprise_id"),
        .enterprise_name = text_at(value, "/enterprise_name"),
        .team_id = text_at(value, "/team_id"),
        .team_name = text_at(value, "/team_name"),
        .is_enterprise_install = slack_json_bool(value, "/is_enterprise_install"),
        .bot_id = text_at(value, "/bot_id"),
        .bot_user_id = text_at(value, "/bot_user_id"),
        .bot_scopes = "",
        .user_id = text_at(value, "/user_id"),
        .user_scopes = text_at(value, "/user_scopes"),
        .webhook_channel_id = text_at(value, "/webhook/channel_id"),
        .metadata = text_at(value, "/metadata"),
        .installed_ms = time_at(value, "/installed_ms"),
    };
}

/* The scopes of the record's token, which slack_installation_t shows, too. */
static void show_scopes(slack_install_record_t *record)
{
    if (record->for_user)
        record->about.user_scopes = record->token.scopes;
    else
        record->about.bot_scopes = record->token.scopes;
}

static bool is_sound(const slack_install_record_t *record)
{
    const slack_installation_t *about = &record->about;
    if (record->for_user && !*about->user_id) return false;
    if (about->is_enterprise_install && (!*about->enterprise_id || *about->team_id)) return false;
    if (!about->is_enterprise_install && !*about->team_id) return false;
    return is_place(about->enterprise_id, about->team_id, about->user_id);
}

int slack__install_read(slack_arena_t *arena, slack_slice_t text, slack_install_record_t *ret)
{
    const slack_json_t *value = NULL;
    int rc = slack__json_parse(arena, text.ptr, text.len, &value, NULL);
    if (rc != 0) return rc == SLACK_ENOMEM ? rc : SLACK_EJSON;
    if (slack_json_int(value, "/format") != RECORD_FORMAT) return SLACK_EJSON;
    slack_install_record_t record = {
        .about = stored_about(value),
        .for_user = slack_json_bool(value, "/for_user"),
        .token = stored_token(slack_json_get(value, "/token")),
        .previous = stored_token(slack_json_get(value, "/previous")),
        .webhook_url = text_at(value, "/webhook/url"),
        .webhook_channel = text_at(value, "/webhook/channel"),
        .webhook_configuration_url = text_at(value, "/webhook/configuration_url"),
        .url = text_at(value, "/url"),
        .changed_ms = time_at(value, "/changed_ms"),
    };
    show_scopes(&record);
    if (!is_sound(&record)) return SLACK_EJSON;
    *ret = record;
    return 0;
}

int slack__install_copy(slack_arena_t *arena, const slack_install_record_t *record,
                        slack_install_record_t *ret)
{
    if (!is_sound(record)) return SLACK_EINVAL;
    const char *text = slack__install_write(arena, record);
    return text ? slack__install_read(arena, slack__slice(text), ret) : SLACK_ENOMEM;
}

/* --- answers of Slack --- */

/* A token of an answer, or of its member authed_user. */
static slack_oauth_token_t answered_token(const slack_json_t *value, int64_t now_ms)
{
    slack_oauth_token_t token = {token_at(value, "/access_token"),
                                 token_at(value, "/refresh_token"), text_at(value, "/scope"), 0,
                                 ""};
    if (!*token.access) return no_token;
    int64_t life_s = slack_json_int(value, "/expires_in");
    if (life_s <= 0 && *token.refresh) life_s = ROTATING_LIFE_S;
    if (life_s > LIFE_MAX_S) life_s = LIFE_MAX_S;
    if (life_s > 0) token.expires_ms = now_ms + life_s * 1000;
    return token;
}

static bool is_of_type(const slack_json_t *answer, const char *type)
{
    return strcmp(text_at(answer, "/token_type"), type) == 0;
}

static slack_installation_t answered_about(const slack_json_t *answer, int64_t now_ms)
{
    const bool org = slack__payload_is_enterprise_install(answer);
    slack_installation_t about = slack__install_record().about;
    about.app_id = id_at(answer, "/app_id");
    about.enterprise_id = text_at(answer, "/enterprise/id");
    about.enterprise_name = text_at(answer, "/enterprise/name");
    about.team_id = org ? "" : text_at(answer, "/team/id");
    about.team_name = org ? "" : text_at(answer, "/team/name");
    about.is_enterprise_install = org;
    about.bot_user_id = id_at(answer, "/bot_user_id");
    about.user_id = text_at(answer, "/authed_user/id");
    about.installed_ms = now_ms;
    return about;
}

static int answer_fail(const char **ret_why, const char *why)
{
    *ret_why = why;
    return SLACK_EPROTO;
}

/* An answer of oauth.v2.access has the bot's token at the top and the person's in authed_user. One
 * of oauth.v2.user.access may have the person's at the top: its documentation shows no answer.
 * https://docs.slack.dev/reference/methods/oauth.v2.access */
int slack__install_of_answer(const slack_json_t *answer, int64_t now_ms,
                             slack_install_record_t ret[2], const char **ret_why)
{
    slack_install_record_t bot = slack__install_record(), user;
    bot.about = answered_about(answer, now_ms);
    bot.changed_ms = now_ms;
    user = bot;
    user.for_user = true;
    user.token = answered_token(slack_json_get(answer, "/authed_user"), now_ms);
    slack_oauth_token_t *const top = is_of_type(answer, "user") ? &user.token : &bot.token;
    if (!*top->access) *top = answered_token(answer, now_ms);
    bot.about.webhook_channel_id = text_at(answer, "/incoming_webhook/channel_id");
    bot.webhook_url = text_at(answer, "/incoming_webhook/url");
    bot.webhook_channel = text_at(answer, "/incoming_webhook/channel");
    bot.webhook_configuration_url = text_at(answer, "/incoming_webhook/configuration_url");
    show_scopes(&bot);
    show_scopes(&user);
    bot.about.user_scopes = user.about.user_scopes;
    if (!*bot.token.access && !*user.token.access)
        return answer_fail(ret_why, "Slack's answer has no token that a header can carry; let the "
                                    "person install the app again");
    if (!is_sound(&bot))
        return answer_fail(ret_why, "Slack's answer names neither a workspace nor an organization; "
                                    "let the person install the app again");
    if (*user.token.access && !is_sound(&user))
        return answer_fail(ret_why, "Slack's answer has a person's token and does not name the "
                                    "person; let the person install the app again");
    ret[0] = bot;
    ret[1] = user;
    return 0;
}

static bool is_another(const slack_json_t *answer, const char *path, const char *id)
{
    const char *const answered = text_at(answer, path);
    return *answered && strcmp(answered, id) != 0;
}

int slack__install_refreshed(const slack_json_t *answer, int64_t now_ms,
                             slack_install_record_t *record, const char **ret_why)
{
    slack_oauth_token_t token = answered_token(answer, now_ms);
    if (!*token.access)
        return answer_fail(ret_why, "Slack's answer to the refresh has no token that a header can "
                                    "carry; the app refreshes again");
    if (is_of_type(answer, record->for_user ? "bot" : "user"))
        return answer_fail(ret_why, "Slack's answer to the refresh has a token of another kind; "
                                    "let the person install the app again");
    const char *const team = record->about.team_id; /* it may change its organization */
    if (*team ? is_another(answer, "/team/id", team)
              : is_another(answer, "/enterprise/id", record->about.enterprise_id))
        return answer_fail(ret_why, "Slack's answer to the refresh has the token of another "
                                    "installation; let the person install the app again");
    if (!*token.refresh) token.refresh = record->token.refresh;
    if (!*token.scopes) token.scopes = record->token.scopes;
    record->token = token;
    record->changed_ms = now_ms;
    show_scopes(record);
    return 0;
}
