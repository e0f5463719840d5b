/* SPDX-License-Identifier: MIT */
/*
 * The least that a verified ack can cost on these libraries: read (libuv), parse the request
 * (llhttp), HMAC-SHA256 with a prepared key (libcrypto or mbedTLS), parse the JSON (yyjson), write
 * 200. It keeps connections alive and bounds nothing, forgets nothing, remembers nothing: no
 * framework, and no line of slackapp.
 *
 * usage: floor_http    listens on a free port of 127.0.0.1, which it prints
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <llhttp.h>
#include <uv.h>
#include <yyjson.h>
#ifdef SLACK_HAVE_LIBCRYPTO
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/hmac.h>
#else
#include <mbedtls/md.h>
#endif

#define BODY_MAX  ((size_t)64 * 1024)
#define VALUE_MAX 128

typedef struct client {
    uv_tcp_t tcp;
    llhttp_t llhttp;
    char timestamp[VALUE_MAX], signature[VALUE_MAX];
    char *header; /* the one of these that is being read, or NULL */
    size_t body_len;
    char body[BODY_MAX + YYJSON_PADDING_SIZE];
} client_t;

static uv_loop_t *loop;
static char read_buffer[64 * 1024];
static char json_memory[1024 * 1024];

static void die(const char *what)
{
    fprintf(stderr, "floor_http: %s\n", what);
    exit(1);
}

static int on_message_begin(llhttp_t *llhttp)
{
    client_t *client = llhttp->data;
    client->timestamp[0] = client->signature[0] = '\0';
    client->body_len = 0;
    return 0;
}

static bool is(const char *at, size_t len, const char *name)
{
    return len == strlen(name) && strncasecmp(at, name, len) == 0;
}

/* A name that comes in two reads is not recognised: this is a measure, not a server. */
static int on_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    client_t *client = llhttp->data;
    client->header = is(at, len, "X-Slack-Request-Timestamp") ? client->timestamp
                     : is(at, len, "X-Slack-Signature")       ? client->signature
                                                              : NULL;
    return 0;
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    client_t *client = llhttp->data;
    if (client->header && len < VALUE_MAX) {
        memcpy(client->header, at, len);
        client->header[len] = '\0';
    }
    return 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    client_t *client = llhttp->data;
    if (len > BODY_MAX - client->body_len) return -1;
    memcpy(client->body + client->body_len, at, len);
    client->body_len += len;
    return 0;
}

#ifdef SLACK_HAVE_LIBCRYPTO
static HMAC_CTX *keyed;

static bool hmac_key(const char *secret)
{
    keyed = HMAC_CTX_new();
    return keyed && HMAC_Init_ex(keyed, secret, (int)strlen(secret), EVP_sha256(), NULL) == 1;
}

static void hmac_begin(void)
{
    HMAC_Init_ex(keyed, NULL, 0, NULL, NULL);
}

static void update(const char *bytes, size_t len)
{
    HMAC_Update(keyed, (const unsigned char *)bytes, len);
}

static void hmac_end(unsigned char ret[32])
{
    HMAC_Final(keyed, ret, NULL);
}
#else
static mbedtls_md_context_t keyed;

static bool hmac_key(const char *secret)
{
    mbedtls_md_init(&keyed);
    return mbedtls_md_setup(&keyed, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0 &&
           mbedtls_md_hmac_starts(&keyed, (const unsigned char *)secret, strlen(secret)) == 0;
}

static void hmac_begin(void)
{
    mbedtls_md_hmac_reset(&keyed);
}

static void update(const char *bytes, size_t len)
{
    mbedtls_md_hmac_update(&keyed, (const unsigned char *)bytes, len);
}

static void hmac_end(unsigned char ret[32])
{
    mbedtls_md_hmac_finish(&keyed, ret);
}
#endif

static bool is_verified(const client_t *client)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[32], differs = 0;
    if (strlen(client->signature) != 67) return false;
    hmac_begin();
    update("v0:", 3);
    update(client->timestamp, strlen(client->timestamp));
    update(":", 1);
    update(client->body, client->body_len);
    hmac_end(digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        differs |= (unsigned char)(client->signature[3 + 2 * i] ^ digits[digest[i] >> 4]);
        differs |= (unsigned char)(client->signature[4 + 2 * i] ^ digits[digest[i] & 15]);
    }
    return differs == 0;
}

static bool is_event(client_t *client)
{
    yyjson_alc memory;
    yyjson_alc_pool_init(&memory, json_memory, sizeof json_memory);
    memset(client->body + client->body_len, 0, YYJSON_PADDING_SIZE);
    yyjson_doc *doc =
        yyjson_read_opts(client->body, client->body_len, YYJSON_READ_INSITU, &memory, NULL);
    return doc && yyjson_obj_get(yyjson_doc_get_root(doc), "event");
}

static int on_message_complete(llhttp_t *llhttp)
{
    static char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    static char bad[] = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    client_t *client = llhttp->data;
    char *answer = is_verified(client) && is_event(client) ? good : bad;
    uv_buf_t buf = uv_buf_init(answer, (unsigned)strlen(answer));
    return uv_try_write((uv_stream_t *)&client->tcp, &buf, 1) == (int)buf.len ? 0 : -1;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    *ret = uv_buf_init(read_buffer, sizeof read_buffer);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    client_t *client = stream->data;
    if (len == 0) return;
    if (len < 0 || llhttp_execute(&client->llhttp, buf->base, (size_t)len) != HPE_OK)
        uv_close((uv_handle_t *)stream, on_closed);
}

static void on_connection(uv_stream_t *server, int status)
{
    client_t *client = calloc(1, sizeof *client);
    if (!client || status != 0) die("cannot accept");
    uv_tcp_init(loop, &client->tcp);
    client->tcp.data = client;
    llhttp_init(&client->llhttp, HTTP_REQUEST, &settings);
    client->llhttp.data = client;
    if (uv_accept(server, (uv_stream_t *)&client->tcp) != 0) die("cannot accept");
    uv_tcp_nodelay(&client->tcp, 1);
    uv_read_start((uv_stream_t *)&client->tcp, on_alloc, on_read);
}

int main(void)
{
    const char *secret = getenv("SLACK_SIGNING_SECRET");
    uv_tcp_t server;
    struct sockaddr_in address;
    int len = sizeof address;
    if (!secret) die("SLACK_SIGNING_SECRET is not set");
    if (!hmac_key(secret)) die("no SHA-256");
    loop = uv_default_loop();
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&server, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&server, 512, on_connection) != 0)
        die("cannot listen");
    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &len);
    printf("port=%u\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
