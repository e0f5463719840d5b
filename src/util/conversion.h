/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_CONVERSION_H
#define SLACK_UTIL_CONVERSION_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The printf conversions that JSON templates and log formats share. Both escape, quote or redact
 * the result of each conversion, so they take the arguments one by one and cannot use vsnprintf().
 */

enum slack_conversion_kind {
    SLACK_CONVERSION_BAD = 0, /* unknown, and so is the type of its argument */
    SLACK_CONVERSION_STRING,  /* %s %.*s */
    SLACK_CONVERSION_INTEGER, /* %d %i %u, with l, ll, z or j */
    SLACK_CONVERSION_HEX,     /* %x, the same */
    SLACK_CONVERSION_DOUBLE,  /* %f %g, with .N */
    SLACK_CONVERSION_CHAR,    /* %c */
    SLACK_CONVERSION_POINTER, /* %p */
    SLACK_CONVERSION_PERCENT  /* %%: no argument */
};

typedef struct slack_conversion {
    enum slack_conversion_kind kind;
    size_t len;    /* bytes from the '%' to the letter */
    char letter;   /* d, i, u … */
    char length;   /* 'l', 'L' for ll, 'z', 'j'; 0: no length */
    bool star;     /* .* */
    int precision; /* .N; -1: no precision */
} slack_conversion_t;

/* Read the conversion that `s` starts with; s[0] is '%'. */
slack_conversion_t slack__conversion_parse(const char *s);

/* The longest number: %.99f of the largest double. */
#define SLACK_CONVERSION_NUMBER_MAX 512

/* Take the argument of an integer, hex or double conversion and write it, NUL-terminated, with '.'
 * as the decimal point in every locale. Returns the length. */
size_t slack__conversion_number(const slack_conversion_t *conversion, va_list *ap,
                                char out[SLACK_CONVERSION_NUMBER_MAX]);

/* Take the argument of a string conversion. Borrowed, not NUL-terminated; NULL for NULL. */
const char *slack__conversion_string(const slack_conversion_t *conversion, va_list *ap,
                                     size_t *ret_len);

#endif
