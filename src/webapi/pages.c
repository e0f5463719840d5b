/* SPDX-License-Identifier: MIT */
#include "webapi/pages.h"

#include <inttypes.h>
#include <string.h>

#include "util/json.h"
#include "util/str.h"
#include "webapi/args_check.h"
#include "webapi/request.h"
#include "webapi/response.h"

/* Slack's advice is 100 to 200 items a page. A method with an unknown maximum allows at least 100.
 */
#define ITEMS_ADVISED 200
#define ITEMS_SAFE    100

/* Cursors of Slack have at most a few hundred bytes. */
#define CURSOR_MAX ((size_t)64 << 10)

static int fail(slack_pages_t *pages, int status, const char *why)
{
    pages->why = why;
    return status;
}

/* ---- the arguments ---- */

static bool takes(const slack_method_t *method, const char *name)
{
    const slack_arg_t *arg = method ? method->args : NULL;
    while (arg && arg->type != SLACK_ARG_NONE && strcmp(arg->name, name) != 0)
        arg++;
    return arg && arg->type != SLACK_ARG_NONE;
}

/* Which argument has the size of a page; NULL: none has, or the program has set it to something
 * else than a number. */
static const char *size_name(const slack_pages_t *pages, const slack_json_t *args)
{
    const char *name = pages->by_number ? "count" : "limit";
    if (!pages->by_number && !takes(pages->known, name) && takes(pages->known, "count"))
        name = "count"; /* conversations.listConnectInvites */
    const enum slack_json_type type = slack_json_type(slack_json_get(args, name));
    if (type == SLACK_JSON_NUMBER) return name;
    return type == SLACK_JSON_NONE && takes(pages->known, name) ? name : NULL;
}

int slack__pages_begin(slack_pages_t *pages, slack_arena_t *arena, slack_request_t request,
                       size_t max_items)
{
    *pages = (slack_pages_t){.left = max_items ? max_items : UINT64_MAX, .number = 1};
    pages->method = slack__arena_strdup(arena, request.method ? request.method : "");
    if (pages->method == NULL) return SLACK_ENOMEM;
    pages->known = slack__method(pages->method);
    const slack_json_t *args = slack__request_args(arena, request), *size = NULL;
    int rc = slack__json_required(args);
    if (rc != 0) return fail(pages, rc, args ? slack_json_reason(args) : NULL);
    const char *cursor = slack_json_str(args, "cursor");
    const int64_t number = slack_json_int(args, "page");
    pages->by_number = *cursor == '\0' &&
                       (number > 0 || (pages->known && pages->known->pages == SLACK_PAGES_PAGE));
    if (number > 0) pages->number = number;
    pages->known_cursors[0] = pages->mark = slack__hash(0, cursor);
    const char *name = size_name(pages, args);
    if (name) {
        const int64_t wanted = slack_json_int(args, name);
        const uint64_t max = pages->known ? pages->known->page_max : 0;
        pages->size = wanted > 0 ? (uint64_t)wanted : max ? ITEMS_ADVISED : ITEMS_SAFE;
        if (max && pages->size > max) pages->size = max;
        if (pages->size > pages->left) pages->size = pages->left;
        rc = slack__jsonf(arena, &size, NULL, "{%s: %" PRIu64 "}", name, pages->size);
    }
    if (rc == 0) rc = slack__json_with_defaults(arena, size, args, &pages->args);
    if (rc != 0) return rc;
    /* A request that names a page or its size is one of a list, whatever the table says. */
    static const char *const names[] = {"cursor", "limit", "page", "count"};
    bool is_list = pages->known == NULL || pages->known->pages != SLACK_PAGES_NONE;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        is_list = is_list || slack_json_get(pages->args, names[i]);
    pages->why = is_list ? slack__args_check(arena, pages->method, pages->args)
                         : "the answer of the method is not a list: use slack_call(), "
                           "slack_call_then() or slack_call_wait()";
    return pages->why ? SLACK_EINVAL : 0;
}

const slack_json_t *slack__pages_args(const slack_pages_t *pages, slack_arena_t *arena)
{
    if (pages->count == 0) return pages->args;
    const slack_json_t *next = NULL, *args = NULL;
    int rc = pages->by_number
                 ? slack__jsonf(arena, &next, NULL, "{page: %" PRId64 "}", pages->number)
                 : slack__jsonf(arena, &next, NULL, "{cursor: %s}", pages->cursor);
    if (rc == 0) rc = slack__json_with_defaults(arena, next, pages->args, &args);
    return rc == 0 ? args : slack__json_failed(arena, rc, "%s", slack_strerror(rc));
}

/* ---- the answers ---- */

static int read_cursor(slack_pages_t *pages, const char *cursor)
{
    const uint64_t hash = slack__hash(0, cursor);
    if (*cursor == '\0') return SLACK_PAGES_LAST;
    if (strlen(cursor) > CURSOR_MAX)
        return fail(pages, SLACK_ETOOBIG,
                    "the cursor of the next page is longer than 64 KiB: read the list again later");
    bool known = hash == pages->mark;
    for (unsigned i = 0; i < SLACK_PAGES_KNOWN && i < pages->count; i++)
        known = known || hash == pages->known_cursors[i];
    if (known)
        return fail(pages, SLACK_EPROTO,
                    "the cursor of the next page has come before, so the list does not end: read "
                    "it again later");
    pages->known_cursors[pages->count % SLACK_PAGES_KNOWN] = hash;
    if ((pages->count & (pages->count - 1)) == 0) pages->mark = hash;
    pages->cursor = cursor;
    return SLACK_PAGES_MORE;
}

/* The paging of an answer: {page, pages}. search.all has one for each of its lists. */
static const slack_json_t *paging_of(const slack_json_t *answer)
{
    const slack_json_t *most = slack_json_get(answer, "paging");
    slack_json_iter_t it = {0};
    while (slack_json_next(answer, &it)) {
        const slack_json_t *other = slack_json_get(it.value, "paging");
        if (other && (!most || slack_json_int(other, "pages") > slack_json_int(most, "pages")))
            most = other;
    }
    return most;
}

static int read_number(slack_pages_t *pages, const slack_json_t *paging)
{
    if (slack_json_int(paging, "pages") <= pages->number) return SLACK_PAGES_LAST;
    if (slack_json_int(paging, "page") != pages->number)
        return fail(pages, SLACK_EPROTO,
                    "another page came than the one that was asked for, so the list does not end: "
                    "read it again later");
    pages->number++;
    return SLACK_PAGES_MORE;
}

int slack__pages_read(slack_pages_t *pages, const slack_response_t *response, slack_page_t *ret)
{
    const int status = slack_response_status(response);
    if (status != 0) return status;
    if (pages->count >= SLACK_PAGES_MAX)
        return fail(pages, SLACK_ETOOBIG,
                    "the list has too many pages: ask for a part of it, or for larger pages");
    pages->count++;
    const slack_json_t *answer = slack_response_json(response);
    const char *cursor = slack__next_cursor(answer);
    const slack_json_t *paging = paging_of(answer);
    /* A method that is not in the table may number its pages. */
    if (pages->count == 1 && *cursor == '\0' && paging) pages->by_number = true;
    const int next = pages->by_number ? read_number(pages, paging) : read_cursor(pages, cursor);
    if (next < 0) return next;
    *ret = (slack_page_t){.error = "", .number = pages->count, .response = response};
    if (pages->known && *pages->known->items)
        ret->items = slack_json_get(answer, pages->known->items);
    const uint64_t came = ret->items    ? slack_json_count(ret->items, "")
                          : pages->size ? pages->size
                                        : ITEMS_SAFE;
    pages->left -= came < pages->left ? came : pages->left;
    return pages->left > 0 ? next : SLACK_PAGES_LAST;
}

slack_page_t slack__pages_end(const slack_pages_t *pages, int status,
                              const slack_response_t *response)
{
    slack_page_t end = {.ended = true, .number = pages->count, .error = ""};
    if (status >= 0) return end;
    end.status = status;
    if (slack_response_status(response) == status) end.response = response;
    end.error = pages->why     ? pages->why
                : end.response ? slack_response_error(response)
                               : slack_strerror(status);
    return end;
}
