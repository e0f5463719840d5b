/* SPDX-License-Identifier: MIT */
#include "webapi/pages.h"

#include "context/ctx.h"
#include "util/json.h"

/* The lists of a handler. A worker waits for each page. On the loop the delivery stays open until
 * the end of the list. */

/* The voice of the thread gets the sentence of an error that no call has left there. As after a
 * failed call, the program may ignore it. */
static int list_failed(slack_ctx_t *ctx, const slack_pages_t *pages, int rc)
{
    if (pages->why == NULL) return rc;
    slack__ctx_voice(ctx)->fault = (slack_fault_t){
        .status = rc,
        .why = slack__arena_printf(slack__ctx_arena(ctx), "%s: %s", pages->method, pages->why)};
    return rc;
}

static int list_begin(slack_ctx_t *ctx, slack_pages_t *pages, slack_request_t request,
                      size_t max_items)
{
    const int rc = slack__pages_begin(pages, slack__ctx_arena(ctx), request, max_items);
    if (rc == 0) return 0;
    return pages->why ? slack__ctx_fail(ctx, rc, "%s was not called: %s", pages->method, pages->why)
                      : slack__ctx_fail_call(ctx, rc, request.method);
}

/* ---- on a worker ---- */

struct slack_pager {
    slack_ctx_t *ctx;
    slack_pages_t pages;
    const slack_response_t *answer;
    int next; /* SLACK_PAGES_MORE, SLACK_PAGES_LAST, or the error with which the list has ended */
};

slack_pager_t *slack_pager(slack_ctx_t *ctx, slack_request_t request, size_t max_items)
{
    /* The pagers of a thread that may not use the ctx. Nothing writes to them. */
    static slack_pager_t refused[] = {
        {.next = SLACK_ETHREAD}, {.next = SLACK_EALREADY}, {.next = SLACK_EINVAL}};
    const int unusable = slack__ctx_act(ctx, __func__);
    if (unusable != 0) {
        size_t i = 0;
        while (refused[i].next != unusable && refused[i].next != SLACK_EINVAL)
            i++;
        return &refused[i];
    }
    slack_pager_t *pager = slack__arena_calloc(slack__ctx_arena(ctx), sizeof *pager);
    if (pager == NULL) {
        slack__ctx_fail_call(ctx, SLACK_ENOMEM, request.method);
        return NULL;
    }
    pager->ctx = ctx;
    pager->next = slack__ctx_may_wait(ctx, __func__, "slack_pages_then");
    if (pager->next == 0) pager->next = list_begin(ctx, &pager->pages, request, max_items);
    if (pager->next == 0) pager->next = SLACK_PAGES_MORE;
    return pager;
}

static int next_page(slack_pager_t *pager, slack_page_t *ret)
{
    slack_ctx_t *ctx = pager->ctx;
    const slack_json_t *args = slack__pages_args(&pager->pages, slack__ctx_scratch(ctx));
    int rc = slack__ctx_required(ctx, args);
    if (rc == 0) rc = slack__worker_call(ctx, pager->pages.method, NULL, args, &pager->answer);
    if (rc != 0) return rc;
    rc = slack__pages_read(&pager->pages, pager->answer, ret);
    return rc < 0 ? list_failed(ctx, &pager->pages, rc) : rc;
}

bool slack_pager_next(slack_pager_t *pager, slack_page_t *ret_page)
{
    static const slack_pages_t none;
    int rc = pager == NULL ? SLACK_ENOMEM
             : pager->ctx  ? slack__ctx_act(pager->ctx, __func__)
                           : pager->next;
    const bool more = rc == 0 && pager->next == SLACK_PAGES_MORE;
    if (more) pager->next = rc = next_page(pager, ret_page);
    if (more && rc >= 0) return true;
    if (rc == 0) rc = pager->next;
    *ret_page = slack__pages_end(pager ? &pager->pages : &none, rc, pager ? pager->answer : NULL);
    return false;
}

static int pages_on_worker(slack_ctx_t *ctx, slack_request_t request, size_t max_items,
                           slack_pages_then_fn fn, void *user_data)
{
    slack_page_t page;
    int rc = 0;
    slack_pager_t *pager = slack_pager(ctx, request, max_items);
    while (rc == 0 && slack_pager_next(pager, &page))
        rc = fn(ctx, &page, user_data);
    if (rc != 0) page = slack__pages_end(&pager->pages, rc, NULL);
    return fn(ctx, &page, user_data);
}

/* ---- on the loop ---- */

typedef struct list {
    slack_then_t then;
    slack_pages_t pages;
    slack_pages_then_fn fn;
    void *user_data;
} list_t;

static int list_ask(slack_ctx_t *ctx, list_t *list)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return SLACK_ENOMEM;
    const slack_json_t *args = slack__pages_args(&list->pages, arena);
    int rc = slack__ctx_required(ctx, args);
    if (rc == 0) rc = slack__ctx_call_then(ctx, list->pages.method, args, &list->then);
    slack__arena_free(arena);
    return rc;
}

/* Its return is the end of one call: after an error or the last page it is the result of the list.
 */
static int list_got_answer(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    list_t *list = user_data;
    slack_page_t page;
    const int next = slack__pages_read(&list->pages, response, &page);
    int rc =
        next < 0 ? list_failed(ctx, &list->pages, next) : list->fn(ctx, &page, list->user_data);
    if (rc == 0 && next == SLACK_PAGES_MORE) {
        rc = list_ask(ctx, list);
        if (rc == 0) return 0;
    }
    page = slack__pages_end(&list->pages, rc, response);
    return list->fn(ctx, &page, list->user_data);
}

int slack_pages_then(slack_ctx_t *ctx, slack_request_t request, size_t max_items,
                     slack_pages_then_fn fn, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    if (fn == NULL)
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "slack_pages_then: there is no function for the pages: pass one");
    if (slack__on_worker(ctx)) return pages_on_worker(ctx, request, max_items, fn, user_data);
    list_t *list = slack__arena_alloc(ctx->delivery->arena, sizeof *list);
    if (list == NULL) return slack__ctx_fail_call(ctx, SLACK_ENOMEM, request.method);
    *list = (list_t){.then = {ctx, list_got_answer, list, NULL}, .fn = fn, .user_data = user_data};
    const int rc = list_begin(ctx, &list->pages, request, max_items);
    return rc ? rc : list_ask(ctx, list);
}
