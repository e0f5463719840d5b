/* SPDX-License-Identifier: MIT */
#ifndef SLACK_BENCH_SERVER_H
#define SLACK_BENCH_SERVER_H

#include <sys/types.h>

/* Starts a process that answers every request on 127.0.0.1 as chat.postMessage with this text.
 * Writes its SLACK_API_URL, and ends the program if it cannot start. */
pid_t bench_server_start(const char *text, char *api_url, size_t size);

#endif
