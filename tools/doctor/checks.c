/* SPDX-License-Identifier: MIT */
#include "doctor/checks.h"

#include <stdio.h>
#include <string.h>

#include "doctor/judge.h"
#include "protocol/signature.h"
#include "util/library_faults.h"
#include "util/str.h"

_Static_assert(DOCTOR_CLOCK_BAD_S == SLACK_SIGNATURE_WINDOW_S,
               "a clock is bad when the app refuses Slack's signatures");

const char *const doctor_grade_names[DOCTOR_GRADES] = {"good", "warning", "bad", "skipped"};

/* ---- the environment ---- */

static void judge_configuration(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        BAD("correct the variable, or the line of .env; docs/configuration.md lists them all", "%s",
            facts->configuration_error);
    else if (facts->http || facts->socket)
        GOOD("the options are valid; the transport is %s", facts->http && facts->socket
                                                               ? "http,socket"
                                                           : facts->http ? "http"
                                                                         : "socket");
    else
        GOOD("the options are valid; the process only works, and has no transport");
}

static void judge_bot(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->bot_asked)
        SKIP("because no bot is named: slackapp doctor BOT");
    else if (!facts->bot_described)
        BAD("name a program that reaches slack_app_run() without a network, build/mybot for "
            "example",
            "%s", facts->bot_problem);
    else if (facts->listeners == 0)
        WARN("register listeners before slack_app_run()", "the bot listens to nothing");
    else
        GOOD("the bot has %u listeners", facts->listeners);
}

static void judge_variables(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (facts->unknown_name[0])
        WARN("rename it, or remove it", "no option is named %s: is %s meant?", facts->unknown_name,
             facts->near_name);
    else if (facts->twice_name[0])
        WARN("remove one of them: the environment counts, and .env is not read",
             "%s has one value in the environment and another one in .env", facts->twice_name);
    else
        GOOD("no variable is misspelt, and none has two values");
}

static void judge_dotenv(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->has_dotenv)
        GOOD("there is no .env file in this folder");
    else if (facts->dotenv_mode & 07)
        BAD("chmod 600 .env", "every user of the machine can read or change .env (mode %04o)",
            facts->dotenv_mode);
    else if (facts->dotenv_mode & 070)
        WARN("chmod 600 .env, unless the group is meant to",
             "the group of .env can read or change it (mode %04o)", facts->dotenv_mode);
    else
        GOOD("only its owner can read .env");
}

static void judge_app_token(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    static const char cure[] =
        "make a token with the scope connections:write on the app's page \"Basic Information\", "
        "\"App-Level Tokens\"";
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->socket)
        SKIP("because the app does not use Socket Mode");
    else if (!facts->has_app_token)
        BAD(cure, "Socket Mode needs SLACK_APP_TOKEN, which is not set");
    else if (!facts->app_token_fits)
        BAD(cure, "SLACK_APP_TOKEN must be an app-level token (xapp-…), but holds %s",
            facts->app_token_kind[0] ? facts->app_token_kind
                                     : "something that begins with none of Slack's prefixes");
    else
        GOOD("SLACK_APP_TOKEN is an app-level token");
}

/* ---- the machine ---- */

static void judge_descriptors(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const unsigned connections = (facts->http ? facts->connections : 0) + facts->sockets;
    const unsigned long needed = (unsigned long)connections + DOCTOR_DESCRIPTORS_KEPT;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (facts->descriptors_hard < needed)
        WARN("raise the limit (LimitNOFILE= in systemd, ulimit -Hn in a shell), or lower "
             "SLACK_HTTP_CONNECTIONS",
             "%u connections need %lu file descriptors, and the hard limit is %lu", connections,
             needed, facts->descriptors_hard);
    else
        GOOD("the file descriptors suffice for %u connections", connections);
}

static void judge_drain(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const unsigned needed_ms = facts->drain_ms + facts->drain_delay_ms;
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (facts->grace_s == 0)
        SKIP("because the grace period is not known: --platform-grace SECONDS, or --unit NAME");
    else if (needed_ms >= (uint64_t)facts->grace_s * 1000)
        BAD("raise terminationGracePeriodSeconds or TimeoutStopSec= above their sum, or lower "
            "SLACK_DRAIN_MS",
            "the drain takes up to %u ms, and the platform kills the app after %u s (%s)",
            needed_ms, facts->grace_s, facts->grace_from);
    else
        GOOD("the drain takes up to %u ms of the %u s that the platform allows (%s)", needed_ms,
             facts->grace_s, facts->grace_from);
}

/* Whether a fault concerns this app. */
static bool concerns(const doctor_facts_t *facts, enum slack_library_use when)
{
    switch (when) {
    case SLACK_USE_ALWAYS: return true;
    case SLACK_USE_CLIENT_CERTIFICATES: return facts->http && facts->checks_clients;
    case SLACK_USE_SOCKET_MODE: return facts->socket;
    case SLACK_USE_SHARED_FILE:
        return facts->is_sqlite && (facts->role != SLACK_ROLE_ALL || facts->store_owners > 1);
    case SLACK_USE_POSTGRES: return facts->is_postgres;
    }
    return true;
}

static bool is_accepted(const char *accepted, const char *id)
{
    slack_slice_t rest = slack__slice(accepted), one;
    while (accepted && slack__slice_split(&rest, ',', &one))
        if (slack__slice_eq(slack__slice_trim(one), slack__slice(id))) return true;
    return false;
}

/* The first fault that concerns this app. */
static const slack_library_fault_t *find_fault(const doctor_facts_t *facts,
                                               const cli_library_t **ret_library)
{
    for (const cli_library_t *at = facts->libraries;
         at < facts->libraries + CLI_LIBRARIES_MAX && at->name; at++) {
        const slack_library_fault_t *fault = NULL;
        *ret_library = at;
        while ((fault = slack__library_fault_next(fault, at->name, at->version)))
            if (concerns(facts, fault->when) && !is_accepted(facts->accepted, fault->id))
                return fault;
    }
    return NULL;
}

static void judge_libraries(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    const cli_library_t *library = NULL;
    char list[200] = "", cure[240];
    if (!facts->configured) {
        SKIP(NOT_CONFIGURED);
        return;
    }
    const slack_library_fault_t *fault = find_fault(facts, &library);
    if (fault) {
        snprintf(cure, sizeof cure, "%s; if yours has it, --accept %s", fault->cure, fault->id);
        WARN(cure, "%s %s has the fault %s: %s (%s)", library->name, library->version, fault->id,
             fault->effect, fault->source);
        return;
    }
    for (size_t i = 0; i < CLI_LIBRARIES_MAX && facts->libraries[i].name; i++) {
        const size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s%s %s", i > 0 ? ", " : "",
                 facts->libraries[i].name, facts->libraries[i].version);
    }
    GOOD("no fault is known that concerns this app: %s", list);
}

const doctor_check_t doctor_checks[] = {
    {"bot", judge_bot},
    {"configuration", judge_configuration},
    {"variables", judge_variables},
    {"env-file", judge_dotenv},
    {"app-token", judge_app_token},
    {"network", doctor_judge_network},
    {"bot-token", doctor_judge_bot_token},
    {"scopes", doctor_judge_scopes},
    {"socket-mode", doctor_judge_socket_mode},
    {"socket-host", doctor_judge_socket_host},
    {"clock", doctor_judge_clock},
    {"port", doctor_judge_port},
    {"request-url", doctor_judge_request_url},
    {"event", doctor_judge_event},
    {"certificate", doctor_judge_certificate},
    {"store", doctor_judge_store},
    {"disk", doctor_judge_disk},
    {"store-content", doctor_judge_content},
    {"store-key", doctor_judge_store_key},
    {"role", doctor_judge_role},
    {"descriptors", judge_descriptors},
    {"drain", judge_drain},
    {"libraries", judge_libraries},
    {NULL, NULL},
};
