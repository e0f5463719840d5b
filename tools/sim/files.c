/* SPDX-License-Identifier: MIT */
#include "sim/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/random.h"

void sim_files_init(sim_files_t *files, sim_ids_t *ids)
{
    memset(files, 0, sizeof *files);
    files->ids = ids;
}

sim_file_t *sim_file_new(sim_files_t *files, const char *name, size_t bytes)
{
    sim_file_t *file = &files->ring[files->count++ % SIM_FILES_MAX];
    *file = (sim_file_t){.bytes = bytes};
    sim_ids_next(files->ids, "F0", file->id);
    snprintf(file->key, sizeof file->key, "%016" PRIx64, slack__random_u64());
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->title, sizeof file->title, "%s", name);
    file->created_s = slack__wall_ms(files->ids->clock) / 1000;
    return file;
}

sim_file_t *sim_file_find(sim_files_t *files, const char *id)
{
    for (size_t i = 0; i < SIM_FILES_MAX && *id; i++)
        if (strcmp(files->ring[i].id, id) == 0 || strcmp(files->ring[i].key, id) == 0)
            return &files->ring[i];
    return NULL;
}

const slack_json_t *sim_file_json(sim_json_builder_t *json, const sim_file_t *file)
{
    const char *dot = strrchr(file->name, '.');
    return sim_json(json,
                    "{id: %s, created: %" PRId64 ", timestamp: %" PRId64 ", name: %s, title: %s,"
                    " mimetype: 'application/octet-stream', filetype: %s, user: %s, size: %zu,"
                    " mode: 'hosted', is_external: false, editable: false,"
                    " file_access: 'visible'}",
                    file->id, file->created_s, file->created_s, file->name, file->title,
                    dot && dot[1] ? dot + 1 : "binary", sim_user_bot()->id, file->bytes);
}
