/* SPDX-License-Identifier: MIT */
#include "sim/typed_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX       ((size_t)64 * 1024)
#define REFERENCE_SIZE (SIM_ID_SIZE + SIM_CHANNEL_NAME_SIZE + 4)

/* The length of the reference at the start of `s`: "<@U…>", "<#C…|name>", "<!here>" or a link. 0
 * for none. */
static size_t reference_len(const char *s)
{
    const char *end = *s == '<' ? strchr(s, '>') : NULL;
    if (!end || end - s < 3) return 0;
    if (s[1] == '@' || s[1] == '#' || s[1] == '!') return (size_t)(end - s) + 1;
    return strncmp(s + 1, "http", 4) == 0 ? (size_t)(end - s) + 1 : 0;
}

/* The length of "@ann" or "#general" at the start of `s`, with the reference in `ret`. 0 for none.
 */
static size_t named_len(sim_channels_t *channels, const char *s, char ret[REFERENCE_SIZE])
{
    char name[SIM_CHANNEL_NAME_SIZE + 1];
    size_t len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (len == 0 || len + 2 > sizeof name) return 0;
    snprintf(name, sizeof name, "%.*s", (int)len + 1, s);
    const sim_user_t *user = *s == '@' ? sim_user_find(channels->users, name) : NULL;
    const sim_channel_t *channel = *s == '#' ? sim_channel_find(channels, name) : NULL;
    if (user) snprintf(ret, REFERENCE_SIZE, "<@%s>", user->id);
    if (channel) snprintf(ret, REFERENCE_SIZE, "<#%s|%s>", channel->id, channel->name);
    return user || channel ? len + 1 : 0;
}

const char *sim_typed_markup(slack_arena_t *arena, sim_channels_t *channels, const char *typed)
{
    slack_buf_t buf;
    int rc = 0;
    slack__buf_init(&buf, TEXT_MAX);
    while (*typed && rc == 0) {
        char named[REFERENCE_SIZE];
        size_t len = reference_len(typed);
        if (len > 0) {
            rc = slack__buf_append(&buf, typed, len);
        } else if ((*typed == '@' || *typed == '#') &&
                   (len = named_len(channels, typed, named)) > 0) {
            rc = slack__buf_append_slice(&buf, slack__slice(named));
        } else {
            const char *escaped = *typed == '&'   ? "&amp;"
                                  : *typed == '<' ? "&lt;"
                                  : *typed == '>' ? "&gt;"
                                                  : NULL;
            len = 1;
            rc = escaped ? slack__buf_append_slice(&buf, slack__slice(escaped))
                         : slack__buf_append_char(&buf, *typed);
        }
        typed += len;
    }
    const char *text = NULL;
    if (rc == 0) text = slack__arena_strndup(arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    return text;
}

/* The length of an emoji at `at`, such as ":tada:". 0 for none: "12:30:45" has none. */
static size_t emoji_len(const char *text, const char *at)
{
    const bool in_word = at > text && isalnum((unsigned char)at[-1]);
    const size_t len =
        *at == ':' && !in_word ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789_+-'") : 0;
    return len > 0 && at[len + 1] == ':' ? len + 2 : 0;
}

/* One element of rich text for a reference. */
static const slack_json_t *rich_reference(sim_json_builder_t *json, const char *s, size_t len)
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
static const slack_json_t *rich_plain(sim_json_builder_t *json, const char *s, size_t len)
{
    static const struct {
        const char *name;
        char is;
    } escapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    char *text = slack__arena_strndup(json->arena, s, len), *to = text;
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
        json->rc = SLACK_ENOMEM;
    return sim_json(json, "{type: 'text', text: %s}", text);
}

const slack_json_t *sim_typed_content(sim_json_builder_t *json, const char *markup)
{
    sim_list_t elements;
    sim_list_begin(json, &elements, '[');
    for (const char *s = markup; *s;) {
        size_t len = reference_len(s);
        const size_t emoji = emoji_len(markup, s);
        if (len > 0) {
            sim_list_add(json, &elements, rich_reference(json, s, len));
        } else if (emoji > 0) {
            sim_list_add(json, &elements,
                         sim_json(json, "{type: 'emoji', name: %.*s}", (int)emoji - 2, s + 1));
            len = emoji;
        } else {
            while (s[len] && !reference_len(s + len) && !emoji_len(markup, s + len))
                len++;
            sim_list_add(json, &elements, rich_plain(json, s, len));
        }
        s += len;
    }
    const slack_json_t *rich = sim_list_end(json, &elements);
    return sim_json(json,
                    "{text: %s, blocks: [{type: 'rich_text', block_id: 'person',"
                    " elements: [{type: 'rich_text_section', elements: %p}]}]}",
                    markup, rich);
}
