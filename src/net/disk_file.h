/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_DISK_FILE_H
#define SLACK_NET_DISK_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

/*
 * A large file, of which one block is in memory at a time. Every operation runs on a thread of
 * libuv's and calls `done` on the loop, with `error` 0 or an errno. One operation runs at a time.
 *
 *   to read it:  open, read, read …, close
 *   to write it: create, write, write …, commit, close     (without the commit nothing is left)
 *
 * A written file has a name of its own in the folder of `path`, and gets its last name when all of
 * it is on the disk.
 */
#define SLACK_DISK_BLOCK ((size_t)256 << 10)

typedef struct slack_disk_file {
    uv_work_t work;
    slack_net_t *net;
    void (*run)(struct slack_disk_file *file);  /* on the thread */
    void (*done)(struct slack_disk_file *file); /* on the loop */
    bool busy;
    int error;
    int fd;          /* -1: none */
    char *path;      /* owned; NULL: none */
    char *temp;      /* owned: the name of a file that is not committed; NULL: none */
    char *block;     /* owned */
    size_t len;      /* of the bytes in `block` */
    uint64_t offset; /* of the block, in the file */
    uint64_t size;   /* of the file, when it was opened */
} slack_disk_file_t;

/* 0; SLACK_ENOMEM. The struct must not move. */
int slack__disk_init(slack_disk_file_t *file, slack_net_t *net);
/* Frees the memory of a file that is closed and not busy. */
void slack__disk_done(slack_disk_file_t *file);

/* Open a regular file, by its path or as a copy of a descriptor. EINVAL: it is no regular file. */
void slack__disk_open(slack_disk_file_t *file, const char *path,
                      void (*done)(slack_disk_file_t *file));
void slack__disk_open_fd(slack_disk_file_t *file, int fd, void (*done)(slack_disk_file_t *file));
/* Read a block from `offset`. Its `len` is shorter only at the end of the file. ESTALE: the size of
 * the file has changed. */
void slack__disk_read(slack_disk_file_t *file, uint64_t offset,
                      void (*done)(slack_disk_file_t *file));

/* Make a file that only its owner can read. */
void slack__disk_create(slack_disk_file_t *file, const char *path,
                        void (*done)(slack_disk_file_t *file));
/* Write the block at its offset. */
void slack__disk_write(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file));
/* Write the block, then let the file take the place of what is at its path. */
void slack__disk_commit(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file));

/* Close the file, and remove it if it was created and not committed. */
void slack__disk_close(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file));

#endif
