/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <string.h>

/*
 * SQLite overwrites what is deleted (PRAGMA secure_delete). But when it moves rows from one page to
 * another, a copy may stay behind in the unused part of the old page, and is then nobody's to
 * overwrite. So the unused parts of pages are zeroed when the log is copied into the file. SQLite
 * never reads them. The format of pages: https://sqlite.org/fileformat2.html#b_tree_pages
 */

#define FILE_HEADER    100 /* on the first page, before its own header */
#define PAGE_BYTES_MAX 65536

static size_t read_u16(const unsigned char *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* Zero the unused part of a page, between the pointers to its rows and the rows. A page that is no
 * part of a table or an index begins with the number of another page, whose first byte is 0 in a
 * file of less than 128 GiB. */
static void zero_unused(unsigned char *page, size_t size, size_t header)
{
    const unsigned char kind = page[header];
    const bool inner = kind == 2 || kind == 5, leaf = kind == 10 || kind == 13;
    const size_t rows = read_u16(page + header + 3), start = read_u16(page + header + 5);
    const size_t from = header + (inner ? 12 : 8) + 2 * rows;
    const size_t to = start == 0 ? PAGE_BYTES_MAX : start;
    if ((inner || leaf) && from < to && to <= size) memset(page + from, 0, to - from);
}

/* The xWrite() of the database's file. */
static int write_scrubbed(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    const slack_sqlite_scrubber_t *scrubber = (const void *)file->pMethods;
    unsigned char page[PAGE_BYTES_MAX];
    if (len < 512 || len > PAGE_BYTES_MAX) return scrubber->below->xWrite(file, data, len, at);
    memcpy(page, data, (size_t)len);
    zero_unused(page, (size_t)len, at == 0 ? FILE_HEADER : 0);
    return scrubber->below->xWrite(file, page, len, at);
}

int slack__sqlite_scrub(slack_sqlite_t *s)
{
    sqlite3_file *file = NULL;
    const int code = sqlite3_file_control(s->sqlite, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK) return slack__sqlite_status(code);
    s->scrubber.below = file->pMethods;
    s->scrubber.methods = *file->pMethods;
    s->scrubber.methods.xWrite = write_scrubbed;
    if (s->scrubber.methods.iVersion > 3) s->scrubber.methods.iVersion = 3; /* of this struct */
    file->pMethods = &s->scrubber.methods;
    return 0;
}
