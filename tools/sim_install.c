/* SPDX-License-Identifier: MIT */
#include "sim_install.h"

#include <stdio.h>
#include <string.h>

#include "sim/tokens.h"
#include "sim_cookies.h"
#include "sim_exchange.h"
#include "sim_form.h"
#include "util/alloc.h"
#include "util/form.h"

#define DEFAULT_URL "http://127.0.0.1:3000/slack/install"
#define PAGE_MAX    ((size_t)1 << 20)
#define TIMEOUT_MS  60000
#define STEPS_MAX   20 /* requests until the last page */

typedef struct visit {
    sim_client_t *client;
    const char *workspace, *user, *channel;
    bool cancel, verbose;
    sim_cookies_t cookies;
    unsigned steps;
    bool decided; /* Allow or Cancel was pressed */
    /* The page that is open. */
    const char *url;
    int status;
    const char *location; /* "" for none */
    const char *html;
} visit_t;

/* False with a problem. */
static bool visit_cannot(const visit_t *visit, const char *format, ...) SLACK_PRINTF(2, 3);
static bool visit_cannot(const visit_t *visit, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(visit->client->problem, sizeof visit->client->problem, format, ap);
    va_end(ap);
    return false;
}

/* The length of a URL without its query, which may hold a code. */
static int shown_len(const char *url)
{
    return (int)strcspn(url, "?#");
}

/* Keep what the headers say. False without memory. */
static bool visit_headers(visit_t *visit, const char *head)
{
    slack_slice_t rest = slack__slice(head), line, name;
    slack_arena_t *arena = visit->client->json.arena;
    visit->location = "";
    while (slack__slice_split(&rest, '\n', &line)) {
        slack_slice_t value = slack__slice_strip(line);
        if (!slack__slice_split(&value, ':', &name)) continue;
        value = slack__slice_strip(value);
        if (slack__slice_eq_nocase(name, SLACK_SLICE("set-cookie")) &&
            sim_cookies_set(&visit->cookies, visit->url, value) != 0)
            return false;
        if (slack__slice_eq_nocase(name, SLACK_SLICE("location")))
            visit->location = slack__arena_strndup(arena, value.ptr, value.len);
        if (!visit->location) return false;
    }
    return true;
}

/* Open a URL; `form` is the body of a POST, NULL for a GET. False with a problem, or without
 * memory. */
static bool visit_open(visit_t *visit, const char *url, const char *form)
{
    slack_arena_t *arena = visit->client->json.arena;
    sim_exchange_t exchange = {.arena = arena};
    const char *headers[4] = {NULL}, *origin = "";
    const char *cookies = sim_cookies_for(&visit->cookies, url);
    size_t count = 0;
    slack_url_t parts;
    if (++visit->steps > STEPS_MAX)
        return visit_cannot(visit, "the pages lead in a circle, at %.*s", shown_len(url), url);
    if (slack__url_parse(&parts, url) != 0 || !slack__url_parts_allowed(&parts))
        return visit_cannot(visit, "%.*s is no https URL, and no http URL of a loopback host",
                            shown_len(url), url);
    if (form) {
        origin = slack__arena_printf(arena, "Origin: %.*s", (int)(parts.target.ptr - url), url);
        headers[count++] = "Content-Type: application/x-www-form-urlencoded";
        headers[count++] = origin;
    }
    if (cookies && *cookies) {
        cookies = slack__arena_printf(arena, "Cookie: %s", cookies);
        headers[count++] = cookies;
    }
    if (!origin || !cookies) return false;
    const slack_curl_request_t request = {
        .method = form ? "POST" : "GET",
        .url = url,
        .headers = headers,
        .body = form,
        .body_len = form ? strlen(form) : 0,
        .keep_head = true,
        .timeout_ms = TIMEOUT_MS,
        .body_max = PAGE_MAX,
    };
    const int rc = sim_exchange_run(&exchange, &request);
    if (rc != 0)
        return visit_cannot(visit,
                            "%.*s does not answer: %s. Is the app there? --url names its page, and "
                            "SLACK_REDIRECT_URI of the app its way back",
                            shown_len(url), url, slack_strerror(rc));
    visit->url = url;
    visit->status = exchange.http_status;
    visit->html = exchange.body;
    if (visit->verbose)
        cli_printf("%s %.*s -> %d\n", request.method, shown_len(url), url, visit->status);
    return visit_headers(visit, exchange.head);
}

/* The URL that a reference means on the page. NULL without memory, or with a problem. */
static const char *visit_resolve(visit_t *visit, const char *reference)
{
    char *url = NULL;
    const int rc = slack__url_resolve(visit->url, reference, &url);
    const char *copy = rc == 0 ? slack__arena_strdup(visit->client->json.arena, url) : NULL;
    slack__free(url);
    if (rc == SLACK_EINVAL)
        visit_cannot(visit, "the page at %.*s leads to a malformed URL", shown_len(visit->url),
                     visit->url);
    return copy;
}

/* Follow the redirects of http. A redirect to another program, such as slack://, ends there. */
static bool visit_follow(visit_t *visit)
{
    while (visit->status >= 300 && visit->status < 400 && *visit->location &&
           strncmp(visit->location, "slack:", 6) != 0) {
        const char *url = visit_resolve(visit, visit->location);
        if (!url || !visit_open(visit, url, NULL)) return false;
    }
    return true;
}

/* Whether the open page is Slack's. */
static bool is_slacks_page(const visit_t *visit)
{
    slack_url_t parts;
    if (slack__url_parse(&parts, visit->url) != 0) return false;
    const char *const paths[] = {"/oauth/v2", "/openid/connect/authorize"};
    for (size_t i = 0; i < 2; i++)
        if (strncmp(parts.target.ptr, paths[i], strlen(paths[i])) == 0) return true;
    return false;
}

/* Press the button of the open page. */
static bool visit_press(visit_t *visit)
{
    sim_json_builder_t *json = &visit->client->json;
    const bool slacks = is_slacks_page(visit);
    sim_form_t form;
    slack_buf_t text;
    const int rc = sim_page_form(json->arena, visit->html, &form);
    if (rc == SLACK_ENOTFOUND)
        return visit_cannot(visit, "the page at %.*s has no button and no link",
                            shown_len(visit->url), visit->url);
    const char *url = rc != 0        ? NULL
                      : *form.action ? visit_resolve(visit, form.action)
                                     : visit->url;
    if (!url) return false;
    const slack_json_t *fields = form.fields ? form.fields : sim_json(json, "{}");
    if (slacks) {
        const slack_json_t *own = sim_json(
            json, "{decision: %s, user?: %s, workspace?: %s, channel?: %s}",
            visit->cancel ? "cancel" : "allow", visit->user, visit->workspace, visit->channel);
        fields = sim_json_merged(json, own, fields);
        visit->decided = true;
    }
    slack__buf_init(&text, SLACK_URL_MAX);
    const bool written = json->rc == 0 && slack__form_write(&text, fields) == 0;
    const char *query =
        written ? slack__arena_strndup(json->arena, slack__buf_ptr(&text), text.len) : NULL;
    slack__buf_done(&text);
    if (!query) return false;
    if (!form.post && *query)
        url = slack__arena_printf(json->arena, "%s%c%s", url, strchr(url, '?') ? '&' : '?', query);
    return url && visit_open(visit, url, form.post ? query : NULL) && visit_follow(visit);
}

/* From the app's page to the page behind Slack's. False with a problem, or without memory. */
static bool visit_all(visit_t *visit, const char *url)
{
    if (!visit_open(visit, url, NULL) || !visit_follow(visit)) return false;
    while (!visit->decided && visit->status < 300)
        if (!visit_press(visit)) return false;
    if (!visit->decided || (is_slacks_page(visit) && visit->status >= 400)) {
        const char *title = sim_page_title(visit->client->json.arena, visit->html);
        return visit_cannot(visit, "%.*s answered %d: %.100s", shown_len(visit->url), visit->url,
                            visit->status, title ? title : "");
    }
    return true;
}

static const char install_usage[] =
    "Installs the app as a person does in a browser: opens the app's install page,\n"
    "presses its button, presses Allow on Slack's page, and goes where Slack sends\n"
    "the browser.\n"
    "\n"
    "usage: slackapp sim install [OPTION…]\n"
    "\n"
    "  --url URL          the app's install page (default\n"
    "                     http://127.0.0.1:3000/slack/install)\n"
    "  --workspace W      the id or the domain of the workspace or the organization\n"
    "                     (default: that of the app's URL, else the first one)\n"
    "  --as NAME          the person (default ann)\n"
    "  --channel NAME     the channel of an incoming webhook (default general)\n"
    "  --cancel           press Cancel\n"
    "  --verbose          print every request, without its query\n" SIM_CLIENT_PORT "\n"
    "The command prints the status and the title of the app's last page.\n"
    "\n"
    "Examples:\n"
    "  slackapp sim install\n"
    "  slackapp sim install --url http://127.0.0.1:3000/install --as ben --verbose\n"
    "\n"
    "Exit status:\n"
    "  0  the app has answered, with a status below 400\n"
    "  1  it has not, or no simulator runs\n"
    "  2  the command's words are wrong\n";

int sim_install_command(sim_client_t *client, int argc, const char **argv)
{
    visit_t visit = {.client = client, .cookies = {.arena = client->json.arena}};
    const char *url = DEFAULT_URL;
    const cli_option_t table[] = {
        {"--url", &url, NULL},
        {"--workspace", &visit.workspace, NULL},
        {"--as", &visit.user, NULL},
        {"--channel", &visit.channel, NULL},
        {"--cancel", NULL, &visit.cancel},
        {"--verbose", NULL, &visit.verbose},
        {NULL, NULL, NULL},
    };
    int status;
    const sim_client_words_t words = {install_usage, table, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const char *title = "";
    if (!visit_all(&visit, url) || !(title = sim_page_title(client->json.arena, visit.html)))
        return sim_client_fail(client, CLI_FAILED,
                               *client->problem ? client->problem : slack_strerror(SLACK_ENOMEM));
    cli_printf("%d %s\n", visit.status, title);
    if (visit.status < 300) return CLI_OK;
    if (visit.status < 400) {
        cli_printf("the browser goes on to %.*s\n", shown_len(visit.location), visit.location);
        return CLI_OK;
    }
    visit_cannot(&visit, "the app has answered with %d", visit.status);
    return sim_client_fail(client, CLI_FAILED, client->problem);
}

static const char uninstall_usage[] =
    "Uninstalls the app as a person does. All its tokens end there, and it gets\n"
    "tokens_revoked and app_uninstalled.\n"
    "\n"
    "usage: slackapp sim uninstall [OPTION…]\n"
    "\n"
    "  --organization     uninstall it from the whole organization\n"
    "  --as NAME          only take back what this person has granted\n" SIM_CLIENT_WORKSPACE
        SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim uninstall\n"
    "  slackapp sim uninstall --as ben\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_uninstall_command(sim_client_t *client, int argc, const char **argv)
{
    const char *user = NULL;
    bool organization = false;
    int status;
    const cli_option_t table[] = {
        {"--as", &user, NULL},
        {"--organization", NULL, &organization},
        {"--workspace", &client->workspace, NULL},
        {NULL, NULL, NULL},
    };
    const sim_client_words_t words = {uninstall_usage, table, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const slack_json_t *body = sim_json(&client->json, "{user?: %s, organization: %p}", user,
                                        sim_json_bool(&client->json, organization));
    if (!sim_client_call(client, "/sim/uninstall", body)) return CLI_FAILED;
    puts(user ? "the person's grants are taken back" : "the app is uninstalled");
    return CLI_OK;
}

static const char access_usage[] =
    "Lets an org-wide app into a workspace of the organization, or keeps it out. The\n"
    "app gets team_access_granted or team_access_revoked.\n"
    "\n"
    "usage: slackapp sim access --workspace W [OPTION…] granted|revoked\n"
    "\n"
    "  granted            let the app in\n"
    "  revoked            keep it out\n" SIM_CLIENT_WORKSPACE SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim access granted --workspace acme-labs\n"
    "  slackapp sim access revoked --workspace acme-labs\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_access_command(sim_client_t *client, int argc, const char **argv)
{
    int status;
    const cli_option_t table[] = {
        {"--workspace", &client->workspace, NULL},
        {NULL, NULL, NULL},
    };
    const sim_client_words_t words = {access_usage, table, 1, 1};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const bool granted = strcmp(argv[0], "granted") == 0;
    if (!granted && strcmp(argv[0], "revoked") != 0)
        return sim_client_fail(client, CLI_USAGE, "access takes granted or revoked");
    const slack_json_t *body =
        sim_json(&client->json, "{granted: %p}", sim_json_bool(&client->json, granted));
    if (!sim_client_call(client, "/sim/access", body)) return CLI_FAILED;
    printf("access to the workspace is %s\n", argv[0]);
    return CLI_OK;
}

static const char rotate_usage[] =
    "Turns rotation of tokens on, or changes how long new tokens live.\n"
    "\n"
    "usage: slackapp sim rotate [OPTION…] SECONDS\n"
    "\n"
    "  SECONDS            how long new tokens live; Slack's live 43200 s\n" SIM_CLIENT_PORT "\n"
    "Tokens that live for ever go on doing so until oauth.v2.exchange ends them. As\n"
    "at Slack, rotation cannot be turned off.\n"
    "\n"
    "Examples:\n"
    "  slackapp sim rotate 43200\n"
    "  slackapp sim rotate 10\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_rotate_command(sim_client_t *client, int argc, const char **argv)
{
    unsigned seconds = 0;
    int status;
    const sim_client_words_t words = {rotate_usage, NULL, 1, 1};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    if (!cli_options_number("SECONDS", argv[0], SIM_TOKEN_LIFE_MAX_S, &seconds, client->problem))
        return sim_client_fail(client, CLI_USAGE, client->problem);
    const slack_json_t *body = sim_json(&client->json, "{seconds: %d}", (int)seconds);
    if (!sim_client_call(client, "/sim/rotation", body)) return CLI_FAILED;
    printf("new tokens live %u s\n", seconds);
    return CLI_OK;
}
