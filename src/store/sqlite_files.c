/* SPDX-License-Identifier: MIT */
#include "store/sqlite_files.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"

void slack__files_note(slack_files_t *files, int64_t version)
{
    struct stat st;
    if (stat(files->name, &st) == 0) {
        files->device = st.st_dev;
        files->number = st.st_ino;
        files->bytes = st.st_size;
    }
    if (stat(files->log_name, &st) == 0) {
        files->log_number = st.st_ino;
        files->log_bytes = st.st_size;
    }
    files->version = version;
}

const char *slack__files_spoilt(const slack_files_t *files, int64_t version,
                                int64_t (*needed)(void *user_data), void *user_data)
{
    struct stat st;
    if (files->number == 0) return NULL;
    if (stat(files->name, &st) != 0 || st.st_dev != files->device || st.st_ino != files->number)
        return "the file was removed or replaced while it was in use";
    if (st.st_size < files->bytes && st.st_size < needed(user_data))
        return "the file was cut short while it was in use";
    if (files->log_number == 0) return NULL;
    if (stat(files->log_name, &st) != 0 || st.st_ino != files->log_number)
        return "its log was removed or replaced while it was in use";
    if (version == files->version && st.st_size < files->log_bytes)
        return "its log was cut short while it was in use";
    return NULL;
}

/* --- the log ------------------------------------------------------------------------------- */

#define HEADER_BYTES 32
#define FRAME_BYTES  24
/* More is not looked through: a start is not to take long. */
#define FRAMES_MAX 65536

/* Of a frame, as far as it matters. */
typedef struct frame {
    bool ours;   /* of this generation of the log */
    bool commit; /* the last of its transaction */
    uint32_t sum[2];
} frame_t;

typedef struct wal {
    int fd;
    bool big_endian; /* its checksums */
    uint32_t page_bytes;
    uint32_t salt[2];
    uint32_t sum[2]; /* so far */
    uint8_t *frame;  /* the frame's header and its page */
} wal_t;

static uint32_t big(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t little(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void add_to_sum(wal_t *wal, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        wal->sum[0] += (wal->big_endian ? big(bytes + i) : little(bytes + i)) + wal->sum[1];
        wal->sum[1] += (wal->big_endian ? big(bytes + i + 4) : little(bytes + i + 4)) + wal->sum[0];
    }
}

/* 1; 0 for a log without frames; -1 where it is none. */
static int read_header(wal_t *wal)
{
    uint8_t header[HEADER_BYTES];
    if (pread(wal->fd, header, sizeof header, 0) != (ssize_t)sizeof header) return 0;
    const uint32_t magic = big(header);
    wal->big_endian = magic & 1;
    wal->page_bytes = big(header + 8);
    wal->salt[0] = big(header + 16);
    wal->salt[1] = big(header + 20);
    add_to_sum(wal, header, 24);
    bool good = (magic & ~1u) == 0x377f0682 && wal->sum[0] == big(header + 24) &&
                wal->sum[1] == big(header + 28) && wal->page_bytes >= 512 &&
                wal->page_bytes <= 65536;
    return good ? 1 : pread(wal->fd, header, 1, HEADER_BYTES) == 1 ? -1 : 0;
}

/* False: the log ends before it does. */
static bool read_frame(wal_t *wal, unsigned n, frame_t *ret)
{
    const size_t len = FRAME_BYTES + wal->page_bytes;
    const uint8_t *at = wal->frame;
    if (pread(wal->fd, wal->frame, len, HEADER_BYTES + (off_t)n * (off_t)len) != (ssize_t)len)
        return false;
    ret->ours = big(at + 8) == wal->salt[0] && big(at + 12) == wal->salt[1];
    ret->commit = big(at + 4) != 0;
    ret->sum[0] = big(at + 16);
    ret->sum[1] = big(at + 20);
    add_to_sum(wal, at, 8);
    add_to_sum(wal, at + FRAME_BYTES, wal->page_bytes);
    return true;
}

/* A frame continues the sums of the one before it. What a crash leaves behind the last transaction
 * is the rest of another one, or of several that were begun at different times: pieces, none of
 * which has two ends of transactions. A piece that has was written in full, and cannot be reached.
 */
static int count_lost(wal_t *wal)
{
    int commits = 0, most = 0;
    bool broken = false;
    frame_t frame;
    for (unsigned n = 0; n < FRAMES_MAX && read_frame(wal, n, &frame); n++) {
        bool good = frame.ours && frame.sum[0] == wal->sum[0] && frame.sum[1] == wal->sum[1];
        wal->sum[0] = frame.sum[0];
        wal->sum[1] = frame.sum[1];
        if (!good) broken = true;
        if (!good) commits = 0;
        if (good && broken && frame.commit && ++commits > most) most = commits;
    }
    return most >= 2 ? most : 0;
}

int slack__files_lost(const char *log_name)
{
    wal_t wal = {.fd = open(log_name, O_RDONLY | O_CLOEXEC)};
    if (wal.fd < 0) return 0;
    int lost = read_header(&wal);
    if (lost == 1) {
        wal.frame = slack__malloc(FRAME_BYTES + wal.page_bytes);
        lost = wal.frame ? count_lost(&wal) : 0;
        slack__free(wal.frame);
    }
    close(wal.fd);
    return lost;
}
