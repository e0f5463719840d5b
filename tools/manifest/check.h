/* SPDX-License-Identifier: MIT */
#ifndef MANIFEST_CHECK_H
#define MANIFEST_CHECK_H

#include "manifest/merge.h"

/* What keeps an app from working with a manifest: findings, in sentences. Pure. */

enum manifest_severity { MANIFEST_BAD, MANIFEST_WARNING };

typedef struct manifest_finding {
    enum manifest_severity severity;
    const char *path; /* in the manifest, as a JSON pointer */
    const char *sentence, *cure;
} manifest_finding_t;

typedef struct manifest_findings {
    slack_arena_t *arena; /* of the sentences; set by the caller */
    const manifest_needs_t *needs;
    manifest_finding_t *list;
    size_t count, room;
    int rc; /* 0; SLACK_ENOMEM */
} manifest_findings_t;

/* Difference by difference: a manifest_difference_fn, with a manifest_findings_t as its data. */
void manifest_findings_add(const manifest_difference_t *difference, void *findings);

#endif
