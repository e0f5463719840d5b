/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ATTEMPT_H
#define SLACK_OAUTH_ATTEMPT_H

#include "oauth/flow.h"
#include "oauth/pages.h"

/* An attempt, from the request of a browser to the page. It lies in its arena. */

typedef void (*slack_install_step_fn)(slack_install_t *install);
/* Gets Slack's answer to a code, which lives until the end of the attempt. */
typedef void (*slack_install_answered_fn)(slack_install_t *install, const slack_json_t *answer);

/* A hook that runs, or that the program holds. */
typedef struct slack_install_hook {
    slack_install_step_fn next; /* after 0 */
    slack_install_step_fn
        failed;          /* after an error, when the page is shown; NULL: the attempt ends */
    slack_timer_t timer; /* of a hold */
    slack_task_t task;   /* of a release */
    int rc;
    bool running; /* the hook is on the stack */
    bool held, released;
} slack_install_hook_t;

/* The texts of the page, for the hook that shows it. */
typedef struct slack_install_said {
    const char *sentence, *link;
    bool refused; /* the sentence is that of a hook, which has refused */
} slack_install_said_t;

/* Of exchange.c: the code becomes Slack's answer. */
typedef struct slack_install_exchange {
    const char *code, *redirect_uri;
    slack_store_op_t op; /* uses the state up */
    slack_install_answered_fn answered_fn;
    slack_task_t task;
    const slack_json_t *answer;
    slack_arena_t *arena; /* of the answer; holds the strings of `records` */
} slack_install_exchange_t;

struct slack_install {
    slack_link_t link; /* flow->attempts */
    slack_install_flow_t *flow;
    slack_arena_t *arena;
    slack_http_visit_t *visit; /* held until the end of the attempt */
    const char *sign_in;       /* the path of a sign-in; NULL: an installation */
    void *program;             /* of the sign-in */
    const char *again;         /* where the person begins again */
    slack_state_t state;
    const char *delete_cookie; /* the attempt's; NULL: the browser keeps it */
    const char *scopes, *user_scopes, *team;
    bool changeable; /* by the hook before_redirect, which runs */
    slack_install_hook_t hook;
    slack_timer_t slow; /* the page cannot wait longer */
    slack_install_said_t said;
    bool over; /* the program holds what has ended */
    slack_install_exchange_t exchange;

    /* Of finish.c: */
    slack_install_record_t records[2]; /* the workspace's and the person's */
    bool has_tokens;
    slack_client_t client;    /* with one of the tokens */
    const char *bot_id, *url; /* of auth.test */
    unsigned revoking;        /* calls */
};

/* An attempt for a visit. NULL: memory is out. */
slack_install_t *slack__install_new(slack_install_flow_t *flow, slack_http_visit_t *visit);
/* The attempt has ended. It is freed, unless the program holds it. The visit has its reply. */
void slack__install_end(slack_install_t *install);
/* The app closes: the browser gets its page, and a hook is not waited for. */
void slack__install_stop(slack_install_t *install);
/* Frees an attempt that the program holds. */
void slack__install_free(slack_install_t *install);

/* The end of an attempt that the browser shows. */
typedef struct slack_install_page_view {
    enum slack_install_page page;
    int status;
    slack_html_page_t text;
    unsigned retry_after_s; /* 0: no such header */
} slack_install_page_view_t;

/* Shows a page, unless the browser has one. */
void slack__install_show(slack_install_t *install, const slack_install_page_view_t *view);
/* Shows the page of a failure and logs it, with a reason if there is one. */
void slack__install_show_failure(slack_install_t *install, const char *word, const char *reason);
/* The same, and ends the attempt. */
void slack__install_fail(slack_install_t *install, const char *word, const char *reason);
/* The same for a refusal with a word of Slack's: of its answer, or of the link back from it. */
void slack__install_refused(slack_install_t *install, const char *word, const char *reason);
void slack__install_refused_by_link(slack_install_t *install, const char *word);
/* The same for one attempt too many. */
void slack__install_fail_busy(slack_install_t *install, unsigned retry_after_s);

/* Runs a hook, NULL: none, and continues with `next`; or shows why it does not, and continues with
 * `failed`. */
void slack__install_run_hook(slack_install_t *install, slack_install_fn fn,
                             slack_install_step_fn next, slack_install_step_fn failed);

/* The installation, as the program sees it. */
const slack_install_record_t *slack__install_main(const slack_install_t *install);

#endif
