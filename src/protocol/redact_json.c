/* SPDX-License-Identifier: MIT */
#include "protocol/redact_json.h"

#include <string.h>

#include "util/alloc.h"
#include "util/random.h"
#include "util/redact.h"

#define MARK "redacted:"
#define URL_MARK                                                                                   \
    "https://hooks.slack.com/redacted/" /* a handler can post to it, as to the secret */
#define DIGITS 16

/* Members that are secrets, besides those whose names end in "_token" or "_secret". */
static const char *const secret_names[] = {
    "token",    "secret",     "trigger_id", "interactivity_pointer", "response_url", "ticket",
    "password", "upload_url", "code",       "code_verifier",         NULL,
};

/* Members that people wrote, or that identify them. */
static const char *const text_names[] = {
    "text",         "value", "fallback", "private_metadata", "real_name", "display_name", "email",
    "display_text", "title", "topic",    "purpose",          NULL,
};

int slack__redact_json_init(slack_redactor_t *redactor, bool texts)
{
    unsigned char key[32];
    char text[2 * sizeof key + 1];
    *redactor = (slack_redactor_t){.texts = texts};
    if (!slack__random_secret(key, sizeof key)) return SLACK_EIO;
    for (size_t i = 0; i < sizeof key; i++) {
        text[2 * i] = "0123456789abcdef"[key[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[key[i] & 15];
    }
    text[2 * sizeof key] = '\0';
    int rc = slack__signer_new(&redactor->signer, text);
    slack__wipe(key, sizeof key);
    slack__wipe(text, sizeof text);
    return rc;
}

void slack__redact_json_done(slack_redactor_t *redactor)
{
    slack__signer_free(redactor->signer);
    redactor->signer = NULL;
}

/* --- names --------------------------------------------------------------------------------- */

static bool is_one_of(slack_slice_t name, const char *const *names)
{
    for (; *names; names++)
        if (slack__slice_eq(name, slack__slice(*names))) return true;
    return false;
}

static bool ends_in(slack_slice_t name, slack_slice_t end)
{
    return name.len > end.len && memcmp(name.ptr + name.len - end.len, end.ptr, end.len) == 0;
}

static bool is_secret(slack_slice_t name)
{
    return is_one_of(name, secret_names) || ends_in(name, SLACK_SLICE("_token")) ||
           ends_in(name, SLACK_SLICE("_secret"));
}

bool slack__is_placeholder(slack_slice_t text)
{
    return slack__slice_begins(text, SLACK_SLICE(MARK)) ||
           slack__slice_begins(text, SLACK_SLICE(URL_MARK));
}

bool slack__is_any_placeholder(slack_slice_t text)
{
    return slack__is_placeholder(text) && text.ptr[text.len - 1] == '*';
}

/* --- strings ------------------------------------------------------------------------------- */

/* The parts that look like a secret become "[redacted]". */
static int write_redacted(slack_buf_t *out, slack_slice_t text)
{
    char few[64]; /* most names of members */
    char *copy = text.len <= sizeof few ? few : slack__malloc(text.len);
    if (copy == NULL) return SLACK_ENOMEM;
    if (text.len) memcpy(copy, text.ptr, text.len);
    int rc = slack__json_write_string(out, copy, slack__redact(copy, text.len));
    slack__wipe(copy, text.len);
    if (copy != few) slack__free(copy);
    return rc;
}

static int write_secret(const slack_redactor_t *redactor, slack_buf_t *out, slack_slice_t secret)
{
    if (slack__is_placeholder(secret)) return slack__json_write_string(out, secret.ptr, secret.len);
    char signature[SLACK_SIGNATURE_LEN + 1] = "v0=*";
    const bool url = slack__slice_begins(secret, SLACK_SLICE("https://")) ||
                     slack__slice_begins(secret, SLACK_SLICE("http://"));
    int rc = 0;
    if (redactor->signer)
        rc = slack__signature_make(redactor->signer, SLACK_SLICE("0"), secret, signature);
    if (rc != 0) return rc;
    return slack__buf_printf(out, "\"%s%.*s\"", url ? URL_MARK : MARK, DIGITS, signature + 3);
}

/* Where a value stands. */
typedef struct place {
    slack_slice_t name;
    bool in_secret; /* an object around it has the name of a secret, as an input's state has */
} place_t;

/* --- values -------------------------------------------------------------------------------- */

/* Elements of an array have the name of the array. The parser bounds the depth of the recursion. */
static int write_value(const slack_redactor_t *redactor, slack_buf_t *out, const place_t *place,
                       const slack_json_t *value)
{
    const enum slack_json_type type = slack_json_type(value);
    if (type == SLACK_JSON_STRING) {
        slack_slice_t text;
        text.ptr = slack_json_strn(value, "", &text.len);
        const bool is_text = text.len > 0 && is_one_of(place->name, text_names);
        if (text.len > 0 && (is_secret(place->name) || (place->in_secret && is_text)))
            return write_secret(redactor, out, text);
        if (is_text && redactor->texts)
            return slack__buf_append_slice(out, SLACK_SLICE("\"[hidden]\""));
        return write_redacted(out, text);
    }
    if (type != SLACK_JSON_OBJECT && type != SLACK_JSON_ARRAY) return slack__json_write(out, value);
    const bool object = type == SLACK_JSON_OBJECT;
    slack_json_iter_t it = {0};
    int rc = slack__buf_append_char(out, object ? '{' : '[');
    while (rc == 0 && slack_json_next(value, &it)) {
        const place_t inner = {object ? slack__json_key(&it) : place->name,
                               place->in_secret || is_secret(place->name)};
        if (it.index > 1) rc = slack__buf_append_char(out, ',');
        if (rc == 0 && object) rc = write_redacted(out, inner.name);
        if (rc == 0 && object) rc = slack__buf_append_char(out, ':');
        if (rc == 0) rc = write_value(redactor, out, &inner, it.value);
    }
    return rc ? rc : slack__buf_append_char(out, object ? '}' : ']');
}

int slack__redact_json_write(const slack_redactor_t *redactor, slack_buf_t *out,
                             const slack_json_t *value)
{
    const size_t before = out->len;
    int rc = write_value(redactor, out, &(place_t){.name = {"", 0}}, value);
    if (rc != 0) slack__buf_truncate(out, before);
    return rc;
}
