/* SPDX-License-Identifier: MIT */
#include "net/trusted_proxies.h"

#include <arpa/inet.h>
#include <string.h>

#include <slack/options.h>

#include "util/error.h"

/* --- addresses -------------------------------------------------------------------------------- */

static bool proxies_read_address(slack_slice_t text, unsigned char ret[16], unsigned *ret_bits)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char copy[INET6_ADDRSTRLEN];
    if (text.len == 0 || text.len >= sizeof copy) return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (memchr(copy, '\0', text.len)) return false;
    *ret_bits = 128;
    if (inet_pton(AF_INET6, copy, ret) == 1) return true;
    *ret_bits = 32;
    memcpy(ret, mapped, sizeof mapped);
    return inet_pton(AF_INET, copy, ret + sizeof mapped) == 1;
}

static bool read_net(slack_trusted_proxies_t *proxies, slack_slice_t text)
{
    slack_slice_t address;
    unsigned bits;
    uint64_t prefix;
    if (proxies->count == SLACK_TRUSTED_PROXIES_MAX) return false;
    slack__slice_split(&text, '/', &address);
    if (!proxies_read_address(address, proxies->nets[proxies->count].bytes, &bits)) return false;
    prefix = bits;
    if (text.ptr && !slack__parse_u64(text, bits, &prefix)) return false;
    proxies->nets[proxies->count++].bits = 128 - bits + (unsigned)prefix;
    return true;
}

int slack__trusted_proxies_parse(slack_trusted_proxies_t *ret, const char *text)
{
    slack_trusted_proxies_t proxies = {.count = 0};
    slack_slice_t rest = {text && *text ? text : NULL, text ? strlen(text) : 0}, item;
    while (slack__slice_split(&rest, ',', &item))
        if (!read_net(&proxies, slack__slice_trim(item))) return SLACK_EINVAL;
    *ret = proxies;
    return 0;
}

int slack__trusted_proxies_read(slack_trusted_proxies_t *ret, const char *text, char *error)
{
    if (slack__trusted_proxies_parse(ret, text) == 0) return 0;
    slack__explain(error,
                   "SLACK_HTTP_TRUSTED_PROXIES is \"%.64s\"; it has to be a list of addresses and "
                   "networks: 10.0.0.0/8, 2001:db8::1",
                   text);
    return SLACK_ECONFIG;
}

bool slack__trusted_proxies_match(const slack_trusted_proxies_t *proxies, slack_slice_t address)
{
    unsigned char bytes[16];
    unsigned bits;
    if (slack__slice_eq(address, SLACK_SLICE(SLACK_PEER_UNIX))) return true;
    if (!proxies_read_address(address, bytes, &bits)) return false;
    for (size_t i = 0; i < proxies->count; i++) {
        const unsigned char *net = proxies->nets[i].bytes;
        const unsigned whole = proxies->nets[i].bits / 8, rest = proxies->nets[i].bits % 8;
        if (memcmp(bytes, net, whole) != 0) continue;
        if (rest == 0 || (bytes[whole] ^ net[whole]) >> (8 - rest) == 0) return true;
    }
    return false;
}

/* --- the headers ------------------------------------------------------------------------------ */

/* The address in "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1", quoted or not. */
static slack_slice_t bare_address(slack_slice_t text)
{
    if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
        text = (slack_slice_t){text.ptr + 1, text.len - 2};
    if (text.len > 0 && text.ptr[0] == '[') {
        const char *end = memchr(text.ptr, ']', text.len);
        return end ? (slack_slice_t){text.ptr + 1, (size_t)(end - text.ptr) - 1}
                   : (slack_slice_t){text.ptr, 0};
    }
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    const bool one = colon && !memchr(colon + 1, ':', text.len - (size_t)(colon - text.ptr) - 1);
    if (one) text.len = (size_t)(colon - text.ptr);
    return text;
}

/* The `for` of an element of Forwarded (RFC 7239): "for=192.0.2.1;proto=https". */
static slack_slice_t forwarded_for(slack_slice_t element)
{
    slack_slice_t pair, name;
    while (slack__slice_split(&element, ';', &pair)) {
        pair = slack__slice_trim(pair);
        slack__slice_split(&pair, '=', &name);
        if (slack__slice_eq_nocase(name, SLACK_SLICE("for"))) return pair;
    }
    return (slack_slice_t){"", 0};
}

/* Read the items of a line from the last on, while the peer that has sent the item is trusted.
 * False: the lines before it do not count. */
static bool follow(const slack_trusted_proxies_t *proxies, slack_slice_t list, bool forwarded,
                   slack_slice_t *client)
{
    unsigned char bytes[16];
    unsigned bits;
    while (list.len > 0 && slack__trusted_proxies_match(proxies, *client)) {
        size_t at = list.len; /* of the last item, which is cut off the list */
        while (at > 0 && list.ptr[at - 1] != ',')
            at--;
        const slack_slice_t item = slack__slice_trim((slack_slice_t){list.ptr + at, list.len - at});
        list.len = at > 0 ? at - 1 : 0;
        slack_slice_t address = bare_address(forwarded ? forwarded_for(item) : item);
        if (!proxies_read_address(address, bytes, &bits)) return false; /* a name, "unknown" */
        *client = address;
    }
    return list.len == 0;
}

slack_slice_t slack__trusted_proxies_client(const slack_trusted_proxies_t *proxies,
                                            const slack_http_request_t *request)
{
    unsigned x_count, count;
    slack_slice_t client = slack__slice(request->peer);
    slack__http_header(request, "X-Forwarded-For", &x_count);
    slack__http_header(request, "Forwarded", &count);
    if ((x_count > 0) == (count > 0)) return client;
    const slack_slice_t name = count ? SLACK_SLICE("Forwarded") : SLACK_SLICE("X-Forwarded-For");
    for (size_t i = request->header_count; i > 0; i--) {
        const slack_http_header_t *header = &request->headers[i - 1];
        if (slack__slice_eq_nocase(header->name, name) &&
            !follow(proxies, header->value, count > 0, &client))
            break;
    }
    return client;
}

void slack__trusted_proxies_name_client(const slack_trusted_proxies_t *proxies,
                                        slack_http_request_t *request)
{
    const slack_slice_t client = slack__trusted_proxies_client(proxies, request);
    const char *name = slack__arena_strndup(request->arena, client.ptr, client.len);
    if (name) request->peer = name;
}
