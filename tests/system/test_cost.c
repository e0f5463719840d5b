/* SPDX-License-Identifier: MIT */
/*
 * The allocations that an event costs, all the way from the wire to its handler's end: at most four
 * once all reusable memory is there, even when the table of known keys doubles. It is a budget, see
 * docs/performance.md.
 */

#include "support/heap.h"
#include "support/test.h"
#include "support/wires.h"

#define ALLOCATIONS_MAX 4
#define WARM_UP         300
#define EVENTS          1000

/* A message as Slack sends it today; %u makes its event_id. */
static const char message_format[] =
    "{\"token\":\"ZZZZZZWSxiZZZ2yIvs3peJ\",\"team_id\":\"T061EG9R6\",\"api_app_id\":\"A0MDYCDME\","
    "\"event\":{\"user\":\"U061F7AUR\",\"type\":\"message\",\"ts\":\"1525215129.000001\","
    "\"client_msg_id\":\"7e9e9c2e-35a1-4d1e-9f7a-0f3b5f8a8f4b\",\"text\":\"Could somebody have a "
    "look at the deployment of the billing service, please?\",\"team\":\"T061EG9R6\",\"blocks\":[{"
    "\"type\":\"rich_text\",\"block_id\":\"zO3pT\",\"elements\":[{\"type\":\"rich_text_section\","
    "\"elements\":[{\"type\":\"text\",\"text\":\"Could somebody have a look at the deployment of "
    "the billing service, please?\"}]}]}],\"channel\":\"C0PNCHHK2\",\"event_ts\":"
    "\"1525215129.000001\",\"channel_type\":\"channel\"},\"type\":\"event_callback\",\"event_id\":"
    "\"Ev%08u\",\"event_time\":1525215129,\"authorizations\":[{\"enterprise_id\":null,\"team_id\":"
    "\"T061EG9R6\",\"user_id\":\"U0BOTBOT1\",\"is_bot\":true,\"is_enterprise_install\":false}],"
    "\"is_ext_shared_channel\":false,\"event_context\":\"4-eyJldCI6Im1lc3NhZ2UifQ\"}";

static wires_t w;
static unsigned sent, handled;

static int on_message(slack_ctx_t *ctx, void *user_data)
{
    handled++;
    return 0;
}

/* ---- the two wires ---- */

static void post(const char *body)
{
    assert_int_equal(wires_post(&w, SLACK_KIND_EVENT, body, "")->status, 200);
}

/* Sends the body in an envelope as long as Slack's. */
static void send_envelope(const char *body)
{
    char frame[2048];
    snprintf(frame, sizeof frame,
             "{\"envelope_id\":\"1d3b79ab-0ffb-41f3-a080-%012u\",\"payload\":%s,"
             "\"type\":\"events_api\",\"accepts_response_payload\":false,\"retry_attempt\":0,"
             "\"retry_reason\":\"\"}",
             sent, body);
    wires_send_frame(&w, frame);
    wires_frame(&w);
}

/* Sends events one after the other, each to its end. Returns the most allocations for one event,
 * and those of all in *ret_all. */
static size_t run(void (*send)(const char *body), unsigned count, size_t *ret_all)
{
    const size_t begun = heap_count();
    size_t worst = 0;
    for (unsigned i = 0; i < count; i++) {
        char body[1536];
        const size_t before = heap_count();
        snprintf(body, sizeof body, message_format, ++sent);
        send(body);
        if (heap_count() - before > worst) worst = heap_count() - before;
    }
    *ret_all = heap_count() - begun;
    assert_int_equal(handled, sent);
    return worst;
}

static void check(const char *transport, void (*send)(const char *body))
{
    size_t all;
    sent = handled = 0;
    wires_open(&w, &(slack_options_t){.transport = transport, .log_level = SLACK_LOG_WARN});
    assert_int_equal(slack_on_message(w.app, NULL, on_message, NULL), 0);
    wires_ready(&w);
    run(send, WARM_UP, &all);
    size_t worst = run(send, EVENTS, &all);
    print_message("# %s: %zu allocations for %d events, %zu for one at most\n", transport, all,
                  EVENTS, worst);
    assert_in_range(worst, 1, ALLOCATIONS_MAX);
    wires_close(&w);
    assert_int_equal(heap_live(), 0);
}

TEST(test_http)
{
    check("http", post);
}

TEST(test_socket)
{
    check("socket", send_envelope);
}
