/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "oauth/id_token.h"
#include "util/base64.h"

/* The claims of a token, and the bytes as the token itself. A good token has a user and a
 * workspace. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const slack_id_token_facts_t facts = {"https://slack.com", "1.2", "n", 1790000000000};
    if (size > 10000) return 0;
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_person_t person;
    char *token = malloc(size * 2 + 16), *text = malloc(size + 1);
    must(arena && token && text);
    strcpy(token, "e30.");
    slack__base64_encode(SLACK_BASE64_URL, data, size, token + 4);
    strcat(token, ".c2ln");
    memcpy(text, data, size);
    text[size] = '\0';
    if (!slack__id_token_read(arena, token, &facts, &person))
        must(*person.user_id && *person.team_id && person.email);
    slack__id_token_read(arena, text, &facts, &person);
    free(token);
    free(text);
    slack__arena_free(arena);
    return 0;
}
