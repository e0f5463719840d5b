/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_LLM_H
#define SLACK_TESTS_SUPPORT_LLM_H

#include "support/world.h"

/*
 * A server with OpenAI's protocol, on the loop of the test: it gives each request the same answer,
 * whose pieces the test wrote.
 */

#define LLM_PIECES  16
#define LLM_REQUEST 16384

typedef struct llm {
    world_t *world;
    uv_tcp_t server;
    char url[64];
    /* The answer: the pieces as they are, with a pause before each; then the connection ends, or
     * stays open and silent. */
    const char *const *pieces;
    unsigned pause_ms;
    bool stays;
    unsigned times; /* the second piece is sent so often; 0: once */

    struct llm_visit *visit; /* the request that is answered; NULL: none */
    unsigned requests;
    unsigned broken;           /* those whose peer has left before the end */
    char request[LLM_REQUEST]; /* the newest, NUL-terminated */
} llm_t;

#define LLM_HEAD        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define LLM_TOKEN(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define LLM_DONE        "data: [DONE]\n\n"
#define LLM_ERROR(status, text)                                                                    \
    "HTTP/1.1 " status " X\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"         \
    "{\"error\":{\"message\":\"" text "\"}}"

void llm_open(llm_t *llm, world_t *world);
void llm_close(llm_t *llm);

#endif
