/* SPDX-License-Identifier: MIT */
#include "cluster/slots.h"

#include <slack/error.h>
#include <stdio.h>
#include <string.h>

/* A process lets another one that has fewer slots have a free slot for this time, for each slot
 * that it has more; and between two slots that it takes, others have a turn. */
#define YIELD_MS 1000
/* A holder that has had too few connections for this time gives a slot up. */
#define SHORT_MS 10000
/* Slack closes a connection some 10 s after it has asked for another one (docs/protocol.md, Hello).
 * A process that has waited this long for the spare replaces its connections without it. */
#define WAIT_MS 7000
/* A slot that a poorer process does not take comes back after this time, and the process does not
 * hand one over to a poorer process again before the other time. */
#define UNTAKEN_MS 1500
#define BALANCE_MS 30000
/* A process that stands by stays ready for this time while slots change hands. */
#define STANDBY_MS 3000

#define LOOK_SOON_MS 250
#define LOOK_MS      500

/* --- an entry as text ----------------------------------------------------------------------------
 */

static const char *const state_names[] = {"free", "opening", "ready", "replacing", "handing-over"};

void slack__slot_write(const slack_slot_t *slot, char text[SLACK_SLOT_TEXT])
{
    const int len =
        snprintf(text, SLACK_SLOT_TEXT, "%s %s", slot->holder, state_names[slot->state]);
    if (slot->state == SLACK_SLOT_HANDING_OVER)
        snprintf(text + len, SLACK_SLOT_TEXT - (size_t)len, " %u", slot->handed);
}

slack_slot_t slack__slot_read(slack_slice_t version)
{
    slack_slot_t slot = {.holder = "?", .state = SLACK_SLOT_READY};
    slack_slice_t holder, state;
    uint64_t handed = 0;
    if (!slack__slice_split(&version, ' ', &holder) || holder.len + 1 != sizeof slot.holder ||
        !slack__is_visible(holder) || !slack__slice_split(&version, ' ', &state))
        return slot;
    memcpy(slot.holder, holder.ptr, holder.len);
    for (unsigned i = SLACK_SLOT_OPENING; i <= SLACK_SLOT_HANDING_OVER; i++)
        if (slack__slice_eq(state, slack__slice(state_names[i])))
            slot.state = (enum slack_slot_state)i;
    if (slot.state == SLACK_SLOT_HANDING_OVER &&
        slack__parse_u64(version, SLACK_SLOTS_MAX - 1, &handed))
        slot.handed = (unsigned)handed;
    return slot;
}

/* --- what the process has ------------------------------------------------------------------------
 */

void slack__slots_init(slack_slots_t *slots, const char *id, unsigned budget, uint64_t seed)
{
    *slots = (slack_slots_t){.budget = budget, .random = seed | 1};
    snprintf(slots->id, sizeof slots->id, "%s", id);
}

static bool is_held_by(const slack_slot_t *slot, const char *id)
{
    return slot->state != SLACK_SLOT_FREE && strcmp(slot->holder, id) == 0;
}

static bool is_own(const slack_slots_t *s, unsigned number)
{
    return is_held_by(&s->list[number], s->id);
}

static unsigned count_held(const slack_slots_t *s, const char *id)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->budget; i++)
        n += is_held_by(&s->list[i], id);
    return n;
}

unsigned slack__slots_count(const slack_slots_t *slots)
{
    return count_held(slots, slots->id);
}

static unsigned count_free(const slack_slots_t *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->budget; i++)
        n += s->list[i].state == SLACK_SLOT_FREE;
    return n;
}

static bool has_spare(const slack_slots_t *s, enum slack_slot_state state)
{
    return is_own(s, SLACK_SLOTS_SPARE) && s->list[SLACK_SLOTS_SPARE].state == state;
}

static bool hands_over(const slack_slots_t *s)
{
    return has_spare(s, SLACK_SLOT_HANDING_OVER);
}

/* The number of connections that the process keeps: one for each of its slots, for each that it
 * takes back, and for the one that it hands over, until the next holder is ready. */
static unsigned count_kept(const slack_slots_t *s)
{
    unsigned n = slack__slots_count(s);
    for (unsigned i = 0; i < s->budget; i++)
        n += s->lost[i];
    const slack_slot_t *handed = &s->list[s->list[SLACK_SLOTS_SPARE].handed];
    if (hands_over(s) && !is_held_by(handed, s->id) && handed->state <= SLACK_SLOT_OPENING) n++;
    return n;
}

slack_allowance_t slack__slots_allowance(const slack_slots_t *slots, uint64_t now_ms)
{
    const unsigned kept = count_kept(slots);
    const bool spare = has_spare(slots, SLACK_SLOT_REPLACING);
    slack_allowance_t a = {.wanted = kept, .limit = kept + spare};
    if (slots->wait_ms != 0 && now_ms >= slots->wait_ms + WAIT_MS) a.limit += kept;
    a.others = slots->budget + 1 > a.limit ? slots->budget + 1 - a.limit : 0;
    a.standby = slots->standby_ms != 0 && now_ms < slots->standby_ms + STANDBY_MS;
    a.hurry = spare && (slots->leaving || slots->wait_ms != 0);
    for (unsigned i = 0; spare && i < SLACK_SLOTS_MAX; i++)
        a.hurry = a.hurry || (slots->list[i].state == SLACK_SLOT_REPLACING && !is_own(slots, i));
    return a;
}

/* --- looks ---------------------------------------------------------------------------------------
 */

void slack__slots_look(slack_slots_t *slots, const slack_slot_t list[SLACK_SLOTS_ALL],
                       const char (*others)[17], size_t other_count, uint64_t now_ms)
{
    const bool first = slots->looked_ms == 0;
    for (unsigned i = 0; i < SLACK_SLOTS_MAX; i++) {
        const bool is_free = list[i].state == SLACK_SLOT_FREE;
        if (is_free && (first || slots->list[i].state != SLACK_SLOT_FREE))
            slots->free_ms[i] = now_ms;
        slots->held_once[i] = slots->held_once[i] || !is_free;
        slots->lost[i] = is_free && (slots->lost[i] || is_own(slots, i)) && !slots->leaving;
    }
    memcpy(slots->list, list, sizeof slots->list);
    slots->others = (unsigned)other_count;
    slots->fewest = UINT_MAX;
    for (size_t i = 0; i < other_count; i++) {
        const unsigned n = count_held(slots, others[i]);
        if (n < slots->fewest) slots->fewest = n;
    }
    slots->looked_ms = now_ms;
    slots->known = true;
    if (count_kept(slots) == 0 && count_free(slots) == 0) slots->standby_ms = now_ms;
}

unsigned slack__slots_look_in_ms(const slack_slots_t *slots)
{
    const bool waits = slack__slots_count(slots) == 0 || is_own(slots, SLACK_SLOTS_SPARE) ||
                       slots->wait_ms != 0 || slots->short_ms != 0 || slots->leaving ||
                       count_free(slots) > 0;
    return waits ? LOOK_SOON_MS : LOOK_MS;
}

/* --- orders --------------------------------------------------------------------------------------
 */

static bool order(slack_slots_order_t *ret, slack_slots_t *s, unsigned number,
                  enum slack_slot_state state, enum slack_slots_reason reason)
{
    *ret = (slack_slots_order_t){
        .number = number, .before = s->list[number], .after.state = state, .reason = reason};
    if (state != SLACK_SLOT_FREE) memcpy(ret->after.holder, s->id, sizeof s->id);
    return true;
}

/* The permission ends now, whether or not the store hears of it. */
static bool order_free(slack_slots_order_t *ret, slack_slots_t *s, unsigned number, uint64_t now)
{
    order(ret, s, number, SLACK_SLOT_FREE, SLACK_SLOTS_OWN);
    s->list[number] = (slack_slot_t){0};
    if (number < SLACK_SLOTS_MAX) s->free_ms[number] = now;
    return true;
}

/* An own slot, if possible in this state; SLACK_SLOTS_MAX: there is none. */
static unsigned find_own(const slack_slots_t *s, enum slack_slot_state state)
{
    unsigned found = SLACK_SLOTS_MAX;
    for (unsigned i = 0; i < s->budget; i++)
        if (is_own(s, i) && (found == SLACK_SLOTS_MAX || s->list[i].state == state)) found = i;
    return found;
}

/* An own slot in this state; SLACK_SLOTS_MAX: there is none. */
static unsigned find_in(const slack_slots_t *s, enum slack_slot_state state)
{
    const unsigned i = find_own(s, state);
    return i < SLACK_SLOTS_MAX && s->list[i].state == state ? i : SLACK_SLOTS_MAX;
}

/* The next step of handing a slot over. */
static bool go_on_handing(slack_slots_t *s, const slack_allowance_use_t *use, uint64_t now,
                          slack_slots_order_t *ret)
{
    const unsigned handed = s->list[SLACK_SLOTS_SPARE].handed;
    const slack_slot_t *slot = &s->list[handed];
    if (is_own(s, handed))
        return order_free(ret, s, s->taking_back ? SLACK_SLOTS_SPARE : handed, now);
    s->taking_back = false;
    const unsigned count = slack__slots_count(s);
    const bool ready = count_kept(s) == count;           /* the next holder is */
    if (use->open + (ready ? 0 : use->missing) <= count) /* the connection is closed */
        return order_free(ret, s, SLACK_SLOTS_SPARE, now);
    if (s->leaving || slot->state != SLACK_SLOT_FREE || now < s->free_ms[handed] + UNTAKEN_MS)
        return false;
    s->taking_back = true;
    s->balance_ms = now + BALANCE_MS;
    return order(ret, s, handed, SLACK_SLOT_READY, SLACK_SLOTS_OWN);
}

/* The state of an own slot no longer says what its connection does. */
static bool note_state(slack_slots_t *s, const slack_allowance_use_t *use, bool waits,
                       slack_slots_order_t *ret)
{
    unsigned up = 0, i;
    for (i = 0; i < s->budget; i++)
        up += is_own(s, i) && s->list[i].state != SLACK_SLOT_OPENING;
    if (use->serving > up && (i = find_in(s, SLACK_SLOT_OPENING)) < SLACK_SLOTS_MAX)
        return order(ret, s, i, SLACK_SLOT_READY, SLACK_SLOTS_OWN);
    const unsigned marked = find_in(s, SLACK_SLOT_REPLACING);
    if (!waits && marked < SLACK_SLOTS_MAX)
        return order(ret, s, marked, SLACK_SLOT_READY, SLACK_SLOTS_OWN);
    if (waits && marked == SLACK_SLOTS_MAX && s->list[SLACK_SLOTS_SPARE].state != SLACK_SLOT_FREE &&
        (i = find_in(s, SLACK_SLOT_READY)) < SLACK_SLOTS_MAX)
        return order(ret, s, i, SLACK_SLOT_REPLACING, SLACK_SLOTS_OWN);
    return false;
}

static bool take_free(slack_slots_t *s, uint64_t now, slack_slots_order_t *ret)
{
    const unsigned count = slack__slots_count(s);
    const slack_slot_t *spare = &s->list[SLACK_SLOTS_SPARE];
    if (s->leaving || (count > 0 && now < s->taken_ms + YIELD_MS)) return false;
    uint64_t yield_ms = count > s->fewest ? (uint64_t)(count - s->fewest) * YIELD_MS : 0;
    if (s->others > 0 && s->gave_up_ms != 0 && now < s->gave_up_ms + SHORT_MS) yield_ms += YIELD_MS;
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    for (unsigned k = 0; k < s->budget; k++) {
        const unsigned i = ((unsigned)(s->random >> 33) + k) % s->budget;
        if (s->list[i].state != SLACK_SLOT_FREE || now < s->free_ms[i] + yield_ms) continue;
        const bool handed = spare->state == SLACK_SLOT_HANDING_OVER && spare->handed == i;
        return order(ret, s, i, SLACK_SLOT_OPENING,
                     handed            ? SLACK_SLOTS_HAND_OVER
                     : s->held_once[i] ? SLACK_SLOTS_TAKEOVER
                                       : SLACK_SLOTS_START);
    }
    return false;
}

/* Slots for which the process has no connection, or cannot have one. */
static bool give_up(slack_slots_t *s, const slack_allowance_use_t *use, uint64_t now,
                    slack_slots_order_t *ret)
{
    const unsigned count = slack__slots_count(s), opening = find_in(s, SLACK_SLOT_OPENING);
    if (count == 0) return false;
    if (s->leaving && opening < SLACK_SLOTS_MAX) return order_free(ret, s, opening, now);
    if (s->leaving && use->open + use->missing < count)
        return order_free(ret, s, find_own(s, SLACK_SLOT_READY), now);
    if (s->short_ms == 0 || now < s->short_ms + SHORT_MS || s->others == 0 || use->refused)
        return false;
    s->gave_up_ms = s->short_ms = now;
    return order_free(ret, s, find_own(s, SLACK_SLOT_OPENING), now);
}

bool slack__slots_next(slack_slots_t *slots, const slack_allowance_use_t *use, uint64_t now_ms,
                       slack_slots_order_t *ret)
{
    slack_slots_t *s = slots;
    const unsigned count = slack__slots_count(s), need = use->open + use->missing;
    const bool short_of = use->serving < count;
    const bool spare = has_spare(s, SLACK_SLOT_REPLACING);
    const bool waits = use->missing > 0 && use->open >= count_kept(s) + spare && !hands_over(s);
    if (!short_of || s->short_ms == 0) s->short_ms = short_of ? now_ms : 0;
    if (!waits || s->wait_ms == 0) s->wait_ms = waits ? now_ms : 0;
    if (!s->known) return false;

    for (unsigned i = 0; i < s->budget; i++)
        if (s->lost[i])
            return order(ret, s, i, use->serving > 0 ? SLACK_SLOT_READY : SLACK_SLOT_OPENING,
                         SLACK_SLOTS_OWN);
    if (hands_over(s)) return go_on_handing(s, use, now_ms, ret);
    if (spare && need <= count) return order_free(ret, s, SLACK_SLOTS_SPARE, now_ms);
    if (give_up(s, use, now_ms, ret)) return true;
    /* A slot goes to another process: this one leaves, or has two slots more than the poorest. */
    const bool is_rich = count >= s->fewest + 2 && count_free(s) == 0 && now_ms >= s->balance_ms &&
                         use->serving == count && need == count;
    const bool hands = s->others > 0 && count > 0 && (s->leaving || is_rich);
    if (s->list[SLACK_SLOTS_SPARE].state == SLACK_SLOT_FREE && (waits || hands)) {
        order(ret, s, SLACK_SLOTS_SPARE, waits ? SLACK_SLOT_REPLACING : SLACK_SLOT_HANDING_OVER,
              SLACK_SLOTS_OWN);
        if (!waits) ret->after.handed = find_own(s, SLACK_SLOT_READY);
        return true;
    }
    return note_state(s, use, !spare && (waits || (hands && s->leaving)), ret) ||
           take_free(s, now_ms, ret);
}

void slack__slots_ended(slack_slots_t *slots, const slack_slots_order_t *order, int status,
                        uint64_t now_ms)
{
    const unsigned number = order->number;
    if (status != 0) {
        slots->known = false;
        return;
    }
    slots->list[number] = order->after;
    if (number == SLACK_SLOTS_SPARE) {
        slots->taking_back = false;
        return;
    }
    slots->lost[number] = false;
    slots->held_once[number] = true;
    if (order->before.state == SLACK_SLOT_FREE) slots->taken_ms = now_ms;
}

void slack__slots_leave(slack_slots_t *slots, uint64_t now_ms)
{
    if (!slots->leaving) slots->leave_ms = now_ms;
    slots->leaving = true;
    memset(slots->lost, 0, sizeof slots->lost);
}

bool slack__slots_leaving(const slack_slots_t *slots)
{
    return slots->leaving && (slots->others > 0 || slots->looked_ms <= slots->leave_ms) &&
           (slack__slots_count(slots) > 0 || hands_over(slots));
}
