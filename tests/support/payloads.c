/* SPDX-License-Identifier: MIT */
#include "support/payloads.h"

#include <dirent.h>

#include "support/file.h"
#include "support/test.h"

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
        const char *text = file_read(file, &len);
        fn(entries[i]->d_name, text, len, ctx);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}
