/* SPDX-License-Identifier: MIT */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "sim/channels.h"

/* The files that the app uploads: their names and sizes, not what is in them. At the limit the
 * oldest one is forgotten. No I/O. */

#define SIM_FILES_MAX      100
#define SIM_FILE_NAME_SIZE 256
#define SIM_FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)

typedef struct sim_file {
    char id[SIM_ID_SIZE];
    char key[SIM_ID_SIZE]; /* of the upload URL */
    char name[SIM_FILE_NAME_SIZE];
    char title[SIM_FILE_NAME_SIZE];
    size_t bytes; /* its length */
    int64_t created_s;
    bool uploaded;  /* its bytes have arrived */
    bool completed; /* files.completeUploadExternal has named it */
} sim_file_t;

typedef struct sim_files {
    sim_ids_t *ids;
    uint64_t count; /* so far */
    sim_file_t ring[SIM_FILES_MAX];
} sim_files_t;

void sim_files_init(sim_files_t *files, sim_ids_t *ids); /* borrowed */

sim_file_t *sim_file_new(sim_files_t *files, const char *name, size_t bytes);
/* By id or by key. NULL if there is none. "" finds nothing. */
sim_file_t *sim_file_find(sim_files_t *files, const char *id);

/* A file as files.info shows it. */
const slack_json_t *sim_file_json(sim_json_builder_t *json, const sim_file_t *file);

#endif
