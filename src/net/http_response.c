/* SPDX-License-Identifier: MIT */
#include "net/http_response.h"

#include <string.h>
#include <time.h>

#include <slack/error.h>

/* The words are for people, and a status without words is legal (RFC 9112 4). llhttp has none, only
 * the names of its enumerators. */
static const char *status_text(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
    }
}

/* Every response has a date and a length. They are put together by hand, since printf would cost
 * more than the rest of the response. */
static char *put_text(char *at, const char *text)
{
    size_t len = strlen(text);
    memcpy(at, text, len);
    return at + len;
}

/* `digits` decimal digits, with leading zeros. */
static char *put_number(char *at, size_t number, unsigned digits)
{
    for (unsigned i = digits; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return at + digits;
}

void slack__http_date(char ret[SLACK_HTTP_DATE_BYTES], int64_t wall_s)
{
    static const char days[7][6] = {"Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "};
    static const char months[12][6] = {" Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ",
                                       " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec "};
    const time_t time = (time_t)wall_s;
    struct tm tm;
    if (!gmtime_r(&time, &tm)) memset(&tm, 0, sizeof tm);
    char *at = put_text(ret, days[(unsigned)tm.tm_wday % 7]);
    at = put_number(at, (unsigned)tm.tm_mday, 2);
    at = put_text(at, months[(unsigned)tm.tm_mon % 12]);
    at = put_number(at, (unsigned)(tm.tm_year + 1900), 4);
    at = put_number(put_text(at, " "), (unsigned)tm.tm_hour, 2);
    at = put_number(put_text(at, ":"), (unsigned)tm.tm_min, 2);
    at = put_number(put_text(at, ":"), (unsigned)tm.tm_sec, 2);
    at = put_text(at, " GMT");
    *at = '\0';
}

/* Whether a text fits into a header line: nothing in it ends the line or the string. */
static bool fits_in_line(slack_slice_t text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\r' || text.ptr[i] == '\n' || text.ptr[i] == '\0') return false;
    return true;
}

static bool response_is_valid(const slack_http_response_t *response)
{
    if (response->status < 200 || response->status > 999) return false;
    if (!fits_in_line(slack__slice(response->content_type))) return false;
    for (size_t i = 0; i < response->header_count; i++) {
        const slack_http_header_t *header = &response->headers[i];
        if (header->name.len == 0 || !fits_in_line(header->name) || !fits_in_line(header->value))
            return false;
    }
    return true;
}

static int response_append_header(slack_buf_t *out, slack_slice_t name, slack_slice_t value)
{
    int rc = slack__buf_append_slice(out, name);
    if (rc == 0) rc = slack__buf_append(out, ": ", 2);
    if (rc == 0) rc = slack__buf_append_slice(out, value);
    if (rc == 0) rc = slack__buf_append(out, "\r\n", 2);
    return rc;
}

static int append_status_line(slack_buf_t *out, int status, int64_t wall_s)
{
    char code[] = "HTTP/1.1 000 ";
    put_number(code + sizeof("HTTP/1.1 ") - 1, (unsigned)status, 3);
    int rc = slack__buf_append(out, code, sizeof code - 1);
    if (rc == 0) rc = slack__buf_append_slice(out, slack__slice(status_text(status)));
    char date[] = "\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\n";
    slack__http_date(date + sizeof("\r\nDate: ") - 1, wall_s);
    memcpy(date + sizeof date - 3, "\r\n", 2); /* over the NUL of the date */
    return rc ? rc : slack__buf_append(out, date, sizeof date - 1);
}

static int append_length(slack_buf_t *out, size_t len)
{
    char line[64];
    unsigned digits = 1;
    for (size_t rest = len / 10; rest > 0; rest /= 10)
        digits++;
    char *end = put_text(line, "Content-Length: ");
    end = put_text(put_number(end, len, digits), "\r\n");
    return slack__buf_append(out, line, (size_t)(end - line));
}

int slack__http_response_write(slack_buf_t *out, const slack_http_response_t *response,
                               const slack_http_response_context_t *context)
{
    if (!response_is_valid(response)) return SLACK_EINVAL;
    const size_t before = out->len;
    /* 204 and 304 end with their head (RFC 9112 6.3). */
    const bool bodiless = response->status == 204 || response->status == 304;

    int rc = append_status_line(out, response->status, context->wall_s);
    if (rc == 0 && response->content_type)
        rc = response_append_header(out, SLACK_SLICE("Content-Type"),
                                    slack__slice(response->content_type));
    for (size_t i = 0; i < response->header_count && rc == 0; i++)
        rc = response_append_header(out, response->headers[i].name, response->headers[i].value);
    if (rc == 0 && !bodiless) rc = append_length(out, response->body_len);
    if (rc == 0 && context->close)
        rc = slack__buf_append_slice(out, SLACK_SLICE("Connection: close\r\n"));
    else if (rc == 0 && context->http_1_0)
        rc = slack__buf_append_slice(out, SLACK_SLICE("Connection: keep-alive\r\n"));
    if (rc == 0) rc = slack__buf_append(out, "\r\n", 2);
    if (rc == 0 && !bodiless && !context->head)
        rc = slack__buf_append(out, response->body, response->body_len);
    if (rc != 0) slack__buf_truncate(out, before);
    return rc;
}
