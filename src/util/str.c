/* SPDX-License-Identifier: MIT */
#include "util/str.h"

#include <stdio.h>
#include <string.h>

/* Not <ctype.h>, which depends on the locale. */
static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* Never a NULL pointer: memcpy() and memcmp() do not allow one, even for a length of 0. */
slack_slice_t slack__slice(const char *s)
{
    if (!s) s = "";
    return (slack_slice_t){s, strlen(s)};
}

uint64_t slack__hash(uint64_t seed, const char *s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;
    do {
        hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    } while (*s++);
    return hash;
}

bool slack__slice_eq(slack_slice_t a, slack_slice_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slack__slice_begins(slack_slice_t s, slack_slice_t prefix)
{
    return s.len >= prefix.len && slack__slice_eq((slack_slice_t){s.ptr, prefix.len}, prefix);
}

int slack__slice_compare(slack_slice_t a, slack_slice_t b)
{
    const size_t least = a.len < b.len ? a.len : b.len;
    const int order = least > 0 ? memcmp(a.ptr, b.ptr, least) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool slack__slice_eq_nocase(slack_slice_t a, slack_slice_t b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower((unsigned char)a.ptr[i]) != lower((unsigned char)b.ptr[i])) return false;
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

slack_slice_t slack__slice_trim(slack_slice_t s)
{
    while (s.len && blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

slack_slice_t slack__slice_strip(slack_slice_t s)
{
    static const char white[] = " \t\r\n\v\f";
    while (s.len && strchr(white, s.ptr[0]) && s.ptr[0]) {
        s.ptr++;
        s.len--;
    }
    while (s.len && strchr(white, s.ptr[s.len - 1]) && s.ptr[s.len - 1])
        s.len--;
    return s;
}

void slack__strip(char *text)
{
    const size_t len = strlen(text);
    slack_slice_t kept = slack__slice_strip((slack_slice_t){text, len});
    memmove(text, kept.ptr, kept.len);
    memset(text + kept.len, 0, len - kept.len); /* no part of a secret stays behind the end */
}

bool slack__is_visible(slack_slice_t s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~') return false;
    return true;
}

size_t slack__control_len(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x20 || s[0] == 0x7F) return 1;
    if (len > 1 && s[0] == 0xC2 && (s[1] & 0xE0) == 0x80) return 2;
    if (len > 1 && s[0] == 0xD8 && s[1] == 0x9C) return 2;
    if (len < 3 || s[0] != 0xE2) return 0;
    const bool directs = s[1] == 0x80
                             ? s[2] == 0x8E || s[2] == 0x8F || (s[2] >= 0xAA && s[2] <= 0xAE)
                             : s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9;
    return directs ? 3 : 0;
}

void slack__control_escape(const char *text, size_t len, char ret[SLACK_CONTROL_ESCAPE_SIZE])
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned code = s[0];
    if (len > 1) code = (code & (len == 2 ? 0x1Fu : 0x0Fu)) << 6 | (s[1] & 0x3Fu);
    if (len > 2) code = code << 6 | (s[2] & 0x3Fu);
    snprintf(ret, SLACK_CONTROL_ESCAPE_SIZE, "\\u%04x", code & 0xFFFFu);
}

void slack__escape_controls(char *out, size_t size, const char *text, const char *keep)
{
    size_t used = 0;
    for (size_t taken, left = strlen(text); left > 0; text += taken, left -= taken) {
        char escape[SLACK_CONTROL_ESCAPE_SIZE] = {*text, '\0'};
        taken = strchr(keep, *text) ? 0 : slack__control_len(text, left);
        if (taken > 0) slack__control_escape(text, taken, escape);
        if (taken == 0) taken = 1;
        if (used + strlen(escape) >= size) break;
        memcpy(out + used, escape, strlen(escape));
        used += strlen(escape);
    }
    out[used] = '\0';
}

bool slack__slice_split(slack_slice_t *rest, char sep, slack_slice_t *ret_part)
{
    if (!rest->ptr) return false;
    const char *end = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
    if (!end) {
        *ret_part = *rest;
        *rest = (slack_slice_t){NULL, 0};
        return true;
    }
    size_t len = (size_t)(end - rest->ptr);
    *ret_part = (slack_slice_t){rest->ptr, len};
    rest->ptr += len + 1;
    rest->len -= len + 1;
    return true;
}

size_t slack__blank_len(const char *text)
{
    static const char *const wide[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE1\xA0\x8E",
        "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
        "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF",
    };
    if (*text == ' ' || (*text >= '\t' && *text <= '\r')) return 1;
    /* U+2000 to U+200F: spaces, zero widths, marks of direction */
    if (strncmp(text, "\xE2\x80", 2) == 0 && (text[2] & 0xF0) == 0x80) return 3;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0) return strlen(wide[i]);
    return 0;
}

bool slack__list_has(const char *list, const char *word)
{
    slack_slice_t rest = slack__slice(list), item;
    while (slack__slice_split(&rest, ',', &item))
        if (slack__slice_eq(slack__slice_trim(item), slack__slice(word))) return true;
    return false;
}

unsigned slack__slice_number(slack_slice_t s)
{
    unsigned number = 0;
    for (size_t i = 0; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
        if (number < 100000) number = number * 10 + (unsigned)(s.ptr[i] - '0');
    return number;
}

bool slack__parse_u64(slack_slice_t s, uint64_t max, uint64_t *ret)
{
    if (!s.len) return false;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < '0' || c > '9') return false;
        uint64_t digit = (uint64_t)(c - '0');
        if (digit > max || n > (max - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *ret = n;
    return true;
}

bool slack__equal_ct(const void *a, const void *b, size_t len)
{
    /* volatile, so that the loop does not end at the first difference. */
    const volatile unsigned char *x = a, *y = b;
    unsigned char difference = 0;
    for (size_t i = 0; i < len; i++)
        difference = (unsigned char)(difference | (x[i] ^ y[i]));
    return difference == 0;
}

void slack__hex(char *out, const uint8_t *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
}

int slack__hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* RFC 3629, section 4: the range of the second byte excludes overlong forms, surrogates and
 * characters above U+10FFFF; further bytes are 80..BF. */
size_t slack__utf8_char(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    if (len == 0) return 0;
    unsigned char c = p[0], low = 0x80, high = 0xBF;
    size_t need;
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF) {
        need = 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
        need = 3;
        if (c == 0xE0) low = 0xA0;
        if (c == 0xED) high = 0x9F;
    } else if (c >= 0xF0 && c <= 0xF4) {
        need = 4;
        if (c == 0xF0) low = 0x90;
        if (c == 0xF4) high = 0x8F;
    } else {
        return 0;
    }
    if (len < need || p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < need; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return need;
}

size_t slack__utf8_valid(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= sizeof word) {
            memcpy(&word, s + i, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += sizeof word;
                continue;
            }
        }
        size_t n = slack__utf8_char(s + i, len - i);
        if (n == 0) break;
        i += n;
    }
    return i;
}

/* Four decimal numbers up to 255 and nothing else, the first of them 127. A prefix test would
 * accept "127.example.com". */
static bool is_ipv4_loopback(slack_slice_t host)
{
    slack_slice_t rest = host, part;
    int parts = 0;
    while (slack__slice_split(&rest, '.', &part)) {
        uint64_t n;
        if (part.len > 3 || !slack__parse_u64(part, 255, &n)) return false;
        if (++parts == 1 && n != 127) return false;
    }
    return parts == 4;
}

bool slack__is_loopback(slack_slice_t host)
{
    return slack__slice_eq_nocase(host, SLACK_SLICE("localhost")) ||
           slack__slice_eq(host, SLACK_SLICE("::1")) ||
           slack__slice_eq(host, SLACK_SLICE("[::1]")) || is_ipv4_loopback(host);
}
