/* SPDX-License-Identifier: MIT */
#include "net/url.h"

#include <string.h>
#include <uv.h>

#include <slack/error.h>

static const struct scheme {
    slack_slice_t name;
    bool secure;
    unsigned port;
} schemes[] = {
    {{"https", 5}, true, 443},
    {{"wss", 3}, true, 443},
    {{"http", 4}, false, 80},
    {{"ws", 2}, false, 80},
};

/* host, host:port, [address] or [address]:port */
static bool parse_authority(slack_url_t *url, slack_slice_t authority)
{
    const char *end = authority.ptr + authority.len;
    const char *colon;
    if (authority.len > 0 && authority.ptr[0] == '[') {
        const char *bracket = memchr(authority.ptr, ']', authority.len);
        if (!bracket) return false;
        url->host = (slack_slice_t){authority.ptr + 1, (size_t)(bracket - authority.ptr) - 1};
        colon = bracket + 1;
        char text[INET6_ADDRSTRLEN];
        unsigned char address[16];
        if (url->host.len >= sizeof text) return false;
        memcpy(text, url->host.ptr, url->host.len);
        text[url->host.len] = '\0';
        /* uv_inet_pton() ignores a zone. */
        if (memchr(text, '%', url->host.len) || uv_inet_pton(AF_INET6, text, address) != 0)
            return false;
    } else {
        colon = authority.len ? memchr(authority.ptr, ':', authority.len) : NULL;
        if (!colon) colon = end;
        url->host = (slack_slice_t){authority.ptr, (size_t)(colon - authority.ptr)};
        if (url->host.len == 0) return false;
        for (size_t i = 0; i < url->host.len; i++) { /* of a name or an IPv4 address */
            const char c = url->host.ptr[i];
            const bool digit = c >= '0' && c <= '9';
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!digit && !letter && c != '.' && c != '-' && c != '_') return false;
        }
    }
    if (colon == end) return true;

    uint64_t port;
    slack_slice_t digits = {colon + 1, (size_t)(end - colon) - 1};
    if (*colon != ':' || !slack__parse_u64(digits, 65535, &port) || port == 0) return false;
    url->port = (unsigned)port;
    return true;
}

int slack__url_parse(slack_url_t *ret, const char *url)
{
    const char *mark = url ? strstr(url, "://") : NULL;
    if (!mark) return SLACK_EINVAL;
    size_t len = 0;
    for (; url[len]; len++)
        if ((unsigned char)url[len] <= ' ' || (unsigned char)url[len] >= 0x7f) return SLACK_EINVAL;
    if (len > SLACK_URL_MAX) return SLACK_EINVAL;

    slack_url_t out = {.scheme = {url, (size_t)(mark - url)}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!slack__slice_eq_nocase(out.scheme, schemes[i].name)) continue;
        out.secure = schemes[i].secure;
        out.port = schemes[i].port;
    }
    if (out.port == 0) return SLACK_EINVAL;

    slack_slice_t authority = {mark + 3, strcspn(mark + 3, "/?#")};
    if (!parse_authority(&out, authority)) return SLACK_EINVAL;
    const char *target = authority.ptr + authority.len;
    out.target = (slack_slice_t){target, len - (size_t)(target - url)};
    *ret = out;
    return 0;
}

bool slack__url_allowed(const char *url)
{
    slack_url_t parts;
    return slack__url_parse(&parts, url) == 0 && slack__url_parts_allowed(&parts);
}

bool slack__url_is_local(const char *url)
{
    slack_url_t parts;
    return slack__url_parse(&parts, url) == 0 && slack__is_loopback(parts.host);
}

bool slack__url_same_origin(const slack_url_t *a, const slack_url_t *b)
{
    return slack__slice_eq_nocase(a->scheme, b->scheme) && a->port == b->port &&
           slack__slice_eq_nocase(a->host, b->host);
}
