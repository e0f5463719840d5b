/* SPDX-License-Identifier: MIT */
#include "net/proxy.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <slack/error.h>

#include "net/url.h"
#include "util/alloc.h"

#define DEFAULT_PORT 80
#define URL_MAX      1024

struct slack_proxy {
    unsigned refs;
    char *host;
    unsigned port;
    char *url;
    char *user; /* NULL: no credentials */
    char *password;
    char *no_proxy;
};

/* --- NO_PROXY --------------------------------------------------------------------------------- */

typedef struct address {
    int family; /* 0: not an address */
    unsigned char bytes[16];
} address_t;

static address_t proxy_read_address(slack_slice_t text)
{
    address_t address = {0};
    char copy[INET6_ADDRSTRLEN];
    if (text.len == 0 || text.len >= sizeof copy) return address;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (uv_inet_pton(AF_INET, copy, address.bytes) == 0)
        address.family = AF_INET;
    else if (uv_inet_pton(AF_INET6, copy, address.bytes) == 0)
        address.family = AF_INET6;
    return address;
}

/* Whether an item, an address or address/bits, contains the host. */
static bool network_has(slack_slice_t item, const address_t *host)
{
    slack_slice_t network;
    uint64_t bits;
    bool has_bits = item.len && memchr(item.ptr, '/', item.len);
    if (!slack__slice_split(&item, '/', &network)) return false;
    const address_t address = proxy_read_address(network);
    const unsigned most = address.family == AF_INET ? 32 : 128;
    if (!has_bits) bits = most;
    if (has_bits && !slack__parse_u64(item, most, &bits)) return false;
    const unsigned whole = (unsigned)bits / 8, rest = (unsigned)bits % 8;
    if (!address.family || address.family != host->family ||
        memcmp(address.bytes, host->bytes, whole) != 0)
        return false;
    return rest == 0 || (address.bytes[whole] ^ host->bytes[whole]) >> (8 - rest) == 0;
}

static slack_slice_t without_last_dot(slack_slice_t name)
{
    if (name.len > 1 && name.ptr[name.len - 1] == '.') name.len--;
    return name;
}

static slack_slice_t drop_front(slack_slice_t s, size_t len)
{
    return (slack_slice_t){s.ptr + len, s.len - len};
}

/* Whether the host is the domain or a name below it. */
static bool domain_has(slack_slice_t domain, slack_slice_t host)
{
    if (domain.len > 1 && domain.ptr[0] == '*' && domain.ptr[1] == '.')
        domain = drop_front(domain, 1);
    if (domain.len > 0 && domain.ptr[0] == '.') domain = drop_front(domain, 1);
    domain = without_last_dot(domain);
    host = without_last_dot(host);
    if (domain.len == 0 || host.len < domain.len) return false;
    const size_t above = host.len - domain.len;
    if (!slack__slice_eq_nocase(drop_front(host, above), domain)) return false;
    return above == 0 || host.ptr[above - 1] == '.';
}

/* Cut off the port and the brackets. False: the item is malformed, or has another port. */
static bool strip_port(slack_slice_t *item, unsigned port)
{
    const char *end = item->ptr + item->len;
    const char *colon = memchr(item->ptr, ':', item->len);
    if (item->ptr[0] == '[') {
        const char *bracket = memchr(item->ptr, ']', item->len);
        if (!bracket) return false;
        *item = (slack_slice_t){item->ptr + 1, (size_t)(bracket - item->ptr) - 1};
        if (bracket + 1 == end) return true;
        colon = bracket + 1;
        if (*colon != ':') return false;
    } else {
        if (!colon || memchr(colon + 1, ':', (size_t)(end - colon) - 1)) return true; /* IPv6 */
        item->len = (size_t)(colon - item->ptr);
    }
    uint64_t number;
    const slack_slice_t digits = {colon + 1, (size_t)(end - colon) - 1};
    return slack__parse_u64(digits, 65535, &number) && number == port;
}

bool slack__no_proxy(const char *list, slack_slice_t host, unsigned port)
{
    static const char separators[] = ", \t\r\n";
    const address_t address = proxy_read_address(host);
    if (!list) return false;
    for (list += strspn(list, separators); *list; list += strspn(list, separators)) {
        slack_slice_t item = {list, strcspn(list, separators)};
        list += item.len;
        if (!strip_port(&item, port)) continue;
        if (slack__slice_eq(item, SLACK_SLICE("*"))) return true;
        if (address.family ? network_has(item, &address) : domain_has(item, host)) return true;
    }
    return false;
}

bool slack__proxy_serves(const slack_proxy_t *proxy, slack_slice_t host, unsigned port)
{
    return proxy && !slack__is_loopback(without_last_dot(host)) &&
           !slack__no_proxy(proxy->no_proxy, host, port);
}

/* --- the URL ---------------------------------------------------------------------------------- */

/* Percent-decode. 0; SLACK_ECONFIG for a malformed escape or a control character, which would end
 * the header; SLACK_ENOMEM. */
static int proxy_decode(char **ret, slack_slice_t text)
{
    char *out = slack__malloc(text.len + 1);
    size_t len = 0;
    if (!out) return SLACK_ENOMEM;
    for (size_t i = 0; i < text.len; i++) {
        int c = (unsigned char)text.ptr[i];
        if (c == '%') {
            const int high = i + 2 < text.len ? slack__hex_digit(text.ptr[i + 1]) : -1;
            const int low = i + 2 < text.len ? slack__hex_digit(text.ptr[i + 2]) : -1;
            c = high < 0 || low < 0 ? -1 : high << 4 | low;
            i += 2;
        }
        if (c < ' ' || c == 0x7f) {
            slack__wipe(out, len);
            slack__free(out);
            return SLACK_ECONFIG;
        }
        out[len++] = (char)c;
    }
    out[len] = '\0';
    *ret = out;
    return 0;
}

static int set_credentials(slack_proxy_t *proxy, slack_slice_t info, const char **ret_what)
{
    slack_slice_t user;
    if (!slack__slice_split(&info, ':', &user)) user = (slack_slice_t){"", 0};
    int rc = proxy_decode(&proxy->user, user);
    if (rc == 0) rc = proxy_decode(&proxy->password, info.ptr ? info : (slack_slice_t){"", 0});
    if (rc == 0 && strchr(proxy->user, ':')) rc = SLACK_ECONFIG; /* RFC 7617 2 */
    if (rc == SLACK_ECONFIG)
        *ret_what = "its user and password must be percent-encoded, without control characters, "
                    "and the user without a colon";
    return rc;
}

/* Set host and port, parsed like those of every URL. */
static int proxy_set_host(slack_proxy_t *proxy, slack_slice_t authority, const char **ret_what)
{
    char text[URL_MAX + sizeof "http://"];
    slack_url_t url;
    snprintf(text, sizeof text, "http://%.*s", (int)authority.len, authority.ptr);
    if (slack__url_parse(&url, text) != 0) {
        *ret_what =
            "it must be http://host:port, with user:password@ before the host if it needs them";
        return SLACK_ECONFIG;
    }
    const bool brackets = memchr(url.host.ptr, ':', url.host.len) != NULL;
    const size_t size = url.host.len + sizeof "http://[]:65535";
    proxy->port = url.port;
    proxy->host = slack__malloc(url.host.len + 1);
    proxy->url = slack__malloc(size);
    if (!proxy->host || !proxy->url) return SLACK_ENOMEM;
    snprintf(proxy->host, url.host.len + 1, "%.*s", (int)url.host.len, url.host.ptr);
    snprintf(proxy->url, size, "http://%s%s%s:%u", brackets ? "[" : "", proxy->host,
             brackets ? "]" : "", proxy->port);
    return 0;
}

static int parse(slack_proxy_t *proxy, const char *text, const char **ret_what)
{
    slack_slice_t url = slack__slice(text);
    const char *mark = strstr(text, "://");
    if (mark) {
        const slack_slice_t scheme = {text, (size_t)(mark - text)};
        if (!slack__slice_eq_nocase(scheme, SLACK_SLICE("http"))) {
            *ret_what = "only HTTP proxies are supported: it must begin with http:// (which may be "
                        "left out)";
            return SLACK_ECONFIG;
        }
        url = drop_front(url, scheme.len + 3);
    }
    if (url.len > URL_MAX) {
        *ret_what = "it is too long";
        return SLACK_ECONFIG;
    }
    /* The last '@' counts: a password may contain others. */
    size_t at = url.len;
    while (at > 0 && url.ptr[at - 1] != '@')
        at--;
    const slack_slice_t info = {url.ptr, at > 0 ? at - 1 : 0};
    slack_slice_t authority = drop_front(url, at);
    if (authority.len > 0 && authority.ptr[authority.len - 1] == '/') authority.len--;
    /* A proxy's URL has no path. */
    if (authority.len && strcspn(authority.ptr, "/?#") < authority.len) authority.len = 0;
    int rc = proxy_set_host(proxy, authority, ret_what);
    if (rc == 0 && at > 0) rc = set_credentials(proxy, info, ret_what);
    return rc;
}

int slack__proxy_new(slack_proxy_t **ret, const char *url, const char *no_proxy,
                     const char **ret_what)
{
    if (!url || !*url) {
        *ret = NULL;
        return 0;
    }
    slack_proxy_t *proxy = slack__calloc(1, sizeof *proxy);
    if (!proxy) return SLACK_ENOMEM;
    proxy->refs = 1;
    int rc = parse(proxy, url, ret_what);
    if (rc == 0 && no_proxy) {
        proxy->no_proxy = slack__strdup(no_proxy);
        if (!proxy->no_proxy) rc = SLACK_ENOMEM;
    }
    if (rc == 0)
        *ret = proxy;
    else
        slack__proxy_unref(proxy);
    return rc;
}

slack_proxy_t *slack__proxy_ref(slack_proxy_t *proxy)
{
    if (proxy) proxy->refs++;
    return proxy;
}

void slack__proxy_unref(slack_proxy_t *proxy)
{
    if (!proxy || --proxy->refs > 0) return;
    slack__free(proxy->host);
    slack__free(proxy->url);
    slack__free_secret(proxy->user);
    slack__free_secret(proxy->password);
    slack__free(proxy->no_proxy);
    slack__free(proxy);
}

const char *slack__proxy_host(const slack_proxy_t *proxy)
{
    return proxy->host;
}

unsigned slack__proxy_port(const slack_proxy_t *proxy)
{
    return proxy->port;
}

const char *slack__proxy_url(const slack_proxy_t *proxy)
{
    return proxy->url;
}

const char *slack__proxy_user(const slack_proxy_t *proxy)
{
    return proxy->user;
}

const char *slack__proxy_password(const slack_proxy_t *proxy)
{
    return proxy->password;
}
