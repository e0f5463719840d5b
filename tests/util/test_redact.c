/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "util/redact.h"

static const struct {
    const char *text, *want;
} cases[] = {
    {"", ""},
    {"nothing to hide", "nothing to hide"},
    {"xoxb-123456-abc", "[redacted]"},
    {"Bearer xoxp-123456-abc, and more", "Bearer [redacted], and more"},
    {"a=xoxe-1-My0xLjM5&b=2", "a=[redacted]&b=2"},
    {"{\"token\":\"xoxe.xoxb-1-MS0yLTEyMw\"}", "{\"token\":\"[redacted]\"}"},
    {"xapp-1-A012-345-deadbeef", "[redacted]"},
    {"xwfp-1234567890", "[redacted]"},
    {"xoxd-a%2Bb%2Fc%3D; d=1", "[redacted]; d=1"},
    {"XOXB-123456-ABC", "[redacted]"},
    {"xoxb-1", "******"}, /* never longer than what it replaces */
    {"xoxb-1234", "*********"},
    {"xoxb-12345", "[redacted]"},
    {"two: xoxb-12345 xapp-12345.", "two: [redacted] [redacted]"},
    {"starts with xoxb-, not with xapp- or xoxb-…", "starts with xoxb-, not with xapp- or xoxb-…"},
    {"xoxb-...", "xoxb-..."},
    {"a rotating bot token (xoxe.xoxb-)", "a rotating bot token (xoxe.xoxb-)"},
    {"xox-b", "xox-b"},
    {"https://hooks.slack.com/services/T0/B0/XXXX", "https://hooks.slack.com/[redacted]"},
    {"(https://hooks.slack.com/commands/1/2/3)", "(https://hooks.slack.com/[redacted])"},
    {"https://hooks.slack-gov.com/actions/1/2/3", "https://hooks.slack-gov.com/[redacted]"},
    {"https:\\/\\/hooks.slack.com\\/actions\\/T\\/1\\/x\"",
     "https:\\/\\/hooks.slack.com[redacted]\""},
    {"https%3A%2F%2Fhooks.slack.com%2Factions%2FT0&x=1",
     "https%3A%2F%2Fhooks.slack.com[redacted]&x=1"},
    {"hooks.slack.com refused", "hooks.slack.com refused"},
    {"https://hooks.slack.com/", "https://hooks.slack.com/"},
    {"wss://wss-primary.slack.com/link/?ticket=11112222-3333&app_id=4",
     "wss://wss-primary.slack.com/link/?ticket=[redacted]&app_id=4"},
    {"ticket=a", "ticket=*"},
    {"http://me:hunter2@proxy.test:3128", "http://[redacted]@proxy.test:3128"},
    {"http://someone:hunter2@proxy.test", "http://[redacted]@proxy.test"},
    {"\"http:\\/\\/someone:hunter2@proxy.test\"", "\"http:\\/\\/[redacted]@proxy.test\""},
    {"http://token@p.test/a@b (http://a:b@c)", "http://*****@p.test/a@b (http://***@c)"},
    {"http://a@b:secrets@p.test", "http://[redacted]@p.test"},
    {"http://proxy.test:3128", "http://proxy.test:3128"},
    {"http://proxy.test:3128/x:y@z", "http://proxy.test:3128/x:y@z"},
    {"http://[::1]:3128", "http://[::1]:3128"},
    {"postgres://h/d?password=hunter2hunter&user=b", "postgres://h/d?password=[redacted]&user=b"},
    {"postgres:host=h password=hunter2 dbname=d", "postgres:host=h password=******* dbname=d"},
    {"host=h PASSWORD = 'it\\'s a secret' dbname=d", "host=h PASSWORD = '[redacted]' dbname=d"},
    {"sslpassword='cut off", "sslpassword='*******"},
    {"PGPASSWORD=hunter2hunter slackapp", "PGPASSWORD=[redacted] slackapp"},
    {"the password (PGPASSWORD, ~/.pgpass), password=",
     "the password (PGPASSWORD, ~/.pgpass), password="},
    {"password='", "password='"},
    {"://", "://"},
    {"mail a@b, a: //c@d", "mail a@b, a: //c@d"},
    {"k=-----BEGIN EC PRIVATE KEY-----\nMHcCAQ EEIB\n-----END",
     "k=-----BEGIN EC PRIVATE KEY-----[redacted]-----END"},
    {"k=-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMHcCAQ==\n-----END",
     "k=-----BEGIN RSA PRIVATE KEY-----[redacted]-----END"},
    /* One secret begins inside another one, and ends behind it. */
    {"PRIVATE KEY-----xoxb-12345", "PRIVATE KEY-----[redacted]"},
    {"PRIVATE KEY-----PRIVATE KEY-----\nMHcCAQ-----END", "PRIVATE KEY-----[redacted]-----END"},
    {"ticket=PRIVATE KEY-----\nMHcCAQEEIB", "ticket=[redacted]"},
    {"xoxb-1://me:hunter,2@host xoxb", "[redacted]@host xoxb"},
    {"xoxb", "xoxb"},
    {"hooks.slack.co", "hooks.slack.co"},
    {"x h t X H T xo ho ti", "x h t X H T xo ho ti"},
};

/* In a block of exactly the text's size, so that a sanitizer sees one byte too many. */
static size_t redact(const char *text, size_t len, char **ret)
{
    *ret = malloc(len ? len : 1);
    memcpy(*ret, text, len);
    return slack__redact(*ret, len);
}

TEST(test_cases)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *got;
        size_t len = redact(cases[i].text, strlen(cases[i].text), &got);
        assert_int_equal(len, strlen(cases[i].want));
        assert_memory_equal(got, cases[i].want, len);
        free(got);
    }
}

TEST(test_twice_is_once)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *got;
        size_t len = redact(cases[i].want, strlen(cases[i].want), &got);
        if (strstr(cases[i].want, "hooks.slack.com[") == NULL) {
            assert_int_equal(len, strlen(cases[i].want));
            assert_memory_equal(got, cases[i].want, len);
        }
        free(got);
    }
}

/* Cut at any byte, what was inside a secret does not come out. */
TEST(test_every_cut)
{
    const char text[] = "key xoxb-SSSSSSSSSSSSSSSS http://u:SSSSSSS@p "
                        "https://hooks.slack.com/SSSSSSSSSSSSSS ticket=SSSSSS";
    for (size_t cut = 0; cut < sizeof text; cut++) {
        char *got;
        size_t len = redact(text, cut, &got);
        assert_true(len <= cut);
        assert_null(memchr(got, 'S', len));
        free(got);
    }
}

TEST(test_any_bytes)
{
    const char text[] = "\0xoxb-12345\0\xFFxoxb-12345\xFF";
    char *got;
    size_t len = redact(text, sizeof text - 1, &got);
    assert_int_equal(len, sizeof "\0[redacted]\0\xFF[redacted]\xFF" - 1);
    assert_memory_equal(got, "\0[redacted]\0\xFF[redacted]\xFF", len);
    free(got);
}

/* Anybody may write such a message, and the recorder redacts it: the time grows with its length. */
TEST(test_prefixes_without_an_end)
{
    const size_t len = (size_t)4 << 20;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = "xoxb--"[i % 6];
    assert_int_equal(slack__redact(text, len), len);
    for (size_t i = 0; i < len; i++)
        text[i] = "xoxb-1://ticket="[i % 16];
    assert_int_equal(slack__redact(text, len), 10);
    free(text);
}

TEST(test_secret_kind)
{
    static const struct {
        const char *value, *kind;
    } kinds[] = {
        {"xoxb-1", "a bot token (xoxb-)"},
        {"sqlite:xapp-1", "an app-level token (xapp-)"},
        {"sqlite:linuxapp-1.db", NULL},
        {"https://hooks.slack.com/x", "a webhook or response URL"},
        {"0123456789abcdef0123456789ABCDEF", "what looks like a signing secret"},
        {"0123456789abcdef0123456789ABCDEF0", NULL},
        {"A0111AAAA:0123456789abcdef0123456789abcdef", "what looks like a signing secret"},
        {"A1 : 0123456789abcdef0123456789abcdef ", "what looks like a signing secret"},
        {"new,0123456789abcdef0123456789abcdef", "what looks like a signing secret"},
        {"sqlite:0123456789abcdef0123456789abcdef", "what looks like a signing secret"},
        {"/nix/0123456789abcdef0123456789abcdef", NULL},
        {"-----BEGIN PRIVATE KEY-----\nM", "a private key"},
        {"http://me:pw@host", "the user or the password of a URL"},
        {"http://host:80/", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *kind = slack__secret_kind(kinds[i].value, false);
        assert_string_equal(kind ? kind : "", kinds[i].kind ? kinds[i].kind : "");
    }
    assert_null(slack__secret_kind("http://me:pw@host", true));
}
