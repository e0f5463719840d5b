/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAULT_REQUEST_H
#define SIM_FAULT_REQUEST_H

#include <stdint.h>

#include "sim/fault_kinds.h"

/*
 * Requests for faults, as the command line, a file and the control API have them:
 *
 *     5% api-cut chat.postMessage --after 10 --count 3 --for 60000
 *
 * Without a percentage a fault acts always. Pure.
 */

#define SIM_FAULTS_MAX 32

/* The chance of a fault that always acts. Chances are in millionths. */
#define SIM_CHANCE_ALWAYS ((uint32_t)1000 * 1000)

typedef struct sim_fault {
    const sim_fault_kind_t *kind;
    sim_effect_t effect;
    char said[2 * SIM_FAULT_WORD_SIZE]; /* "5% api-cut chat.postMessage" */
    uint32_t chance;                    /* from 1 to SIM_CHANCE_ALWAYS */
    uint64_t after;                     /* how often it still passes before it acts */
    uint64_t left;                      /* how often it still acts; 0: no limit */
    uint64_t for_ms;                    /* 0: no limit */
    uint64_t until_ms;                  /* monotonic; UINT64_MAX: no limit */
    uint64_t seen;                      /* how often it was asked for, if it has a chance */
    uint64_t acted;
} sim_fault_t;

typedef struct sim_fault_list {
    size_t count;
    sim_fault_t list[SIM_FAULTS_MAX];
} sim_fault_list_t;

/* Read requests, separated by line ends or semicolons; '#' begins a comment. At least one. False
 * with a sentence in `problem`. */
bool sim_fault_list_read(const char *text, sim_fault_list_t *ret, char problem[SIM_PROBLEM_SIZE]);

/* Whether a fault for these methods acts on this one. `methods` is a name, or the start of names
 * and an asterisk: "chat.*", "*". */
bool sim_fault_has_method(const char *methods, const char *method);

/* The names of the calls beside methods of the Web API, in place of a method's name; ends with
 * NULL. */
extern const char *const sim_fault_urls[];

#endif
