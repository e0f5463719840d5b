/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <uv.h>

#include "cli/terminal.h"
#include "doctor/gather.h"

/* A thread that prints a line on a terminal once a step has taken half a second, and removes it
 * when the step ends. */

#define SILENT_NS 500000000u

static struct progress {
    bool runs;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t changed;
    const char *what; /* NULL: the end */
    bool shown;
} progress;

static void show_steps(void *unused)
{
    (void)unused;
    uv_mutex_lock(&progress.lock);
    while (progress.what) {
        const char *what = progress.what;
        if (progress.shown)
            uv_cond_wait(&progress.changed, &progress.lock);
        else if (uv_cond_timedwait(&progress.changed, &progress.lock, SILENT_NS) != 0 &&
                 what == progress.what) {
            fprintf(stderr, "… %s\r", what);
            fflush(stderr);
            progress.shown = true;
        }
    }
    uv_mutex_unlock(&progress.lock);
}

/* The lock is held. */
static void change_step(const char *what)
{
    if (progress.shown) fputs("\033[K", stderr);
    progress.shown = false;
    progress.what = what;
    uv_cond_signal(&progress.changed);
}

void doctor_progress_begin(void)
{
    if (!cli_terminal(stderr) || !cli_terminal(stdout)) return;
    progress.what = "";
    progress.shown = true; /* nothing is to be shown yet */
    if (uv_mutex_init(&progress.lock) != 0) return;
    if (uv_cond_init(&progress.changed) != 0) {
        uv_mutex_destroy(&progress.lock);
        return;
    }
    progress.runs = uv_thread_create(&progress.thread, show_steps, NULL) == 0;
    if (progress.runs) return;
    uv_cond_destroy(&progress.changed);
    uv_mutex_destroy(&progress.lock);
}

void doctor_progress(const char *what)
{
    if (!progress.runs) return;
    uv_mutex_lock(&progress.lock);
    change_step(what);
    uv_mutex_unlock(&progress.lock);
}

void doctor_progress_end(void)
{
    if (!progress.runs) return;
    doctor_progress(NULL);
    uv_thread_join(&progress.thread);
    uv_cond_destroy(&progress.changed);
    uv_mutex_destroy(&progress.lock);
    progress.runs = false;
}
