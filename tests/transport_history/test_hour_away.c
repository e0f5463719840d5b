/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/heap.h"
#include "support/past.h"
#include "protocol/ts.h"
#include "transport/catch_up.h"

/* An app that was away for an hour: 5,000 messages in 40 channels, with threads. */

enum { CHANNELS = 40, MESSAGES = 125, TEXT_BYTES = 2000, PEAK_MAX = 2 << 20 };

static app_fixture_t f;
static past_t past;

static char last[CHANNELS][SLACK_TS_SIZE]; /* the last message of each channel */
static unsigned handled[CHANNELS];

static int handle(slack_ctx_t *ctx, void *user_data)
{
    const unsigned channel = (unsigned)atoi(slack_ctx_channel(ctx) + 1);
    assert_true(channel < CHANNELS && slack_ctx_recovered(ctx));
    assert_true(slack__ts_after(slack_ctx_ts(ctx), last[channel])); /* in order, so each once */
    snprintf(last[channel], SLACK_TS_SIZE, "%s", slack_ctx_ts(ctx));
    handled[channel]++;
    return 0;
}

/* In each channel four of five messages are for all; the fifth is a reply, every other time in a
 * thread that began before the hour. */
static void write_past(void)
{
    static char members[TEXT_BYTES + 64];
    char text[TEXT_BYTES + 1];
    memset(text, 'x', TEXT_BYTES);
    text[TEXT_BYTES] = '\0';
    snprintf(members, sizeof members, "'user':'U1','text':'%s'", text);
    for (int channel = 0; channel < CHANNELS; channel++) {
        char id[16];
        snprintf(id, sizeof id, "C%d", channel);
        past_add_channel(&past, id, "public_channel");
        past_say(&past, id, -1800, PAST_ROOT, "'user':'U1'");
        for (int n = 0; n < MESSAGES; n++) {
            const int64_t thread = n % 5 != 4 ? PAST_ROOT : n % 2 ? -1800 : 1 + n / 25 * 25 * 28;
            past_say(&past, id, 1 + (int64_t)n * 28, thread, members);
        }
    }
}

static bool is_behind(void)
{
    slack_catch_up_figures_t figures;
    slack__catch_up_figures(slack__inspect_transport(f.app, SLACK_TRANSPORT_HISTORY), &figures);
    return figures.behind;
}

/* Lets a little time pass once nothing happens any more at this time. */
static void run_until_caught_up(void)
{
    while (is_behind()) {
        uint64_t before;
        do {
            slack_transport_stats_t stats;
            slack_app_transport_stats(f.app, SLACK_TRANSPORT_HISTORY, &stats);
            before = stats.delivered + past.call_count;
            app_spin(&f);
            slack_app_transport_stats(f.app, SLACK_TRANSPORT_HISTORY, &stats);
            if (before == stats.delivered + past.call_count) break;
        } while (is_behind());
        app_pass_ms(&f, 200);
    }
    app_settle(&f);
}

TEST(an_hour_away_is_caught_up_on)
{
    past_open(&past, &f,
              &(slack_options_t){
                  .catch_up = "member", .pace = SLACK_PACE_INTERNAL, .log_level = SLACK_LOG_INFO});
    past.a_minute = 50; /* tier 3 */
    assert_int_equal(slack_on_event(f.app, "message", handle, NULL), 0);
    app_ready(&f);
    run_until_caught_up();
    slack_transport_t *history = slack__inspect_transport(f.app, SLACK_TRANSPORT_HISTORY);
    slack__catch_up_deaf(history);
    write_past();
    f.world.wall_ms += 3600 * 1000;
    const size_t before = past.peak = heap_bytes();
    slack__catch_up_gap(history, "an hour away", 0);
    run_until_caught_up();
    for (int channel = 0; channel < CHANNELS; channel++)
        assert_int_equal(handled[channel], MESSAGES);
    assert_int_equal(past.refused, 0);
    print_message("calls: %u histories, %u threads; peak: %zu KiB\n",
                  past_calls(&past, "conversations.history"),
                  past_calls(&past, "conversations.replies"), (past.peak - before) / 1024);
    assert_in_range(past.peak - before, 0, PEAK_MAX);
    app_close(&f);
    past_clear(&past);
}
