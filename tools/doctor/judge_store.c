/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor/judge.h"

#define SYNC_FAST_US 20
#define SYNC_SLOW_US 100000

static const char nothing[] = "because the store is no file";

void doctor_judge_store(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->is_sqlite)
        SKIP(nothing);
    else if (facts->store_errno)
        BAD("make the folder, or give it to the user of the app",
            "the store's folder %s cannot be written to: %s", facts->store_folder,
            strerror(facts->store_errno));
    else if (facts->store_open_to[0])
        BAD("give the folder to the user of the app, and to nobody else",
            "a store in the folder %s is not safe: %s", facts->store_folder, facts->store_open_to);
    else if (facts->store_place == DOCTOR_IN_MEMORY)
        WARN("name a file on a disk in SLACK_STORE",
             "the store is on %s: what it holds is lost when the machine restarts",
             facts->store_filesystem);
    else if (facts->store_place == DOCTOR_IN_A_LAYER)
        WARN("name a file on a volume in SLACK_STORE",
             "the store is on %s, the layer of a container: it goes with the container",
             facts->store_filesystem);
    else if (facts->store_place == DOCTOR_OVER_NETWORK)
        WARN("name a file on a local disk in SLACK_STORE, or take PostgreSQL",
             "the store is on %s: SQLite's locks are not safe on a network file system",
             facts->store_filesystem);
    else if (facts->store_free_mib < DOCTOR_STORE_FREE_MIB)
        WARN("make room", "%s has %llu MiB free", facts->store_folder, facts->store_free_mib);
    else
        GOOD("%s can be written to, and has %llu MiB free", facts->store_folder,
             facts->store_free_mib);
}

void doctor_judge_disk(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->is_sqlite)
        SKIP(nothing);
    else if (facts->sync_errno)
        BAD("look after the disk", "a file in %s cannot be written and synced: %s",
            facts->store_folder, strerror(facts->sync_errno));
    else if (facts->sync_us == 0)
        SKIP("because nothing can be written to the store's folder");
    else if (facts->store_place == DOCTOR_IN_MEMORY)
        SKIP("because the store is in memory");
    else if (facts->sync_us < SYNC_FAST_US)
        WARN("switch the write cache of the disk, or of the virtual machine (cache=unsafe), off",
             "a synced write takes %" PRId64 " us: no disk is so fast, so a power cut may lose "
             "acknowledged events",
             facts->sync_us);
    else if (facts->sync_us > SYNC_SLOW_US)
        WARN("move the store to another disk: the app acknowledges an event when it is synced",
             "a synced write takes %" PRId64 " ms", facts->sync_us / 1000);
    else
        GOOD("a synced write takes %" PRId64 " us", facts->sync_us);
}

void doctor_judge_content(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->is_sqlite && !facts->is_postgres)
        SKIP("because the store is in memory");
    else if (facts->store_errno)
        SKIP("because the store's folder cannot be used");
    else if (facts->store_schema)
        WARN("stop all processes of the older version first; keep a copy of the file until the new "
             "one has run",
             "the store is of an older slackapp (schema %u): the next start changes it, and the "
             "older one cannot open it from then on",
             facts->store_schema);
    else if (facts->store_problem[0])
        BAD("the sentence says what is to be done", "%s", facts->store_problem);
    else if (facts->store_warning[0])
        WARN("the sentence says what is to be set on the server", "%s", facts->store_warning);
    else if (facts->store_missing)
        GOOD("there is no store yet: the app makes it when it starts");
    else if (facts->store_dead > 0)
        WARN("slackapp inbox list --state dead shows them",
             "the store has %llu events and jobs that have failed for good", facts->store_dead);
    else if (facts->store_opened)
        GOOD("the store opens; %u other process%s it open", facts->store_owners,
             facts->store_owners == 1 ? " has" : "es have");
    else
        SKIP("because the store was not opened");
}

void doctor_judge_store_key(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (!facts->installs)
        SKIP("because no others install the app");
    else if (facts->key_problem[0])
        BAD("set the key with which the app stored them in SLACK_STORE_KEY: after a comma, behind "
            "the newest one",
            "what the store holds of installations %s", facts->key_problem);
    else if (facts->key_used && !facts->key_sealed && facts->has_store_key)
        WARN("let the workspaces install the app again: the app does not use these",
             "the store has installations in clear, from before SLACK_STORE_KEY was set");
    else if (!facts->has_store_key)
        WARN("make a key with slackapp key, and set SLACK_STORE_KEY",
             "SLACK_STORE_KEY is not set: the tokens of workspaces are stored in clear");
    else if (facts->key_used)
        GOOD("SLACK_STORE_KEY opens what the store holds");
    else
        GOOD("SLACK_STORE_KEY is set; no installation is stored yet");
}

void doctor_judge_role(const doctor_facts_t *facts, doctor_finding_t *ret)
{
    static const char cure[] =
        "name one PostgreSQL database in the SLACK_STORE of all processes, or one file if all of "
        "them run on this machine";
    if (!facts->configured)
        SKIP(NOT_CONFIGURED);
    else if (facts->role == SLACK_ROLE_ALL)
        GOOD("the process receives and works");
    else if (!facts->is_sqlite && !facts->is_postgres)
        BAD(cure, "SLACK_ROLE needs a store that processes share, and this one is in memory");
    else if (facts->is_sqlite && facts->store_owners == 0)
        WARN(cure,
             "SLACK_ROLE is set, and no other process of this machine has the store open: those of "
             "other machines do not share a file");
    else
        GOOD("the process shares its store");
}
