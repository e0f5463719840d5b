/* SPDX-License-Identifier: MIT */
/*
 * An incident gets a channel of its own: its people, a summary, the log as a file, a status that
 * grows. On a worker, each line waits for Slack, so the steps stand in order.
 *
 *     @bot incident TEXT     creates a channel, finds who is on call (ON_CALL, a user's name) and
 *                            invites that person and the author, pins a summary, and uploads a log
 *
 *     build/slackapp sim                                     in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/incident         and in a third, after the same eval:
 *     build/slackapp sim send message '@bot incident The database is slow'
 *
 * docs/guides/files.md says what it needs at Slack.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_BYTES ((size_t)5 << 20)

typedef struct incident {
    char channel[32], name[81];
    slack_stream_t *status;
    unsigned quarters; /* of the log that are uploaded */
} incident_t;

/* A log that is made as it is read. In a program of your own: slack_file_t.path. */
static int64_t read_log(void *to, size_t max, uint64_t offset, void *user_data)
{
    char line[80]; /* of 64 bytes, and a zero */
    (void)user_data;
    for (size_t i = 0; i < max; i++) {
        const uint64_t at = offset + i;
        if (i == 0 || at % 64 == 0)
            snprintf(line, sizeof line, "%012llu %-50s\n", (unsigned long long)(at / 64),
                     "query took 2 s");
        ((char *)to)[i] = line[at % 64];
    }
    return (int64_t)max;
}

static int report(const slack_file_progress_t *progress, void *user_data)
{
    incident_t *incident = user_data;
    char text[32];
    const unsigned quarters = (unsigned)(4 * progress->bytes / progress->total);
    if (quarters <= incident->quarters) return 0; /* another try begins anew */
    incident->quarters = quarters;
    snprintf(text, sizeof text, " %u %%", 25 * quarters);
    return slack_stream_append(incident->status, text);
}

/* The id of the user with that name. 0; SLACK_ENOTFOUND. */
static int find_user(slack_ctx_t *ctx, const char *name, char id[32])
{
    slack_page_t page;
    slack_pager_t *pager = slack_pager(ctx, slack_users_list(.limit = 200), 0);
    while (slack_pager_next(pager, &page)) {
        slack_json_iter_t it = {0};
        while (slack_json_next(page.items, &it))
            if (strcmp(slack_json_str(it.value, "/name"), name) == 0) {
                snprintf(id, 32, "%s", slack_json_str(it.value, "/id"));
                return 0;
            }
    }
    return page.status ? page.status : SLACK_ENOTFOUND;
}

/* The channel, with the author and the person on call in it. */
static int gather(slack_ctx_t *ctx, incident_t *incident, const char *on_call)
{
    const slack_response_t *response = NULL;
    char users[80];
    snprintf(incident->name, sizeof incident->name, "inc-%.10s", slack_ctx_ts(ctx));
    int rc = slack_call_wait(ctx, slack_conversations_create(.name = incident->name), &response);
    if (rc != 0) return rc;
    snprintf(incident->channel, sizeof incident->channel, "%s",
             slack_response_str(response, "/channel/id"));
    snprintf(users, sizeof users, "%s,%s", slack_ctx_user(ctx), on_call);
    return slack_call_wait(
        ctx, slack_conversations_invite(.channel = incident->channel, .users = users), NULL);
}

/* The log is in the summary's thread, and the status below it tells how far the upload has come. */
static int attach_log(slack_ctx_t *ctx, incident_t *incident, const char *summary_ts)
{
    const slack_file_t log = {
        .name = "database.log", .title = "The log", .read = read_log, .size = LOG_BYTES};
    const slack_upload_t upload = {.files = &log,
                                   .count = 1,
                                   .channels = incident->channel,
                                   .thread_ts = summary_ts,
                                   .await_message = true,
                                   .progress = report,
                                   .progress_data = incident};
    const slack_stream_options_t where = {.channel = incident->channel, .thread_ts = summary_ts};
    incident->status = slack_stream(ctx, &where);
    int rc = slack_stream_append(incident->status, "Uploading the log:");
    if (rc == 0) rc = slack_upload_wait(ctx, &upload, NULL);
    if (rc == 0) rc = slack_stream_append(incident->status, ". Done.");
    const int stopped = slack_stream_stop(incident->status, NULL, NULL);
    return rc ? rc : stopped;
}

static int on_mention(slack_ctx_t *ctx, void *user_data)
{
    incident_t incident = {.quarters = 0};
    const slack_response_t *posted = NULL;
    char on_call[32];
    (void)user_data;
    const char *name = getenv("ON_CALL") ? getenv("ON_CALL") : "ben";
    const char *text = strstr(slack_json_str(slack_ctx_event(ctx), "/text"), "incident ");
    if (text == NULL) return slack_say(ctx, "Say: incident TEXT");
    int rc = find_user(ctx, name, on_call);
    if (rc == SLACK_ENOTFOUND) return slack_say(ctx, "There is no %s, who is on call.", name);
    if (rc == 0) rc = gather(ctx, &incident, on_call);
    if (rc == 0)
        rc = slack_call_wait(
            ctx,
            slack_chat_postMessage(.channel = incident.channel, .text = text + strlen("incident ")),
            &posted);
    if (rc != 0) return rc;
    const char *ts = slack_response_ts(posted);
    rc = slack_call_wait(ctx, slack_pins_add(.channel = incident.channel, .timestamp = ts), NULL);
    if (rc == 0) rc = attach_log(ctx, &incident, ts);
    return rc ? rc : slack_say(ctx, "<@%s> is on it in <#%s>.", on_call, incident.channel);
}

int main(void)
{
    slack_app_t *app = NULL;
    /* One attempt: another one would create another channel. */
    const slack_listener_t mention = {.kind = SLACK_KIND_EVENT,
                                      .match = "app_mention",
                                      .run = SLACK_RUN_WORKER,
                                      .attempts = 1,
                                      .fn = on_mention};
    int rc = slack_app_new(&app, NULL);
    if (rc == 0)
        rc = slack_declare_calls(app, "chat.postMessage chat.startStream chat.appendStream "
                                      "chat.stopStream conversations.create conversations.invite "
                                      "files.getUploadURLExternal files.completeUploadExternal "
                                      "files.info pins.add users.list");
    if (rc == 0) rc = slack_listen(app, &mention);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "incident: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
