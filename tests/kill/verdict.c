/* SPDX-License-Identifier: MIT */
#include "kill/verdict.h"

#include <string.h>

#define RUNS_MAX 65536

/* The processes that were killed, by their numbers. */
static bool dead[RUNS_MAX];

/* The handler begins again. The process of a line that comes late was dead, too. */
static void judge_again(verdict_t *v, const event_t *e, unsigned n, unsigned run, bool tell)
{
    const bool killed = dead[e->run] || dead[run], stored = e->ended >= e->begun;
    *(!killed ? &v->twice : stored ? &v->unstored : &v->interrupted) += 1;
    if (tell)
        printf("# Ev%u ran again: %s\n", n,
               !killed  ? "TWICE"
               : stored ? "killed before its end was stored"
                        : "killed inside its handler");
}

static void judge_line(verdict_t *v, event_t *e, char what, unsigned n, unsigned run, bool tell)
{
    if (what == 'E') {
        e->ended++;
    } else if (what == 'F') {
        e->failed_since = true; /* its call failed in the process: a retry follows */
        v->failed++;
    } else {
        if (e->begun > 0 && !e->failed_since) judge_again(v, e, n, run, tell);
        if (e->begun == 0 || !dead[run]) e->run = run;
        e->begun++;
        e->failed_since = false;
    }
}

verdict_t verdict_of(FILE *log, event_t *events, unsigned count, bool tell)
{
    verdict_t v = {0};
    char what, line[64];
    unsigned n, run;
    memset(dead, 0, sizeof dead);
    for (unsigned i = 0; i < count; i++) {
        event_t *e = &events[i];
        e->begun = e->ended = e->run = 0;
        e->failed_since = false;
    }
    while (fgets(line, sizeof line, log)) {
        if (sscanf(line, "K %u", &run) == 1)
            dead[run % RUNS_MAX] = true;
        else if (sscanf(line, "%c Ev%u %u", &what, &n, &run) == 3 && n < count)
            judge_line(&v, &events[n], what, n, run % RUNS_MAX, tell);
    }
    for (unsigned i = 0; i < count; i++) {
        v.handled += events[i].ended > 0;
        if (!events[i].acked || events[i].ended > 0) continue;
        v.lost++;
        if (tell) printf("# Ev%u was acknowledged and not handled\n", i);
    }
    return v;
}
