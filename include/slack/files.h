/* SPDX-License-Identifier: MIT */
#ifndef SLACK_FILES_H
#define SLACK_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"
#include "call.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file files.h  Uploads and downloads.
 *
 * A file is streamed: a large one takes a few hundred KiB of memory, and threads of libuv read and
 * write it. Each operation has three forms, as calls do: without a delivery (slack_upload()), for a
 * delivery (slack_upload_then()), and on a worker, which waits (slack_upload_wait()).
 *
 * An upload calls files.getUploadURLExternal for each file and sends the bytes to the URL that
 * Slack gives. When all files are there, files.completeUploadExternal shares them in one message.
 * Nobody sees a file before that, so a try that fails is repeated, with a new URL and from the
 * first byte, SLACK_CALL_TRIES times at most. If the answer of files.completeUploadExternal is
 * lost, files.info tells whether Slack has shared the files, before the call is sent again. The app
 * needs the scope files:write, and files:read to look at its files.
 *
 * A download that breaks off goes on where it ended (`Range`), if the file is still the same. The
 * token is sent to Slack's hosts only, and to no host that a redirect leads to unless it is
 * Slack's. The app needs the scope files:read.
 *
 * 64 uploads and downloads may be under way at once. At a stop, all of them end with
 * SLACK_ECANCELED. docs/guides/files.md has examples.
 * https://docs.slack.dev/messaging/working-with-files
 */

/** How far an upload or a download has come. */
typedef struct slack_file_progress {
    const char *name; /* of the file: of a download, the last part of its path or URL; never NULL */
    size_t file;      /* its index in the upload; 0 for a download */
    uint64_t bytes;   /* of the file, so far: a try that begins anew begins at 0 */
    uint64_t total;   /* the size of the file; 0: not known yet */
} slack_file_progress_t;

/**
 * Receives the progress: when bytes have moved, but not more often than ten times a second; at the
 * end of each file; and once a second while nothing moves. It runs on the loop, or on the worker
 * that waits.
 *
 * @param progress borrowed until the return.
 * @return 0 to go on. A negative error ends the upload or the download with that status.
 */
typedef int (*slack_file_progress_fn)(const slack_file_progress_t *progress, void *user_data);

/* ---- uploads ---- */

/**
 * Gives the bytes of a file. It runs on the loop, where it must not block, or on the worker that
 * waits, where it may.
 *
 * @param to where the bytes go.
 * @param max the room there, at least 1.
 * @param offset the position of the first of these bytes in the file. It begins at 0, and again at
 *        0 when the upload is tried again.
 * @return the number of bytes; 0 if there are none left, or a negative error: the upload then
 *         fails.
 */
typedef int64_t (*slack_file_read_fn)(void *to, size_t max, uint64_t offset, void *user_data);

/** A file to upload. Its bytes come from `path`, `fd`, `data` or `read`: set one of them. The
 * strings are copied. */
typedef struct slack_file {
    const char *name;         /* Required, except with `path`, whose last part is the default. */
    const char *title;        /* Optional. Default: the name. */
    const char *alt_text;     /* Optional. What a picture shows, for those who do not see it. */
    const char *snippet_type; /* Optional. The language of a snippet: "python". */

    const char *path; /* A regular file. Its size must not change meanwhile. */
    int fd;           /* A descriptor of a regular file, which is read from its start; 0: none. A
                       * copy of the descriptor is used. */
    const void *data; /* Memory, borrowed until the end of the upload. */
    slack_file_read_fn read; /* Gives the bytes. */
    void *user_data;         /* Passed to `read`. */
    uint64_t size;           /* Required with `data` and `read`: the number of bytes, at least 1. */
    bool once; /* `read` cannot begin again at offset 0: the upload is then not tried again
                * after it has read a byte. */
} slack_file_t;

/** An upload. The struct is copied, with its strings. */
typedef struct slack_upload {
    const slack_file_t *files;   /* Required. The files of one message. */
    size_t count;                /* Required. How many they are, 20 at most. */
    const char *channels;        /* Optional. The id of the channel, or several separated by commas.
                                  * Default: the delivery's channel and its thread; without a
                                  * delivery, and for "", nobody sees the files but the app. */
    const char *thread_ts;       /* Optional. The first message of the thread; for one channel. */
    const char *initial_comment; /* Optional. The text of the message. */
    const slack_json_t *blocks;  /* Optional. The blocks of the message, in place of
                                  * initial_comment: Slack ignores them beside it, so both together
                                  * are SLACK_EINVAL. */
    bool await_message; /* Wait until the message exists, for a minute at most. Slack posts it some
                         * time after the call, so without this a later message may come before it,
                         * and `ts` is not known. */
    slack_file_progress_fn progress; /* Optional. */
    void *progress_data;             /* Optional. Passed to `progress`. */
} slack_upload_t;

/** The most files of one upload. */
#define SLACK_UPLOAD_FILES_MAX 20

/** The end of an upload. */
typedef struct slack_uploaded {
    int status;        /* 0; or the error, as slack_response_status(). Also: SLACK_EIO if a file
                        * cannot be read, or its size changed; SLACK_EHTTP if Slack refused the
                        * bytes; what a function of the program returned. */
    const char *error; /* "" on success; else the file, the step, the cause and the cure */
    const slack_json_t *files; /* the files as Slack shows them, an array; NULL if it failed */
    const char *channel;       /* the channel of the message, the first one of several; "" without
                                * `await_message` */
    const char *ts;            /* the message; "" without `await_message` */
} slack_uploaded_t;

/** Receives the end of an upload, on the loop, exactly once, and never before slack_upload() has
 * returned. @param uploaded borrowed until the return. */
typedef void (*slack_upload_fn)(const slack_uploaded_t *uploaded, void *user_data);
/** The same for a delivery. @return 0, or a negative error, which fails the delivery. */
typedef int (*slack_upload_then_fn)(slack_ctx_t *ctx, const slack_uploaded_t *uploaded,
                                    void *user_data);

/**
 * Upload files outside a delivery.
 *
 * @param client as for slack_call(), borrowed until the return.
 * @param upload borrowed until the return.
 * @param fn Optional. Receives the end. Without it, an upload that fails has a line in the log.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once. With any other code it will not run: SLACK_EINVAL for an
 *         upload that is not complete; SLACK_EAUTH if the client has no token; SLACK_EBUSY if 64
 *         uploads and downloads are under way; SLACK_ECANCELED if the app does not run, or stops;
 *         SLACK_ETHREAD; SLACK_ENOMEM. The log has the cause.
 */
SLACK_API int slack_upload(slack_client_t *client, const slack_upload_t *upload, slack_upload_fn fn,
                           void *user_data);

/**
 * Upload files for a delivery, which stays open until `fn` has returned. A worker waits for the
 * end, and runs `fn` before this function returns.
 *
 * @param upload borrowed until the return.
 * @param fn Optional. Without it, an upload that fails also fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return on the loop: 0 when the upload has begun, and `fn` will run exactly once; with any other
 *         code it will not run: SLACK_EALREADY if the delivery has ended, else as slack_upload().
 *         On a worker: what `fn` returned, or the status of the upload without `fn`.
 */
SLACK_API int slack_upload_then(slack_ctx_t *ctx, const slack_upload_t *upload,
                                slack_upload_then_fn fn, void *user_data);

/**
 * Upload files on a worker, and wait for the end.
 *
 *     const slack_file_t log = {.path = "/var/log/app.log", .title = "The log"};
 *     int rc = slack_upload_wait(ctx, &(slack_upload_t){.files = &log, .count = 1}, NULL);
 *
 * @param ret Optional. The end of the upload; it lives as long as the handler runs.
 * @return the status of the upload; SLACK_EDEADLK on the loop; else as slack_upload().
 */
SLACK_API int slack_upload_wait(slack_ctx_t *ctx, const slack_upload_t *upload,
                                slack_uploaded_t *ret);

/* ---- downloads ---- */

/**
 * Takes the bytes of a file, in order. It runs on the loop, where it must not block, or on the
 * worker that waits, where it may.
 *
 * @param offset the position of the first of these bytes in the file. Each byte comes once, also if
 *        the download broke off and went on.
 * @return 0, or a negative error, which ends the download.
 */
typedef int (*slack_file_write_fn)(const void *bytes, size_t len, uint64_t offset, void *user_data);

/** A download. Set `path` or `write`. The struct is copied, with its strings. */
typedef struct slack_download {
    const char *url;  /* Required. `url_private` or `url_private_download` of a file. */
    const char *path; /* The file to write, readable by its owner only. A file that is there is
                       * replaced when the download is complete; until then the bytes are in a file
                       * of another name in the same folder. */
    slack_file_write_fn write; /* Takes the bytes, in place of a file at `path`. */
    void *user_data;           /* Passed to `write`. */
    uint64_t max_bytes;        /* Optional. A larger file is SLACK_ETOOBIG. Default: 1 GiB. */
    bool html; /* The file is HTML. Otherwise a page of HTML is taken for Slack's login
                * page, which it sends with status 200 to an app without files:read. */
    slack_file_progress_fn progress; /* Optional. */
    void *progress_data;             /* Optional. Passed to `progress`. */
} slack_download_t;

/** The default of slack_download_t.max_bytes. */
#define SLACK_DOWNLOAD_BYTES_MAX ((uint64_t)1 << 30)

/** The end of a download. */
typedef struct slack_downloaded {
    int status;               /* 0; SLACK_EHTTP; SLACK_EAUTH for Slack's login page; SLACK_ETOOBIG;
                               * SLACK_ECONFLICT if the file changed meanwhile; SLACK_EIO if it cannot be
                               * written; what a function of the program returned; SLACK_ECONNECT,
                               * SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_ECLOSED, SLACK_EPROTO,
                               * SLACK_ECANCELED, SLACK_ENOMEM */
    const char *error;        /* "" on success; else the cause and the cure */
    uint64_t bytes;           /* that were written */
    const char *content_type; /* of the answer; "" without one */
    int http_status;          /* of the last answer; 0 without one */
} slack_downloaded_t;

/** Receives the end of a download, as slack_upload_fn. @param downloaded borrowed until the
 * return. */
typedef void (*slack_download_fn)(const slack_downloaded_t *downloaded, void *user_data);
/** The same for a delivery. @return 0, or a negative error, which fails the delivery. */
typedef int (*slack_download_then_fn)(slack_ctx_t *ctx, const slack_downloaded_t *downloaded,
                                      void *user_data);

/**
 * Download a file outside a delivery.
 *
 * @param client as for slack_call(), borrowed until the return.
 * @param download borrowed until the return.
 * @param fn Optional. Receives the end. Without it, a download that fails has a line in the log.
 * @param user_data borrowed until `fn` returns.
 * @return as slack_upload(). SLACK_EINVAL also for a URL that is neither https on a host of Slack's
 *         nor of the origin of slack_options_t.api_url, such as that of an external file.
 */
SLACK_API int slack_download(slack_client_t *client, const slack_download_t *download,
                             slack_download_fn fn, void *user_data);

/** Download a file for a delivery.
 * @param download borrowed until the return.
 * @param fn Optional. Without it, a download that fails also fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return as slack_upload_then(). */
SLACK_API int slack_download_then(slack_ctx_t *ctx, const slack_download_t *download,
                                  slack_download_then_fn fn, void *user_data);

/** Download a file on a worker, and wait for the end.
 * @param ret Optional. The end of the download; it lives as long as the handler runs.
 * @return the status of the download; SLACK_EDEADLK on the loop; else as slack_upload(). */
SLACK_API int slack_download_wait(slack_ctx_t *ctx, const slack_download_t *download,
                                  slack_downloaded_t *ret);

#ifdef __cplusplus
}
#endif
#endif
