/* SPDX-License-Identifier: MIT */
#include "transport_http/signing_secret.h"

#include <stdio.h>

#include <slack/error.h>

#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"

#define WHERE "(app settings, Basic Information, App Credentials)"

/* Make a signer of the text of an option or a file. SLACK_ECONFIG with *ret_why, which contains no
 * part of the text. */
static int signer_from_text(const char *text, slack_signer_t **ret, const char **ret_why)
{
    if (slack__token_kind(text)) {
        *ret_why = "holds a token, not the signing secret " WHERE;
        return SLACK_ECONFIG;
    }
    int rc = slack__signer_new(ret, text);
    if (rc != SLACK_EINVAL) return rc;
    *ret_why = "is blank, has an empty secret between its commas, white space or a character that "
               "is not ASCII in one, more than 16, or an app's id (A…:) before some but not all";
    return SLACK_ECONFIG;
}

static int signer_from_file(const char *file, slack_signer_t **ret, slack_file_fault_t *fault)
{
    char *text = NULL;
    int rc = slack__file_read_secret(file, &text, fault);
    if (rc == 0) rc = signer_from_text(text, ret, &fault->why);
    slack__free_secret(text);
    return rc;
}

int slack__signing_secret_init(slack_signing_secret_t *secret, slack_net_t *net,
                               const slack_options_t *options, char *error)
{
    const char *file = options->signing_secret_file, *text = options->signing_secret, *why = "";
    int rc;
    *secret = (slack_signing_secret_t){.net = net};
    if (file && *file) {
        secret->file = file;
        slack__file_watch_add(&secret->watch, file);
        slack_file_fault_t fault;
        rc = signer_from_file(file, &secret->signer, &fault);
        if (rc == SLACK_ECONFIG)
            slack__explain(error, "cannot use SLACK_SIGNING_SECRET_FILE=%.80s: %s", file,
                           fault.why);
        return rc;
    }
    if (text && *text) {
        rc = signer_from_text(text, &secret->signer, &why);
    } else {
        rc = SLACK_ECONFIG;
        why = "is not set; the http transport needs it " WHERE;
    }
    if (rc == SLACK_ECONFIG) slack__explain(error, "SLACK_SIGNING_SECRET %s", why);
    return rc;
}

void slack__signing_secret_done(slack_signing_secret_t *secret)
{
    slack__signer_free(secret->signer);
}

static void secret_reload(void *user_data)
{
    slack_signing_secret_t *secret = user_data;
    slack_signer_t *signer;
    slack_file_fault_t fault;
    slack__file_watch_mark(&secret->watch);
    int rc = signer_from_file(secret->file, &signer, &fault);
    if (rc != 0) {
        SLACK_LOG(secret->net->log, ERROR, "signing secret not read again, the old one stays",
                  "file=%s reason=%s", secret->file,
                  rc == SLACK_ECONFIG ? fault.why : slack_strerror(rc));
        return;
    }
    slack__signer_free(secret->signer);
    secret->signer = signer;
    secret->version++;
    SLACK_LOG(secret->net->log, INFO, "signing secret read again", "file=%s", secret->file);
}

unsigned slack__signing_secret_reload(slack_signing_secret_t *secret)
{
    if (!secret->file) return 0;
    secret_reload(secret);
    return 1;
}

void slack__signing_secret_watch(slack_signing_secret_t *secret)
{
    int rc = slack__file_watch_start(&secret->watch, secret->net->loop, SLACK_FILE_WATCH_MS,
                                     secret_reload, secret);
    if (rc != 0) /* the file can still be read again on request */
        SLACK_LOG(secret->net->log, WARN, "files not watched", "file=%s reason=%s", secret->file,
                  uv_strerror(rc));
}

static void secret_closed(void *user_data)
{
    const slack_signing_secret_t *secret = user_data;
    secret->closed(secret->user_data);
}

bool slack__signing_secret_close(slack_signing_secret_t *secret, void (*closed)(void *user_data),
                                 void *user_data)
{
    secret->closed = closed;
    secret->user_data = user_data;
    return slack__file_watch_close(&secret->watch, secret_closed);
}
