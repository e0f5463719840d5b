/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "oauth/redirect.h"
#include "oauth/state.h"

/* The opened bytes of a state, and the same bytes as the query of a redirect. What is read of a
 * state is written and read again unchanged; a state that was not sealed is never good. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    char *copy = fuzz_copy(data, size);
    const slack_slice_t bytes = {copy, size};
    slack_state_keys_t keys;
    slack_state_t state, again;
    slack_redirect_t redirect;
    slack_slice_t names[SLACK_STATE_SURPLUS_MAX];
    must(arena && slack__state_keys_init(&keys, "1.2", "secret") == 0);
    if (slack__state_read(arena, bytes, &state) && strlen(state.metadata) <= SLACK_METADATA_MAX) {
        const char *text = slack__state_seal(arena, &keys, &state);
        must(text && !slack__state_open(arena, &keys, text, state.since_ms, &again));
        must(memcmp(again.id, state.id, sizeof state.id) == 0 && again.flow == state.flow);
        must(strcmp(again.metadata, state.metadata) == 0);
    }
    if (!slack__redirect_read(arena, bytes, &redirect)) {
        must(strlen(redirect.code) <= SLACK_CODE_MAX && !strpbrk(redirect.code, "\r\n "));
        must(slack__state_open(arena, &keys, redirect.state, 0, &again));
    }
    must(slack__state_surplus(bytes, names) <= SLACK_STATE_SURPLUS_MAX);
    slack__state_keys_done(&keys);
    slack__arena_free(arena);
    free(copy);
    return 0;
}
