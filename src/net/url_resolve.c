/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>

#include <slack/error.h>

#include "net/url.h"
#include "util/alloc.h"

static int status_of(CURLUcode code)
{
    return code == CURLUE_OK ? 0 : code == CURLUE_OUT_OF_MEMORY ? SLACK_ENOMEM : SLACK_EINVAL;
}

int slack__url_resolve(const char *base, const char *reference, char **ret)
{
    char *whole = NULL;
    CURLU *url = curl_url();
    if (url == NULL) return SLACK_ENOMEM;
    int rc = status_of(curl_url_set(url, CURLUPART_URL, base, 0));
    if (rc == 0) rc = status_of(curl_url_set(url, CURLUPART_URL, reference, 0));
    if (rc == 0) rc = status_of(curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0));
    if (rc == 0) rc = status_of(curl_url_get(url, CURLUPART_URL, &whole, 0));
    curl_url_cleanup(url);
    if (rc != 0) return rc;
    *ret = slack__strdup(whole);
    curl_free(whole);
    return *ret ? 0 : SLACK_ENOMEM;
}
