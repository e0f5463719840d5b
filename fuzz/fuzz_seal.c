/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "protocol/seal.h"

#define ERROR_SIZE 256 /* SLACK_ERROR_TEXT_MAX */

/* Any text of a row or a URL. The input is also sealed: it opens again, and does not once a byte is
 * changed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ring[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    char why[ERROR_SIZE];
    const slack_slice_t context = SLACK_SLICE("install/1"), input = {(const char *)data, size};
    slack_slice_t sealed, plain;
    slack_keyring_t *keyring = NULL, *other = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    must(arena && slack__keyring_new(&keyring, SLACK_SLICE(ring), why) == 0);
    if (slack__keyring_new(&other, input, why) == 0) slack__keyring_free(other);

    if (slack__unseal(keyring, context, input, arena, &plain, why) == 0)
        must(plain.len < size && plain.ptr[plain.len] == '\0');
    else
        must(*why != '\0');

    if (slack__seal(keyring, context, input, arena, &sealed) == 0) {
        must(slack__unseal(keyring, context, sealed, arena, &plain, why) == 0);
        must(slack__slice_eq(plain, input));
        char *text = (char *)(uintptr_t)sealed.ptr;
        text[(size * 31) % sealed.len] ^= 1;
        must(slack__unseal(keyring, context, sealed, arena, &plain, why) != 0);
    }
    slack__keyring_free(keyring);
    slack__arena_free(arena);
    return 0;
}
