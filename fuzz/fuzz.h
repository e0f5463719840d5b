/* SPDX-License-Identifier: MIT */
#ifndef SLACK_FUZZ_H
#define SLACK_FUZZ_H

/* The headers of every fuzzer. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant. One that does not hold is a crash, so that libFuzzer keeps the input. */
#define must(truth)                                                                                \
    do {                                                                                           \
        if (truth) break;                                                                          \
        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                                \
        abort();                                                                                   \
    } while (0)

/* A copy in a block of exactly that size, so that a sanitizer reports a read behind its end. */
static inline void *fuzz_copy(const void *bytes, size_t len)
{
    void *copy = malloc(len ? len : 1);
    must(copy);
    if (len) memcpy(copy, bytes, len);
    return copy;
}

/* Whether the bytes contain the text. */
static inline bool fuzz_contains(const char *bytes, size_t len, const char *text)
{
    const size_t text_len = strlen(text);
    for (; len >= text_len; bytes++, len--)
        if (memcmp(bytes, text, text_len) == 0) return true;
    return false;
}

#endif
