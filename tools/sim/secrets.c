/* SPDX-License-Identifier: MIT */
#include "sim/secrets.h"

#include <string.h>

#include "sim/responses.h"

#define ANSWER_MAX ((size_t)16 << 20)

/* The length of the slash that a text begins with: of a URL, of JSON in a text of JSON, of a form.
 * 0: there is none. */
static size_t slash_len(slack_slice_t text)
{
    static const slack_slice_t slashes[] = {{"/", 1}, {"\\\\/", 3}, {"%2F", 3}, {"%2f", 3}};
    for (size_t i = 0; i < sizeof slashes / sizeof *slashes; i++)
        if (slack__slice_begins(text, slashes[i])) return slashes[i].len;
    return 0;
}

static slack_slice_t behind(slack_slice_t text, size_t len)
{
    return (slack_slice_t){text.ptr + len, text.len - len};
}

/* Skip a slash and what follows it. False: the text begins otherwise. */
static bool skip_part(slack_slice_t *text, slack_slice_t part)
{
    const size_t len = slash_len(*text);
    if (len == 0 || !slack__slice_begins(behind(*text, len), part)) return false;
    *text = behind(*text, len + part.len);
    return true;
}

/* Skip a slash and the id of a workspace or an organization, or the version of an upload. */
static bool skip_owner(slack_slice_t *text)
{
    if (skip_part(text, SLACK_SLICE("v1"))) return true;
    if (!skip_part(text, SLACK_SLICE("T")) && !skip_part(text, SLACK_SLICE("E"))) return false;
    while (text->len > 0 &&
           ((*text->ptr >= 'A' && *text->ptr <= 'Z') || (*text->ptr >= '0' && *text->ptr <= '9')))
        *text = behind(*text, 1);
    return true;
}

/* The length of a path up to a space, a quote, an escape or a bracket. */
static size_t path_len(slack_slice_t text)
{
    size_t at = 0;
    while (at < text.len) {
        const size_t slash = slash_len(behind(text, at));
        if (!slash && (text.ptr[at] <= ' ' || strchr("\"\\'`<>,;|()[]{}&", text.ptr[at]))) break;
        at += slash ? slash : 1;
    }
    return at;
}

/* The URLs of the simulator's webhooks, responses and uploads end in a secret: hide it. */
static void hide_paths(char *text, size_t len)
{
    static const slack_slice_t folders[] = {
        {"services", 8}, {"triggers", 8}, {"commands", 8}, {"actions", 7}, {"upload", 6}};
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
            slack_slice_t rest = {text + i, len - i};
            if (!skip_part(&rest, folders[k]) || !skip_owner(&rest)) continue;
            const size_t slash = slash_len(rest), to = slash ? path_len(rest) : 0;
            if (to > slash) memset(text + (len - rest.len) + slash, '*', to - slash);
        }
    }
}

int sim_secrets_write(const slack_redactor_t *redactor, slack_buf_t *out, const slack_json_t *value)
{
    const size_t before = out->len;
    const int rc = slack__redact_json_write(redactor, out, value);
    if (rc == 0) hide_paths(slack__buf_ptr(out) + before, out->len - before);
    return rc;
}

void sim_secrets_respond(const slack_redactor_t *redactor, slack_http_request_t *request,
                         const sim_json_builder_t *json, const slack_json_t *value)
{
    slack_buf_t text;
    slack__buf_init(&text, ANSWER_MAX);
    const int rc = json->rc != 0 ? json->rc : sim_secrets_write(redactor, &text, value);
    sim_respond_written(request, rc, &text);
    slack__buf_done(&text);
}
