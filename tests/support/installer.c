/* SPDX-License-Identifier: MIT */
#include "support/installer.h"

#include "app/inspect.h"
#include "oauth/installations.h"
#include "support/heap.h"

installer_t installer;
#define f (installer.f)

/* ---- life ---- */

void installer_open(slack_options_t o)
{
    o.transport = "http,memory";
    o.http_host = "127.0.0.1";
    o.http_port = "0";
    o.signing_secret = "secret";
    o.client_id = INSTALLER_CLIENT;
    o.client_secret = INSTALLER_SECRET;
    if (!o.scopes && !o.user_scopes) o.scopes = "chat:write";
    if (!o.redirect_uri) o.redirect_uri = INSTALLER_REDIRECT;
    app_open(&f, &o);
    installer.hooks = (slack_install_hooks_t){0};
}

void installer_start(void)
{
    slack_transport_stats_t stats = {0};
    assert_int_equal(slack_app_set_install_hooks(f.app, &installer.hooks), 0);
    app_ready(&f);
    world_until(&f.world, slack_app_transport_stats(f.app, "http", &stats) == 0 &&
                              stats.state == SLACK_TRANSPORT_READY);
    installer.browser = http_peer_open(&f.world.loop, stats.port, false);
}

int installer_close(void **state)
{
    if (f.slack == NULL) return 0;
    bool closed = installer.browser == NULL;
    if (!closed) http_peer_close(installer.browser, &closed);
    installer.browser = NULL;
    world_until(&f.world, closed);
    return app_teardown((void *[]){&f});
}

/* ---- the browser ---- */

int installer_send(const char *line, const char *cookie)
{
    static char request[16384];
    const int len =
        snprintf(request, sizeof request,
                 "%s HTTP/1.1\r\nHost: evil.example\r\nCookie: a=b; %s\r\n\r\n", line, cookie);
    return http_peer_send(installer.browser, request, (size_t)len, (http_pieces_t){0});
}

const http_reply_t *installer_wait(int number)
{
    const http_reply_t *reply = http_peer_reply(installer.browser, number);
    world_until(&f.world, reply->done || reply->closed);
    assert_true(reply->done);
    return reply;
}

const http_reply_t *installer_ask(const char *line)
{
    return installer_wait(installer_send(line, ""));
}

const char *installer_header(const http_reply_t *reply, const char *name)
{
    static char text[8][4096];
    static unsigned next;
    size_t len = 0;
    const char *value = http_reply_header(reply, name, &len);
    char *copy = text[next++ % 8];
    snprintf(copy, sizeof text[0], "%.*s", (int)len, value ? value : "");
    return copy;
}

void installer_check_page(const http_reply_t *reply, int status, const char *text)
{
    if (reply->status != status || !strstr(reply->body, text))
        print_error("%d %s\n", reply->status, reply->body);
    assert_int_equal(reply->status, status);
    assert_non_null(strstr(reply->body, text));
    assert_string_equal(installer_header(reply, "Cache-Control"), "no-store");
    assert_string_equal(installer_header(reply, "Referrer-Policy"), "no-referrer");
    assert_string_equal(installer_header(reply, "X-Content-Type-Options"), "nosniff");
    assert_non_null(
        strstr(installer_header(reply, "Content-Security-Policy"), "default-src 'none'"));
}

attempt_t installer_attempt(const http_reply_t *reply)
{
    attempt_t a = {{0}, {0}, {0}};
    assert_int_equal(reply->status, 302);
    snprintf(a.url, sizeof a.url, "%s", installer_header(reply, "Location"));
    snprintf(a.cookie, sizeof a.cookie, "%s", installer_header(reply, "Set-Cookie"));
    const char *state = strstr(a.url, "&state=");
    assert_non_null(state);
    snprintf(a.state, sizeof a.state, "%.*s", (int)strcspn(state + 7, "&"), state + 7);
    a.cookie[strcspn(a.cookie, ";")] = '\0';
    return a;
}

attempt_t installer_begin(const char *line)
{
    return installer_attempt(installer_ask(line));
}

int installer_send_back(const attempt_t *a, const char *query)
{
    char line[8192];
    snprintf(line, sizeof line, "GET /slack/oauth_redirect?state=%s%s", a->state, query);
    return installer_send(line, a->cookie);
}

const http_reply_t *installer_come_back(const attempt_t *a, const char *query)
{
    return installer_wait(installer_send_back(a, query));
}

/* ---- the installations ---- */

static void list_submit(void *place, slack_store_op_t *op)
{
    slack_store_t *store = slack__inspect_store(f.app);
    store->ops->submit(store, op);
}

static void list_found(int status, const slack_install_found_t *found, size_t count, void *done)
{
    char *text = installer.installed;
    assert_int_equal(status, 0);
    *text = '\0';
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(text);
        snprintf(text + len, sizeof installer.installed - len, "%s %s %s %s %s;", found[i].key,
                 found[i].record.token.access, found[i].record.previous.access,
                 found[i].record.about.bot_id, found[i].record.about.metadata);
    }
    *(bool *)done = true;
}

const char *installer_installed(void)
{
    bool done = false;
    slack_installations_t all = {.submit = list_submit, .client_id = INSTALLER_CLIENT};
    slack__installations_list(&all, "", 10, list_found, &done);
    world_until(&f.world, done);
    return installer.installed;
}
