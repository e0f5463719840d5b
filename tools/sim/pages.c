/* SPDX-License-Identifier: MIT */
#include "sim/pages.h"

#include <mbedtls/base64.h>
#include <stdio.h>
#include <string.h>

/* Base64 of "next:KEY", and a space if it needs one to end in '=' as Slack's cursors do. */
void sim_cursor_write(char cursor[SIM_CURSOR_SIZE], const char *key)
{
    char plain[SIM_CURSOR_SIZE / 2];
    size_t len = 0;
    snprintf(plain, sizeof plain, (strlen("next:") + strlen(key)) % 3 ? "next:%s" : "next:%s ",
             key);
    *cursor = '\0';
    if (mbedtls_base64_encode((unsigned char *)cursor, SIM_CURSOR_SIZE, &len,
                              (const unsigned char *)plain, strlen(plain)) != 0)
        *cursor = '\0';
}

bool sim_cursor_read(const sim_call_t *call, char key[SIM_CURSOR_SIZE])
{
    const char *cursor = sim_call_arg(call, "cursor");
    char plain[SIM_CURSOR_SIZE];
    size_t len = 0;
    *key = '\0';
    if (!*cursor) return true;
    if (mbedtls_base64_decode((unsigned char *)plain, sizeof plain - 1, &len,
                              (const unsigned char *)cursor, strlen(cursor)) != 0)
        return false;
    plain[len] = '\0';
    if (strncmp(plain, "next:", 5) != 0) return false;
    snprintf(key, SIM_CURSOR_SIZE, "%.*s", (int)strcspn(plain + 5, " "), plain + 5);
    return *key != '\0';
}

const slack_json_t *sim_page_begin(sim_page_t *page, sim_call_t *call, size_t limit)
{
    *page = (sim_page_t){.call = call};
    if (!sim_call_count(call, "limit", limit, SIM_LIMIT_MAX, &page->limit))
        return sim_call_error(call, "invalid_limit");
    if (!sim_cursor_read(call, page->from)) return sim_call_error(call, "invalid_cursor");
    sim_list_begin(call->json, &page->items, '[');
    return NULL;
}

bool sim_page_has(sim_page_t *page, const char *key)
{
    if (*page->from && strcmp(page->from, key) != 0) return false;
    *page->from = '\0';
    if (page->count++ < page->limit) return true;
    if (!*page->next) sim_cursor_write(page->next, key);
    return false;
}

void sim_page_add(sim_page_t *page, const slack_json_t *item)
{
    sim_list_add(page->call->json, &page->items, item);
}

const slack_json_t *sim_page_end(sim_page_t *page, const char *name)
{
    sim_json_builder_t *json = page->call->json;
    sim_list_t answer;
    const slack_json_t *items = sim_list_end(json, &page->items);
    if (*page->from) return sim_call_error(page->call, "invalid_cursor");
    sim_list_begin(json, &answer, '{');
    sim_list_put(json, &answer, "ok", sim_json_bool(json, true));
    sim_list_put(json, &answer, name, items);
    sim_list_put(json, &answer, "response_metadata",
                 sim_json(json, "{next_cursor: %s}", page->next));
    return sim_list_end(json, &answer);
}
