/* SPDX-License-Identifier: MIT */
#include "sim/install_page.h"

#include <string.h>

#include "sim/responses.h"
#include "util/form.h"

#define LOCATION_MAX ((size_t)8192)

static void respond_redirect(slack_http_request_t *request, const char *url,
                             const slack_json_t *query)
{
    slack_buf_t text;
    slack__buf_init(&text, LOCATION_MAX);
    int rc = slack__buf_printf(&text, "%s%c", url, strchr(url, '?') ? '&' : '?');
    if (rc == 0) rc = slack__form_write(&text, query);
    const slack_http_header_t location = {SLACK_SLICE("Location"),
                                          {slack__buf_ptr(&text), text.len}};
    const slack_http_response_t response = {.status = 302, .headers = &location, .header_count = 1};
    if (rc == 0)
        sim_respond(request, &response);
    else
        sim_respond_json(request, 500, NULL);
    slack__buf_done(&text);
}

void sim_install_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *query = NULL;
    json.rc = slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                                request->query.len, &query);
    const char *url = slack_json_str(query, "/redirect_uri");
    const char *missing = !*slack_json_str(query, "/client_id") ? "client_id"
                          : !*slack_json_str(query, "/scope")   ? "scope"
                          : !slack__url_allowed(url)            ? "redirect_uri"
                                                                : NULL;
    if (strcmp(request->path.ptr, "/oauth/v2/authorize") != 0) {
        sim_respond_text(request, 404, "There is nothing here.\n");
        return;
    }
    if (missing) {
        const char *text = slack__arena_printf(
            request->arena, "The URL has no %s, or Slack would not take it.\n", missing);
        sim_respond_text(request, 400, text ? text : missing);
        return;
    }
    sim_key_t *code = sim_key_new(&services->workspace->keys, SIM_KEY_CODE);
    code->user = sim_user_owner(&services->workspace->users);
    sim_transcript_add(&services->workspace->transcript, SIM_ENTRY_EVENT, false, "",
                       code->user->name, "installs the app");
    const slack_json_t *answer =
        sim_json(&json, "{code: %s, state: %s}", code->text, slack_json_str(query, "/state"));
    if (json.rc == 0)
        respond_redirect(request, url, answer);
    else
        sim_respond_json(request, 500, NULL);
}
