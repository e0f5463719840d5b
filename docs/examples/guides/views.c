/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/views.md. */
#include "guide.h"

#include <stdlib.h>

static int book(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_view_openf(ctx, "{"
                                 "  type: 'modal',"
                                 "  callback_id: 'booking',"
                                 "  notify_on_close: true,"
                                 "  title: {type: 'plain_text', text: 'A table'},"
                                 "  submit: {type: 'plain_text', text: 'Book'},"
                                 "  blocks: [{"
                                 "    type: 'input',"
                                 "    block_id: 'seats',"
                                 "    label: {type: 'plain_text', text: 'For how many?'},"
                                 "    element: {type: 'number_input', action_id: 'n',"
                                 "              is_decimal_allowed: false},"
                                 "  }],"
                                 "}");
}

static int booked(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *values = slack_json_get(slack_ctx_body(ctx), "/view/state/values");
    long seats = strtol(slack_json_str(values, "/seats/n/value"), NULL, 10);
    if (seats < 1 || seats > 8) return slack_ack_errorsf(ctx, "{seats: 'From 1 to 8'}");
    int rc = slack_ack_updatef(ctx, "{"
                                    "  type: 'modal',"
                                    "  title: {type: 'plain_text', text: 'Booked'},"
                                    "  blocks: [{"
                                    "    type: 'section',"
                                    "    text: {type: 'mrkdwn', text: 'See you!'},"
                                    "  }],"
                                    "}");
    if (rc != 0) return rc;
    /* A submission names no channel. A user's id stands for the direct messages with that user. */
    return slack_say_jsonf(ctx, "{channel: %s, text: 'A table for %ld'}", slack_ctx_user(ctx),
                           seats);
}

static int gave_up(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_jsonf(ctx, "{channel: %s, text: 'Another time, then'}", slack_ctx_user(ctx));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_command(app, "/book", book, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "booking", booked, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "booking", gave_up, NULL);
    return rc;
}

static void opens_the_form(slack_test_t *t)
{
    slack_test_expect(t, "views.open", "{view: {callback_id: 'booking'}}");
    slack_test_command(t, "/book", "");
    slack_test_expect_ack(t, NULL);
}

static void checks_the_submission(slack_test_t *t)
{
    static const char values[] = "{seats: {n: {type: 'number_input', value: %s}}}";
    slack_test_view_submission(t, "booking", values, "9");
    slack_test_expect_ack(t, "{response_action: 'errors', errors: {seats: 'From 1 to 8'}}");
    slack_test_expect(t, "chat.postMessage", "{channel: 'U0TEST', text: 'A table for 4'}");
    slack_test_view_submission(t, "booking", values, "4");
    slack_test_expect_ack(t, "{response_action: 'update', view: {title: {text: 'Booked'}}}");
}

static void answers_a_closed_form(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'U0TEST', text: 'Another time, then'}");
    slack_test_view_closed(t, "booking");
    slack_test_expect_ack(t, NULL);
}

int main(void)
{
    const guide_test_t tests[] = {{"opens the form", opens_the_form},
                                  {"checks the submission", checks_the_submission},
                                  {"answers a closed form", answers_a_closed_form},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
