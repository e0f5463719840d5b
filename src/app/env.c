/* SPDX-License-Identifier: MIT */
#include "app/env.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <slack/options.h>

#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"
#include "util/redact.h"

/* ---- .env ---- */

static char *skip_blanks(char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

/* Writes the quoted value at `p` to `out`. Returns the end of the output; NULL: malformed. */
static char *unquote(char *p, const char *end, char *out)
{
    char quote = *p++;
    while (p < end && *p != quote) {
        if (quote == '"' && *p == '\\' && p + 1 < end) {
            p++;
            *out++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
            p++;
        } else {
            *out++ = *p++;
        }
    }
    if (p == end) return NULL;
    p = skip_blanks(p + 1, end);
    return p == end || *p == '#' ? out : NULL;
}

/* Writes the bare value at `p` to `out`: it ends before " #", without the blanks there. */
static char *bare(char *p, const char *end, char *out)
{
    char *start = out;
    for (; p < end; p++) {
        if (*p == '#' && p > start && (p[-1] == ' ' || p[-1] == '\t')) break;
        *out++ = *p;
    }
    while (out > start && isspace((unsigned char)out[-1]))
        out--;
    return out;
}

/* Rewrites one line at `out`, which is never ahead of `p`. Returns the end of the output; NULL:
 * malformed. */
static char *parse_line(char *p, char *end, char *out)
{
    p = skip_blanks(p, end);
    if (p == end || *p == '#') return out;
    if ((size_t)(end - p) > 7 && memcmp(p, "export ", 7) == 0) p = skip_blanks(p + 7, end);
    const char *name = p;
    while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
        p++;
    size_t name_len = (size_t)(p - name);
    p = skip_blanks(p, end);
    if (name_len == 0 || p == end || *p != '=') return NULL;
    p = skip_blanks(p + 1, end);
    memmove(out, name, name_len);
    out += name_len;
    *out++ = '\0'; /* at the place of the '=' or before it */
    bool quoted = p < end && (*p == '"' || *p == '\'');
    out = quoted ? unquote(p, end, out) : bare(p, end, out);
    if (out) *out++ = '\0';
    return out;
}

int slack__dotenv_parse(char *text, size_t len, size_t *ret_len, size_t *ret_line)
{
    char *out = text;
    char *end = text + len;
    size_t line = 1;
    for (char *p = text; p < end; line++) {
        char *eol = memchr(p, '\n', (size_t)(end - p));
        if (eol == NULL) eol = end;
        bool nul = memchr(p, '\0', (size_t)(eol - p)) != NULL;
        char *next = nul ? NULL : parse_line(p, eol, out);
        if (next == NULL) {
            *ret_line = line;
            return SLACK_ECONFIG;
        }
        out = next;
        p = eol + 1;
    }
    *ret_len = (size_t)(out - text);
    return 0;
}

/* ---- files ---- */

static int file_error(char *error, const char *what, const char *path, const char *why)
{
    slack__explain(error, "%s: cannot read %s: %s", what, path, why);
    return SLACK_ECONFIG;
}

int slack__env_open(slack_env_t *env, const char *path, char *error)
{
    *env = (slack_env_t){0};
    char *text = NULL;
    slack_file_fault_t fault;
    ssize_t len = slack__file_read(path, SLACK_FILE_PRIVATE, SLACK_FILE_MAX_BYTES, &text, &fault);
    if (len < 0) {
        const bool link = fault.error == ENOENT && readlink(path, &(char){0}, 1) > 0;
        if (link) return file_error(error, ".env", path, "it is a link to a file that is missing");
        if (fault.error == ENOENT || fault.error == ENOTDIR) return 0;
        return fault.error == ENOMEM ? SLACK_ENOMEM : file_error(error, ".env", path, fault.why);
    }
    size_t line = 0;
    env->dotenv = text;
    if (slack__dotenv_parse(text, (size_t)len, &env->dotenv_len, &line) == 0) return 0;
    slack__wipe(text, (size_t)len);
    slack__env_close(env);
    slack__explain(error, "%s:%zu: not of the form NAME=VALUE", path, line);
    return SLACK_ECONFIG;
}

void slack__env_close(slack_env_t *env)
{
    if (env->dotenv) slack__wipe(env->dotenv, env->dotenv_len);
    slack__free(env->dotenv);
    *env = (slack_env_t){0};
}

/* The last assignment counts, as in a shell. */
static const char *dotenv_get(const slack_env_t *env, const char *name)
{
    const char *found = NULL;
    for (const char *p = env->dotenv; p && p < env->dotenv + env->dotenv_len;) {
        const char *value = p + strlen(p) + 1;
        if (strcmp(p, name) == 0) found = value;
        p = value + strlen(value) + 1;
    }
    return found;
}

int slack__env_read_file(const char *variable, const char *path, char **ret, char *error)
{
    slack_file_fault_t fault;
    const char *kind = slack__secret_kind(path, false);
    if (kind) {
        slack__explain(error,
                       "%s has to name a file, but holds %s; a secret itself belongs in the "
                       "variable without _FILE",
                       variable, kind);
        return SLACK_ECONFIG;
    }
    int rc = slack__file_read_secret(path, ret, &fault);
    return rc == SLACK_ECONFIG ? file_error(error, variable, path, fault.why) : rc;
}

/* Reads the value from the file at `path`, and copies the path for `ret_path`. */
static int env_from_file(const char *variable, const char *path, char **ret, char **ret_path,
                         char *error)
{
    char *value = NULL, *named = NULL;
    int rc = slack__env_read_file(variable, path, &value, error);
    if (rc != 0) return rc;
    if (ret_path && !(named = slack__strdup(path))) {
        slack__free_secret(value);
        return SLACK_ENOMEM;
    }
    *ret = value;
    if (ret_path) *ret_path = named;
    return 0;
}

static int env_copy(const char *value, char **ret)
{
    *ret = slack__strdup(value);
    return *ret ? 0 : SLACK_ENOMEM;
}

int slack__env_get(const slack_env_t *env, const char *name, char **ret, char **ret_path,
                   char *error)
{
    *ret = NULL;
    if (ret_path) *ret_path = NULL;
    const char *value = getenv(name);
    if (value && *value) return env_copy(value, ret);

    char other[300];
    snprintf(other, sizeof other, "%s_FILE", name);
    value = getenv(other);
    if (value && *value) return env_from_file(other, value, ret, ret_path, error);

    const char *credentials = getenv("CREDENTIALS_DIRECTORY"); /* systemd.exec(5) */
    if (credentials && *credentials) {
        char path[4096];
        int n = snprintf(path, sizeof path, "%s/%s", credentials, name);
        if (n > 0 && (size_t)n < sizeof path && (access(path, F_OK) == 0 || errno != ENOENT))
            return env_from_file("CREDENTIALS_DIRECTORY", path, ret, ret_path, error);
    }

    value = dotenv_get(env, name);
    if (value && *value) return env_copy(value, ret);
    value = dotenv_get(env, other);
    if (value && *value) return env_from_file(other, value, ret, ret_path, error);
    return 0;
}
