/* SPDX-License-Identifier: MIT */
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor/gather.h"
#include "doctor/http.h"
#include "net/url.h"

/* The certificate of the request URL. libcurl decides whether it is trusted; what it says of the
 * chain is read here, also if it is not trusted. */

static int64_t seconds_of(const mbedtls_x509_time *time)
{
    struct tm tm = {.tm_year = time->year - 1900,
                    .tm_mon = time->mon - 1,
                    .tm_mday = time->day,
                    .tm_hour = time->hour,
                    .tm_min = time->min,
                    .tm_sec = time->sec};
    return (int64_t)timegm(&tm);
}

static bool same_name(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

/* The last value of "C=US, O=Let's Encrypt, CN=R11". */
static void note_issuer(const mbedtls_x509_crt *crt, doctor_certificate_t *ret)
{
    char names[512] = "";
    mbedtls_x509_dn_gets(names, sizeof names, &crt->issuer);
    const char *common = strstr(names, "CN=");
    snprintf(ret->issuer, sizeof ret->issuer, "%s", common ? common + 3 : names);
}

static void read_chain(mbedtls_x509_crt *chain, doctor_certificate_t *ret)
{
    uint32_t flags = 0;
    mbedtls_x509_crt *last = chain;
    ret->seen = true;
    ret->self_signed = same_name(&chain->issuer_raw, &chain->subject_raw);
    ret->left_s = seconds_of(&chain->valid_to) - (int64_t)time(NULL);
    ret->begun = seconds_of(&chain->valid_from) <= (int64_t)time(NULL);
    note_issuer(chain, ret);
    for (ret->sent = 1; last->next; last = last->next) {
        if (!same_name(&last->issuer_raw, &last->next->subject_raw)) break;
        ret->sent++;
    }
    ret->complete = ret->sent > 1 || ret->self_signed;
    /* The last one counts as an authority: only the name is of interest. */
    mbedtls_x509_crt_verify(chain, last, NULL, ret->host, &flags, NULL, NULL);
    ret->fits = !(flags & MBEDTLS_X509_BADCERT_CN_MISMATCH);
}

/* The certificates that the server has sent, in its order. */
static void take_chain(CURL *easy, doctor_certificate_t *ret)
{
    static const char field[] = "Cert:";
    const struct curl_certinfo *info = NULL;
    mbedtls_x509_crt chain;
    mbedtls_x509_crt_init(&chain);
    bool good = curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) == CURLE_OK && info;
    for (int i = 0; good && i < info->num_of_certs; i++)
        for (const struct curl_slist *at = info->certinfo[i]; good && at; at = at->next)
            if (strncmp(at->data, field, sizeof field - 1) == 0) {
                const char *pem = at->data + sizeof field - 1;
                good = mbedtls_x509_crt_parse(&chain, (const unsigned char *)pem,
                                              strlen(pem) + 1) == 0;
            }
    if (good && chain.raw.len > 0) read_chain(&chain, ret);
    mbedtls_x509_crt_free(&chain);
}

/* Connects once. False: the connection failed. */
static bool look(const slack_options_t *options, const char *url, unsigned timeout_s, bool strict,
                 doctor_certificate_t *ret)
{
    char error[CURL_ERROR_SIZE] = "";
    bool proxied, good = false;
    doctor_answer_t answer = {.asked = true};
    CURL *easy = curl_easy_init();
    if (easy && doctor_set_proxy(easy, options, url, &proxied)) {
        doctor_set_connection(easy, options, url, timeout_s, error);
        curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, strict ? 1L : 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, strict ? 2L : 0L);
        doctor_note_failure(easy, curl_easy_perform(easy), proxied, error, &answer);
        good = answer.failed_at == DOCTOR_ANSWERED;
        if (good) take_chain(easy, ret);
        if (!good) snprintf(ret->why, sizeof ret->why, "%s", answer.why);
    }
    curl_easy_cleanup(easy);
    return good;
}

void doctor_gather_certificate(doctor_facts_t *facts, const slack_options_t *options,
                               const char *url, unsigned timeout_s)
{
    doctor_certificate_t *ret = &facts->certificate;
    slack_url_t parts;
    if (slack__url_parse(&parts, url) != 0) return;
    snprintf(ret->host, sizeof ret->host, "%.*s", (int)parts.host.len, parts.host.ptr);
    ret->trusted = look(options, url, timeout_s, true, ret);
    if (!ret->trusted) look(options, url, timeout_s, false, ret);
}
