/* SPDX-License-Identifier: MIT */
/*
 * JSON templates; slack_jsonf() in <slack/json.h> describes them. The template is read once, from
 * left to right, and becomes strict JSON text, which is then parsed. The nesting is kept in an
 * array, so that a template cannot exhaust the C stack.
 */
#include <stdint.h>
#include <string.h>

#include <slack/error.h>

#include "util/conversion.h"
#include "util/json.h"

typedef struct parser {
    const char *start;
    const char *p; /* the rest; NUL-terminated */
    bool file;     /* a file's: %{name} is a member of `args`, and there is no `ap` */
    const slack_json_t *args;
    va_list ap;
    slack_buf_t out;
    slack_json_error_t error; /* set if a function below returns false */
    size_t depth;
    bool first; /* the innermost container has no item yet */
    char closers[SLACK_JSON_DEPTH_MAX];
} parser_t;

static bool template_fail_with(parser_t *t, int code, const char *at, const char *what)
{
    t->error = (slack_json_error_t){code, (size_t)(at - t->start), what, NULL};
    return false;
}

static bool template_fail(parser_t *t, const char *at, const char *what)
{
    return template_fail_with(t, SLACK_ETEMPLATE, at, what);
}

/* Whether a write to t->out succeeded. */
static bool written(parser_t *t, int rc)
{
    if (rc == 0) return true;
    return template_fail_with(t, rc, t->p,
                              rc == SLACK_ENOMEM ? "out of memory" : "the result is too large");
}

static bool emit(parser_t *t, const char *text, size_t len)
{
    return written(t, slack__buf_append(&t->out, text, len));
}

static bool emit_escaped(parser_t *t, const char *text, size_t len)
{
    return written(t, slack__json_write_escaped(&t->out, text, len));
}

static bool emit_string(parser_t *t, const char *text, size_t len)
{
    return written(t, slack__json_write_string(&t->out, text, len));
}

/* --- small pieces --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static size_t word_len(const char *s)
{
    size_t len = 0;
    if (!is_word_start(*s)) return 0;
    while (is_word_start(s[len]) || is_digit(s[len]) || s[len] == '-')
        len++;
    return len;
}

static bool skip_comment(parser_t *t)
{
    if (t->p[1] == '/') {
        t->p += strcspn(t->p, "\r\n");
        return true;
    }
    if (t->p[1] != '*') return template_fail(t, t->p, "'/' starts no comment");
    const char *end = strstr(t->p + 2, "*/");
    if (!end) return template_fail(t, t->p, "a comment is not closed");
    t->p = end + 2;
    return true;
}

/* Skip white space and comments. */
static bool skip_blanks(parser_t *t)
{
    for (;;) {
        t->p += strspn(t->p, " \t\r\n");
        if (*t->p != '/') return true;
        if (!skip_comment(t)) return false;
    }
}

/* --- strings --- */

/* The four hex digits at `s`, or -1. */
static int hex4(const char *s)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int digit = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        n = n * 16 + digit;
    }
    return n;
}

/* \uXXXX, or the two of a character above U+FFFF (RFC 8259, section 7). */
static bool unicode_escape(parser_t *t)
{
    const char *at = t->p;
    int unit = hex4(at + 2);
    if (unit < 0) return template_fail(t, at, "\\u needs four hex digits");
    size_t len = 6;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        int low = unit < 0xDC00 && at[6] == '\\' && at[7] == 'u' ? hex4(at + 8) : -1;
        if (low < 0xDC00 || low > 0xDFFF) return template_fail(t, at, "half of a surrogate pair");
        len = 12;
    }
    t->p += len;
    return emit(t, at, len);
}

static bool escape(parser_t *t)
{
    const char *at = t->p;
    if (at[1] == 'u') return unicode_escape(t);
    if (at[1] == '\'') {
        t->p += 2;
        return emit(t, "'", 1);
    }
    if (at[1] == '\0' || !strchr("\"\\/bfnrt", at[1]))
        return template_fail(t, at, "an unknown escape");
    t->p += 2;
    return emit(t, at, 2);
}

/* A conversion within quotes. */
static bool conversion_in_text(parser_t *t)
{
    slack_conversion_t c = slack__conversion_parse(t->p);
    char number[SLACK_CONVERSION_NUMBER_MAX];
    const char *text = number;
    size_t len = 1;
    switch (c.kind) {
    case SLACK_CONVERSION_STRING:
        text = slack__conversion_string(&c, &t->ap, &len); /* NULL has length 0 */
        break;
    case SLACK_CONVERSION_INTEGER:
    case SLACK_CONVERSION_DOUBLE: len = slack__conversion_number(&c, &t->ap, number); break;
    case SLACK_CONVERSION_CHAR: number[0] = (char)va_arg(t->ap, int); break;
    case SLACK_CONVERSION_PERCENT: number[0] = '%'; break;
    case SLACK_CONVERSION_POINTER: return template_fail(t, t->p, "%p stands inside quotes");
    default: return template_fail(t, t->p, "an unknown conversion");
    }
    if (!emit_escaped(t, text, len)) return false;
    t->p += c.len;
    return true;
}

/* A member of the arguments, by %{name}. */
static bool placeholder(parser_t *t, const slack_json_t **ret)
{
    const char *at = t->p;
    if (at[1] != '{') return template_fail(t, at, "'%' starts no %{name}");
    const size_t len = strcspn(at + 2, "}\r\n");
    if (at[2 + len] != '}') return template_fail(t, at, "'%{' is not closed");
    *ret = slack__json_member(t->args, (slack_slice_t){at + 2, len});
    if (!*ret) return template_fail(t, at, "a %{name} that the arguments do not have");
    t->p += len + 3;
    return true;
}

static bool placeholder_in_text(parser_t *t)
{
    const char *at = t->p;
    const slack_json_t *json = NULL;
    size_t len = 0;
    if (at[1] != '{') { /* "100%" */
        t->p++;
        return emit(t, at, 1);
    }
    if (!placeholder(t, &json)) return false;
    switch (slack_json_type(json)) {
    case SLACK_JSON_NULL: return true;
    case SLACK_JSON_STRING: {
        const char *text = slack__json_string(json, &len);
        return emit_escaped(t, text, len);
    }
    case SLACK_JSON_NUMBER:
    case SLACK_JSON_BOOL: return written(t, slack__json_write(&t->out, json));
    default: return template_fail(t, at, "an array or an object inside quotes");
    }
}

/* A string in quotes of either kind; its bytes may be any but NUL. */
static bool string(parser_t *t)
{
    const char *open = t->p++;
    const char quote = *open;
    if (!emit(t, "\"", 1)) return false;
    for (bool ok = true; ok;) {
        size_t run = 0; /* bytes to copy */
        while (t->p[run] != '\0' && t->p[run] != quote && t->p[run] != '\\' && t->p[run] != '%')
            run++;
        if (!emit_escaped(t, t->p, run)) return false;
        t->p += run;
        if (*t->p == quote) {
            t->p++;
            return emit(t, "\"", 1);
        }
        if (*t->p == '\0') return template_fail(t, open, "a string is not closed");
        ok = *t->p == '\\' ? escape(t) : t->file ? placeholder_in_text(t) : conversion_in_text(t);
    }
    return false;
}

/* --- values --- */

static bool nested_value(parser_t *t, const char *at, const slack_json_t *json)
{
    if (json && !slack__json_is_value(json))
        return template_fail(
            t, at,
            "%p is given a pointer to something that is not a JSON value: it takes "
            "a const slack_json_t *, and %s a text");
    if (slack_json_error(json) != 0) {
        (void)template_fail_with(t, slack_json_error(json), at, slack_json_reason(json));
        t->error.cause = json;
        return false;
    }
    if (slack__json_depth(json) > SLACK_JSON_DEPTH_MAX - t->depth)
        return template_fail_with(t, SLACK_ETOOBIG, at, "nested too deeply");
    return written(t, slack__json_write(&t->out, json));
}

/* !!%d and !%d */
static bool boolean(parser_t *t)
{
    const char *at = t->p;
    const size_t bangs = strspn(t->p, "!");
    t->p += bangs;
    slack_conversion_t c = {.kind = SLACK_CONVERSION_BAD};
    if (*t->p == '%' && !t->file) c = slack__conversion_parse(t->p);
    if (c.kind != SLACK_CONVERSION_INTEGER)
        return template_fail(t, at, "'!' and '!!' stand before an integer conversion");
    char digits[SLACK_CONVERSION_NUMBER_MAX];
    const size_t len = slack__conversion_number(&c, &t->ap, digits);
    const bool truth = (len == 1 && digits[0] == '0') == (bangs % 2 == 1);
    t->p += c.len;
    return truth ? emit(t, "true", 4) : emit(t, "false", 5);
}

/* A conversion in place of a value. */
static bool conversion(parser_t *t)
{
    slack_conversion_t c = slack__conversion_parse(t->p);
    char number[SLACK_CONVERSION_NUMBER_MAX];
    size_t len;
    const char *s;
    bool ok;
    switch (c.kind) {
    case SLACK_CONVERSION_STRING:
        s = slack__conversion_string(&c, &t->ap, &len);
        ok = s ? emit_string(t, s, len) : emit(t, "null", 4);
        break;
    case SLACK_CONVERSION_INTEGER:
    case SLACK_CONVERSION_DOUBLE:
        len = slack__conversion_number(&c, &t->ap, number);
        if (memchr(number, 'n', len)) /* nan, inf */
            return template_fail(t, t->p, "the number is not finite");
        ok = emit(t, number, len);
        break;
    case SLACK_CONVERSION_POINTER:
        ok = nested_value(t, t->p, va_arg(t->ap, const slack_json_t *));
        break;
    case SLACK_CONVERSION_CHAR: return template_fail(t, t->p, "%c stands outside of quotes");
    case SLACK_CONVERSION_PERCENT: return template_fail(t, t->p, "%% stands outside of quotes");
    default: return template_fail(t, t->p, "an unknown conversion");
    }
    if (ok) t->p += c.len;
    return ok;
}

static bool open_container(parser_t *t)
{
    if (t->depth == SLACK_JSON_DEPTH_MAX)
        return template_fail_with(t, SLACK_ETOOBIG, t->p, "nested too deeply");
    char opener = *t->p;
    if (!emit(t, &opener, 1)) return false;
    t->p++;
    t->closers[t->depth++] = opener == '{' ? '}' : ']';
    t->first = true;
    return true;
}

static bool number(parser_t *t)
{
    size_t len = slack__json_number_len(t->p);
    if (len == 0) return template_fail(t, t->p, "malformed or out of range as a number");
    if (!emit(t, t->p, len)) return false;
    t->p += len;
    return true;
}

static bool word(parser_t *t)
{
    slack_slice_t w = {t->p, word_len(t->p)};
    if (!slack__slice_eq(w, SLACK_SLICE("true")) && !slack__slice_eq(w, SLACK_SLICE("false")) &&
        !slack__slice_eq(w, SLACK_SLICE("null")))
        return template_fail(t, t->p, "a bare word other than true, false and null");
    if (!emit(t, w.ptr, w.len)) return false;
    t->p += w.len;
    return true;
}

/* A scalar, or the bracket that opens a container. */
static bool value(parser_t *t)
{
    const char *at = t->p;
    const char c = *at;
    const slack_json_t *json = NULL;
    if (c == '{' || c == '[') return open_container(t);
    bool ok;
    if (c == '"' || c == '\'')
        ok = string(t);
    else if (c == '%')
        ok = t->file ? placeholder(t, &json) && nested_value(t, at, json) : conversion(t);
    else if (c == '!')
        ok = boolean(t);
    else if (c == '-' || is_digit(c))
        ok = number(t);
    else if (is_word_start(c))
        ok = word(t);
    else
        return template_fail(t, t->p, "a value is missing");
    t->first = false;
    return ok;
}

/* A key that is a conversion. */
static bool key_conversion(parser_t *t)
{
    if (t->file) {
        const char *at = t->p;
        const slack_json_t *json = NULL;
        if (!placeholder(t, &json)) return false;
        if (slack_json_type(json) != SLACK_JSON_STRING)
            return template_fail(t, at, "a key that is no string");
        return written(t, slack__json_write(&t->out, json));
    }
    slack_conversion_t c = slack__conversion_parse(t->p);
    if (c.kind == SLACK_CONVERSION_BAD) return template_fail(t, t->p, "an unknown conversion");
    if (c.kind != SLACK_CONVERSION_STRING) return template_fail(t, t->p, "a key that is no string");
    size_t len;
    const char *s = slack__conversion_string(&c, &t->ap, &len);
    if (!s) return template_fail(t, t->p, "a key that is NULL");
    if (!emit_string(t, s, len)) return false;
    t->p += c.len;
    return true;
}

/* *ret_optional: a '?' follows, and the member is left out if it is null. */
static bool key(parser_t *t, bool *ret_optional)
{
    bool ok;
    if (*t->p == '"' || *t->p == '\'') {
        ok = string(t);
    } else if (*t->p == '%') {
        ok = key_conversion(t);
    } else {
        size_t len = word_len(t->p);
        if (len == 0) return template_fail(t, t->p, "a key is missing");
        ok = emit_string(t, t->p, len);
        t->p += len;
    }
    if (!ok || !skip_blanks(t)) return false;
    *ret_optional = *t->p == '?';
    if (*ret_optional) {
        t->p++;
        if (!skip_blanks(t)) return false;
    }
    if (*t->p != ':') return template_fail(t, t->p, "':' is missing after a key");
    t->p++;
    return emit(t, ":", 1) && skip_blanks(t);
}

/* The next member or element up to its first token. An optional null is taken back. */
static bool item(parser_t *t, bool member)
{
    const size_t start = t->out.len, depth = t->depth;
    const char last = slack__buf_ptr(&t->out)[start - 1];
    bool optional = false;
    if (last != '{' && last != '[' && !emit(t, ",", 1)) return false;
    if (member && !key(t, &optional)) return false;
    const size_t at = t->out.len;
    if (!value(t)) return false;
    if (t->depth != depth) return true;
    if (!member && *t->p == '?') {
        optional = true;
        t->p++;
    }
    const slack_slice_t text = {slack__buf_ptr(&t->out) + at, t->out.len - at};
    if (!optional || !slack__slice_eq(text, SLACK_SLICE("null"))) return true;
    slack__buf_truncate(&t->out, start);
    return true;
}

/* Within a container: its end, or the next item up to its first token. */
static bool next_item(parser_t *t)
{
    const char closer = t->closers[t->depth - 1];
    bool separated = t->first;
    if (!skip_blanks(t)) return false;
    if (!t->first && *t->p == ',') {
        t->p++;
        separated = true;
        if (!skip_blanks(t)) return false;
    }
    if (*t->p == closer) {
        t->p++;
        t->depth--;
        t->first = false;
        return emit(t, &closer, 1);
    }
    if (*t->p == '\0')
        return template_fail(t, t->p,
                             closer == '}' ? "an object is not closed" : "an array is not closed");
    if (!separated)
        return template_fail(t, t->p,
                             closer == '}' ? "',' or '}' is missing" : "',' or ']' is missing");
    return item(t, closer == '}');
}

/* Read the whole of a template whose start and arguments are set. */
static int build(parser_t *t, slack_arena_t *arena, const slack_json_t **ret,
                 slack_json_error_t *error)
{
    t->p = t->start;
    slack__buf_init(&t->out, SLACK_ARENA_MAX);
    bool ok = skip_blanks(t) && value(t);
    while (ok && t->depth > 0)
        ok = next_item(t);
    if (ok && skip_blanks(t) &&
        (*t->p == '\0' || template_fail(t, t->p, "something stands behind the value"))) {
        int rc = slack__json_parse(arena, slack__buf_ptr(&t->out), t->out.len, ret, NULL);
        if (rc != 0) (void)template_fail_with(t, rc, t->p, slack_strerror(rc));
    }
    slack__buf_done(&t->out);
    if (t->error.code != 0 && error) *error = t->error;
    return t->error.code;
}

int slack__vjsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                  const char *template_, va_list ap)
{
    parser_t t = {.start = template_ ? template_ : ""};
    va_copy(t.ap, ap);
    int rc = build(&t, arena, ret, error);
    va_end(t.ap);
    return rc;
}

int slack__json_fill(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                     slack_slice_t text, const slack_json_t *args)
{
    parser_t t = {.start = text.ptr, .file = true, .args = args};
    if (memchr(text.ptr, '\0', text.len)) {
        const size_t offset = strlen(text.ptr);
        if (error) *error = (slack_json_error_t){SLACK_ETEMPLATE, offset, "a NUL byte", NULL};
        return SLACK_ETEMPLATE;
    }
    return build(&t, arena, ret, error);
}

int slack__jsonf(slack_arena_t *arena, const slack_json_t **ret, slack_json_error_t *error,
                 const char *template_, ...)
{
    va_list ap;
    va_start(ap, template_);
    int rc = slack__vjsonf(arena, ret, error, template_, ap);
    va_end(ap);
    return rc;
}
