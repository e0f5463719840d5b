/* SPDX-License-Identifier: MIT */
#include "webapi/fetch_check.h"

#include <string.h>

#include "protocol/token_kind.h"
#include "util/json.h"

static const char token_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "!#$%&'*+-.^_`|~";

/* Reads a character whose percent-encoding is undone, however often it was encoded: "-", "%2D" and
 * "%252D" are the same. Returns the bytes that it takes. */
static size_t read_character(const char *text, size_t len, char *ret)
{
    size_t at = 1;
    *ret = *text;
    if (*text != '%') return 1;
    while (at + 4 <= len && text[at] == '2' && text[at + 1] == '5')
        at += 2;
    if (at + 2 > len) return 1;
    const int high = slack__hex_digit(text[at]), low = slack__hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return 1;
    *ret = (char)(high << 4 | low);
    return at + 2;
}

/* A token of Slack's, whosever it is, wherever in the text. */
static bool holds_any_token(const char *text)
{
    const size_t len = strlen(text);
    for (size_t at = 0; at < len; at++) {
        char start[16] = "";
        if (text[at] != 'x' && text[at] != '%') continue;
        for (size_t from = at, i = 0; from < len && i + 1 < sizeof start; i++)
            from += read_character(text + from, len - from, &start[i]);
        if (slack__token_kind(start)) return true;
    }
    return false;
}

static bool begins_with(const char *text, size_t len, const char *token)
{
    size_t at = 0;
    char c;
    for (; *token && at < len; token++) {
        at += read_character(text + at, len - at, &c);
        if (c != *token) return false;
    }
    return *token == '\0';
}

bool slack__fetch_holds(const char *text, size_t len, const char *const *tokens)
{
    for (; *tokens; tokens++)
        for (size_t at = 0; **tokens && at < len; at++)
            if ((text[at] == **tokens || text[at] == '%') &&
                begins_with(text + at, len - at, *tokens))
                return true;
    return false;
}

bool slack__fetch_header_is(const char *line, const char *name)
{
    const size_t len = strlen(name);
    return slack__slice_eq_nocase((slack_slice_t){line, strnlen(line, len)}, slack__slice(name)) &&
           line[len] == ':';
}

bool slack__fetch_header_is_harmless(const char *line)
{
    static const char *const names[] = {"Accept",          "Accept-Charset", "Accept-Encoding",
                                        "Accept-Language", "Content-Type",   "User-Agent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slack__fetch_header_is(line, names[i])) return true;
    return false;
}

static const char *header_fault(const char *line)
{
    const size_t name = strspn(line, token_chars);
    if (name == 0 || line[name] != ':')
        return "a header is malformed: pass lines such as \"Accept: text/plain\"";
    for (const char *c = line + name; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
            return "a header has a control character: remove it";
    if (slack__fetch_header_is(line, "Content-Length") ||
        slack__fetch_header_is(line, "Transfer-Encoding"))
        return "a header names the length of the body, which the library writes: remove it";
    return holds_any_token(line) ? "a header holds a Slack token, which is for Slack only: use "
                                   "slack_call(), or remove it"
                                 : NULL;
}

const char *slack__fetch_fault(const slack_fetch_t *request)
{
    const char *method = request->method;
    const slack_slice_t name = slack__slice(method);
    const bool has_body = request->body_len > 0 || request->json;
    if (method && (*method == '\0' || method[strspn(method, token_chars)]))
        return "the method is malformed: pass one such as \"PUT\"";
    /* CONNECT asks a proxy for a tunnel; the others return the credentials of the request. */
    if (slack__slice_eq_nocase(name, SLACK_SLICE("CONNECT")) ||
        slack__slice_eq_nocase(name, SLACK_SLICE("TRACE")) ||
        slack__slice_eq_nocase(name, SLACK_SLICE("TRACK")))
        return "CONNECT, TRACE and TRACK are not sent: pass a method such as \"PUT\"";
    if (has_body && method && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0))
        return "GET and HEAD have no body: remove it, or use another method";
    if (request->json && request->body_len > 0) return "it has .body and .json: pass one of them";
    if (request->body == NULL && request->body_len > 0) return ".body is NULL: pass a body";
    if (request->body && request->body_len == 0)
        return ".body_len is 0: set it; for a request without a body leave out .body";
    if (slack_json_error(request->json) != 0) return ".json is a failed value: make it anew";
    if (request->on_data && request->on_event)
        return "it has .on_data and .on_event: pass one of them";
    if (request->redirects > SLACK_FETCH_REDIRECTS_MAX)
        return ".redirects is more than SLACK_FETCH_REDIRECTS_MAX: pass less";
    const char *fault = NULL;
    for (size_t i = 0; !fault && request->headers && request->headers[i]; i++)
        fault = header_fault(request->headers[i]);
    return fault;
}

const char *slack__fetch_url_fault(const char *url, bool public_only, const slack_proxy_t *proxy,
                                   slack_url_t *ret)
{
    if (url == NULL || *url == '\0') return "it has no URL: pass .url";
    const char *scheme_end = strstr(url, "://"), *authority = scheme_end ? scheme_end + 3 : "";
    if (memchr(authority, '@', strcspn(authority, "/?#"))) /* the parser refuses it, too */
        return "the URL has a user: pass a header such as \"Authorization: Basic …\" in its place";
    if (slack__url_parse(ret, url) != 0)
        return "the URL is malformed, or neither https nor http: pass one such as "
               "\"https://example.com/path\"";
    if (ret->scheme.ptr[0] != 'h' && ret->scheme.ptr[0] != 'H')
        return "the URL is neither https nor http: pass one of those";
    if (holds_any_token(url))
        return "the URL holds a Slack token, which is for Slack only: use slack_call(), or remove "
               "it";
    if (public_only && slack__proxy_serves(proxy, ret->host, ret->port))
        return "the proxy resolves the name of the host, so .public_only cannot judge it: name the "
               "host in SLACK_NO_PROXY, or let the proxy refuse private networks";
    return NULL;
}

bool slack__fetch_redirects(int http_status)
{
    return http_status == 301 || http_status == 302 || http_status == 303 || http_status == 307 ||
           http_status == 308;
}

/* https://fetch.spec.whatwg.org/#http-redirect-fetch */
const char *slack__fetch_redirected_method(int http_status, const char *method)
{
    const bool post = strcmp(method, "POST") == 0, head = strcmp(method, "HEAD") == 0;
    if (http_status == 303) return head ? "HEAD" : "GET";
    return post && (http_status == 301 || http_status == 302) ? "GET" : method;
}
