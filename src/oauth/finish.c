/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "inbox/own_put.h"
#include "net/url.h"
#include "oauth/exchange.h"
#include "protocol/api_error.h"
#include "protocol/job_names.h"
#include "protocol/tenant.h"
#include "util/crash.h"
#include "webapi/response.h"

/*
 * Tokens become an installation:
 *
 *   hook before_installation -> store the job of slack_on_installed() -> store the installation
 *   -> auth.test -> store its answer -> the page
 *
 * The tokens are stored before anything else is done with them: Slack gives them once. The job is
 * stored before them, so that it is not lost if the process ends in between; it is due a moment
 * later, and finds the installation. Without one it fails, because nothing is installed.
 */
#define JOB_DELAY_MS 2000

static const slack_services_t *services_of(const slack_install_t *install)
{
    return install->flow->oauth->services;
}

static const slack_install_record_t *record_of(const slack_install_t *install)
{
    return slack__install_main(install);
}

static slack_install_place_t place_of(const slack_install_t *install)
{
    return slack__install_place(record_of(install), install->flow->oauth->options->client_id);
}

/* ---- the page ---- */

/* https://docs.slack.dev/interactivity/deep-linking#app_or_bot. The page of an organization's
 * administrators, where they choose workspaces, is the one that Slack's SDK for Node.js links to.
 */
static const char *link_of(const slack_install_t *install)
{
    const slack_install_record_t *record = record_of(install);
    const slack_installation_t *about = &record->about;
    const char *link;
    if (about->is_enterprise_install && *install->url)
        link = slack__arena_printf(install->arena,
                                   "%smanage/organization/apps/profile/%s/workspaces/add",
                                   install->url, about->app_id);
    else
        link = slack__arena_printf(install->arena, "https://slack.com/app_redirect?app=%s&team=%s",
                                   about->app_id, about->team_id);
    return link ? link : "";
}

static void show_installed(slack_install_t *install)
{
    const slack_installation_t *about = &record_of(install)->about;
    const char *name = about->is_enterprise_install ? about->enterprise_name : about->team_name;
    const char *sentence =
        slack__arena_printf(install->arena, "The app is installed in %s. You can close this page.",
                            *name                          ? name
                            : about->is_enterprise_install ? "your organization"
                                                           : "your workspace");
    SLACK_LOG(services_of(install)->log, INFO, "installed",
              "team=%s enterprise=%s user=%s bot_scopes=%s user_scopes=%s", about->team_id,
              about->enterprise_id, about->user_id, about->bot_scopes, about->user_scopes);
    slack__install_show(install, &(slack_install_page_view_t){
                                     .page = SLACK_INSTALL_PAGE_INSTALLED,
                                     .status = 200,
                                     .text = {"Installed", sentence ? sentence : "Installed.",
                                              link_of(install), "Open Slack"},
                                 });
    slack__install_end(install);
}

/* ---- what is undone ---- */

static void revoked(const slack_response_t *response, void *user_data)
{
    slack_install_t *install = user_data;
    if (response->status != 0)
        SLACK_LOG(services_of(install)->log, WARN, "token not revoked", "error=%s hint=%s",
                  response->error, "the person can remove the app in Slack");
    if (--install->revoking == 0) slack__install_end(install);
}

/* A reinstall may give the app the token that it has: revoking it would end the installation that
 * there was. */
static void revoke(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    slack_install_t *install = user_data;
    const bool installed = status != 0 || (count > 0 && *found[0].version);
    install->revoking = 1;
    for (size_t i = 0; i < 2 && !installed; i++) {
        if (*install->records[i].token.access == '\0') continue;
        install->client.token = install->records[i].token.access;
        if (slack__webapi_call(&install->client, "auth.revoke", NULL, revoked, install) == 0)
            install->revoking++;
    }
    if (--install->revoking == 0) slack__install_end(install);
}

static void give_back(slack_install_t *install)
{
    const slack_install_place_t place = place_of(install);
    slack__installations_get(&install->flow->oauth->installations, &place, revoke, install);
}

static const char *job_key(const slack_install_t *install)
{
    return slack__state_id(install->arena, &install->state);
}

/* Nobody is to be greeted. */
static void cancel_job(slack_install_t *install)
{
    const char *key = job_key(install);
    if (install->flow->oauth->on_installed && key)
        slack__own_cancel(install->flow->inbox, SLACK_SLICE("job"), key, NULL, NULL);
}

/* Deliveries use what is stored now. */
static void forget_grants(const slack_install_t *install)
{
    const slack_installation_t *about = &record_of(install)->about;
    const slack_tenant_t tenant = {.enterprise_id = about->enterprise_id,
                                   .team_id = about->team_id};
    slack__authorizer_forget(install->flow->oauth->identity->authorizer, &tenant);
}

/* ---- auth.test ---- */

static void restored(int status, void *user_data)
{
    slack_install_t *install = user_data;
    forget_grants(install);
    if (status != 0 && status != SLACK_ECONFLICT)
        SLACK_LOG(services_of(install)->log, ERROR, "previous token not restored",
                  "team=%s error=%s hint=%s", record_of(install)->about.team_id,
                  slack_err_name(status), "the workspace has to install the app again");
    slack__install_fail(install, "token_refused", NULL);
}

/* Slack does not take its new token. That of the installation before serves again, if there is one:
 * it may still be good. */
static void restore(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    slack_install_t *install = user_data;
    slack_installations_t *installations = &install->flow->oauth->installations;
    const slack_install_place_t place = place_of(install);
    if (status != 0 || count == 0 || found[0].fault != 0 ||
        strcmp(found[0].record.token.access, record_of(install)->token.access) != 0) {
        restored(status, install);
        return;
    }
    slack_install_record_t record = found[0].record;
    if (*record.previous.access) {
        record.token = record.previous;
        record.previous = slack__install_record().previous;
        slack__installations_put(installations, &record, found[0].version, restored, install);
    } else {
        slack__installations_delete(installations, &place, found[0].version, restored, install);
    }
}

static void learned(int status, void *user_data)
{
    slack_install_t *install = user_data;
    forget_grants(install); /* they have no bot_id yet */
    if (status != 0)
        SLACK_LOG(services_of(install)->log, WARN, "answer of auth.test not stored",
                  "team=%s error=%s", record_of(install)->about.team_id, slack_err_name(status));
    show_installed(install);
}

static void learn(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    slack_install_t *install = user_data;
    if (status != 0 || count == 0 || found[0].fault != 0 ||
        strcmp(found[0].record.token.access, record_of(install)->token.access) != 0) {
        learned(status, install);
        return;
    }
    slack_install_record_t record = found[0].record;
    record.about.bot_id = install->bot_id;
    record.url = install->url;
    slack__installations_put(&install->flow->oauth->installations, &record, found[0].version,
                             learned, install);
}

static void tested(const slack_response_t *response, void *user_data)
{
    slack_install_t *install = user_data;
    const slack_install_place_t place = place_of(install);
    const bool refused =
        response->status == SLACK_EAPI && slack__api_error(response->error) == SLACK_API_DEAD_TOKEN;
    SLACK_CRASH("oauth-tested");
    if (refused) {
        cancel_job(install);
        slack__installations_get(&install->flow->oauth->installations, &place, restore, install);
        return;
    }
    if (response->status == 0) {
        install->bot_id =
            slack__arena_strdup(install->arena, slack_json_str(response->json, "/bot_id"));
        /* It goes into a link of a page, so it is a URL that a browser opens as a page, or none. */
        const char *url = slack_json_str(response->json, "/url");
        const bool good = slack__is_visible(slack__slice(url)) && slack__url_allowed(url);
        install->url = slack__arena_strdup(install->arena, good ? url : "");
    }
    if (response->status == 0 && install->bot_id && install->url) {
        slack__installations_get(&install->flow->oauth->installations, &place, learn, install);
        return;
    }
    install->url = "";
    SLACK_LOG(services_of(install)->log, WARN, "auth.test without an answer", "team=%s reason=%s",
              record_of(install)->about.team_id, slack__response_why(response, install->arena));
    show_installed(install);
}

/* ---- storing ---- */

static void stored(int status, void *user_data)
{
    slack_install_t *install = user_data;
    if (status != 0) {
        cancel_job(install);
        slack__install_fail(install, status == SLACK_ECANCELED ? "stopping" : "not_stored",
                            slack_err_name(status));
        return;
    }
    SLACK_CRASH("oauth-stored");
    forget_grants(install);
    install->client.token = record_of(install)->token.access;
    install->client.wait_ms = SLACK_INSTALL_WAIT_MS;
    if (slack__webapi_call(&install->client, "auth.test", NULL, tested, install) != 0)
        show_installed(install);
}

static void job_stored(slack_app_t *app, int status, void *user_data)
{
    slack_install_t *install = user_data;
    if (status != 0 && status != SLACK_EALREADY) {
        slack__install_fail(install, status == SLACK_ECANCELED ? "stopping" : "not_stored",
                            slack_err_name(status));
        return;
    }
    SLACK_CRASH("oauth-job-stored");
    slack__installations_install(&install->flow->oauth->installations, install->records, stored,
                                 install);
}

/* The body of the job is the installation without its secrets. */
static bool fill_job(slack_install_t *install, slack_own_put_t *own)
{
    slack_install_record_t record = slack__install_record();
    record.about = record_of(install)->about;
    record.token.scopes = record.about.bot_scopes;
    const slack_tenant_t tenant = {.app_id = record.about.app_id,
                                   .enterprise_id = record.about.enterprise_id,
                                   .team_id = record.about.team_id,
                                   .is_enterprise_install = record.about.is_enterprise_install,
                                   .user_id = record.about.user_id,
                                   .actor_enterprise_id = "",
                                   .actor_team_id = "",
                                   .actor_user_id = ""};
    const char *body = slack__install_write(own->arena, &record);
    const char *of = slack__tenant_text(own->arena, &tenant), *key = job_key(install);
    own->own_key = key ? slack__arena_strdup(own->arena, key) : NULL;
    own->op.row = (slack_row_t){
        .kind = SLACK_SLICE("job"),
        .name = SLACK_SLICE(SLACK_JOB_INSTALLED),
        .payload = slack__slice(body),
        .tenant = slack__slice(of),
        .due_ms = slack__wall_ms(services_of(install)->log->clock) + JOB_DELAY_MS,
    };
    own->stored = job_stored;
    own->stored_data = install;
    return body && of && own->own_key;
}

static void store(slack_install_t *install)
{
    if (!install->flow->oauth->on_installed) {
        job_stored(NULL, 0, install);
        return;
    }
    slack_own_put_t *own = slack__own_put_new(install->flow->inbox, sizeof *own);
    if (own && fill_job(install, own) && slack__own_put(own) == 0) return;
    if (own) slack__arena_free(own->arena);
    slack__install_fail(install, "no_memory", NULL);
}

void slack__install_finish(slack_install_t *install, const slack_json_t *answer)
{
    slack_install_flow_t *flow = install->flow;
    const char *own_app = flow->oauth->options->app_id, *app = slack_json_str(answer, "/app_id");
    const char *why = NULL;
    if (own_app && *own_app && *app && strcmp(own_app, app) != 0) {
        slack__install_fail(install, "other_app", app);
        return;
    }
    if (slack__install_of_answer(answer, slack__wall_ms(services_of(install)->log->clock),
                                 install->records, &why) != 0) {
        slack__install_fail(install, "no_token", why);
        return;
    }
    install->records[0].about.metadata = install->records[1].about.metadata =
        install->state.metadata;
    install->has_tokens = true;
    install->client = (slack_client_t){.home = &flow->oauth->services->webapi, .once = true};
    slack__install_run_hook(install, flow->hooks.before_installation, store, give_back);
}
