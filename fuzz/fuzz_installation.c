/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "oauth/installation.h"
#include "util/json.h"

static void check_token(const slack_oauth_token_t *token)
{
    must(*token->access == '\0' || slack__is_visible(slack__slice(token->access)));
    must(*token->refresh == '\0' || slack__is_visible(slack__slice(token->refresh)));
    must(token->expires_ms >= 0);
}

/* A record has a place, and the store gives back what it was given. */
static void check_record(slack_arena_t *arena, const slack_install_record_t *record)
{
    const slack_install_place_t place = slack__install_place(record, "1.2");
    const char *key = slack__install_key(arena, &place);
    must(key && strncmp(key, "install/1.2/", 12) == 0 && strlen(key) < 256);
    check_token(&record->token);
    check_token(&record->previous);
    slack_install_record_t again;
    const char *text = slack__install_write(arena, record);
    must(text && slack__install_read(arena, slack__slice(text), &again) == 0);
    must(strcmp(slack__install_write(arena, &again), text) == 0);
}

static void check_answer(slack_arena_t *arena, const slack_json_t *answer)
{
    slack_install_record_t records[2];
    const char *why = NULL;
    if (slack__install_of_answer(answer, 1, records, &why) != 0) {
        must(why && *why);
        return;
    }
    must(*records[0].token.access || *records[1].token.access);
    check_record(arena, &records[0]);
    if (*records[1].token.access) check_record(arena, &records[1]);
    if (slack__install_refreshed(answer, 2, &records[0], &why) == 0)
        check_record(arena, &records[0]);
}

/* The first byte says whether the rest is a record or an answer of oauth.v2.access. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    slack_arena_t *arena = slack__arena_new(0, 0);
    must(arena);
    const slack_slice_t text = {(const char *)data + 1, size - 1};
    slack_install_record_t record;
    const slack_json_t *answer = NULL;
    if (data[0] % 2 == 0) {
        if (slack__install_read(arena, text, &record) == 0) check_record(arena, &record);
    } else if (slack__json_parse(arena, text.ptr, text.len, &answer, NULL) == 0) {
        check_answer(arena, answer);
    }
    slack__arena_free(arena);
    return 0;
}
