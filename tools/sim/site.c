/* SPDX-License-Identifier: MIT */
#include "sim/site.h"

#include <string.h>

bool sim_site_is_loopback(const slack_http_request_t *request)
{
    slack_slice_t host = slack__http_header(request, "host", NULL);
    if (!host.ptr) return false;
    for (size_t i = host.len; i > 0 && host.ptr[i - 1] != ']'; i--)
        if (host.ptr[i - 1] == ':') host.len = i - 1;
    return slack__is_loopback(host);
}

bool sim_site_is_foreign(const slack_http_request_t *request)
{
    static const slack_slice_t scheme = {"http://", 7};
    unsigned count = 0;
    slack_slice_t origin = slack__http_header(request, "origin", &count);
    if (count == 0) return false;
    if (count > 1 || origin.len < scheme.len || memcmp(origin.ptr, scheme.ptr, scheme.len) != 0)
        return true; /* "null", "https://…" */
    origin = (slack_slice_t){origin.ptr + scheme.len, origin.len - scheme.len};
    return !sim_site_is_loopback(request) ||
           !slack__slice_eq_nocase(origin, slack__http_header(request, "host", NULL));
}

bool sim_site_is_cross(const slack_http_request_t *request)
{
    const slack_slice_t site = slack__http_header(request, "sec-fetch-site", NULL);
    return site.len > 0 && !slack__slice_eq(site, SLACK_SLICE("same-origin")) &&
           !slack__slice_eq(site, SLACK_SLICE("none"));
}
