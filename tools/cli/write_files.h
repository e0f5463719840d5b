/* SPDX-License-Identifier: MIT */
#ifndef CLI_WRITE_FILES_H
#define CLI_WRITE_FILES_H

#include "cli/command_line.h"

/*
 * Write a text into a file. A regular file appears whole or not at all: the text is written under
 * another name, which then replaces the file and keeps its mode. A device or a pipe is written as
 * it is. True; false with a sentence in `problem`.
 */
bool cli_write_file(const char *path, const char *text, char problem[CLI_PROBLEM_SIZE]);

/* A file that a command writes into a folder of the user. */
typedef struct cli_file {
    const char *path; /* in the folder, with '/'; neither absolute nor with ".." */
    const char *text;
} cli_file_t;

/*
 * Write the files, which end with a row without a path, into a folder; the folder and those in it
 * are made. Without `replace` nothing is written if one of the files is there. Each file appears
 * whole or not at all: it is written under another name, then renamed. True; false with a sentence
 * in `problem`.
 */
bool cli_write_files(const char *folder, const cli_file_t *files, bool replace,
                     char problem[CLI_PROBLEM_SIZE]);

#endif
