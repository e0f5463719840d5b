/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/distribute.md. */
#include "guide.h"

#include <string.h>

/* ---- hooks ---- */

static int choose_plan(slack_install_t *install, void *user_data)
{
    (void)user_data;
    const char *plan = slack_http_query_field(slack_install_visit(install), "plan");
    if (strcmp(plan, "pro") == 0) slack_install_set_scopes(install, "chat:write,files:write", NULL);
    return slack_install_set_metadata(install, plan);
}

static int admit(slack_install_t *install, void *user_data)
{
    (void)user_data;
    const slack_installation_t *about = slack_install_installation(install);
    if (about->is_enterprise_install)
        return slack_install_refuse(install, "Install the app in one workspace, please.");
    return 0;
}

/* ---- waiting ---- */

static slack_install_t *waiting; /* kept by the database client until it calls on_customer() */

static int ask_database(slack_install_t *install, void *user_data)
{
    (void)user_data;
    waiting = install;
    slack_install_hold(install);
    return 0;
}

static void on_customer(slack_install_t *install, int found)
{
    int rc = 0;
    if (!found) rc = slack_install_refuse(install, "Your company is not a customer yet.");
    slack_install_release(install, rc);
}

/* ---- pages ---- */

static int page(slack_install_t *install, enum slack_install_page which, int status,
                void *user_data)
{
    (void)user_data;
    char html[2000];
    if (which != SLACK_INSTALL_PAGE_INSTALLED) return SLACK_ENOTFOUND; /* the library's page */
    const int len =
        snprintf(html, sizeof html,
                 "<!doctype html><html lang=\"en\"><title>Welcome</title><h1>Welcome, %s!</h1>"
                 "<p><a href=\"%s\">Open Slack</a></p></html>",
                 slack_install_escape(install, slack_install_installation(install)->team_name),
                 slack_install_escape(install, slack_install_link(install)));
    return slack_http_reply(slack_install_visit(install), status, "text/html; charset=utf-8", html,
                            len < (int)sizeof html ? (size_t)len : sizeof html - 1);
}

/* ---- after it ---- */

static int welcome(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_installation_t *about = slack_ctx_installation(ctx);
    if (about == NULL) return SLACK_ENOMEM;
    return slack_say_json(
        ctx, slack_jsonf(ctx, "{channel: %s, text: 'Thank you! Say hello.'}", about->user_id));
}

/* ---- outside of a delivery ---- */

static int order_paid(slack_app_t *app, const char *team, const slack_json_t *order)
{
    const slack_tenant_t tenant = {.team_id = team};
    return slack_app_defer(app, &(slack_job_t){.name = "paid", .args = order, .tenant = &tenant});
}

static int thank(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_json(ctx, slack_jsonf(ctx, "{channel: %s, text: 'Thank you!'}",
                                           slack_json_str(slack_ctx_body(ctx), "/channel")));
}

static void on_members(const slack_response_t *response, void *user_data)
{
    unsigned *members = user_data;
    *members = (unsigned)slack_json_count(slack_response_json(response), "/members");
}

static void count_members(slack_app_t *app, slack_client_t *client, int status, void *user_data)
{
    (void)app;
    if (status != 0) return; /* the app is not installed there, or the store has no answer */
    slack_call(client, slack_users_list(.limit = 200), on_members, user_data);
    slack_client_free(client);
}

static int ask_for_members(slack_app_t *app, const char *team, unsigned *members)
{
    return slack_client_for(app, &(slack_tenant_t){.team_id = team}, count_members, members);
}

/* ---- sign in ---- */

static int signed_in(slack_http_visit_t *visit, const slack_person_t *person, void *user_data)
{
    (void)user_data;
    char cookie[200];
    snprintf(cookie, sizeof cookie, "session=%s; Secure; HttpOnly; SameSite=Lax; Path=/",
             person->user_id); /* a real program stores a session, and sends its random key */
    slack_http_set_header(visit, "Set-Cookie", cookie);
    return slack_http_redirect(visit, "/home");
}

static int add_site(slack_app_t *app)
{
    return slack_sign_in(app, "/login", signed_in, NULL);
}

/* ---- the app ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

static int add_listeners(slack_app_t *app)
{
    const slack_install_hooks_t hooks = {
        .before_redirect = choose_plan,
        .before_installation = admit,
        .page = page,
    };
    int rc = slack_app_set_install_hooks(app, &hooks);
    if (rc == 0) rc = slack_on_installed(app, welcome, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_job(app, "paid", thank, NULL);
    return rc;
}

static int add_listeners_later(slack_app_t *app)
{
    const slack_install_hooks_t hooks = {.before_installation = ask_database};
    const int rc = slack_app_set_install_hooks(app, &hooks);
    return rc ? rc : slack_on_message(app, "hello", hello, NULL);
}

static void handlers_need_no_change(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "hello");
    if (waiting) on_customer(waiting, 1);
}

static void thanks_for_an_order(slack_test_t *t)
{
    slack_json_pool_t *pool = slack_json_pool_new();
    slack_test_expect(t, "chat.postMessage", "{channel: 'C1', text: 'Thank you!'}");
    slack_test_start(t);
    order_paid(slack_test_app(t), "T0TEST", slack_pool_jsonf(pool, "{channel: 'C1'}"));
    slack_test_advance_ms(t, 1000);
    slack_json_pool_free(pool);
}

static void counts_members(slack_test_t *t)
{
    unsigned members = 0;
    slack_test_expect(t, "users.list", "{limit: '200'}");
    slack_test_answer(t, "{ok: true, members: [{id: 'U1'}, {id: 'U2'}]}");
    slack_test_start(t);
    ask_for_members(slack_test_app(t), "T0TEST", &members);
    slack_test_advance_ms(t, 1000);
    if (members != 2) slack_test_expect(t, "two members", NULL); /* which do not come */
}

/* The kit's app has no client id, so it has no site either. */
static void a_site_needs_a_client_id(slack_test_t *t)
{
    if (add_site(slack_test_app(t)) != SLACK_ECONFIG) slack_test_body(t, "add_site() succeeded");
}

int main(void)
{
    const guide_test_t tests[] = {{"handlers need no change", handlers_need_no_change},
                                  {"thanks for an order", thanks_for_an_order},
                                  {"counts members", counts_members},
                                  {"a site needs a client id", a_site_needs_a_client_id},
                                  {NULL, NULL}};
    const guide_test_t later[] = {{"handlers need no change", handlers_need_no_change},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests) + guide_run(add_listeners_later, later) != 0;
}
