/* SPDX-License-Identifier: MIT */
/*
 * The folders of the two FileInstallationStores. Sources:
 *   github.com/slackapi/node-slack-sdk, packages/oauth/src/installation-stores/file-store.ts
 *   github.com/slackapi/python-slack-sdk, slack_sdk/oauth/installation_store/file/__init__.py
 *
 *     JavaScript   BASE/E1-T1, BASE/E1, and outside of an organization BASET1: its path has no
 * slash app-latest, user-U1-latest, and with history app-1700000000000, … Python BASE/none-T1,
 * BASE/E1-T1, BASE/E1-none bot-latest, installer-U1-latest, and with history installer-latest,
 *                      bot-1700000000.5, …
 *
 * With a client id, BASE is the folder's path, a slash and the client id.
 *
 * Bolt takes the bot's token and the installer from the newest file, and other persons from theirs.
 * The files are another program's: links are not followed, and everything has a bound.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command_line.h"
#include "bolt_record.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"

/* Entries of a folder, and bytes of all their names. */
#define ENTRIES_MAX  100000
#define NAMES_MAX    ((size_t)16 << 20)
#define FILE_MAX     SLACK_FILE_MAX_BYTES
#define RECORD_BYTES ((size_t)4 << 20) /* of the JSON of some files in memory */

typedef struct reader {
    import_sink_t *sink;
    slack_arena_t *arena; /* of one file or the files that belong together; reset for the next */
    slack_arena_t *names; /* of one folder */
    const char *folder;   /* its name; "" for the store's */
    const char *home;     /* the ids in its name: "E1-T1" */
    char *text;           /* of a file: FILE_MAX bytes */
    int fd;
    const char **entries; /* sorted */
    size_t count;
    size_t older; /* files with an older version of another */
    bool ended;   /* the sink has had enough */
} reader_t;

/* ---- names ---- */

/* FOLDER/NAME for a person. */
static const char *place_of(const reader_t *reader, const char *name, char ret[600])
{
    snprintf(ret, 600, "%.290s%s%.290s", reader->folder, *reader->folder ? "/" : "", name);
    return ret;
}

static void skip(const reader_t *reader, const char *name, const char *why)
{
    char place[600];
    reader->sink->skipped(reader->sink, place_of(reader, name, place), why);
}

static int name_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_entry(const reader_t *reader, const char *name)
{
    return bsearch(&name, reader->entries, reader->count, sizeof name, name_order) != NULL;
}

/* Opens a folder below another one. -1 with a reason. */
static int open_folder(int above, const char *name, const char **ret_why)
{
    int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        *ret_why = "it is not a folder of an installation";
    else if (fd < 0)
        *ret_why = strerror(errno);
    return fd;
}

/* Reads the names in reader->fd into `names`, in order. NULL or a reason. */
static const char *list_entries(reader_t *reader)
{
    const int again = openat(reader->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again >= 0 ? fdopendir(again) : NULL;
    const char *why = NULL;
    size_t room = 0;
    reader->entries = NULL;
    reader->count = 0;
    if (dir == NULL) {
        why = strerror(errno);
        if (again >= 0) close(again);
        return why;
    }
    for (const struct dirent *entry; why == NULL && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (reader->count == room) {
            const size_t more = room ? 2 * room : 64;
            reader->entries = slack__arena_realloc(reader->names, reader->entries,
                                                   room * sizeof(char *), more * sizeof(char *));
            room = more;
        }
        const char *name = slack__arena_strdup(reader->names, entry->d_name);
        if (reader->count == ENTRIES_MAX || reader->entries == NULL || name == NULL)
            why = "it has more than 100000 files, or memory is out";
        else
            reader->entries[reader->count++] = name;
    }
    closedir(dir);
    if (why == NULL && reader->count > 0)
        qsort(reader->entries, reader->count, sizeof *reader->entries, name_order);
    return why;
}

/* ---- files ---- */

/* Reads an open file into reader->text. NULL or a reason. */
static const char *read_open(reader_t *reader, int fd, slack_slice_t *ret, int64_t *ret_changed_ms)
{
    static slack_file_fault_t fault;
    struct stat st;
    if (fstat(fd, &st) != 0) return strerror(errno);
    if (!S_ISREG(st.st_mode)) return "it is not a file";
    if (st.st_size > (off_t)FILE_MAX) return "it is larger than 64 KiB";
    if (!slack__file_permits(&st, geteuid(), SLACK_FILE_TRUSTED, &fault)) return fault.why;
    size_t len = 0;
    for (ssize_t n; len < FILE_MAX && (n = read(fd, reader->text + len, FILE_MAX - len)) != 0;) {
        if (n < 0 && errno != EINTR) return strerror(errno);
        if (n > 0) len += (size_t)n;
    }
    *ret = (slack_slice_t){reader->text, len};
    *ret_changed_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    return NULL;
}

/* The time in the name of the newest older version of NAME-latest, which is sorted before it: one
 * of app-latest is app-1700000000000. 0: there is none. */
static int64_t history_ms(const reader_t *reader, const char *name)
{
    const size_t len = strlen(name) - strlen("latest");
    const char **at =
        bsearch(&name, reader->entries, reader->count, sizeof *reader->entries, name_order);
    uint64_t ms, newest = 0;
    while (at > reader->entries && strncmp(*--at, name, len) == 0)
        if (slack__parse_u64(slack__slice(*at + len), INT64_MAX, &ms) && ms > newest) newest = ms;
    return (int64_t)newest;
}

/* Whether the folder is the one in which Bolt looks for the record. */
static bool is_at_home(const reader_t *reader, enum bolt_form form, const bolt_record_t *record)
{
    const slack_installation_t *about = &record->bot.about;
    const bool python = form == BOLT_PYTHON;
    const char *enterprise = python && !*about->enterprise_id ? "none" : about->enterprise_id;
    const char *team = python && !*about->team_id ? "none" : about->team_id;
    char home[160];
    snprintf(home, sizeof home, "%.64s%s%.64s", enterprise, *enterprise && *team ? "-" : "", team);
    return strcmp(home, reader->home) == 0;
}

/* Reads the JSON of a file of the folder. NULL or a reason. */
static const char *read_json(reader_t *reader, const char *name, const slack_json_t **ret,
                             int64_t *ret_changed_ms)
{
    slack_slice_t text = {NULL, 0};
    const int fd = openat(reader->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return errno == ELOOP ? "it is a symbolic link" : strerror(errno);
    const char *why = read_open(reader, fd, &text, ret_changed_ms);
    close(fd);
    if (why) return why;
    const int rc = slack__json_parse(reader->arena, text.ptr, text.len, ret, NULL);
    if (rc == SLACK_EJSON) return "it is not JSON";
    return rc == 0 ? NULL : slack_strerror(rc);
}

/* Reads a file of the folder. False: it is not there, or is skipped. */
static bool read_record(reader_t *reader, enum bolt_form form, const char *name, bolt_record_t *ret)
{
    const slack_json_t *value = NULL;
    int64_t changed_ms = 0;
    if (!has_entry(reader, name)) return false;
    const char *why = read_json(reader, name, &value, &changed_ms);
    if (why == NULL) why = bolt_record_read(reader->arena, form, value, ret);
    if (why == NULL && !is_at_home(reader, form, ret))
        why = "it is in the folder of another workspace";
    if (why) {
        skip(reader, name, why);
        return false;
    }
    if (form == BOLT_JS) {
        const int64_t older_ms = history_ms(reader, name);
        bolt_record_set_time(ret, older_ms ? older_ms : changed_ms);
    }
    return true;
}

/* ---- folders ---- */

static void give(reader_t *reader, const slack_install_record_t *record, const char *name)
{
    char place[600];
    if (!reader->ended && *record->token.access)
        reader->ended = !reader->sink->found(reader->sink, record, place_of(reader, name, place));
}

static void note_left_out(reader_t *reader, const bolt_record_t *record, const char *name)
{
    char place[600], text[200];
    if (*record->left_out == '\0') return;
    snprintf(text, sizeof text, "left out: %.180s", record->left_out);
    reader->sink->noted(reader->sink, place_of(reader, name, place), text);
}

/* The id in PREFIX-ID-latest; "" for another name. */
static const char *person_in(const char *name, const char *prefix, char ret[80])
{
    const char *id = name + strlen(prefix), *end = strrchr(name, '-');
    *ret = '\0';
    if (strncmp(name, prefix, strlen(prefix)) == 0 && end && end > id && end - id < 80 &&
        strcmp(end, "-latest") == 0)
        snprintf(ret, 80, "%.*s", (int)(end - id), id);
    return ret;
}

/* Gives the persons whose files have a prefix, but the installer, who is given. */
static void read_persons(reader_t *reader, enum bolt_form form, const char *prefix,
                         const char *installer)
{
    char id[80];
    for (size_t i = 0; i < reader->count && !reader->ended; i++) {
        const char *name = reader->entries[i];
        bolt_record_t record;
        if (!*person_in(name, prefix, id) || strcmp(id, installer) == 0) continue;
        slack__arena_reset(reader->arena);
        if (!read_record(reader, form, name, &record)) continue;
        if (strcmp(record.user.about.user_id, id) != 0)
            skip(reader, name, "it is the file of another person");
        else {
            note_left_out(reader, &record, name);
            give(reader, &record.user, name);
        }
    }
}

static void read_js_folder(reader_t *reader)
{
    bolt_record_t latest;
    char installer[80];
    if (!read_record(reader, BOLT_JS, "app-latest", &latest)) {
        if (!has_entry(reader, "app-latest"))
            skip(reader, "user-*",
                 "there is no app-latest beside it, so that Bolt does not use it");
        return;
    }
    note_left_out(reader, &latest, "app-latest");
    give(reader, &latest.bot, "app-latest");
    give(reader, &latest.user, "app-latest");
    snprintf(installer, sizeof installer, "%s", latest.user.about.user_id);
    read_persons(reader, BOLT_JS, "user-", installer);
}

/* Without history there is no installer-latest: the newest person is the installer. The name of the
 * file, or NULL. */
static const char *newest_installer(reader_t *reader)
{
    const char *newest = NULL;
    int64_t newest_ms = -1;
    char id[80];
    for (size_t i = 0; i < reader->count; i++) {
        const char *name = reader->entries[i];
        bolt_record_t record;
        slack__arena_reset(reader->arena);
        if (!*person_in(name, "installer-", id) ||
            !read_record(reader, BOLT_PYTHON, name, &record) ||
            record.bot.about.installed_ms <= newest_ms)
            continue;
        newest_ms = record.bot.about.installed_ms;
        newest = name;
    }
    return newest;
}

static void read_python_folder(reader_t *reader)
{
    bolt_record_t latest, bot;
    char installer[80] = "";
    const char *name =
        has_entry(reader, "installer-latest") ? "installer-latest" : newest_installer(reader);
    slack__arena_reset(reader->arena);
    const bool known = name && read_record(reader, BOLT_PYTHON, name, &latest);
    const bool separate = read_record(reader, BOLT_PYTHON, "bot-latest", &bot);
    if (known && separate) bolt_record_join(&latest, &bot);
    if (known)
        note_left_out(reader, &latest, name);
    else if (separate)
        note_left_out(reader, &bot, "bot-latest");
    if (known || separate)
        give(reader, known ? &latest.bot : &bot.bot, separate ? "bot-latest" : name);
    if (known) {
        give(reader, &latest.user, name);
        snprintf(installer, sizeof installer, "%s", latest.user.about.user_id);
    }
    read_persons(reader, BOLT_PYTHON, "installer-", installer);
}

/* Names that neither store gives to a file, and the number of those with older versions. */
static void check_names(reader_t *reader)
{
    static const char *const prefixes[] = {"app-", "user-", "bot-", "installer-"};
    for (size_t i = 0; i < reader->count; i++) {
        const char *name = reader->entries[i], *end = strrchr(name, '-');
        size_t p = 0;
        while (p < 4 && strncmp(name, prefixes[p], strlen(prefixes[p])) != 0)
            p++;
        if (p < 4 && end[1] && end[1 + strspn(end + 1, "0123456789.")] == '\0')
            reader->older++;
        else if (p == 4 || strcmp(end, "-latest") != 0)
            skip(reader, name, "it is not a file of Bolt's store");
    }
}

static bool has_prefix(const reader_t *reader, const char *prefix)
{
    for (size_t i = 0; i < reader->count; i++)
        if (strncmp(reader->entries[i], prefix, strlen(prefix)) == 0) return true;
    return false;
}

static void read_folder(reader_t *above, const char *name, const char *home)
{
    reader_t reader = *above;
    const char *why = NULL;
    reader.fd = open_folder(above->fd, name, &why);
    reader.names = slack__arena_new(0, NAMES_MAX);
    reader.folder = name;
    reader.home = home;
    slack__arena_reset(reader.arena);
    if (reader.names == NULL) why = "memory is out";
    if (why == NULL) why = list_entries(&reader);
    if (why) {
        skip(above, name, why);
    } else {
        check_names(&reader);
        if (has_prefix(&reader, "app-") || has_prefix(&reader, "user-")) read_js_folder(&reader);
        if (has_prefix(&reader, "bot-") || has_prefix(&reader, "installer-"))
            read_python_folder(&reader);
    }
    above->older = reader.older;
    above->ended = reader.ended;
    slack__arena_free(reader.names);
    if (reader.fd >= 0) close(reader.fd);
}

static bool is_workspace(const char *name)
{
    return *name == 'T' && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == '\0';
}

/* Reads the folders that are named NAME and a workspace's id, as Bolt for JavaScript names them.
 * Returns their number. */
static size_t read_named(reader_t *above, const char *name)
{
    const size_t len = strlen(name);
    size_t count = 0;
    for (size_t i = 0; i < above->count && !above->ended; i++) {
        const char *entry = above->entries[i];
        if (strncmp(entry, name, len) != 0 || !is_workspace(entry + len)) continue;
        read_folder(above, entry, entry + len);
        count++;
    }
    return count;
}

/* Opens the folder NAME of another one, and lists it. False with a reason. */
static bool enter(reader_t *reader, int above, const char *name, const char **ret_why)
{
    reader->fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *ret_why = reader->fd < 0 ? strerror(errno) : list_entries(reader);
    return *ret_why == NULL;
}

static void leave(reader_t *reader)
{
    if (reader->fd >= 0) close(reader->fd);
    reader->fd = -1;
    reader->count = 0;
    slack__arena_reset(reader->names);
}

static void read_base(reader_t *base)
{
    for (size_t i = 0; i < base->count && !base->ended; i++)
        read_folder(base, base->entries[i], base->entries[i]);
}

/* Reads BASE, or the parts of the client id in it. */
static const char *read_inside(reader_t *reader, const import_from_t *from)
{
    const char *why, *client_id = from->client_id;
    if (enter(reader, AT_FDCWD, from->path, &why)) {
        const size_t named = *client_id ? read_named(reader, client_id) : 0;
        const bool inner = *client_id && has_entry(reader, client_id);
        const int outer = reader->fd;
        if (inner) {
            reader->fd = -1;
            slack__arena_reset(reader->names);
            if (enter(reader, outer, client_id, &why)) read_base(reader);
            close(outer);
        } else if (named == 0) {
            read_base(reader);
        }
    }
    leave(reader);
    return why;
}

/* Reads the folders beside BASE that have its name and a workspace's id. Returns their number. */
static size_t read_beside(reader_t *reader, const char *path)
{
    size_t len = strlen(path), count = 0;
    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t start = len;
    while (start > 0 && path[start - 1] != '/')
        start--;
    char folder[PATH_MAX], name[NAME_MAX + 1];
    const char *why;
    if (start >= sizeof folder || len - start >= sizeof name) return 0;
    snprintf(folder, sizeof folder, "%.*s", start ? (int)start : 1, start ? path : ".");
    snprintf(name, sizeof name, "%.*s", (int)(len - start), path + start);
    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return 0;
    if (enter(reader, AT_FDCWD, folder, &why)) count = read_named(reader, name);
    leave(reader);
    return count;
}

int import_bolt_files(const import_from_t *from, import_sink_t *sink, char *problem)
{
    reader_t reader = {.sink = sink,
                       .folder = "",
                       .fd = -1,
                       .arena = slack__arena_new(0, RECORD_BYTES),
                       .names = slack__arena_new(0, NAMES_MAX),
                       .text = slack__malloc(FILE_MAX)};
    const char *why = "memory is out";
    *problem = '\0';
    if (reader.arena && reader.names && reader.text) {
        why = read_inside(&reader, from);
        if (read_beside(&reader, from->path) > 0) why = NULL;
    }
    if (why) snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.120s: %.80s", from->path, why);
    if (reader.older > 0) {
        char text[80];
        snprintf(text, sizeof text, "left out: %zu files with older versions", reader.older);
        sink->noted(sink, from->path, text);
    }
    if (reader.text) slack__wipe(reader.text, FILE_MAX);
    slack__free(reader.text);
    slack__arena_free(reader.arena);
    slack__arena_free(reader.names);
    return why || reader.ended ? CLI_FAILED : CLI_OK;
}
