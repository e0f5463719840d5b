/* SPDX-License-Identifier: MIT */
#include "sim_cookies.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slack/error.h>

#include "net/url.h"

static slack_slice_t url_path(const slack_url_t *url)
{
    slack_slice_t path = {url->target.ptr, 0};
    while (path.len < url->target.len && !strchr("?#", path.ptr[path.len]))
        path.len++;
    return path.len > 0 ? path : SLACK_SLICE("/");
}

/* The folder of a path (RFC 6265, 5.1.4). */
static slack_slice_t default_path(slack_slice_t path)
{
    while (path.len > 1 && path.ptr[path.len - 1] != '/')
        path.len--;
    if (path.len > 1) path.len--;
    return path;
}

static bool path_fits(slack_slice_t path, slack_slice_t cookie)
{
    if (path.len < cookie.len || memcmp(path.ptr, cookie.ptr, cookie.len) != 0) return false;
    return path.len == cookie.len || cookie.ptr[cookie.len - 1] == '/' ||
           path.ptr[cookie.len] == '/';
}

static bool begins_with(slack_slice_t text, slack_slice_t start)
{
    return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

/* Read an attribute. True: it ends the cookie's life. *ret_other_host: the cookie is for a whole
 * domain, or for another host. */
static bool read_attribute(sim_cookies_t *cookies, sim_cookie_t *cookie, slack_slice_t text,
                           bool *ret_other_host)
{
    slack_slice_t rest = text, name;
    slack__slice_split(&rest, '=', &name);
    name = slack__slice_trim(name);
    const slack_slice_t value = slack__slice_trim(rest);
    if (slack__slice_eq_nocase(name, SLACK_SLICE("path")) && value.len > 0 && *value.ptr == '/')
        cookie->path = value;
    if (slack__slice_eq_nocase(name, SLACK_SLICE("secure"))) cookie->secure = true;
    if (slack__slice_eq_nocase(name, SLACK_SLICE("domain")))
        *ret_other_host = !slack__slice_eq_nocase(value, cookie->host);
    const char *copy = slack__arena_strndup(cookies->arena, value.ptr, value.len);
    if (!copy) return false;
    if (slack__slice_eq_nocase(name, SLACK_SLICE("max-age"))) return atol(copy) <= 0;
    if (!slack__slice_eq_nocase(name, SLACK_SLICE("expires"))) return false;
    const time_t end = curl_getdate(copy, NULL);
    return end != -1 && end <= time(NULL);
}

static bool cookie_is_allowed(const sim_cookie_t *cookie, const slack_url_t *url)
{
    if (cookie->secure && !slack__url_parts_allowed(url)) return false;
    if (begins_with(cookie->name, SLACK_SLICE("__Secure-"))) return cookie->secure;
    if (begins_with(cookie->name, SLACK_SLICE("__Host-")))
        return cookie->secure && slack__slice_eq(cookie->path, SLACK_SLICE("/"));
    return true;
}

/* Remove the cookie with the name, host and path of this one. */
static void cookie_remove(sim_cookies_t *cookies, const sim_cookie_t *like)
{
    for (size_t i = 0; i < cookies->count; i++) {
        const sim_cookie_t *each = &cookies->list[i];
        if (slack__slice_eq(each->name, like->name) && slack__slice_eq(each->path, like->path) &&
            slack__slice_eq_nocase(each->host, like->host))
            cookies->list[i--] = cookies->list[--cookies->count];
    }
}

int sim_cookies_set(sim_cookies_t *cookies, const char *url, slack_slice_t header)
{
    slack_url_t parts;
    bool over = false, other_host = false;
    char *own_url = slack__arena_strdup(cookies->arena, url);
    char *text = slack__arena_strndup(cookies->arena, header.ptr, header.len);
    if (!own_url || !text) return SLACK_ENOMEM;
    if (slack__url_parse(&parts, own_url) != 0) return 0;
    slack_slice_t rest = slack__slice(text), part;
    slack__slice_split(&rest, ';', &part);
    sim_cookie_t cookie = {.path = default_path(url_path(&parts)), .host = parts.host};
    if (!memchr(part.ptr, '=', part.len)) return 0;
    slack__slice_split(&part, '=', &cookie.name);
    cookie.name = slack__slice_trim(cookie.name);
    cookie.value = slack__slice_trim(part);
    while (slack__slice_split(&rest, ';', &part))
        over |= read_attribute(cookies, &cookie, part, &other_host);
    if (cookie.name.len == 0 || other_host || !cookie_is_allowed(&cookie, &parts)) return 0;
    cookie_remove(cookies, &cookie);
    if (!over && cookies->count < SIM_COOKIES_MAX) cookies->list[cookies->count++] = cookie;
    return 0;
}

const char *sim_cookies_for(const sim_cookies_t *cookies, const char *url)
{
    slack_url_t parts;
    const char *text = "";
    if (slack__url_parse(&parts, url) != 0) return text;
    for (size_t i = 0; i < cookies->count && text; i++) {
        const sim_cookie_t *each = &cookies->list[i];
        if (!slack__slice_eq_nocase(each->host, parts.host) ||
            !path_fits(url_path(&parts), each->path) ||
            (each->secure && !slack__url_parts_allowed(&parts)))
            continue;
        text = slack__arena_printf(cookies->arena, "%s%s%.*s=%.*s", text, *text ? "; " : "",
                                   (int)each->name.len, each->name.ptr, (int)each->value.len,
                                   each->value.ptr);
    }
    return text;
}
