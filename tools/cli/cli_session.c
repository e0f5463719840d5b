/* SPDX-License-Identifier: MIT */
#include "cli/cli_session.h"

#include <stdio.h>

#include "cli/command_line.h"

/* For one try of a call, and for all tries of one. */
#define CALL_TIMEOUT_MS 30000
#define CALL_WAIT_MS    600000

void cli_session_flag(void *flag)
{
    *(bool *)flag = true;
}

void cli_session_wait(cli_session_t *session, const bool *flag)
{
    while (!*flag && uv_run(&session->loop, UV_RUN_ONCE)) {
    }
}

typedef struct session_op {
    slack_store_op_t op;
    bool done;
} session_op_t;

static void session_op_done(slack_store_op_t *op)
{
    SLACK_CONTAINER(op, session_op_t, op)->done = true;
}

int cli_session_run(cli_session_t *session, slack_store_op_t *op)
{
    session_op_t run = {.op = *op};
    run.op.done = session_op_done;
    slack__link_init(&run.op.link);
    session->store->ops->submit(session->store, &run.op);
    cli_session_wait(session, &run.done);
    *op = run.op;
    return op->status;
}

void cli_session_close(cli_session_t *session)
{
    bool closed = false;
    if (session->webapi) { /* first, so that what waits for Slack ends */
        slack__webapi_close(session->webapi, cli_session_flag, &closed);
        cli_session_wait(session, &closed);
    }
    closed = false;
    if (session->store) {
        session->store->ops->close(session->store, cli_session_flag, &closed);
        cli_session_wait(session, &closed);
    }
    closed = false;
    if (session->net) {
        slack__net_close(session->net, cli_session_flag, &closed);
        cli_session_wait(session, &closed);
    }
    uv_loop_close(&session->loop);
}

static int open_calls(cli_session_t *session, const slack_options_t *o, const char **ret_what)
{
    slack_webapi_options_t calls = {.api_url = o->api_url,
                                    .ca_file = o->ca_file,
                                    .concurrency = 1,
                                    .calls_max = 16,
                                    .timeout_ms = CALL_TIMEOUT_MS,
                                    .wait_ms = CALL_WAIT_MS,
                                    .pace = o->pace ? o->pace : SLACK_PACE_INTERNAL};
    int rc = slack__proxy_new(&calls.proxy, o->proxy, o->no_proxy, ret_what);
    if (rc == 0) rc = slack__webapi_new(&session->webapi, session->net, &calls);
    slack__proxy_unref(calls.proxy);
    return rc;
}

bool cli_session_try(cli_session_t *session, const store_place_t *place,
                     const slack_options_t *calls, slack_log_fn log, void *log_data,
                     char problem[CLI_PROBLEM_SIZE])
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    const char *from = place->from, *what = "";
    *session = (cli_session_t){.log = {.level = SLACK_LOG_WARN,
                                       .format = SLACK_LOG_TEXT,
                                       .fn = log,
                                       .user_data = log_data,
                                       .clock = &slack__clock_system}};
    if (uv_loop_init(&session->loop) != 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot create an event loop");
        return false;
    }
    int rc = slack__net_new(&session->net, &session->loop, &slack__clock_system, &session->log);
    if (rc == 0) rc = slack__store_open(&session->store, session->net, place->url, error);
    if (rc == 0 && calls) {
        from = "cannot call Slack";
        rc = open_calls(session, calls, &what);
    }
    if (rc == 0) return true;
    cli_session_close(session);
    snprintf(problem, CLI_PROBLEM_SIZE, "%s: %s", from,
             *error ? error : (*what ? what : slack_strerror(rc)));
    return false;
}

int cli_session_open(cli_session_t *session, const char *subcommand, const store_place_t *place,
                     const slack_options_t *calls)
{
    char problem[CLI_PROBLEM_SIZE];
    if (cli_session_try(session, place, calls, slack_log_stderr, NULL, problem)) return CLI_OK;
    return cli_fail(subcommand, CLI_FAILED, problem);
}
