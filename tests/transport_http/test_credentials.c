/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/test.h"
#include "support/tls_memory.h"
#include "support/world.h"
#include "transport_http/certificate.h"
#include "transport_http/signing_secret.h"

/* Signing secrets and certificates from files: faults, no memory, and no secret left in memory. */

#define SECRET "0123456789abcdef0123456789abcdef"

static char secret_file[] = "/tmp/slackapp-XXXXXX";
static char error[SLACK_ERROR_TEXT_MAX];
static world_t world;
static slack_options_t options;

static int enter(void **state)
{
    static char cert[256], key[256], ca[256];
    *error = '\0';
    options = (slack_options_t){.signing_secret_file = secret_file};
    file_write(secret_file, SECRET "\n");
    if (certs_make()) {
        snprintf(cert, sizeof cert, "%s", certs_path("server.pem"));
        snprintf(key, sizeof key, "%s", certs_path("server.key"));
        snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
        options.http_tls_cert = cert;
        options.http_tls_key = key;
        options.http_tls_client_ca = ca;
    }
    return !world_open(&world);
}

static int leave(void **state)
{
    world_close(&world);
    return 0;
}

#define FILES_TEST(function) TEST_CASE(function, enter, leave, NULL)

typedef struct credentials {
    slack_signing_secret_t secret;
    slack_certificate_t certificate;
} credentials_t;

static int make(credentials_t *c)
{
    *c = (credentials_t){0};
    int rc = slack__signing_secret_init(&c->secret, world.net, &options, error);
    return rc == 0 ? slack__certificate_init(&c->certificate, world.net, &options, error) : rc;
}

static unsigned reload(credentials_t *c)
{
    return slack__certificate_reload(&c->certificate) + slack__signing_secret_reload(&c->secret);
}

static void done(credentials_t *c)
{
    slack__signing_secret_done(&c->secret);
    slack__certificate_done(&c->certificate);
}

/* ---- memory ---- */

static int init_once(void *ctx)
{
    credentials_t c;
    int rc = make(&c);
    done(&c);
    return rc;
}

FILES_TEST(no_memory_to_begin_with)
{
    if (!options.http_tls_cert) skip();
    assert_true(alloc_fail_each(init_once, NULL) > 2);
}

/* A reload that fails keeps the old ones and logs it, and the next reload works. */
static int reload_once(void *ctx)
{
    credentials_t *c = ctx;
    const slack_tls_context_t *tls = c->certificate.tls;
    const slack_signer_t *signer = c->secret.signer;
    world_forget_log(&world);
    assert_int_equal(reload(c), 2);
    const bool both = c->certificate.tls != tls && c->secret.signer != signer;
    assert_non_null(c->certificate.tls);
    assert_non_null(c->secret.signer);
    assert_int_equal(c->certificate.tls == tls,
                     strstr(world.log, "level=error event=\"certificate not read again") != NULL);
    assert_int_equal(c->secret.signer == signer,
                     strstr(world.log, "level=error event=\"signing secret not read") != NULL);
    if (!both) assert_non_null(strstr(world.log, "reason=\"out of memory\""));
    return both ? 0 : SLACK_ENOMEM;
}

FILES_TEST(no_memory_to_reload)
{
    credentials_t c;
    if (!options.http_tls_cert) skip();
    assert_int_equal(make(&c), 0);
    slack__signing_secret_watch(&c.secret);
    slack__certificate_watch(&c.certificate, NULL, NULL);
    assert_true(alloc_fail_each(reload_once, &c) > 2);
    bool secret_closed = false, certificate_closed = false;
    assert_true(slack__signing_secret_close(&c.secret, world_set_flag, &secret_closed));
    assert_true(slack__certificate_close(&c.certificate, world_set_flag, &certificate_closed));
    world_until(&world, secret_closed);
    world_until(&world, certificate_closed);
    done(&c);
}

/* The same for the memory of mbedTLS, which does not use the library's allocator. */
static void tls_has_no_memory(int (*fn)(void *ctx), void *ctx)
{
    int rc = SLACK_ENOMEM;
    for (size_t nth = 0; rc != 0; nth++) {
        assert_in_range(nth, 0, 5000);
        tls_memory_fail_at(nth);
        rc = fn(ctx);
        bool failed = tls_memory_heal();
        /* mbedTLS may report a failed allocation as an error of the calculation around it. */
        if (rc != 0) assert_true(failed);
        if (rc != 0) assert_true(rc == SLACK_ENOMEM || rc == SLACK_ECONFIG || rc == SLACK_ETLS);
        if (!failed) assert_int_equal(rc, 0);
    }
}

static int reload_tls_once(void *ctx)
{
    credentials_t *c = ctx;
    const slack_tls_context_t *tls = c->certificate.tls;
    world_forget_log(&world);
    reload(c);
    assert_non_null(c->certificate.tls);
    assert_non_null(c->secret.signer);
    if (c->certificate.tls != tls) return 0;
    assert_non_null(strstr(world.log, "level=error event=\"certificate not read again"));
    return SLACK_ENOMEM;
}

FILES_TEST(mbedtls_has_no_memory)
{
    credentials_t c;
    if (!options.http_tls_cert || !tls_memory_is_ours()) skip();
    tls_has_no_memory(init_once, NULL);
    assert_int_equal(make(&c), 0);
    tls_has_no_memory(reload_tls_once, &c);
    done(&c);
}

/* ---- secrets in memory ---- */

/* No block is freed with the secret in it, whatever the file holds later. */
FILES_TEST(secrets_are_wiped)
{
    static const char *const texts[] = {
        SECRET, (SECRET "\n"), (SECRET "," SECRET), (SECRET ",,"), ("xoxb-" SECRET),
    };
    heap_watch(SECRET);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        credentials_t c;
        file_write(secret_file, SECRET);
        assert_int_equal(make(&c), 0);
        file_write(secret_file, texts[i]);
        reload(&c);
        done(&c);
        make(&c);
        done(&c);
        assert_null(strstr(error, "0123"));
        assert_null(strstr(world.log, "0123"));
    }
    file_write(secret_file, SECRET);
    for (size_t nth = 0; nth < 20; nth++) {
        heap_fail_at(nth, false);
        init_once(NULL);
        heap_heal();
    }
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

/* A file that is far too long is read up to the limit. */
FILES_TEST(secrets_in_large_files_are_wiped)
{
    char *text = malloc(100001);
    credentials_t c;
    assert_non_null(text);
    memset(text, 'x', 100000);
    memcpy(text, SECRET, strlen(SECRET));
    text[100000] = '\0';
    file_write(secret_file, text);
    heap_watch(SECRET);
    assert_int_equal(make(&c), SLACK_ECONFIG);
    done(&c);
    assert_non_null(strstr(error, "cannot use SLACK_SIGNING_SECRET_FILE=/tmp/slackapp-"));
    assert_non_null(strstr(error, ": File too large"));
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
    free(text);
}

/* Options from variables, also when a later variable is invalid. */
FILES_TEST(secrets_in_options_are_wiped)
{
    char sentence[SLACK_ERROR_TEXT_MAX];
    setenv("SLACK_SIGNING_SECRET_FILE", secret_file, 1);
    heap_watch(SECRET);
    for (size_t nth = 0; nth < 40; nth++) {
        slack_options_t o = {.bot_token = "xoxb-" SECRET};
        heap_fail_at(nth, false);
        if (slack_options_from_env(&o, sentence) == 0) slack_options_done(&o);
        heap_heal();
    }
    setenv("SLACK_MAX_ATTEMPTS", "no number", 1); /* read after the secret */
    slack_options_t o = {0};
    assert_int_equal(slack_options_from_env(&o, sentence), SLACK_ECONFIG);
    assert_non_null(strstr(sentence, "SLACK_MAX_ATTEMPTS"));
    unsetenv("SLACK_MAX_ATTEMPTS");
    unsetenv("SLACK_SIGNING_SECRET_FILE");
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

/* ---- faults ---- */

static void expect_fault(const char *sentence)
{
    credentials_t c;
    assert_int_equal(make(&c), SLACK_ECONFIG);
    done(&c);
    if (!strstr(error, sentence)) fail_msg("\"%s\" is not in: %s", sentence, error);
}

FILES_TEST(faults_name_the_file)
{
    if (!options.http_tls_cert) skip();
    const slack_options_t good = options;
    options.http_tls_client_ca = "/nowhere/ca.pem";
    expect_fault("cannot use SLACK_HTTP_TLS_CLIENT_CA=/nowhere/ca.pem: No such file or directory");
    options.http_tls_client_ca = certs_path("server.key");
    expect_fault("cannot use SLACK_HTTP_TLS_CLIENT_CA=");
    options = good;
    options.http_tls_cert = "/nowhere/cert.pem";
    expect_fault("cannot use SLACK_HTTP_TLS_CERT=/nowhere/cert.pem: No such file or directory");
    options = good;
    options.http_tls_key = certs_path("rsa.key");
    expect_fault(": the key is not the certificate's");
    options = good;
    options.http_tls_key = certs_path("locked.key");
    expect_fault(": the key is encrypted");
    options = good;
    options.http_tls_cert = NULL;
    expect_fault("SLACK_HTTP_TLS_CERT and SLACK_HTTP_TLS_KEY have to be set together");
    options = good;
    options.signing_secret_file = "/nowhere/secret";
    expect_fault("cannot use SLACK_SIGNING_SECRET_FILE=/nowhere/secret: No such file or directory");
}

/* To open a pipe would block until somebody writes to it. */
FILES_TEST(what_is_no_file_is_named)
{
    if (!options.http_tls_cert) skip();
    const slack_options_t good = options;
    static const char why[] = "it is a pipe or a device, not a file";
    char expected[256];
    char pipe[128];
    snprintf(pipe, sizeof pipe, "%s", certs_path("pipe"));
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const struct {
        const char *name, **option;
    } table[] = {
        {"cannot use SLACK_HTTP_TLS_CERT", &options.http_tls_cert},
        {"cannot use SLACK_HTTP_TLS_KEY", &options.http_tls_key},
        {"cannot use SLACK_HTTP_TLS_CLIENT_CA", &options.http_tls_client_ca},
        {"cannot use SLACK_SIGNING_SECRET_FILE", &options.signing_secret_file},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        options = good;
        *table[i].option = pipe;
        snprintf(expected, sizeof expected, "%s=%s: %s", table[i].name, pipe, why);
        expect_fault(expected);
        *table[i].option = "/dev/zero";
        snprintf(expected, sizeof expected, "%s=/dev/zero: %s", table[i].name, why);
        expect_fault(expected);
        *table[i].option = "/tmp";
        snprintf(expected, sizeof expected, "%s=/tmp: Is a directory", table[i].name);
        expect_fault(expected);
    }
    unlink(pipe);
}

/* Who can change a certificate or the authorities can be the server; who can read the key, too. */
FILES_TEST(what_others_may_change_is_refused)
{
    if (!options.http_tls_cert) skip();
    const struct {
        const char **option;
        mode_t mode;
        const char *why;
    } table[] = {
        {&options.http_tls_cert, 0666, ": every user may change it (mode 0666): chmod 0644 it"},
        {&options.http_tls_key, 0644, ": every user may read it (mode 0644): chmod 0640 it"},
        {&options.http_tls_client_ca, 0664, ": its group may change it (mode 0664): chmod 0644"},
        {&options.signing_secret_file, 0604, ": every user may read it (mode 0604): chmod 0600"},
    };
    options.http_tls_client_ca = certs_path("ca.pem");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct stat st;
        assert_int_equal(stat(*table[i].option, &st), 0);
        assert_int_equal(chmod(*table[i].option, table[i].mode), 0);
        expect_fault(table[i].why);
        assert_int_equal(chmod(*table[i].option, st.st_mode & 07777), 0);
    }
}

int main(void)
{
    heap_install();
    close(mkstemp(secret_file));
    int rc = test_run_all(NULL, NULL);
    unlink(secret_file);
    return rc;
}
