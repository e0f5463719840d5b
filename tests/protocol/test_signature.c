/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "protocol/signature.h"
#include "support/heap.h"
#include "support/slack_request.h"
#include "support/test.h"

#define SENT_S 1531420618 /* SLACK_REQUEST_TIME */

static slack_signer_t *signer_of(const char *secrets)
{
    slack_signer_t *signer = NULL;
    assert_int_equal(slack__signer_new(&signer, secrets), 0);
    return signer;
}

static slack_signed_request_t example(void)
{
    return (slack_signed_request_t){
        .timestamp = SLACK_SLICE(SLACK_REQUEST_TIME),
        .timestamp_count = 1,
        .signature = SLACK_SLICE(SLACK_REQUEST_SIGNATURE),
        .signature_count = 1,
        .body = SLACK_SLICE(SLACK_REQUEST_BODY),
    };
}

/* Check `request` at a time. Returns the fault, which must match the return code. */
static enum slack_signature_fault fault_at(slack_signer_t *signer,
                                           const slack_signed_request_t *request, int64_t now_s)
{
    enum slack_signature_fault fault = SLACK_SIGNATURE_OK;
    int rc = slack__signature_check(signer, request, now_s, NULL, &fault);
    assert_int_equal(rc, fault == SLACK_SIGNATURE_OK ? 0 : SLACK_ESIGNATURE);
    return fault;
}

static enum slack_signature_fault fault_of(const slack_signed_request_t *request)
{
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    enum slack_signature_fault fault = fault_at(signer, request, SENT_S);
    slack__signer_free(signer);
    return fault;
}

static int nothing_leaks(void **state)
{
    return heap_live() == 0 ? 0 : -1;
}

#define SIGNER_TEST(function) TEST_CASE(function, NULL, nothing_leaks, NULL)

SIGNER_TEST(public_vectors_hold)
{
    static const struct {
        slack_slice_t body;
        const char *signature;
    } vectors[] = {
        {{SLACK_REQUEST_BODY, sizeof SLACK_REQUEST_BODY - 1}, SLACK_REQUEST_SIGNATURE},
        {{NULL, 0}, "v0=55f41ec73231010289b54e669149ea021fccab11b5524355523533ce930cb739"},
        {{"{\"type\":\"url_verification\"}", 27},
         "v0=698720b19d0fb00bbaf1dcaa31ed77b055b3c00865f31632a0a17235e27e0180"},
    };
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    slack_signed_request_t request = example();
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char made[SLACK_SIGNATURE_LEN + 1];
        assert_int_equal(slack__signature_make(signer, request.timestamp, vectors[i].body, made),
                         0);
        assert_string_equal(made, vectors[i].signature);
        request.body = vectors[i].body;
        request.signature = slack__slice(vectors[i].signature);
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_OK);
    }
    slack__signer_free(signer);
}

SIGNER_TEST(window_is_300_s_to_both_sides)
{
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    const slack_signed_request_t request = example();
    static const struct {
        int64_t late_s;
        enum slack_signature_fault fault;
    } cases[] = {
        {0, SLACK_SIGNATURE_OK},
        {299, SLACK_SIGNATURE_OK},
        {300, SLACK_SIGNATURE_OK},
        {301, SLACK_SIGNATURE_STALE},
        {31536000, SLACK_SIGNATURE_STALE},
        {-299, SLACK_SIGNATURE_OK},
        {-300, SLACK_SIGNATURE_OK},
        {-301, SLACK_SIGNATURE_FUTURE},
        {-SENT_S - 1, SLACK_SIGNATURE_FUTURE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fault_at(signer, &request, SENT_S + cases[i].late_s), cases[i].fault);
    assert_int_equal(fault_at(signer, &request, INT64_MIN), SLACK_SIGNATURE_FUTURE);
    assert_int_equal(fault_at(signer, &request, INT64_MAX), SLACK_SIGNATURE_STALE);
    slack__signer_free(signer);
}

SIGNER_TEST(timestamp_is_digits_only)
{
    static const char *const odd[] = {
        "",
        " " SLACK_REQUEST_TIME,
        SLACK_REQUEST_TIME " ",
        "+" SLACK_REQUEST_TIME,
        "-" SLACK_REQUEST_TIME,
        SLACK_REQUEST_TIME ".0",
        "1.531420618e9",
        "0x5b47e9ca",
        "1531420618\n",
        "15314 20618",
        "nan",
        "99999999999999999999",
        "9223372036854775808",
        "१५३१४२०६१८",
    };
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        /* The signature is valid, so that only the form of the timestamp is at fault. */
        slack_signed_request_t request = example();
        char made[SLACK_SIGNATURE_LEN + 1];
        request.timestamp = slack__slice(odd[i]);
        assert_int_equal(slack__signature_make(signer, request.timestamp, request.body, made), 0);
        request.signature = slack__slice(made);
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_MALFORMED);
    }
    slack__signer_free(signer);
}

SIGNER_TEST(header_text_is_what_is_signed)
{
    slack_signed_request_t request = example();
    request.timestamp = SLACK_SLICE("0" SLACK_REQUEST_TIME);
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MISMATCH);
}

SIGNER_TEST(missing_and_duplicate_headers_are_refused)
{
    slack_signed_request_t request = example();
    request.timestamp_count = 0;
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MISSING);
    request.timestamp_count = 2;
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_DUPLICATE);
    request = example();
    request.signature_count = 0;
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MISSING);
    request.signature_count = 2;
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_DUPLICATE);
    request = (slack_signed_request_t){{NULL, 0}, 0, {NULL, 0}, 0, {NULL, 0}};
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MISSING);
    request.timestamp_count = request.signature_count = 1;
    assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MALFORMED);
}

SIGNER_TEST(signature_has_one_form)
{
    static const char *const odd[] = {
        "",
        "v0",
        "v0=",
        "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "V0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "v0=A2114D57B48EAC39B9AD189DD8316235A7B4A8D21A10BD27519666489C69B503",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b5030",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50g",
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b50 ",
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        slack_signed_request_t request = example();
        request.signature = slack__slice(odd[i]);
        assert_int_equal(fault_of(&request), SLACK_SIGNATURE_MALFORMED);
    }
}

SIGNER_TEST(every_byte_counts)
{
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    slack_signed_request_t request = example();
    char body[] = SLACK_REQUEST_BODY;
    request.body = (slack_slice_t){body, sizeof body - 1};
    for (size_t i = 0; i < sizeof body - 1; i++) {
        body[i] ^= 1;
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_MISMATCH);
        body[i] ^= 1;
        request.body.len = i;
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_MISMATCH);
        request.body.len = sizeof body - 1;
    }
    char signature[] = SLACK_REQUEST_SIGNATURE;
    request.signature = (slack_slice_t){signature, sizeof signature - 1};
    for (size_t i = 3; i < sizeof signature - 1; i++) {
        char right = signature[i];
        signature[i] = right == '0' ? '1' : '0';
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_MISMATCH);
        signature[i] = right;
    }
    assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_OK);
    slack__signer_free(signer);
}

SIGNER_TEST(line_ends_are_not_touched)
{
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    slack_signed_request_t request = example();
    char made[SLACK_SIGNATURE_LEN + 1];
    request.body = SLACK_SLICE("{\r\n\"a\": \"b\0c\"\r\n}\r\n");
    assert_int_equal(slack__signature_make(signer, request.timestamp, request.body, made), 0);
    request.signature = slack__slice(made);
    assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_OK);
    request.body = SLACK_SLICE("{\n\"a\": \"b\0c\"\n}\n");
    assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_MISMATCH);
    slack__signer_free(signer);
}

SIGNER_TEST(any_of_several_secrets_will_do)
{
    static const char *const lists[] = {
        SLACK_REQUEST_SECRET,
        "new," SLACK_REQUEST_SECRET,
        SLACK_REQUEST_SECRET ",new",
        " new , " SLACK_REQUEST_SECRET "\t",
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15," SLACK_REQUEST_SECRET,
        "A1:" SLACK_REQUEST_SECRET,
        " A1 : x , A0KRD7HC3 : " SLACK_REQUEST_SECRET " ",
    };
    const slack_signed_request_t request = example();
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        slack_signer_t *signer = signer_of(lists[i]);
        assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_OK);
        slack__signer_free(signer);
    }
    slack_signer_t *others = signer_of("new,newer");
    assert_int_equal(fault_at(others, &request, SENT_S), SLACK_SIGNATURE_MISMATCH);
    slack__signer_free(others);
}

SIGNER_TEST(empty_secrets_are_refused)
{
    static const char *const lists[] = {NULL,
                                        "",
                                        " ",
                                        ",",
                                        "a,",
                                        ",a",
                                        "a, ,b",
                                        "a b",
                                        "a\u00a0",
                                        "a\nb",
                                        "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        slack_signer_t *signer = NULL;
        assert_int_equal(slack__signer_new(&signer, lists[i]), SLACK_EINVAL);
        assert_null(signer);
    }
    slack__signer_free(NULL);
}

/* The secrets that signed a request, and their owners. */
SIGNER_TEST(secrets_have_owners)
{
    static const struct {
        const char *secrets, *app;
        slack_signed_by_t by;
        const char *owner; /* NULL: another owner's secret */
    } cases[] = {
        {"x," SLACK_REQUEST_SECRET, "A1", 2, "A1"},
        {"x," SLACK_REQUEST_SECRET, "", 2, ""},
        {"A1:x,A2:" SLACK_REQUEST_SECRET, "A2", 2, "A2"},
        {"A1:x,A2:" SLACK_REQUEST_SECRET, "", 2, "A2"},
        {"A1:x,A2:" SLACK_REQUEST_SECRET, "A1", 2, NULL},
        {"A1:x,A2:" SLACK_REQUEST_SECRET, "A22", 2, NULL},
        {"A1:" SLACK_REQUEST_SECRET ",A2:" SLACK_REQUEST_SECRET, "A2", 3,
         "A2"}, /* two apps have the same secret */
        {"A1:" SLACK_REQUEST_SECRET ",A2:" SLACK_REQUEST_SECRET, "A1", 3, "A1"},
        {"A1:" SLACK_REQUEST_SECRET ",A2:" SLACK_REQUEST_SECRET, "A3", 3, NULL},
    };
    const slack_signed_request_t request = example();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_signer_t *signer = signer_of(cases[i].secrets);
        slack_signed_by_t by = 0;
        assert_int_equal(slack__signature_check(signer, &request, SENT_S, &by, NULL), 0);
        assert_int_equal(by, cases[i].by);
        slack_slice_t app = slack__slice(cases[i].app);
        assert_int_equal(slack__signer_owns(signer, by, &app), cases[i].owner != NULL);
        if (cases[i].owner) assert_true(slack__slice_eq(app, slack__slice(cases[i].owner)));
        assert_false(slack__signer_owns(signer, 0, &app));
        slack__signer_free(signer);
    }
}

/* The bytes that are hashed until a check is done, in steps of `step` bytes. */
static size_t cost_of(slack_signer_t *signer, const slack_signed_request_t *request, size_t step,
                      enum slack_signature_fault fault)
{
    slack_signature_check_t check;
    size_t cost = 0, budget = step;
    slack__signature_check_begin(&check, request, SENT_S);
    while (!slack__signature_check_step(&check, signer, &budget)) {
        assert_int_equal(budget, 0);
        cost += step;
        budget = step;
    }
    assert_int_equal(check.fault, fault);
    assert_int_equal(check.by == 0, fault != SLACK_SIGNATURE_OK);
    return cost + step - budget;
}

SIGNER_TEST(checks_cost_no_more_than_they_have_to)
{
    static const struct {
        const char *secrets;
        size_t first, then,
            forged; /* HMACs of the first request, of each other one, of a forged one */
    } cases[] = {
        {SLACK_REQUEST_SECRET, 1, 1, 1},
        {"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15," SLACK_REQUEST_SECRET, 16, 1, 16},
        {SLACK_REQUEST_SECRET ",old", 1, 1, 2},
        {"A1:x,A2:x,A3:x,A4:" SLACK_REQUEST_SECRET ",A5:x", 2, 1, 2},
    };
    const size_t body = sizeof SLACK_REQUEST_BODY - 1, steps[] = {1, 7, body, body + 1, 99999};
    slack_signed_request_t request = example(), forged = example();
    forged.timestamp = SLACK_SLICE("0" SLACK_REQUEST_TIME);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            slack_signer_t *signer = signer_of(cases[i].secrets);
            size_t costs[] = {
                cost_of(signer, &request, steps[k], SLACK_SIGNATURE_OK),
                cost_of(signer, &request, steps[k], SLACK_SIGNATURE_OK),
                cost_of(signer, &forged, steps[k], SLACK_SIGNATURE_MISMATCH),
                cost_of(signer, &request, steps[k], SLACK_SIGNATURE_OK),
            };
            assert_int_equal(costs[0], cases[i].first * body);
            assert_int_equal(costs[1], cases[i].then * body);
            assert_int_equal(costs[2], cases[i].forged * body);
            assert_int_equal(costs[3], cases[i].then * body);
            slack__signer_free(signer);
        }
    }
}

SIGNER_TEST(memory_may_run_out)
{
    slack_signer_t *signer = NULL;
    heap_fail_at(0, true);
    assert_int_equal(slack__signer_new(&signer, SLACK_REQUEST_SECRET), SLACK_ENOMEM);
    assert_true(heap_heal());
    assert_null(signer);
}

SIGNER_TEST(checks_take_no_memory)
{
    slack_signer_t *signer = signer_of(SLACK_REQUEST_SECRET);
    const slack_signed_request_t request = example();
    size_t before = heap_count();
    assert_int_equal(fault_at(signer, &request, SENT_S), SLACK_SIGNATURE_OK);
    assert_int_equal(heap_count(), before);
    slack__signer_free(signer);
}

SIGNER_TEST(every_fault_has_words)
{
    for (int i = SLACK_SIGNATURE_OK; i <= SLACK_SIGNATURE_MISMATCH; i++)
        assert_string_not_equal(slack__signature_fault_text((enum slack_signature_fault)i),
                                "unknown fault");
}
