/* SPDX-License-Identifier: MIT */
#include "store/sqlite_values.h"

#include <endian.h>
#include <string.h>

void slack__bind_text(sqlite3_stmt *stmt, int i, slack_slice_t text)
{
    if (text.len == 0)
        sqlite3_bind_null(stmt, i);
    else
        sqlite3_bind_text64(stmt, i, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void slack__bind_blob(sqlite3_stmt *stmt, int i, slack_slice_t bytes)
{
    if (bytes.len == 0)
        sqlite3_bind_null(stmt, i);
    else
        sqlite3_bind_blob64(stmt, i, bytes.ptr, bytes.len, SQLITE_STATIC);
}

static uint64_t checksum_add(uint64_t hash, const char *bytes, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, bytes, len);
    hash = (hash ^ le64toh(word)) * 0x100000001b3u;
    return hash ^ hash >> 32; /* else two changes of high bits could cancel each other out */
}

/* FNV-1a over words in place of bytes, because a payload has more than a thousand bytes. */
int64_t slack__checksum(slack_slice_t bytes)
{
    uint64_t hash = 0xcbf29ce484222325u ^ bytes.len;
    for (; bytes.len >= 8; bytes.ptr += 8, bytes.len -= 8)
        hash = checksum_add(hash, bytes.ptr, 8);
    return (int64_t)(bytes.len > 0 ? checksum_add(hash, bytes.ptr, bytes.len) : hash);
}

int64_t slack__column_number(sqlite3_stmt *stmt, int i, int64_t most, bool *damaged)
{
    const bool is_number = sqlite3_column_type(stmt, i) == SQLITE_INTEGER;
    const int64_t number = is_number ? sqlite3_column_int64(stmt, i) : 0;
    if (!is_number || number < 0 || number > most) *damaged = true;
    return number < 0 ? 0 : number > most ? most : number;
}

slack_slice_t slack__column_bytes(sqlite3_stmt *stmt, int i, size_t most, bool *damaged)
{
    const char *ptr = sqlite3_column_blob(stmt, i);
    const size_t len = ptr ? (size_t)sqlite3_column_bytes(stmt, i) : 0;
    if (len <= most) return (slack_slice_t){ptr, len};
    *damaged = true;
    return (slack_slice_t){NULL, 0};
}

slack_slice_t slack__column_text(sqlite3_stmt *stmt, int i, bool *damaged)
{
    const slack_slice_t text = slack__column_bytes(stmt, i, SLACK_SQLITE_TEXT_MAX, damaged);
    if (text.len == 0 || !memchr(text.ptr, '\0', text.len)) return text;
    *damaged = true;
    return (slack_slice_t){NULL, 0};
}
