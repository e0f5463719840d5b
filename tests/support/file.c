/* SPDX-License-Identifier: MIT */
#include "support/file.h"

#include <sys/stat.h>

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

long file_size(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (long)status.st_size;
}

char *file_read(const char *path, size_t *ret_len)
{
    static char *text;
    const size_t size = (size_t)file_size(path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    free(text);
    text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    text[size] = '\0';
    if (ret_len) *ret_len = size;
    return text;
}

char *file_read_page(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/docs/%s", getenv("SLACKAPP_SOURCE_DIR"), name);
    return file_read(path, NULL);
}

void file_flip(const char *path, long at, int mask)
{
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    const int byte = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    fputc(byte ^ mask, file);
    assert_int_equal(fclose(file), 0);
}
