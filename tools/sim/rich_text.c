/* SPDX-License-Identifier: MIT */
#include "sim/rich_text.h"

#include <ctype.h>
#include <string.h>

#define FENCE "```"
#define QUOTE "&gt;"

static const struct {
    char is;
    const char *style;
} marks[] = {{'*', "bold"}, {'_', "italic"}, {'~', "strike"}, {'`', "code"}};

#define MARKS    (sizeof marks / sizeof *marks)
#define CODE     (1U << 3) /* as in `marks`: a style is a set of bits */
#define VERBATIM (1U << MARKS)

typedef struct rich {
    sim_json_builder_t *json;
    const char *text; /* all of it: what stands before a mark counts */
    sim_list_t blocks;
    sim_list_t parts; /* of the block that is being written */
    size_t block_count, part_count;
} rich_t;

typedef struct token {
    enum { PLAIN, REFERENCE, EMOJI, MARKED } kind;
    size_t len;
    unsigned style; /* of what is marked */
} token_t;

size_t sim_reference_len(const char *s)
{
    const char *end = *s == '<' ? strpbrk(s + 1, "<>") : NULL;
    if (!end || *end != '>' || end - s < 3) return 0;
    if (s[1] == '@' || s[1] == '#' || s[1] == '!') return (size_t)(end - s) + 1;
    return strncmp(s + 1, "http", 4) == 0 ? (size_t)(end - s) + 1 : 0;
}

static size_t reference_within(const char *s, const char *end)
{
    const size_t len = sim_reference_len(s);
    return len <= (size_t)(end - s) ? len : 0;
}

/* A character beyond ASCII counts as a letter. */
static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static char before(const rich_t *rich, const char *s)
{
    return s > rich->text ? s[-1] : ' ';
}

/* --- tokens --- */

/* The length of an emoji at `s`, such as ":tada:". 0 for none: "12:30:45" has none. */
static size_t emoji_len(const rich_t *rich, const char *s, const char *end)
{
    if (*s != ':' || isalnum((unsigned char)before(rich, s))) return 0;
    const size_t len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_+-'");
    return len > 0 && s[len + 1] == ':' && len + 2 <= (size_t)(end - s) ? len + 2 : 0;
}

/* Whether the mark at `s` may begin or end a pair. Several in a row are text. */
static bool opens(const rich_t *rich, const char *s)
{
    if (s[1] == *s || before(rich, s) == *s) return false;
    return *s == '`' || (!is_word(before(rich, s)) && !isspace((unsigned char)s[1]));
}

static bool closes(const char *s)
{
    if (s[1] == *s || s[-1] == *s) return false;
    return *s == '`' || (!is_word(s[1]) && !isspace((unsigned char)s[-1]));
}

/* The partner of the mark at `s`: on the same line, and not within code or a reference. NULL: there
 * is none before *ret_end, for this mark and for those of its kind that follow. */
static const char *partner(const char *s, const char *end, const char **ret_end)
{
    const char mark = *s++;
    for (size_t len; s < end && *s != '\n'; s += len) {
        const char *code = *s == '`' && mark != '`' ? strpbrk(s + 1, "`\n") : NULL;
        if (*s == mark && closes(s)) return s;
        len = reference_within(s, end);
        if (code && *code == '`' && code < end) len = (size_t)(code - s) + 1;
        if (len == 0) len = 1;
    }
    *ret_end = s;
    return NULL;
}

/* `ends`: for each mark, how far the text is known to have no partner. */
static token_t token_at(const rich_t *rich, const char *s, const char *end, unsigned style,
                        const char **ends)
{
    token_t token = {.kind = REFERENCE, .len = reference_within(s, end)};
    if (token.len > 0) return token;
    if (style & (CODE | VERBATIM)) return (token_t){.kind = PLAIN, .len = 1};
    token = (token_t){.kind = EMOJI, .len = emoji_len(rich, s, end)};
    if (token.len > 0) return token;
    for (size_t i = 0; i < MARKS; i++) {
        if (*s != marks[i].is || (style & 1U << i) || s < ends[i] || !opens(rich, s)) continue;
        const char *close = partner(s, end, &ends[i]);
        if (close) return (token_t){MARKED, (size_t)(close - s) + 1, style | 1U << i};
    }
    return (token_t){.kind = PLAIN, .len = 1};
}

/* --- parts --- */

static void add_part(rich_t *rich, const slack_json_t *part, unsigned style)
{
    sim_json_builder_t *json = rich->json;
    style &= VERBATIM - 1;
    if (style) {
        sim_list_t names;
        sim_list_begin(json, &names, '{');
        for (size_t i = 0; i < MARKS; i++)
            if (style & 1U << i)
                sim_list_put(json, &names, marks[i].style, sim_json_bool(json, true));
        const slack_json_t *set = sim_list_end(json, &names);
        part = sim_json_merged(json, part, sim_json(json, "{style: %p}", set));
    }
    sim_list_add(json, &rich->parts, part);
    rich->part_count++;
}

/* A reference as an element. */
static const slack_json_t *reference(sim_json_builder_t *json, const char *s, size_t len)
{
    const char *bar = memchr(s, '|', len);
    const int id_len = (int)(bar ? (size_t)(bar - s) : len - 1) - 2;
    switch (s[1]) {
    case '@': return sim_json(json, "{type: 'user', user_id: %.*s}", id_len, s + 2);
    case '#': return sim_json(json, "{type: 'channel', channel_id: %.*s}", id_len, s + 2);
    case '!': return sim_json(json, "{type: 'broadcast', range: %.*s}", id_len, s + 2);
    default:
        if (!bar) return sim_json(json, "{type: 'link', url: %.*s}", id_len + 1, s + 1);
        return sim_json(json, "{type: 'link', url: %.*s, text: %.*s}", id_len + 1, s + 1,
                        (int)(s + len - bar) - 2, bar + 1);
    }
}

/* A text in which nothing refers to anything. Rich text has no escapes. */
static void add_plain(rich_t *rich, const char *s, const char *end, unsigned style)
{
    static const struct {
        const char *name;
        char is;
    } escapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    if (s == end) return;
    char *text = slack__arena_strndup(rich->json->arena, s, (size_t)(end - s)), *to = text;
    for (const char *from = text; text && *from; to++) {
        size_t i = 0, count = sizeof escapes / sizeof *escapes;
        while (i < count && strncmp(from, escapes[i].name, strlen(escapes[i].name)) != 0)
            i++;
        *to = i < count ? escapes[i].is : *from;
        from += i < count ? strlen(escapes[i].name) : 1;
    }
    if (text)
        *to = '\0';
    else
        rich->json->rc = SLACK_ENOMEM;
    add_part(rich, sim_json(rich->json, "{type: 'text', text: %s}", text), style);
}

/* Recursion ends: each mark is at most once around a text. */
static void add_parts(rich_t *rich, const char *s, const char *end, unsigned style)
{
    const char *plain = s, *ends[MARKS] = {s, s, s, s};
    while (s < end) {
        const token_t token = token_at(rich, s, end, style, ends);
        if (token.kind != PLAIN) {
            add_plain(rich, plain, s, style);
            plain = s + token.len;
        }
        if (token.kind == REFERENCE)
            add_part(rich, reference(rich->json, s, token.len), style);
        else if (token.kind == EMOJI)
            add_part(rich,
                     sim_json(rich->json, "{type: 'emoji', name: %.*s}", (int)token.len - 2, s + 1),
                     style);
        else if (token.kind == MARKED)
            add_parts(rich, s + 1, s + token.len - 1, token.style);
        s += token.len;
    }
    add_plain(rich, plain, end, style);
}

/* --- blocks --- */

static void block_begin(rich_t *rich)
{
    rich->part_count = 0;
    sim_list_begin(rich->json, &rich->parts, '[');
}

/* A block without parts is none. */
static void block_end(rich_t *rich, const char *type)
{
    const slack_json_t *parts = sim_list_end(rich->json, &rich->parts);
    if (rich->part_count == 0) return;
    sim_list_add(rich->json, &rich->blocks,
                 sim_json(rich->json, "{type: %s, elements: %p}", type, parts));
    rich->block_count++;
}

static void add_block(rich_t *rich, const char *type, const char *s, const char *end,
                      unsigned style)
{
    block_begin(rich);
    add_parts(rich, s, end, style);
    block_end(rich, type);
}

static bool is_quote(const char *s)
{
    return strncmp(s, QUOTE, strlen(QUOTE)) == 0;
}

static const char *line_end(const char *s, const char *end)
{
    const char *found = memchr(s, '\n', (size_t)(end - s));
    return found ? found : end;
}

/* The lines of a quote at `s`; three marks quote all that follows. Returns what is behind it. */
static const char *add_quote(rich_t *rich, const char *s, const char *end)
{
    block_begin(rich);
    for (bool rest = false; s < end && is_quote(s) && !rest;) {
        rest = strncmp(s, QUOTE QUOTE QUOTE, strlen(QUOTE QUOTE QUOTE)) == 0;
        s += rest ? strlen(QUOTE QUOTE QUOTE) : strlen(QUOTE);
        if (*s == ' ') s++;
        const char *stop = rest ? end : line_end(s, end);
        if (rich->part_count > 0) add_plain(rich, "\n", &"\n"[1], 0);
        add_parts(rich, s, stop, 0);
        s = stop < end ? stop + 1 : end;
    }
    block_end(rich, "rich_text_quote");
    return s;
}

/* Sections and quotes. */
static void add_lines(rich_t *rich, const char *s, const char *end)
{
    while (s < end) {
        if (is_quote(s)) {
            s = add_quote(rich, s, end);
            continue;
        }
        const char *stop = line_end(s, end);
        while (stop < end && !is_quote(stop + 1))
            stop = line_end(stop + 1, end);
        if (strspn(s, "\n") < (size_t)(stop - s)) add_block(rich, "rich_text_section", s, stop, 0);
        s = stop < end ? stop + 1 : end;
    }
}

const slack_json_t *sim_rich_text(sim_json_builder_t *json, const char *markup)
{
    rich_t rich = {.json = json, .text = markup};
    const char *s = markup;
    sim_list_begin(json, &rich.blocks, '[');
    for (const char *open; (open = strstr(s, FENCE));) {
        const char *begin = open + strlen(FENCE), *end = strstr(begin, FENCE);
        if (!end) break;
        add_lines(&rich, s, open > s && open[-1] == '\n' ? open - 1 : open);
        s = end + strlen(FENCE);
        if (*s == '\n') s++;
        if (*begin == '\n') begin++;
        if (end > begin && end[-1] == '\n') end--;
        if (begin < end) add_block(&rich, "rich_text_preformatted", begin, end, VERBATIM);
    }
    add_lines(&rich, s, s + strlen(s));
    if (rich.block_count == 0)
        add_block(&rich, "rich_text_section", markup, markup + strlen(markup), VERBATIM);
    return sim_list_end(json, &rich.blocks);
}
