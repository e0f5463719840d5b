/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_HTTP_H
#define TOOLS_DOCTOR_HTTP_H

#include <curl/curl.h>

#include "doctor/facts.h"

/* What the requests of the doctor share. */

/* Take the app's own decision about a proxy: see net/proxy.h. False: memory is out. */
bool doctor_set_proxy(CURL *easy, const slack_options_t *options, const char *to,
                      bool *ret_proxied);
/* Connect only, through a tunnel of the proxy if there is one. `error` has CURL_ERROR_SIZE bytes,
 * and lives as long as `easy`. */
void doctor_set_connection(CURL *easy, const slack_options_t *options, const char *url,
                           unsigned timeout_s, char *error);
/* Note at which step a request failed, if it did. */
void doctor_note_failure(CURL *easy, CURLcode code, bool proxied, const char *error,
                         doctor_answer_t *ret);

#endif
