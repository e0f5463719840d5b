/* SPDX-License-Identifier: MIT */
#include "protocol/mrkdwn.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/str.h"

/* The text of a character in a part of the markup; NULL: the character itself. `hex` has room for
 * %XX. */
typedef const char *replace_fn(char c, char hex[4]);

static const char *in_text(char c, char hex[4])
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return NULL;
    }
}

/* Slack has no escape for the characters that divide the markup. */
static const char *in_label(char c, char hex[4])
{
    switch (c) {
    case '|': return "\u00a6";
    case '\n':
    case '\r': return " ";
    default: return in_text(c, hex);
    }
}

static const char *in_format(char c, char hex[4])
{
    return c == '^' ? "\u02c6" : in_label(c, hex);
}

static const char *in_url(char c, char hex[4])
{
    if (c == '&') return "&amp;";
    if ((unsigned char)c > ' ' && c != 0x7f && !strchr("<>|^", c)) return NULL;
    snprintf(hex, 4, "%%%02X", (unsigned char)c);
    return hex;
}

/* Appends a text to `to`. NULL: only measures. Returns the length. */
static size_t put(char *to, const char *text, replace_fn *replace)
{
    size_t len = 0;
    for (; *text; text++) {
        char hex[4];
        const char *other = replace ? replace(*text, hex) : NULL;
        const size_t n = other ? strlen(other) : 1;
        if (to) memcpy(to + len, other ? other : text, n);
        len += n;
    }
    return len;
}

struct part {
    const char *text;
    replace_fn *replace; /* NULL: the text is markup */
};

static const char *joined(slack_arena_t *arena, const struct part *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += put(NULL, parts[i].text, parts[i].replace);
    char *text = slack__arena_alloc(arena, len + 1), *at = text;
    if (text == NULL) return NULL;
    for (size_t i = 0; i < count; i++)
        at += put(at, parts[i].text, parts[i].replace);
    *at = '\0';
    return text;
}

#define JOINED(arena, ...)                                                                         \
    joined(arena, (const struct part[]){__VA_ARGS__},                                              \
           sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))

const char *slack__mrkdwn_escape(slack_arena_t *arena, const char *text)
{
    return text ? JOINED(arena, {text, in_text}) : NULL;
}

const char *slack__mrkdwn_mention(slack_arena_t *arena, const char *id)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (id == NULL) return NULL;
    if (strcmp(id, "here") == 0 || strcmp(id, "channel") == 0 || strcmp(id, "everyone") == 0)
        return JOINED(arena, {"<!", NULL}, {id, NULL}, {">", NULL});
    const bool is_id = id[0] && id[1] && id[strspn(id, capitals)] == '\0';
    const char *before = is_id && strchr("UW", *id)    ? "<@"
                         : is_id && strchr("CGD", *id) ? "<#"
                         : is_id && *id == 'S'         ? "<!subteam^"
                                                       : NULL;
    return before ? JOINED(arena, {before, NULL}, {id, NULL}, {">", NULL})
                  : slack__mrkdwn_escape(arena, id);
}

const char *slack__mrkdwn_link(slack_arena_t *arena, const char *url, const char *label)
{
    static const char in_scheme[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    if (url == NULL) return NULL;
    const bool labelled = label && *label;
    /* A link begins like "https:". In "<!channel>" and its like the first character decides. */
    const size_t len = strspn(url, in_scheme);
    if (len < 2 || url[len] != ':') return slack__mrkdwn_escape(arena, labelled ? label : url);
    return labelled ? JOINED(arena, {"<", NULL}, {url, in_url}, {"|", NULL}, {label, in_label},
                             {">", NULL})
                    : JOINED(arena, {"<", NULL}, {url, in_url}, {">", NULL});
}

const char *slack__mrkdwn_date(slack_arena_t *arena, int64_t time_s, const char *format,
                               const char *fallback)
{
    char number[24], utc[64];
    const time_t seconds = (time_t)time_s;
    struct tm tm;
    snprintf(number, sizeof number, "%lld", (long long)time_s);
    /* A year of more digits than a struct tm has is shown as its number. */
    if (!gmtime_r(&seconds, &tm) || strftime(utc, sizeof utc, "%Y-%m-%d %H:%M UTC", &tm) == 0)
        memcpy(utc, number, sizeof number);
    return JOINED(arena, {"<!date^", NULL}, {number, NULL}, {"^", NULL},
                  {format && *format ? format : "{date_short_pretty} {time}", in_format},
                  {"|", NULL}, {fallback && *fallback ? fallback : utc, in_label}, {">", NULL});
}

/* The last test rejects a user whose id only begins with `user`. */
bool slack__mentions(const char *text, const char *user)
{
    const size_t len = strlen(user);
    while ((text = strstr(text, "<@")) != NULL) {
        text += 2;
        if (strncmp(text, user, len) == 0 && (text[len] == '>' || text[len] == '|')) return true;
    }
    return false;
}
