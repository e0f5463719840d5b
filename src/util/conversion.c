/* SPDX-License-Identifier: MIT */
#include "util/conversion.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum slack_conversion_kind kind_of(const slack_conversion_t *c)
{
    bool precise = c->star || c->precision >= 0;
    switch (c->letter) {
    case 'd':
    case 'i':
    case 'u': return precise ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_INTEGER;
    case 'x': return precise ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_HEX;
    case 'f':
    case 'g': return c->star || c->length ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_DOUBLE;
    case 's':
        return c->length || c->precision >= 0 ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_STRING;
    case 'c': return precise || c->length ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_CHAR;
    case 'p': return precise || c->length ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_POINTER;
    case '%': return precise || c->length ? SLACK_CONVERSION_BAD : SLACK_CONVERSION_PERCENT;
    default: return SLACK_CONVERSION_BAD;
    }
}

slack_conversion_t slack__conversion_parse(const char *s)
{
    slack_conversion_t c = {.precision = -1};
    const char *p = s + 1;
    if (p[0] == '.' && p[1] == '*') {
        c.star = true;
        p += 2;
    } else if (p[0] == '.' && is_digit(p[1])) {
        c.precision = p[1] - '0';
        p += 2;
        if (is_digit(*p)) c.precision = c.precision * 10 + (*p++ - '0');
    }
    if (p[0] == 'l' && p[1] == 'l') {
        c.length = 'L';
        p += 2;
    } else if (*p == 'l' || *p == 'z' || *p == 'j') {
        c.length = *p++;
    }
    c.letter = *p;
    c.len = (size_t)(p - s) + (*p != '\0');
    c.kind = kind_of(&c);
    return c;
}

static intmax_t take_signed(char length, va_list *ap)
{
    switch (length) {
    case 'l': return va_arg(*ap, long);
    case 'L': return va_arg(*ap, long long);
    case 'z': return va_arg(*ap, ssize_t);
    case 'j': return va_arg(*ap, intmax_t);
    default: return va_arg(*ap, int);
    }
}

static uintmax_t take_unsigned(char length, va_list *ap)
{
    switch (length) {
    case 'l': return va_arg(*ap, unsigned long);
    case 'L': return va_arg(*ap, unsigned long long);
    case 'z': return va_arg(*ap, size_t);
    case 'j': return va_arg(*ap, uintmax_t);
    default: return va_arg(*ap, unsigned);
    }
}

/* Replace the locale's decimal point, which may have several bytes, by '.'. */
static size_t fix_point(char *out, size_t len)
{
    static const char number[] = "0123456789+-einfa";
    size_t head = strspn(out, number);
    if (head == len) return len;
    size_t point = strcspn(out + head, number);
    out[head] = '.';
    memmove(out + head + 1, out + head + point, len - head - point + 1);
    return len - point + 1;
}

size_t slack__conversion_number(const slack_conversion_t *conversion, va_list *ap,
                                char out[SLACK_CONVERSION_NUMBER_MAX])
{
    const size_t size = SLACK_CONVERSION_NUMBER_MAX;
    int len;
    if (conversion->kind == SLACK_CONVERSION_DOUBLE) {
        const int precision = conversion->precision >= 0 ? conversion->precision : 6;
        const double number = va_arg(*ap, double);
        len = conversion->letter == 'f' ? snprintf(out, size, "%.*f", precision, number)
                                        : snprintf(out, size, "%.*g", precision, number);
        return len > 0 ? fix_point(out, (size_t)len) : 0;
    }
    if (conversion->kind == SLACK_CONVERSION_HEX)
        len = snprintf(out, size, "%" PRIxMAX, take_unsigned(conversion->length, ap));
    else if (conversion->letter == 'u')
        len = snprintf(out, size, "%" PRIuMAX, take_unsigned(conversion->length, ap));
    else
        len = snprintf(out, size, "%" PRIdMAX, take_signed(conversion->length, ap));
    return len > 0 ? (size_t)len : 0;
}

const char *slack__conversion_string(const slack_conversion_t *conversion, va_list *ap,
                                     size_t *ret_len)
{
    int precision = conversion->star ? va_arg(*ap, int) : -1;
    const char *s = va_arg(*ap, const char *);
    *ret_len = 0;
    /* As in printf: a negative precision counts as none, and a NUL ends the string. */
    if (s) *ret_len = precision < 0 ? strlen(s) : strnlen(s, (size_t)precision);
    return s;
}
