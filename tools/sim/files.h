/* SPDX-License-Identifier: MIT */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "sim/channels.h"

/* The files that the app and people upload to a workspace. At the limit the oldest one is
 * forgotten; of those whose bytes take too much room, the oldest lose theirs. No I/O. */

#define SIM_FILES_MAX       100
#define SIM_FILE_NAME_SIZE  256
#define SIM_FILE_BYTES_MAX  ((size_t)16 * 1024 * 1024)
#define SIM_FILES_BYTES_MAX ((size_t)64 * 1024 * 1024) /* of all files */
#define SIM_SHARES_MAX      8                          /* messages that share a file */

/* A message that shares a file. */
typedef struct sim_share {
    const sim_channel_t *channel;
    char ts[SIM_TS_SIZE];
    char thread_ts[SIM_TS_SIZE]; /* "" outside of threads */
} sim_share_t;

typedef struct sim_file {
    const sim_team_t *team;
    const sim_user_t *user; /* who uploads it */
    char id[SIM_ID_SIZE];
    char key[SIM_ID_SIZE]; /* of the upload URL, and the ETag */
    char name[SIM_FILE_NAME_SIZE];
    char title[SIM_FILE_NAME_SIZE];
    char alt_txt[SIM_FILE_NAME_SIZE];
    char snippet_type[SIM_ID_SIZE]; /* "": the file is not a snippet */
    size_t bytes;                   /* its length */
    char *data;                     /* NULL: its bytes have not arrived, or are forgotten */
    int64_t created_s;
    bool uploaded;  /* its bytes have arrived */
    bool completed; /* files.completeUploadExternal has named it */
    size_t share_count;
    sim_share_t shares[SIM_SHARES_MAX];
} sim_file_t;

typedef struct sim_files {
    sim_ids_t *ids;
    const sim_team_t *team;
    uint64_t count;    /* so far */
    size_t data_bytes; /* of all */
    sim_file_t ring[SIM_FILES_MAX];
} sim_files_t;

/* Both are borrowed. */
void sim_files_init(sim_files_t *files, sim_ids_t *ids, const sim_team_t *team);
void sim_files_done(sim_files_t *files);

sim_file_t *sim_file_new(sim_files_t *files, const char *name, size_t bytes);
/* By id or by key. NULL if there is none. "" finds nothing. */
sim_file_t *sim_file_find(sim_files_t *files, slack_slice_t id);
/* Keep the bytes of a file, which are as many as file->bytes. 0, SLACK_ENOMEM. */
int sim_file_keep(sim_files_t *files, sim_file_t *file, const char *data);
/* A message shares the file. At SIM_SHARES_MAX it is not noted. */
void sim_file_share(sim_file_t *file, const sim_channel_t *channel, const char *ts,
                    const char *thread_ts);

/* The media type that Slack gives a file, by its name. */
const char *sim_file_media_type(const sim_file_t *file);
/* A file as messages show it, and as files.info shows it: with the messages that share it. */
const slack_json_t *sim_file_json(sim_json_builder_t *json, const sim_file_t *file,
                                  const char *base_url);
const slack_json_t *sim_file_info(sim_json_builder_t *json, const sim_file_t *file,
                                  const char *base_url);

#endif
