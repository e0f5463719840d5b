/* SPDX-License-Identifier: MIT */
#include "cluster/permits.h"

#include <stdio.h>
#include <string.h>

/* The time between two looks of a process that waits for permits; of one that has permits, which
 * others might want; and of one that is alone. */
#define WAIT_LOOK_MS  100
#define HOLD_LOOK_MS  250
#define ALONE_LOOK_MS 15000
/* A process may rely on a look for so long: then its owner may have been silent for a lease. */
#define TRUST_MS 45000

/* ---- the table ---- */

size_t slack__permit_table_write(const slack_permit_table_t *table, char text[SLACK_PERMITS_TEXT])
{
    size_t len = 0;
    for (size_t i = 0; i < table->count; i++) {
        const slack_permit_line_t *line = &table->lines[i];
        len += (size_t)snprintf(text + len, SLACK_PERMITS_TEXT - len, "%s %u %u\n", line->id,
                                line->held, line->wants);
    }
    return len;
}

static bool line_read(slack_slice_t text, slack_permit_line_t *ret)
{
    slack_slice_t id, held;
    uint64_t numbers[2];
    if (!slack__slice_split(&text, ' ', &id) || id.len + 1 != sizeof ret->id ||
        !slack__is_visible(id) || !slack__slice_split(&text, ' ', &held) ||
        !slack__parse_u64(held, SLACK_PERMITS_MOST, &numbers[0]) ||
        !slack__parse_u64(text, SLACK_PERMITS_MOST, &numbers[1]))
        return false;
    *ret = (slack_permit_line_t){.held = (unsigned)numbers[0], .wants = (unsigned)numbers[1]};
    memcpy(ret->id, id.ptr, id.len);
    return true;
}

void slack__permit_table_read(slack_slice_t text, slack_permit_table_t *ret)
{
    slack_slice_t line;
    ret->count = 0;
    while (slack__slice_split(&text, '\n', &line) && line.len > 0) {
        if (ret->count < SLACK_PERMITS_LINES && line_read(line, &ret->lines[ret->count])) {
            ret->count++;
        } else {
            ret->count = 0;
            return;
        }
    }
}

static slack_permit_line_t *line_find(slack_permit_table_t *t, const char *id)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->lines[i].id, id) == 0) return &t->lines[i];
    return NULL;
}

static void line_remove(slack_permit_table_t *t, slack_permit_line_t *line)
{
    const size_t i = (size_t)(line - t->lines);
    memmove(line, line + 1, (t->count - i - 1) * sizeof *line);
    t->count--;
}

void slack__permit_table_remove(slack_permit_table_t *table, const char *id)
{
    slack_permit_line_t *line = line_find(table, id);
    if (line) line_remove(table, line);
}

/* NULL: the table is full. */
static slack_permit_line_t *line_add(slack_permit_table_t *t, const slack_permit_line_t *line)
{
    if (t->count == SLACK_PERMITS_LINES) return NULL;
    t->lines[t->count] = *line;
    return &t->lines[t->count++];
}

static unsigned count_free(const slack_permit_table_t *t, unsigned most)
{
    uint64_t held = 0;
    for (size_t i = 0; i < t->count; i++)
        held += t->lines[i].held;
    return held < most ? most - (unsigned)held : 0;
}

/* Of the processes that want permits the one with fewest, and of these the first. */
static slack_permit_line_t *line_poorest(slack_permit_table_t *t)
{
    slack_permit_line_t *poorest = NULL;
    for (slack_permit_line_t *line = t->lines; line < t->lines + t->count; line++)
        if (line->listed && line->wants > 0 && (poorest == NULL || line->held < poorest->held))
            poorest = line;
    return poorest;
}

static void line_grant(slack_permit_line_t *line)
{
    line->held++;
    line->wants--;
}

/* True: somebody has got permits. */
static bool hand_out(slack_permit_table_t *t, unsigned count)
{
    bool changed = false;
    slack_permit_line_t *line;
    for (; count > 0 && (line = line_poorest(t)) != NULL; count--) {
        line_grant(line);
        changed = true;
    }
    return changed;
}

/* ---- turns ---- */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

void slack__permits_init(slack_permits_t *permits, const char *id, unsigned most)
{
    *permits = (slack_permits_t){.most = least(most, SLACK_PERMITS_MOST)};
    snprintf(permits->id, sizeof permits->id, "%s", id);
}

/* The number of permits that the process keeps. `others` is the table without its line. */
static unsigned count_kept(const slack_permits_t *p, const slack_permit_table_t *others,
                           const slack_permit_need_t *need, unsigned held, uint64_t now_ms)
{
    slack_permit_table_t t = *others;
    const bool wanted = line_poorest(&t) != NULL;
    const bool rests = now_ms >= p->needed_ms + SLACK_PERMITS_KEEP_MS && !need->alone;
    unsigned kept = held;
    if (wanted || rests || need->leaving) kept = least(kept, need->running + need->waiting);
    const unsigned free = count_free(&t, p->most);
    hand_out(&t, free > kept ? free - kept : 0);
    for (slack_permit_line_t *line; kept > 0 && (line = line_poorest(&t)) != NULL; kept--) {
        const bool late = now_ms >= p->since_ms + SLACK_PERMITS_TURN_MS;
        if (line->held + 2 > kept && !(kept == 1 && line->held == 0 && late)) break;
        line_grant(line);
    }
    return kept;
}

/* Processes that want nothing need no line, nor do those that are gone. */
static void table_tidy(slack_permit_table_t *t)
{
    for (size_t i = t->count; i-- > 0;)
        if (t->lines[i].held == 0 && (t->lines[i].wants == 0 || !t->lines[i].listed))
            line_remove(t, &t->lines[i]);
}

/* The line of the process in the table: nothing of it is handed out yet. True: it has changed. */
static bool own_line_set(slack_permit_table_t *t, const slack_permit_line_t *own)
{
    slack_permit_line_t *line = line_find(t, own->id);
    const bool gave = line && own->held < line->held;
    const bool waits = own->wants > 0, waited = line && line->wants > 0;
    if (line && !gave) { /* it keeps its place */
        *line = *own;
        return waits != waited;
    }
    slack__permit_table_remove(t, own->id);
    table_tidy(t);
    if (own->held > 0 || waits) line = line_add(t, own);
    return gave || (waits && line != NULL);
}

bool slack__permits_turn(slack_permits_t *p, slack_permit_table_t *table,
                         const slack_permit_need_t *need, uint64_t began_ms, uint64_t now_ms)
{
    const slack_permit_line_t *line = line_find(table, p->id);
    const unsigned before = line ? line->held : 0;
    const unsigned needed = least(p->most, need->running + need->waiting);
    if (before > 0 && !p->had) p->since_ms = now_ms;
    p->had = before > 0;
    if (before <= needed) p->needed_ms = now_ms;

    slack_permit_table_t others = *table;
    slack__permit_table_remove(&others, p->id);
    const unsigned kept = count_kept(p, &others, need, before, now_ms);
    slack_permit_line_t own = {.listed = true, .held = kept};
    memcpy(own.id, p->id, sizeof own.id);
    if (own.held < need->running) own.held = least(before, need->running);
    const unsigned owed = own.held - kept;
    if (needed > own.held && !need->unknown) own.wants = needed - own.held;
    bool changed = own_line_set(table, &own);
    changed = hand_out(table, count_free(table, p->most)) || changed;
    slack_permit_line_t *after = line_find(table, p->id);
    if (after && need->alone && !need->leaving && !need->unknown && needed > 0) {
        const unsigned free = count_free(table, p->most);
        after->held += free;
        changed = changed || free > 0;
    }

    p->known = true;
    p->read_ms = began_ms;
    p->alone = need->alone;
    p->held = least(before, own.held);
    p->next_held = after ? after->held : 0;
    p->next_limit = p->next_held - least(owed, p->next_held);
    p->limit = least(before, p->next_limit);
    p->wants = needed > p->next_held;
    if (changed) table_tidy(table);
    return changed;
}

void slack__permits_written(slack_permits_t *permits)
{
    permits->held = permits->next_held;
    permits->limit = permits->next_limit;
    if (permits->held == 0) permits->had = false;
}

void slack__permits_failed(slack_permits_t *permits)
{
    permits->known = false;
}

unsigned slack__permits_limit(const slack_permits_t *permits, uint64_t now_ms)
{
    return permits->known && now_ms < permits->read_ms + TRUST_MS ? permits->limit : 0;
}

bool slack__permits_owes(const slack_permits_t *permits)
{
    return permits->known && permits->limit < permits->held;
}

const char *slack__permits_suspect(const slack_permits_t *permits,
                                   const slack_permit_table_t *table)
{
    for (size_t i = 0; permits->wants && i < table->count; i++)
        if (!table->lines[i].listed && table->lines[i].held > 0) return table->lines[i].id;
    return NULL;
}

unsigned slack__permits_turn_in_ms(const slack_permits_t *permits)
{
    if (permits->wants) return WAIT_LOOK_MS;
    if (permits->held > 0 && permits->alone && permits->known) return ALONE_LOOK_MS;
    return permits->held > 0 || !permits->known ? HOLD_LOOK_MS : 0;
}
