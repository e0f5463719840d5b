/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "util/json.h"
#include "webapi/response.h"
#include "webapi/webapi.h"

/* Callers and the log get one line of an answer, without control characters. */
static void check_line(const char *text)
{
    must(text && strlen(text) <= 1000);
    for (; *text; text++)
        must((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* The first two bytes are the HTTP status and the kind of the call, the rest the body of the
 * answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 302, 400, 404, 429, 500, 503};
    if (size < 2) return 0;
    char *body = malloc(size - 1);
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_response_t response = {.method = "chat.postMessage"};
    must(body && arena);
    memcpy(body, data + 2, size - 2);
    body[size - 2] = '\0';
    const slack_curl_result_t result = {.reason = "",
                                        .http_status = statuses[data[0] % 8],
                                        .content_type = "",
                                        .retry_after_s = data[0] / 8 - 1,
                                        .body = body,
                                        .body_len = size - 2};
    if (data[1] % 2)
        slack__response_read_url(&response, arena, &result);
    else
        slack__response_read_call(&response, arena, &result);
    must(response.status <= 0 && response.retry_after_s <= 3600);
    must((response.status == 0) == (*response.error == '\0'));
    if (response.status == 0) must(response.http_status < 300);
    check_line(response.error);
    check_line(slack__response_why(&response, arena));
    const char *warnings = slack__response_warnings(&response, arena);
    if (warnings) check_line(warnings);
    must(slack_response_ts(&response) && slack_response_channel(&response) &&
         slack_response_next_cursor(&response));
    must(!slack__response_is_limited(&response) || response.status != 0);
    slack__response_url_allowed(body, "https://slack.com/api/");
    slack__arena_free(arena);
    free(body);
    return 0;
}
