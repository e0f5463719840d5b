/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_UPLOAD_FLOW_H
#define SLACK_WEBAPI_UPLOAD_FLOW_H

#include "webapi/file_flow.h"

/* The parts of an upload. upload.c begins it and goes from file to file. */

/* A file of the upload. Strings lie in the arena; NULL stands for none. */
typedef struct slack_upload_file {
    const char *name, *title, *alt_text, *snippet_type;
    const char *path;
    int fd; /* 0: none */
    const char *data;
    uint64_t size;
    bool once;
    slack_file_read_fn read;
    void *user_data;
    const char *id; /* Slack's */
} slack_upload_file_t;

typedef struct slack_upload_flow {
    slack_file_flow_t flow;
    const char *channels, *thread_ts, *initial_comment;
    const slack_json_t *blocks;
    bool await_message;
    size_t channel_count;
    size_t count, index;
    void (*sent)(struct slack_upload_flow *upload); /* all bytes of the file are at Slack */
    slack_upload_file_t *files;

    /* Of the file under way. */
    unsigned tries;
    uint64_t given;          /* bytes that the transfer has got */
    size_t read, read_given; /* of flow.call->bytes: those that the program put there, and of these,
                              * those that the transfer has got */

    /* Of the message. */
    unsigned completions;
    uint64_t look_ms, until_ms;
    slack_flow_fault_t unclear; /* why nobody knows whether Slack has shared the files */
    const slack_json_t *shown;
    const char *channel, *ts;
} slack_upload_flow_t;

static inline slack_upload_flow_t *slack__upload_of(slack_file_flow_t *flow)
{
    return SLACK_CONTAINER(flow, slack_upload_flow_t, flow);
}

static inline slack_upload_file_t *slack__upload_file(slack_upload_flow_t *upload)
{
    return &upload->files[upload->index];
}

/* upload_bytes.c: send the bytes of the file; upload->sent follows. */
void slack__upload_bytes(slack_upload_flow_t *upload);
void slack__upload_resume(slack_file_flow_t *flow);
/* upload_message.c: share the files, and end the upload. */
void slack__upload_share(slack_upload_flow_t *upload);

#endif
