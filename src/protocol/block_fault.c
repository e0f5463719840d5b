/* SPDX-License-Identifier: MIT */
#include "protocol/block_fault.h"

#include <stdio.h>
#include <string.h>

/* $t: the text, $e: its words as alternatives, $o: the other text, $v: the value, $l: the limit,
 * $m: one more, $n: one less. The words of Slack are those of its answers, as they are quoted in
 * public; where none was found, they follow the others. `on_parent`: Slack's pointer leads to the
 * object that lacks the member. */
static const struct words {
    const char *sentence, *slack;
    bool on_parent;
} words[] = {
    [SLACK_BLOCK_TOO_LONG] = {"$v characters, at most $l", "must be less than $m characters", 0},
    [SLACK_BLOCK_TOO_SHORT] = {"$v characters, at least $l", "must be more than $n characters", 0},
    [SLACK_BLOCK_TOO_MANY] = {"$v items, at most $l", "no more than $l items allowed", 0},
    [SLACK_BLOCK_TOO_FEW] = {"$v items, at least $l", "must provide at least $l items", 0},
    [SLACK_BLOCK_TOO_LARGE] = {"$v, at most $l", "must be less than $m", 0},
    [SLACK_BLOCK_TOO_SMALL] = {"$v, at least $l", "must be greater than $n", 0},
    [SLACK_BLOCK_MISSING] = {"missing", "missing required field: $t", 1},
    [SLACK_BLOCK_IS_NULL] = {"null, must be $t or left out (\"$o?:\" in a template)",
                             "must provide $t", 0},
    [SLACK_BLOCK_WRONG_TYPE] = {"$o, must be $t", "must provide $t", 0},
    [SLACK_BLOCK_WRONG_WORD] = {"\"$t\", must be one of: $o", "must be one of: $o", 0},
    [SLACK_BLOCK_WRONG_FORM] = {"\"$t\", must be $o", "must match format: $o", 0},
    [SLACK_BLOCK_WRONG_PLACE] = {"\"$t\", not allowed in $o", "unsupported type: $t", 0},
    [SLACK_BLOCK_NEITHER] = {"missing: $e", "must define either $e", 0},
    [SLACK_BLOCK_BOTH] = {"$v of: $t, at most $l", "must define only one of $e", 0},
    [SLACK_BLOCK_AGAIN] = {"\"$t\" again, as in item $v", "`$o` \"$t\" already exists", 0},
    [SLACK_BLOCK_FOCUSED_AGAIN] = {"true again, at most $l", "only $l element can have focus", 0},
    [SLACK_BLOCK_TOO_LONG_IN_ALL] = {"$v characters in all $t blocks, at most $l",
                                     "must be less than $m characters", 0},
    [SLACK_BLOCK_TOO_OFTEN] = {"$v blocks of type $t, at most $l", "no more than $l $t allowed", 0},
    [SLACK_BLOCK_UNEVEN] = {"$v cells, $l in the row before", "must have $l cells", 0},
    [SLACK_BLOCK_REVERSED] = {"$v, at most $o ($l)", "must be less than $m", 0},
    [SLACK_BLOCK_NO_SUBMIT] = {"missing, and the view has an input", "missing required field: $t",
                               1},
    [SLACK_BLOCK_UNKNOWN_KIND] = {"unknown kind \"$t\", is sent as it is", "unsupported type: $t",
                                  0},
    [SLACK_BLOCK_UNKNOWN_MEMBER] = {"unknown member, is sent as it is",
                                    "invalid additional property: $t", 1},
};

/* A text of a fault's size that never overflows. */
typedef struct line {
    char *text;
    size_t len;
} line_t;

static void line_add(line_t *line, const char *text, size_t max)
{
    size_t n = strlen(text), room = SLACK_BLOCK_SENTENCE - 1 - line->len;
    if (max > room) max = room;
    if (n > max)
        for (n = max; n > 0 && (text[n] & 0xC0) == 0x80; n--) {
        } /* no half of a character */
    memcpy(line->text + line->len, text, n);
    line->len += n;
    line->text[line->len] = '\0';
}

static void line_add_number(line_t *line, long long number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", number);
    line_add(line, digits, sizeof digits);
}

#define NAME_MAX_BYTES 60 /* of what the program wrote */

/* blocks[3].text, or /blocks/3/text/text */
static void line_add_way(line_t *line, const slack_block_at_t *at, bool pointer)
{
    if (at->up == NULL) return;
    line_add_way(line, at->up, pointer);
    if (at->silent && !pointer) return;
    if (pointer)
        line_add(line, "/", 1);
    else if (at->name == NULL)
        line_add(line, "[", 1);
    else if (line->len > 0)
        line_add(line, ".", 1);
    if (at->name)
        line_add(line, at->name, NAME_MAX_BYTES);
    else
        line_add_number(line, (long long)at->index);
    if (!pointer && at->name == NULL) line_add(line, "]", 1);
}

static void line_add_words(line_t *line, const char *pattern, const slack_block_about_t *about)
{
    for (; *pattern; pattern++) {
        if (*pattern != '$') {
            line_add(line, pattern, 1);
            continue;
        }
        switch (*++pattern) {
        case 't': line_add(line, about->text, NAME_MAX_BYTES); break;
        case 'e': /* `text` or `fields` */
            line_add(line, "`", 1);
            for (const char *c = about->text; *c; c++)
                line_add(line, *c == ' ' ? "` or `" : c, *c == ' ' ? SIZE_MAX : 1);
            line_add(line, "`", 1);
            break;
        case 'o': line_add(line, about->other, 2 * NAME_MAX_BYTES); break;
        case 'v': line_add_number(line, about->value); break;
        case 'l': line_add_number(line, about->limit); break;
        case 'm': line_add_number(line, about->limit + 1); break;
        default: line_add_number(line, about->limit - 1); break;
        }
    }
}

void slack__block_fault_write(slack_block_fault_t *ret, enum slack_block_code code,
                              const slack_block_at_t *at, const slack_block_about_t *about)
{
    const struct words *w = &words[code];
    line_t sentence = {ret->sentence, 0}, slack = {ret->slack, 0};
    line_add_way(&sentence, at, false);
    line_add(&sentence, ": ", 2);
    line_add_words(&sentence, w->sentence, about);
    line_add_words(&slack, w->slack, about);
    line_add(&slack, " [json-pointer:", SIZE_MAX);
    line_add_way(&slack, w->on_parent ? at->up : at, true);
    line_add(&slack, "]", 1);
}
