/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_ENV_H
#define SLACK_APP_ENV_H

#include <stddef.h>

/*
 * Where configuration comes from, behind one question: what is NAME's value? The process's own
 * variables first, then the file that NAME_FILE names, then a systemd credential of that name, then
 * `.env` in the working directory.
 */
typedef struct slack_env {
    char *dotenv; /* the file's content, rewritten in place as NAME NUL VALUE NUL …, or NULL */
    size_t dotenv_len;
} slack_env_t;

/* Read `.env` at `path`. A file that is not there is no error. `error` takes SLACK_ERROR_TEXT_MAX
 * bytes. 0; SLACK_ECONFIG; SLACK_ENOMEM. */
int slack__env_open(slack_env_t *env, const char *path, char *error);
void slack__env_close(slack_env_t *env); /* wipes */

/* NAME's value, allocated; *ret is NULL when it has none, or an empty one. `ret_path`, optional:
 * the file that it came from, allocated, or NULL. 0; SLACK_ECONFIG when a file it names cannot be
 * read; SLACK_ENOMEM. */
int slack__env_get(const slack_env_t *env, const char *name, char **ret, char **ret_path,
                   char *error);
/* The value in a file, allocated. `variable` names what named the file, for `error`. */
int slack__env_read_file(const char *variable, const char *path, char **ret, char *error);

/*
 * Rewrite the text of a .env file in place. Lines are NAME=VALUE, with `export ` before it, blanks
 * around the parts, '#' comments, and quotes around values allowed: within double quotes \\n, \\t,
 * \\" and \\\\ are escapes, within single quotes nothing is. Pure.
 *
 * 0 and the length of the rewritten text; SLACK_ECONFIG and the line (from 1) that is malformed.
 */
int slack__dotenv_parse(char *text, size_t len, size_t *ret_len, size_t *ret_line);

#endif
