/* SPDX-License-Identifier: MIT */
#include "sim/authorize_page.h"

#include <string.h>

#include "util/html.h"

#define HEAD(title)                                                                                \
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                      \
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"                   \
    "<title>" title "</title>\n<style>:root{color-scheme:light dark}"                              \
    "body{font:1.1em/1.5 system-ui,sans-serif;max-width:36em;margin:5vh auto;padding:0 1em}"       \
    "select,input,button{font:inherit;padding:.3em .8em}label{display:block;margin-top:.5em}"      \
    "button{margin:1em 1em 0 0}</style>\n</head>\n<body>\n<main>\n"
#define FOOT "</main>\n</body>\n</html>\n"

static int put(sim_json_builder_t *json, slack_buf_t *html, const char *before, const char *text,
               const char *after)
{
    const char *escaped = slack__html_escape(json->arena, text);
    return escaped ? slack__buf_printf(html, "%s%s%s", before, escaped, after) : SLACK_ENOMEM;
}

static int put_scopes(sim_json_builder_t *json, slack_buf_t *html, const char *heading,
                      const sim_scope_set_t *scopes)
{
    slack_slice_t rest = slack__slice(sim_scope_set_text(json, scopes)), scope;
    if (sim_scope_set_empty(scopes)) return 0;
    int rc = slack__buf_printf(html, "<h2>%s</h2>\n<ul>\n", heading);
    while (rc == 0 && slack__slice_split(&rest, ',', &scope))
        rc = slack__buf_printf(html, "<li>%.*s</li>\n", (int)scope.len, scope.ptr);
    return rc == 0 ? slack__buf_printf(html, "</ul>\n") : rc;
}

static int put_choices(sim_json_builder_t *json, slack_buf_t *html,
                       const sim_authorize_choices_t *choices)
{
    int rc = slack__buf_printf(html, "<label for=\"workspace\">Where</label>\n"
                                     "<select id=\"workspace\" name=\"workspace\">\n");
    for (size_t i = 0; i < choices->place_count && rc == 0; i++) {
        const sim_authorize_place_t *place = &choices->places[i];
        rc = put(json, html, "<option value=\"", place->id, place->chosen ? "\" selected>" : "\">");
        if (rc == 0) rc = put(json, html, "", place->name, "</option>\n");
    }
    if (rc == 0)
        rc = slack__buf_printf(html, "</select>\n<label for=\"user\">You are</label>\n"
                                     "<select id=\"user\" name=\"user\">\n");
    for (size_t i = 0; i < choices->people_count && rc == 0; i++)
        rc = put(json, html, "<option>", choices->people[i], "</option>\n");
    return rc == 0 ? slack__buf_printf(html, "</select>\n") : rc;
}

static int put_question(sim_json_builder_t *json, slack_buf_t *html,
                        const sim_authorize_request_t *request,
                        const sim_authorize_choices_t *choices)
{
    int rc = slack__buf_printf(
        html,
        HEAD("The simulated app asks for access") "<h1>The simulated app asks for access</h1>\n"
                                                  "<form method=\"post\">\n");
    if (rc == 0)
        rc = put(json, html, "<input type=\"hidden\" name=\"csrf\" value=\"", choices->csrf,
                 "\">\n");
    if (rc == 0) rc = put_scopes(json, html, "What its bot may do", &request->bot_scopes);
    if (rc == 0) rc = put_scopes(json, html, "What it may do for you", &request->user_scopes);
    if (rc == 0) rc = put_choices(json, html, choices);
    if (rc == 0 && sim_scope_set_has(&request->bot_scopes, "incoming-webhook"))
        rc = slack__buf_printf(html, "<label for=\"channel\">The channel of its webhook</label>\n"
                                     "<input id=\"channel\" name=\"channel\" value=\"general\">\n");
    if (rc == 0)
        rc = slack__buf_printf(
            html, "<p><button name=\"decision\" value=\"allow\">Allow</button>"
                  "<button name=\"decision\" value=\"cancel\">Cancel</button></p>\n</form>\n");
    if (rc == 0)
        rc = put(json, html, "<p>Then this browser goes on to ", request->redirect_uri,
                 "</p>\n" FOOT);
    return rc;
}

/* Take the page out of the buffer. */
static const char *taken(sim_json_builder_t *json, slack_buf_t *html, int rc)
{
    const char *text = rc == 0 ? slack__arena_strdup(json->arena, slack__buf_ptr(html)) : NULL;
    slack__buf_done(html);
    if (!text && json->rc == 0) json->rc = rc != 0 ? rc : SLACK_ENOMEM;
    return text ? text : "";
}

const char *sim_authorize_html(sim_json_builder_t *json, const sim_authorize_request_t *request,
                               const sim_authorize_choices_t *choices)
{
    slack_buf_t html;
    slack__buf_init(&html, SLACK_ARENA_MAX);
    return taken(json, &html, put_question(json, &html, request, choices));
}

const char *sim_authorize_error_html(sim_json_builder_t *json, const char *error,
                                     const char *problem)
{
    slack_buf_t html;
    slack__buf_init(&html, SLACK_ARENA_MAX);
    int rc = slack__buf_printf(&html, HEAD("Slack: %s") "<h1>Something went wrong: %s</h1>\n",
                               error, error);
    if (rc == 0) rc = put(json, &html, "<p>", problem, "</p>\n" FOOT);
    return taken(json, &html, rc);
}
