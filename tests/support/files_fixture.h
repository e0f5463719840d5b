/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FILES_FIXTURE_H
#define SLACK_TESTS_SUPPORT_FILES_FIXTURE_H

#include <slack/files.h>

#include "support/peer.h"
#include "support/sim_case.h"
#include "webapi/file_flow.h"

/*
 * Uploads and downloads between a client and a simulator, or a peer that the test scripts. The
 * clock goes faster than the machine's. The simulator is `peer` of sim_case.h.
 */
extern struct files_fixture {
    slack_webapi_t *webapi;
    slack_client_t client;
    const char *ca_file; /* for the next webapi */
    peer_t *server;      /* NULL: the simulator */
    bool closed;
    char folder[64];    /* of files; removed at the end */
    char bytes[700001]; /* what files contain: differs at each place */

    unsigned turn_ms; /* how far the clock moves in a turn of the loop */

    unsigned ended;
    int status;
    char error[512], channel[32], ts[32], name[64];
    uint64_t got;            /* bytes that a download has written */
    size_t files;            /* that an upload has returned */
    unsigned progress;       /* how often it was told */
    uint64_t progress_bytes; /* the last one's */
    int progress_rc;         /* what the progress function returns */
} ff;

#define FILES_TEST(function)              TEST_AROUND(function, ff_open(NULL), ff_close())
#define FILES_PEER_TEST(function, answer) TEST_AROUND(function, ff_open(answer), ff_close())

void ff_open(peer_fn fn);
void ff_close(void);
/* Closes the webapi, which ends all that is under way, and opens another one. */
void ff_reopen(void);
void ff_reopen_at(const char *api_url);

/* A path in the folder, in static memory. */
const char *ff_path(const char *name);
/* Makes a file of the first bytes. Returns its path. */
const char *ff_make(const char *name, size_t size);

void ff_turn(void);
/* Turns until `ended` is `want`. */
void ff_until(unsigned want);
/* Uploads, or downloads, and waits for the end. Returns the status. */
int ff_upload(const slack_upload_t *upload);
int ff_download(const slack_download_t *download);
void ff_uploaded(const slack_uploaded_t *uploaded, void *user_data);
void ff_downloaded(const slack_downloaded_t *downloaded, void *user_data);
int ff_progress(const slack_file_progress_t *progress, void *user_data);

/* A fault of the simulator: "NAME ARG…". */
void ff_fault(const char *words, unsigned count, unsigned after);

#endif
