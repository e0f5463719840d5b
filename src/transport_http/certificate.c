/* SPDX-License-Identifier: MIT */
#include "transport_http/certificate.h"

#include <slack/error.h>

#include "util/error.h"
#include "util/library_faults.h"

static const char *or_null(const char *option)
{
    return option && *option ? option : NULL;
}

static int certificate_load(const slack_certificate_t *c, slack_tls_context_t **ret,
                            slack_tls_fault_t *ret_fault)
{
    slack_tls_context_t *tls;
    int rc = slack__tls_context_server(&tls, c->cert, c->key, ret_fault);
    if (rc != 0) return rc;
    if (c->client_ca)
        rc = slack__tls_context_check_clients(tls, c->client_ca, SLACK_CLIENT_NAME, ret_fault);
    if (rc != 0)
        slack__tls_context_unref(tls);
    else
        *ret = tls;
    return rc;
}

/* The largest RSA key whose handshakes are fast enough. */
#define RSA_BITS_FAST 2048

static void warn_of_slow_key(const slack_certificate_t *c)
{
    const unsigned bits = slack__tls_context_rsa_bits(c->tls);
    if (bits > RSA_BITS_FAST)
        SLACK_LOG(c->net->log, WARN, "the key makes TLS handshakes slow",
                  "file=%s key=RSA-%u hint=%s", c->key, bits,
                  "use a certificate with an EC key (P-256)");
}

int slack__certificate_init(slack_certificate_t *certificate, slack_net_t *net,
                            const slack_options_t *options, char *error)
{
    slack_certificate_t *c = certificate;
    *c = (slack_certificate_t){.net = net,
                               .cert = or_null(options->http_tls_cert),
                               .key = or_null(options->http_tls_key),
                               .client_ca = or_null(options->http_tls_client_ca)};
    if (!c->cert && !c->key && !c->client_ca) return 0;
    if (!c->cert || !c->key) {
        slack__explain(error, "SLACK_HTTP_TLS_CERT and SLACK_HTTP_TLS_KEY have to be set together");
        return SLACK_ECONFIG;
    }
    slack__file_watch_add(&c->watch, c->cert);
    slack__file_watch_add(&c->watch, c->key);
    slack__file_watch_add(&c->watch, c->client_ca);
    slack_tls_fault_t fault = {0};
    int rc = certificate_load(c, &c->tls, &fault);
    if (rc == 0) warn_of_slow_key(c);
    /* Faults of the library that concern the check of clients. */
    char version[SLACK_TLS_VERSION_SIZE];
    const slack_library_fault_t *known = NULL;
    slack__tls_version(version);
    while (rc == 0 && c->client_ca &&
           (known = slack__library_fault_next(known, "mbedtls", version)))
        if (known->when == SLACK_USE_CLIENT_CERTIFICATES)
            SLACK_LOG(c->net->log, WARN, "a library has a known fault",
                      "library=%s version=%s fault=%s effect=%s hint=%s", known->name, version,
                      known->id, known->effect, known->cure);
    if (rc != SLACK_ECONFIG) return rc;
    const char *variable = fault.file == c->cert ? "CERT" : "CLIENT_CA";
    if (fault.file == c->key) variable = "KEY";
    slack__explain(error, "cannot use SLACK_HTTP_TLS_%s=%.60s: %s", variable, fault.file,
                   fault.why);
    return rc;
}

void slack__certificate_done(slack_certificate_t *certificate)
{
    slack__tls_context_unref(certificate->tls);
}

/* Open connections keep the context that they began with. */
static void certificate_reload(void *user_data)
{
    slack_certificate_t *c = user_data;
    slack_tls_context_t *tls, *old = c->tls;
    slack_tls_fault_t fault = {.file = c->cert};
    slack__file_watch_mark(&c->watch);
    int rc = certificate_load(c, &tls, &fault);
    if (rc != 0) {
        SLACK_LOG(c->net->log, ERROR, "certificate not read again, the old one stays",
                  "file=%s reason=%s", fault.file, *fault.why ? fault.why : slack_strerror(rc));
        return;
    }
    c->tls = tls;
    if (c->changed) c->changed(c->user_data);
    slack__tls_context_unref(old);
    SLACK_LOG(c->net->log, INFO, "certificate read again", "file=%s", c->cert);
    warn_of_slow_key(c);
}

unsigned slack__certificate_reload(slack_certificate_t *certificate)
{
    if (!certificate->cert) return 0;
    certificate_reload(certificate);
    return 1;
}

void slack__certificate_watch(slack_certificate_t *certificate, void (*changed)(void *user_data),
                              void *user_data)
{
    certificate->changed = changed;
    certificate->user_data = user_data;
    int rc = slack__file_watch_start(&certificate->watch, certificate->net->loop,
                                     SLACK_FILE_WATCH_MS, certificate_reload, certificate);
    if (rc != 0) /* the files can still be read again on request */
        SLACK_LOG(certificate->net->log, WARN, "files not watched", "file=%s reason=%s",
                  certificate->cert, uv_strerror(rc));
}

static void certificate_closed(void *user_data)
{
    const slack_certificate_t *certificate = user_data;
    certificate->closed(certificate->user_data);
}

bool slack__certificate_close(slack_certificate_t *certificate, void (*closed)(void *user_data),
                              void *user_data)
{
    certificate->closed = closed;
    certificate->user_data = user_data;
    return slack__file_watch_close(&certificate->watch, certificate_closed);
}
