/* SPDX-License-Identifier: MIT */
#include "webapi/response.h"

#include <string.h>

#include <slack/fetch.h>

#include "protocol/api_error.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"
#include "util/redact.h"
#include "webapi/webapi.h"

#define ERROR_TEXT_MAX 100 /* of an error, and of each detail */
/* Slack asks for a minute or so. A proxy or a fault that asks for days would lose the call. */
#define RETRY_AFTER_MAX_S 3600

/* --- reading a response -------------------------------------------------------------------- */

/* A short copy of a text from outside: one line, without secrets. NULL if nothing of it can be
 * read. */
static const char *short_text(slack_arena_t *arena, const char *text, size_t len)
{
    bool readable = false;
    const bool cut = len > ERROR_TEXT_MAX;
    len = slack__utf8_valid(text, cut ? ERROR_TEXT_MAX : len);
    char *copy = slack__arena_alloc(arena, len + sizeof "…");
    if (!copy) return slack_strerror(SLACK_ENOMEM);
    memcpy(copy, text, len);
    if (cut) memcpy(copy + len, "…", strlen("…"));
    len = slack__redact(copy, cut ? len + strlen("…") : len);
    copy[len] = '\0';
    for (size_t i = 0, control; i < len; i += control ? control : 1) {
        control = slack__control_len(copy + i, len - i);
        memset(copy + i, ' ', control);
        if (copy[i] != ' ') readable = true;
    }
    return readable ? copy : NULL;
}

static void set_http_error(slack_response_t *ret, slack_arena_t *arena)
{
    const char *text = slack__arena_printf(arena, "HTTP %d", ret->http_status);
    ret->status = SLACK_EHTTP;
    ret->error = text ? text : slack_strerror(SLACK_EHTTP);
}

static bool is_success(const slack_response_t *response)
{
    return response->http_status >= 200 && response->http_status < 300;
}

/* The part that calls and response URLs share. 0, or why there is no JSON. */
static int read_result(slack_response_t *ret, slack_arena_t *arena,
                       const slack_curl_result_t *result)
{
    slack__response_fail(ret, result->status);
    ret->http_status = result->http_status;
    ret->retry_after_s = result->retry_after_s;
    if (ret->retry_after_s > RETRY_AFTER_MAX_S) ret->retry_after_s = RETRY_AFTER_MAX_S;
    ret->unsent = result->unsent;
    if (result->status != 0) {
        const char *reason = short_text(arena, result->reason, strlen(result->reason));
        if (reason) ret->error = reason;
        return result->status;
    }
    char *text = slack__arena_alloc(arena, result->body_len + SLACK_JSON_PADDING);
    if (!text) return slack__arena_is_full(arena) ? SLACK_ETOOBIG : SLACK_ENOMEM;
    memcpy(text, result->body, result->body_len);
    const int rc = slack__json_parse_insitu(arena, text, result->body_len, &ret->json, NULL);
    return rc == SLACK_ENOMEM && slack__arena_is_full(arena) ? SLACK_ETOOBIG : rc;
}

/* {"ok": false, "error": "channel_not_found"}. Some responses have null there, or nothing. */
static void set_api_error(slack_response_t *ret, slack_arena_t *arena)
{
    size_t len;
    const char *error = slack_json_strn(ret->json, "/error", &len);
    ret->status = slack__api_error(error) == SLACK_API_CONFLICT ? SLACK_ECONFLICT : SLACK_EAPI;
    ret->error = error ? short_text(arena, error, len) : NULL;
    if (!ret->error) ret->error = "no error named";
}

#define TEXT_OF(macro) TEXT(macro)
#define TEXT(value)    #value

void slack__response_read_call(slack_response_t *ret, slack_arena_t *arena,
                               const slack_curl_result_t *result)
{
    int rc = read_result(ret, arena, result);
    if (ret->status != 0) return;
    enum slack_json_type type = slack_json_type(slack_json_get(ret->json, "/ok"));
    if (rc == SLACK_ENOMEM) {
        ret->status = rc;
        ret->error = slack_strerror(rc);
    } else if (type == SLACK_JSON_BOOL && !slack_json_bool(ret->json, "/ok")) {
        set_api_error(ret, arena); /* whatever the HTTP status */
    } else if (!is_success(ret)) {
        set_http_error(ret, arena);
    } else if (type != SLACK_JSON_BOOL) {
        /* Not Slack's answer: a page of a proxy, or part of an answer. */
        ret->status = rc == SLACK_ETOOBIG ? rc : SLACK_EPROTO;
        if (rc == SLACK_ETOOBIG) /* the arena may have no room for a sentence */
            ret->error =
                slack__arena_is_full(arena)
                    ? "the answer takes more than " TEXT_OF(SLACK_ANSWERS_MIB) " MiB of memory"
                    : "the answer is nested deeper than " TEXT_OF(SLACK_JSON_DEPTH_MAX) " levels";
        else
            ret->error = rc == 0            ? "the answer has no \"ok\""
                         : result->body_len ? "the answer is not JSON"
                                            : "the answer is empty";
    }
}

/* What a response URL says in its answer: "error" of an object, or a bare text such as
 * "expired_url". NULL: nothing, or a page.
 */
static const char *url_word(const slack_response_t *response, slack_arena_t *arena,
                            const slack_curl_result_t *result)
{
    const slack_json_t *json = response->json;
    size_t len;
    const char *word =
        slack_json_strn(json, slack_json_type(json) == SLACK_JSON_STRING ? "" : "/error", &len);
    if (word && len) return short_text(arena, word, len);
    if (json || !result->body_len || result->body[0] == '<') return NULL;
    return short_text(arena, result->body, result->body_len);
}

/* Slack answers a message that it has posted with "ok" or {"ok":true}. */
void slack__response_read_url(slack_response_t *ret, slack_arena_t *arena,
                              const slack_curl_result_t *result)
{
    read_result(ret, arena, result);
    if (ret->status != 0) return;
    const slack_json_t *ok = slack_json_get(ret->json, "/ok");
    const char *word = url_word(ret, arena, result);
    if (slack__api_error(word) == SLACK_API_SPENT) {
        ret->status = SLACK_ESPENT;
        ret->error = word;
    } else if (!is_success(ret)) {
        set_http_error(ret, arena);
        if (word) ret->error = word;
        /* Slack has refused it if the text has the form of its errors: "invalid_blocks". */
        if (word && *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
            ret->status = SLACK_EAPI;
    } else if (ok ? !slack_json_bool(ok, "") : slack_json_get(ret->json, "/error") != NULL) {
        set_api_error(ret, arena);
    }
}

/* Lines with CRLF, as lines with a NUL. NULL: memory is out. */
static const char *read_head(slack_arena_t *arena, const char *text)
{
    const size_t len = text ? strlen(text) : 0;
    char *head = slack__arena_alloc(arena, len + 2), *out = head;
    slack_slice_t rest = {text, len}, line;
    if (head == NULL) return NULL;
    while (len > 0 && slack__slice_split(&rest, '\n', &line)) {
        line = slack__slice_strip(line);
        if (line.len == 0) continue;
        memcpy(out, line.ptr, line.len);
        out[line.len] = '\0';
        out += line.len + 1;
    }
    *out = '\0';
    return head;
}

/* "application/json; charset=utf-8", "application/problem+json" */
static bool is_json(const char *content_type)
{
    slack_slice_t rest = slack__slice(content_type), type;
    slack__slice_split(&rest, ';', &type);
    type = slack__slice_strip(type);
    if (type.len < 5) return false;
    const slack_slice_t tail = {type.ptr + type.len - 5, 5};
    return slack__slice_eq_nocase(type, SLACK_SLICE("application/json")) ||
           slack__slice_eq_nocase(tail, SLACK_SLICE("+json"));
}

void slack__response_read_fetch(slack_response_t *ret, slack_arena_t *arena,
                                const slack_curl_result_t *result, slack_slice_t body)
{
    slack_curl_result_t without_body = *result;
    without_body.body = "";
    without_body.body_len = 0;
    read_result(ret, arena, &without_body);
    ret->body = body.len ? body.ptr : "";
    ret->body_len = body.len;
    ret->head = read_head(arena, result->head);
    if (ret->status != 0) return;
    int rc = ret->head ? 0 : SLACK_ENOMEM;
    if (rc == 0 && body.len && is_json(result->content_type))
        rc = slack__json_parse(arena, body.ptr, body.len, &ret->json, NULL);
    if (rc == SLACK_ENOMEM) {
        ret->status = slack__arena_is_full(arena) ? SLACK_ETOOBIG : SLACK_ENOMEM;
        ret->error = slack_strerror(ret->status);
    } else if (!is_success(ret)) {
        set_http_error(ret, arena);
    }
}

bool slack__response_is_limited(const slack_response_t *response)
{
    if (response->http_status == 429) return true;
    return response->status == SLACK_EAPI && response->retry_after_s >= 0 &&
           slack__api_error(response->error) == SLACK_API_LIMITED;
}

/* --- why a call failed ---------------------------------------------------------------------- */

#define WHY_MAX      1000
#define MESSAGES_MAX 3

/* The first messages of an answer: the faults in blocks, advice. */
static void add_messages(slack_buf_t *why, const slack_response_t *response, slack_arena_t *arena)
{
    const slack_json_t *list = slack_json_get(response->json, "/response_metadata/messages");
    slack_json_iter_t it = {0};
    for (unsigned i = 0; i < MESSAGES_MAX && slack_json_next(list, &it); i++) {
        size_t len = 0;
        const char *text = slack_json_strn(it.value, "", &len);
        if (text) text = short_text(arena, text, len);
        if (text) slack__buf_printf(why, "%s%s", why->len ? ", " : "", text);
    }
}

/* Slack's details: the scopes, the faults in blocks with their places, an unusual HTTP status. */
static void add_details(slack_buf_t *why, const slack_response_t *response, slack_arena_t *arena)
{
    const struct {
        const char *path, *words;
        const char *header; /* in place of the member */
    } members[] = {{"/needed", "needs", response->accepted_scopes},
                   {"/provided", "the token has", response->scopes},
                   {"/arg", "arg", NULL}};
    const slack_json_t *json = response->json;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *header = members[i].header && *members[i].header ? members[i].header : NULL;
        size_t len = 0;
        const char *text = slack_json_strn(json, members[i].path, &len);
        if (text == NULL && header) len = strlen(text = header);
        if (text) text = short_text(arena, text, len);
        if (text) slack__buf_printf(why, ", %s %s", members[i].words, text);
    }
    add_messages(why, response, arena);
    if (response->http_status && !is_success(response) && response->status != SLACK_EHTTP)
        slack__buf_printf(why, ", HTTP %d", response->http_status);
}

/* The cure for a fetch, whose server is not Slack's. */
static const char *fetch_cure(const slack_response_t *response)
{
    const int http_status = response->http_status;
    switch (response->status) {
    case SLACK_EHTTP:
        if (http_status == 304) return "it has not changed since the condition in the headers";
        if (http_status / 100 == 3)
            return *slack_response_header(response, "Location")
                       ? "it redirects: raise .redirects to follow"
                       : "it redirects, and does not say where: check the URL";
        if (http_status / 100 == 5 || http_status == 429) return "try again later";
        return http_status == 401 || http_status == 403
                   ? "check the credentials in the headers of the request"
                   : "check the URL and the request";
    case SLACK_ETIMEDOUT: return "check the service, or raise .timeout_ms or .idle_ms";
    case SLACK_ETOOBIG: return "ask for less, raise .answer_max, or take the answer with .on_data";
    case SLACK_EINVAL: return "name a host of the public internet, or do not set .public_only";
    case SLACK_ETLS: return "check the scheme and the port of the URL, SLACK_CA_FILE and the proxy";
    case SLACK_ECONNECT:
    case SLACK_EPROTO: return "check the URL, the network and the proxy";
    default: return slack__error_cure(response->status);
    }
}

static const char *cure_of(const slack_response_t *response)
{
    if (response->body) return fetch_cure(response);
    const char *cure = slack__api_error_cure(
        response->json || response->status == SLACK_EAPI ? response->error : NULL);
    if (*cure) return cure;
    const int http_status = response->status == SLACK_EHTTP ? response->http_status : 0;
    if (http_status / 100 == 3)
        return "it redirects, which a call does not follow: check SLACK_API_URL and the proxy";
    if (http_status == 413) return "send less";
    if (http_status / 100 == 5) return "try again later, see https://slack-status.com";
    return slack__error_cure(response->status);
}

const char *slack__response_why(const slack_response_t *response, slack_arena_t *arena)
{
    const char *cure = cure_of(response);
    slack_buf_t why;
    slack__buf_init(&why, WHY_MAX);
    int rc = slack__buf_printf(&why, "%s", response->error);
    if (rc == 0 && !response->has_cure) {
        add_details(&why, response, arena);
        if (*cure) slack__buf_printf(&why, ": %s", cure);
    }
    const char *text = rc ? NULL : slack__arena_strndup(arena, slack__buf_ptr(&why), why.len);
    slack__buf_done(&why);
    return text ? text : slack_strerror(response->status);
}

const char *slack__response_warnings(const slack_response_t *response, slack_arena_t *arena)
{
    size_t len = 0;
    const char *warning = slack_json_strn(response->json, "/warning", &len);
    slack_buf_t text;
    slack__buf_init(&text, WHY_MAX);
    if (warning) warning = short_text(arena, warning, len);
    if (warning) slack__buf_printf(&text, "%s", warning);
    add_messages(&text, response, arena);
    const char *copy =
        text.len > 0 ? slack__arena_strndup(arena, slack__buf_ptr(&text), text.len) : NULL;
    slack__buf_done(&text);
    return copy;
}

/* --- response URLs ------------------------------------------------------------------------- */

/* `host` is `domain` or lies below it. */
static bool is_below(slack_slice_t host, slack_slice_t domain)
{
    if (host.len < domain.len) return false;
    size_t extra = host.len - domain.len;
    slack_slice_t tail = {host.ptr + extra, domain.len};
    return slack__slice_eq_nocase(tail, domain) && (extra == 0 || host.ptr[extra - 1] == '.');
}

bool slack__url_is_slacks(const char *url)
{
    slack_url_t parts;
    if (slack__url_parse(&parts, url) != 0) return false;
    return slack__slice_eq_nocase(parts.scheme, SLACK_SLICE("https")) && parts.port == 443 &&
           (is_below(parts.host, SLACK_SLICE("slack.com")) ||
            is_below(parts.host, SLACK_SLICE("slack-gov.com")));
}

bool slack__response_url_allowed(const char *url, const char *api_url)
{
    slack_url_t parts, api;
    if (slack__url_parse(&parts, url) != 0) return false;
    if (slack__url_parse(&api, api_url) == 0 && slack__url_same_origin(&parts, &api)) return true;
    return slack__url_is_slacks(url);
}

/* --- what callers read --------------------------------------------------------------------- */

/* Whether there is a response, whose memory was not freed. */
static bool is_alive(const slack_response_t *response)
{
    return response && !slack__arena_is_used_over(response, "a response");
}

bool slack__response_unsent(const slack_response_t *response)
{
    return response->unsent;
}

int64_t slack__response_retry_after_s(const slack_response_t *response)
{
    return response ? response->retry_after_s : -1;
}

int slack_response_status(const slack_response_t *response)
{
    return is_alive(response) ? response->status : SLACK_EINVAL;
}

const char *slack_response_error(const slack_response_t *response)
{
    return is_alive(response) ? response->error : slack_strerror(SLACK_EINVAL);
}

const slack_json_t *slack_response_json(const slack_response_t *response)
{
    return is_alive(response) ? response->json : NULL;
}

const char *slack_response_str(const slack_response_t *response, const char *path)
{
    return slack_json_str(slack_response_json(response), path);
}

const char *slack_response_ts(const slack_response_t *response)
{
    const char *ts = slack_response_str(response, "/ts");
    return *ts ? ts : slack_response_str(response, "/message_ts");
}

const char *slack_response_channel(const slack_response_t *response)
{
    return slack_response_str(response, "/channel");
}

int slack_response_http_status(const slack_response_t *response)
{
    return is_alive(response) ? response->http_status : 0;
}

const char *slack__next_cursor(const slack_json_t *answer)
{
    const char *cursor = slack_json_str(answer, "/response_metadata/next_cursor");
    return *cursor ? cursor : slack_json_str(answer, "/next_cursor");
}

const char *slack_response_next_cursor(const slack_response_t *response)
{
    return slack__next_cursor(slack_response_json(response));
}

const char *slack_response_body(const slack_response_t *response, size_t *ret_len)
{
    const bool has_body = is_alive(response) && response->body;
    if (ret_len) *ret_len = has_body ? response->body_len : 0;
    return has_body ? response->body : "";
}

const char *slack_response_header(const slack_response_t *response, const char *name)
{
    if (!is_alive(response) || !response->head || !name) return "";
    for (const char *line = response->head; *line; line += strlen(line) + 1) {
        slack_slice_t value = slack__slice(line), here;
        slack__slice_split(&value, ':', &here);
        if (!value.ptr || !slack__slice_eq_nocase(here, slack__slice(name))) continue;
        return slack__slice_trim(value).ptr; /* the end of the line is trimmed already */
    }
    return "";
}
