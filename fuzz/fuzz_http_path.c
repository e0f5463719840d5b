/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "net/http_path.h"

/* A decoded path is not longer than its source. Its only escapes are those of '/' and '%', it has
 * no decoded control character, and decoding it again does not change it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = malloc(size + 1), *again = malloc(size + 1);
    if (path && again) {
        memcpy(path, data, size);
        path[size] = '\0';
        const size_t len = strlen(path);
        const size_t slashes = len - strcspn(path, "/"); /* from the first one on */
        if (slack__http_path_decode(path)) {
            if (strlen(path) > len) __builtin_trap();
            for (const char *p = path; (p = strchr(p, '%')); p++)
                if (strncmp(p, "%2F", 3) != 0 && strncmp(p, "%25", 3) != 0) __builtin_trap();
            if (slashes == 0 && strchr(path, '/')) __builtin_trap();
            memcpy(again, path, strlen(path) + 1);
            if (!slack__http_path_decode(again) || strcmp(again, path) != 0) __builtin_trap();
        }
    }
    free(path);
    free(again);
    return 0;
}
