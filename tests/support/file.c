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
