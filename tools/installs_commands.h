/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_INSTALLS_COMMANDS_H
#define TOOLS_INSTALLS_COMMANDS_H

#include "installs_session.h"

/* A command line, as it was read. */
typedef struct installs_request {
    slack_install_place_t place; /* of those that take one */
    bool all;                    /* instead of a place */
    const char *path;            /* export, import */
    unsigned limit;              /* list */
    bool clear;                  /* export: the tokens are not encrypted */
    bool dry_run, replace;       /* import */
    bool uninstall;              /* revoke: the app leaves the workspace */
} installs_request_t;

/* Each prints what it did, or the problem. Returns the exit status. */
int installs_list(installs_session_t *session, const installs_request_t *request);
int installs_show(installs_session_t *session, const installs_request_t *request);
int installs_delete_place(installs_session_t *session, const installs_request_t *request);
int installs_revoke(installs_session_t *session, const installs_request_t *request);
int installs_rotate(installs_session_t *session, const installs_request_t *request);
int installs_reseal(installs_session_t *session, const installs_request_t *request);
int installs_export(installs_session_t *session, const installs_request_t *request);
int installs_import(installs_session_t *session, const installs_request_t *request);
int installs_import_token(installs_session_t *session, const installs_request_t *request);

/* Reads the record of a place. CLI_OK; else prints the problem: there is none, it cannot be read.
 */
int installs_find(installs_session_t *session, const slack_install_place_t *place,
                  slack_install_found_t *ret);

#endif
