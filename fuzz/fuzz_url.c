/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>

#include "fuzz.h"
#include "net/url.h"

/* libcurl normalizes addresses: 127.1 becomes 127.0.0.1, and IPv6 is shortened. */
static bool is_address(slack_slice_t host)
{
    char last = host.ptr[host.len - 1];
    size_t label = host.len;
    while (label > 0 && host.ptr[label - 1] != '.')
        label--;
    return last == '.' || memchr(host.ptr, ':', host.len) ||
           (host.ptr[label] >= '0' && host.ptr[label] <= '9');
}

/* libcurl reads the same host and port from an accepted URL. */
static void compare(const slack_url_t *ours, const char *text)
{
    CURLU *url = curl_url();
    char *host = NULL, *port = NULL;
    if (url && curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
        if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK) __builtin_trap();
        if (slack__is_loopback(ours->host) && !slack__is_loopback(slack__slice(host)))
            __builtin_trap();
        if (!is_address(ours->host) && !slack__slice_eq_nocase(ours->host, slack__slice(host)))
            __builtin_trap();
        if (curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK &&
            (unsigned)strtoul(port, NULL, 10) != ours->port)
            __builtin_trap();
    }
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_url_t parts;
    char *text = malloc(size + 1);
    if (!text) return 0;
    if (size) memcpy(text, data, size);
    text[size] = '\0';
    if (slack__url_parse(&parts, text) == 0) compare(&parts, text);
    free(text);
    return 0;
}
