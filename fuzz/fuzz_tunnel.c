/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "fuzz.h"
#include "net/tunnel.h"

/* Feeds an answer in pieces. Returns the result. */
static int read_answer(const slack_proxy_t *proxy, const char *data, size_t size, size_t piece,
                       size_t *ret_at, char reason[200])
{
    slack_tunnel_t *tunnel;
    int rc = SLACK_EBUSY;
    *ret_at = 0;
    if (slack__tunnel_new(&tunnel, proxy, SLACK_SLICE("slack.com"), 443) != 0) return rc;
    while (*ret_at < size && rc == SLACK_EBUSY) {
        size_t len = size - *ret_at < piece ? size - *ret_at : piece, used;
        rc = slack__tunnel_feed(tunnel, data + *ret_at, len, &used);
        if (used > len) __builtin_trap();
        *ret_at += used;
    }
    const char *text = slack__tunnel_reason(tunnel);
    if (!*text != (rc == 0 || rc == SLACK_EBUSY) || strlen(text) >= 200) __builtin_trap();
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~') __builtin_trap();
    snprintf(reason, 200, "%s", text);
    slack__tunnel_free(tunnel);
    return rc;
}

/* Parses the same bytes as a setting: an accepted proxy has a host and a port. */
static void read_setting(const char *data, size_t size)
{
    slack_proxy_t *proxy;
    const char *what = NULL;
    char *text = malloc(size + 1);
    if (!text) return;
    memcpy(text, data, size);
    text[size] = '\0';
    if (slack__proxy_new(&proxy, text, text, &what) == 0) {
        if (proxy && (!*slack__proxy_host(proxy) || !slack__proxy_port(proxy))) __builtin_trap();
        slack__proxy_serves(proxy, SLACK_SLICE("slack.com"), 443);
        slack__proxy_serves(proxy, SLACK_SLICE("2001:db8::1"), 443);
        slack__proxy_unref(proxy);
    } else if (!what) {
        __builtin_trap();
    }
    free(text);
}

/* The first byte is the length of the pieces, which must not change the results. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_proxy_t *proxy;
    const char *what;
    char reason[2][200];
    size_t at[2];
    if (size == 0 || slack__proxy_new(&proxy, "http://u:p@proxy.test", NULL, &what) != 0) return 0;
    const char *bytes = (const char *)data + 1;
    int whole = read_answer(proxy, bytes, size - 1, size, &at[0], reason[0]);
    int pieces = read_answer(proxy, bytes, size - 1, 1 + (data[0] & 63u), &at[1], reason[1]);
    if (whole != pieces || strcmp(reason[0], reason[1]) != 0) __builtin_trap();
    if (whole == 0 && at[0] != at[1]) __builtin_trap();
    slack__proxy_unref(proxy);
    read_setting(bytes, size - 1);
    return 0;
}
