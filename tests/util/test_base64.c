/* SPDX-License-Identifier: MIT */
#include "util/base64.h"

#include "support/test.h"

/* RFC 4648, section 10; and each digit that the two alphabets do not share. */
static const struct {
    const char *bytes, *padded, *url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbe", "+/++", "-_--"},
};

static const struct {
    enum slack_base64 form;
    const char *text;
} malformed[] = {
    {SLACK_BASE64, "Z"},        {SLACK_BASE64, "Zg="},      {SLACK_BASE64, "Zg==="},
    {SLACK_BASE64, "Z==="},     {SLACK_BASE64, "="},        {SLACK_BASE64, "===="},
    {SLACK_BASE64, "Zm9v===="}, {SLACK_BASE64, "Zg==Zg=="}, {SLACK_BASE64, "Zh=="},
    {SLACK_BASE64, "Zm9="},     {SLACK_BASE64, "Zm9 v"},    {SLACK_BASE64, "Zm9v\n"},
    {SLACK_BASE64, "-_--"},     {SLACK_BASE64_URL, "+/++"}, {SLACK_BASE64_URL, "Zg=="},
    {SLACK_BASE64_URL, "Zh"},   {SLACK_BASE64_URL, "Zm9"},  {SLACK_BASE64_URL, "Zm\x80v"},
};

static void assert_read(enum slack_base64 form, const char *text, const char *bytes)
{
    char out[8] = "";
    size_t len = 99;
    assert_true(slack__base64_decode(form, slack__slice(text), out, sizeof out, &len));
    assert_int_equal(len, strlen(bytes));
    assert_string_equal(out, bytes);
}

TEST(vectors_are_written_and_read)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const size_t len = strlen(vectors[i].bytes);
        char text[16];
        slack__base64_encode(SLACK_BASE64, vectors[i].bytes, len, text);
        assert_string_equal(text, vectors[i].padded);
        slack__base64_encode(SLACK_BASE64_URL, vectors[i].bytes, len, text);
        assert_string_equal(text, vectors[i].url);
        assert_read(SLACK_BASE64, vectors[i].padded, vectors[i].bytes);
        assert_read(SLACK_BASE64_URL, vectors[i].url, vectors[i].bytes);
    }
    assert_read(SLACK_BASE64, "Zm9vYg", "foob");
}

TEST(malformed_texts_are_refused)
{
    size_t len;
    char out[8];
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++)
        assert_false(slack__base64_decode(malformed[i].form, slack__slice(malformed[i].text), out,
                                          sizeof out, &len));
    assert_false(slack__base64_decode(SLACK_BASE64, (slack_slice_t){"Zm\0v", 4}, out, 8, &len));
}

TEST(a_longer_text_does_not_leave_its_buffer)
{
    char out[5] = "....";
    size_t len;
    assert_true(slack__base64_decode(SLACK_BASE64, SLACK_SLICE("Zm9vYmFy"), out, 3, &len));
    assert_int_equal(len, 6);
    assert_string_equal(out, "foo.");
}
