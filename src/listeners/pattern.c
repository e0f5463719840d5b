/* SPDX-License-Identifier: MIT */
#include "listeners/pattern.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <slack/error.h>
#include <slack/options.h>

#include "util/alloc.h"
#include "util/error.h"

#define MATCH_HEAP_KIB 256
/* The steps of trying one item: it takes as long as passing four characters. An item such as
 * [0-9a-f]{64} passes more before it fails; the shortest text that the pattern matches says how
 * many, and a character in such a run takes an eighth of a step. */
#define ITEM_STEPS   4
#define RUN_PER_STEP 8

struct slack_pattern {
    pcre2_general_context *memory;
    pcre2_match_context *limits;
    pcre2_code *code;
    pcre2_match_data *data; /* shared by all matches, which run one after the other */
    char *text;
    unsigned item_steps;
    uint32_t referenced; /* the last group that a back reference names; 0: there is none */
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
    slack__free(pattern->text);
    slack__free(pattern);
}

/* Texts are UTF-8. With MATCH_INVALID_UTF, PCRE2 does not read past a text that is not valid. With
 * AUTO_CALLOUT, it calls count_item() before it tries an item of the pattern. */
static int pattern_compile(slack_pattern_t *p, const char *text, char *error)
{
    pcre2_compile_context *context = pcre2_compile_context_create(p->memory);
    if (context == NULL) return SLACK_ENOMEM;
    int code = 0;
    PCRE2_SIZE offset = 0;
    p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_AUTO_CALLOUT,
                            &code, &offset, context);
    pcre2_compile_context_free(context);
    if (p->code) return 0;
    if (code == PCRE2_ERROR_HEAP_FAILED) return SLACK_ENOMEM;
    unsigned char why[128] = "";
    pcre2_get_error_message(code, why, sizeof why);
    slack__explain(error, "the pattern \"%.60s\" is not valid at %zu: %s", text, offset,
                   (char *)why);
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
        p->text = slack__strdup(text);
        if (p->limits == NULL || p->data == NULL || p->text == NULL) rc = SLACK_ENOMEM;
    }
    if (rc != 0) {
        slack__pattern_free(p);
        return rc;
    }
    uint32_t shortest = 0;
    pcre2_pattern_info(p->code, PCRE2_INFO_MINLENGTH, &shortest);
    pcre2_pattern_info(p->code, PCRE2_INFO_BACKREFMAX, &p->referenced);
    p->item_steps = ITEM_STEPS + shortest / RUN_PER_STEP;
    pcre2_set_heap_limit(p->limits, MATCH_HEAP_KIB);
    *ret = p;
    return 0;
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

struct effort {
    const slack_pattern_t *pattern;
    size_t left;
    size_t at; /* where in the text the last item was tried */
};

/* A back reference may compare nearly all of its group before it fails. */
static size_t reference_steps(const slack_pattern_t *p, const pcre2_callout_block *block)
{
    if (p->referenced == 0) return 0;
    const PCRE2_SIZE *at = block->offset_vector;
    const char *item = p->text + block->pattern_position;
    const bool reference =
        strncmp(item, "(?P=", 4) == 0 ||
        (item[0] == '\\' && ((item[1] >= '1' && item[1] <= '9') || strchr("gk", item[1])));
    size_t longest = 0;
    if (!reference) return 0;
    for (uint32_t i = 1; i <= p->referenced && i < block->capture_top; i++)
        if (at[2 * i] != PCRE2_UNSET && at[2 * i + 1] > at[2 * i] + longest)
            longest = at[2 * i + 1] - at[2 * i];
    return longest;
}

/* PCRE2's own limit of steps does not bound a search: it begins anew at each character of the text,
 * and does not count the characters that an item such as \s+ passes. */
static int count_item(pcre2_callout_block *block, void *user_data)
{
    struct effort *effort = user_data;
    size_t steps = effort->pattern->item_steps + reference_steps(effort->pattern, block);
    if (block->current_position > effort->at) steps += block->current_position - effort->at;
    effort->at = block->current_position;
    if (steps > effort->left) return PCRE2_ERROR_CALLOUT;
    effort->left -= steps;
    return 0;
}

int slack__pattern_find(slack_pattern_t *p, const char *text, unsigned *steps_left,
                        slack_arena_t *arena, slack_captures_t *ret)
{
    const size_t len = strnlen(text, SLACK_PATTERN_TEXT_MAX + 1), share = *steps_left / 2;
    const size_t look = 1 + len / RUN_PER_STEP; /* for the first byte of a match, and for UTF-8 */
    if (len > SLACK_PATTERN_TEXT_MAX || look > share) return SLACK_ETOOBIG;
    struct effort effort = {.pattern = p, .left = share - look};
    pcre2_set_callout(p->limits, count_item, &effort);
    int rc = pcre2_match(p->code, (PCRE2_SPTR)text, len, 0, 0, p->data, p->limits);
    *steps_left -= (unsigned)(rc == PCRE2_ERROR_CALLOUT ? share : share - effort.left);
    if (rc == PCRE2_ERROR_NOMATCH) return SLACK_ENOTFOUND;
    if (rc == PCRE2_ERROR_NOMEMORY) return SLACK_ENOMEM;
    if (rc < 0) return SLACK_ETOOBIG; /* steps or heap: no other error is possible here */
    return ret ? copy_captures(p, text, (size_t)rc, arena, ret) : 0;
}
