/* SPDX-License-Identifier: MIT */
#include "kill/verdict.h"

#include <stdio.h>

static void judge_line(verdict_t *v, event_t *e, char what, unsigned n, bool tell)
{
    if (what == 'E') {
        e->ended++;
        return;
    }
    if (what == 'F') {
        e->failed_since = true; /* its call failed in the process: a retry follows */
        v->failed++;
        return;
    }
    if (e->begun++ > 0 && !e->failed_since) {
        const char *why = !e->kill_since             ? "TWICE"
                          : e->ended >= e->begun - 1 ? "killed before its end was stored"
                                                     : "killed inside its handler";
        if (!e->kill_since)
            v->twice++;
        else if (e->ended >= e->begun - 1)
            v->unstored++;
        else
            v->interrupted++;
        if (tell) printf("# Ev%u ran again: %s\n", n, why);
    }
    e->kill_since = e->failed_since = false;
}

verdict_t verdict_of(const char *path, event_t *events, unsigned count, bool tell)
{
    verdict_t v = {0};
    char what;
    unsigned n, known = 0;
    for (unsigned i = 0; i < count; i++)
        events[i].begun = events[i].ended = 0,
        events[i].kill_since = events[i].failed_since = false;
    FILE *log = fopen(path, "r");
    char line[64];
    while (log && fgets(line, sizeof line, log)) {
        if (line[0] == 'K')
            for (unsigned i = 0; i < known; i++)
                events[i].kill_since = true;
        else if (sscanf(line, "%c Ev%u", &what, &n) == 2 && n < count) {
            if (n >= known) known = n + 1;
            judge_line(&v, &events[n], what, n, tell);
        }
    }
    if (log) fclose(log);
    for (unsigned i = 0; i < count; i++) {
        v.handled += events[i].ended > 0;
        if (!events[i].acked || events[i].ended > 0) continue;
        v.lost++;
        if (tell) printf("# Ev%u was acknowledged and not handled\n", i);
    }
    return v;
}
