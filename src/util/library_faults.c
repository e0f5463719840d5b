/* SPDX-License-Identifier: MIT */
#include "util/library_faults.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const slack_library_fault_t faults[] = {
#define FAULT(library, first, last, id, when, effect, cure, source)                                \
    {library, first, last, id, when, effect, cure, source},
#include "util/library_faults.def"
    {NULL, NULL, NULL, NULL, SLACK_USE_ALWAYS, NULL, NULL, NULL},
};

int slack__version_compare(const char *a, const char *b)
{
    for (;;) {
        char *a_end, *b_end;
        const unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);
        if (x != y) return x < y ? -1 : 1;
        if (*a_end != '.' && *b_end != '.') return 0;
        a = *a_end == '.' ? a_end + 1 : "";
        b = *b_end == '.' ? b_end + 1 : "";
    }
}

const slack_library_fault_t *slack__library_fault_next(const slack_library_fault_t *after,
                                                       const char *library, const char *version)
{
    for (const slack_library_fault_t *fault = after ? after + 1 : faults; fault->name; fault++)
        if (strcmp(fault->name, library) == 0 &&
            slack__version_compare(version, fault->first) >= 0 &&
            slack__version_compare(version, fault->last) <= 0)
            return fault;
    return NULL;
}
