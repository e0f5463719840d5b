/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* timegm */
#include "bolt_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/json.h"

/* A token that rotates lives for so long; so it was stored that long before its end.
 * https://docs.slack.dev/authentication/using-token-rotation */
#define ROTATING_LIFE_MS ((int64_t)12 * 3600 * 1000)
#define YEAR_10000_S     253402300800.0

/* The path of each value. */
typedef struct token_paths {
    const char *access, *refresh, *expires, *scopes;
} token_paths_t;

static const struct form {
    const char *app_id, *enterprise_id, *enterprise_name, *url, *team_id, *team_name, *org;
    const char *user_id, *bot_id, *bot_user_id, *metadata, *installed;
    const char *webhook_url, *webhook_channel, *webhook_channel_id, *webhook_configuration_url;
    token_paths_t bot, user;
    const char *more; /* known members that need no place: their values follow from others */
} forms[] = {
    [BOLT_JS] = {.app_id = "/appId",
                 .enterprise_id = "/enterprise/id",
                 .enterprise_name = "/enterprise/name",
                 .url = "/enterpriseUrl",
                 .team_id = "/team/id",
                 .team_name = "/team/name",
                 .org = "/isEnterpriseInstall",
                 .user_id = "/user/id",
                 .bot_id = "/bot/id",
                 .bot_user_id = "/bot/userId",
                 .metadata = "/metadata",
                 .installed = "/",
                 .webhook_url = "/incomingWebhook/url",
                 .webhook_channel = "/incomingWebhook/channel",
                 .webhook_channel_id = "/incomingWebhook/channelId",
                 .webhook_configuration_url = "/incomingWebhook/configurationUrl",
                 .bot = {"/bot/token", "/bot/refreshToken", "/bot/expiresAt", "/bot/scopes"},
                 .user = {"/user/token", "/user/refreshToken", "/user/expiresAt", "/user/scopes"},
                 .more = "/tokenType,/authVersion"},
    [BOLT_PYTHON] = {.app_id = "/app_id",
                     .enterprise_id = "/enterprise_id",
                     .enterprise_name = "/enterprise_name",
                     .url = "/enterprise_url",
                     .team_id = "/team_id",
                     .team_name = "/team_name",
                     .org = "/is_enterprise_install",
                     .user_id = "/user_id",
                     .bot_id = "/bot_id",
                     .bot_user_id = "/bot_user_id",
                     .metadata = "/",
                     .installed = "/installed_at",
                     .webhook_url = "/incoming_webhook_url",
                     .webhook_channel = "/incoming_webhook_channel",
                     .webhook_channel_id = "/incoming_webhook_channel_id",
                     .webhook_configuration_url = "/incoming_webhook_configuration_url",
                     .bot = {"/bot_token", "/bot_refresh_token", "/bot_token_expires_at",
                             "/bot_scopes"},
                     .user = {"/user_token", "/user_refresh_token", "/user_token_expires_at",
                              "/user_scopes"},
                     .more = "/token_type,/id,/client_id"},
};

/* ---- values ---- */

static const char *text_at(const slack_json_t *value, const char *path)
{
    const char *text = slack_json_str(value, path);
    return text ? text : "";
}

/* SQLite has no booleans: its rows have 0 and 1. */
static bool flag_at(const slack_json_t *value, const char *path)
{
    return slack_json_bool(value, path) || strcmp(text_at(value, path), "1") == 0;
}

/* "2026-11-30 09:30:00", with a T, a fraction and an offset if they are there. */
static bool read_date(const char *text, double *ret_s)
{
    struct tm tm = {0};
    char separator, sign = '+';
    int end = 0;
    unsigned hours = 0, minutes = 0;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &separator,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) != 7 ||
        (separator != ' ' && separator != 'T'))
        return false;
    text += end;
    if (*text == '.') text += 1 + strspn(text + 1, "0123456789");
    if (strcmp(text, "") != 0 && strcmp(text, "Z") != 0 &&
        (sscanf(text, "%c%2u:%2u%n", &sign, &hours, &minutes, &end) != 3 || text[end] != '\0' ||
         (sign != '+' && sign != '-')))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    const double offset_s = (double)(hours * 60 + minutes) * 60;
    *ret_s = (double)timegm(&tm) - (sign == '+' ? offset_s : -offset_s);
    return true;
}

/* A number of seconds, as a number or a text, or a date. False: it is something else. */
static bool time_at(const slack_json_t *value, const char *path, int64_t *ret_ms)
{
    const slack_json_t *time = slack_json_get(value, path);
    const char *text = text_at(time, "");
    char *end = NULL;
    double s = 0;
    switch (slack_json_type(time)) {
    case SLACK_JSON_NONE:
    case SLACK_JSON_NULL: break;
    case SLACK_JSON_NUMBER: s = slack_json_num(time, ""); break;
    case SLACK_JSON_STRING:
        s = strtod(text, &end);
        if (*end != '\0' && !read_date(text, &s)) return false;
        break;
    default: return false;
    }
    if (!(s >= 0 && s < YEAR_10000_S)) return false;
    *ret_ms = (int64_t)(s * 1000);
    return true;
}

/* A list of texts, or one text with commas. NULL: memory is out. */
static const char *scopes_at(slack_arena_t *arena, const slack_json_t *value, const char *path)
{
    const slack_json_t *list = slack_json_get(value, path);
    slack_json_iter_t it = {0};
    const char *scopes = "";
    if (slack_json_type(list) != SLACK_JSON_ARRAY) return text_at(value, path);
    while (scopes && slack_json_next(list, &it)) {
        const char *scope = text_at(it.value, "");
        scopes = slack__arena_printf(arena, "%s%s%s", scopes, *scopes ? "," : "", scope);
    }
    return scopes;
}

static const char *read_token(slack_arena_t *arena, const token_paths_t *paths,
                              const slack_json_t *value, slack_oauth_token_t *ret)
{
    slack_oauth_token_t token = {.access = text_at(value, paths->access),
                                 .refresh = text_at(value, paths->refresh),
                                 .scopes = scopes_at(arena, value, paths->scopes),
                                 .refused = ""};
    if (token.scopes == NULL) return "memory is out";
    if (!time_at(value, paths->expires, &token.expires_ms))
        return "the end of a token's life is not a time";
    if (!slack__is_visible(slack__slice(token.access)) ||
        !slack__is_visible(slack__slice(token.refresh)))
        return "a token holds white space or a character that is not ASCII";
    if (*token.access) *ret = token;
    return NULL;
}

/* ---- what has no place ---- */

/* Whether a path is one of the form's, or with `parent` leads to some. The members before `more`
 * are all paths. */
static bool is_path(const struct form *form, const char *path, bool parent)
{
    const char *const *paths = (const char *const *)(const void *)form;
    const size_t len = strlen(path);
    for (size_t i = 0; i < offsetof(struct form, more) / sizeof *paths; i++)
        if (strncmp(paths[i], path, len) == 0 && paths[i][len] == (parent ? '/' : '\0'))
            return true;
    return !parent && slack__list_has(form->more, path);
}

static bool is_empty(const slack_json_t *value)
{
    switch (slack_json_type(value)) {
    case SLACK_JSON_STRING: return *text_at(value, "") == '\0';
    case SLACK_JSON_ARRAY:
    case SLACK_JSON_OBJECT: return slack_json_count(value, "") == 0;
    case SLACK_JSON_NULL: return true;
    default: return false;
    }
}

static const char *add_left_out(slack_arena_t *arena, const struct form *form,
                                const slack_json_t *object, const char *above, const char *names)
{
    slack_json_iter_t it = {0};
    while (names && slack_json_next(object, &it)) {
        const slack_slice_t key = slack__json_key(&it);
        const char *path = slack__arena_printf(arena, "%s/%.*s", above, (int)key.len, key.ptr);
        if (path == NULL) return NULL;
        if (is_empty(it.value) || is_path(form, path, false)) continue;
        if (is_path(form, path, true) && slack_json_type(it.value) == SLACK_JSON_OBJECT)
            names = add_left_out(arena, form, it.value, path, names);
        else
            names = slack__arena_printf(arena, "%s%s%s", names, *names ? ", " : "", path + 1);
    }
    return names;
}

/* ---- records ---- */

static void set_changed(slack_install_record_t *record)
{
    const int64_t stored_ms = record->token.expires_ms - ROTATING_LIFE_MS;
    record->changed_ms = record->about.installed_ms;
    if (stored_ms > record->changed_ms) record->changed_ms = stored_ms;
}

void bolt_record_set_time(bolt_record_t *record, int64_t installed_ms)
{
    record->bot.about.installed_ms = record->user.about.installed_ms = installed_ms;
    set_changed(&record->bot);
    set_changed(&record->user);
}

static slack_installation_t read_about(const struct form *form, const slack_json_t *value)
{
    slack_installation_t about = slack__install_record().about;
    about.app_id = text_at(value, form->app_id);
    about.enterprise_id = text_at(value, form->enterprise_id);
    about.enterprise_name = text_at(value, form->enterprise_name);
    about.is_enterprise_install = flag_at(value, form->org);
    if (!about.is_enterprise_install) {
        about.team_id = text_at(value, form->team_id);
        about.team_name = text_at(value, form->team_name);
    }
    about.bot_id = text_at(value, form->bot_id);
    about.bot_user_id = text_at(value, form->bot_user_id);
    about.user_id = text_at(value, form->user_id);
    about.metadata = text_at(value, form->metadata);
    return about;
}

const char *bolt_record_read(slack_arena_t *arena, enum bolt_form which, const slack_json_t *value,
                             bolt_record_t *ret)
{
    const struct form *form = &forms[which];
    slack_install_record_t bot = slack__install_record(), user;
    int64_t installed_ms;
    if (slack_json_type(value) != SLACK_JSON_OBJECT) return "it is not an object of JSON";
    bot.about = read_about(form, value);
    bot.url = text_at(value, form->url);
    user = bot;
    user.for_user = true;
    if (!*bot.about.team_id && !*bot.about.enterprise_id)
        return "it names neither a workspace nor an organization";
    if (!time_at(value, form->installed, &installed_ms)) return "its time is not a time";
    const char *why = read_token(arena, &form->bot, value, &bot.token);
    if (why == NULL) why = read_token(arena, &form->user, value, &user.token);
    if (why) return why;
    bot.about.bot_scopes = bot.token.scopes;
    bot.about.user_scopes = user.about.user_scopes = user.token.scopes;
    bot.about.webhook_channel_id = text_at(value, form->webhook_channel_id);
    bot.webhook_url = text_at(value, form->webhook_url);
    bot.webhook_channel = text_at(value, form->webhook_channel);
    bot.webhook_configuration_url = text_at(value, form->webhook_configuration_url);
    const char *left_out = add_left_out(arena, form, value, "", "");
    if (left_out == NULL) return "memory is out";
    *ret = (bolt_record_t){bot, user, left_out};
    bolt_record_set_time(ret, installed_ms);
    return NULL;
}

void bolt_record_join(bolt_record_t *record, const bolt_record_t *bot)
{
    slack_install_record_t *to = &record->bot;
    const slack_install_record_t *from = &bot->bot;
    if (!*from->token.access || (*to->token.access && to->changed_ms > from->changed_ms)) return;
    to->token = from->token;
    to->changed_ms = from->changed_ms;
    to->about.bot_id = from->about.bot_id;
    to->about.bot_user_id = from->about.bot_user_id;
    to->about.bot_scopes = from->about.bot_scopes;
}
