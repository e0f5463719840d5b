/* SPDX-License-Identifier: MIT */
#include "util/json.h"
#include "webapi/pages.h"
#include "webapi/response.h"
#include "webapi/webapi.h"

/* A list on the loop, outside the calls of a delivery. It lies in its arena. */
typedef struct list {
    slack_arena_t *arena;
    slack_client_t *client; /* the program's, or `own` */
    slack_client_t own;     /* a copy of a client that the program may free */
    bool held;              /* the client's delivery waits for the end of the list */
    slack_pages_t pages;
    slack_pages_fn fn;
    void *user_data;
} list_t;

static void list_got_answer(const slack_response_t *response, void *user_data);

static void list_free(list_t *list)
{
    slack__client_release(&list->own);
    slack__arena_free(list->arena);
}

/* Ask for the next page. The arguments are copied into the call. */
static int list_ask(list_t *list)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return SLACK_ENOMEM;
    const slack_json_t *args = slack__pages_args(&list->pages, arena);
    int rc = slack_json_error(args);
    if (rc == 0)
        rc = slack__webapi_call(list->client, list->pages.method, args, list_got_answer, list);
    if (rc != 0 && list->pages.why == NULL)
        list->pages.why = slack__webapi_refusal(list->client, list->pages.method, rc);
    slack__arena_free(arena);
    return rc;
}

static int list_tell(list_t *list, const slack_page_t *page)
{
    slack_net_t *net = slack__webapi_net(list->client);
    const uint64_t since_us = slack__net_now_us(net);
    const int rc = list->fn(page, list->user_data);
    slack__net_note_blocking(net, since_us, "list", list->pages.method);
    return rc;
}

static void list_got_answer(const slack_response_t *response, void *user_data)
{
    list_t *list = user_data;
    slack_page_t page;
    const int next = slack__pages_read(&list->pages, response, &page);
    int rc = next < 0 ? next : list_tell(list, &page);
    if (rc == 0 && next == SLACK_PAGES_MORE) {
        rc = list_ask(list);
        if (rc == 0) return;
    }
    page = slack__pages_end(&list->pages, rc, response);
    list_tell(list, &page);
    if (list->held) {
        slack_response_t done;
        slack__response_fail(&done, 0);
        list->client->end(list->client, &done);
    }
    list_free(list);
}

int slack_pages(slack_client_t *client, slack_request_t request, size_t max_items,
                slack_pages_fn fn, void *user_data)
{
    int rc = slack__webapi_act(client, __func__);
    if (rc != 0) return rc;
    if (client == NULL) return SLACK_EINVAL;
    if (fn == NULL)
        return slack__webapi_refuse(client, request.method, SLACK_EINVAL,
                                    "there is no function for the pages: pass one");
    if (client->order && client->begin == NULL)
        return slack__webapi_refuse(client, request.method, SLACK_EALREADY,
                                    "the delivery has ended: use slack_app_client()");
    slack_arena_t *arena = slack__arena_new(0, 0);
    list_t *list = arena ? slack__arena_alloc(arena, sizeof *list) : NULL;
    if (list == NULL) {
        slack__arena_free(arena);
        return slack__webapi_refuse(client, request.method, SLACK_ENOMEM, NULL);
    }
    *list = (list_t){.arena = arena, .client = client, .fn = fn, .user_data = user_data};
    list->held = client->begin != NULL;
    /* The app's own client has no home: it stays, and its token may change. */
    if (client->home) {
        rc = slack__client_copy(&list->own, client, arena);
        list->client = &list->own;
    }
    if (rc == 0) rc = slack__pages_begin(&list->pages, arena, request, max_items);
    if (rc == 0) rc = list_ask(list);
    if (rc == SLACK_ENOMEM && slack__arena_is_full(arena)) {
        rc = SLACK_ETOOBIG;
        list->pages.why = NULL;
    }
    if (rc == 0) {
        if (list->held) client->begin(client);
        return 0;
    }
    slack__webapi_refuse(client, request.method, rc, list->pages.why);
    list_free(list);
    return rc;
}
