/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/payloads.h"
#include "support/test.h"
#include "transport_socket/frame.h"

/* A frame, read as the transport reads it. */
struct reading {
    slack_arena_t *arena;
    slack_frame_t frame;
};

static int read_bytes(struct reading *r, const char *data, size_t len)
{
    r->arena = slack__arena_new(0, 0);
    char *text = r->arena ? slack__arena_alloc(r->arena, len + SLACK_JSON_PADDING) : NULL;
    if (!text) return SLACK_ENOMEM;
    memcpy(text, data, len);
    return slack__frame_read(r->arena, text, len, &r->frame);
}

static void read_text(struct reading *r, const char *text)
{
    assert_int_equal(read_bytes(r, text, strlen(text)), 0);
}

static void done(struct reading *r)
{
    slack__arena_free(r->arena);
    r->arena = NULL;
}

static enum slack_frame_type type_of(const char *text)
{
    struct reading r;
    read_text(&r, text);
    enum slack_frame_type type = r.frame.type;
    done(&r);
    return type;
}

static void assert_id(const slack_frame_t *frame, const char *id)
{
    assert_int_equal(frame->envelope_id.len, strlen(id));
    assert_memory_equal(frame->envelope_id.ptr, id, strlen(id));
}

/* ---- frames that Slack sends ---- */

TEST(test_hello)
{
    struct reading r;
    read_text(&r,
              "{\"type\":\"hello\",\"num_connections\":3,\"debug_info\":{\"host\":\"applink-10\","
              "\"approximate_connection_time\":18060},\"connection_info\":{\"app_id\":\"A1\"}}");
    assert_int_equal(r.frame.type, SLACK_FRAME_HELLO);
    assert_int_equal(r.frame.num_connections, 3);
    assert_int_equal(r.frame.life_ms, 18060000);
    assert_string_equal(r.frame.app_id, "A1");
    done(&r);
    read_text(&r, "{\"type\":\"hello\"}");
    assert_int_equal(r.frame.type, SLACK_FRAME_HELLO);
    assert_int_equal(r.frame.num_connections, 0);
    assert_int_equal(r.frame.life_ms, 0);
    assert_string_equal(r.frame.app_id, "");
    done(&r);
    read_text(&r, "{\"type\":\"hello\",\"num_connections\":-1,\"debug_info\":"
                  "{\"approximate_connection_time\":9e99}}");
    assert_int_equal(r.frame.num_connections, 0);
    assert_int_equal(r.frame.life_ms, 0);
    done(&r);
}

TEST(test_disconnect)
{
    static const struct {
        const char *reason;
        enum slack_cause cause;
    } cases[] = {
        {"warning", SLACK_CAUSE_REFRESH},        {"refresh_requested", SLACK_CAUSE_REFRESH},
        {"link_disabled", SLACK_CAUSE_DISABLED}, {"too_many_websockets", SLACK_CAUSE_CROWDED},
        {"something_new", SLACK_CAUSE_REFRESH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"type\":\"disconnect\",\"reason\":\"%s\"}", cases[i].reason);
        struct reading r;
        read_text(&r, text);
        assert_int_equal(r.frame.type, SLACK_FRAME_DISCONNECT);
        assert_int_equal(r.frame.cause, cases[i].cause);
        assert_string_equal(r.frame.reason, cases[i].reason);
        done(&r);
    }
    assert_int_equal(type_of("{\"type\":\"disconnect\"}"), SLACK_FRAME_DISCONNECT);
    assert_int_equal(type_of("{\"type\":\"disconnect\",\"reason\":7}"), SLACK_FRAME_DISCONNECT);
}

TEST(test_envelopes)
{
    struct reading r;
    read_text(&r, "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":{\"a\":1},"
                  "\"accepts_response_payload\":false,\"retry_attempt\":2,"
                  "\"retry_reason\":\"timeout\"}");
    assert_int_equal(r.frame.type, SLACK_FRAME_ENVELOPE);
    assert_id(&r.frame, "e-1");
    assert_true(r.frame.known);
    assert_false(r.frame.accepts_response_payload);
    assert_int_equal(r.frame.retry_attempt, 2);
    assert_string_equal(r.frame.retry_reason, "timeout");
    assert_int_equal(slack_json_int(r.frame.payload, "/a"), 1);
    done(&r);

    read_text(&r, "\n {\"envelope_id\":\"e-2\",\"type\":\"telepathy\",\"payload\":{}}\n");
    assert_int_equal(r.frame.type, SLACK_FRAME_ENVELOPE);
    assert_false(r.frame.known);
    assert_false(r.frame.accepts_response_payload);
    assert_int_equal(r.frame.retry_attempt, 0);
    assert_string_equal(r.frame.retry_reason, "");
    done(&r);

    /* Without the member, commands and interactions accept a payload. */
    read_text(&r, "{\"envelope_id\":\"e\",\"type\":\"slash_commands\",\"payload\":{}}");
    assert_true(r.frame.accepts_response_payload);
    done(&r);
    read_text(&r, "{\"envelope_id\":\"e\",\"type\":\"interactive\",\"payload\":{},"
                  "\"accepts_response_payload\":false,\"retry_attempt\":\"1\"}");
    assert_false(r.frame.accepts_response_payload);
    assert_int_equal(r.frame.retry_attempt, 0);
    done(&r);
}

/* ---- frames that Slack should not send ---- */

TEST(test_garbage_is_no_reason_to_hang_up)
{
    static const char *const garbage[] = {
        "",    "\n", " \r\n\t", "UNAUTHENTICATED: cache_error", "null",        "17", "\"x\"",
        "[1]", "{",  "{]",      "{\"type\":\"hello\"",          "{\"type\":}",
    };
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++)
        assert_int_equal(type_of(garbage[i]), SLACK_FRAME_GARBAGE);
    assert_int_equal(type_of("{}"), SLACK_FRAME_UNKNOWN);
    assert_int_equal(type_of("{\"type\":\"goodbye\"}"), SLACK_FRAME_UNKNOWN);
    assert_int_equal(type_of("{\"type\":7}"), SLACK_FRAME_UNKNOWN);
    assert_int_equal(type_of("{\"type\":\"events_api\",\"payload\":{}}"), SLACK_FRAME_UNKNOWN);
    assert_int_equal(type_of("{\"envelope_id\":7,\"type\":\"events_api\"}"), SLACK_FRAME_UNKNOWN);
    assert_int_equal(type_of("{\"envelope_id\":\"\"}"), SLACK_FRAME_UNKNOWN);
    struct reading r;
    assert_int_equal(read_bytes(&r, "\0{}", 3), 0);
    assert_int_equal(r.frame.type, SLACK_FRAME_GARBAGE);
    done(&r);
}

TEST(test_malformed_payloads_keep_their_id)
{
    static const char *const malformed[] = {
        "{\"envelope_id\":\"e-1\",\"type\":\"events_api\"}",
        "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":null}",
        "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":\"x\"}",
        "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":[1]}",
        "{\"envelope_id\":\"e-1\",\"payload\":{\"a\":}}",
        "{\"payload\":{\"a\":tru},\"envelope_id\":\"e-1\"}",
        "{\"payload\":{\"envelope_id\":\"no\",\"s\":\"\\\"\\q{[\"}, \"envelope_id\" : \"e-1\" }",
        "{\"a\":\"envelope_id\",\"envelope_id\":\"e-1\",\"payload\":{\xff}}",
    };
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct reading r;
        read_text(&r, malformed[i]);
        assert_int_equal(r.frame.type, SLACK_FRAME_MALFORMED);
        assert_id(&r.frame, "e-1");
        done(&r);
    }
}

TEST(test_too_deep_is_malformed)
{
    char text[1024];
    size_t len =
        (size_t)snprintf(text, sizeof text, "{\"envelope_id\":\"e-1\",\"payload\":{\"a\":");
    memset(text + len, '[', 200);
    memset(text + len + 200, ']', 200);
    memcpy(text + len + 400, "}}", 3);
    struct reading r;
    read_text(&r, text);
    assert_int_equal(r.frame.type, SLACK_FRAME_MALFORMED);
    assert_id(&r.frame, "e-1");
    done(&r);
}

TEST(test_find_id_bounds)
{
    char text[512], id[SLACK_ENVELOPE_ID_MAX + 2];
    memset(id, 'x', sizeof id);
    for (int len = SLACK_ENVELOPE_ID_MAX; len <= SLACK_ENVELOPE_ID_MAX + 1; len++) {
        int n = snprintf(text, sizeof text, "{\"envelope_id\":\"%.*s\"", len, id);
        slack_slice_t found = slack__frame_find_id(text, (size_t)n);
        assert_int_equal(found.len, len <= SLACK_ENVELOPE_ID_MAX ? len : 0);
    }
    static const char *const none[] = {
        "{\"envelope_id\"",
        "{\"envelope_id\":",
        "{\"envelope_id\":\"e",
        "{\"envelope_id\":\"\"}",
        "{\"envelope_id\":\"a\\n\"",
        "\"envelope_id\":\"e\"",
        "{\"envelope_id\":7}",
        "{\"\\",
        "",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(slack__frame_find_id(none[i], strlen(none[i])).ptr);
}

/* ---- recorded frames ---- */

static void assert_sane(const slack_frame_t *frame)
{
    if (frame->type == SLACK_FRAME_ENVELOPE)
        assert_int_equal(slack_json_type(frame->payload), SLACK_JSON_OBJECT);
    if (frame->type == SLACK_FRAME_ENVELOPE || frame->type == SLACK_FRAME_MALFORMED)
        assert_true(frame->envelope_id.len > 0 && frame->envelope_id.len <= SLACK_ENVELOPE_ID_MAX);
    assert_non_null(frame->name);
    assert_non_null(frame->reason);
    assert_non_null(frame->retry_reason);
}

static void one_file(const char *name, const char *data, size_t len, void *user_data)
{
    struct reading r;
    assert_int_equal(read_bytes(&r, data, len), 0);
    enum slack_frame_type type = r.frame.type;
    assert_true(type == SLACK_FRAME_HELLO || type == SLACK_FRAME_DISCONNECT ||
                type == SLACK_FRAME_ENVELOPE);
    assert_sane(&r.frame);
    done(&r);
    *(unsigned *)user_data += 1;
    if (len > 8192) return; /* the quadratic part is for short frames */

    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(read_bytes(&r, data, cut), 0);
        assert_sane(&r.frame);
        /* A prefix is an object only if nothing but white space was cut off. */
        if (r.frame.type == SLACK_FRAME_ENVELOPE)
            assert_int_equal(strspn(data + cut, " \r\n\t"), len - cut);
        done(&r);
    }
    char *copy = malloc(len);
    assert_non_null(copy);
    for (size_t at = 0; at < len; at++) {
        memcpy(copy, data, len);
        for (size_t i = 0; i < 3; i++) {
            copy[at] = (char)(data[at] ^ (1 << (at * 3 + i) % 8));
            assert_int_equal(read_bytes(&r, copy, len), 0);
            assert_sane(&r.frame);
            done(&r);
        }
    }
    free(copy);
}

TEST(test_payloads)
{
    unsigned files = 0;
    payloads_each("socket", one_file, &files);
    assert_true(files > 0);
}

/* ---- acks ---- */

static void assert_ack(const slack_ack_t *ack, const char *want)
{
    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ACK_FRAME_LIMIT);
    assert_int_equal(slack__frame_write_ack(&buf, SLACK_SLICE("e-1"), ack), 0);
    assert_string_equal(slack__buf_ptr(&buf), want);
    slack__buf_done(&buf);
}

TEST(test_acks)
{
    assert_ack(NULL, "{\"envelope_id\":\"e-1\"}");
    assert_ack(&(slack_ack_t){.outcome = SLACK_ACK_OK}, "{\"envelope_id\":\"e-1\"}");
    assert_ack(&(slack_ack_t){.type = SLACK_ACK_BODY_TEXT, .body = SLACK_SLICE("a \"b\"\n")},
               "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"a \\\"b\\\"\\n\"}}");
    assert_ack(&(slack_ack_t){.type = SLACK_ACK_BODY_JSON, .body = SLACK_SLICE("{\"a\":1}")},
               "{\"envelope_id\":\"e-1\",\"payload\":{\"a\":1}}");
}

static int ack_of_size(size_t size, enum slack_ack_body type)
{
    const size_t frame =
        strlen(type == SLACK_ACK_BODY_TEXT ? "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"\"}}"
                                           : "{\"envelope_id\":\"e-1\",\"payload\":}");
    char *body = malloc(size);
    assert_non_null(body);
    memset(body, '1', size);
    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ACK_FRAME_LIMIT);
    const slack_ack_t ack = {.type = type, .body = {body, size - frame}};
    int rc = slack__frame_write_ack(&buf, SLACK_SLICE("e-1"), &ack);
    if (rc == 0) assert_int_equal(buf.len, size);
    slack__buf_done(&buf);
    free(body);
    return rc;
}

TEST(test_ack_limit)
{
    for (int i = 0; i < 2; i++) {
        enum slack_ack_body type = i ? SLACK_ACK_BODY_TEXT : SLACK_ACK_BODY_JSON;
        assert_int_equal(ack_of_size(20479, type), 0);
        assert_int_equal(ack_of_size(20480, type), SLACK_ETOOBIG);
        assert_int_equal(ack_of_size(20481, type), SLACK_ETOOBIG);
    }
}

static int read_and_ack(void *ctx)
{
    const char *text = ctx;
    struct reading r;
    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ACK_FRAME_LIMIT);
    int rc = read_bytes(&r, text, strlen(text));
    if (rc == 0) rc = slack__frame_write_ack(&buf, r.frame.envelope_id, NULL);
    slack__buf_done(&buf);
    done(&r);
    return rc;
}

TEST(test_no_memory)
{
    char text[] = "{\"envelope_id\":\"e-1\",\"type\":\"events_api\",\"payload\":{\"a\":[1,2,3]}}";
    assert_true(alloc_fail_each(read_and_ack, text) >= 2);
}
