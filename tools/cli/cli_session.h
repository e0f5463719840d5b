/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_SESSION_H
#define TOOLS_CLI_SESSION_H

#include <slack/options.h>

#include "cli/command_line.h"
#include "cli/store_place.h"
#include "store/store.h"
#include "webapi/webapi.h"

/* An open store, and the way to Slack, for the time of one command. */
typedef struct cli_session {
    uv_loop_t loop;
    slack_logger_t log; /* warnings go to standard error */
    slack_net_t *net;
    slack_store_t *store;
    slack_webapi_t *webapi; /* NULL unless the command calls Slack */
} cli_session_t;

/* Open the store at a place, and with `calls` the Web API with these options. CLI_OK; else prints
 * the problem of the subcommand, and nothing is open. The session must not move. */
int cli_session_open(cli_session_t *session, const char *subcommand, const store_place_t *place,
                     const slack_options_t *calls);
/* The same without printing: false with a sentence in `problem`. Warnings go to `log`. */
bool cli_session_try(cli_session_t *session, const store_place_t *place,
                     const slack_options_t *calls, slack_log_fn log, void *log_data,
                     char problem[CLI_PROBLEM_SIZE]);
void cli_session_close(cli_session_t *session);

/* Run an operation of the store, and wait for its end. Returns its status. */
int cli_session_run(cli_session_t *session, slack_store_op_t *op);
/* Run the loop until *flag is set; cli_session_flag() is a callback that sets it. */
void cli_session_wait(cli_session_t *session, const bool *flag);
void cli_session_flag(void *flag);

#endif
