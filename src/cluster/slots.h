/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CLUSTER_SLOTS_H
#define SLACK_CLUSTER_SLOTS_H

#include <stddef.h>

#include "transport/allowance.h"
#include "util/str.h"

/*
 * The budget of Socket Mode connections that the processes of an app share. Slack allows 10, and
 * each process that had its own would use them up.
 *
 * A permission for one connection is an owned entry of the store: a slot for each connection of the
 * budget, and the spare for the one beyond it. A process has at most as many connections as it
 * holds entries, so all have at most the budget and one more. The entries end with their holder.
 *
 *   - A process takes a free slot if no other has fewer slots; the others let it have the slot for
 *     a second for each slot that they have more. So the slots spread.
 *   - A process that replaces a connection holds the spare meanwhile. One that waits for the spare
 *     says so in the state of its slot, and the holder of the spare hurries.
 *   - A process that leaves, or has at least two slots more than another, hands a slot over: it
 *     takes the spare for its connection, and frees the slot. When the next holder of the slot is
 *     ready, it closes the connection, and frees the spare. If that holder dies or gives up before,
 *     the slot is free again, for anybody.
 *   - A holder that cannot connect gives the slot up to the others.
 *   - A holder whose store fails keeps its connections. A slot that it has lost and finds free, it
 *     takes back; one that another holds by then is lost, and the connection closes.
 *
 * Pure: entries and a time go in, one order for the store at a time and an allowance come out.
 */

/* The most slots: the connections that Slack allows an app (docs/protocol.md, Connections). */
#define SLACK_SLOTS_MAX   10
#define SLACK_SLOTS_SPARE SLACK_SLOTS_MAX /* the number of the spare */
#define SLACK_SLOTS_ALL   (SLACK_SLOTS_MAX + 1)

enum slack_slot_state {
    SLACK_SLOT_FREE = 0,
    SLACK_SLOT_OPENING,   /* its connection has not received hello yet */
    SLACK_SLOT_READY,     /* it has; it may have been lost since */
    SLACK_SLOT_REPLACING, /* of a slot: the holder waits for the spare. Of the spare: it has it for
                           * a replacement */
    SLACK_SLOT_HANDING_OVER /* of the spare: for the connection of the slot `handed` */
};

/* An entry. Its version has the same facts as text. */
typedef struct slack_slot {
    char holder[17]; /* the holder's id; "": nobody */
    enum slack_slot_state state;
    unsigned handed;
} slack_slot_t;

/* The bytes of a version. */
#define SLACK_SLOT_TEXT 40
void slack__slot_write(const slack_slot_t *slot, char text[SLACK_SLOT_TEXT]);
/* A version that is not understood stands for a slot that an unknown holder has. */
slack_slot_t slack__slot_read(slack_slice_t version);

/* The reason of an order. */
enum slack_slots_reason {
    SLACK_SLOTS_START,     /* nobody has had it since this process started */
    SLACK_SLOTS_HAND_OVER, /* its holder hands it over */
    SLACK_SLOTS_TAKEOVER,  /* its holder is gone: events may have been missed */
    SLACK_SLOTS_OWN,       /* the state of an own entry changes, or an own slot comes back */
    SLACK_SLOTS_ORPHAN     /* no process: an entry without a holder is deleted */
};

/* An operation for the store: from the entry `before`, which may be none, to `after`, which may be
 * none. */
typedef struct slack_slots_order {
    unsigned number; /* of the slot, or SLACK_SLOTS_SPARE */
    slack_slot_t before, after;
    enum slack_slots_reason reason;
} slack_slots_order_t;

typedef struct slack_slots {
    char id[17];
    unsigned budget;
    bool leaving;
    uint64_t leave_ms; /* since when */
    bool known;        /* there was a look since the last order of which the end is not known */
    slack_slot_t list[SLACK_SLOTS_ALL]; /* as of the last look, and of the orders since */
    uint64_t free_ms[SLACK_SLOTS_MAX];  /* since when the slot has been free */
    bool held_once[SLACK_SLOTS_MAX];    /* somebody has had the slot */
    bool lost[SLACK_SLOTS_MAX];         /* was this process's, and is free */
    bool taking_back;                   /* the slot that is handed over comes back */
    uint64_t standby_ms;                /* when others last had all slots; 0: never */
    unsigned others;                    /* other processes that have or want connections */
    unsigned fewest;                    /* slots of the one of them that has fewest */
    uint64_t looked_ms;                 /* the last look */
    uint64_t taken_ms, gave_up_ms;      /* when it last took or gave up a slot; 0: never */
    uint64_t short_ms, wait_ms; /* since when a connection is missing, or a replacement waits
                                 * for the spare; 0: none is */
    uint64_t balance_ms;        /* no slot is handed to a poorer process before */
    uint64_t random;
} slack_slots_t;

/* `id` has 16 characters; `budget` is 1 to SLACK_SLOTS_MAX; `seed` is any number. */
void slack__slots_init(slack_slots_t *slots, const char *id, unsigned budget, uint64_t seed);

/* A look: the entries, and the ids of the other processes that have or want connections. `now_ms`
 * is the time at which it began. */
void slack__slots_look(slack_slots_t *slots, const slack_slot_t list[SLACK_SLOTS_ALL],
                       const char (*others)[17], size_t other_count, uint64_t now_ms);

/* The next order. False: there is none before the next look. */
bool slack__slots_next(slack_slots_t *slots, const slack_allowance_use_t *use, uint64_t now_ms,
                       slack_slots_order_t *ret);
/* The end of an order: 0; SLACK_EBUSY if the entry was not `before`; another error: it is not known
 * what the store did. */
void slack__slots_ended(slack_slots_t *slots, const slack_slots_order_t *order, int status,
                        uint64_t now_ms);

/* The connections that the process may have now. */
slack_allowance_t slack__slots_allowance(const slack_slots_t *slots, uint64_t now_ms);

/* The time until the next look. */
unsigned slack__slots_look_in_ms(const slack_slots_t *slots);

/* The process leaves: it hands its slots over, and takes none. */
void slack__slots_leave(slack_slots_t *slots, uint64_t now_ms);
/* Returns true while a process that leaves waits for another one to take a slot over. It waits
 * until its first look since then, and longer if that has found another process. */
bool slack__slots_leaving(const slack_slots_t *slots);

/* The number of slots that this process holds. */
unsigned slack__slots_count(const slack_slots_t *slots);

#endif
