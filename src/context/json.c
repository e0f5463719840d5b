/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/json.h"

/* Values that handlers write. A template with an error makes NULL, which every function that takes
 * a value accepts: the function then returns the error of the template (slack__ctx_no_json()). So a
 * handler can pass on the value without a check. */

struct bad_template {
    const char *text;
    const slack_json_error_t *error;
};

static int log_template(slack_ctx_t *ctx, void *args)
{
    const struct bad_template *bad = args;
    SLACK_LOG(slack__ctx_log(ctx), ERROR, "malformed JSON template",
              "error=%s offset=%zu what=%s template=%s", slack_err_name(bad->error->code),
              bad->error->offset, bad->error->what ? bad->error->what : "", bad->text);
    return 0;
}

const slack_json_t *(slack_jsonf)(slack_ctx_t *ctx, const char *template_, ...)
{
    const slack_json_t *value = NULL;
    slack_json_error_t error = {0};
    va_list ap;
    va_start(ap, template_);
    int rc = slack__vjsonf(slack__ctx_arena(ctx), &value, &error, template_, ap);
    va_end(ap);
    slack__ctx_voice(ctx)->json_error = rc;
    if (rc == 0) return value;
    struct bad_template bad = {template_, &error};
    slack__ctx_on_loop(ctx, log_template, &bad);
    return NULL;
}

const slack_json_t *slack_json_array(slack_ctx_t *ctx, const slack_json_t *const *items,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == NULL) return NULL; /* json_error has the error of the item */
    const slack_json_t *array = NULL;
    int rc = slack__json_array(slack__ctx_arena(ctx), items, count, &array);
    slack__ctx_voice(ctx)->json_error = rc;
    return rc == 0 ? array : NULL;
}

int slack__ctx_no_json(slack_ctx_t *ctx)
{
    int rc = slack__ctx_voice(ctx)->json_error;
    return rc ? rc : SLACK_EINVAL;
}
