/* SPDX-License-Identifier: MIT */
#ifndef SLACK_BENCH_REQUEST_H
#define SLACK_BENCH_REQUEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the bench sends: a message event of the size and shape that Slack's have today. Every one
 * has an event_id of its own, so none is known already. */

#define BENCH_EVENT_MAX 2048
#define BENCH_APP_ID    "A0MDYCDME" /* whose the events are */

/* The event's JSON, NUL-terminated; returns its length. Numbers count from 0 in each process; the
 * ids differ between processes too. */
size_t bench_event(char out[BENCH_EVENT_MAX], unsigned number);

/* The same as a signed POST to /slack/events. Made one after the other in one block, before the
 * clock starts. */
typedef struct bench_requests {
    unsigned count;
    char *bytes;
    size_t *ends; /* where each ends; it begins where the one before it does */
} bench_requests_t;

/* `secret` signs. Ends the program when memory is out. */
void bench_requests_make(bench_requests_t *ret, unsigned count, const char *secret);
const char *bench_request(const bench_requests_t *requests, unsigned number, size_t *ret_len);
void bench_requests_free(bench_requests_t *requests);

/* What a process has used of the processors, all its threads together, in nanoseconds; 0 where the
 * kernel does not tell. */
uint64_t bench_cpu_ns(pid_t pid);

/* Sorts `us` and returns the one below which `percent` of them are. */
unsigned bench_percentile(unsigned *us, size_t count, unsigned percent);

#endif
