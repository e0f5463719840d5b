/* SPDX-License-Identifier: MIT */
#include "support/outbox.h"

const char *calls(void)
{
    static const struct {
        const char *method;
        char letter;
    } letters[] = {
        {"chat.postMessage", 'P'},
        {"conversations.history", 'H'},
        {"conversations.replies", 'R'},
        {"reactions.add", '+'},
        {"chat.update", 'U'},
        {"chat.delete", 'D'},
        {"files.info", 'I'},
        {"files.completeUploadExternal", 'F'},
    };
    static char text[64];
    size_t len = 0;
    for (size_t i = 0; i < fake_slack_count(inbox.f.slack) && len < sizeof text - 1; i++) {
        text[len] = '?';
        for (size_t j = 0; j < sizeof letters / sizeof *letters; j++)
            if (strcmp(fake_slack_call(inbox.f.slack, i)->method, letters[j].method) == 0)
                text[len] = letters[j].letter;
        len++;
    }
    text[len] = '\0';
    return text;
}

const char *call_arg(size_t i, const char *path)
{
    return slack_json_str(fake_slack_call(inbox.f.slack, i)->args, path);
}

void pass(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        app_pass_and_claim(&inbox.f, LONG_MS);
        world_turn(&inbox.f.world);
        app_settle(&inbox.f);
    }
}

void until_calls(const char *expected)
{
    app_run_until_calls(&inbox.f, strlen(expected));
    app_settle(&inbox.f);
    assert_string_equal(calls(), expected);
}

void deliver(const char *id, const char *text)
{
    app_ack_t ack = {0};
    inbox_deliver(id, text, &ack);
    app_run_until(&inbox.f, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}
