/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "cli/libraries.h"

#include <curl/curl.h>
#include <llhttp.h>
#include <pcre2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>
#include <wslay/wslay.h>
#include <yyjson.h>

#include "net/tls.h"

#ifdef SLACK_HAVE_LIBCRYPTO
#include <openssl/crypto.h>
#endif
#ifdef SLACK_HAVE_LIBPQ
#include <libpq-fe.h>
#endif

static void add(cli_library_t *list, size_t *count, const char *name, const char *version,
                bool running)
{
    cli_library_t *library = &list[(*count)++];
    *library = (cli_library_t){.name = name, .running = running};
    /* Without what follows the numbers: "10.42 2022-12-11". */
    snprintf(library->version, sizeof library->version, "%.*s", (int)strcspn(version, " "),
             version);
}

/* "3.6.6" of a number with two or three parts, each below `base`. */
static const char *parts(unsigned long number, unsigned long base, int count, char text[24])
{
    if (count == 2)
        snprintf(text, 24, "%lu.%lu", number / base, number % base);
    else
        snprintf(text, 24, "%lu.%lu.%lu", number / base / base, number / base % base,
                 number % base);
    return text;
}

size_t cli_libraries(cli_library_t ret[CLI_LIBRARIES_MAX])
{
    size_t n = 0;
    char text[24], tls[SLACK_TLS_VERSION_SIZE], pcre2[64] = "";
    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    add(ret, &n, "libuv", uv_version_string(), true);
    add(ret, &n, "libcurl", curl_version_info(CURLVERSION_NOW)->version, true);
    slack__tls_version(tls);
    add(ret, &n, "mbedtls", tls, true);
    add(ret, &n, "wslay", WSLAY_VERSION, false);
    snprintf(text, sizeof text, "%d.%d.%d", LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR,
             LLHTTP_VERSION_PATCH);
    add(ret, &n, "libllhttp", text, false);
    add(ret, &n, "yyjson", parts(yyjson_version(), 256, 3, text), true);
    add(ret, &n, "sqlite3", sqlite3_libversion(), true);
    add(ret, &n, "libpcre2-8", pcre2, true);
#ifdef SLACK_HAVE_LIBCRYPTO
    add(ret, &n, "libcrypto", OpenSSL_version(OPENSSL_VERSION_STRING), true);
#endif
#ifdef SLACK_HAVE_LIBPQ
    add(ret, &n, "libpq", parts((unsigned long)PQlibVersion(), 10000, 2, text), true);
#endif
    return n;
}

const char *cli_curl_tls(void)
{
    const char *tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return tls ? tls : "";
}
