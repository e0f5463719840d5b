/* SPDX-License-Identifier: MIT */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* an attacker makes up a session */
#include <signal.h>
#include <unistd.h>

#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include "support/bot.h"
#include "support/certs.h"
#include "support/child.h"
#include "support/raw.h"
#include "support/test.h"
#include "net/tls.h"
#include "util/library_faults.h"

#define BOT_TEST(function) TEST_CASE(function, NULL, bot_kill_all, NULL)

/*
 * HTTPS with curl and openssl s_client: TLS 1.2 and 1.3, client certificates, resumed sessions. The
 * bot runs in its own process.
 */

#define PATH_BYTES 256

typedef struct scene {
    world_t world; /* for the peers */
    bot_t bot;
    char cert[PATH_BYTES], key[PATH_BYTES], ca[PATH_BYTES];
} scene_t;

/* Skips the case without certificates. `client_ca` NULL: clients need none. */
static void scene_open(scene_t *s, const char *client_ca)
{
    char authorities[PATH_BYTES];
    if (!certs_make()) skip();
    memset(s, 0, sizeof *s);
    assert_true(world_open(&s->world));
    snprintf(s->cert, sizeof s->cert, "%s", certs_path("server.pem"));
    snprintf(s->key, sizeof s->key, "%s", certs_path("server.key"));
    snprintf(s->ca, sizeof s->ca, "%s", certs_path("ca.pem"));
    if (client_ca) snprintf(authorities, sizeof authorities, "%s", certs_path(client_ca));
    bot_open(&s->bot, &(slack_options_t){.signing_secret = "s",
                                         .http_tls_cert = s->cert,
                                         .http_tls_key = s->key,
                                         .http_tls_client_ca = client_ca ? authorities : NULL});
}

static void scene_close(scene_t *s)
{
    bot_close(&s->bot);
    world_close(&s->world);
}

/* Run a command, whose words are separated by single spaces; `child` has its output. */
static void SLACK_PRINTF(4, 5)
    run(scene_t *s, child_t *child, const char *input, const char *format, ...)
{
    char command[2048];
    const char *args[32];
    size_t count = 0;
    va_list ap;
    va_start(ap, format);
    vsnprintf(command, sizeof command, format, ap);
    va_end(ap);
    for (char *rest = command, *word; (word = strtok_r(rest, " ", &rest)) && count < 31;)
        args[count++] = word;
    args[count] = NULL;
    child_start(child, &s->world, args, input);
    if (!child->started) fail_msg("there is no %s", args[0]);
    child_wait(child);
}

static const char get[] = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

static bool has_curl(void)
{
    return system("curl --version >/dev/null 2>&1") == 0;
}

/* ---- client certificates ---- */

#define NOT_SLACK "the certificate is not for platform-tls-client.slack.com"
#define STRANGER  "the certificate is not signed by anyone trusted"

/* Certificates of clients: whether they are Slack's, and what the log says if not. */
static const struct client {
    const char *cert, *key; /* NULL: none */
    bool slack;
    const char *reason;
} clients[] = {
    {"slack.pem", "server.key", true, NULL},
    {"other.pem", "server.key", false, NOT_SLACK},  /* for another name */
    {"server.pem", "server.key", false, NOT_SLACK}, /* the server's own */
    {"fake.pem", "stranger.key", false, STRANGER},  /* for Slack's name, by an unknown authority */
    {"stranger.pem", "stranger.key", false, STRANGER},
    {NULL, NULL, false, "the peer has no certificate"},
};

static void expect_in_log(bot_t *bot, const struct client *client)
{
    if (client->slack) return;
    bot_until(bot, "event=\"connection refused\" reason=");
    bot_until(bot, client->reason);
}

/* " --cert FILE --key FILE" as the tool spells it. */
static void dress(const struct client *client, const char *cert, const char *key, char *ret,
                  size_t size)
{
    ret[0] = '\0';
    if (client->cert)
        snprintf(ret, size, " %s %s %s %s", cert, certs_path(client->cert), key,
                 certs_path(client->key));
}

BOT_TEST(curl_shows_certificates)
{
    static const char *const versions[] = {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"};
    scene_t s;
    char shown[2 * PATH_BYTES + 40];
    if (!has_curl()) skip();
    scene_open(&s, "ca.pem");
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        for (size_t v = 0; v < 2; v++) {
            child_t child;
            dress(&clients[i], "--cert", "--key", shown, sizeof shown);
            run(&s, &child, "",
                "curl -s --max-time 15 --noproxy * %s --cacert %s -w %%{http_code} "
                "https://127.0.0.1:%u/healthz%s",
                versions[v], s.ca, s.bot.port, shown);
            if (clients[i].slack)
                assert_string_equal(child.out + strlen(child.out) - 3, "200");
            else
                assert_string_equal(child.out, "000"); /* no HTTP response */
            assert_int_equal(child.status == 0, clients[i].slack);
            expect_in_log(&s.bot, &clients[i]);
            child_done(&child);
        }
    scene_close(&s);
}

BOT_TEST(s_client_shows_certificates)
{
    static const char *const versions[] = {"-tls1_2", "-tls1_3"};
    scene_t s;
    char shown[2 * PATH_BYTES + 40];
    scene_open(&s, "ca.pem");
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        for (size_t v = 0; v < 2; v++) {
            child_t child;
            dress(&clients[i], "-cert", "-key", shown, sizeof shown);
            run(&s, &child, get,
                "openssl s_client %s -connect 127.0.0.1:%u -CAfile %s -verify_return_error "
                "-ign_eof%s",
                versions[v], s.bot.port, s.ca, shown);
            assert_int_equal(strstr(child.out, "HTTP/1.1 200 OK") != NULL, clients[i].slack);
            assert_int_equal(strstr(child.out, "HTTP/1.1") != NULL, clients[i].slack);
            expect_in_log(&s.bot, &clients[i]);
            child_done(&child);
        }
    scene_close(&s);
}

/* Without authorities the server does not ask for a client's certificate, and ignores one. */
BOT_TEST(certificates_are_not_asked_for)
{
    scene_t s;
    child_t child;
    if (!has_curl()) skip();
    scene_open(&s, NULL);
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        char shown[2 * PATH_BYTES + 40];
        dress(&clients[i], "--cert", "--key", shown, sizeof shown);
        run(&s, &child, "",
            "curl -sS --max-time 15 --noproxy * --cacert %s %s://127.0.0.1:%u/healthz%s", s.ca,
            "https", s.bot.port, shown);
        assert_int_equal(child.status, 0);
        child_done(&child);
    }
    scene_close(&s);
}

/* ---- versions and ciphers ---- */

BOT_TEST(versions_and_ciphers)
{
    static const struct {
        const char *options;
        const char *want; /* a part of s_client's output; NULL: the server refuses */
    } table[] = {
        {"-tls1_2", "Protocol  : TLSv1.2"},
        {"-tls1_3", "New, TLSv1.3"},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
        {"-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
        {"-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
        {"-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
        {"-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
        {"-alpn http/1.1", "ALPN protocol: http/1.1"},
        {"-alpn h2,http/1.1", "ALPN protocol: http/1.1"},
        {"-tls1_1 -cipher ALL:@SECLEVEL=0", NULL},
        {"-tls1 -cipher ALL:@SECLEVEL=0", NULL},
        {"-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256", NULL}, /* CBC */
        {"-tls1_2 -cipher AES128-GCM-SHA256", NULL},         /* no forward secrecy */
        {"-alpn h2", NULL},
    };
    scene_t s;
    child_t child;
    scene_open(&s, NULL);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        run(&s, &child, get,
            "openssl s_client %s -connect 127.0.0.1:%u -CAfile %s -verify_return_error -ign_eof",
            table[i].options, s.bot.port, s.ca);
        const bool answered = strstr(child.out, "HTTP/1.1 200 OK") != NULL;
        if (answered != (table[i].want != NULL)) fail_msg("%s", table[i].options);
        if (table[i].want && !strstr(child.out, table[i].want))
            fail_msg("%s: no %s", table[i].options, table[i].want);
        child_done(&child);
    }
    scene_close(&s);
}

/* A peer that speaks plain HTTP, or is silent, is closed without an answer. */
BOT_TEST(plain_http_is_closed)
{
    scene_t s;
    raw_t raw;
    scene_open(&s, NULL);
    raw_connect(&raw, &s.world, s.bot.port);
    raw_say(&raw, get);
    raw_until_eof(&raw);
    assert_null(strstr(raw.in, "HTTP"));
    raw_close(&raw);
    scene_close(&s);
}

/* ---- resumed sessions ---- */

static void connect_with_session(scene_t *s, child_t *child, const char *version,
                                 const char *option, const char *client)
{
    run(s, child, get,
        "openssl s_client %s -connect 127.0.0.1:%u -CAfile %s -verify_return_error -ign_eof %s %s "
        "%s",
        version, s->bot.port, s->ca, option, certs_path("session.pem"), client);
    assert_non_null(strstr(child->out, "HTTP/1.1 200 OK"));
}

/* The second connection resumes the session of the first one, unless the server checks clients.
 * After a reload of the certificate the ticket is not accepted. */
BOT_TEST(sessions_are_resumed)
{
    static const char *const versions[] = {"-tls1_2", "-tls1_3"};
    char client[2 * PATH_BYTES + 40];
    for (size_t i = 0; i < 4; i++) {
        const char *version = versions[i % 2];
        scene_t s;
        child_t child;
        scene_open(&s, i < 2 ? NULL : "ca.pem");
        dress(&clients[0], "-cert", "-key", client, sizeof client);
        const char *shown = i < 2 ? "" : client + 1;
        connect_with_session(&s, &child, version, "-sess_out", shown);
        assert_non_null(strstr(child.out, "New, TLSv1."));
        assert_int_equal(strstr(child.out, "TLS session ticket:") != NULL, i < 2);
        child_done(&child);
        for (int round = 0; round < 2; round++) {
            connect_with_session(&s, &child, version, "-sess_in", shown);
            assert_int_equal(strstr(child.out, "Reused, TLSv1.") != NULL, i < 2);
            child_done(&child);
        }
        bot_signal(&s.bot, SIGHUP);
        bot_until(&s.bot, "certificate read again");
        connect_with_session(&s, &child, version, "-sess_in", shown);
        assert_non_null(strstr(child.out, "New, TLSv1."));
        child_done(&child);
        scene_close(&s);
    }
}

/* ---- a session that was made up ---- */

static void configure(mbedtls_ssl_config *config, const struct client *client,
                      mbedtls_x509_crt *cert, mbedtls_pk_context *key)
{
    static const int suites[] = {MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
                                 MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
    int rc = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT,
                                         MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_ciphersuites(config, suites);
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    if (rc == 0 && client->cert) {
        rc |= mbedtls_x509_crt_parse_file(cert, certs_path(client->cert));
        rc |= mbedtls_pk_parse_keyfile(key, certs_path(client->key), NULL, mbedtls_psa_get_random,
                                       MBEDTLS_PSA_RANDOM_STATE);
        rc |= mbedtls_ssl_conf_own_cert(config, cert, key);
    }
    assert_int_equal(rc, 0);
}

/* Sends the request over a new connection, and returns true if the answer is 200. A session with a
 * ticket is resumed; another one becomes that of the connection, if the server sends a ticket. */
static bool ask(const scene_t *s, const struct client *client, mbedtls_ssl_session *session)
{
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_x509_crt cert;
    mbedtls_pk_context key;
    mbedtls_net_context net;
    char port[16], answer[512] = "";
    size_t len = 0;

    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&ssl);
    mbedtls_x509_crt_init(&cert);
    mbedtls_pk_init(&key);
    mbedtls_net_init(&net);
    configure(&config, client, &cert, &key);
    if (session->ticket_len) mbedtls_ssl_conf_max_tls_version(&config, session->tls_version);
    assert_int_equal(mbedtls_ssl_setup(&ssl, &config), 0);
    assert_int_equal(mbedtls_ssl_set_hostname(&ssl, "localhost"), 0);
    if (session->ticket_len) assert_int_equal(mbedtls_ssl_set_session(&ssl, session), 0);
    snprintf(port, sizeof port, "%u", s->bot.port);
    assert_int_equal(mbedtls_net_connect(&net, "127.0.0.1", port, MBEDTLS_NET_PROTO_TCP), 0);
    mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    int rc = mbedtls_ssl_handshake(&ssl);
    if (rc == 0) rc = mbedtls_ssl_write(&ssl, (const unsigned char *)get, strlen(get));
    while (rc > 0 || rc == MBEDTLS_ERR_SSL_WANT_READ ||
           rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
        rc = mbedtls_ssl_read(&ssl, (unsigned char *)answer + len, sizeof answer - 1 - len);
        if (rc > 0) len += (size_t)rc;
        if (rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
            mbedtls_ssl_get_session(&ssl, session);
    }
    mbedtls_net_free(&net);
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&cert);
    mbedtls_pk_free(&key);
    return strncmp(answer, "HTTP/1.1 200 OK", 15) == 0;
}

/* The name is compared with the parts of a certificate that can hold it, not with its text. */
BOT_TEST(only_slacks_name_is_slack)
{
#define SLACKS "platform-tls-client.slack.com"
    static const struct {
        const char *subject, *names;
        bool slack;
    } table[] = {
        {"/CN=" SLACKS, "", true},
        {"/C=US/O=Slack/CN=" SLACKS, "", true},
        {"/O=a", "DNS:a.example,DNS:" SLACKS, true},
        {"/O=CN=" SLACKS, "", false},
        {"/OU=x, CN=" SLACKS, "", false},
        {"/CN=x, CN=" SLACKS, "", false},
        {"/CN=x\\/CN=" SLACKS, "", false},
        {"/CN=x\\+CN=" SLACKS, "", false},
        {"/CN=" SLACKS ".example", "", false},
        {"/CN=" SLACKS ",O=x", "", false},
        {"/CN=a.example/CN=" SLACKS, "", false},
        {"/CN=" SLACKS "/CN=a.example", "", false},
        {"/CN=" SLACKS "/CN=" SLACKS, "", false},
        {"/O=x+CN=" SLACKS, "", false},
        {"/CN=" SLACKS "+O=x", "", false},
        {"/O=x+CN=a.example/CN=" SLACKS, "", false},
        {"/emailAddress=" SLACKS, "", false},
        {"/CN=" SLACKS, "DNS:a.example", false},
        {"/CN=" SLACKS, "email:a@a.example", false},
        {"/CN=" SLACKS, "IP:127.0.0.1", false},
        {"/CN=" SLACKS, "URI:https://" SLACKS "/", false},
        {"/O=a", "email:a@" SLACKS ",URI:" SLACKS, false},
        {"/O=a", "DNS:*.slack.com", false},
        {"/O=a", "DNS:" SLACKS ".example,DNS:x" SLACKS, false},
    };
    const struct client client = {"client.pem", "server.key", false, NULL};
    scene_t s;
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    scene_open(&s, "ca.pem");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        mbedtls_ssl_session none;
        mbedtls_ssl_session_init(&none);
        certs_sign(table[i].subject, table[i].names);
        if (ask(&s, &client, &none) != table[i].slack)
            fail_msg("\"%s\" \"%s\"", table[i].subject, table[i].names);
        mbedtls_ssl_session_free(&none);
    }
    scene_close(&s);
}

/* CVE-2026-93831: a ticket of TLS 1.3 is sent in the clear when its session is resumed. Whoever has
 * seen one puts it into a ClientHello of TLS 1.2: a faulty library resumes a session whose master
 * secret is all zeros, and asks for no certificate. */
BOT_TEST(a_ticket_of_tls_1_3_in_tls_1_2)
{
    static unsigned char made_up[200];
    const struct client *slack = &clients[0], *nobody = &clients[5];
    /* The library of a 32-bit system has a smaller time_t, and so another struct of a session. */
    if (sizeof(mbedtls_time_t) > sizeof(long)) skip();
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    for (int checked = 0; checked < 2; checked++) {
        scene_t s;
        mbedtls_ssl_session seen, attack;
        scene_open(&s, checked ? "ca.pem" : NULL);
        mbedtls_ssl_session_init(&seen);
        mbedtls_ssl_session_init(&attack);
        assert_true(ask(&s, slack, &seen));
        attack.tls_version = MBEDTLS_SSL_VERSION_TLS1_2;
        attack.ciphersuite = MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
        attack.ticket = seen.ticket_len ? seen.ticket : made_up;
        attack.ticket_len = seen.ticket_len ? seen.ticket_len : sizeof made_up;
        assert_int_equal(ask(&s, nobody, &attack), !checked);
        assert_int_equal(seen.ticket_len > 0, !checked);
        mbedtls_ssl_session_free(&seen);
        scene_close(&s);
    }
}

/* The log says at the start that the library is faulty, if the fault concerns this app. */
BOT_TEST(a_faulty_library_is_logged)
{
    char version[SLACK_TLS_VERSION_SIZE];
    slack__tls_version(version);
    for (int checked = 0; checked < 2; checked++) {
        scene_t s;
        scene_open(&s, checked ? "ca.pem" : NULL);
        const slack_library_fault_t *fault = NULL;
        bool faulty = false;
        while (checked && (fault = slack__library_fault_next(fault, "mbedtls", version)))
            faulty = faulty || fault->when == SLACK_USE_CLIENT_CERTIFICATES;
        assert_int_equal(strstr(s.bot.log, "a library has a known fault") != NULL, faulty);
        scene_close(&s);
    }
}

/* The log has advice on keys whose handshakes cost much. */
BOT_TEST(a_slow_key_is_logged)
{
    static const struct {
        const char *algorithm;
        const char *logged;
    } keys[] = {
        {"ec -pkeyopt ec_paramgen_curve:prime256v1", NULL},
        {"rsa:2048", NULL},
        {"rsa:3072", "key=RSA-3072"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        scene_t s;
        child_t child;
        char cert[PATH_BYTES], key[PATH_BYTES];
        scene_open(&s, NULL);
        snprintf(cert, sizeof cert, "%s", certs_path("slow.pem"));
        snprintf(key, sizeof key, "%s", certs_path("slow.key"));
        run(&s, &child, "",
            "openssl req -x509 -nodes -days 3 -subj /CN=a -newkey %s -keyout %s -out %s",
            keys[i].algorithm, key, cert);
        child_done(&child);
        bot_close(&s.bot);
        bot_open(&s.bot, &(slack_options_t){
                             .signing_secret = "s", .http_tls_cert = cert, .http_tls_key = key});
        assert_int_equal(strstr(s.bot.log, "the key makes TLS handshakes slow") != NULL,
                         keys[i].logged != NULL);
        if (keys[i].logged) assert_non_null(strstr(s.bot.log, keys[i].logged));
        scene_close(&s);
    }
}

/* s_client -reconnect: one connection, and five that resume it. */
BOT_TEST(s_client_reconnects)
{
    scene_t s;
    child_t child;
    scene_open(&s, NULL);
    run(&s, &child, "", "openssl s_client -tls1_2 -reconnect -connect 127.0.0.1:%u -CAfile %s",
        s.bot.port, s.ca);
    unsigned reused = 0;
    for (const char *at = child.out; (at = strstr(at, "Reused, TLSv1.2")); at++)
        reused++;
    assert_int_equal(reused, 5);
    child_done(&child);
    scene_close(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    return test_run_all(NULL, NULL);
}
