/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRANSCRIPT_H
#define SIM_TRANSCRIPT_H

#include "sim/views.h"
#include "sim/world.h"

/*
 * What was said and done, in order, in words that are the same whatever wire it went over: no
 * timestamps, no ids that change.
 *
 * What an app answers on the wire (the text of a command's ack, the errors of a modal) arrives on
 * another connection than what it posts, so their order would be chance. An entry therefore keeps
 * the place of what a person did, and the answer to it is added to that entry: its outcome.
 */

/* The oldest entries are forgotten above it. */
#define SIM_TRANSCRIPT_MAX 1000

enum sim_entry_kind {
    SIM_SAID,     /* a message */
    SIM_COMMAND,  /* a person ran a command */
    SIM_CLICKED,  /* … used an element */
    SIM_SHORTCUT, /* … chose a shortcut */
    SIM_TYPED,    /* … typed into an external select */
    SIM_MODAL,    /* the app opened, pushed or changed a modal */
    SIM_SUBMITTED,
    SIM_CLOSED,
    SIM_HOME,   /* the app published a home tab */
    SIM_STEP,   /* a step of a workflow began, was completed or failed */
    SIM_THREAD, /* the app changed what an assistant's thread shows */
    SIM_EVENT   /* something else happened that is told as an event */
};

typedef struct sim_entry {
    slack_link_t link;
    enum sim_entry_kind kind;
    uint64_t number;   /* from 1, over the whole run */
    bool pending;      /* its outcome is not known yet */
    const char *where; /* "#general"; "" for what has no place. All of these lie in `arena`. */
    const char *who;   /* "ann" */
    const char *text;
    const char *outcome; /* "" when there is none */
    slack_arena_t *arena;
} sim_entry_t;

typedef struct sim_transcript {
    slack_link_t entries; /* oldest first */
    size_t count;
    uint64_t last_number;
    uint64_t last_told;
    /* Told of every entry once it and all before it are complete. Optional. */
    void (*complete)(const sim_entry_t *entry, void *user_data);
    void *user_data;
} sim_transcript_t;

void sim_transcript_init(sim_transcript_t *transcript);
void sim_transcript_clear(sim_transcript_t *transcript); /* numbers go on */

/* Add an entry; its text by format. Returns its number, 0 when memory is out. Outcomes are awaited
 * for entries that are `pending`. */
uint64_t sim_transcript_add(sim_transcript_t *transcript, enum sim_entry_kind kind, bool pending,
                            const char *where, const char *who, const char *format, ...)
    SLACK_PRINTF(6, 7);
/* Complete a pending entry. "" for an outcome that is not worth a word. Nothing happens for an
 * entry that was forgotten. */
void sim_transcript_outcome(sim_transcript_t *transcript, uint64_t number, const char *format, ...)
    SLACK_PRINTF(3, 4);

/* NULL where there is none of that number any more. */
sim_entry_t *sim_transcript_find(const sim_transcript_t *transcript, uint64_t number);

/* How many entries there are before the first pending one. */
size_t sim_transcript_settled(const sim_transcript_t *transcript);

/* One line of text, without a newline. */
const char *sim_entry_line(const sim_entry_t *entry, slack_arena_t *arena);
const slack_json_t *sim_entry_json(sim_json_builder_t *json, const sim_entry_t *entry);

/* Texts for entries, in an arena; never NULL ("" when memory is out). */

/* Where a message stands: "#general", "#general (thread)", "DM with ann". */
const char *sim_words_place(slack_arena_t *arena, const sim_channel_t *channel, bool thread);
/* Text with names instead of ids, and without Slack's escapes. */
const char *sim_words_text(slack_arena_t *arena, const char *text);
/* A message: its text, and what can be clicked: "Hey there @ann! [Click me: hello_click]". */
const char *sim_words_message(slack_arena_t *arena, const slack_json_t *body);
/* An object: "sum=3, name=Ada". */
const char *sim_words_values(slack_arena_t *arena, const slack_json_t *object);
/* A view: its callback_id, title and inputs: "form "Tell us": name/value". */
const char *sim_words_view(slack_arena_t *arena, const slack_json_t *view);

#endif
