/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "installs_commands.h"
#include "util/clock.h"

/* Show and delete what is in the store. No secret is printed. */

typedef struct lister {
    unsigned left;
    unsigned damaged;
} lister_t;

/* "bot, expires in 5 h", without the token. */
static const char *token_text(const slack_install_record_t *record, char ret[160])
{
    const slack_oauth_token_t *token = &record->token;
    const char *kind = record->for_user ? "person" : "bot";
    const int64_t left_ms = token->expires_ms - slack__wall_ms(&slack__clock_system);
    char text[CLI_DURATION_SIZE];
    if (!*token->access)
        snprintf(ret, 160, "no token");
    else if (*token->refused)
        snprintf(ret, 160, "%s, refused: %.60s", kind, token->refused);
    else if (token->expires_ms == 0)
        snprintf(ret, 160, "%s, does not expire", kind);
    else
        snprintf(ret, 160, left_ms > 0 ? "%s, expires in %s%s" : "%s, expired %s ago%s", kind,
                 cli_duration(left_ms > 0 ? left_ms : -left_ms, text),
                 *token->refresh ? ", rotates" : "");
    return ret;
}

static bool list_one(void *user_data, const slack_install_found_t *found)
{
    lister_t *lister = user_data;
    char place[INSTALLS_PLACE_SIZE], token[160], date[CLI_DATE_SIZE];
    const slack_installation_t *about = &found->record.about;
    installs_key_text(found->key, place);
    if (found->fault != 0) {
        lister->damaged++;
        cli_printf("%-24s cannot be read: %s\n", place, found->why);
    } else {
        const char *name = *about->team_name ? about->team_name : about->enterprise_name;
        cli_printf("%-24s %-20s %s  %s\n", place, cli_date(about->installed_ms, date),
                   token_text(&found->record, token), name);
    }
    return --lister->left > 0;
}

int installs_list(installs_session_t *session, const installs_request_t *request)
{
    lister_t lister = {.left = request->limit};
    const int rc = installs_each(session, list_one, &lister);
    if (rc != 0) return installs_store_failed(rc);
    if (lister.left == request->limit)
        printf("no workspace has installed the app with the client id %s\n", session->client_id);
    return lister.damaged > 0 ? CLI_FAILED : CLI_OK;
}

/* The record of the request's place. CLI_OK; else prints the problem. */
int installs_find(installs_session_t *session, const slack_install_place_t *place,
                  slack_install_found_t *ret)
{
    int rc = installs_get(session, place, ret);
    if (rc == 0 && *ret->version == '\0') rc = SLACK_ENOTFOUND;
    if (rc != 0) return installs_record_failed(rc, place);
    return ret->fault == 0 ? CLI_OK : installs_fail(CLI_FAILED, "%s", ret->why);
}

static void show_field(const char *name, const char *text)
{
    cli_field(name, slack__slice(text));
}

int installs_show(installs_session_t *session, const installs_request_t *request)
{
    slack_install_found_t found;
    char text[160], place[INSTALLS_PLACE_SIZE], date[CLI_DATE_SIZE];
    const int status = installs_find(session, &request->place, &found);
    if (status != CLI_OK) return status;
    const slack_install_record_t *record = &found.record;
    const slack_installation_t *about = &record->about;
    show_field("place", installs_place_text(&request->place, place));
    show_field("app", about->app_id);
    show_field("org", about->enterprise_id);
    show_field("org name", about->enterprise_name);
    show_field("team", about->team_id);
    show_field("name", about->team_name);
    show_field("url", record->url);
    show_field("bot", about->bot_id);
    show_field("bot user", about->bot_user_id);
    show_field(record->for_user ? "person" : "installer", about->user_id);
    show_field("token", token_text(record, text));
    show_field("scopes", record->token.scopes);
    if (*record->previous.access) show_field("previous", "the token before the last installation");
    if (*record->webhook_url)
        show_field("webhook",
                   *record->webhook_channel ? record->webhook_channel : about->webhook_channel_id);
    show_field("metadata", about->metadata);
    if (about->installed_ms > 0) show_field("installed", cli_date(about->installed_ms, date));
    if (record->changed_ms > 0) show_field("changed", cli_date(record->changed_ms, date));
    return CLI_OK;
}

/* A record that cannot be read can be deleted, too. */
int installs_delete_place(installs_session_t *session, const installs_request_t *request)
{
    slack_install_found_t found;
    char text[INSTALLS_PLACE_SIZE];
    int rc = installs_get(session, &request->place, &found);
    if (rc == 0 && *found.version == '\0') rc = SLACK_ENOTFOUND;
    if (rc == 0) rc = installs_delete(session, &request->place, found.version);
    if (rc == 0 && !*request->place.user_id) rc = installs_delete_all(session, &request->place);
    if (rc != 0) return installs_record_failed(rc, &request->place);
    printf("%s is deleted from the store. The app is still installed in Slack, until somebody "
           "removes it "
           "there.\n",
           installs_place_text(&request->place, text));
    return CLI_OK;
}

/* ---- reseal ---- */

/* Stores the record as it is, which seals it with the first key. */
static int reseal_one(installs_session_t *session, const slack_install_place_t *place)
{
    slack_install_found_t found;
    int rc = SLACK_ECONFLICT;
    for (unsigned i = 0; rc == SLACK_ECONFLICT && i < 8; i++) {
        const int status = installs_find(session, place, &found);
        if (status != CLI_OK) return status;
        rc = installs_put(session, &found.record, found.version);
    }
    return rc == 0 ? CLI_OK : installs_store_failed(rc);
}

int installs_reseal(installs_session_t *session, const installs_request_t *request)
{
    (void)request;
    if (session->keys == NULL)
        return installs_fail(CLI_FAILED,
                             "SLACK_STORE_KEY is not set: set it to the new key and the old "
                             "one, separated by a comma");
    const int status = installs_each_place(session, reseal_one);
    if (status == CLI_OK)
        puts("every installation is encrypted with the first key of SLACK_STORE_KEY");
    return status;
}
