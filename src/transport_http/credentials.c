/* SPDX-License-Identifier: MIT */
#include "transport_http/credentials.h"

#include <stdio.h>

#include <slack/error.h>

#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/file.h"

static bool is_set(const char *option)
{
    return option && *option;
}

static int wrong(char *error, const char *sentence)
{
    snprintf(error, SLACK_ERROR_TEXT_MAX, "%s", sentence);
    return SLACK_ECONFIG;
}

/* --- the certificate -------------------------------------------------------------------------- */

static int load_tls(const slack_credentials_t *c, slack_tls_context_t **ret,
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

static int init_tls(slack_credentials_t *c, const slack_options_t *o, char *error)
{
    c->cert = is_set(o->http_tls_cert) ? o->http_tls_cert : NULL;
    c->key = is_set(o->http_tls_key) ? o->http_tls_key : NULL;
    c->client_ca = is_set(o->http_tls_client_ca) ? o->http_tls_client_ca : NULL;
    if (!c->cert && !c->key && !c->client_ca) return 0;
    if (!c->cert || !c->key)
        return wrong(error, "SLACK_HTTP_TLS_CERT and SLACK_HTTP_TLS_KEY have to be set together");
    slack__file_watch_add(&c->tls_watch, c->cert);
    slack__file_watch_add(&c->tls_watch, c->key);
    slack__file_watch_add(&c->tls_watch, c->client_ca);
    slack_tls_fault_t fault = {0};
    int rc = load_tls(c, &c->tls, &fault);
    if (rc != SLACK_ECONFIG) return rc;
    snprintf(error, SLACK_ERROR_TEXT_MAX, "cannot use SLACK_HTTP_TLS_%s=%.60s: %s",
             fault.file == c->cert  ? "CERT"
             : fault.file == c->key ? "KEY"
                                    : "CLIENT_CA",
             fault.file, fault.why);
    return rc;
}

/* Connections that are open keep what they began with. */
static void reload_tls(void *user_data)
{
    slack_credentials_t *c = user_data;
    slack_tls_context_t *tls, *old = c->tls;
    slack_tls_fault_t fault = {.file = c->cert};
    slack__file_watch_mark(&c->tls_watch);
    int rc = load_tls(c, &tls, &fault);
    if (rc != 0) {
        SLACK_LOG(slack__net_log(c->net), ERROR, "certificate not read again, the old one stays",
                  "file=%s reason=%s", fault.file, *fault.why ? fault.why : slack_strerror(rc));
        return;
    }
    c->tls = tls;
    if (c->tls_changed) c->tls_changed(c->user_data);
    slack__tls_context_unref(old);
    SLACK_LOG(slack__net_log(c->net), INFO, "certificate read again", "file=%s", c->cert);
}

/* --- the signing secrets ---------------------------------------------------------------------- */

#define WHERE "(app settings, Basic Information, App Credentials)"

/* What a text that holds no signing secret seems to be, without a character of it; NULL for one
 * that does. */
static const char *fault_of(const char *secrets)
{
    if (slack__token_kind(secrets)) return "holds a token, not the signing secret " WHERE;
    return NULL;
}

static int make_signer(const char *secrets, slack_signer_t **ret, const char **ret_why)
{
    const char *fault = fault_of(secrets);
    int rc = fault ? SLACK_EINVAL : slack__signer_new(ret, secrets);
    if (rc != SLACK_EINVAL) return rc;
    *ret_why = fault ? fault
                     : "is blank, has an empty secret between its commas, more than 16 of them, "
                       "or an app's id (A…:) before some of them but not before all";
    return SLACK_ECONFIG;
}

static int load_signer(const char *file, slack_signer_t **ret, const char **ret_why)
{
    char *secrets = NULL;
    int rc = slack__file_read_secret(file, &secrets, ret_why);
    if (rc == 0) rc = make_signer(secrets, ret, ret_why);
    slack__free_secret(secrets);
    return rc;
}

static int init_signer(slack_credentials_t *c, const slack_options_t *o, char *error)
{
    const char *why = "";
    c->secret_file = is_set(o->signing_secret_file) ? o->signing_secret_file : NULL;
    if (c->secret_file) {
        slack__file_watch_add(&c->secret_watch, c->secret_file);
        int rc = load_signer(c->secret_file, &c->signer, &why);
        if (rc == SLACK_ECONFIG)
            snprintf(error, SLACK_ERROR_TEXT_MAX, "cannot use SLACK_SIGNING_SECRET_FILE=%.80s: %s",
                     c->secret_file, why);
        return rc;
    }
    if (!is_set(o->signing_secret))
        return wrong(error, "SLACK_SIGNING_SECRET is not set; the http transport needs it " WHERE);
    int rc = make_signer(o->signing_secret, &c->signer, &why);
    if (rc == SLACK_ECONFIG) snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_SIGNING_SECRET %s", why);
    return rc;
}

static void reload_signer(void *user_data)
{
    slack_credentials_t *c = user_data;
    slack_signer_t *signer;
    const char *why = NULL;
    slack__file_watch_mark(&c->secret_watch);
    int rc = load_signer(c->secret_file, &signer, &why);
    if (rc != 0) {
        SLACK_LOG(slack__net_log(c->net), ERROR, "signing secret not read again, the old one stays",
                  "file=%s reason=%s", c->secret_file, why ? why : slack_strerror(rc));
        return;
    }
    slack__signer_free(c->signer);
    c->signer = signer;
    SLACK_LOG(slack__net_log(c->net), INFO, "signing secret read again", "file=%s", c->secret_file);
}

/* --- both ------------------------------------------------------------------------------------- */

int slack__credentials_init(slack_credentials_t *c, slack_net_t *net,
                            const slack_options_t *options, char *error)
{
    *c = (slack_credentials_t){.net = net};
    int rc = init_signer(c, options, error);
    return rc == 0 ? init_tls(c, options, error) : rc;
}

void slack__credentials_done(slack_credentials_t *c)
{
    slack__signer_free(c->signer);
    slack__tls_context_unref(c->tls);
}

/* A file that cannot be watched is as good as one that does not change. */
static void watch(slack_credentials_t *c, slack_file_watch_t *files,
                  void (*changed)(void *user_data))
{
    int rc =
        slack__file_watch_start(files, slack__net_loop(c->net), SLACK_FILE_WATCH_MS, changed, c);
    if (rc != 0)
        SLACK_LOG(slack__net_log(c->net), WARN, "files not watched", "file=%s reason=%s",
                  files->paths[0], uv_strerror(rc));
}

void slack__credentials_watch(slack_credentials_t *c, void (*tls_changed)(void *user_data),
                              void *user_data)
{
    c->tls_changed = tls_changed;
    c->user_data = user_data;
    watch(c, &c->tls_watch, reload_tls);
    watch(c, &c->secret_watch, reload_signer);
}

static void on_watch_closed(void *user_data)
{
    slack_credentials_t *c = user_data;
    if (--c->watches == 0) c->closed(c->user_data);
}

bool slack__credentials_close(slack_credentials_t *c, void (*closed)(void *user_data))
{
    c->closed = closed;
    c->watches += slack__file_watch_close(&c->tls_watch, on_watch_closed);
    c->watches += slack__file_watch_close(&c->secret_watch, on_watch_closed);
    return c->watches > 0;
}

unsigned slack__credentials_reload(slack_credentials_t *c)
{
    if (c->cert) reload_tls(c);
    if (c->secret_file) reload_signer(c);
    return (c->cert ? 1u : 0u) + (c->secret_file ? 1u : 0u);
}
