/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <psa/crypto.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/file.h"

/* Bytes from the wire that may wait: one read of the socket behind an incomplete record. */
#define IN_MAX ((size_t)128 * 1024)
/* Memory that an idle session keeps for the next read, and the bytes that may wait for the
 * handshake. */
#define IN_IDLE ((size_t)8 * 1024)
/* More than a record's header, nonce, tag and padding take. */
#define RECORD_OVERHEAD ((size_t)64)
/* For handshakes and alerts. */
#define OUT_EXTRA    ((size_t)64 * 1024)
#define REASON_BYTES 160

struct slack_tls_context {
    unsigned refs;
    mbedtls_ssl_config config;
    mbedtls_x509_crt chain; /* a client's trusted authorities, or a server's own certificate */
    mbedtls_pk_context key; /* a server's */
    mbedtls_ssl_ticket_context tickets;
    mbedtls_x509_crt client_cas; /* the authorities of a server's clients */
    const char *client_name;     /* the name that a client's certificate must have */
};

struct slack_tls {
    slack_tls_context_t *context;
    mbedtls_ssl_context ssl;
    slack_buf_t in;      /* from the wire */
    slack_buf_t out;     /* for the wire */
    bool established;    /* the handshake is done */
    int error;           /* the session has failed; 0: it has not */
    char *host;          /* a client's: the peer's name */
    uint8_t address[16]; /* `host`, if it is an address */
    size_t address_len;
    char reason[REASON_BYTES];
};

/* Forward secrecy and authenticated encryption, which Slack and every browser require. */
static const int ciphersuites[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};

/*
 * PKCS#1 before PSS: most servers take the first that fits, and mbedTLS 3.6.6 offers PSS to a
 * server that speaks only TLS 1.2, but then rejects it (Mbed-TLS/mbedtls#10668). TLS 1.3 ignores
 * PKCS#1.
 */
static const uint16_t signature_algorithms[] = {
    MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
    MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
    MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384,       MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,
    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
    MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,    MBEDTLS_TLS1_3_SIG_NONE,
};

static const char *alpn[] = {"http/1.1", NULL};

static int error_of(int rc)
{
    switch (rc) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_PEM_ALLOC_FAILED:
    case MBEDTLS_ERR_ASN1_ALLOC_FAILED:
    case MBEDTLS_ERR_MPI_ALLOC_FAILED: return SLACK_ENOMEM;
    default: return SLACK_ETLS;
    }
}

/* --- contexts --------------------------------------------------------------------------------- */

static int configure(slack_tls_context_t *context, int role)
{
    mbedtls_ssl_config *config = &context->config;
    if (psa_crypto_init() != PSA_SUCCESS) return SLACK_ETLS; /* for TLS 1.3 and random numbers */
    int rc = mbedtls_ssl_config_defaults(config, role, MBEDTLS_SSL_TRANSPORT_STREAM,
                                         MBEDTLS_SSL_PRESET_DEFAULT);
    if (rc == 0) rc = mbedtls_ssl_conf_alpn_protocols(config, alpn);
    if (rc != 0) return error_of(rc);
    mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_ciphersuites(config, ciphersuites);
    mbedtls_ssl_conf_sig_algs(config, signature_algorithms);
    if (role == MBEDTLS_SSL_IS_CLIENT) /* its connections live for hours */
        mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return 0;
}

static int context_new(slack_tls_context_t **ret, int role)
{
    slack_tls_context_t *context = slack__calloc(1, sizeof(*context));
    if (!context) return SLACK_ENOMEM;
    context->refs = 1;
    mbedtls_ssl_config_init(&context->config);
    mbedtls_x509_crt_init(&context->chain);
    mbedtls_pk_init(&context->key);
    mbedtls_ssl_ticket_init(&context->tickets);
    mbedtls_x509_crt_init(&context->client_cas);
    int rc = configure(context, role);
    if (rc != 0) {
        slack__tls_context_unref(context);
        return rc;
    }
    *ret = context;
    return 0;
}

/* The file of trusted certificates of this system; NULL if there is none. */
static const char *system_ca_file(void)
{
    static const char *const paths[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Alpine */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
        "/etc/ssl/cert.pem",                  /* macOS, BSD */
        "/etc/ssl/ca-bundle.pem",             /* SUSE */
    };
    const char *named = getenv("SSL_CERT_FILE");
    if (named && *named) return named;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (access(paths[i], R_OK) == 0) return paths[i];
    return NULL;
}

/* More than any bundle has. */
#define FILE_MAX_BYTES ((size_t)8 << 20)

/* Read and parse a file. mbedTLS's own reader would wait for the writer of a pipe. */
static int parse_file(const char *path, enum slack_file_use use,
                      int (*parse)(void *to, const unsigned char *data, size_t len), void *to)
{
    char *data = NULL;
    slack_file_fault_t fault;
    ssize_t read = slack__file_read(path, use, FILE_MAX_BYTES, &data, &fault);
    if (read < 0)
        return fault.error == ENOMEM ? MBEDTLS_ERR_X509_ALLOC_FAILED
                                     : MBEDTLS_ERR_X509_FILE_IO_ERROR;
    const size_t len = (size_t)read;
    /* mbedTLS takes PEM with its NUL. */
    const size_t size = strstr(data, "-----BEGIN ") ? len + 1 : len;
    int rc = parse(to, (const unsigned char *)data, size);
    slack__wipe(data, len);
    slack__free(data);
    return rc;
}

static int parse_chain(void *to, const unsigned char *data, size_t len)
{
    return mbedtls_x509_crt_parse(to, data, len);
}

static int parse_key(void *to, const unsigned char *data, size_t len)
{
    return mbedtls_pk_parse_key(to, data, len, NULL, 0, mbedtls_psa_get_random,
                                MBEDTLS_PSA_RANDOM_STATE);
}

/* A bundle may hold certificates that mbedTLS cannot read, with an unusual curve for instance. It
 * skips them, and returns their number. */
static int load_cas(slack_tls_context_t *context, const char *path, enum slack_file_use use)
{
    if (!path) return SLACK_ECONFIG;
    int rc = parse_file(path, use, parse_chain, &context->chain);
    if (rc < 0 && error_of(rc) == SLACK_ENOMEM) return SLACK_ENOMEM;
    if (rc < 0 || context->chain.version == 0) return SLACK_ECONFIG;
    mbedtls_ssl_conf_ca_chain(&context->config, &context->chain, NULL);
    mbedtls_ssl_conf_authmode(&context->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    return 0;
}

/* Describe what is wrong with a file. `rc` is mbedTLS's: if positive, the number of certificates
 * that it could not read. */
static int refuse_file(slack_tls_fault_t *ret, const char *file, enum slack_file_use use, int rc)
{
    slack_tls_fault_t fault = {.file = file};
    if (error_of(rc) == SLACK_ENOMEM) return SLACK_ENOMEM;
    slack_file_fault_t why;
    if (slack__file_check(file, use, &why) != 0)
        snprintf(fault.why, sizeof fault.why, "%s", why.why);
    else if (rc > 0)
        snprintf(fault.why, sizeof fault.why, "%d of its certificates cannot be read", rc);
    else if (rc == MBEDTLS_ERR_PK_PASSWORD_REQUIRED)
        snprintf(fault.why, sizeof fault.why, "the key is encrypted");
    else if (rc == MBEDTLS_ERR_RSA_KEY_CHECK_FAILED || rc == MBEDTLS_ERR_PK_TYPE_MISMATCH ||
             rc == MBEDTLS_ERR_ECP_BAD_INPUT_DATA || rc == MBEDTLS_ERR_PK_BAD_INPUT_DATA)
        snprintf(fault.why, sizeof fault.why, "the key is not the certificate's");
    else
        mbedtls_strerror(rc, fault.why, sizeof fault.why);
    if (ret) *ret = fault;
    return SLACK_ECONFIG;
}

static int load_identity(slack_tls_context_t *context, const char *cert_file, const char *key_file,
                         slack_tls_fault_t *ret_fault)
{
    int rc = parse_file(cert_file, SLACK_FILE_TRUSTED, parse_chain, &context->chain);
    if (rc != 0) return refuse_file(ret_fault, cert_file, SLACK_FILE_TRUSTED, rc);
    rc = parse_file(key_file, SLACK_FILE_PRIVATE, parse_key, &context->key);
    if (rc == 0)
        rc = mbedtls_pk_check_pair(&context->chain.pk, &context->key, mbedtls_psa_get_random,
                                   MBEDTLS_PSA_RANDOM_STATE);
    if (rc != 0) return refuse_file(ret_fault, key_file, SLACK_FILE_PRIVATE, rc);
    rc = mbedtls_ssl_conf_own_cert(&context->config, &context->chain, &context->key);
    return rc == 0 ? 0 : error_of(rc);
}

static bool names(const mbedtls_x509_buf *buf, const char *name)
{
    return buf->len == strlen(name) && memcmp(buf->p, name, buf->len) == 0;
}

/* The common name of the subject. NULL: it has none, or several, or one that shares its part of the
 * subject with another value: then nobody says which of them the authority has checked. */
static const mbedtls_x509_buf *common_name(const mbedtls_x509_name *subject)
{
    const mbedtls_x509_name *common = NULL, *next;
    for (const mbedtls_x509_name *part = subject; part; part = next) {
        /* This function skips the further values of a part that has several. */
        next = mbedtls_x509_dn_get_next((mbedtls_x509_name *)(uintptr_t)part);
        const bool alone = part->next == next;
        for (; part != next; part = part->next) {
            if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) != 0) continue;
            if (common || !alone) return NULL;
            common = part;
        }
    }
    return common ? &common->val : NULL;
}

static bool has_other_names(const mbedtls_x509_crt *certificate)
{
    return mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME);
}

/* mbedTLS compares the name of a server with the alternative names, and in a certificate without
 * them with every common name. */
static int verify_server(void *user_data, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)user_data;
    if (depth == 0 && !has_other_names(certificate) && !common_name(&certificate->subject))
        *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    return 0;
}

int slack__tls_context_client(slack_tls_context_t **ret, const char *ca_file)
{
    slack_tls_context_t *context;
    int rc = context_new(&context, MBEDTLS_SSL_IS_CLIENT);
    if (rc != 0) return rc;
    rc = ca_file ? load_cas(context, ca_file, SLACK_FILE_TRUSTED)
                 : load_cas(context, system_ca_file(), SLACK_FILE_PUBLIC);
    if (rc != 0) {
        slack__tls_context_unref(context);
        return rc;
    }
    mbedtls_ssl_conf_verify(&context->config, verify_server, NULL);
    *ret = context;
    return 0;
}

void slack__tls_version(char ret[SLACK_TLS_VERSION_SIZE])
{
    const unsigned number = mbedtls_version_get_number();
    snprintf(ret, SLACK_TLS_VERSION_SIZE, "%u.%u.%u", number >> 24, number >> 16 & 0xFF,
             number >> 8 & 0xFF);
}

/* How long a session may be resumed, and how often the keys change. */
#define TICKET_LIFE_S 86400

static int verify_client(void *user_data, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    const slack_tls_context_t *context = user_data;
    if (depth != 0) return 0;
    /* The common name counts only in a certificate without any alternative name (RFC 6125). */
    const bool others = has_other_names(certificate);
    const mbedtls_x509_buf *common = others ? NULL : common_name(&certificate->subject);
    const mbedtls_x509_sequence *san = others ? &certificate->subject_alt_names : NULL;
    bool named = common && names(common, context->client_name);
    for (; san && !named; san = san->next)
        named = (san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_DNS_NAME &&
                names(&san->buf, context->client_name);
    if (!named) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    return 0;
}

int slack__tls_context_check_clients(slack_tls_context_t *context, const char *ca_file,
                                     const char *name, slack_tls_fault_t *ret_fault)
{
    int rc = parse_file(ca_file, SLACK_FILE_TRUSTED, parse_chain, &context->client_cas);
    if (rc != 0) return refuse_file(ret_fault, ca_file, SLACK_FILE_TRUSTED, rc);
    context->client_name = name;
    /* A resumed session has no certificate: who resumes it must have been checked before. mbedTLS
     * up to 3.6.7 takes a ticket of TLS 1.3, which anybody can read, in TLS 1.2, with a known
     * secret. */
    mbedtls_ssl_conf_session_tickets_cb(&context->config, NULL, NULL, NULL);
    mbedtls_ssl_conf_ca_chain(&context->config, &context->client_cas, NULL);
    mbedtls_ssl_conf_authmode(&context->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&context->config, verify_client, context);
    return 0;
}

int slack__tls_context_server(slack_tls_context_t **ret, const char *cert_file,
                              const char *key_file, slack_tls_fault_t *ret_fault)
{
    slack_tls_context_t *context;
    int rc = context_new(&context, MBEDTLS_SSL_IS_SERVER);
    if (rc != 0) return rc;
    rc = load_identity(context, cert_file, key_file, ret_fault);
    int tls_rc = 0;
    if (rc == 0)
        tls_rc = mbedtls_ssl_ticket_setup(&context->tickets, mbedtls_psa_get_random,
                                          MBEDTLS_PSA_RANDOM_STATE, MBEDTLS_CIPHER_AES_256_GCM,
                                          TICKET_LIFE_S);
    if (tls_rc != 0) rc = error_of(tls_rc);
    if (rc != 0) {
        slack__tls_context_unref(context);
        return rc;
    }
    mbedtls_ssl_conf_session_tickets_cb(&context->config, mbedtls_ssl_ticket_write,
                                        mbedtls_ssl_ticket_parse, &context->tickets);
    *ret = context;
    return 0;
}

unsigned slack__tls_context_rsa_bits(const slack_tls_context_t *context)
{
    const bool rsa = mbedtls_pk_get_type(&context->key) == MBEDTLS_PK_RSA;
    return rsa ? (unsigned)mbedtls_pk_get_bitlen(&context->key) : 0;
}

slack_tls_context_t *slack__tls_context_ref(slack_tls_context_t *context)
{
    context->refs++;
    return context;
}

void slack__tls_context_unref(slack_tls_context_t *context)
{
    if (!context || --context->refs > 0) return;
    mbedtls_ssl_config_free(&context->config);
    mbedtls_x509_crt_free(&context->chain);
    mbedtls_pk_free(&context->key); /* wipes */
    mbedtls_ssl_ticket_free(&context->tickets);
    mbedtls_x509_crt_free(&context->client_cas);
    slack__free(context);
}

/* --- sessions --------------------------------------------------------------------------------- */

static int bio_send(void *user_data, const unsigned char *data, size_t len)
{
    slack_tls_t *tls = user_data;
    int rc = slack__buf_append(&tls->out, data, len);
    if (rc != 0)
        return rc == SLACK_ENOMEM ? MBEDTLS_ERR_SSL_ALLOC_FAILED : MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    return (int)len;
}

static int bio_recv(void *user_data, unsigned char *data, size_t size)
{
    slack_tls_t *tls = user_data;
    if (tls->in.len == 0) return MBEDTLS_ERR_SSL_WANT_READ;
    size_t len = size < tls->in.len ? size : tls->in.len;
    memcpy(data, slack__buf_ptr(&tls->in), len);
    slack__buf_consume(&tls->in, len);
    return (int)len;
}

static bool names_address(const mbedtls_x509_crt *certificate, const slack_tls_t *tls)
{
    for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name;
         name = name->next) {
        const mbedtls_x509_buf *buf = &name->buf;
        if ((buf->tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS &&
            buf->len == tls->address_len && memcmp(buf->p, tls->address, buf->len) == 0)
            return true;
    }
    return false;
}

/* mbedTLS verifies the name that it sends as SNI, and an address may not be sent (RFC 6066): so
 * mbedTLS does not get the address, and this callback compares it. */
static int verify_address(void *user_data, mbedtls_x509_crt *certificate, int depth,
                          uint32_t *flags)
{
    const slack_tls_t *tls = user_data;
    if (depth == 0 && !names_address(certificate, tls)) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    return 0;
}

static int set_host(slack_tls_t *tls, const char *host)
{
    tls->host = slack__strdup(host);
    if (!tls->host) return SLACK_ENOMEM;
    if (inet_pton(AF_INET, host, tls->address) == 1) tls->address_len = 4;
    if (inet_pton(AF_INET6, host, tls->address) == 1) tls->address_len = 16;
    if (tls->address_len > 0) mbedtls_ssl_set_verify(&tls->ssl, verify_address, tls);
    int rc = mbedtls_ssl_set_hostname(&tls->ssl, tls->address_len > 0 ? NULL : host);
    if (rc == MBEDTLS_ERR_SSL_BAD_INPUT_DATA) return SLACK_EINVAL; /* too long for a name */
    return rc == 0 ? 0 : error_of(rc);
}

int slack__tls_new(slack_tls_t **ret, slack_tls_context_t *context, const char *host_name,
                   size_t write_max)
{
    slack_tls_t *tls = slack__calloc(1, sizeof(*tls));
    if (!tls) return SLACK_ENOMEM;
    mbedtls_ssl_init(&tls->ssl);
    tls->context = slack__tls_context_ref(context);
    slack__buf_init(&tls->in, IN_MAX);
    /* Records of a peer that asks for short ones are 512 bytes long. */
    slack__buf_init(&tls->out, write_max + write_max / 512 * RECORD_OVERHEAD + OUT_EXTRA);
    int rc = mbedtls_ssl_setup(&tls->ssl, &context->config);
    rc = rc == 0 ? 0 : error_of(rc);
    if (rc == 0 && host_name) rc = set_host(tls, host_name);
    if (rc != 0) {
        slack__tls_free(tls);
        return rc;
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, bio_send, bio_recv, NULL);
    *ret = tls;
    return 0;
}

void slack__tls_free(slack_tls_t *tls)
{
    if (!tls) return;
    mbedtls_ssl_free(&tls->ssl);
    slack__buf_done(&tls->in);
    slack__buf_done(&tls->out);
    slack__tls_context_unref(tls->context);
    slack__free(tls->host);
    slack__free(tls);
}

int slack__tls_feed(slack_tls_t *tls, const void *data, size_t len)
{
    return slack__buf_append(&tls->in, data, len);
}

size_t slack__tls_room(const slack_tls_t *tls)
{
    const size_t max = tls->established ? IN_MAX : IN_IDLE;
    return tls->in.len < max ? max - tls->in.len : 0;
}

/* A record begins with its type, of which there are four, its version 3.x, and its length. */
#define RECORD_HEAD 5

bool slack__tls_has_record(const slack_tls_t *tls)
{
    const uint8_t *head = (const uint8_t *)slack__buf_ptr(&tls->in);
    if (slack__tls_room(tls) == 0) return true;
    if (tls->in.len < RECORD_HEAD) return false;
    if (head[0] < 20 || head[0] > 23 || head[1] != 3) return true;
    return tls->in.len - RECORD_HEAD >= ((size_t)head[3] << 8 | head[4]);
}

slack_buf_t *slack__tls_out(slack_tls_t *tls)
{
    return &tls->out;
}

/* Describe the most serious fault of the peer's certificate. */
static void describe_certificate(slack_tls_t *tls)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } table[] = {
        {MBEDTLS_X509_BADCERT_MISSING, "the peer has no certificate"},
        {MBEDTLS_X509_BADCERT_EXPIRED, "the certificate has expired"},
        {MBEDTLS_X509_BADCERT_FUTURE, "the certificate is not valid yet"},
        {MBEDTLS_X509_BADCERT_REVOKED, "the certificate was revoked"},
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED, "the certificate is not signed by anyone trusted"},
        {MBEDTLS_X509_BADCERT_BAD_MD, "the certificate is signed with a weak hash"},
        {MBEDTLS_X509_BADCERT_BAD_PK, "the certificate's kind of key is not accepted"},
        {MBEDTLS_X509_BADCERT_BAD_KEY, "the certificate's key is too weak"},
    };
    uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
    if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH && !(flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)) {
        snprintf(tls->reason, sizeof(tls->reason), "the certificate is not for %s",
                 tls->host ? tls->host : tls->context->client_name);
        return;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (!(flags & table[i].flag)) continue;
        snprintf(tls->reason, sizeof(tls->reason), "%s", table[i].text);
        return;
    }
    snprintf(tls->reason, sizeof(tls->reason), "the certificate is not accepted (0x%x)", flags);
}

/* The session has failed: all functions return the same error from now on. */
static int tls_fail(slack_tls_t *tls, int rc)
{
    tls->error = error_of(rc);
    if (rc == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        describe_certificate(tls);
    else if (rc == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
        snprintf(tls->reason, sizeof(tls->reason), "the peer has no certificate");
    else if (rc == MBEDTLS_ERR_SSL_INVALID_RECORD)
        snprintf(tls->reason, sizeof(tls->reason), "what the peer sends is not TLS");
    else if (rc == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        snprintf(tls->reason, sizeof(tls->reason), "the peer refused the TLS session");
    else
        mbedtls_strerror(rc, tls->reason, sizeof(tls->reason));
    return tls->error;
}

/* Whether the call made progress that does not concern the caller, and has to be repeated. */
static bool is_aside(int rc)
{
    return rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
}

int slack__tls_handshake(slack_tls_t *tls)
{
    if (tls->error) return tls->error;
    int rc;
    do
        rc = mbedtls_ssl_handshake(&tls->ssl);
    while (is_aside(rc));
    tls->established = rc == 0;
    if (rc == 0) return 0;
    return rc == MBEDTLS_ERR_SSL_WANT_READ ? SLACK_EBUSY : tls_fail(tls, rc);
}

int slack__tls_read(slack_tls_t *tls, void *data, size_t size, size_t *ret_len)
{
    if (tls->error) return tls->error;
    int rc;
    do
        rc = mbedtls_ssl_read(&tls->ssl, data, size);
    while (is_aside(rc));
    if (rc > 0) {
        *ret_len = (size_t)rc;
        return 0;
    }
    if (rc == MBEDTLS_ERR_SSL_WANT_READ) {
        if (tls->in.len == 0 && tls->in.cap > IN_IDLE) slack__buf_done(&tls->in);
        return SLACK_EBUSY;
    }
    if (rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return SLACK_ECLOSED;
    return tls_fail(tls, rc);
}

int slack__tls_write(slack_tls_t *tls, const void *data, size_t len)
{
    if (tls->error) return tls->error;
    /* Reserve room for the encrypted bytes, so that a write that has begun does not run out of
     * memory. */
    char *tail;
    const int record = mbedtls_ssl_get_max_out_record_payload(&tls->ssl);
    if (record <= 0) return tls_fail(tls, record);
    const size_t added = (len / (size_t)record + 1) * RECORD_OVERHEAD;
    int rc = slack__buf_reserve(&tls->out, len + added, &tail);
    if (rc != 0) return rc;
    const unsigned char *next = data;
    while (len > 0) {
        rc = mbedtls_ssl_write(&tls->ssl, next, len);
        if (is_aside(rc)) continue;
        if (rc <= 0) return tls_fail(tls, rc);
        next += rc;
        len -= (size_t)rc;
    }
    return 0;
}

void slack__tls_close(slack_tls_t *tls)
{
    if (tls->error || !tls->established) return;
    mbedtls_ssl_close_notify(&tls->ssl);
}

const char *slack__tls_reason(const slack_tls_t *tls)
{
    return tls->reason;
}
