/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/json.h"
#include "support/payloads.h"
#include "protocol/http_body.h"
#include "protocol/kind.h"
#include "util/form.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

/* Read a copy that is placed as a request's body is. Returns NULL if it is malformed. */
static const slack_json_t *parse(const char *content_type, const char *text, size_t len)
{
    char *body = slack__arena_alloc(arena, len + SLACK_JSON_PADDING);
    assert_non_null(body);
    if (len > 0) memcpy(body, text, len);
    memset(body + len, 0, SLACK_JSON_PADDING);
    const slack_json_t *value = NULL;
    int rc = slack__http_body_read(arena, slack__slice(content_type), body, len, &value);
    if (rc == 0) assert_int_equal(slack_json_type(value), SLACK_JSON_OBJECT);
    if (rc != 0) assert_true(value == NULL && (rc == SLACK_EJSON || rc == SLACK_ETOOBIG));
    return value;
}

static const slack_json_t *parse_str(const char *content_type, const char *text)
{
    return parse(content_type, text, strlen(text));
}

static bool ssl_check(const char *content_type, const char *text)
{
    return slack__http_body_is_ssl_check(slack__slice(content_type), slack__slice(text));
}

/* The media types by which a form is recognised, by themselves or by the first byte. */
static const char *const form_types[] = {
    FORM,
    FORM "; charset=utf-8",
    FORM ";charset=UTF-8",
    "Application/X-WWW-Form-URLEncoded",
    " " FORM "\t; charset=\"utf-8\"; x=y",
    FORM ";",
    "",
    "text/plain",
    "*/*",
};

static const char *const json_types[] = {
    JSON, JSON "; charset=utf-8", "APPLICATION/JSON;charset=utf-8", "", "text/plain", ";",
};

ARENA_TEST(media_type_has_parameters_and_any_case)
{
    for (size_t i = 0; i < sizeof form_types / sizeof *form_types; i++) {
        const slack_json_t *body = parse_str(form_types[i], "command=%2Fdeploy&text=a+b%21");
        assert_string_equal(slack_json_str(body, "/command"), "/deploy");
        assert_string_equal(slack_json_str(body, "/text"), "a b!");
        body = parse_str(form_types[i], "payload=%7B%22type%22%3A%22view_closed%22%7D");
        assert_int_equal(slack__kind_of(body), SLACK_KIND_VIEW_CLOSED);
    }
    for (size_t i = 0; i < sizeof json_types / sizeof *json_types; i++) {
        const slack_json_t *body = parse_str(json_types[i], "\r\n\t {\"type\": \"x\"}");
        assert_string_equal(slack_json_str(body, "/type"), "x");
    }
}

ARENA_TEST(media_type_wins_over_the_first_byte)
{
    assert_null(parse_str(JSON, "type=x"));
    assert_null(parse_str(" Application/JSON\t ; charset=utf-8", "type=x"));
    const slack_json_t *body = parse_str(FORM, "{\"type\":\"x\"}");
    assert_string_equal(slack_json_str(body, "/type"), "");
    assert_string_equal(slack_json_str(body, "/{\"type\":\"x\"}"), "");
    assert_int_equal(slack_json_count(body, ""), 1);
}

ARENA_TEST(what_is_no_object_is_malformed)
{
    static const char *const bodies[] = {
        "",      " ", "{",    "{}",         "[]",         "[{}]",
        "\"x\"", "1", "null", "{\"a\":1}x", "{\"a\":1,}", "{'a':1}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_null(parse_str(JSON, bodies[i]));
        char form[64];
        snprintf(form, sizeof form, "payload=%s&x=y", bodies[i]);
        assert_null(parse_str(FORM, form));
    }
    assert_null(parse_str(FORM, ""));
    assert_null(parse_str(FORM, "&&"));
}

ARENA_TEST(depth_and_fields_are_bounded)
{
    static char text[2 * (SLACK_JSON_DEPTH_MAX + 1) + sizeof "{\"a\":}"];
    size_t n = 0;
    n += (size_t)sprintf(text, "{\"a\":");
    for (int i = 0; i <= SLACK_JSON_DEPTH_MAX; i++)
        text[n++] = '[';
    for (int i = 0; i <= SLACK_JSON_DEPTH_MAX; i++)
        text[n++] = ']';
    text[n++] = '}';
    assert_null(parse(JSON, text, n));

    static char form[300 * 8];
    n = 0;
    for (int i = 0; i < 300; i++)
        n += (size_t)sprintf(form + n, "f%d=x&", i);
    assert_null(parse(FORM, form, n));
}

ARENA_TEST(payload_counts_wherever_it_stands)
{
    static const char *const forms[] = {
        "payload={\"type\":\"shortcut\"}",
        "ssl_check=0&payload={\"type\":\"shortcut\"}&command=/x",
        "p%61yload=%7b%22type%22%3a%22shortcut%22%7d",
        "payload={\"type\":\"shortcut\"}&payload={\"type\":\"view_closed\"}",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const slack_json_t *body = parse_str(FORM, forms[i]);
        assert_string_equal(slack_json_str(body, "/type"), "shortcut");
        assert_int_equal(slack_json_count(body, ""), 1);
    }
    assert_int_equal(slack__kind_of(parse_str(FORM, "payloads={}&command=/x")), SLACK_KIND_COMMAND);
}

ARENA_TEST(ssl_check_is_a_form_that_says_1)
{
    for (size_t i = 0; i < sizeof form_types / sizeof *form_types; i++) {
        assert_true(ssl_check(form_types[i], "ssl_check=1&token=x"));
        assert_true(ssl_check(form_types[i], "ssl_check=1"));
        assert_true(ssl_check(form_types[i], "token=x&ssl_check=1&command=/smuggled"));
    }
    static const char *const others[] = {
        "",
        "token=x",
        "ssl_check",
        "ssl_check=",
        "ssl_check=0",
        "ssl_check=11",
        "ssl_check=01",
        "ssl_check=1 ",
        "ssl_check=true",
        "xssl_check=1",
        "ssl_checks=1",
        "SSL_CHECK=1",
        "ssl%5Fcheck=1",
        "ssl_check=%31",
        "text=ssl_check=1",
        "text=%26ssl_check=1",
        "ssl_check=0&ssl_check=1",
        "=ssl_check=1",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(ssl_check(FORM, others[i]));
    assert_false(ssl_check(JSON, "ssl_check=1"));
    assert_false(ssl_check("", "{\"x\":\"&ssl_check=1&\"}"));
    assert_false(slack__http_body_is_ssl_check((slack_slice_t){NULL, 0}, (slack_slice_t){NULL, 0}));
}

/* Each media type gives the same fields. */
static void check_form(const char *name, const char *text, size_t len, void *ctx)
{
    const slack_json_t *first = parse(FORM, text, len);
    if (!first) fail_msg("%s is taken for malformed", name);
    for (size_t i = 0; i < sizeof form_types / sizeof *form_types; i++)
        assert_true(slack__json_equal(first, parse(form_types[i], text, len)));
    bool is_check = strstr(text, "ssl_check=1") !=
                    NULL; /* one payload hides it among the fields of a command */
    slack_slice_t body = {text, len};
    if (slack__http_body_is_ssl_check(SLACK_SLICE(FORM), body) != is_check) fail_msg("%s", name);
    bool is_command = strstr(text, "command=") != NULL;
    assert_int_equal(slack__kind_of(first), is_command ? SLACK_KIND_COMMAND : SLACK_KIND_UNKNOWN);
    arena_close(NULL);
    arena_open(NULL);
}

ARENA_TEST(real_commands)
{
    assert_true(payloads_each("commands", check_form, NULL) > 0);
}

static void check_wire(const char *name, const char *text, size_t len, void *ctx)
{
    const slack_json_t *body = parse(FORM "; charset=utf-8", text, len);
    if (!body) fail_msg("%s is taken for malformed", name);
    bool known = slack__kind_of(body) != SLACK_KIND_UNKNOWN;
    if (known == (strstr(name, "workflow_step_edit") != NULL)) fail_msg("%s: its kind", name);
    assert_true(slack__json_equal(body, parse("", text, len)));
    arena_close(NULL);
    arena_open(NULL);
}

ARENA_TEST(real_interactions_as_sent)
{
    assert_true(payloads_each("interactions_wire", check_wire, NULL) > 0);
}

/* A JSON body is read unchanged in the form in which Slack sends it. */
static void check_json(const char *name, const char *text, size_t len, void *ctx)
{
    const char *content_type = ctx;
    const slack_json_t *right, *fields;
    assert_int_equal(slack__json_parse(arena, text, len, &right, NULL), 0);
    slack_buf_t buf;
    slack__buf_init(&buf, 1 << 20);
    if (strcmp(content_type, JSON) == 0) {
        assert_int_equal(slack__buf_append(&buf, text, len), 0);
    } else {
        assert_int_equal(slack__jsonf(arena, &fields, NULL, "{payload: %.*s}", (int)len, text), 0);
        assert_int_equal(slack__form_write(&buf, fields), 0);
    }
    const slack_json_t *body = parse(content_type, slack__buf_ptr(&buf), buf.len);
    if (!slack__json_equal(body, right)) fail_msg("%s is read as another body", name);
    slack__buf_done(&buf);
    arena_close(NULL);
    arena_open(NULL);
}

ARENA_TEST(real_interactions_in_a_form)
{
    char type[] = FORM;
    assert_true(payloads_each("interactions", check_json, type) > 0);
}

ARENA_TEST(real_events)
{
    char type[] = JSON;
    assert_true(payloads_each("events", check_json, type) > 0);
    assert_true(payloads_each("events_wrapped", check_json, type) > 0);
}

static int parse_all(void *ctx)
{
    static const char *const bodies[] = {"{\"a\":[1,2,3]}", "payload=%7B%22a%22%3A1%7D",
                                         "a=b%FF&c"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof bodies / sizeof *bodies; i++) {
        slack_arena_t *own = slack__arena_new(64, 0);
        size_t len = strlen(bodies[i]);
        char *body = own ? slack__arena_alloc(own, len + SLACK_JSON_PADDING) : NULL;
        const slack_json_t *value;
        rc = SLACK_ENOMEM;
        if (body) {
            memset(body, 0, len + SLACK_JSON_PADDING);
            memcpy(body, bodies[i], len);
            rc = slack__http_body_read(own, (slack_slice_t){"", 0}, body, len, &value);
        }
        slack__arena_free(own);
    }
    return rc;
}

ARENA_TEST(memory_may_run_out)
{
    assert_true(alloc_fail_each(parse_all, NULL) > 3);
}
