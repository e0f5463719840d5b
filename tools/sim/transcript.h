/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRANSCRIPT_H
#define SIM_TRANSCRIPT_H

#include "sim/feed.h"
#include "util/queue.h"

/*
 * What people and the app said and did, in order, in all workspaces. The line of an entry holds no
 * timestamp, and no id that changes between runs, so a test can compare the lines of two runs, or
 * of two transports. The detail of an entry holds timestamps and ids.
 *
 * What an app says in an acknowledgement (the text for a command, the errors for a modal) races
 * with what it posts through the Web API. Therefore the acknowledgement gets no entry of its own:
 * it becomes the outcome of the entry for what the person did.
 */

/* At a limit the oldest entries are forgotten. */
#define SIM_TRANSCRIPT_MAX       1000
#define SIM_TRANSCRIPT_BYTES_MAX ((size_t)16 << 20) /* with their details */

enum sim_entry_kind {
    SIM_ENTRY_MESSAGE,
    SIM_ENTRY_COMMAND,  /* a person ran a command */
    SIM_ENTRY_CLICK,    /* … used an element */
    SIM_ENTRY_SHORTCUT, /* … used a shortcut */
    SIM_ENTRY_OPTIONS,  /* … typed into an external select */
    SIM_ENTRY_MODAL,    /* the app opened, pushed or updated a modal */
    SIM_ENTRY_SUBMIT,   /* a person submitted a modal */
    SIM_ENTRY_CLOSE,    /* … closed a modal */
    SIM_ENTRY_HOME,     /* the app published a home tab */
    SIM_ENTRY_STEP,     /* a workflow step began, succeeded or failed */
    SIM_ENTRY_ITEM,     /* somebody changed the reactions to a message, or its pin */
    SIM_ENTRY_CHANNEL,  /* the app created a channel, or changed who is in it */
    SIM_ENTRY_SCHEDULE, /* the app scheduled a message */
    SIM_ENTRY_STREAM,   /* the app began to stream a message */
    SIM_ENTRY_THREAD,   /* the app changed what an assistant's thread shows */
    SIM_ENTRY_EVENT     /* a person caused another event */
};

typedef struct sim_entry {
    slack_link_t link;
    enum sim_entry_kind kind;
    uint64_t number;       /* from 1, over the whole run */
    const char *workspace; /* its domain; "" if there is only one */
    bool pending;          /* the outcome is not known yet */
    const char *where;     /* "#general"; "" for no place. All texts lie in `arena`. */
    const char *who;       /* "ann" */
    const char *text;
    const char *outcome;        /* "" for none */
    const slack_json_t *detail; /* {channel, ts, message} or {view}; NULL for none */
    slack_arena_t *arena;
    size_t bytes; /* of the arena, as counted */
} sim_entry_t;

typedef struct sim_entries {
    slack_link_t list; /* oldest first */
    size_t count, bytes;
    uint64_t last_number;
    uint64_t last_reported;
    void (*complete)(const sim_entry_t *entry, void *user_data);
    void *user_data;
} sim_entries_t;

/* `complete` is called for every entry, in order, once its outcome is known. */
void sim_entries_init(sim_entries_t *entries,
                      void (*complete)(const sim_entry_t *entry, void *user_data), void *user_data);
void sim_entries_clear(sim_entries_t *entries); /* numbers continue */
/* The number of entries before the first pending one. */
size_t sim_entries_settled(const sim_entries_t *entries);

/* The transcript as one workspace writes it. Both are borrowed. */
typedef struct sim_transcript {
    sim_entries_t *entries; /* of all workspaces */
    const char *workspace;  /* before its lines; "" for nothing */
    sim_feed_writer_t feed; /* the same for the page, with all details */
} sim_transcript_t;

/* Add an entry whose text is `format`. Returns its number; 0 without memory. A `pending` entry
 * waits for sim_transcript_outcome(). */
uint64_t sim_transcript_add(const sim_transcript_t *transcript, enum sim_entry_kind kind,
                            bool pending, const char *where, const char *who, const char *format,
                            ...) SLACK_PRINTF(6, 7);
/* Complete a pending entry; "" for no outcome. Does nothing for a forgotten entry. */
void sim_transcript_outcome(const sim_transcript_t *transcript, uint64_t number, const char *format,
                            ...) SLACK_PRINTF(3, 4);

/* Show a text as the outcome of an entry that is complete: borrowed until the next call, with "" at
 * last. Does nothing for a forgotten entry. */
void sim_transcript_show(const sim_transcript_t *transcript, uint64_t number, const char *text);

/* Set the detail of an entry, which only its JSON shows: an object, copied. If memory is short, the
 * entry gets no detail.
 */
void sim_transcript_detail(const sim_transcript_t *transcript, uint64_t number,
                           const slack_json_t *detail);

/* NULL for a forgotten entry. */
sim_entry_t *sim_transcript_find(const sim_transcript_t *transcript, uint64_t number);

/* One line of text, without a newline. */
const char *sim_entry_line(const sim_entry_t *entry, slack_arena_t *arena);
const slack_json_t *sim_entry_json(sim_json_builder_t *json, const sim_entry_t *entry);

#endif
