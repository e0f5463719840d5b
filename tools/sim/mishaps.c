/* SPDX-License-Identifier: MIT */
#include "sim/mishaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/installs.h"
#include "sim/responses.h"

#define PASS_MAX_MS ((uint64_t)31 * 24 * 3600 * 1000)

/* --- the kinds of faults --- */

static const char *area_of(enum sim_point point)
{
    switch (point) {
    case SIM_POINT_NOW: return "The app's connections, at once";
    case SIM_POINT_UPGRADE:
    case SIM_POINT_HELLO: return "When a connection opens";
    case SIM_POINT_PING:
    case SIM_POINT_PONG: return "While a connection is open";
    case SIM_POINT_CALL:
    case SIM_POINT_HISTORY: return "Calls of the app";
    case SIM_POINT_UPLOAD:
    case SIM_POINT_DOWNLOAD:
    case SIM_POINT_SHARE: return "Files";
    default: return "Deliveries to the app";
    }
}

/* NULL: a word, or a number that counts. */
static const char *unit_of(const char *name)
{
    static const char *const units[][2] = {
        {"MS", "ms"}, {"RETRY_AFTER_S", "s"}, {"BYTES", "bytes"}, {"KIB", "KiB"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i][0], name) == 0) return units[i][1];
    return NULL;
}

static const slack_json_t *arg_json(sim_json_builder_t *json, const sim_fault_arg_t *arg)
{
    const slack_json_t *value =
        sim_json(json, "{name: %s, unit?: %s, default?: %s, required: %p}", arg->name,
                 unit_of(arg->name), arg->fallback, sim_json_bool(json, !arg->fallback));
    return arg->max ? sim_json_merged(json, value, sim_json(json, "{max: %" PRIu64 "}", arg->max))
                    : value;
}

static const slack_json_t *kinds_json(sim_json_builder_t *json)
{
    sim_list_t kinds, args;
    sim_list_begin(json, &kinds, '[');
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++) {
        sim_list_begin(json, &args, '[');
        for (const sim_fault_arg_t *arg = kind->args; arg->name; arg++)
            sim_list_add(json, &args, arg_json(json, arg));
        sim_list_add(json, &kinds,
                     sim_json(json,
                              "{name: %s, help: %s, area: %s, at_once: %p, count: %u,"
                              " arguments: %p}",
                              kind->name, kind->help, area_of(kind->point),
                              sim_json_bool(json, kind->point == SIM_POINT_NOW), kind->count,
                              sim_list_end(json, &args)));
    }
    return sim_list_end(json, &kinds);
}

/* --- faults in force --- */

/* Activate a fault. NULL with a sentence in `problem`, else {fault, left} or {fault, sockets}. */
static const slack_json_t *start_fault(const sim_services_t *services, sim_json_builder_t *json,
                                       const sim_fault_t *fault, char problem[SIM_PROBLEM_SIZE])
{
    sim_faults_t *faults = services->faults;
    const bool now = fault->kind->point == SIM_POINT_NOW;
    size_t sockets = 0;
    if (now) {
        sockets = sim_sockets_fault(services->sockets, &fault->effect, fault->left);
        faults->acted += sockets;
        if (sockets == 0)
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "no socket is open for %s to act on: start the app first", fault->kind->name);
    }
    if (now ? sockets == 0 : !sim_faults_add(faults, fault, problem)) return NULL;
    SLACK_LOG(services->later->net->log, INFO, "fault", "name=%s sockets=%zu", fault->said,
              sockets);
    if (now) return sim_json(json, "{fault: %s, sockets: %zu}", fault->said, sockets);
    return sim_json(json, "{fault: %s, left: %" PRIu64 ", ms: %" PRIu64 "}", fault->said,
                    fault->left, fault->for_ms);
}

/* Activate all faults of a list, or none. NULL with a sentence in `problem`, or without memory. */
static const slack_json_t *start_faults(const sim_services_t *services, sim_json_builder_t *json,
                                        const sim_fault_list_t *list,
                                        char problem[SIM_PROBLEM_SIZE])
{
    const sim_faults_t before = *services->faults;
    bool good = true;
    sim_list_t started;
    sim_list_begin(json, &started, '[');
    for (size_t i = 0; i < list->count && good; i++) {
        const slack_json_t *fault = start_fault(services, json, &list->list[i], problem);
        good = fault != NULL;
        if (good) sim_list_add(json, &started, fault);
    }
    const slack_json_t *all = sim_list_end(json, &started);
    if (!good) sim_faults_restore(services->faults, &before);
    return good ? all : NULL;
}

static void set_faults(const sim_services_t *services, slack_http_request_t *request,
                       const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE] = "";
    sim_fault_list_t *faults = slack__arena_calloc(request->arena, sizeof *faults);
    if (faults && !sim_fault_list_read(slack_json_str(args, "/faults"), faults, problem)) {
        sim_respond_error(request, 400, problem);
        return;
    }
    const slack_json_t *started = faults ? start_faults(services, &json, faults, problem) : NULL;
    if (*problem)
        sim_respond_error(request, 409, problem);
    else
        sim_respond_json(request, 200,
                         started ? sim_json(&json, "{ok: true, faults: %p}", started) : NULL);
}

static void clear_faults(const sim_services_t *services, slack_http_request_t *request,
                         const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    const char *name = slack_json_str(args, "/name");
    size_t cleared = sim_faults_clear(services->faults, name);
    if (*name && cleared == 0 && !sim_fault_find(name, problem)) {
        sim_respond_error(request, 400, problem);
        return;
    }
    if (!*name || strcmp(name, "half-open") == 0)
        cleared += sim_sockets_drop_half_open(services->sockets);
    sim_respond_json(request, 200, sim_json(&json, "{ok: true, cleared: %zu}", cleared));
}

/* --- requests --- */

static const char *const limits_names[] = {
    [SIM_LIMITS_NONE] = "none",
    [SIM_LIMITS_TIERS] = "tiers",
    [SIM_LIMITS_DISTRIBUTED] = "distributed",
};
#define LIMITS_COUNT (sizeof limits_names / sizeof *limits_names)

static void get_faults(const sim_services_t *services, slack_http_request_t *request,
                       const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    sim_respond_json(
        request, 200,
        sim_json(&json, "{ok: true, kinds: %p, faults: %p, limits: %s, passed_ms: %" PRIu64 "}",
                 kinds_json(&json), sim_faults_json(services->faults, &json),
                 limits_names[services->rate_limits->limits], services->later->passed_ms));
}

static void set_limits(const sim_services_t *services, slack_http_request_t *request,
                       const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *name = slack_json_str(args, "/limits");
    size_t limits = 0;
    while (limits < LIMITS_COUNT && strcmp(limits_names[limits], name) != 0)
        limits++;
    if (limits == LIMITS_COUNT) {
        sim_respond_error(request, 400, "`limits` is \"none\", \"tiers\" or \"distributed\"");
        return;
    }
    for (size_t i = 0; i < services->teams->count; i++) {
        sim_rate_limits_t *rates = services->teams->list[i]->rate_limits;
        rates->limits = (enum sim_limits)limits;
        rates->count = 0; /* calls from before count for nothing */
    }
    sim_respond_json(request, 200, sim_json(&json, "{ok: true, limits: %s}", name));
}

static void pass_time(const sim_services_t *services, slack_http_request_t *request,
                      const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    const int64_t ms = slack_json_int(args, "/ms");
    if (ms < 1 || (uint64_t)ms > PASS_MAX_MS)
        sim_respond_error(request, 400, "`ms` is a number of milliseconds, up to 31 days");
    else if (!sim_later_pass(services->later, (uint64_t)ms))
        sim_respond_error(request, 409, "the clock of this simulator cannot be moved");
    else
        sim_respond_json(
            request, 200,
            sim_json(&json, "{ok: true, passed_ms: %" PRIu64 "}", services->later->passed_ms));
}

static void install(const sim_services_t *services, slack_http_request_t *request,
                    const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    if (sim_team_has_app(services->team))
        sim_respond_error(request, 409, "the app is installed there already");
    else if (!sim_install_fixed(services, false, services->team->bot_token))
        sim_respond_error(request, 503, "the simulator has no room for so many installations");
    else
        sim_respond_json(request, 200, sim_json(&json, "{ok: true}"));
}

static const struct endpoint {
    const char *method;
    const char *path;
    void (*take)(const sim_services_t *services, slack_http_request_t *request,
                 const slack_json_t *args);
} endpoints[] = {
    {"GET", "/sim/fault", get_faults},          {"POST", "/sim/fault", set_faults},
    {"POST", "/sim/fault/clear", clear_faults}, {"POST", "/sim/limits", set_limits},
    {"POST", "/sim/clock", pass_time},          {"POST", "/sim/install", install},
};

bool sim_mishap_request(const sim_services_t *services, slack_http_request_t *request,
                        const slack_json_t *args)
{
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        if (strcmp(endpoints[i].path, request->path.ptr) != 0) continue;
        if (!slack__slice_eq(request->method, slack__slice(endpoints[i].method))) continue;
        endpoints[i].take(services, request, args);
        return true;
    }
    return false;
}
