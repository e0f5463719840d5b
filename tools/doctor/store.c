/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* mkostemp() */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli_session.h"
#include "doctor/gather.h"
#include "protocol/seal.h"
#include "store/sqlite_schema.h"
#include "util/file.h"

/*
 * The store of the app. A store that exists is opened as `slackapp inbox` opens it, beside an app
 * that may run: this process is one of its owners meanwhile. A missing one is not made.
 */

/* ---- the place ---- */

/* File systems on which a store loses what it acknowledged, by the numbers of statfs(2). */
static const struct filesystem {
    unsigned long magic;
    const char *name;
    enum doctor_place place;
} filesystems[] = {
    {0x01021994, "tmpfs", DOCTOR_IN_MEMORY},      {0x858458f6, "ramfs", DOCTOR_IN_MEMORY},
    {0x794c7630, "overlayfs", DOCTOR_IN_A_LAYER}, {0x61756673, "aufs", DOCTOR_IN_A_LAYER},
    {0x6969, "NFS", DOCTOR_OVER_NETWORK},         {0xff534d42, "CIFS", DOCTOR_OVER_NETWORK},
    {0xfe534d42, "SMB2", DOCTOR_OVER_NETWORK},    {0x517b, "SMB", DOCTOR_OVER_NETWORK},
    {0x00c36400, "Ceph", DOCTOR_OVER_NETWORK},    {0x01021997, "9p", DOCTOR_OVER_NETWORK},
    {0x65735546, "FUSE", DOCTOR_OVER_NETWORK},
};

static void note_filesystem(doctor_facts_t *facts)
{
    struct statfs kind;
    struct statvfs room;
    if (statfs(facts->store_folder, &kind) == 0)
        for (size_t i = 0; i < sizeof filesystems / sizeof *filesystems; i++) {
            const struct filesystem *known = &filesystems[i];
            if (known->magic != ((unsigned long)kind.f_type & 0xffffffff)) continue;
            snprintf(facts->store_filesystem, sizeof facts->store_filesystem, "%s", known->name);
            facts->store_place = known->place;
        }
    if (statvfs(facts->store_folder, &room) == 0)
        facts->store_free_mib = (unsigned long long)room.f_bavail * room.f_frsize >> 20;
    else
        facts->store_errno = errno;
}

/* It may not be there yet: its folder counts. */
static void note_place(doctor_facts_t *facts, const char *path)
{
    slack_file_fault_t fault;
    const char *slash = strrchr(path, '/');
    const int len = slash ? (int)(slash - path) : 1;
    snprintf(facts->store_folder, sizeof facts->store_folder, "%.*s", slash && len == 0 ? 1 : len,
             slash ? path : ".");
    if (access(facts->store_folder, W_OK | X_OK) != 0) facts->store_errno = errno;
    if (facts->store_errno == 0 && access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        facts->store_errno = errno;
    if (facts->store_errno == 0) note_filesystem(facts);
    if (facts->store_errno == 0 && slack__file_check_folder(path, &fault) != 0)
        snprintf(facts->store_open_to, sizeof facts->store_open_to, "%s", fault.why);
}

/* ---- the disk ---- */

#define SYNCS      5
#define SYNC_BYTES 4096

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Writes and syncs a few pages of a file of its own, which has gone when this returns, and takes
 * the median time. */
static void time_syncs(doctor_facts_t *facts)
{
    static const char page[SYNC_BYTES];
    char path[sizeof facts->store_folder + 32];
    int64_t took_us[SYNCS];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/.slackapp-doctor-XXXXXX", facts->store_folder);
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        facts->sync_errno = errno;
        return;
    }
    unlink(path);
    while (count < SYNCS) {
        const int64_t since_us = now_us();
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0) {
            facts->sync_errno = errno ? errno : ENOSPC;
            break;
        }
        int64_t took = now_us() - since_us;
        size_t at = count++;
        for (; at > 0 && took_us[at - 1] > took; at--) /* sorted */
            took_us[at] = took_us[at - 1];
        took_us[at] = took;
    }
    close(fd);
    if (count == SYNCS) facts->sync_us = took_us[SYNCS / 2] > 0 ? took_us[SYNCS / 2] : 1;
}

/* ---- the content ---- */

/* The first sentence that the store has for the log: …event="store warns" warning="SENTENCE". */
static void take_warning(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    static const char field[] = " warning=";
    doctor_facts_t *facts = user_data;
    const char *at = strstr(line, field);
    (void)level;
    (void)len;
    if (!at || facts->store_warning[0]) return;
    at += sizeof field - 1;
    at += *at == '"';
    snprintf(facts->store_warning, sizeof facts->store_warning, "%s", at);
    char *last = strchr(facts->store_warning, '\0') - 1;
    if (last >= facts->store_warning && *last == '"') *last = '\0';
}

/* Opens the entry with which the app checks its key at the start: see oauth/start.c. */
static void try_key(doctor_facts_t *facts, cli_session_t *session, const slack_options_t *options)
{
    char key[128], why[SLACK_ERROR_TEXT_MAX] = "";
    slack_keyring_t *keys = NULL;
    slack_slice_t plain;
    slack_store_batch_t batch = {.limit = 1};
    snprintf(key, sizeof key, "seal-check/%.100s", options->client_id);
    slack_store_op_t get = {
        .kind = SLACK_STORE_KV_GET, .row.key = slack__slice(key), .batch = &batch};
    if (options->store_key) slack__keyring_new(&keys, slack__slice(options->store_key), why);
    const int rc = cli_session_run(session, &get);
    if (rc == 0 && batch.count > 0) {
        const slack_slice_t value = batch.rows[0].payload;
        facts->key_used = true;
        facts->key_sealed = slack__is_sealed(value);
        if (facts->key_sealed &&
            slack__unseal(keys, get.row.key, value, batch.arena, &plain, why) != 0)
            snprintf(facts->key_problem, sizeof facts->key_problem, "%s", why);
    }
    slack__arena_free(batch.arena);
    slack__keyring_free(keys);
}

static void look_inside(doctor_facts_t *facts, const char *url, const slack_options_t *options)
{
    store_place_t place = {.from = "SLACK_STORE"};
    cli_session_t session;
    slack_store_batch_t batch = {.limit = 1};
    slack_store_op_t stats = {.kind = SLACK_STORE_STATS, .batch = &batch};
    snprintf(place.url, sizeof place.url, "%s", url);
    if (!cli_session_try(&session, &place, NULL, take_warning, facts, facts->store_problem)) return;
    if (cli_session_run(&session, &stats) == 0) {
        facts->store_opened = true;
        facts->store_owners = (unsigned)batch.owners;
        facts->store_dead = (unsigned long long)batch.counts[SLACK_ROW_DEAD];
        snprintf(facts->store_about, sizeof facts->store_about, "%s", batch.about);
    } else {
        snprintf(facts->store_problem, sizeof facts->store_problem, "it cannot be read");
    }
    slack__arena_free(batch.arena);
    if (facts->store_opened && options->client_id) try_key(facts, &session, options);
    cli_session_close(&session);
}

void doctor_gather_store(doctor_facts_t *facts, const slack_options_t *options)
{
    static const char scheme[] = "sqlite:";
    const char *path = options->store + sizeof scheme - 1;
    char error[SLACK_ERROR_TEXT_MAX] = "";
    facts->is_sqlite = strncmp(options->store, scheme, sizeof scheme - 1) == 0;
    facts->is_postgres = strncmp(options->store, "postgres", 8) == 0;
    if (facts->is_sqlite) {
        note_place(facts, path);
        if (facts->store_errno != 0) return;
        time_syncs(facts);
        /* Opening an older store would change it. */
        if (slack__sqlite_peek(path, &facts->store_schema) &&
            facts->store_schema < SLACK_SQLITE_SCHEMA)
            return;
        facts->store_schema = 0;
    }
    if (!facts->is_sqlite && !facts->is_postgres) return;
    const int rc = slack__store_find(options->store, error);
    facts->store_missing = rc == SLACK_ENOTFOUND;
    if (rc == 0)
        look_inside(facts, options->store, options);
    else if (!facts->store_missing)
        snprintf(facts->store_problem, sizeof facts->store_problem, "%s",
                 *error ? error : slack_strerror(rc));
}
