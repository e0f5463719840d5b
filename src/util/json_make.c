/* SPDX-License-Identifier: MIT */
#include "util/json_make.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "util/alloc.h"
#include "util/file.h"

/* Larger than any view or message that Slack takes. */
#define TEMPLATE_FILE_MAX ((size_t)1 << 20)

const slack_json_t *slack__make_jsonf(slack_arena_t *arena, const char *caller,
                                      const char *template_, va_list ap)
{
    if (!arena) return slack__json_no_owner;
    const slack_json_t *value = NULL;
    slack_json_error_t error = {0};
    if (slack__vjsonf(arena, &value, &error, template_, ap) == 0) return value;
    if (error.cause) return slack__json_failed_again(arena, error.cause);
    return slack__json_failed(arena, error.code, "%s: %s, at offset %zu of the template %s", caller,
                              error.what, error.offset, template_ ? template_ : "NULL");
}

/* --- files --- */

static const slack_json_t *file_failed(slack_arena_t *arena, const char *caller, const char *path,
                                       const char *text, const slack_json_error_t *error)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < error->offset; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        if (text[i] == '\n') line++;
    }
    return slack__json_failed(arena, error->code, "%s: %s:%zu:%zu: %s", caller, path, line, column,
                              error->what);
}

const slack_json_t *slack__make_file(slack_arena_t *arena, const char *caller, const char *path,
                                     const slack_json_t *args)
{
    if (!arena) return slack__json_no_owner;
    if (!path) return slack__json_failed(arena, SLACK_EINVAL, "%s: the path is NULL", caller);
    if (slack_json_error(args) != 0) return slack__json_failed_again(arena, args);
    char *text = NULL;
    slack_file_fault_t fault;
    ssize_t read = slack__file_read(path, SLACK_FILE_PUBLIC, TEMPLATE_FILE_MAX, &text, &fault);
    if (read < 0) {
        const int code = fault.error == ENOMEM   ? SLACK_ENOMEM
                         : fault.error == ENOENT ? SLACK_ENOTFOUND
                         : fault.error == EFBIG  ? SLACK_ETOOBIG
                                                 : SLACK_EIO;
        return slack__json_failed(arena, code, "%s: %s: %s", caller, path, fault.why);
    }
    const size_t len = (size_t)read;
    const slack_json_t *value = NULL;
    slack_json_error_t error = {0};
    const size_t bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (slack__json_fill(arena, &value, &error, (slack_slice_t){text + bom, len - bom}, args) != 0)
        value = error.cause ? slack__json_failed_again(arena, error.cause)
                            : file_failed(arena, caller, path, text + bom, &error);
    slack__wipe(text, len);
    slack__free(text);
    return value;
}

/* --- values from text, and to text --- */

const slack_json_t *slack__make_parse(slack_arena_t *arena, const char *caller, const char *text,
                                      size_t len)
{
    if (!arena) return slack__json_no_owner;
    if (!text) return slack__json_failed(arena, SLACK_EINVAL, "%s: the text is NULL", caller);
    const slack_json_t *value = NULL;
    size_t offset = 0;
    int rc = slack__json_parse(arena, text, len, &value, &offset);
    if (rc == 0) return value;
    if (rc == SLACK_EJSON)
        return slack__json_failed(arena, rc, "%s: malformed JSON at offset %zu: %.*s", caller,
                                  offset, (int)(len - offset < 40 ? len - offset : 40),
                                  text + offset);
    return slack__json_failed(arena, rc, "%s: %s", caller,
                              rc == SLACK_ETOOBIG ? "nested too deeply" : slack_strerror(rc));
}

const char *slack__make_text(slack_arena_t *arena, const slack_json_t *value)
{
    return arena ? slack__json_text(arena, value, NULL) : NULL;
}

/* --- arrays --- */

const slack_json_t *slack__make_array(slack_arena_t *arena, const char *caller,
                                      const slack_json_t *const *items, size_t count)
{
    if (!arena) return slack__json_no_owner;
    for (size_t i = 0; i < count; i++) {
        if (!items[i])
            return slack__json_failed(arena, SLACK_EINVAL, "%s: value %zu is NULL", caller, i);
        if (slack_json_error(items[i]) != 0) return slack__json_failed_again(arena, items[i]);
    }
    const slack_json_t *array = NULL;
    int rc = slack__json_array(arena, items, count, &array);
    return rc == 0 ? array : slack__json_failed(arena, rc, "%s: %s", caller, slack_strerror(rc));
}

void slack__make_add(slack_arena_t *arena, const char *caller, slack_json_list_t *list,
                     const slack_json_t *value)
{
    if (!value)
        value = arena ? slack__json_failed(arena, SLACK_EINVAL, "%s: the value is NULL", caller)
                      : slack__json_no_owner;
    if (list->count == list->priv) {
        const size_t more = list->priv ? 2 * list->priv : 16, item = sizeof *list->items;
        void *items =
            arena ? slack__arena_realloc(arena, (void *)list->items, list->priv * item, more * item)
                  : NULL;
        if (!items) { /* the array of the list fails */
            const slack_json_t *const *lost =
                arena ? &slack__json_no_memory : &slack__json_no_owner;
            *list = (slack_json_list_t){(const slack_json_t **)(uintptr_t)lost, 1, 1};
            return;
        }
        list->items = items;
        list->priv = more;
    }
    list->items[list->count++] = value;
}
