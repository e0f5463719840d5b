/* SPDX-License-Identifier: MIT */
/*
 * Records each call and return of a program that was compiled with -finstrument-functions.
 * Preloaded into it; the program's end writes the record to the file that FIGURES_TRACE names. A
 * line is
 * "> THREAD ADDRESS" for a call, "< THREAD ADDRESS" for a return, addresses as in the program's
 * file, and "! THREAD 0" where SIGUSR1 arrived.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS_MAX 4000000u

struct event {
    char what;
    long thread;
    void *function;
};

static struct event events[EVENTS_MAX];
static atomic_uint used;

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);

static void note(char what, void *function)
{
    unsigned index = atomic_fetch_add(&used, 1);
    if (index < EVENTS_MAX) events[index] = (struct event){what, syscall(SYS_gettid), function};
}

void __cyg_profile_func_enter(void *function, void *call_site)
{
    (void)call_site;
    note('>', function);
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
    (void)call_site;
    note('<', function);
}

static void on_signal(int number)
{
    (void)number;
    note('!', NULL);
}

__attribute__((constructor)) static void begin(void)
{
    signal(SIGUSR1, on_signal);
}

/* The function's address in the file that holds it, wherever that file is mapped. */
static uintptr_t address_of(void *function)
{
    Dl_info info;
    if (!function || !dladdr(function, &info)) return 0;
    return (uintptr_t)function - (uintptr_t)info.dli_fbase;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FIGURES_TRACE");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    unsigned count = used < EVENTS_MAX ? used : EVENTS_MAX;
    for (unsigned i = 0; i < count; i++)
        fprintf(file, "%c %ld %lx\n", events[i].what, events[i].thread,
                (unsigned long)address_of(events[i].function));
    fclose(file);
}
