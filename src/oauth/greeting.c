/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "oauth/flow.h"
#include "protocol/job_names.h"
#include "util/json.h"

/* The delivery of slack_on_installed(): its body is the installation, without secrets. */

const slack_installation_t *slack_ctx_installation(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const char *job = ctx->job;
    slack_install_record_t *record = NULL;
    size_t len = 0;
    if (job == NULL || strcmp(job, SLACK_JOB_INSTALLED) != 0) return NULL;
    const char *text = slack__json_text(arena, ctx->delivery->body, &len);
    if (text) record = slack__arena_calloc(arena, sizeof *record);
    if (!record || slack__install_read(arena, (slack_slice_t){text, len}, record) != 0) return NULL;
    return &record->about;
}
