/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "transport_history/cursor.h"

/* The cursor after steps, of which each is a letter, and a digit for the timestamp: "a3" a message
 * arrives, "w3" a walk has handed on up to it, "f" messages may be missing, "c" the walk has ended,
 * "s" enough time passes for one message to settle, "t" almost enough. */
static slack_cursor_t after(const char *steps)
{
    slack_cursor_t cursor = {.ts = ""};
    uint64_t now_ms = 5;
    for (const char *step = steps; *step; step++) {
        char ts[] = "0.000000";
        if (step[1] >= '0' && step[1] <= '9') *ts = step[1];
        switch (*step) {
        case 'a': slack__cursor_arrived(&cursor, ts, now_ms); break;
        case 'w': slack__cursor_walked(&cursor, ts); break;
        case 'f': slack__cursor_fall_behind(&cursor); break;
        case 'c': slack__cursor_caught_up(&cursor, now_ms); break;
        case 's':
            now_ms += SLACK_CURSOR_SETTLE_MS;
            slack__cursor_settle(&cursor, now_ms);
            break;
        case 't':
            now_ms += SLACK_CURSOR_SETTLE_MS - 1;
            slack__cursor_settle(&cursor, now_ms);
            break;
        default: break;
        }
    }
    return cursor;
}

static struct row {
    const char *name, *steps, *ts;
    bool dirty;
} cases[] = {
    {"a message moves the cursor only later", "a3", "", false},
    {"nor a moment too early", "a3t", "", false},
    {"a message that has settled moves it", "a3s", "3.000000", true},
    {"later messages wait anew", "a3ta4s", "3.000000", true},
    {"and settle too", "a3ta4ss", "4.000000", true},
    {"an older message does not move it back", "a5sa3ss", "5.000000", true},
    {"the newest of several counts", "a3a6a4ss", "6.000000", true},
    {"behind, nothing that arrives moves it", "a3sfa7ss", "3.000000", true},
    {"what waited when messages went missing does not move it", "a3fss", "", false},
    {"a walk moves it at once", "fw4", "4.000000", true},
    {"and never back", "fw4w2", "4.000000", true},
    {"what arrived during a walk settles after it", "fa7w4cs", "7.000000", true},
    {"but not before", "fa7w4ct", "4.000000", true},
    {"a walk may have handed on what arrived", "fa4w7cs", "7.000000", true},
    {"without messages it stays", "fcss", "", false},
};

TEST_EACH(a_cursor_is_never_too_new, cases)
{
    const struct row *row = *state;
    const slack_cursor_t cursor = after(row->steps);
    assert_string_equal(cursor.ts, row->ts);
    assert_int_equal(cursor.dirty, row->dirty);
}
