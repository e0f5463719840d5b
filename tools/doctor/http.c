/* SPDX-License-Identifier: MIT */
#include "doctor/http.h"

#include <stdio.h>
#include <string.h>

#include "net/proxy.h"
#include "net/url.h"
#include "util/redact.h"

static enum doctor_step step_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return DOCTOR_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST: return DOCTOR_NAME;
    case CURLE_COULDNT_CONNECT: return DOCTOR_CONNECT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return DOCTOR_PROXY;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return DOCTOR_TLS;
    case CURLE_OPERATION_TIMEDOUT: return DOCTOR_TIME;
    default: return DOCTOR_OTHER;
    }
}

bool doctor_set_proxy(CURL *easy, const slack_options_t *options, const char *to, bool *ret_proxied)
{
    slack_proxy_t *proxy = NULL;
    slack_url_t url;
    const char *what;
    if (slack__proxy_new(&proxy, options->proxy, options->no_proxy, &what) != 0) return false;
    *ret_proxied =
        slack__url_parse(&url, to) == 0 && slack__proxy_serves(proxy, url.host, url.port);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROXY, *ret_proxied ? slack__proxy_url(proxy) : "");
    if (*ret_proxied && slack__proxy_user(proxy)) {
        curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, slack__proxy_user(proxy));
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, slack__proxy_password(proxy));
    }
    slack__proxy_unref(proxy);
    return true;
}

void doctor_set_connection(CURL *easy, const slack_options_t *options, const char *url,
                           unsigned timeout_s, char *error)
{
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)timeout_s);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    if (options->ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
}

void doctor_note_failure(CURL *easy, CURLcode code, bool proxied, const char *error,
                         doctor_answer_t *ret)
{
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    ret->failed_at = step_of(code);
    const bool refused = proxied && connect_status != 0 && connect_status != 200;
    if (refused || (proxied && ret->failed_at == DOCTOR_CONNECT)) ret->failed_at = DOCTOR_PROXY;
    snprintf(ret->why, sizeof ret->why, "%s", *error ? error : curl_easy_strerror(code));
    ret->why[slack__redact(ret->why, strlen(ret->why))] = '\0';
}
