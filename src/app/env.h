/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_ENV_H
#define SLACK_APP_ENV_H

#include <stddef.h>

/*
 * The values of variables. The value of NAME comes from the first of these that exists: the
 * environment variable NAME, the file that the environment variable NAME_FILE names, the systemd
 * credential NAME, NAME in `.env`, the file that NAME_FILE in `.env` names. An empty value counts
 * as missing.
 */
typedef struct slack_env {
    char *dotenv; /* the file's content, rewritten in place as NAME NUL VALUE NUL …, or NULL */
    size_t dotenv_len;
} slack_env_t;

/* Reads the `.env` file at `path`. If there is no such file, env is empty. `error` takes
 * SLACK_ERROR_TEXT_MAX bytes. 0; SLACK_ECONFIG; SLACK_ENOMEM. */
int slack__env_open(slack_env_t *env, const char *path, char *error);
/* Wipes the content. */
void slack__env_close(slack_env_t *env);

/* Allocates the value of `name`; *ret is NULL if there is none. `ret_path` is optional: it receives
 * the path of the file that the value came from, allocated, or NULL. 0; SLACK_ECONFIG if that file
 * cannot be read; SLACK_ENOMEM. */
int slack__env_get(const slack_env_t *env, const char *name, char **ret, char **ret_path,
                   char *error);
/* Allocates the value in a file. `variable` is the variable that names the file, for `error`. */
int slack__env_read_file(const char *variable, const char *path, char **ret, char *error);

/*
 * Rewrites the text of a .env file in place to NAME NUL VALUE NUL … A line is NAME=VALUE. It may
 * have `export ` before it, blanks around its parts, a '#' comment, and quotes around the value.
 * Within double quotes \n, \t, \" and \\ are escapes; within single quotes nothing is. `text` has
 * room for one byte behind its `len` bytes. Pure.
 *
 * 0 and the length of the rewritten text; SLACK_ECONFIG and the number, from 1, of the first line
 * that is malformed.
 */
int slack__dotenv_parse(char *text, size_t len, size_t *ret_len, size_t *ret_line);

#endif
