/* SPDX-License-Identifier: MIT */
#include "sim/typed_text.h"

#include <stdio.h>
#include <string.h>

#include "sim/rich_text.h"

#define TEXT_MAX       ((size_t)64 * 1024)
#define REFERENCE_SIZE (SIM_ID_SIZE + SIM_CHANNEL_NAME_SIZE + 4)

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
        size_t len = sim_reference_len(typed);
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

const slack_json_t *sim_typed_content(sim_json_builder_t *json, const char *markup)
{
    return sim_json(json,
                    "{text: %s, blocks: [{type: 'rich_text', block_id: 'person', elements: %p}]}",
                    markup, sim_rich_text(json, markup));
}
