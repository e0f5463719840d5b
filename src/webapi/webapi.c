/* SPDX-License-Identifier: MIT */
#include "webapi/webapi.h"

#include <stdio.h>
#include <string.h>

#include "protocol/methods.h"
#include "util/alloc.h"
#include "webapi/call_queue.h"

size_t slack__webapi_under_way(const slack_webapi_t *webapi)
{
    return webapi->count;
}

size_t slack__webapi_waiting(const slack_webapi_t *webapi)
{
    return slack__pace_waiting(webapi->queue.pace);
}

size_t slack__webapi_room(const slack_webapi_t *webapi)
{
    return webapi->concurrency > webapi->count ? webapi->concurrency - webapi->count : 0;
}

uint64_t slack__webapi_unwatched(const slack_webapi_t *webapi)
{
    return webapi->unwatched;
}

static void webapi_free(slack_webapi_t *webapi)
{
    slack__call_queue_free(webapi);
    slack__free(webapi->noted);
    slack__free(webapi->api_url);
    slack__free(webapi);
}

/* The end of a close, once the sender is closed and the last flow has ended. */
static void webapi_closed(slack_webapi_t *webapi)
{
    slack__call_queue_flush(webapi);
    if (webapi->dropped > 0)
        SLACK_LOG(slack__net_log(webapi->net), WARN, "calls dropped at the stop",
                  "count=%u hint=%s", webapi->dropped,
                  "a stop does not wait for calls outside a delivery: make them in a job "
                  "(slack_app_defer()), or pass a function, which gets SLACK_ECANCELED");
    void (*fn)(void *user_data) = webapi->close_fn;
    void *fn_data = webapi->close_data;
    webapi_free(webapi);
    if (fn) fn(fn_data);
}

static void webapi_sender_closed(void *user_data)
{
    slack_webapi_t *webapi = user_data;
    webapi->sender.send = NULL;
    if (webapi->flow_count == 0) webapi_closed(webapi);
}

int slack__webapi_join(slack_webapi_t *webapi, slack_flow_t *flow,
                       void (*canceled)(slack_flow_t *flow))
{
    if (webapi->closing) return SLACK_ECANCELED;
    if (webapi->flow_count >= SLACK_FLOWS_MAX) return SLACK_EBUSY;
    flow->canceled = canceled;
    slack__list_push(&webapi->flows, &flow->link);
    webapi->flow_count++;
    return 0;
}

void slack__webapi_leave(slack_webapi_t *webapi)
{
    webapi->flow_count--;
    if (webapi->flow_count == 0 && webapi->closing && webapi->sender.send == NULL)
        webapi_closed(webapi);
}

int slack__webapi_send(slack_webapi_t *webapi, const slack_curl_request_t *request,
                       slack_curl_fn fn, void *user_data)
{
    const slack_sender_t *sender = &webapi->sender;
    if (webapi->closing) return SLACK_ECANCELED;
    return sender->send(sender->sender, request, fn, user_data);
}

const char *slack__webapi_header(const slack_webapi_t *webapi, const slack_curl_result_t *result,
                                 const char *name)
{
    return webapi->curl ? slack__curl_header(result, name) : "";
}

bool slack__webapi_owns(const slack_webapi_t *webapi, const char *url)
{
    return slack__response_url_allowed(url, webapi->api_url);
}

void slack__webapi_close(slack_webapi_t *webapi, void (*fn)(void *user_data), void *user_data)
{
    if (webapi->closing) return;
    webapi->closing = true;
    webapi->close_fn = fn;
    webapi->close_data = user_data;
    slack__call_queue_cancel(webapi);
    slack_link_t *link;
    while ((link = slack__list_shift(&webapi->flows)))
        SLACK_CONTAINER(link, slack_flow_t, link)
            ->canceled(SLACK_CONTAINER(link, slack_flow_t, link));
    webapi->sender.close(webapi->sender.sender, webapi_sender_closed, webapi);
}

static int curl_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    return slack__curl_send(sender, request, fn, user_data);
}

static void curl_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack__curl_close(sender, fn, user_data);
}

static int open_sender(slack_webapi_t *webapi, const slack_webapi_options_t *options)
{
    if (options->sender) {
        webapi->sender = *options->sender;
        return 0;
    }
    const slack_curl_options_t curl = {
        .ca_file = options->ca_file,
        .proxy = options->proxy,
        .user_agent = "slackapp/" SLACKAPP_VERSION " libcurl",
        .concurrency = options->concurrency + SLACK_FLOWS_MAX, /* a flow has one request */
    };
    int rc = slack__curl_new(&webapi->curl, webapi->net, &curl);
    webapi->sender = (slack_sender_t){curl_send, curl_close, webapi->curl};
    return rc;
}

/* The name of a method follows the URL. */
bool slack__api_url_is_valid(const char *url)
{
    slack_url_t parts;
    return slack__url_allowed(url) && slack__url_parse(&parts, url) == 0 &&
           slack__slice_eq_nocase((slack_slice_t){parts.scheme.ptr, 4}, SLACK_SLICE("http")) &&
           strpbrk(url, "?#") == NULL && url[strlen(url) - 1] == '/';
}

int slack__webapi_new(slack_webapi_t **ret, slack_net_t *net, const slack_webapi_options_t *options)
{
    const char *url = options->api_url;
    if (!slack__api_url_is_valid(url)) return SLACK_EINVAL;
    slack_webapi_t *webapi = slack__calloc(1, sizeof *webapi);
    if (!webapi) return SLACK_ENOMEM;
    size_t methods;
    slack__methods(&methods);
    webapi->noted = slack__calloc(methods + 1, 1);
    webapi->api_url = slack__strdup(url);
    webapi->net = net;
    webapi->concurrency = options->concurrency;
    webapi->calls_max = options->calls_max ? options->calls_max : options->concurrency;
    int rc = slack__call_queue_init(webapi, options->pace);
    if (rc == 0)
        rc = webapi->noted && webapi->api_url ? open_sender(webapi, options) : SLACK_ENOMEM;
    if (rc != 0) {
        webapi_free(webapi);
        return rc;
    }
    slack__call_queue_note_http2(webapi, false);
    if (options->wrap) options->wrap(&webapi->sender, options->wrap_data);
    webapi->timeout_ms = options->timeout_ms;
    webapi->wait_ms = options->wait_ms;
    webapi->budget = options->budget;
    webapi->blocks = options->blocks;
    webapi->called = options->called;
    webapi->tried = options->tried;
    webapi->queue.workers = options->workers;
    snprintf(webapi->no_room, sizeof webapi->no_room,
             "%u calls are under way, all that slack_options_t.max_calls allows: do less at once, "
             "or raise it",
             webapi->calls_max);
    webapi->user_data = options->user_data;
    slack__link_init(&webapi->flows);
    *ret = webapi;
    return 0;
}
