/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdlib.h>

#include "app/inspect.h"
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"
#include "support/wires.h"

/* The memory of deliveries stays within SLACK_DELIVERIES_MIB, whatever brings them, and whatever
 * part of them is large. */

#define BOUND_MIB 40
#define LARGE     12
#define PAD_BYTES ((size_t)900 << 10)

static const slack_options_t bounded = {.deliveries_mib = BOUND_MIB};

static double delivery_bytes(slack_app_t *app)
{
    static const char name[] = "\nslackapp_delivery_bytes ";
    slack_buf_t text;
    slack__buf_init(&text, 1 << 20);
    assert_int_equal(slack__inspect_metrics_write(app, &text), 0);
    assert_int_equal(slack__buf_append(&text, "", 1), 0);
    const char *at = strstr(slack__buf_ptr(&text), name);
    assert_non_null(at);
    const double bytes = strtod(at + sizeof name - 1, NULL);
    slack__buf_done(&text);
    assert_true(bytes <= BOUND_MIB << 20);
    return bytes;
}

/* A message "a", "b", … in C1, with a large field. */
static const char *large_message(int i)
{
    static char body[PAD_BYTES + 512];
    static char pad[PAD_BYTES + 1];
    if (!*pad) memset(pad, 'p', PAD_BYTES);
    snprintf(body, sizeof body,
             "{'type':'event_callback','event_id':'Ev%d','team_id':'T1','event':{'type':'message',"
             "'channel':'C1','user':'U1','ts':'%d.1','text':'%c','pad':'%s'}}",
             i, i, 'a' + i, pad);
    return body;
}

/* Ends every delivery, and checks the memory whenever one more runs. */
static void release_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        inbox_until_held(i + 1);
        delivery_bytes(inbox.f.app);
        slack_ctx_release(inbox.held[i], 0);
    }
    app_settle(&inbox.f);
    assert_int_equal(inbox.held_count, count);
    assert_true(delivery_bytes(inbox.f.app) == 0);
}

static void open_holding(const char *store)
{
    inbox_open(store, &bounded);
    slack_on_message(inbox.f.app, NULL, inbox_hold, NULL);
    app_ready(&inbox.f);
}

/* Returns how many of the large messages were acked with OK. */
static unsigned deliver_large(void)
{
    unsigned taken = 0;
    for (int i = 0; i < LARGE; i++) {
        app_deliver(&inbox.f, large_message(i), &inbox.f.ack);
        taken += inbox.f.ack.outcome == SLACK_ACK_OK;
        delivery_bytes(inbox.f.app);
        inbox.f.world.mono_us += 1000;
    }
    return taken;
}

INBOX_CLOSED(test_large_deliveries_are_put_off_and_small_ones_are_not)
{
    open_holding("memory:");
    const unsigned taken = deliver_large();
    assert_in_range(taken, 2, LARGE - 1);
    assert_true(world_logged(&inbox.f.world, "SLACK_DELIVERIES_MIB is reached"));
    inbox_deliver("EvSmall", "s", &inbox.f.ack);
    inbox_until_held(taken + 1);
    release_all(taken + 1);
    app_deliver(&inbox.f, large_message(LARGE), &inbox.f.ack);
    assert_int_equal(inbox.f.ack.outcome, SLACK_ACK_OK);
    slack_ctx_release(inbox.held[taken + 1], 0);
}

INBOX_CLOSED(test_large_events_wait_on_the_disk_and_run_in_order)
{
    open_holding(store_file_url());
    assert_int_equal(deliver_large(), LARGE);
    assert_true(inbox.held_count < LARGE);
    release_all(LARGE);
    assert_string_equal(inbox.order, "abcdefghijkl");
}

INBOX_CLOSED(test_a_start_claims_no_more_bytes_than_it_may)
{
    open_holding(store_file_url());
    assert_int_equal(deliver_large(), LARGE);
    inbox_end_at_once();
    open_holding(store_file_url());
    release_all(LARGE);
}

/* ---- what handlers allocate ---- */

static _Atomic(slack_ctx_t *) allocated;

static int allocate(slack_ctx_t *ctx, void *user_data)
{
    for (int i = 0; i < 8; i++)
        assert_non_null(slack_jsonf(ctx, "{text: %s}", large_message(0)));
    slack_ctx_hold(ctx);
    allocated = ctx;
    return 0;
}

INBOX_CLOSED(test_what_handlers_allocate_counts)
{
    for (int worker = 0; worker < 2; worker++) {
        inbox_open("memory:", &bounded);
        slack_listen(inbox.f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                      .fn = allocate,
                                                      .run = worker ? SLACK_RUN_WORKER : 0});
        app_ready(&inbox.f);
        inbox_deliver("Ev1", "a", &inbox.f.ack);
        world_until(&inbox.f.world, allocated != NULL);
        assert_true(delivery_bytes(inbox.f.app) > 8 * PAD_BYTES);
        slack_ctx_release(atomic_exchange(&allocated, NULL), 0);
        app_settle(&inbox.f);
        assert_true(delivery_bytes(inbox.f.app) == 0);
        if (!worker) app_close(&inbox.f);
    }
}

/* ---- both transports ---- */

static wires_t w;

TEST(test_both_transports_put_large_deliveries_off)
{
    unsigned put_off = 0;
    inbox.held_count = 0;
    *inbox.order = '\0';
    wires_open(&w, &(slack_options_t){.deliveries_mib = BOUND_MIB, .store = "memory:"});
    slack_on_message(w.app, NULL, inbox_hold, NULL);
    wires_ready(&w);
    for (int i = 0; i < LARGE; i++) {
        const int number = wires_post_begin(&w, SLACK_KIND_EVENT, large_message(i));
        put_off += wires_reply(&w, number)->status == 503;
        delivery_bytes(w.app);
    }
    assert_in_range(put_off, 1, LARGE - 2);
    /* No frame answers a large envelope, and the next one gets its ack. */
    wires_send_begin(&w, SLACK_KIND_EVENT, large_message(LARGE), false);
    wires_send_begin(&w, SLACK_KIND_EVENT,
                     "{'type':'event_callback','event_id':'EvSmall','event':{'type':'message'}}",
                     false);
    world_until(&w.world, w.frames > 0);
    assert_non_null(strstr(w.frame, "\"e2\""));
    while (inbox.held_count > 0)
        slack_ctx_release(inbox.held[--inbox.held_count], 0);
    wires_close(&w);
}

/* Small events do not wait until the disk has many large ones. */
TEST(test_the_store_writes_few_large_events_at_once)
{
    enum { MANY = 26 };
    unsigned put_off = 0;
    int numbers[MANY];
    wires_open(&w, &(slack_options_t){.deliveries_mib = BOUND_MIB, .store = store_file_url()});
    wires_ready(&w);
    for (int i = 0; i < MANY; i++)
        numbers[i] = wires_post_begin(&w, SLACK_KIND_EVENT, large_message(i));
    for (int i = 0; i < MANY; i++) {
        while (!http_peer_reply(w.http, numbers[i])->done) {
            uv_run(&w.world.loop, UV_RUN_NOWAIT);
            assert_true(delivery_bytes(w.app) < BOUND_MIB / 4 << 20);
        }
        put_off += wires_reply(&w, numbers[i])->status == 503;
    }
    assert_in_range(put_off, 1, MANY - 1); /* a slow disk has the first one until the end */
    wires_close(&w);
}
