/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/options.h>

#include "cli/command_line.h"
#include "import_sink.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"

/* The records of slackapp's own form, one a line: JSON, or sealed JSON. docs/installs.md describes
 * the members. A member that a record does not have is refused, since a mistake in a name would
 * drop a token without a word. */

#define LINE_MAX_BYTES ((size_t)SLACK_FILE_MAX_BYTES)
#define RECORD_BYTES   ((size_t)4 << 20)

static const struct members {
    const char *object; /* "" for the record itself */
    const char *names;
} members[] = {
    {"",
     "format,app_id,enterprise_id,enterprise_name,team_id,team_name,is_enterprise_install,bot_id,"
     "bot_user_id,user_id,user_scopes,url,for_user,token,previous,webhook,metadata,installed_ms,"
     "changed_ms"},
    {"/token", "access,refresh,scopes,expires_ms,refused"},
    {"/previous", "access,refresh,scopes,expires_ms,refused"},
    {"/webhook", "url,channel,channel_id,configuration_url"},
};

/* The first member that a record does not have. */
static bool find_unknown(const slack_json_t *value, char ret[80])
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        slack_json_iter_t it = {0};
        const slack_json_t *object = slack_json_get(value, members[i].object);
        if (slack_json_type(object) != SLACK_JSON_OBJECT) continue;
        while (slack_json_next(object, &it)) {
            const slack_slice_t key = slack__json_key(&it);
            snprintf(ret, 80, "%.*s", (int)(key.len < 60 ? key.len : 60), key.ptr);
            if (!slack__list_has(members[i].names, ret)) return true;
        }
    }
    return false;
}

/* ---- a line ---- */

typedef struct lines {
    const import_from_t *from;
    import_sink_t *sink;
    slack_arena_t *arena; /* of one line */
    char *line;           /* LINE_MAX_BYTES */
    size_t number;
} lines_t;

/* Reads the record of a line. False with a reason. */
static bool read_line(lines_t *lines, slack_slice_t text, slack_install_record_t *ret,
                      char why[SLACK_ERROR_TEXT_MAX])
{
    const slack_json_t *value = NULL;
    char unknown[80];
    if (slack__is_sealed(text)) {
        const char *context = installs_export_context(lines->arena, lines->from->client_id);
        char reason[SLACK_ERROR_TEXT_MAX];
        int rc = context ? slack__unseal(lines->from->keys, slack__slice(context), text,
                                         lines->arena, &text, reason)
                         : SLACK_ENOMEM;
        if (rc != 0) {
            snprintf(why, SLACK_ERROR_TEXT_MAX, "it %.200s",
                     rc == SLACK_ENOMEM ? "needs more memory" : reason);
            return false;
        }
    }
    int rc = slack__json_parse(lines->arena, text.ptr, text.len, &value, NULL);
    const char *reason = NULL;
    if (rc != 0)
        reason = rc == SLACK_EJSON ? "it is not JSON" : slack_strerror(rc);
    else if (slack_json_type(value) != SLACK_JSON_OBJECT)
        reason = "it is not an object of JSON";
    else if (slack_json_int(value, "/format") != 1)
        reason = "its \"format\" is not 1";
    else if (find_unknown(value, unknown))
        reason = "";
    else if (slack__install_read(lines->arena, text, ret) != 0)
        reason =
            "it lacks an id: team_id; or enterprise_id and is_enterprise_install; or with for_user "
            "the user_id";
    else if (*ret->token.access == '\0')
        reason = "it has no token that a header can carry";
    if (reason == NULL) return true;
    if (*reason)
        snprintf(why, SLACK_ERROR_TEXT_MAX, "%s", reason);
    else
        snprintf(why, SLACK_ERROR_TEXT_MAX, "the member \"%s\" is not known", unknown);
    return false;
}

/* False: the import ends. */
static bool take_line(lines_t *lines, const char *name, slack_slice_t text)
{
    slack_install_record_t record;
    char why[SLACK_ERROR_TEXT_MAX];
    text = slack__slice_strip(text);
    if (text.len == 0) return true;
    slack__arena_reset(lines->arena);
    if (read_line(lines, text, &record, why)) return lines->sink->found(lines->sink, &record, name);
    lines->sink->skipped(lines->sink, name, why);
    return true;
}

/* ---- the file ---- */

/* Reads a line, of which the first LINE_MAX_BYTES are kept. A NUL is a byte of it like any other.
 * False: there is none. */
static bool next_line(lines_t *lines, FILE *file, size_t *ret_len)
{
    size_t len = 0;
    int c;
    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        if (len < LINE_MAX_BYTES) lines->line[len] = (char)c;
        len++;
    }
    lines->number++;
    *ret_len = len;
    return c != EOF || len > 0;
}

/* NULL, or why the file cannot be read. */
static const char *read_all(lines_t *lines, FILE *file, bool *ret_ended)
{
    size_t len;
    while (!*ret_ended && next_line(lines, file, &len)) {
        char name[40];
        snprintf(name, sizeof name, "line %zu", lines->number);
        if (len > LINE_MAX_BYTES)
            lines->sink->skipped(lines->sink, name, "it is longer than 64 KiB");
        else
            *ret_ended = !take_line(lines, name, (slack_slice_t){lines->line, len});
    }
    return ferror(file) ? strerror(errno) : NULL;
}

/* Opens a file of secrets. NULL with a reason. */
static FILE *open_secrets(const char *path, slack_file_fault_t *fault)
{
    if (slack__file_check(path, SLACK_FILE_PRIVATE, fault) != 0) return NULL;
    FILE *file = fopen(path, "re");
    struct stat st;
    if (file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) &&
        slack__file_permits(&st, geteuid(), SLACK_FILE_PRIVATE, fault))
        return file;
    if (file)
        fclose(file);
    else
        fault->why = strerror(errno);
    return NULL;
}

int import_lines(const import_from_t *from, import_sink_t *sink, char *problem)
{
    lines_t lines = {.from = from,
                     .sink = sink,
                     .arena = slack__arena_new(0, RECORD_BYTES),
                     .line = slack__malloc(SLACK_FILE_MAX_BYTES)};
    slack_file_fault_t fault = {.why = "memory is out"};
    const char *why = fault.why;
    bool ended = false;
    FILE *file = lines.arena && lines.line ? open_secrets(from->path, &fault) : NULL;
    *problem = '\0';
    if (file) {
        why = read_all(&lines, file, &ended);
        fclose(file);
    } else {
        why = fault.why;
    }
    if (why) snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.100s: %.130s", from->path, why);
    if (lines.line) slack__wipe(lines.line, SLACK_FILE_MAX_BYTES);
    slack__free(lines.line);
    slack__arena_free(lines.arena);
    return why || ended ? CLI_FAILED : CLI_OK;
}
