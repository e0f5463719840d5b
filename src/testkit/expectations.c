/* SPDX-License-Identifier: MIT */
#include "testkit/expectations.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "testkit/json_subset.h"
#include "testkit/testkit.h"
#include "util/form.h"
#include "webapi/args.h"

#define FORM_MAX ((size_t)4 << 20)

void slack__expectations_init(kit_expectations_t *expectations, kit_base_t *base)
{
    *expectations = (kit_expectations_t){.base = base, .tail = &expectations->first};
}

/* ---- answering ---- */

/* The first expectation that the call meets. If there is none, `ret_near` is the first one for its
 * method, and `where` the path at which their arguments differ. */
static kit_expectation_t *find_expectation(const kit_expectations_t *expectations,
                                           const kit_call_t *call,
                                           const kit_expectation_t **ret_near, char where[256])
{
    char here[256];
    *ret_near = NULL;
    for (kit_expectation_t *e = expectations->first; e; e = e->next) {
        if (e->met || strcmp(e->method, call->method) != 0) continue;
        *here = '\0';
        if (e->args == NULL || slack__json_subset(call->args, e->args, here, sizeof here)) return e;
        if (*ret_near) continue;
        *ret_near = e;
        snprintf(where, sizeof here, "%s", *here ? here : "/");
    }
    return NULL;
}

static int answer_as_expected(void *user_data, const kit_call_t *call, kit_answer_t *ret)
{
    const kit_expectations_t *expectations = user_data;
    kit_base_t *base = expectations->base;
    const kit_expectation_t *near;
    char where[256];
    kit_expectation_t *met = find_expectation(expectations, call, &near, where);
    if (met) {
        *ret = met->answer;
        ret->taken = &met->met;
    } else if (near) {
        slack__kit_fail(base, SLACK_EMISMATCH,
                        "%s was called with %.700s, not with %.700s: they differ at %s",
                        call->method, slack__kit_text(base, call->args),
                        slack__kit_text(base, near->args), where);
    } else if (!call->checks_token) {
        slack__kit_fail(base, SLACK_EMISMATCH, "unexpected call of %s with %.1500s", call->method,
                        slack__kit_text(base, call->args));
    }
    if (ret->body || ret->text || ret->status || ret->http_status) return 0;
    return slack__calls_default_answer(base, call, &ret->body);
}

const kit_calls_events_t slack__expectations_answer = {.answer = answer_as_expected};

void slack__expectations_check(const kit_expectations_t *expectations)
{
    kit_base_t *base = expectations->base;
    for (const kit_expectation_t *e = expectations->first; e; e = e->next) {
        base->place = e->place;
        if (!e->met)
            slack__kit_fail(base, SLACK_EMISMATCH, "%s was not called%s%.1500s", e->method,
                            e->args ? " with " : "", e->args ? slack__kit_text(base, e->args) : "");
    }
}

/* ---- slack/test.h ---- */

int slack_test_expect(slack_test_t *kit, const char *method, const char *args_template, ...)
{
    kit_base_t *base = &kit->base;
    if (method == NULL || *method == '\0') return SLACK_EINVAL;
    kit_expectation_t *e = slack__arena_calloc(base->arena, sizeof *e);
    if (e == NULL || (e->method = slack__arena_strdup(base->arena, method)) == NULL)
        return slack__kit_fail(base, SLACK_ENOMEM, "out of memory");
    e->answer.retry_after_s = -1;
    e->place = base->place;
    int rc = 0;
    if (args_template) {
        KIT_READ(base, args_template, &e->args, &rc);
        if (rc == 0 && !slack__calls_are_json(method)) {
            /* The arguments arrive in a form: strings, except nested values. */
            slack_buf_t form;
            slack__buf_init(&form, FORM_MAX);
            rc = slack__form_write(&form, e->args);
            if (rc == 0)
                rc = slack__args_read(base->arena, slack__buf_ptr(&form), form.len, &e->args);
            slack__buf_done(&form);
        }
    }
    if (rc != 0)
        return slack__kit_fail(base, rc, "expected arguments of %s: %s", method,
                               slack_strerror(rc));
    *kit->expectations.tail = e;
    kit->expectations.tail = &e->next;
    kit->expectations.last = e;
    return 0;
}

/* The answer to the call that was expected last. NULL is a failure. */
static kit_answer_t *last_answer(slack_test_t *kit)
{
    if (kit->expectations.last) return &kit->expectations.last->answer;
    slack__kit_fail(&kit->base, SLACK_EINVAL, "an answer was set, but no call is expected");
    return NULL;
}

int slack_test_answer(slack_test_t *kit, const char *answer_template, ...)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL) return SLACK_EINVAL;
    int rc;
    KIT_READ(&kit->base, answer_template, &answer->body, &rc);
    return rc;
}

int slack_test_answer_http(slack_test_t *kit, int http_status, const char *headers,
                           const char *body)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL || http_status < 200 || http_status > 599) return SLACK_EINVAL;
    answer->http_status = http_status;
    answer->headers = slack__arena_strdup(kit->base.arena, headers ? headers : "");
    answer->text = slack__arena_strdup(kit->base.arena, body ? body : "");
    const int rc = answer->headers && answer->text ? 0 : SLACK_ENOMEM;
    return rc ? slack__kit_fail(&kit->base, rc, "out of memory") : 0;
}

int slack_test_answer_error(slack_test_t *kit, const char *error)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL || error == NULL) return SLACK_EINVAL;
    int rc = slack__jsonf(kit->base.arena, &answer->body, NULL, "{ok: false, error: %s}", error);
    return rc ? slack__kit_fail(&kit->base, rc, "out of memory") : 0;
}

int slack_test_answer_limited(slack_test_t *kit, unsigned retry_after_s)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL) return SLACK_EINVAL;
    answer->http_status = 429;
    answer->retry_after_s = retry_after_s;
    return slack_test_answer_error(kit, "ratelimited");
}

int slack_test_answer_lost(slack_test_t *kit, int status)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL || status >= 0) return SLACK_EINVAL;
    answer->status = status;
    return 0;
}

int slack_test_answer_after_ms(slack_test_t *kit, unsigned after_ms)
{
    kit_answer_t *answer = last_answer(kit);
    if (answer == NULL) return SLACK_EINVAL;
    answer->after_ms = after_ms;
    return 0;
}
