/* SPDX-License-Identifier: MIT */
#ifndef CLI_LIBRARIES_H
#define CLI_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

/* The libraries that this program runs with. */
#define CLI_LIBRARIES_MAX 12
typedef struct cli_library {
    const char *name; /* that pkg-config uses, as in library_faults.def */
    char version[24]; /* "3.6.6" */
    bool running;     /* the library has told it; false: its header had it at compile time */
} cli_library_t;

/* Returns how many there are. */
size_t cli_libraries(cli_library_t ret[CLI_LIBRARIES_MAX]);

/* What libcurl uses for TLS, such as "OpenSSL/3.0.17"; "" for nothing. */
const char *cli_curl_tls(void);

#endif
