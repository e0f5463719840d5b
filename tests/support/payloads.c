/* SPDX-License-Identifier: MIT */
#include "support/payloads.h"
#include "support/test.h"

#include <dirent.h>

#define PATH_BYTES 4096

static void find(const char *folder, char *ret_path)
{
    const char *given = getenv("SLACK_PAYLOADS_DIR");
    const char *source = getenv("SLACKAPP_SOURCE_DIR");
    if (given)
        snprintf(ret_path, PATH_BYTES, "%s/%s", given, folder);
    else
        snprintf(ret_path, PATH_BYTES, "%s/../shared/payloads/%s", source ? source : ".", folder);
}

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    *ret_len = (size_t)size;
    return text;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

size_t payloads_each(const char *folder, payload_fn fn, void *ctx)
{
    char path[PATH_BYTES];
    find(folder, path);
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);
    if (count < 0) skip();
    for (int i = 0; i < count; i++) {
        char file[PATH_BYTES + sizeof entries[i]->d_name];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        size_t len;
        char *text = read_file(file, &len);
        fn(entries[i]->d_name, text, len, ctx);
        free(text);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}
