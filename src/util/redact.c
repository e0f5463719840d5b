/* SPDX-License-Identifier: MIT */
#include "util/redact.h"

#include <stdbool.h>
#include <string.h>

#include "util/str.h"

/* How secrets begin. With `keep` the prefix stays in the output, so that a reader sees which kind
 * of secret it was, and its host. */
static const struct pattern {
    slack_slice_t prefix; /* lower case; '?' is any letter or digit */
    bool keep;
    const char *what;
} patterns[] = {
#define TOKEN(prefix, use, what) {{prefix, sizeof(prefix) - 1}, false, what " (" prefix ")"},
#include "util/token_prefixes.def"
    {{"hooks.slack.com", 15}, true, "a webhook or response URL"},
    {{"hooks.slack-gov.com", 19}, true, "a webhook or response URL"},
    {{"ticket=", 7}, true, "the ticket of a Socket Mode URL"},
    {{"ticket%3d", 9}, true, "the ticket of a Socket Mode URL"},
    {{"private key-----", 16}, true, "a private key"}, /* PEM */
};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool matches_prefix(slack_slice_t text, slack_slice_t prefix)
{
    if (text.len < prefix.len) return false;
    for (size_t i = 0; i < prefix.len; i++) {
        char c = text.ptr[i], p = prefix.ptr[i];
        if (c >= 'A' && c <= 'Z') c |= 0x20;
        if (p == '?' ? !is_alnum(c) : c != p) return false;
    }
    return true;
}

/* A text, and where the secrets around the last position end: a text full of prefixes is searched
 * in linear time. */
typedef struct scan {
    slack_slice_t text;
    size_t word_end, pem_end;
} scan_t;

/* The end of the secret whose bytes begin at `at`: before a space, a quote, a bracket, a separator
 * or a byte that is not ASCII. A secret may contain a backslash and '%', because URLs are also
 * written "https:\/\/…" and "https%3A%2F%2F…". A PEM text, which has several lines and headers such
 * as Proc-Type, ends before its "-----END". */
static size_t secret_end(scan_t *scan, size_t at, bool pem)
{
    size_t *end = pem ? &scan->pem_end : &scan->word_end;
    const slack_slice_t text = scan->text;
    if (*end > at) return *end;
    for (*end = at; *end < text.len; ++*end) {
        const slack_slice_t rest = {text.ptr + *end, text.len - *end};
        if (pem ? matches_prefix(rest, SLACK_SLICE("-----"))
                : *rest.ptr <= ' ' || *rest.ptr >= 0x7F || strchr("\"'`<>,;&|()[]{}", *rest.ptr))
            break;
    }
    return *end;
}

/* The pattern of the secret that begins at `at`; NULL: there is none. The bytes to hide are those
 * from *ret_from to *ret_to. */
static const struct pattern *match_pattern(scan_t *scan, size_t at, size_t *ret_from,
                                           size_t *ret_to)
{
    const slack_slice_t text = {scan->text.ptr + at, scan->text.len - at};
    if (*text.ptr == '\0' || !strchr("xXhHtTpP", *text.ptr)) return NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const struct pattern *pattern = &patterns[i];
        if (!matches_prefix(text, pattern->prefix)) continue;
        size_t from = at + pattern->prefix.len;
        const char *rest = scan->text.ptr + from;
        /* A prefix alone, as in "starts with xoxb-", is not a token. */
        if (!pattern->keep && (from == scan->text.len || !is_alnum(*rest))) return NULL;
        const size_t to = secret_end(scan, from, pattern->prefix.ptr[0] == 'p');
        if (pattern->keep && from < to && *rest == '/') from++;
        if (from == to) continue;
        *ret_from = pattern->keep ? from : at;
        *ret_to = to;
        return pattern;
    }
    return NULL;
}

/* The length of the user and password at the start of the authority of a URL: up to its last '@'.
 * If the text ends within the authority, and a ':' is followed by something that is not a port, all
 * of it is a user and the beginning of a password. */
static size_t user_info_len(slack_slice_t text)
{
    size_t len = 0, at = 0, colon = 0;
    for (; len < text.len && text.ptr[len] > ' ' && !strchr("/?#\"'<>\\", text.ptr[len]); len++) {
        if (text.ptr[len] == '@') at = len;
        if (text.ptr[len] == ':' && !colon) colon = len + 1;
    }
    if (at) return at;
    if (len < text.len || !colon || text.ptr[0] == '[') return 0;
    while (colon < len && text.ptr[colon] >= '0' && text.ptr[colon] <= '9')
        colon++;
    return colon < len ? len : 0;
}

static bool match_user_info(slack_slice_t text, size_t at, size_t *ret_from, size_t *ret_to)
{
    const slack_slice_t rest = {text.ptr + at, text.len - at};
    if (matches_prefix(rest, SLACK_SLICE("://")))
        *ret_from = at + 3;
    else if (matches_prefix(rest, SLACK_SLICE(":\\/\\/"))) /* the same in JSON */
        *ret_from = at + 5;
    else
        return false;
    *ret_to =
        *ret_from + user_info_len((slack_slice_t){text.ptr + *ret_from, text.len - *ret_from});
    return *ret_to > *ret_from;
}

static size_t skip_spaces(slack_slice_t text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ')
        at++;
    return at;
}

/* A password of a conninfo of PostgreSQL, "password = 'it\\'s'", or of the query of its URI:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING */
static bool match_password(scan_t *scan, size_t at, size_t *ret_from, size_t *ret_to)
{
    const slack_slice_t word = SLACK_SLICE("password"), text = scan->text;
    if (!matches_prefix((slack_slice_t){text.ptr + at, text.len - at}, word)) return false;
    size_t from = skip_spaces(text, at + word.len);
    if (from == text.len || text.ptr[from] != '=') return false;
    from = skip_spaces(text, from + 1);
    const bool quoted = from < text.len && text.ptr[from] == '\'';
    from += quoted;
    size_t to = from;
    for (; quoted && to < text.len && text.ptr[to] != '\''; to++)
        if (text.ptr[to] == '\\' && to + 1 < text.len) to++;
    *ret_from = from;
    *ret_to = quoted ? to : secret_end(scan, from, false);
    return *ret_to > from;
}

/* A secret may begin inside another one, and end behind it. The bytes of both are hidden. */
size_t slack__redact(char *text, size_t len)
{
    static const char mark[] = "[redacted]";
    scan_t scan = {.text = {text, len}};
    size_t out = 0, start = 0, end = 0, from, to; /* the bytes from `start` to `end` are hidden */
    for (size_t in = 0; in < len; in++) {
        const bool found = text[in] == ':' ? match_user_info(scan.text, in, &from, &to)
                                           : match_pattern(&scan, in, &from, &to) != NULL ||
                                                 match_password(&scan, in, &from, &to);
        if (found && in >= end) start = from;
        if (found && to > end) end = to;
        if (in < start || in >= end) {
            text[out++] = text[in];
        } else if (in + 1 == end) { /* the mark is never longer than the secret */
            const bool fits = end - start >= sizeof mark - 1;
            const size_t size = fits ? sizeof mark - 1 : end - start;
            memset(text + out, '*', size);
            if (fits) memcpy(text + out, mark, size);
            out += size;
        }
    }
    return out;
}

/* An item of SLACK_SIGNING_SECRET: "SECRET" or "APPID:SECRET". */
static bool is_signing_secret(slack_slice_t item)
{
    slack_slice_t app;
    if (item.len > 0 && memchr(item.ptr, ':', item.len)) slack__slice_split(&item, ':', &app);
    item = slack__slice_strip(item);
    for (size_t i = 0; i < item.len; i++)
        if (!memchr("0123456789abcdefABCDEF", item.ptr[i], 22)) return false;
    return item.len == 32;
}

const char *slack__secret_kind(const char *value, bool password)
{
    const size_t len = strlen(value);
    scan_t scan = {.text = {value, len}};
    for (size_t i = 0, from, to; i < len; i++) {
        if (value[i] == ':' && !password && match_user_info(scan.text, i, &from, &to))
            return "the user or the password of a URL";
        if (i > 0 && is_alnum(value[i - 1])) continue; /* linuxapp-1 is not xapp-1 */
        const struct pattern *found = match_pattern(&scan, i, &from, &to);
        if (found) return found->what;
    }
    slack_slice_t rest = {value, len}, item;
    while (slack__slice_split(&rest, ',', &item))
        if (is_signing_secret(item)) return "what looks like a signing secret";
    return NULL;
}
