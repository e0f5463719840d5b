/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "util/error.h"

#define WRITABLE "; let this program write to it and to its folder"

/* By the primary code: https://www.sqlite.org/rescode.html */
static const struct cure {
    int code;
    const char *cure;
    slack_store_cause_t cause;
} cures[] = {
    {SQLITE_BUSY, "; another program keeps it locked", SLACK_CAUSE_LOCKED},
    {SQLITE_LOCKED, "; another program keeps it locked", SLACK_CAUSE_LOCKED},
    {SQLITE_FULL, "; make room on its disk", SLACK_CAUSE_FULL},
    {SQLITE_PERM, WRITABLE, SLACK_CAUSE_RIGHTS},
    {SQLITE_READONLY, WRITABLE, SLACK_CAUSE_READ_ONLY},
    {SQLITE_IOERR, "; look after its disk", SLACK_CAUSE_DISK},
    {SQLITE_CANTOPEN, "", SLACK_CAUSE_MISSING},
    {SQLITE_CORRUPT, "; " SLACK_SQLITE_REPAIR, SLACK_CAUSE_DAMAGED},
    {SQLITE_NOTADB, "; " SLACK_SQLITE_REPAIR, SLACK_CAUSE_DAMAGED},
};

static const struct cure *cure_for(int code)
{
    static const struct cure none = {0, "", SLACK_CAUSE_OTHER};
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
        if ((code & 0xff) == cures[i].code) return &cures[i];
    return &none;
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
    case EROFS: return WRITABLE;
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
    const struct cure *cure = cure_for(sqlite3_errcode(s->sqlite));
    if (rc == 0) return 0;
    if (rc == SLACK_ENOMEM) {
        s->db.cause = SLACK_CAUSE_MEMORY;
        slack__sqlite_say(s, "out of memory", "", error);
    } else if (s->spoilt) {
        s->db.cause = SLACK_CAUSE_DAMAGED;
        slack__sqlite_say(s, s->spoilt, "; " SLACK_SQLITE_REPAIR, error);
    } else {
        s->db.cause = cure->cause;
        slack__sqlite_say(s, sqlite3_errmsg(s->sqlite), cure->cure, error);
    }
    return rc;
}
