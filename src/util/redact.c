/* SPDX-License-Identifier: MIT */
#include "util/redact.h"

#include <stdbool.h>
#include <string.h>

#include "util/str.h"

/* How secrets begin. The first `keep` bytes stay in the output, so that a reader sees which kind of
 * secret it was, and its host. */
static const struct pattern {
    slack_slice_t prefix; /* lower case; '?' is any letter or digit */
    size_t keep;
    const char *what;
} patterns[] = {
#define TOKEN(prefix, use, what) {{prefix, sizeof(prefix) - 1}, 0, what " (" prefix ")"},
#include "util/token_prefixes.def"
    {{"hooks.slack.com", 15}, 15, "a webhook or response URL"},
    {{"hooks.slack-gov.com", 19}, 19, "a webhook or response URL"},
    {{"ticket=", 7}, 7, "the ticket of a Socket Mode URL"},
    {{"ticket%3d", 9}, 9, "the ticket of a Socket Mode URL"},
    {{"private key-----", 16}, 16, "a private key"}, /* PEM */
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

/* A secret ends before a space, a quote, a bracket, a separator or a byte that is not ASCII. It may
 * contain a backslash and '%', because URLs are also written "https:\/\/…" and "https%3A%2F%2F…".
 * A PEM text, which has several lines, ends before a '-'. */
static size_t secret_len(slack_slice_t s, bool pem)
{
    size_t len = 0;
    if (pem) {
        while (len < s.len && s.ptr[len] != '-')
            len++;
        return len;
    }
    while (len < s.len && s.ptr[len] > ' ' && s.ptr[len] < 0x7F &&
           !strchr("\"'`<>,;&|()[]{}", s.ptr[len]))
        len++;
    return len;
}

/* The pattern of the secret that begins at the start of `text`; NULL: there is none. Its first
 * `*ret_keep` bytes stay; the `*ret_len` bytes after them are replaced. */
static const struct pattern *match_pattern(slack_slice_t text, size_t *ret_keep, size_t *ret_len)
{
    if (text.ptr[0] == '\0' || !strchr("xXhHtTpP", text.ptr[0])) return NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const struct pattern *pattern = &patterns[i];
        if (!matches_prefix(text, pattern->prefix)) continue;
        size_t keep = pattern->keep;
        slack_slice_t rest = {text.ptr + pattern->prefix.len, text.len - pattern->prefix.len};
        /* A prefix alone, as in "starts with xoxb-", is not a token. Looked at first, because what
         * follows may be long, and full of such prefixes. */
        if (keep == 0 && (rest.len == 0 || !is_alnum(rest.ptr[0]))) return NULL;
        size_t len = secret_len(rest, pattern->prefix.ptr[0] == 'p');
        if (keep && len && rest.ptr[0] == '/') {
            keep++;
            len--;
        }
        if (len == 0) continue;
        *ret_keep = keep;
        *ret_len = pattern->keep ? len : pattern->prefix.len + len;
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

static bool match_user_info(slack_slice_t text, size_t *ret_keep, size_t *ret_len)
{
    if (matches_prefix(text, SLACK_SLICE("://")))
        *ret_keep = 3;
    else if (matches_prefix(text, SLACK_SLICE(":\\/\\/"))) /* the same in JSON */
        *ret_keep = 5;
    else
        return false;
    *ret_len = user_info_len((slack_slice_t){text.ptr + *ret_keep, text.len - *ret_keep});
    return *ret_len > 0;
}

size_t slack__redact(char *text, size_t len)
{
    static const char mark[] = "[redacted]";
    const size_t mark_len = sizeof mark - 1;
    size_t in = 0, out = 0;
    while (in < len) {
        size_t keep, secret;
        const slack_slice_t rest = {text + in, len - in};
        const bool found = text[in] == ':' ? match_user_info(rest, &keep, &secret)
                                           : match_pattern(rest, &keep, &secret) != NULL;
        if (!found) {
            text[out++] = text[in++];
            continue;
        }
        memmove(text + out, text + in, keep);
        in += keep + secret;
        out += keep;
        /* The result must not be longer than the text. */
        if (secret < mark_len) {
            memset(text + out, '*', secret);
            out += secret;
        } else {
            memcpy(text + out, mark, mark_len);
            out += mark_len;
        }
    }
    return out;
}

const char *slack__secret_kind(const char *value, bool password)
{
    const size_t len = strlen(value);
    for (size_t i = 0, keep, secret; i < len; i++) {
        const slack_slice_t rest = {value + i, len - i};
        if (value[i] == ':' && !password && match_user_info(rest, &keep, &secret))
            return "the user or the password of a URL";
        if (i > 0 && is_alnum(value[i - 1])) continue; /* linuxapp-1 is not xapp-1 */
        const struct pattern *found = match_pattern(rest, &keep, &secret);
        if (found) return found->what;
    }
    const bool digits = len == 32 && strspn(value, "0123456789abcdefABCDEF") == len;
    return digits ? "what looks like a signing secret" : NULL;
}
