/* SPDX-License-Identifier: MIT */
#include "protocol/seal.h"

#include <slack/options.h>

#include "support/alloc_fail.h"
#include "support/json.h"
#include "support/test.h"

#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* 66687aad */
#define ONE   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE" /* ec4916dd */
#define TWO   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI="

static char why[SLACK_ERROR_TEXT_MAX];

static slack_keyring_t *keyring_of(const char *keys)
{
    slack_keyring_t *keyring = NULL;
    assert_int_equal(slack__keyring_new(&keyring, slack__slice(keys), why), 0);
    return keyring;
}

static int unseal(slack_keyring_t *keyring, const char *context, const char *text,
                  slack_slice_t *ret)
{
    *why = '\0';
    return slack__unseal(keyring, slack__slice(context), slack__slice(text), arena, ret, why);
}

/* ---- AES-256-GCM ---- */

/* Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation (GCM)" by McGrew and Viega,
 * which NIST published with its proposal: the nonce, the text and the tag in Base64 behind the
 * head. The tool for the ids was `openssl dgst -sha256`; node's crypto makes the same texts. */
static const struct {
    const char *key, *context;
    slack_slice_t plain;
    const char *text;
} vectors[] = {
    {ZEROS, "", {"", 0}, "v1.66687aad.AAAAAAAAAAAAAAAAUw-K-8dFNrmpY7TxxMtziw"},
    {ZEROS,
     "",
     {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
     "v1.66687aad.AAAAAAAAAAAAAAAAzqdAPU1ga24HTsXTuvOdGNDRyKeZmWvwJluYtdSKuRk"},
    {"/v/pkoZlcxxtao+UZzCDCP7/6ZKGZXMcbWqPlGcwgwg=",
     "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2",
     {"\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a\x86\xa7\xa9\x53"
      "\x15\x34\xf7\xda\x2e\x4c\x30\x3d\x8a\x31\x8a\x72\x1c\x3c\x0c\x95\x95\x68\x09\x53"
      "\x2f\xcf\x0e\x24\x49\xa6\xb5\x25\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39",
      60},
     "v1.7f70dfd8.yv66vvrO263eyviIUi3B8JlWfQf0fzejKoRCfWQ6jNy_"
     "5cDJdZiivSVV0aqMsI5IWQ27PaewixBWgog4xfYeY5O6egq8yfZidvxuzg9OF2jN34hTuy1VGw"},
};

ARENA_TEST(published_vectors_open)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        slack_keyring_t *keyring = keyring_of(vectors[i].key);
        slack_slice_t plain;
        assert_int_equal(unseal(keyring, vectors[i].context, vectors[i].text, &plain), 0);
        assert_true(slack__slice_eq(plain, vectors[i].plain));
        slack__keyring_free(keyring);
    }
}

/* The derived key is node's createHmac("sha256", secret).update(label). */
ARENA_TEST(a_derived_key_opens)
{
    slack_keyring_t *keyring = NULL;
    slack_slice_t plain;
    assert_int_equal(slack__keyring_derive(&keyring,
                                           SLACK_SLICE("8f742231b10e8888abcd99yyyzzz85a5"),
                                           SLACK_SLICE("oauth state v1")),
                     0);
    assert_int_equal(unseal(keyring, "state",
                            "v1.71564781.AAECAwQFBgcICQoL8mNy-M8j_JqQPIZ2QAp7fE-rwWTjiFtu", &plain),
                     0);
    assert_string_equal(plain.ptr, "{\"id\":1}");
    slack__keyring_free(keyring);
}

ARENA_TEST(texts_of_every_length_open_again)
{
    slack_keyring_t *keyring = keyring_of(ZEROS);
    const char *plain = repeated("a\nb", 30);
    slack_slice_t sealed, again, opened;
    for (size_t len = 0; len <= 90; len++) {
        const slack_slice_t text = {plain, len};
        assert_int_equal(slack__seal(keyring, SLACK_SLICE("k"), text, arena, &sealed), 0);
        assert_int_equal(strlen(sealed.ptr), sealed.len);
        assert_int_equal(unseal(keyring, "k", sealed.ptr, &opened), 0);
        assert_true(slack__slice_eq(opened, text));
    }
    assert_int_equal(slack__seal(keyring, SLACK_SLICE("k"), SLACK_SLICE("x"), arena, &sealed), 0);
    assert_int_equal(slack__seal(keyring, SLACK_SLICE("k"), SLACK_SLICE("x"), arena, &again), 0);
    assert_string_not_equal(sealed.ptr, again.ptr); /* a nonce is used once */
    slack__keyring_free(keyring);
}

/* Each byte matters, at the head too, and so does the context. */
ARENA_TEST(a_changed_text_does_not_open)
{
    slack_keyring_t *keyring = keyring_of(ZEROS);
    slack_slice_t sealed, plain = {NULL, 0};
    assert_int_equal(
        slack__seal(keyring, SLACK_SLICE("install/1"), SLACK_SLICE("xoxb"), arena, &sealed), 0);
    char *text = slack__arena_strdup(arena, sealed.ptr);
    for (size_t i = 0; i < sealed.len; i++) {
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_int_not_equal(unseal(keyring, "install/1", text, &plain), 0);
        assert_string_not_equal(why, "");
        text[i] = sealed.ptr[i];
        char *cut = slack__arena_strndup(arena, text, i);
        assert_int_equal(unseal(keyring, "install/1", cut, &plain), SLACK_EDAMAGED);
    }
    const char *longer = slack__arena_printf(arena, "%sAAAA", text);
    assert_int_equal(unseal(keyring, "install/1", longer, &plain), SLACK_EDAMAGED);
    assert_int_equal(unseal(keyring, "install/2", text, &plain), SLACK_EDAMAGED);
    assert_string_equal(why, "was changed, or was sealed for another place");
    assert_int_equal(unseal(keyring, "install/1", "{}", &plain), SLACK_EDAMAGED);
    assert_string_equal(why, "is not a sealed text");
    assert_null(plain.ptr);
    assert_int_equal(unseal(keyring, "install/1", text, &plain), 0);
    slack__keyring_free(keyring);
}

/* ---- keyrings ---- */

ARENA_TEST(a_keyring_seals_with_the_first_key_and_opens_with_all)
{
    slack_keyring_t *before = keyring_of(ZEROS), *during = keyring_of(" " ONE "= ,\t" ZEROS "=\n"),
                    *after = keyring_of(ONE ", " TWO);
    slack_slice_t sealed, plain;
    assert_int_equal(slack__seal(before, SLACK_SLICE("k"), SLACK_SLICE("x"), arena, &sealed), 0);
    assert_int_equal(unseal(during, "k", sealed.ptr, &plain), 0);
    assert_int_equal(unseal(after, "k", sealed.ptr, &plain), SLACK_ECONFIG);
    assert_string_equal(why, "is sealed with the key 66687aad, and the keys here are ec4916dd, "
                             "9267d3db: add that key to SLACK_STORE_KEY");
    assert_int_equal(unseal(NULL, "k", sealed.ptr, &plain), SLACK_ECONFIG);
    assert_string_equal(why, "is sealed with the key 66687aad, and there is no key here: add that "
                             "key to SLACK_STORE_KEY");
    assert_int_equal(slack__seal(during, SLACK_SLICE("k"), SLACK_SLICE("x"), arena, &sealed), 0);
    assert_int_equal(unseal(after, "k", sealed.ptr, &plain), 0);
    assert_true(slack__is_sealed(sealed) && !slack__is_sealed(SLACK_SLICE("{}")));
    slack__keyring_free(before);
    slack__keyring_free(during);
    slack__keyring_free(after);
}

/* Both keys have the id 93613343. */
ARENA_TEST(keys_with_one_id_open_what_each_has_sealed)
{
    slack_keyring_t *both = keyring_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0/Q=,"
                                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxJM=");
    slack_keyring_t *second = keyring_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxJM=");
    slack_slice_t sealed, plain;
    assert_int_equal(slack__seal(second, SLACK_SLICE("k"), SLACK_SLICE("x"), arena, &sealed), 0);
    assert_int_equal(unseal(both, "k", sealed.ptr, &plain), 0);
    slack__keyring_free(both);
    slack__keyring_free(second);
}

#define CURE ": make one with `slackapp key`"

static struct wrong_key {
    const char *name, *keys, *why;
} wrong[] = {
    {"no_key", " \n", "key 1 is empty" CURE ", or remove a comma"},
    {"an_empty_key", ZEROS "=,," ONE, "key 2 is empty" CURE ", or remove a comma"},
    {"a_last_comma", ZEROS "=,", "key 2 is empty" CURE ", or remove a comma"},
    {"no_base64", "hunter2!", "key 1 is not Base64" CURE},
    {"the_other_alphabet",
     "-v_pkoZlcxxtao-UZzCDCP7_6ZKGZXMcbWqPlGcwgwg=", "key 1 is not Base64" CURE},
    {"a_short_key", ZEROS ", AAAAAAAAAAAAAAAAAAAAAA==", "key 2 has 16 bytes, not 32" CURE},
    {"hexadecimal", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
     "key 1 has 48 bytes, not 32" CURE},
    {"one_key_twice", ZEROS "," ONE "," ZEROS "=", "keys 1 and 3 are the same: remove one"},
};

TEST_EACH(a_wrong_key_is_refused, wrong)
{
    const struct wrong_key *key = *state;
    slack_keyring_t *keyring = NULL;
    assert_int_equal(slack__keyring_new(&keyring, slack__slice(key->keys), why), SLACK_ECONFIG);
    assert_string_equal(why, key->why);
    assert_null(keyring);
}

TEST(nine_keys_are_too_many)
{
    char keys[10 * 44] = "";
    slack_keyring_t *keyring = NULL;
    for (char c = 'A'; c < 'A' + 9; c++) {
        snprintf(keys + strlen(keys), 46, "%s%c%s", *keys ? "," : "", c, &ZEROS[1]);
        const int rc = slack__keyring_new(&keyring, slack__slice(keys), why);
        assert_int_equal(rc, c == 'I' ? SLACK_ECONFIG : 0);
        if (rc == 0) slack__keyring_free(keyring);
    }
    assert_string_equal(why, "holds more than 8 keys: drop the oldest ones");
}

static int seal_and_open(void *ctx)
{
    slack_keyring_t *keyring = NULL, *derived = NULL;
    slack_slice_t text, plain;
    slack_arena_t *small = slack__arena_new(64, 0);
    int rc = small ? slack__keyring_new(&keyring, SLACK_SLICE(ZEROS), why) : SLACK_ENOMEM;
    if (rc == 0) rc = slack__keyring_derive(&derived, SLACK_SLICE("s"), SLACK_SLICE("l"));
    if (rc == 0)
        rc = slack__seal(keyring, SLACK_SLICE("k"), slack__slice((const char *)ctx), small, &text);
    if (rc == 0) rc = slack__unseal(keyring, SLACK_SLICE("k"), text, small, &plain, why);
    slack__keyring_free(keyring);
    slack__keyring_free(derived);
    slack__arena_free(small);
    return rc;
}

ARENA_TEST(memory_is_out)
{
    assert_true(alloc_fail_each(seal_and_open, (void *)(uintptr_t)repeated("text", 200)) > 4);
}
