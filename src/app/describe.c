/* SPDX-License-Identifier: MIT */
#include "app/describe.h"

#include <string.h>

#include "protocol/methods.h"
#include "util/json.h"

/* ---- declared calls ---- */

void slack__declared_calls_init(slack_declared_calls_t *calls)
{
    slack__buf_init(&calls->names, SLACK_DECLARED_BYTES);
    slack__buf_init(&calls->said, SLACK_DECLARED_BYTES);
}

void slack__declared_calls_done(slack_declared_calls_t *calls)
{
    slack__buf_done(&calls->names);
    slack__buf_done(&calls->said);
}

/* The next of names that blanks or commas separate. False: there is none left. */
static bool next_name(slack_slice_t *rest, slack_slice_t *ret)
{
    static const char separators[] = " ,\t\r\n";
    while (rest->len > 0 && strchr(separators, *rest->ptr)) {
        rest->ptr++;
        rest->len--;
    }
    size_t len = 0;
    while (len < rest->len && !strchr(separators, rest->ptr[len]))
        len++;
    *ret = (slack_slice_t){rest->ptr, len};
    *rest = (slack_slice_t){rest->ptr + len, rest->len - len};
    return len > 0;
}

/* Letters, digits and underscores, with dots between them. The table may not have the newest. */
static bool is_method(slack_slice_t name)
{
    bool dot = false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool between = c == '.' && i > 0 && i + 1 < name.len && name.ptr[i - 1] != '.';
        dot = dot || between;
        if (!letter && !between && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return dot;
}

static bool has(const slack_buf_t *names, slack_slice_t name)
{
    slack_slice_t rest = {slack__buf_ptr(names), names->len}, at;
    while (next_name(&rest, &at))
        if (slack__slice_eq(at, name)) return true;
    return false;
}

/* 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
static int add(slack_buf_t *names, slack_slice_t name)
{
    if (has(names, name)) return 0;
    const size_t before = names->len;
    int rc = slack__buf_append_slice(names, name);
    if (rc == 0) rc = slack__buf_append_char(names, ' ');
    if (rc != 0) slack__buf_truncate(names, before);
    return rc;
}

int slack__declared_calls_add(slack_declared_calls_t *calls, const char *names,
                              slack_slice_t *ret_bad)
{
    slack_slice_t rest = slack__slice(names), name;
    const size_t before = calls->names.len;
    int rc = 0;
    while (rc == 0 && next_name(&rest, &name)) {
        *ret_bad = name;
        rc = is_method(name) ? add(&calls->names, name) : SLACK_EINVAL;
    }
    if (rc != 0) slack__buf_truncate(&calls->names, before);
    return rc;
}

bool slack__declared_calls_miss(slack_declared_calls_t *calls, const char *method)
{
    const slack_slice_t name = slack__slice(method);
    /* Posts to a response_url, a webhook or a trigger are called so here, and need no scope. */
    if (!strchr(method, '.')) return false;
    if (calls->names.len == 0 || !slack__method_has_scope(method) || has(&calls->names, name) ||
        has(&calls->said, name))
        return false;
    return add(&calls->said, name) == 0;
}

/* ---- the description ---- */

static int write_text(slack_buf_t *out, const char *name, const char *text)
{
    if (text == NULL) return 0;
    int rc = slack__buf_printf(out, ",\"%s\":", name);
    return rc ? rc : slack__json_write_string(out, text, strlen(text));
}

static int write_flag(slack_buf_t *out, const char *name, bool value)
{
    return value ? slack__buf_printf(out, ",\"%s\":true", name) : 0;
}

static int write_number(slack_buf_t *out, const char *name, unsigned value)
{
    return value ? slack__buf_printf(out, ",\"%s\":%u", name, value) : 0;
}

static const char *how_text(const char *match, enum slack_match how)
{
    static const char *const words[] = {"exact", "contains", "regex"};
    return match ? words[how] : NULL;
}

static int write_where(slack_buf_t *out, unsigned where)
{
    static const struct {
        enum slack_where bit;
        const char *word;
    } words[] = {
        {SLACK_IN_THREAD, "thread"}, {SLACK_NOT_IN_THREAD, "not_thread"},
        {SLACK_TO_BOT, "to_bot"},    {SLACK_IN_CHANNEL, "channel"},
        {SLACK_IN_GROUP, "group"},   {SLACK_IN_IM, "im"},
        {SLACK_IN_MPIM, "mpim"},
    };
    if (where == 0) return 0;
    int rc = slack__buf_printf(out, ",\"where\":");
    char before = '[';
    for (size_t i = 0; rc == 0 && i < sizeof words / sizeof *words; i++) {
        if (!(where & words[i].bit)) continue;
        rc = slack__buf_printf(out, "%c\"%s\"", before, words[i].word);
        before = ',';
    }
    return rc ? rc : slack__buf_append_char(out, ']');
}

static int write_listener(slack_buf_t *out, const slack_listener_t *l)
{
    int rc = slack__buf_printf(out, "{\"kind\":\"%s\"", slack_kind_name(l->kind));
    if (rc == 0) rc = write_text(out, "name", l->name);
    if (rc == 0) rc = write_text(out, "match", l->match);
    if (rc == 0) rc = write_text(out, "how", how_text(l->match, l->how));
    if (rc == 0) rc = write_flag(out, "message", l->message);
    if (rc == 0) rc = write_flag(out, "assistant", l->assistant);
    if (rc == 0) rc = write_flag(out, "function", l->function);
    if (rc == 0) rc = write_text(out, "block_id", l->block_id);
    if (rc == 0) rc = write_text(out, "block_how", how_text(l->block_id, l->block_how));
    if (rc == 0) rc = write_text(out, "callback_id", l->callback_id);
    if (rc == 0) rc = write_text(out, "type", l->type);
    if (rc == 0) rc = write_text(out, "subtypes", l->subtypes);
    if (rc == 0) rc = write_where(out, l->where);
    if (rc == 0) rc = write_flag(out, "own", l->own);
    if (rc == 0) rc = write_text(out, "run", l->run == SLACK_RUN_WORKER ? "worker" : "loop");
    if (rc == 0) rc = write_flag(out, "ordered", l->ordered);
    if (rc == 0) rc = write_number(out, "max_running", l->max_running);
    if (rc == 0) rc = write_number(out, "attempts", l->attempts);
    return rc ? rc : slack__buf_append_char(out, '}');
}

int slack__describe_listeners(const slack_router_t *router, slack_buf_t *out)
{
    int rc = slack__buf_append_char(out, '[');
    const slack_rule_t *rule = NULL;
    for (const char *comma = ""; rc == 0 && (rule = slack__router_next(router, rule));
         comma = ",") {
        rc = slack__buf_printf(out, "%s", comma);
        if (rc == 0) rc = write_listener(out, &rule->listener);
    }
    return rc ? rc : slack__buf_append_char(out, ']');
}

int slack__describe_calls(const slack_declared_calls_t *calls, slack_buf_t *out)
{
    slack_slice_t rest = {slack__buf_ptr(&calls->names), calls->names.len}, name;
    if (rest.len == 0) return slack__buf_printf(out, "null");
    int rc = 0;
    for (char before = '['; rc == 0 && next_name(&rest, &name); before = ',')
        rc = slack__buf_printf(out, "%c\"%.*s\"", before, (int)name.len, name.ptr);
    return rc ? rc : slack__buf_append_char(out, ']');
}
