/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_BASE_H
#define SLACK_TESTKIT_BASE_H

/* The kit's own calls have no place in the test. */
#define SLACK_TEST_PLAIN
#include <slack/test.h>

#include "util/arena.h"
#include "util/clock.h"
#include "util/json.h"

/*
 * What all parts of a kit use: memory, the clock, the bot's identity, and the first failure.
 */

/* The limit of the kit's memory, far above what a unit test needs. */
#define KIT_ARENA_MAX ((size_t)64 << 20)
#define KIT_WHY_MAX   2048
#define KIT_TS_MAX    32

/* A place in the test. */
typedef struct kit_place {
    const char *file; /* NULL: no place */
    int line;
} kit_place_t;

typedef struct kit_base {
    slack_arena_t *arena; /* lives as long as the kit */
    slack_clock_t clock;  /* reads the two below */
    uint64_t now_us;      /* monotonic */
    int64_t wall_ms;      /* the wall clock when the kit began */
    const char *bot_user, *bot_id, *team;
    unsigned last_id;    /* numbers event ids, trigger ids and timestamps */
    unsigned last_order; /* numbers acks and calls in one sequence */
    kit_place_t place;   /* of the present call */
    int failed;          /* the first error; 0: no error yet */
    char why[KIT_WHY_MAX];
} kit_base_t;

/* SLACK_ENOMEM leaves nothing to free. */
int slack__kit_base_init(kit_base_t *base, int64_t wall_ms);
void slack__kit_base_done(kit_base_t *base);

/* Note a failure at base->place; only the first one counts. Returns `rc`. */
int slack__kit_fail(kit_base_t *base, int rc, const char *format, ...) SLACK_PRINTF(3, 4);

int64_t slack__kit_wall_ms(const kit_base_t *base);
/* A timestamp of a message, different each time. */
void slack__kit_ts(kit_base_t *base, char ret[KIT_TS_MAX]);

/* Evaluate a template; an error in it is a failure of the kit. */
int slack__kit_vjsonf(kit_base_t *base, slack_arena_t *arena, const slack_json_t **ret,
                      const char *template_, va_list ap) SLACK_PRINTF(4, 0);
/* The same in the kit's memory, with the variable arguments of the calling function. */
#define KIT_READ(base, template_, ret, ret_rc)                                                     \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, template_);                                                                   \
        *(ret_rc) = slack__kit_vjsonf(base, (base)->arena, ret, template_, ap);                    \
        va_end(ap);                                                                                \
    } while (0)

/* A value as text, for a sentence. Never NULL. */
const char *slack__kit_text(kit_base_t *base, const slack_json_t *value);

#endif
