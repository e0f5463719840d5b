/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_RATE_BUCKET_H
#define SLACK_WEBAPI_RATE_BUCKET_H

#include "webapi/rates.h"

/*
 * The token bucket of a lane: when its next call can be sent. Pure.
 *
 * Slack counts the calls of all processes of an app together. So each of several processes has a
 * small part of the bucket for itself, with which calls that are rare are sent at once. Beyond it
 * the lane leases tokens of a bucket that the processes share, and reports the calls that it has
 * sent without a lease. It waits for the lease. If that is late, the lane is alone: its rate is
 * that of the method, divided by the number of processes.
 */
typedef struct slack_rate_bucket {
    slack_rate_t rate;        /* that the processes share */
    uint64_t full_ms;         /* the process's own part is full then */
    uint64_t closed_ms;       /* by a 429, until then */
    unsigned tokens;          /* of the lease */
    unsigned wanted;          /* by the last want */
    uint64_t next_ms, end_ms; /* the lease's next token is for a call between these times */
    uint64_t wanted_ms;       /* the time of the last want */
    uint64_t reported_ms;     /* the value of full_ms that the last want has reported */
    bool asked;               /* for a lease, without an answer yet */
    bool outdated;            /* a 429 has come since */
    bool alone;               /* no lease is asked for, or the answer is late */
} slack_rate_bucket_t;

/* A lane's request for tokens of the shared bucket. */
typedef struct slack_lease_want {
    uint64_t lane;      /* its number, which is the same in all processes */
    slack_rate_t rate;  /* of the shared bucket */
    unsigned tokens;    /* so many at most, at least 1 */
    uint64_t owed_ms;   /* calls that were sent without a lease use up the bucket for so long */
    uint64_t opened_ms; /* a 429 had closed the lane until then; 0: none had */
} slack_lease_want_t;

/* The answer: the first token is for a call at `from_ms` or later, each other one for a call an
 * interval after the one before. A lease without tokens lets the lane ask again. */
typedef struct slack_lease {
    unsigned tokens;
    uint64_t from_ms;
} slack_lease_t;

/* The tokens of a lease are for the calls of about so long, and can be used so long after their
 * time. */
#define SLACK_LEASE_MS 1000

/* The most tokens of a lease, unless the shared bucket has more now; at least one. */
static inline unsigned slack__lease_tokens(slack_rate_t rate)
{
    return (SLACK_LEASE_MS + rate.interval_ms - 1) / rate.interval_ms;
}

/* The functions take the number of processes, which may have changed, and most the time. */
static inline bool slack__rate_bucket_is_shared(const slack_rate_bucket_t *bucket,
                                                unsigned processes)
{
    return processes > 1 && bucket->rate.interval_ms > 0;
}

/* The time at which there is a token of the process's own part, or of the lease. */
uint64_t slack__rate_bucket_token_ms(const slack_rate_bucket_t *bucket, unsigned processes);
/* Returns true if the lane may ask for a lease. */
bool slack__rate_bucket_may_ask(const slack_rate_bucket_t *bucket, unsigned processes);
/* Adjusts the bucket to the number of processes. If no call waits, tokens that were not used in
 * time are dropped: together, those of all processes would be a burst. */
void slack__rate_bucket_refresh(slack_rate_bucket_t *bucket, unsigned processes, bool waits,
                                uint64_t now_ms);
/* Takes a token for a call. Returns true if it was a lease's. */
bool slack__rate_bucket_take(slack_rate_bucket_t *bucket, unsigned processes, uint64_t now_ms);
/* The lane's request; the caller sets the number of the lane. */
slack_lease_want_t slack__rate_bucket_ask(slack_rate_bucket_t *bucket, unsigned processes,
                                          uint64_t now_ms);
/* The answer. */
void slack__rate_bucket_leased(slack_rate_bucket_t *bucket, const slack_lease_t *lease,
                               uint64_t now_ms);
/* A 429 has closed the lane. */
void slack__rate_bucket_close(slack_rate_bucket_t *bucket, unsigned processes, uint64_t until_ms);

#endif
