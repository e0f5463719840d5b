/* SPDX-License-Identifier: MIT */
#include "support/file.h"
#include "support/test.h"

void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void file_replace(const char *path, const char *text)
{
    char part[4096];
    assert_in_range(snprintf(part, sizeof part, "%s.part", path), 0, sizeof part - 1);
    file_write(part, text);
    assert_int_equal(rename(part, path), 0);
}

void file_read_page(const char *name, char *ret, size_t size)
{
    char path[1024];
    const char *source = getenv("SLACKAPP_SOURCE_DIR");
    assert_non_null(source);
    assert_true((size_t)snprintf(path, sizeof path, "%s/docs/%s", source, name) < sizeof path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t len = fread(ret, 1, size, file);
    fclose(file);
    assert_true(len > 0 && len < size);
    ret[len] = '\0';
}
