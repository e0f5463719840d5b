/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "util/error.h"

static const char *remedy_for(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY: return "; another program keeps it locked";
    case SQLITE_FULL: return "; make room on its disk";
    case SQLITE_PERM:
    case SQLITE_READONLY: return "; let this program write to it and to its folder";
    case SQLITE_IOERR: return "; look after its disk";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; " SLACK_SQLITE_REPAIR;
    default: return "";
    }
}

void slack__sqlite_say(const slack_sqlite_t *s, const char *what, const char *remedy, char *error)
{
    slack__explain(error, "%.100s: %.60s%s", s->path, what, remedy);
}

static const char *remedy_for_os(int os)
{
    switch (os) {
    case EACCES:
    case EPERM:
    case EROFS: return "; let this program write to it and to its folder";
    case ENOENT: return "; make its folder first";
    case ENOTDIR: return "; a part of its path is no folder";
    case EISDIR: return "; name a file in it";
    case ENOSPC:
    case EDQUOT: return "; make room on its disk";
    case EMFILE:
    case ENFILE: return "; allow more open files (ulimit -n)";
    default: return "";
    }
}

int slack__sqlite_refuse(const slack_sqlite_t *s, const char *after,
                         const slack_file_fault_t *fault, char *error)
{
    if (fault->error == ENOMEM) return SLACK_ENOMEM;
    slack__explain(error, "%.100s%s: %s%s", s->path, after, fault->why,
                   fault->error ? remedy_for_os(fault->error) : "");
    return SLACK_ESTORE;
}

int slack__sqlite_explain(slack_sqlite_t *s, int rc, char *error)
{
    if (rc == SLACK_ENOMEM)
        slack__sqlite_say(s, "out of memory", "", error);
    else if (rc != 0 && s->spoilt)
        slack__sqlite_say(s, s->spoilt, "; " SLACK_SQLITE_REPAIR, error);
    else if (rc != 0)
        slack__sqlite_say(s, sqlite3_errmsg(s->sqlite), remedy_for(sqlite3_errcode(s->sqlite)),
                          error);
    return rc;
}
