/* SPDX-License-Identifier: MIT */
#include "listeners/pattern.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <slack/error.h>
#include <slack/options.h>

#include "util/alloc.h"

/* The limits of one match, in steps and KiB of heap. Such a match takes well below a millisecond.
 */
#define MATCH_STEPS_MAX 100000
#define MATCH_HEAP_KIB  256

struct slack_pattern {
    pcre2_general_context *memory;
    pcre2_match_context *limits;
    pcre2_code *code;
    pcre2_match_data *data; /* shared by all matches, which run one after the other */
};

static void *pattern_malloc(size_t size, void *user_data)
{
    return slack__malloc(size);
}

static void pattern_mfree(void *ptr, void *user_data)
{
    slack__free(ptr);
}

void slack__pattern_free(slack_pattern_t *pattern)
{
    if (pattern == NULL) return;
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    pcre2_match_context_free(pattern->limits);
    pcre2_general_context_free(pattern->memory);
    slack__free(pattern);
}

/* Texts are UTF-8. With MATCH_INVALID_UTF, PCRE2 does not read past a text that is not valid. */
static int pattern_compile(slack_pattern_t *p, const char *text, char *error)
{
    pcre2_compile_context *context = pcre2_compile_context_create(p->memory);
    if (context == NULL) return SLACK_ENOMEM;
    int code = 0;
    PCRE2_SIZE offset = 0;
    p->code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (p->code) return 0;
    if (code == PCRE2_ERROR_HEAP_FAILED) return SLACK_ENOMEM;
    unsigned char why[128] = "";
    pcre2_get_error_message(code, why, sizeof why);
    if (error)
        snprintf(error, SLACK_ERROR_TEXT_MAX, "the pattern \"%.60s\" is not valid at %zu: %s", text,
                 offset, (char *)why);
    return SLACK_EINVAL;
}

int slack__pattern_new(slack_pattern_t **ret, const char *text, char *error)
{
    slack_pattern_t *p = slack__calloc(1, sizeof *p);
    if (p == NULL) return SLACK_ENOMEM;
    p->memory = pcre2_general_context_create(pattern_malloc, pattern_mfree, NULL);
    int rc = p->memory ? pattern_compile(p, text, error) : SLACK_ENOMEM;
    if (rc == 0) {
        p->limits = pcre2_match_context_create(p->memory);
        p->data = pcre2_match_data_create_from_pattern(p->code, p->memory);
        if (p->limits == NULL || p->data == NULL) rc = SLACK_ENOMEM;
    }
    if (rc != 0) {
        slack__pattern_free(p);
        return rc;
    }
    pcre2_set_match_limit(p->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(p->limits, MATCH_HEAP_KIB);
    *ret = p;
    return 0;
}

static int match_error(int rc)
{
    switch (rc) {
    case PCRE2_ERROR_NOMATCH: return SLACK_ENOTFOUND;
    case PCRE2_ERROR_NOMEMORY: return SLACK_ENOMEM;
    default: return SLACK_ETOOBIG; /* a limit: no other error is possible here */
    }
}

static int copy_captures(const slack_pattern_t *p, const char *text, size_t matched,
                         slack_arena_t *arena, slack_captures_t *ret)
{
    size_t count = pcre2_get_ovector_count(p->data);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->data);
    const char **items = slack__arena_calloc(arena, count * sizeof *items);
    if (items == NULL) return SLACK_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        bool took_part = i < matched && at[2 * i] != PCRE2_UNSET && at[2 * i] <= at[2 * i + 1];
        items[i] = !took_part
                       ? ""
                       : slack__arena_strndup(arena, text + at[2 * i], at[2 * i + 1] - at[2 * i]);
        if (items[i] == NULL) return SLACK_ENOMEM;
    }
    *ret = (slack_captures_t){items, count};
    return 0;
}

int slack__pattern_find(slack_pattern_t *p, const char *text, slack_arena_t *arena,
                        slack_captures_t *ret)
{
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), 0, 0, p->data, p->limits);
    if (rc < 0) return match_error(rc);
    return ret ? copy_captures(p, text, (size_t)rc, arena, ret) : 0;
}
