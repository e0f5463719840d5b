/* SPDX-License-Identifier: MIT */
#include "sim/secrets.h"

#include <string.h>

/* The end of the path that begins at `at`, before a space, a quote, an escape or a bracket. */
static size_t path_end(const char *text, size_t len, size_t at)
{
    while (at < len && text[at] > ' ' && !strchr("\"\\'`<>,;|()[]{}", text[at]))
        at++;
    return at;
}

/* "/services/T…/B…/SECRET" and "/triggers/T…/SECRET" end in a secret: hide the paths. */
static void hide_paths(char *text, size_t len)
{
    static const slack_slice_t folders[] = {{"/services/", 10}, {"/triggers/", 10}};
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '/') continue;
        for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
            if (!slack__slice_begins((slack_slice_t){text + i, len - i}, folders[k])) continue;
            const size_t from = i + folders[k].len, to = path_end(text, len, from);
            memset(text + from, '*', to - from);
            i = to - 1;
            break;
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
