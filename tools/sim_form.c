/* SPDX-License-Identifier: MIT */
#include "sim_form.h"

#include <string.h>
#include <strings.h>

#include <slack/error.h>

/* --- HTML --- */

/* The next tag of that name behind `html`; NULL: there is none. *ret_end is its '>'. */
static const char *tag_find(const char *html, const char *name, const char **ret_end)
{
    const size_t len = strlen(name);
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        if (strncasecmp(at + 1, name, len) != 0 || !strchr(" \t\r\n/>", at[1 + len])) continue;
        *ret_end = strchr(at, '>');
        return *ret_end ? at + 1 + len : NULL;
    }
    return NULL;
}

/* Undo the references to characters that pages escape: in place. */
static void text_unescape(char *text)
{
    static const struct {
        const char *reference;
        char character;
    } rows[] = {{"&amp;", '&'},   {"&quot;", '"'},  {"&#34;", '"'}, {"&#39;", '\''},
                {"&#x27;", '\''}, {"&apos;", '\''}, {"&lt;", '<'},  {"&gt;", '>'},
                {"&#x2F;", '/'},  {"&#47;", '/'}};
    char *out = text;
    while (*text) {
        size_t i = 0;
        while (i < sizeof rows / sizeof *rows &&
               strncasecmp(text, rows[i].reference, strlen(rows[i].reference)) != 0)
            i++;
        const bool known = i < sizeof rows / sizeof *rows;
        *out++ = known ? rows[i].character : *text;
        text += known ? strlen(rows[i].reference) : 1;
    }
    *out = '\0';
}

/* The value of an attribute of a tag; "" for none. NULL without memory. */
static const char *tag_attribute(slack_arena_t *arena, const char *tag, const char *end,
                                 const char *name)
{
    while (tag < end) {
        tag += strspn(tag, " \t\r\n/");
        const char *word = tag;
        const size_t len = strcspn(word, " \t\r\n=/>");
        tag = word + len + strspn(word + len, " \t\r\n");
        if (len == 0) tag++;
        if (*tag != '=' || len == 0) continue;
        tag += 1 + strspn(tag + 1, " \t\r\n");
        const char quote = *tag == '"' || *tag == '\'' ? *tag++ : '\0';
        const char stops[2] = {quote, '\0'};
        const char *value = tag;
        const size_t value_len = strcspn(value, quote ? stops : " \t\r\n>");
        tag = value + value_len + (quote && value[value_len]);
        if (len != strlen(name) || strncasecmp(word, name, len) != 0) continue;
        char *copy = slack__arena_strndup(arena, value, value_len);
        if (copy) text_unescape(copy);
        return copy;
    }
    return "";
}

const char *sim_page_title(slack_arena_t *arena, const char *html)
{
    const char *end, *tag = tag_find(html, "title", &end);
    if (!tag) return "";
    char *title = slack__arena_strndup(arena, end + 1, strcspn(end + 1, "<"));
    if (!title) return NULL;
    text_unescape(title);
    slack__strip(title);
    return title;
}

/* --- the form --- */

/* The hidden fields before `stop`. */
static int read_fields(slack_arena_t *arena, const char *html, const char *stop, sim_form_t *form)
{
    sim_json_builder_t json = {arena, 0};
    const char *end, *tag = html;
    sim_list_t fields;
    sim_list_begin(&json, &fields, '{');
    while ((tag = tag_find(tag, "input", &end)) && tag < stop) {
        const char *type = tag_attribute(arena, tag, end, "type");
        const char *name = tag_attribute(arena, tag, end, "name");
        const char *value = tag_attribute(arena, tag, end, "value");
        if (!type || !name || !value) json.rc = SLACK_ENOMEM;
        if (json.rc == 0 && strcasecmp(type, "hidden") == 0 && *name)
            sim_list_put(&json, &fields, name, sim_json(&json, "%s", value));
        tag = end;
    }
    form->fields = sim_list_end(&json, &fields);
    return json.rc;
}

int sim_page_form(slack_arena_t *arena, const char *html, sim_form_t *ret)
{
    const char *end, *tag = tag_find(html, "form", &end);
    *ret = (sim_form_t){.action = ""};
    if (!tag) {
        tag = tag_find(html, "a", &end);
        if (!tag) return SLACK_ENOTFOUND;
        ret->action = tag_attribute(arena, tag, end, "href");
        return !ret->action ? SLACK_ENOMEM : *ret->action ? 0 : SLACK_ENOTFOUND;
    }
    const char *method = tag_attribute(arena, tag, end, "method");
    const char *stop = strstr(end, "</form");
    ret->action = tag_attribute(arena, tag, end, "action");
    if (!method || !ret->action) return SLACK_ENOMEM;
    ret->post = strcasecmp(method, "post") == 0;
    return read_fields(arena, end, stop ? stop : html + strlen(html), ret);
}
