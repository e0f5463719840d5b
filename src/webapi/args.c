/* SPDX-License-Identifier: MIT */
#include "webapi/args.h"

#include <string.h>

#include "util/form.h"

int slack__args_read(slack_arena_t *arena, const char *form, size_t len, const slack_json_t **ret)
{
    slack_json_iter_t it = {0};
    const slack_json_t *fields = NULL, *args = NULL;
    int rc = slack__form_parse(arena, len ? form : "", len, &fields);
    if (rc == 0) rc = slack__jsonf(arena, &args, NULL, "{}");
    while (rc == 0 && slack_json_next(fields, &it)) {
        const slack_json_t *value = it.value, *one = NULL;
        size_t text_len;
        const char *text = slack_json_strn(value, "", &text_len);
        if (text_len > 0 && (*text == '{' || *text == '[') && strcmp(it.key, "text") != 0 &&
            slack__json_parse(arena, text, text_len, &value, NULL) == SLACK_ENOMEM)
            rc = SLACK_ENOMEM;
        if (rc == 0) rc = slack__jsonf(arena, &one, NULL, "{%s: %p}", it.key, (const void *)value);
        if (rc == 0) rc = slack__json_with_defaults(arena, args, one, &args);
    }
    if (rc == 0) *ret = args;
    return rc;
}
