/* SPDX-License-Identifier: MIT */
#include <slack/options.h>

#include "fuzz.h"
#include "protocol/redact_json.h"
#include "util/error.h"
#include "util/log.h"
#include "util/redact.h"

/* The texts before and behind each kind of secret. The secret itself consists of 'Z' alone. */
static const struct {
    const char *before, *behind;
} kinds[] = {
#define TOKEN(prefix, use, what) {prefix, ""},
#include "util/token_prefixes.def"
    {"https://hooks.slack.com/services/T0/", ""},
    {"https:\\/\\/hooks.slack-gov.com\\/", ""},
    {"wss://a.slack.com/?ticket=", "&app_id=1"},
    {"%3Fticket%3D", "%26a"},
    {"-----BEGIN PRIVATE KEY-----\n", "-----END"},
    {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n", "\n-----END"},
    {"http://me:", "@host"},
    {"http:\\/\\/me:", "@host"},
};
#define KINDS  (sizeof kinds / sizeof *kinds)
#define TOKENS (KINDS - 8)

#define MARK "ZZZZ"

static void check_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    must(!fuzz_contains(line, len, MARK));
    must(len == strlen(line));
}

static void check_json(const char *text, size_t len)
{
    slack_redactor_t redactor = {.texts = len % 2};
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL, *again = NULL;
    slack_buf_t out;
    slack__buf_init(&out, 64 * len + 64);
    if (slack__json_parse(arena, text, len, &value, NULL) == 0) {
        const char *plain = slack__json_text(arena, value, NULL);
        must(slack__redact_json_write(&redactor, &out, value) == 0);
        must(slack__json_parse(arena, slack__buf_ptr(&out), out.len, &again, NULL) == 0);
        /* Behind a backslash the first letter of the secret is that of an escape. */
        if (plain && !memchr(text, '\\', len))
            must(!fuzz_contains(slack__buf_ptr(&out), out.len, MARK));
    }
    slack__buf_done(&out);
    slack__arena_free(arena);
}

/* Reads a secret out of the text, whatever stands around it. */
static void check_text(const char *text, size_t len)
{
    static const slack_logger_t logs[] = {
        {.level = SLACK_LOG_INFO, .format = SLACK_LOG_TEXT, .fn = check_line},
        {.level = SLACK_LOG_INFO, .format = SLACK_LOG_JSON, .fn = check_line},
    };
    char *copy = fuzz_copy(text, len), sentence[SLACK_ERROR_TEXT_MAX];
    const size_t redacted = slack__redact(copy, len);
    must(redacted <= len && !fuzz_contains(copy, redacted, MARK));
    free(copy);
    for (size_t i = 0; i < 2; i++)
        SLACK_LOG(&logs[i], INFO, "fuzz", "a=%.*s b=%d", (int)len, text, 1);
    slack__explain(sentence, "%.*s", (int)len, text);
    must(!strstr(sentence, MARK));
    check_json(text, len);
}

/* The first bytes are the kind of the secret, its length and its place in the rest, which is any
 * text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4) return 0;
    const size_t kind = data[0] % KINDS, len = size - 4;
    const size_t place = (size_t)(data[2] << 8 | data[3]) % (len + 1);
    char *rest = fuzz_copy(data + 4, len), secret[4 + UINT8_MAX + 1] = "", *at;
    for (size_t i = 0; i < len; i++)
        if (rest[i] == 'Z') rest[i] = 'z';
    memset(secret, 'Z', 4 + data[1]);
    slack_buf_t text;
    slack__buf_init(&text, len + 1024);
    must(slack__buf_append(&text, rest, place) == 0);
    must(slack__buf_printf(&text, "%s", kinds[kind].before) == 0);
    while (kind < TOKENS && (at = memchr(slack__buf_ptr(&text) + place, '?', text.len - place)))
        *at = 'q'; /* xox?- */
    must(slack__buf_printf(&text, "%s%s", secret, kinds[kind].behind) == 0);
    must(slack__buf_append(&text, rest + place, len - place) == 0);
    check_text(slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    free(rest);
    return 0;
}
