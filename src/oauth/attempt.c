/* SPDX-License-Identifier: MIT */
#include "oauth/attempt.h"

#include <stdio.h>
#include <string.h>

/* The time for which the program may hold a hook, and the time of a page: less than a route has. */
#define HOLD_MS    30000
#define SLOW_MS    50000
#define SCOPES_MAX 4000

static const slack_logger_t *log_of(const slack_install_t *install)
{
    return install->flow->oauth->services->log;
}

/* ---- life ---- */

static void hold_is_over(slack_timer_t *timer);
static void hook_released(slack_task_t *task);

static void page_is_late(slack_timer_t *timer)
{
    slack_install_t *install = SLACK_CONTAINER(timer, slack_install_t, slow);
    if (!slack__http_visit_is_answered(install->visit))
        slack__install_show_failure(install, "slow", NULL);
}

slack_install_t *slack__install_new(slack_install_flow_t *flow, slack_http_visit_t *visit)
{
    slack_arena_t *arena = slack__arena_new(2048, 0);
    slack_install_t *install = arena ? slack__arena_calloc(arena, sizeof *install) : NULL;
    if (install == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    install->flow = flow;
    install->arena = arena;
    install->visit = visit;
    install->again = flow->start;
    install->state.metadata = install->team = "";
    install->scopes = install->user_scopes = install->said.sentence = install->said.link = "";
    slack__http_visit_hold(visit);
    slack__link_init(&install->exchange.op.link);
    slack__link_init(&install->hook.task.link);
    install->hook.task.run = hook_released;
    slack__timer_init(&install->hook.timer, hold_is_over);
    slack__timer_init(&install->slow, page_is_late);
    slack__timer_start(flow->oauth->services->net, &install->slow, SLOW_MS);
    slack__link_init(&install->link);
    slack__list_push(&flow->attempts, &install->link);
    flow->count++;
    return install;
}

void slack__install_free(slack_install_t *install)
{
    slack_install_flow_t *flow = install->flow;
    slack__unlink(&install->link);
    flow->count--;
    slack__http_visit_release(install->visit);
    slack__arena_free(install->exchange.arena);
    slack__arena_free(install->arena);
}

void slack__install_end(slack_install_t *install)
{
    const slack_install_hook_t *hook = &install->hook;
    slack_net_t *net = install->flow->oauth->services->net;
    if (net) {
        slack__timer_stop(net, &install->hook.timer);
        slack__timer_stop(net, &install->slow);
    }
    install->over = true;
    if (!hook->running && !(hook->held && !hook->released)) slack__install_free(install);
}

/* ---- pages ---- */

/* Every page has these headers, the program's too. */
static int set_headers(slack_install_t *install, unsigned retry_after_s)
{
    char seconds[16];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < SLACK_PAGE_HEADERS; i++)
        rc = slack_http_set_header(install->visit, slack__page_headers[i].name.ptr,
                                   slack__page_headers[i].value.ptr);
    if (rc == 0 && install->delete_cookie)
        rc = slack_http_set_header(install->visit, "Set-Cookie", install->delete_cookie);
    snprintf(seconds, sizeof seconds, "%u", retry_after_s);
    if (rc == 0 && retry_after_s > 0)
        rc = slack_http_set_header(install->visit, "Retry-After", seconds);
    return rc;
}

/* The page of the program. False: it has none, and nothing was sent. */
static bool show_own(slack_install_t *install, const slack_install_page_view_t *view)
{
    const slack_install_hooks_t *hooks = &install->flow->hooks;
    if (hooks->page == NULL) return false;
    const int rc = hooks->page(install, view->page, view->status, hooks->user_data);
    if (slack__http_visit_is_answered(install->visit)) return true;
    if (rc == SLACK_ENOTFOUND) return false; /* the hook has no page of this kind */
    SLACK_LOG(log_of(install), WARN, "own page not shown", "error=%s hint=%s",
              rc ? slack_err_name(rc) : "none",
              rc ? "the library's page is shown"
                 : "the hook has to call slack_http_reply() before it returns 0");
    return false;
}

void slack__install_show(slack_install_t *install, const slack_install_page_view_t *view)
{
    if (slack__http_visit_is_answered(install->visit)) return;
    install->said.sentence = view->text.sentence;
    install->said.link = view->text.link;
    int rc = set_headers(install, view->retry_after_s);
    if (rc == 0 && show_own(install, view)) return;
    const char *html = rc == 0 ? slack__page_html(install->arena, &view->text) : NULL;
    if (html)
        rc = slack_http_set_header(install->visit, "Content-Security-Policy", slack__page_policy);
    if (html && rc == 0)
        slack_http_reply(install->visit, view->status, "text/html; charset=utf-8", html,
                         strlen(html));
    if (!slack__http_visit_is_answered(install->visit)) /* memory is out */
        slack_http_reply(install->visit, 503, "text/plain; charset=utf-8", "Try again later.\n",
                         17);
}

/* A failure that the log has. */
static void log_failure(const slack_install_t *install, const slack_install_failure_t *failure,
                        const char *word, const char *reason)
{
    if (failure->of_app)
        SLACK_LOG(log_of(install), ERROR, "installation failed", "error=%s reason=%s hint=%s", word,
                  reason ? reason : "", failure->hint);
    else
        SLACK_LOG(log_of(install), INFO, "not installed", "error=%s reason=%s hint=%s", word,
                  reason ? reason : "", failure->hint);
}

static void show_failure(slack_install_t *install, const slack_install_failure_t *failure,
                         const char *word)
{
    const slack_install_page_view_t view = {
        .page = failure->status == 200 ? SLACK_INSTALL_PAGE_DECLINED : SLACK_INSTALL_PAGE_FAILED,
        .status = failure->status,
        .text = {.title = install->sign_in ? "Not signed in" : "Not installed",
                 .sentence = failure->sentence,
                 .link = strcmp(word, "slow") == 0 ? "" : install->again,
                 .link_text = install->sign_in ? "Sign in" : "Start the installation"},
    };
    slack__install_show(install, &view);
}

void slack__install_show_failure(slack_install_t *install, const char *word, const char *reason)
{
    const slack_install_failure_t *failure = slack__install_failure(word);
    log_failure(install, failure, word, reason);
    show_failure(install, failure, word);
}

/* Anyone may write a link: it is no failure of the app, whatever it says. */
void slack__install_refused_by_link(slack_install_t *install, const char *word)
{
    slack_install_failure_t failure = *slack__install_refusal(word);
    failure.of_app = false;
    if (failure.status >= 500) failure.status = 400;
    log_failure(install, &failure, word, "the link back from Slack says so");
    show_failure(install, &failure, "");
    slack__install_end(install);
}

void slack__install_refused(slack_install_t *install, const char *word, const char *reason)
{
    const slack_install_failure_t *failure = slack__install_refusal(word);
    log_failure(install, failure, word, reason);
    show_failure(install, failure, "");
    slack__install_end(install);
}

void slack__install_fail(slack_install_t *install, const char *word, const char *reason)
{
    slack__install_show_failure(install, word, reason);
    slack__install_end(install);
}

/* The state stays good, and so does the browser's cookie. */
void slack__install_fail_busy(slack_install_t *install, unsigned retry_after_s)
{
    const char word[] = "too_many_attempts";
    const slack_install_failure_t *failure = slack__install_failure(word);
    log_failure(install, failure, word, NULL);
    install->delete_cookie = NULL;
    slack__install_show(install, &(slack_install_page_view_t){
                                     .page = SLACK_INSTALL_PAGE_FAILED,
                                     .status = failure->status,
                                     .text = {"Please wait", failure->sentence, "", ""},
                                     .retry_after_s = retry_after_s,
                                 });
    slack__install_end(install);
}

/* ---- hooks ---- */

static void hook_ended(slack_install_t *install)
{
    const slack_install_hook_t *hook = &install->hook;
    slack_net_t *net = install->flow->oauth->services->net;
    if (net) slack__timer_stop(net, &install->hook.timer);
    if (hook->rc == 0) {
        hook->next(install);
        return;
    }
    if (install->said.refused) {
        SLACK_LOG(log_of(install), INFO, "not installed", "error=refused reason=%s",
                  install->said.sentence);
        slack__install_show(install, &(slack_install_page_view_t){
                                         .page = SLACK_INSTALL_PAGE_REFUSED,
                                         .status = 403,
                                         .text = {"Not installed", install->said.sentence, "", ""},
                                     });
    } else {
        slack__install_show_failure(install, install->flow->closing ? "stopping" : "hook_failed",
                                    slack_err_name(hook->rc));
    }
    if (hook->failed)
        hook->failed(install);
    else
        slack__install_end(install);
}

void slack__install_stop(slack_install_t *install)
{
    slack_install_hook_t *hook = &install->hook;
    if (install->over) return;
    if (hook->held && !hook->released) {
        hook->rc = SLACK_ECANCELED;
        hook_ended(install);
    } else if (!slack__http_visit_is_answered(install->visit)) {
        slack__install_show_failure(install, "stopping", NULL);
    }
}

static void hook_released(slack_task_t *task)
{
    slack_install_t *install = SLACK_CONTAINER(task, slack_install_t, hook.task);
    if (install->over)
        slack__install_free(install);
    else
        hook_ended(install);
}

static void hold_is_over(slack_timer_t *timer)
{
    slack_install_t *install = SLACK_CONTAINER(timer, slack_install_t, hook.timer);
    slack__install_show_failure(install, "slow", "a hook was not released");
}

void slack__install_run_hook(slack_install_t *install, slack_install_fn fn,
                             slack_install_step_fn next, slack_install_step_fn failed)
{
    slack_install_hook_t *hook = &install->hook;
    hook->next = next;
    hook->failed = failed;
    hook->held = hook->released = false;
    hook->running = true;
    int rc = fn ? fn(install, install->flow->hooks.user_data) : 0;
    hook->running = false;
    if (rc > 0) rc = SLACK_EINVAL;
    if (rc != 0) hook->held = false; /* it has failed, and nobody will release it */
    const bool waits = hook->held && !hook->released;
    if (waits && !install->flow->closing) {
        slack__timer_start(install->flow->oauth->services->net, &hook->timer, HOLD_MS);
        return;
    }
    if (waits) rc = SLACK_ECANCELED;
    if (rc != 0 || !hook->held) hook->rc = rc;
    hook_ended(install);
}

/* ---- what the program calls ---- */

static slack_net_t *net_of(const slack_install_t *install)
{
    return install ? install->flow->oauth->services->net : NULL;
}

slack_http_visit_t *slack_install_visit(slack_install_t *install)
{
    return install->visit;
}

const char *slack_install_metadata(const slack_install_t *install)
{
    return install->state.metadata;
}

const char *slack_install_sentence(const slack_install_t *install)
{
    return install->said.sentence;
}

const char *slack_install_link(const slack_install_t *install)
{
    return install->said.link;
}

const slack_install_record_t *slack__install_main(const slack_install_t *install)
{
    return &install->records[*install->records[0].token.access ? 0 : 1];
}

const slack_installation_t *slack_install_installation(const slack_install_t *install)
{
    return install->has_tokens ? &slack__install_main(install)->about : NULL;
}

/* 0 if the hook before_redirect may change the attempt. */
static int change(const slack_install_t *install, const char *function)
{
    const int rc = install ? slack__net_require(net_of(install), function) : SLACK_EINVAL;
    return rc != 0 ? rc : install->changeable ? 0 : SLACK_EINVAL;
}

static int set_text(slack_install_t *install, const char **ret, const char *text)
{
    const char *copy = slack__arena_strdup(install->arena, text);
    if (copy == NULL) return SLACK_ENOMEM;
    *ret = copy;
    return 0;
}

int slack_install_set_metadata(slack_install_t *install, const char *metadata)
{
    int rc = change(install, __func__);
    if (rc != 0) return rc;
    const size_t len = metadata ? strlen(metadata) : 0;
    if (metadata == NULL || slack__utf8_valid(metadata, len) != len) return SLACK_EINVAL;
    return len > SLACK_METADATA_MAX ? SLACK_ETOOBIG
                                    : set_text(install, &install->state.metadata, metadata);
}

int slack_install_set_scopes(slack_install_t *install, const char *scopes, const char *user_scopes)
{
    int rc = change(install, __func__);
    if (rc != 0) return rc;
    if ((scopes && strlen(scopes) > SCOPES_MAX) ||
        (user_scopes && strlen(user_scopes) > SCOPES_MAX))
        return SLACK_ETOOBIG;
    if (scopes) rc = set_text(install, &install->scopes, scopes);
    if (rc == 0 && user_scopes) rc = set_text(install, &install->user_scopes, user_scopes);
    return rc;
}

int slack_install_set_team(slack_install_t *install, const char *team_id)
{
    const int rc = change(install, __func__);
    if (rc != 0) return rc;
    if (team_id == NULL || !slack__is_team_id(team_id)) return SLACK_EINVAL;
    return set_text(install, &install->team, team_id);
}

int slack_install_refuse(slack_install_t *install, const char *sentence)
{
    const int rc = install ? slack__net_require(net_of(install), __func__) : SLACK_EINVAL;
    if (rc != 0) return rc;
    install->said.refused = sentence && set_text(install, &install->said.sentence, sentence) == 0;
    return SLACK_EAUTH;
}

void slack_install_hold(slack_install_t *install)
{
    if (install == NULL || slack__net_require(net_of(install), __func__) != 0) return;
    if (install->hook.running)
        install->hook.held = true;
    else
        SLACK_LOG(log_of(install), ERROR, "slack_install_hold() outside of a hook", "hint=%s",
                  "call it in the hook, before it returns 0");
}

void slack_install_release(slack_install_t *install, int rc)
{
    if (install == NULL || slack__net_require(net_of(install), __func__) != 0) return;
    slack_install_hook_t *hook = &install->hook;
    if (!hook->held || hook->released) {
        SLACK_LOG(log_of(install), ERROR, "slack_install_release() without a hold", "hint=%s",
                  "call it once after slack_install_hold()");
        return;
    }
    hook->released = true;
    hook->rc = rc > 0 ? SLACK_EINVAL : rc;
    if (hook->running) return;
    if (net_of(install))
        slack__task_post(net_of(install), &hook->task);
    else
        slack__install_free(install); /* the app has stopped, and so the attempt is over */
}

const char *slack_install_escape(slack_install_t *install, const char *text)
{
    if (install == NULL || slack__net_require(net_of(install), __func__) != 0) return "";
    const char *escaped = slack__html_escape(install->arena, text ? text : "");
    return escaped ? escaped : "";
}
