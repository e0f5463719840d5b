/* SPDX-License-Identifier: MIT */
#include "run/source_watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "util/alloc.h"
#include "util/queue.h"
#include "util/str.h"

struct run_watched_folder {
    uv_fs_event_t event;
    run_source_watch_t *watch;
    run_watched_folder_t *next;
    bool gone; /* nobody watches it any more */
    char path[];
};

bool run_is_source(const char *name)
{
    static const char *const ends[] = {".c",     ".h",    ".cc",  ".cpp",   ".cxx", ".hh",
                                       ".hpp",   ".inc",  ".def", ".build", ".txt", ".mk",
                                       ".cmake", ".json", ".in",  ".html",  ".sql"};
    static const char *const names[] = {"Makefile", "GNUmakefile", "meson_options.txt", ".env"};
    const size_t len = strlen(name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    if (*name == '.') return false; /* an editor's copy */
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t end = strlen(ends[i]);
        if (len > end && strcmp(name + len - end, ends[i]) == 0) return true;
    }
    return false;
}

static void settled(uv_timer_t *timer);

static void folder_closed(uv_handle_t *handle)
{
    slack__free(SLACK_CONTAINER((uv_fs_event_t *)handle, run_watched_folder_t, event));
}

static void folder_changed(uv_fs_event_t *event, const char *name, int events, int status)
{
    run_source_watch_t *watch = SLACK_CONTAINER(event, run_watched_folder_t, event)->watch;
    if (watch->closing || status != 0 || !name) return;
    const bool source = run_is_source(name);
    if (events & UV_RENAME && *name != '.') watch->rescan = true;
    if (source && !*watch->changed) snprintf(watch->changed, sizeof watch->changed, "%s", name);
    if (source || watch->rescan) uv_timer_start(&watch->settle, settled, RUN_SETTLE_MS, 0);
}

/* Watches one folder, if it is not watched yet. 0; 1: it was; -1. */
static int add_folder(run_source_watch_t *watch, const char *path, char problem[CLI_PROBLEM_SIZE])
{
    for (const run_watched_folder_t *at = watch->folders; at; at = at->next)
        if (strcmp(at->path, path) == 0) return 1;
    if (watch->count == RUN_FOLDERS_MAX) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "there are more than %d folders below the sources; name the one to watch with "
                 "--watch",
                 RUN_FOLDERS_MAX);
        return -1;
    }
    const size_t size = strlen(path) + 1;
    run_watched_folder_t *folder = slack__calloc(1, sizeof *folder + size);
    int rc = folder ? uv_fs_event_init(watch->loop, &folder->event) : UV_ENOMEM;
    if (rc == 0) {
        folder->watch = watch;
        memcpy(folder->path, path, size);
        rc = uv_fs_event_start(&folder->event, folder_changed, path, 0);
        if (rc != 0) uv_close((uv_handle_t *)&folder->event, folder_closed);
    }
    if (rc != 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot watch %.180s: %s%s", path, uv_strerror(rc),
                 rc == UV_ENOSPC ? "; raise fs.inotify.max_user_watches" : "");
        return -1;
    }
    folder->next = watch->folders;
    watch->folders = folder;
    watch->count++;
    return 0;
}

/* Whether the walk goes into a folder: its path in `path`, which has room for PATH_MAX. */
static bool is_of_sources(const run_source_watch_t *watch, const char *path, const char *name)
{
    struct stat st;
    if (*name == '.' || strcmp(name, "node_modules") == 0) return false;
    if (watch->output && strcmp(path, watch->output) == 0) return false;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Watches a folder and those below it. 0; -1 with a sentence. A folder that vanishes meanwhile is
 * no failure. */
static int add_tree(run_source_watch_t *watch, const char *folder, char problem[CLI_PROBLEM_SIZE])
{
    DIR *dir = opendir(folder);
    if (!dir) return 0;
    int rc = add_folder(watch, folder, problem);
    const struct dirent *entry;
    char path[PATH_MAX];
    while (rc >= 0 && (entry = readdir(dir)) != NULL) {
        const int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (len < (int)sizeof path && is_of_sources(watch, path, entry->d_name))
            rc = add_tree(watch, path, problem);
    }
    closedir(dir);
    return rc < 0 ? -1 : 0;
}

/* Forget the folders that are gone: another one may get the same path. */
static void drop_vanished(run_source_watch_t *watch)
{
    struct stat st;
    for (run_watched_folder_t **at = &watch->folders; *at;) {
        run_watched_folder_t *folder = *at;
        if (lstat(folder->path, &st) == 0) {
            at = &folder->next;
            continue;
        }
        *at = folder->next;
        watch->count--;
        uv_close((uv_handle_t *)&folder->event, folder_closed);
    }
}

static void settled(uv_timer_t *timer)
{
    run_source_watch_t *watch = timer->data;
    char problem[CLI_PROBLEM_SIZE], changed[sizeof watch->changed];
    const unsigned before = watch->count;
    if (watch->rescan) {
        drop_vanished(watch);
        const char *root = NULL;
        for (const run_watched_folder_t *at = watch->folders; at; at = at->next)
            root = at->path; /* the last one, which was added first */
        if (root && add_tree(watch, root, problem) != 0) cli_fail("run", CLI_FAILED, problem);
    }
    watch->rescan = false;
    if (!*watch->changed && watch->count > before)
        snprintf(watch->changed, sizeof watch->changed, "a new folder");
    memcpy(changed, watch->changed, sizeof changed);
    *watch->changed = '\0';
    if (*changed) watch->fn(changed, watch->user_data);
}

int run_source_watch_start(run_source_watch_t *watch, uv_loop_t *loop, const char *folder,
                           const char *output, char problem[CLI_PROBLEM_SIZE])
{
    watch->loop = loop;
    watch->output = output;
    uv_timer_init(loop, &watch->settle);
    watch->settle.data = watch;
    if (add_tree(watch, folder, problem) != 0) return -1;
    if (watch->count > 0) return 0;
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot read the folder %.180s: %s", folder,
             strerror(errno));
    return -1;
}

void run_source_watch_stop(run_source_watch_t *watch)
{
    if (!watch->loop || watch->closing) return;
    watch->closing = true;
    uv_close((uv_handle_t *)&watch->settle, NULL);
    for (run_watched_folder_t *at = watch->folders, *next; at; at = next) {
        next = at->next;
        uv_close((uv_handle_t *)&at->event, folder_closed);
    }
    watch->folders = NULL;
}
