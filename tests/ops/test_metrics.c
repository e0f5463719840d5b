/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/prometheus.h"
#include "support/test.h"

/* The text of /metrics, read by a strict reader of the format. */

static app_fixture_t f;
static prometheus_t page;
static void read_page(void)
{
    slack_buf_t text;
    slack__buf_init(&text, (size_t)1 << 20);
    assert_int_equal(slack__inspect_metrics_write(f.app, &text), 0);
    assert_int_equal(slack__buf_append_char(&text, '\0'), 0);
    prometheus_free(&page);
    if (!prometheus_read(&page, slack__buf_ptr(&text))) fail_msg("%s", page.error);
    slack__buf_done(&text);
}

static void check(const char *series, double value)
{
    const double is = prometheus_value(&page, series);
    if (is != value) fail_msg("%s is %g, not %g", series, is, value);
}

static void open_app(void)
{
    app_open(&f, &(slack_options_t){.transport = "memory,http,socket",
                                    .http_host = "127.0.0.1",
                                    .http_port = "0",
                                    .signing_secret = "s",
                                    .app_token = "xapp-1-test",
                                    .max_attempts = 1,
                                    .workers = 1});
    app_held = NULL;
}

static void close_app(void)
{
    app_close(&f);
    prometheus_free(&page);
    assert_int_equal(heap_live(), 0);
}

#define BOT_TEST(function) TEST_AROUND(function, open_app(), close_app())

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_call(
        slack_ctx_client(ctx),
        slack_request("chat.postMessage", slack_jsonf(ctx, "{channel: 'C1', text: 'x'}")), NULL,
        NULL);
}

static void inject(const char *body)
{
    app_ack_t ack = {0};
    app_deliver(&f, body, &ack);
}

/* Every series exists from the start, so that a rate can be computed over the first event. */
BOT_TEST(everything_is_there)
{
    static const struct {
        const char *family;
        size_t series;
    } families[] = {
        {"slackapp_deliveries_total", SLACK_KINDS},
        {"slackapp_duplicates_total", 1},
#define COUNTER(field, name, help)   {"slackapp_" name, 1},
#define HISTOGRAM(field, name, help) {"slackapp_" name, SLACK_BUCKETS + 3},
#include "ops/counters.def"
        {"slackapp_deliveries_under_way", 1},
        {"slackapp_delivery_bytes", 1},
        {"slackapp_deliveries_in_store", 1},
        {"slackapp_deliveries_put_off", 1},
        {"slackapp_handlers_queued", 1},
        {"slackapp_calls_under_way", 1},
        {"slackapp_calls_waiting", 1},
        {"slackapp_calls_leased_total", 1},
        {"slackapp_rate_leases_total", 1},
        {"slackapp_rate_leases_late_total", 1},
        {"slackapp_posts_under_way", 1},
        {"slackapp_call_bytes", 1},
        {"slackapp_store_rows", SLACK_ROW_STATES},
        {"slackapp_store_oldest_seconds", SLACK_ROW_STATES},
        {"slackapp_store_lag_seconds", 1},
        {"slackapp_store_reconnects_total", 1},
        {"slackapp_store_unclear_total", 1},
        {"slackapp_store_notifications_total", 1},
        {"slackapp_cluster_processes", 3},
        {"slackapp_socket_slots", 3},
        {"slackapp_cluster_socket_slots", 3},
        {"slackapp_catch_up_behind", 1},
        {"slackapp_catch_up_gaps_total", 1},
        {"slackapp_catch_up_channels_total", 1},
        {"slackapp_catch_up_recovered_total", 1},
        {"slackapp_catch_up_known_total", 1},
        {"slackapp_catch_up_left_out_total", 1},
        {"slackapp_calls_total", 2},
        {"slackapp_calls_limited_total", 1},
        {"slackapp_calls_repeated_total", 1},
        {"slackapp_transport_ready", 3},
        {"slackapp_transport_connections", 3},
        {"slackapp_transport_delivered_total", 3},
        {"slackapp_transport_acked_total", 3},
        {"slackapp_transport_ack_lost_total", 3},
        {"slackapp_transport_refused_total", 3},
        {"slackapp_transport_handshakes_waiting", 3},
        {"slackapp_transport_handshakes_refused_total", 3},
        {"slackapp_transport_reconnects_total", 3},
    };
    app_start(&f);
    read_page();
    size_t series = 0;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const size_t size = prometheus_size(&page, families[i].family);
        if (size != families[i].series) fail_msg("%s: %zu", families[i].family, size);
        series += size;
    }
    assert_int_equal(series, page.count);
}

static int never_answer(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    return 0;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

/* The table of docs/http.md has a row for each family, and no other rows. */
BOT_TEST(families_are_documented)
{
    char *docs = file_read_page("http.md");
    assert_int_equal(slack_app_authorize(f.app, &(slack_authorizer_t){.fn = never_answer}), 0);
    app_start(&f);
    slack_buf_t text;
    slack__buf_init(&text, (size_t)1 << 20);
    assert_int_equal(slack__inspect_metrics_write(f.app, &text), 0);
    assert_int_equal(slack__buf_append_char(&text, '\0'), 0);
    size_t families = 0;
    const char *line = slack__buf_ptr(&text);
    for (; (line = strstr(line, "# TYPE ")); line++, families++) {
        char name[64], type[16], row[128];
        assert_int_equal(sscanf(line, "# TYPE slackapp_%63s %15s", name, type), 2);
        snprintf(row, sizeof row, "\n| `%s` | %s |", name, type);
        if (!strstr(docs, row)) fail_msg("docs/http.md has no%s", row);
    }
    slack__buf_done(&text);
    assert_int_equal(families, count(docs, "` | counter |") + count(docs, "` | gauge |") +
                                   count(docs, "` | histogram |"));
}

#define EVENT(id, type) "{'event_id':'" id "','event':{'type':'" type "'}}"

BOT_TEST(everything_is_counted)
{
    slack_on_event(f.app, "good", app_nothing, NULL);
    slack_on_event(f.app, "bad", app_fail, NULL);
    slack_on_event(f.app, "app_held", app_hold_then_ack, NULL);
    slack_on_command(f.app, "/say", say, NULL);
    app_ready(&f);
    inject(EVENT("Ev1", "good"));
    inject(EVENT("Ev1", "good"));
    inject(EVENT("Ev2", "bad"));
    inject(EVENT("Ev3", "none"));
    inject(EVENT("Ev4", "app_held"));
    inject("{'command':'/say'}");
    inject("{'command':'/none'}");
    app_run_until_calls(&f, 1);
    world_until(&f.world, slack__inspect_counters(f.app)->calls.methods[0].ok +
                                  slack__inspect_counters(f.app)->calls.methods[1].ok >=
                              2);
    read_page();
    check("slackapp_deliveries_total{kind=\"event\",result=\"ok\"}", 1);
    check("slackapp_deliveries_total{kind=\"event\",result=\"duplicate\"}", 1);
    check("slackapp_deliveries_total{kind=\"event\",result=\"failed\"}", 1);
    check("slackapp_deliveries_total{kind=\"event\",result=\"unmatched\"}", 1);
    check("slackapp_deliveries_total{kind=\"command\",result=\"ok\"}", 1);
    check("slackapp_deliveries_total{kind=\"command\",result=\"unmatched\"}", 1);
    check("slackapp_duplicates_total", 1);
    check("slackapp_dead_letters_total", 1);
    check("slackapp_ack_seconds_count", 7);
    check("slackapp_deliveries_under_way", 1);
    check("slackapp_calls_total{method=\"auth.test\",result=\"ok\"}", 1);
    check("slackapp_calls_total{method=\"chat.postMessage\",result=\"ok\"}", 1);
    check("slackapp_transport_delivered_total{transport=\"memory\"}", 7);
    check("slackapp_transport_acked_total{transport=\"memory\"}", 7);
    check("slackapp_transport_ready{transport=\"memory\"}", 1);
    check("slackapp_transport_ready{transport=\"socket\"}", 0);
    slack_ctx_release(app_held, 0);
}

/* A page shows what the look before it has found, and looks come at most every 10 s. */
BOT_TEST(rows_are_counted_for_a_page)
{
    slack_on_event(f.app, "bad", app_fail, NULL);
    app_ready(&f);
    read_page();
    inject(EVENT("Ev1", "bad"));
    for (unsigned second = 0; second <= 12; second += 4) {
        read_page();
        app_turn(&f);
        read_page();
        check("slackapp_store_rows{state=\"dead\"}", second >= 10);
        const double age_s =
            prometheus_value(&page, "slackapp_store_oldest_seconds{state=\"dead\"}");
        assert_true(second == 12 ? age_s >= 12 : age_s == 0);
        app_pass_ms(&f, 4000);
    }
}

/* Slack numbers its retries. The first request of an event may be a retry. */
BOT_TEST(retries_are_counted)
{
    app_ready(&f);
    for (; f.retry_num < 3; f.retry_num++)
        inject(EVENT("Ev1", "good"));
    read_page();
    check("slackapp_redeliveries_total", 2);
    check("slackapp_duplicates_total", 2);
}

/* A program may call any number of methods, of any name. */
BOT_TEST(labels_are_few_and_whole)
{
    char name[100];
    app_ready(&f);
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "method.%u", i);
        slack__counters_call(slack__inspect_counters(f.app), name, i % 3 ? 0 : SLACK_EAPI);
    }
    slack__counters_call(slack__inspect_counters(f.app), "other", 0);
    read_page();
    assert_int_equal(prometheus_size(&page, "slackapp_calls_total"), 2 * SLACK_METHODS_MAX + 2);
    assert_int_equal(prometheus_size(&page, "slackapp_calls_limited_total"), SLACK_METHODS_MAX + 1);

    /* A call with a name that would need escapes fails. */
    static const char *const odd[] = {"a'b", "a\\b", "a\nb", "a}b", "a b", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(slack__webapi_call(slack_app_client(f.app), odd[i], NULL, NULL, NULL),
                         SLACK_EINVAL);
    read_page();

    for (int kind = 0; kind < SLACK_KINDS; kind++)
        for (int result = 0; result < SLACK_RESULTS; result++)
            slack__inspect_counters(f.app)->deliveries[kind][result] = UINT64_MAX;
    memset(&slack__inspect_counters(f.app)->loop_lag, 0,
           sizeof slack__inspect_counters(f.app)->loop_lag);
    read_page();
    assert_int_equal(prometheus_size(&page, "slackapp_deliveries_total"),
                     SLACK_KINDS * SLACK_RESULTS);
}

/* The reader rejects each of these texts. */
TEST(reader_is_strict)
{
#define HEAD "# HELP a_total x\n# TYPE a_total counter\n"
#define HIST "# HELP h x\n# TYPE h histogram\n"
    static const char *const bad[] = {
        "a_total 1\n",
        HEAD,
        HEAD "a_total 1",
        HEAD "a_total\n",
        HEAD "a_total x\n",
        HEAD "a_total -1\n",
        HEAD "a_total 1 2 3\n",
        HEAD "b_total 1\n",
        HEAD "a_total 1\na_total 1\n",
        HEAD "a_total{x='1'} 1\na_total{x='1'} 2\n",
        HEAD "a_total{x='1} 1\n",
        HEAD "a_total{x=\"a\\b\"} 1\n",
        HEAD "a_total{x='a'b'} 1\n",
        HEAD "a_total{1x='1'} 1\n",
        HEAD "a_total{} 1\n",
        HEAD "a_total 1\n" HEAD "a_total{x='1'} 1\n",
        "# TYPE a_total counter\na_total 1\n",
        "# HELP a_total x\na_total 1\n",
        "# HELP a x\n# TYPE a counter\na 1\n",
        "# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
        "# HELP a x\n# TYPE a guage\na 1\n",
        "# HELP a \n# TYPE a gauge\na 1\n",
        HIST "h_bucket{le='1'} 2\nh_bucket{le='+Inf'} 1\nh_sum 1\nh_count 1\n",
        HIST "h_bucket{le='2'} 1\nh_bucket{le='1'} 1\nh_bucket{le='+Inf'} 1\nh_sum 1\nh_count 1\n",
        HIST "h_bucket{le='1'} 1\nh_sum 1\nh_count 1\n",
        HIST "h_bucket{le='+Inf'} 1\nh_sum 1\nh_count 2\n",
        HIST "h_bucket{le='+Inf'} 1\nh_count 1\n",
    };
    static const char good[] =
        HEAD "a_total 1\na_total{x=\"\\\"\\\\\\n\",y=\"\"} 1e3\n" HIST
             "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 0.5\nh_count 1\n";
    assert_true(prometheus_read(&page, good));
    assert_int_equal(page.count, 6);
    prometheus_free(&page);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (prometheus_read(&page, bad[i])) fail_msg("%s", bad[i]);
        prometheus_free(&page);
    }
}
