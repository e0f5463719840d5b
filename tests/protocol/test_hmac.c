/* SPDX-License-Identifier: MIT */
/* The program is built twice: with the library that the build hashes with, and with mbedTLS. */
#include "protocol/hmac.h"

#include "support/test.h"
#include "util/str.h"

#define X_5(x)  x x x x x
#define X_20(x) X_5(x) X_5(x) X_5(x) X_5(x)

/* RFC 4231; and keys and messages at the edges of a block, by Python's hmac. */
static const struct {
    const char *key;
    size_t key_len;
    const char *message, *digest;
} vectors[] = {
    {X_20("\x0b"), 20, "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", 4, "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {X_20("\xaa"), 20, X_20("\xdd") X_20("\xdd") X_5("\xdd") X_5("\xdd"),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {X_20("\xaa") X_20("\xaa") X_20("\xaa") X_20("\xaa") X_20("\xaa") X_20("\xaa") X_5("\xaa")
         X_5("\xaa") "\xaa",
     131, "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {X_20("k") X_20("k") X_20("k") "kkkk", 64, X_20("m") X_20("m") X_5("m") X_5("m") X_5("m"),
     "6d801b7bd389318c9618b37fb94c6ae3eaf1d2701f58706fe8e8342188f228fe"},
    {X_20("k") X_20("k") X_20("k") X_5("k"), 65, X_20("m") X_20("m") X_20("m") "mmmm",
     "8b059b2d9407087766cb94a6a0bd72fcabcabf26190712bd17e1e24221b2b14a"},
    {"", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

static void digest_of(const slack_hmac_key_t *key, const char *message, size_t split, char *ret)
{
    unsigned char digest[SLACK_HMAC_BYTES];
    slack_hmac_t hmac;
    slack__hmac_begin(&hmac, key);
    assert_true(slack__hmac_add(&hmac, (slack_slice_t){message, split}));
    assert_true(slack__hmac_add(&hmac, slack__slice(message + split)));
    assert_true(slack__hmac_end(&hmac, key, digest));
    slack__hex(ret, digest, sizeof digest);
    ret[2 * sizeof digest] = '\0';
}

TEST(public_vectors_hold_at_every_split)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char text[2 * SLACK_HMAC_BYTES + 1];
        slack_hmac_key_t key;
        assert_true(
            slack__hmac_key_init(&key, (slack_slice_t){vectors[i].key, vectors[i].key_len}));
        for (size_t split = 0; split <= strlen(vectors[i].message); split++) {
            digest_of(&key, vectors[i].message, split, text);
            assert_string_equal(text, vectors[i].digest);
        }
    }
}
