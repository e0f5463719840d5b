/* SPDX-License-Identifier: MIT */
#include "testkit/base.h"

#include <stdarg.h>
#include <stdio.h>

/* The monotonic clock when a kit begins: not 0, which stands for "never" in places. */
#define EPOCH_US UINT64_C(1000000000)

static uint64_t base_mono_us(void *user_data)
{
    return ((const kit_base_t *)user_data)->now_us;
}

static int64_t base_wall_ms(void *user_data)
{
    return slack__kit_wall_ms(user_data);
}

int slack__kit_base_init(kit_base_t *base, int64_t wall_ms)
{
    *base = (kit_base_t){
        .arena = slack__arena_new(0, KIT_ARENA_MAX),
        .clock = {base_mono_us, base_wall_ms, base},
        .now_us = EPOCH_US,
        .wall_ms = wall_ms,
    };
    return base->arena ? 0 : SLACK_ENOMEM;
}

void slack__kit_base_done(kit_base_t *base)
{
    slack__arena_free(base->arena);
}

int slack__kit_fail(kit_base_t *base, int rc, const char *format, ...)
{
    if (base->failed) return rc;
    base->failed = rc;
    int used = 0;
    if (base->place.file)
        used = snprintf(base->why, sizeof base->why, "%.500s:%d: ", base->place.file,
                        base->place.line);
    char text[KIT_WHY_MAX];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    slack__escape_controls(base->why + used, sizeof base->why - (size_t)used, text, "\n");
    return rc;
}

int64_t slack__kit_wall_ms(const kit_base_t *base)
{
    return base->wall_ms + (int64_t)((base->now_us - EPOCH_US) / 1000);
}

void slack__kit_ts(kit_base_t *base, char ret[KIT_TS_MAX])
{
    snprintf(ret, KIT_TS_MAX, "%lld.%06u", (long long)(slack__kit_wall_ms(base) / 1000),
             ++base->last_id);
}

int slack__kit_vjsonf(kit_base_t *base, slack_arena_t *arena, const slack_json_t **ret,
                      const char *template_, va_list ap)
{
    slack_json_error_t error = {0};
    if (template_ == NULL) return slack__kit_fail(base, SLACK_EINVAL, "a template is missing");
    int rc = slack__vjsonf(arena, ret, &error, template_, ap);
    if (rc == 0) return 0;
    return slack__kit_fail(base, rc, "%s at byte %zu of the template %.300s: %s",
                           slack_strerror(rc), error.offset, template_,
                           error.what ? error.what : "");
}

const char *slack__kit_text(kit_base_t *base, const slack_json_t *value)
{
    const char *text = slack__json_text(base->arena, value, NULL);
    return text ? text : "(out of memory)";
}
