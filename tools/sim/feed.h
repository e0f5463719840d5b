/* SPDX-License-Identifier: MIT */
#ifndef SIM_FEED_H
#define SIM_FEED_H

#include "sim/json_builder.h"
#include "sim/secrets.h"
#include "util/clock.h"

/*
 * All that happens in the simulator, in order, for its page: an entry is a JSON object with an id,
 * `at` in milliseconds since 1970, the workspace's id, and its kind, and it holds no secret. A
 * reader names the last id that it knows, and gets what came later; the feed keeps nothing for a
 * reader. docs/simulator.md has the kinds. Pure.
 *
 * The feed forgets its oldest entries at a limit. An entry that there is no memory for makes all
 * before it unreadable, too: a reader would miss it, and starts anew instead. The first id is the
 * time of the start in microseconds, so that a reader of an earlier run starts anew, too.
 */

#define SIM_FEED_MAX       20000
#define SIM_FEED_BYTES_MAX ((size_t)64 << 20)
/* A longer entry loses its long members; their names are in the member `cut`. */
#define SIM_FEED_ENTRY_MAX ((size_t)256 << 10)
/* Members of a cut entry, and of the objects in it, are at most so long; an object is at most so
 * long altogether. */
#define SIM_FEED_MEMBER_MAX ((size_t)4 << 10)
#define SIM_FEED_OBJECT_MAX ((size_t)32 << 10)
/* A value in an entry nests at most so deep: the entry is around it, and around that the state. */
#define SIM_FEED_DEPTH_MAX (SLACK_JSON_DEPTH_MAX - 8)

typedef struct sim_feed_entry sim_feed_entry_t;

typedef struct sim_feed {
    const slack_clock_t *clock;
    slack_redactor_t redactor;
    sim_feed_entry_t **ring; /* the entry of an id is at id % SIM_FEED_MAX */
    uint64_t first;          /* the oldest id that is kept */
    uint64_t next;           /* the next new id */
    size_t bytes;
    void (*grown)(void *user_data);
    void *user_data;
} sim_feed_t;

/* The clock is borrowed. `grown` (optional) is called after each new entry, and may not read the
 * feed before it returns. 0; SLACK_ENOMEM; SLACK_EIO if the system has no random numbers. */
int sim_feed_init(sim_feed_t *feed, const slack_clock_t *clock, void (*grown)(void *user_data),
                  void *user_data);
void sim_feed_done(sim_feed_t *feed);

/* The feed as one workspace writes it. Both are borrowed. */
typedef struct sim_feed_writer {
    sim_feed_t *feed;
    const char *workspace; /* its id; "": the entries concern all of them */
} sim_feed_writer_t;

/* Begin an entry: build its members with the builder, and give both to sim_feed_end(). */
sim_json_builder_t sim_feed_begin(void);
/* A value that an app, or a program, has made, as a member of an entry: an object loses what nests
 * too deep, with the names in its member `cut`; another value that does is left out. */
const slack_json_t *sim_feed_value(sim_json_builder_t *json, const slack_json_t *value);
/* Add the entry, and free what the builder has built. `writer` NULL: there is no feed. */
void sim_feed_end(const sim_feed_writer_t *writer, const char *kind, sim_json_builder_t *json,
                  const slack_json_t *members);

/* The id of the newest entry. */
uint64_t sim_feed_last(const sim_feed_t *feed);

enum sim_feed_state {
    SIM_FEED_ENTRY, /* there is an entry */
    SIM_FEED_END,   /* nothing is new */
    SIM_FEED_GONE   /* the feed has forgotten it, or belongs to another run: start anew */
};
/* The entry behind the id `after`: its text is borrowed until the next sim_feed_end(). */
enum sim_feed_state sim_feed_read(const sim_feed_t *feed, uint64_t after, slack_slice_t *ret_text);

#endif
