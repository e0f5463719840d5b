/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_LIFETIME_H
#define SLACK_UTIL_LIFETIME_H

#include <stdatomic.h>
#include <stdbool.h>

#include "util/arena.h"
#include "util/log.h"
#include "util/map.h"
#include "util/queue.h"

/*
 * Recognises the program's pointer to an object that has ended, without reading what it points to.
 *
 * An app that checks lifetimes knows the addresses of its live objects. It keeps the memory of
 * ended ones for a while, so that no new object gets their address. Debug builds and the test kit
 * check lifetimes. Without checks an object lies in an arena, and nothing is recorded.
 */
typedef struct slack_lifetimes {
    slack_link_t link; /* in the list of all apps */
    const slack_logger_t *log;
    bool checks;
    slack_map_t *live;  /* of struct life, by the address of the object; NULL: there was none yet */
    slack_link_t ended; /* life->link, the oldest first */
    unsigned ended_count;
    char misuse[320]; /* the first misuse of the API, with its cure; "": there was none */
} slack_lifetimes_t;

/* The cure of a release without a hold. */
#define SLACK_RELEASE_ONCE "release once for each slack_ctx_hold()"

/* Whether an app checks lifetimes, or has done so: a ctx may outlive the last app. */
extern atomic_bool slack__lifetimes_checking;

static inline bool slack__lifetimes_checked(void)
{
    return atomic_load_explicit(&slack__lifetimes_checking, memory_order_relaxed);
}

/* `log` is borrowed. */
void slack__lifetimes_init(slack_lifetimes_t *lifetimes, const slack_logger_t *log);
void slack__lifetimes_done(slack_lifetimes_t *lifetimes);
/* Turns the checks on. Call this before the first object begins. */
void slack__lifetimes_check(slack_lifetimes_t *lifetimes);

/* Memory for an object, zeroed. NULL if memory is out. */
void *slack__lifetime_begin(slack_lifetimes_t *lifetimes, slack_arena_t *arena, size_t size);
/* The object has ended. Its memory stays readable until its arena is freed. `listener` is copied,
 * for the log. */
void slack__lifetime_end(slack_lifetimes_t *lifetimes, void *object, const char *listener);

/* Whether the program may pass the object to `function`. Logs the reason if it may not. */
bool slack__lifetime_is_open(const void *object, const char *function);
/* The same for something that may lie in an object: false only if the object is known to have
 * ended. */
bool slack__lifetime_part_is_open(const void *part, const char *function);
/* Keeps a misuse of the API, for the test kit: what the program did, in which listener, and the
 * cure. The first misuse counts. Any thread. */
void slack__lifetimes_misused(slack_lifetimes_t *lifetimes, const char *what, const char *listener,
                              const char *cure);
/* Logs the use of an object after its end. Any thread. */
void slack__lifetime_report(slack_lifetimes_t *lifetimes, const char *function,
                            const char *listener);

#endif
