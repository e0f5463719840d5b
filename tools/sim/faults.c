/* SPDX-License-Identifier: MIT */
#include "sim/faults.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "util/str.h"

#define HOUR_MS           ((uint64_t)3600 * 1000)
#define TIMES             ((uint64_t)1000 * 1000)
#define SIM_CUT_BYTES_MAX ((uint64_t)1 << 30)
#define OPEN              "apps.connections.open"
#define FIELD(f)          offsetof(sim_effect_t, f)

const sim_fault_kind_t sim_fault_kinds[] = {
    {"refresh",
     SIM_POINT_NOW,
     {.disconnect = "refresh_requested"},
     .help = "Slack asks the app to reconnect, and closes the connections 10 s later"},
    {"warning-drop",
     SIM_POINT_NOW,
     {.disconnect = "warning", .drop = true},
     {{"MS", FIELD(delay_ms), HOUR_MS, "0"}},
     .help = "a warning, and MS later TCP ends without a Close"},
    {"drop", SIM_POINT_NOW, {.drop = true}, .help = "TCP ends without any message"},
    {"link-disabled",
     SIM_POINT_NOW,
     {.disconnect = "link_disabled"},
     .help = "Socket Mode is switched off in the app's settings: nothing more"
             " arrives, and the connections are closed 10 s later"},
    {"half-open",
     SIM_POINT_NOW,
     {.half_open = true},
     {{"MS", FIELD(delay_ms), 24 * HOUR_MS, "0"}},
     .help = "nothing arrives any more, without notice; Slack closes after MS (0: never)"},
    {"garbage",
     SIM_POINT_NOW,
     {.garbage = true},
     .help = "a lone newline, a binary frame and texts that are not JSON"},
    {"bad-frame",
     SIM_POINT_NOW,
     {.bad_frame = true},
     .help = "a frame that breaks the WebSocket protocol"},
    {"open-status",
     SIM_POINT_CALL,
     {.method = OPEN},
     {{"STATUS", FIELD(status), 599, NULL}, {"RETRY_AFTER_S", FIELD(retry_after_s), 3600, "0"}},
     .count = 1,
     .help = OPEN " answers this HTTP status"},
    {"open-error",
     SIM_POINT_CALL,
     {.method = OPEN},
     {{"ERROR", FIELD(error), 0, NULL}},
     .count = 1,
     .help = OPEN " answers ok: false"},
    {"api-status",
     SIM_POINT_CALL,
     {0},
     {{"METHOD", FIELD(method), 0, NULL},
      {"STATUS", FIELD(status), 599, NULL},
      {"RETRY_AFTER_S", FIELD(retry_after_s), 3600, "0"}},
     .count = 1,
     .help = "this method does not act, and answers this HTTP status"},
    {"api-error",
     SIM_POINT_CALL,
     {0},
     {{"METHOD", FIELD(method), 0, NULL}, {"ERROR", FIELD(error), 0, NULL}},
     .count = 1,
     .help = "this method does not act, and answers ok: false"},
    {"api-lost",
     SIM_POINT_CALL,
     {.drop = true},
     {{"METHOD", FIELD(method), 0, NULL}},
     .count = 1,
     .help = "a call of this method is lost: the connection ends, and nothing has happened"},
    {"api-cut",
     SIM_POINT_CALL,
     {.done = true, .drop = true},
     {{"METHOD", FIELD(method), 0, NULL}},
     .count = 1,
     .help = "this method acts, and the connection ends before its answer"},
    {"api-done-status",
     SIM_POINT_CALL,
     {.done = true},
     {{"METHOD", FIELD(method), 0, NULL}, {"STATUS", FIELD(status), 599, NULL}},
     .count = 1,
     .help = "this method acts, and answers this HTTP status"},
    {"api-slow",
     SIM_POINT_CALL,
     {.done = true},
     {{"METHOD", FIELD(method), 0, NULL}, {"MS", FIELD(delay_ms), HOUR_MS, "5000"}},
     .count = 1,
     .help = "this method acts, and answers MS late"},
    {"no-streams",
     SIM_POINT_CALL,
     {.method = "chat.startStream"},
     {{"ERROR", FIELD(error), 0, "channel_type_not_supported"}},
     .help = "chat.startStream answers ok: false"},
    {"upgrade-status",
     SIM_POINT_UPGRADE,
     {0},
     {{"STATUS", FIELD(status), 599, NULL}},
     .count = 1,
     .help = "the WebSocket upgrade is refused with this HTTP status"},
    {"upgrade-silence",
     SIM_POINT_UPGRADE,
     {.silent = true},
     .count = 1,
     .help = "the WebSocket upgrade is never answered"},
    {"upgrade-accept",
     SIM_POINT_UPGRADE,
     {.bad_accept = true},
     .count = 1,
     .help = "the upgrade is answered by 101 with a wrong Sec-WebSocket-Accept"},
    {"upgrade-extension",
     SIM_POINT_UPGRADE,
     {.bad_extension = true},
     .count = 1,
     .help = "the upgrade is answered by 101 with an extension that the app did not offer"},
    {"slow-hello",
     SIM_POINT_HELLO,
     {0},
     {{"MS", FIELD(delay_ms), HOUR_MS, "5000"}},
     .count = 1,
     .help = "hello arrives MS late"},
    {"too-many",
     SIM_POINT_HELLO,
     {.disconnect = "too_many_websockets"},
     .count = 1,
     .help = "too_many_websockets arrives instead of hello"},
    {"disconnect-first",
     SIM_POINT_HELLO,
     {0},
     {{"REASON", FIELD(disconnect), 0, "refresh_requested"}},
     .count = 1,
     .help = "disconnect arrives instead of hello"},
    {"no-ping", SIM_POINT_PING, {.silent = true}, .help = "Slack sends no more pings"},
    {"no-pong", SIM_POINT_PONG, {.silent = true}, .help = "the app's pings are not answered"},
    {"late-pong",
     SIM_POINT_PONG,
     {0},
     {{"MS", FIELD(delay_ms), HOUR_MS, "6000"}},
     .help = "the app's pings are answered MS late"},
    {"ghosts",
     SIM_POINT_PICK,
     {0},
     {{"N", FIELD(ghosts), 10, "1"}},
     .help = "N connections that nobody reads receive their share of envelopes, and"
             " are counted"},
    {"duplicate",
     SIM_POINT_ENVELOPE,
     {.twice = true},
     .count = 1,
     .help = "an envelope is sent twice"},
    {"lost-envelope",
     SIM_POINT_ENVELOPE,
     {.silent = true},
     .count = 1,
     .help = "an envelope is lost"},
    {"fragments",
     SIM_POINT_ENVELOPE,
     {0},
     {{"BYTES", FIELD(fragment_bytes), 65535, "16"}},
     .count = 1,
     .help = "an envelope arrives in fragments of BYTES, with pings between them"},
    {"oversize",
     SIM_POINT_ENVELOPE,
     {0},
     {{"KIB", FIELD(pad_kib), 15360, "9216"}},
     .count = 1,
     .help = "an envelope is padded to this size"},
    {"lost-ack",
     SIM_POINT_ACK,
     {.silent = true},
     .count = 1,
     .help = "an ack is ignored, over either transport"},
    {"redirect",
     SIM_POINT_POST,
     {0},
     {{"TIMES", FIELD(redirects), 9, "1"}},
     .count = 1,
     .help = "a request to the request URL is redirected this many times; Slack"
             " follows two redirects"},
    {"upload-status",
     SIM_POINT_UPLOAD,
     {0},
     {{"STATUS", FIELD(status), 599, NULL}, {"RETRY_AFTER_S", FIELD(retry_after_s), 3600, "0"}},
     .count = 1,
     .help = "the upload of a file is answered with this HTTP status, and its bytes are lost"},
    {"upload-cut",
     SIM_POINT_UPLOAD,
     {.drop = true},
     .count = 1,
     .help = "the connection ends before the answer to an upload, whose bytes are lost"},
    {"upload-slow",
     SIM_POINT_UPLOAD,
     {0},
     {{"MS", FIELD(delay_ms), HOUR_MS, "5000"}},
     .count = 1,
     .help = "the upload of a file is answered MS late"},
    {"late-share",
     SIM_POINT_SHARE,
     {0},
     {{"MS", FIELD(delay_ms), HOUR_MS, "5000"}},
     .count = 1,
     .help = "the message that shares uploaded files comes MS late"},
    {"download-status",
     SIM_POINT_DOWNLOAD,
     {0},
     {{"STATUS", FIELD(status), 599, NULL}, {"RETRY_AFTER_S", FIELD(retry_after_s), 3600, "0"}},
     .count = 1,
     .help = "a url_private answers this HTTP status"},
    {"download-cut",
     SIM_POINT_DOWNLOAD,
     {.drop = true},
     {{"BYTES", FIELD(cut_bytes), SIM_CUT_BYTES_MAX, "65536"}},
     .count = 1,
     .help = "the connection ends after BYTES of a url_private"},
    {.name = NULL},
};

void sim_faults_init(sim_faults_t *faults, const slack_clock_t *clock)
{
    memset(faults, 0, sizeof *faults);
    faults->clock = clock;
}

const char *sim_fault_usage(const sim_fault_kind_t *kind, slack_arena_t *arena)
{
    const char *text = kind->name;
    for (const sim_fault_arg_t *arg = kind->args; arg->name && text; arg++)
        text = slack__arena_printf(arena, arg->fallback ? "%s [%s]" : "%s %s", text, arg->name);
    return text ? text : "";
}

/* --- requests --- */

const sim_fault_kind_t *sim_fault_find(const char *name, char problem[SIM_PROBLEM_SIZE])
{
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0) return kind;
    snprintf(problem, SIM_PROBLEM_SIZE,
             "there is no fault \"%.60s\"; slackapp sim fault list prints all of them", name);
    return NULL;
}

static bool set_word(sim_effect_t *effect, const sim_fault_arg_t *arg, const char *given)
{
    char *field = (char *)effect + arg->field;
    size_t len = strlen(given);
    if (len == 0 || len >= SIM_FAULT_WORD_SIZE) return false;
    memcpy(field, given, len + 1);
    return true;
}

static bool set_number(sim_effect_t *effect, const sim_fault_arg_t *arg, const char *given)
{
    uint64_t number = 0;
    /* A status below 200 is no final response. */
    uint64_t min = arg->field == FIELD(status) ? 200 : 0;
    if (!slack__parse_u64(slack__slice(given), arg->max, &number) || number < min) return false;
    memcpy((char *)effect + arg->field, &number, sizeof number);
    return true;
}

static bool read_args(const slack_json_t *args, sim_fault_t *fault, char *problem)
{
    slack_json_iter_t it = {0};
    const sim_fault_kind_t *kind = fault->kind;
    size_t said = (size_t)snprintf(fault->said, sizeof fault->said, "%s", kind->name);
    for (const sim_fault_arg_t *arg = kind->args; arg->name; arg++) {
        const char *given = arg->fallback;
        if (slack_json_next(args, &it)) {
            given = slack_json_str(it.value, "");
            said +=
                (size_t)snprintf(fault->said + said, sizeof fault->said - said, " %.40s", given);
            if (said >= sizeof fault->said) said = sizeof fault->said - 1;
        }
        if (!given) {
            snprintf(problem, SIM_PROBLEM_SIZE, "%s needs its %s", kind->name, arg->name);
            return false;
        }
        if (arg->max ? set_number(&fault->effect, arg, given)
                     : set_word(&fault->effect, arg, given))
            continue;
        if (arg->max)
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "%s of %s is a number%s up to %" PRIu64 ", not \"%.60s\"", arg->name,
                     kind->name, arg->field == FIELD(status) ? " from 200" : "", arg->max, given);
        else
            snprintf(problem, SIM_PROBLEM_SIZE, "%s of %s is a word of at most %d characters",
                     arg->name, kind->name, SIM_FAULT_WORD_SIZE - 1);
        return false;
    }
    if (!slack_json_next(args, &it)) return true;
    snprintf(problem, SIM_PROBLEM_SIZE, "%s takes fewer arguments", kind->name);
    return false;
}

/* An optional member: a whole number from 1 to max. */
static bool read_bound(const slack_json_t *request, const char *path, uint64_t max, uint64_t *ret)
{
    const slack_json_t *value = slack_json_get(request, path);
    int64_t number = slack_json_int(request, path);
    if (!value || slack_json_type(value) == SLACK_JSON_NULL) return true;
    if (number < 1 || (uint64_t)number > max) return false;
    *ret = (uint64_t)number;
    return true;
}

bool sim_fault_read(const slack_json_t *request, sim_fault_t *ret, char problem[SIM_PROBLEM_SIZE])
{
    const char *name = slack_json_str(request, "/name");
    uint64_t count = 0, after = 0, for_ms = 0;
    memset(ret, 0, sizeof *ret);
    ret->kind = sim_fault_find(name, problem);
    if (!ret->kind) return false;
    ret->effect = ret->kind->effect;
    ret->effect.acts = true;
    if (!read_args(slack_json_get(request, "/args"), ret, problem)) return false;
    if (!read_bound(request, "/count", TIMES, &count) ||
        !read_bound(request, "/after", TIMES, &after) ||
        !read_bound(request, "/for_ms", 24 * HOUR_MS, &for_ms)) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 "a count and an after are from 1 to 1000000, a time from 1 ms to 24 h");
        return false;
    }
    if ((for_ms > 0 || after > 0) && ret->kind->point == SIM_POINT_NOW) {
        snprintf(problem, SIM_PROBLEM_SIZE, "%s acts at once: it takes no --for and no --after",
                 name);
        return false;
    }
    /* A time limit alone lifts the default count. */
    ret->left = count > 0 ? count : for_ms > 0 ? 0 : ret->kind->count;
    ret->after = after;
    ret->for_ms = for_ms;
    return true;
}

/* --- active faults --- */

static void fault_remove(sim_faults_t *faults, size_t index)
{
    faults->count--;
    memmove(&faults->active[index], &faults->active[index + 1],
            (faults->count - index) * sizeof *faults->active);
}

static void remove_expired(sim_faults_t *faults)
{
    const uint64_t now_ms = slack__mono_ms(faults->clock);
    for (size_t i = faults->count; i-- > 0;)
        if (now_ms >= faults->active[i].until_ms) fault_remove(faults, i);
}

bool sim_faults_add(sim_faults_t *faults, const sim_fault_t *fault)
{
    remove_expired(faults);
    if (faults->count >= SIM_FAULTS_MAX) return false;
    sim_fault_t *added = &faults->active[faults->count++];
    *added = *fault;
    added->until_ms =
        fault->for_ms > 0 ? slack__mono_ms(faults->clock) + fault->for_ms : UINT64_MAX;
    return true;
}

size_t sim_faults_clear(sim_faults_t *faults, const char *name)
{
    size_t cleared = 0;
    remove_expired(faults);
    for (size_t i = faults->count; i-- > 0;) {
        if (*name && strcmp(faults->active[i].kind->name, name) != 0) continue;
        fault_remove(faults, i);
        cleared++;
    }
    return cleared;
}

/* The index of the first fault for that point, or faults->count. */
static size_t fault_find_at(sim_faults_t *faults, enum sim_point point, const char *method)
{
    size_t i = 0;
    remove_expired(faults);
    for (; i < faults->count; i++) {
        const sim_fault_t *fault = &faults->active[i];
        const char *only = fault->effect.method;
        if (fault->kind->point == point && (!*only || strcmp(only, method) == 0)) break;
    }
    return i;
}

sim_effect_t sim_faults_look(sim_faults_t *faults, enum sim_point point, const char *method)
{
    size_t i = fault_find_at(faults, point, method);
    if (i == faults->count || faults->active[i].after > 0) return (sim_effect_t){0};
    return faults->active[i].effect;
}

sim_effect_t sim_faults_at(sim_faults_t *faults, enum sim_point point, const char *method)
{
    size_t i = fault_find_at(faults, point, method);
    if (i == faults->count) return (sim_effect_t){0};
    if (faults->active[i].after > 0) {
        faults->active[i].after--;
        return (sim_effect_t){0};
    }
    const sim_effect_t effect = faults->active[i].effect;
    faults->acted++;
    if (faults->active[i].left == 1)
        fault_remove(faults, i);
    else if (faults->active[i].left > 1)
        faults->active[i].left--;
    return effect;
}

const slack_json_t *sim_faults_json(sim_faults_t *faults, sim_json_builder_t *json)
{
    sim_list_t list;
    remove_expired(faults);
    const uint64_t now_ms = slack__mono_ms(faults->clock);
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < faults->count; i++) {
        const sim_fault_t *fault = &faults->active[i];
        const slack_json_t *value = sim_json(json, "{fault: %s}", fault->said);
        if (fault->after > 0)
            value =
                sim_json_merged(json, value, sim_json(json, "{after: %" PRIu64 "}", fault->after));
        if (fault->left > 0)
            value =
                sim_json_merged(json, value, sim_json(json, "{left: %" PRIu64 "}", fault->left));
        if (fault->for_ms > 0)
            value = sim_json_merged(json, value,
                                    sim_json(json, "{ms: %" PRIu64 "}", fault->until_ms - now_ms));
        sim_list_add(json, &list, value);
    }
    return sim_list_end(json, &list);
}
