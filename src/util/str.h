/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_STR_H
#define SLACK_UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes; not NUL-terminated. */
typedef struct slack_slice {
    const char *ptr;
    size_t len;
} slack_slice_t;

#define SLACK_SLICE(literal) ((slack_slice_t){(literal), sizeof(literal) - 1})
slack_slice_t slack__slice(const char *s); /* of a C string; NULL gives an empty one */

/* FNV-1a of a string with its NUL, so that ("ab", "c") and ("a", "bc") differ. `seed` is any
 * number, or the hash of the string before. */
uint64_t slack__hash(uint64_t seed, const char *s);

bool slack__slice_eq(slack_slice_t a, slack_slice_t b);
bool slack__slice_eq_nocase(slack_slice_t a, slack_slice_t b); /* ASCII */
bool slack__slice_begins(slack_slice_t s, slack_slice_t prefix);
/* Compare byte by byte, as memcmp() does; a slice comes after its own beginnings. */
int slack__slice_compare(slack_slice_t a, slack_slice_t b);
slack_slice_t slack__slice_trim(slack_slice_t s); /* spaces and tabs at both ends */
/* Remove ASCII white space, line ends included, from both ends. slack__strip() does so in place. */
slack_slice_t slack__slice_strip(slack_slice_t s);
void slack__strip(char *text);
/* Whether all bytes are visible characters of ASCII: such a token or secret may be in a header. */
bool slack__is_visible(slack_slice_t s);
/* The length of the control character at the start of the text; 0: there is none. Terminals also
 * obey some beyond ASCII: U+0080 to U+009F (2 bytes), and those that turn the direction of the text
 * round, so that it reads as another one: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to
 * U+2069 (2 or 3 bytes). `len` is not 0. */
size_t slack__control_len(const char *text, size_t len);
/* Write the escape of the control character of `len` bytes as JSON has it, "\u001b", and a NUL. */
#define SLACK_CONTROL_ESCAPE_SIZE 7
void slack__control_escape(const char *text, size_t len, char ret[SLACK_CONTROL_ESCAPE_SIZE]);
/* Write a sentence for people: each control character but those in `keep` is escaped. What does not
 * fit into `size` bytes, with the NUL, is cut. */
void slack__escape_controls(char *out, size_t size, const char *text, const char *keep);
/* Cut the part before the first `sep` off `rest`. False: `rest` is used up. As with strsep(), "a,"
 * has the parts "a" and "", and "" has the part "". */
bool slack__slice_split(slack_slice_t *rest, char sep, slack_slice_t *ret_part);

/* The length of the blank at the start of a UTF-8 text; 0: there is none. Blanks are the white
 * space of Unicode, and characters without a width, which people cannot see. */
size_t slack__blank_len(const char *text);

/* Whether a list of words, separated by commas, has this word. Blanks around words do not count. */
bool slack__list_has(const char *list, const char *word);

/* The number that `s` begins with; 0 without digits. Digits after the sixth are left out. */
unsigned slack__slice_number(slack_slice_t s);
/* Parse all of `s` as an unsigned decimal, digits only, at most `max`. */
bool slack__parse_u64(slack_slice_t s, uint64_t max, uint64_t *ret);

/* Compare in a time that depends only on `len`, for secrets and signatures. */
bool slack__equal_ct(const void *a, const void *b, size_t len);

/* Write lowercase hexadecimal: 2 * len bytes, no NUL. */
void slack__hex(char *out, const uint8_t *data, size_t len);

/* The value of a hexadecimal digit, of either case; -1: it is not a digit. */
int slack__hex_digit(char c);

/* The length (1 to 4) of the UTF-8 character at the start of `s`; 0: there is none. */
size_t slack__utf8_char(const char *s, size_t len);

/* The length of the valid UTF-8 prefix of `s`; `len` if all of it is valid. */
size_t slack__utf8_valid(const char *s, size_t len);

/* Whether the host is this machine's loopback: localhost, 127.0.0.0/8, ::1, [::1]. */
bool slack__is_loopback(slack_slice_t host);

#endif
