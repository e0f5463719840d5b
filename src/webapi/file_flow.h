/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_FILE_FLOW_H
#define SLACK_WEBAPI_FILE_FLOW_H

#include <stdatomic.h>

#include <slack/files.h>

#include "net/disk_file.h"
#include "util/backoff.h"
#include "webapi/webapi.h"

/*
 * An upload and a download are flows: steps on the loop, one after the other. A step is a call, a
 * request, an operation on the disk, or a wait. The program's own functions run
 * on the loop, or on a worker that waits for the flow; while one runs on a worker, the flow touches
 * nothing of the worker's memory.
 */
typedef struct slack_file_flow slack_file_flow_t;

/* A function of the program that the flow needs. The flow shares this with the worker that runs it,
 * and the last of them frees it: at a stop neither waits for the other. */
enum slack_file_need { SLACK_FILE_READ, SLACK_FILE_WRITE, SLACK_FILE_PROGRESS };

typedef struct slack_file_call {
    atomic_uint holders;
    enum slack_file_need need;
    slack_file_read_fn read;
    slack_file_write_fn write;
    void *user_data;
    slack_file_progress_fn progress;
    void *progress_data;
    slack_file_progress_t report;
    char name[256]; /* report.name */
    int64_t result;
    uint64_t offset; /* of the bytes, in the file */
    size_t len;      /* that `write` gets; that `read` may put */
    char *bytes;     /* SLACK_CURL_WINDOW of them, behind the struct; NULL: none are needed */
} slack_file_call_t;

void slack__file_call_run(slack_file_call_t *call);
void slack__file_call_release(slack_file_call_t *call); /* NULL is allowed */

/* The owner of a flow has begun it. */
typedef struct slack_file_owner {
    /* Let a worker run flow->call, then call slack__file_flow_called() on the loop. NULL: the loop
     * runs it. */
    void (*call)(slack_file_flow_t *flow);
    /* The flow has ended. True: the callee keeps flow->arena, and with it the flow; it may have
     * freed it already. */
    bool (*ended)(slack_file_flow_t *flow);
} slack_file_owner_t;

/* How far a flow has come. */
typedef struct slack_flow_progress {
    slack_timer_t tick;
    slack_file_progress_t report; /* the newest */
    uint64_t told_ms;             /* when the program last learned of it */
} slack_flow_progress_t;

/* The failure of a flow. */
typedef struct slack_flow_fault {
    int status;
    const char *why;    /* a sentence; NULL: memory was out */
    const char *method; /* the call that failed; NULL: no call failed */
    const char *word;   /* Slack's error, if Slack answered with one; else NULL */
} slack_flow_fault_t;

struct slack_file_flow {
    slack_flow_t flow;
    slack_webapi_t *webapi;
    slack_client_t client; /* a copy; its strings lie in the arena */
    slack_arena_t *arena;  /* of the flow itself, too */
    const slack_file_owner_t *owner;
    void *owner_data;
    const char *name; /* of what is under way, for sentences */

    /* The functions that run after a step. */
    void (*resume)(slack_file_flow_t *flow); /* goes on after the program has run */
    void (*step)(slack_file_flow_t *flow);   /* of a wait */
    void (*called)(slack_file_flow_t *flow);
    void (*answered)(slack_file_flow_t *flow, const slack_response_t *response);
    void (*received)(slack_file_flow_t *flow, const slack_curl_result_t *result);
    bool asking, sending, calling;

    slack_timer_t timer; /* of a wait */
    slack_flow_progress_t progress;
    slack_transfer_t *transfer; /* NULL: none, or one that cannot be steered */
    slack_file_call_t *call;    /* NULL: the program has no function */
    slack_disk_file_t disk;
    slack_backoff_t backoff;
    bool over;    /* the flow ends once nothing is under way */
    bool closing; /* the webapi closes: nobody waits for the flow */
    slack_flow_fault_t fault;
};

/* Makes a flow: the first member of a struct of `size` bytes, in an arena of its own. The caller
 * sets `name`, `resume` and `call`, and begins the flow or drops it. NULL: no memory. */
slack_file_flow_t *slack__file_flow_new(size_t size, const slack_file_owner_t *owner);
void slack__file_flow_drop(slack_file_flow_t *flow); /* NULL is allowed */
/* Begin a flow; `step` runs soon, on the loop. With an error it has not begun, and *ret_why is the
 * sentence; NULL: the status says it. */
int slack__file_flow_begin(slack_file_flow_t *flow, slack_client_t *client,
                           void (*step)(slack_file_flow_t *flow), const char **ret_why);
/* Makes the functions of the program; `bytes`: those of the file pass through one of them. NULL: no
 * memory. */
slack_file_call_t *slack__file_call_new(bool bytes);

/* The limits of a request: a minute without a byte; and, against a server that sends or takes a
 * byte now and then, ten minutes and the time for all of it at 16 KiB/s. */
#define SLACK_FILE_IDLE_MS 60000
static inline unsigned slack__file_timeout_ms(uint64_t bytes)
{
    const uint64_t ms = 600000 + bytes / 16;
    return ms < INT32_MAX ? (unsigned)ms : INT32_MAX;
}

/* Call a method; `answered` follows. */
void slack__file_flow_ask(slack_file_flow_t *flow, const char *method, const slack_json_t *args,
                          void (*answered)(slack_file_flow_t *flow,
                                           const slack_response_t *response));
/* Send a request whose body is streamed; `received` follows. */
void slack__file_flow_send(slack_file_flow_t *flow, slack_curl_request_t *request,
                           void (*received)(slack_file_flow_t *flow,
                                            const slack_curl_result_t *result));
/* Let the program run flow->call; `called` follows, perhaps before the return. */
void slack__file_flow_call(slack_file_flow_t *flow, void (*called)(slack_file_flow_t *flow));
void slack__file_flow_called(slack_file_flow_t *flow);
/* Wait. */
void slack__file_flow_wait(slack_file_flow_t *flow, uint64_t ms,
                           void (*step)(slack_file_flow_t *flow));
/* Tell the program how far the file has come. `now`: do not wait for the next tenth of a second. */
void slack__file_flow_progress(slack_file_flow_t *flow, bool now);

/* End the flow: it is freed from a later turn of the loop. The first end counts. */
void slack__file_flow_end(slack_file_flow_t *flow);
/* End it with SLACK_ECANCELED, and touch nothing of a worker any more. */
void slack__file_flow_abandon(slack_file_flow_t *flow);
/* The same with an error, whose sentence follows the name of what is under way. */
void slack__file_flow_fail(slack_file_flow_t *flow, int status, const char *format, ...)
    SLACK_PRINTF(3, 4);
/* The same with a call that has failed. */
void slack__file_flow_fail_call(slack_file_flow_t *flow, const slack_response_t *response,
                                const char *more);
/* An operation on the disk is over. True: the flow goes on. False: it ends, or the disk failed. */
bool slack__file_flow_disk(slack_file_flow_t *flow, const char *verb);
/* The time until another try: what the server asks for, or a backoff. */
uint64_t slack__file_flow_pause_ms(slack_file_flow_t *flow, int64_t retry_after_s);

#endif
