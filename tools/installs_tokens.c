/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <slack/api/apps.h>
#include <slack/api/auth.h>
#include <slack/api/oauth.h>

#include "installs_commands.h"
#include "protocol/api_error.h"
#include "protocol/token_kind.h"
#include "util/clock.h"

/* The commands that ask Slack: a token is revoked, exchanged for one that rotates, or moved in. */

/* The number of times that a change begins again because the app was faster. */
#define TRIES 8

#define NEED_SECRET                                                                                \
    "SLACK_CLIENT_SECRET is not set: set it to the client secret of the app's page \"Basic "       \
    "Information\""

/* ---- revoke ---- */

static int revoke_at_slack(installs_session_t *session, const installs_request_t *request,
                           const char *token, const char *place)
{
    const installs_answer_t answer =
        request->uninstall
            ? installs_call(session, token,
                            slack_apps_uninstall(.client_id = session->client_id,
                                                 .client_secret = session->client_secret))
            : installs_call(session, token, slack_auth_revoke());
    const bool dead =
        answer.status == SLACK_EAPI && slack__api_error(answer.error) == SLACK_API_DEAD_TOKEN;
    if (answer.status == 0 || (dead && !request->uninstall)) return CLI_OK;
    if (answer.lost)
        return installs_fail(CLI_FAILED,
                             "%s: Slack's answer was lost (%s), and Slack may have revoked "
                             "the token: run the command again",
                             place, answer.why);
    return installs_fail(CLI_FAILED, "%s is not revoked and stays in the store: %s%s", place,
                         answer.why,
                         dead ? "; remove the app in Slack, or delete it from the store" : "");
}

int installs_revoke(installs_session_t *session, const installs_request_t *request)
{
    slack_install_found_t found;
    char place[INSTALLS_PLACE_SIZE];
    installs_place_text(&request->place, place);
    if (request->uninstall && session->client_secret == NULL)
        return installs_fail(CLI_FAILED, NEED_SECRET);
    if (request->uninstall && *request->place.user_id)
        return installs_fail(CLI_USAGE,
                             "--uninstall takes a workspace or an organization, not a person");
    int status = installs_find(session, &request->place, &found);
    const char *token = status == CLI_OK ? found.record.token.access : "";
    if (status == CLI_OK && *token == '\0')
        return installs_fail(CLI_FAILED, "%s has no token to revoke: delete it from the store",
                             place);
    if (status == CLI_OK) status = revoke_at_slack(session, request, token, place);
    if (status != CLI_OK) return status;
    const int rc = request->uninstall ? installs_delete_all(session, &request->place)
                                      : installs_delete(session, &request->place, found.version);
    if (rc == SLACK_ECONFLICT)
        return installs_fail(CLI_FAILED,
                             "%s: the token is revoked, and the app has changed the entry: "
                             "see slackapp installs show %s",
                             place, place);
    if (rc != 0)
        return installs_fail(CLI_FAILED,
                             "%s: the token is revoked, but not deleted from the store: %s; "
                             "run slackapp installs delete %s",
                             place, slack_strerror(rc), place);
    printf("%s is %s and deleted from the store\n", place,
           request->uninstall ? "uninstalled in Slack" : "revoked");
    return CLI_OK;
}

/* ---- rotate ---- */

/* Slack ends the old token once the new one is used; without the new one the person has to install
 * the app again. https://docs.slack.dev/authentication/using-token-rotation */
static int explain_exchange(const installs_answer_t *answer, const char *place)
{
    if (strcmp(answer->error, "token_already_exchanged") == 0)
        return installs_fail(CLI_FAILED,
                             "%s: the token was exchanged before, and the new one is not in "
                             "the store: install the app there again",
                             place);
    if (answer->lost)
        return installs_fail(CLI_FAILED,
                             "%s: Slack's answer was lost (%s). The old token is still in the "
                             "store. Run the command again; if Slack then says "
                             "token_already_exchanged, install the app there again",
                             place, answer->why);
    return installs_fail(CLI_FAILED, "%s is not exchanged, and its token stays: %s", place,
                         answer->why);
}

/* Puts the new pair into the entry, unless somebody has put another token there meanwhile. */
static int store_exchanged(installs_session_t *session, const slack_install_place_t *place,
                           const installs_answer_t *answer, slack_install_found_t *found)
{
    const char *old = found->record.token.access, *why = "";
    int rc = SLACK_ECONFLICT;
    for (unsigned i = 0; rc == SLACK_ECONFLICT && i < TRIES; i++) {
        slack_install_record_t record = found->record;
        if (slack__install_refreshed(answer->json, slack__wall_ms(&slack__clock_system), &record,
                                     &why) != 0)
            return SLACK_EPROTO;
        rc = installs_put(session, &record, found->version);
        if (rc == SLACK_ECONFLICT) {
            const int got = installs_get(session, place, found);
            if (got != 0) return got;
            if (found->fault != 0 || strcmp(found->record.token.access, old) != 0) return rc;
        }
    }
    return rc;
}

static int rotate_one(installs_session_t *session, const slack_install_place_t *place)
{
    slack_install_found_t found;
    char text[INSTALLS_PLACE_SIZE];
    installs_place_text(place, text);
    const int status = installs_find(session, place, &found);
    if (status != CLI_OK) return status;
    const slack_oauth_token_t *token = &found.record.token;
    if (*token->access == '\0' || *token->refresh || token->expires_ms > 0) {
        cli_printf("%s %s\n", text, *token->access ? "rotates already" : "has no token");
        return CLI_OK;
    }
    /* A store that cannot be written would lose the new token. */
    int rc = installs_put(session, &found.record, found.version);
    if (rc == 0) rc = installs_get(session, place, &found);
    if (rc != 0 || found.fault != 0)
        return installs_fail(CLI_FAILED, "%s is not exchanged: the store: %s", text,
                             slack_strerror(rc ? rc : found.fault));
    const installs_answer_t answer =
        installs_call(session, found.record.token.access,
                      slack_oauth_v2_exchange(.client_id = session->client_id,
                                              .client_secret = session->client_secret));
    if (answer.status != 0) return explain_exchange(&answer, text);
    rc = store_exchanged(session, place, &answer, &found);
    if (rc == SLACK_ECONFLICT)
        return installs_fail(CLI_FAILED,
                             "%s: somebody has installed the app again meanwhile; that token "
                             "stays, and the exchanged one is left out",
                             text);
    if (rc != 0)
        return installs_fail(CLI_FAILED,
                             "%s: the token was exchanged, and the new one could not be "
                             "stored (%s): install the app there again",
                             text, slack_strerror(rc));
    cli_printf("%s rotates from now on\n", text);
    return CLI_OK;
}

int installs_rotate(installs_session_t *session, const installs_request_t *request)
{
    if (session->client_secret == NULL) return installs_fail(CLI_FAILED, NEED_SECRET);
    if (!request->all) return rotate_one(session, &request->place);
    return installs_each_place(session, rotate_one);
}

/* ---- import-token ---- */

static const char *text_at(const slack_json_t *json, const char *path)
{
    const char *text = slack_json_str(json, path);
    return text ? text : "";
}

/* The record of a bot's token, of what auth.test says.
 * https://docs.slack.dev/reference/methods/auth.test */
static slack_install_record_t tested_record(const installs_answer_t *answer, const char *token)
{
    const slack_json_t *json = answer->json;
    slack_install_record_t record = slack__install_record();
    slack_installation_t *about = &record.about;
    about->enterprise_id = text_at(json, "/enterprise_id");
    about->is_enterprise_install = slack_json_bool(json, "/is_enterprise_install");
    if (!about->is_enterprise_install) {
        about->team_id = text_at(json, "/team_id");
        about->team_name = text_at(json, "/team");
    }
    about->bot_id = text_at(json, "/bot_id");
    about->bot_user_id = text_at(json, "/user_id");
    about->installed_ms = record.changed_ms = slack__wall_ms(&slack__clock_system);
    record.url = text_at(json, "/url");
    record.token.access = token;
    record.token.scopes = about->bot_scopes = answer->scopes;
    return record;
}

/* Stores the record unless there is another token. */
static int store_token(installs_session_t *session, const installs_request_t *request,
                       const slack_install_record_t *record)
{
    slack_install_found_t found;
    char text[INSTALLS_PLACE_SIZE];
    const slack_install_place_t place = slack__install_place(record, session->client_id);
    installs_place_text(&place, text);
    int rc = installs_get(session, &place, &found);
    if (rc != 0) return installs_store_failed(rc);
    if (found.fault != 0 && !request->replace) return installs_fail(CLI_FAILED, "%s", found.why);
    if (strcmp(found.record.token.access, record->token.access) == 0) {
        printf("%s has that token already\n", text);
        return CLI_OK;
    }
    if (*found.version && !request->replace)
        return installs_fail(CLI_FAILED,
                             "%s is in the store with another token: --replace replaces it", text);
    rc = installs_put(session, record, found.version);
    if (rc != 0) return installs_record_failed(rc, &place);
    printf("%s is imported. Once the app has started with SLACK_CLIENT_ID, SLACK_BOT_TOKEN is no "
           "longer "
           "needed.\n",
           text);
    return CLI_OK;
}

int installs_import_token(installs_session_t *session, const installs_request_t *request)
{
    const char *token = session->bot_token;
    if (token == NULL)
        return installs_fail(CLI_FAILED,
                             "SLACK_BOT_TOKEN is not set: set it, or SLACK_BOT_TOKEN_FILE, to "
                             "the token that is moved into the store");
    if (strncmp(token, "xoxe.", 5) == 0)
        return installs_fail(CLI_FAILED,
                             "SLACK_BOT_TOKEN rotates, and its refresh token is missing: "
                             "write both into a file for slackapp installs import");
    const char *kind = slack__token_kind(token);
    if (strncmp(token, "xoxb-", 5) != 0)
        return installs_fail(CLI_FAILED,
                             "SLACK_BOT_TOKEN must be a bot token (xoxb-…), but holds %s",
                             kind ? kind : "something else");
    const int status = installs_need_key(session);
    if (status != CLI_OK) return status;
    const installs_answer_t answer = installs_call(session, token, slack_auth_test());
    if (answer.status != 0) return installs_fail(CLI_FAILED, "auth.test: %s", answer.why);
    const slack_install_record_t record = tested_record(&answer, token);
    const slack_install_place_t place = slack__install_place(&record, session->client_id);
    if (!slack__install_is_place(&place))
        return installs_fail(CLI_FAILED, "auth.test names no workspace for SLACK_BOT_TOKEN");
    return store_token(session, request, &record);
}
