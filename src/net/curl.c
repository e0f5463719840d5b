/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/socket.h>

#include <slack/error.h>

#include "net/curl_transfer.h"
#include "util/alloc.h"

/* Of answers, in one turn of the loop. A single answer may have more: 16 MiB are parsed in about 50
 * ms. */
#define TURN_BYTES ((size_t)1 << 20)

/* --- the end of a transfer ----------------------------------------------------------------- */

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *line = headers; line; line = line->next)
        slack__wipe(line->data, strlen(line->data)); /* one line holds the token */
    curl_slist_free_all(headers);
}

static void free_transfer(slack_transfer_t *transfer)
{
    slack_curl_t *curl = transfer->curl;
    if (transfer->easy && !curl->closing && curl->idle_count < SLACK_CURL_IDLE_EASY_MAX) {
        curl_easy_reset(transfer->easy); /* forgets the options, keeps the TLS sessions */
        curl->idle[curl->idle_count++] = transfer->easy;
    } else {
        curl_easy_cleanup(transfer->easy);
    }
    free_headers(transfer->headers);
    slack__budget_give(transfer->budget, transfer->in.bytes.len);
    slack__buf_done(&transfer->in.head);
    slack__buf_done(&transfer->in.bytes);
    slack__buf_done(&transfer->out.bytes);
    slack__wipe(transfer, sizeof *transfer + transfer->body_len);
    slack__free(transfer);
}

static slack_transfer_t *transfer_of(CURL *easy)
{
    void *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return transfer;
}

/* Call this after every socket_action, whatever running count it returns: a lone transfer that
 * timed out is no longer counted, and would never be collected. */
static void collect(slack_curl_t *curl)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(curl->multi, &left))) {
        CURLcode code = message->data.result;
        if (message->msg == CURLMSG_DONE)
            slack__transfer_end(transfer_of(message->easy_handle), code);
    }
    if (!curl->faults) return;
    curl->faults = false;
    for (slack_link_t *link = curl->active.next, *next; link != &curl->active; link = next) {
        slack_transfer_t *transfer = SLACK_CONTAINER(link, slack_transfer_t, link);
        next = link->next;
        if (transfer->fault) slack__transfer_end(transfer, CURLE_OUT_OF_MEMORY);
    }
}

/* --- libuv drives libcurl ------------------------------------------------------------------ */

static void curl_timed_out(uv_timer_t *timer)
{
    slack_curl_t *curl = timer->data;
    int running;
    curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(curl);
}

static int curl_set_timer(CURLM *multi, long timeout_ms, void *user_data)
{
    slack_curl_t *curl = user_data;
    if (timeout_ms < 0)
        uv_timer_stop(&curl->timer);
    else
        uv_timer_start(&curl->timer, curl_timed_out, (uint64_t)timeout_ms, 0);
    return 0;
}

static void curl_socket_ready(uv_poll_t *poll, int status, int events)
{
    slack_curl_socket_t *sock = poll->data;
    slack_curl_t *curl = sock->curl;
    int flags = 0, running;
    if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
    /* After an error libcurl reads what came before it, then finds the error by itself. */
    if (status < 0) flags = CURL_CSELECT_IN | CURL_CSELECT_OUT;
    curl_multi_socket_action(curl->multi, sock->fd, flags, &running);
    /* libuv has stopped watching. Go on if libcurl still needs the socket. */
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        uv_poll_start(poll, sock->events, curl_socket_ready);
    collect(curl);
}

static void curl_release(slack_curl_t *curl)
{
    if (--curl->handles > 0) return;
    void (*fn)(void *user_data) = curl->close_fn;
    void *user_data = curl->close_data;
    slack__free(curl->ca_file);
    slack__free(curl->user_agent);
    slack__proxy_unref(curl->proxy);
    slack__free(curl);
    if (fn) fn(user_data);
}

static void curl_socket_closed(uv_handle_t *handle)
{
    slack_curl_socket_t *sock = handle->data;
    slack_curl_t *curl = sock->curl;
    slack__free(sock);
    curl_release(curl);
}

static slack_curl_socket_t *curl_watch_socket(slack_curl_t *curl, curl_socket_t fd)
{
    slack_curl_socket_t *sock = slack__calloc(1, sizeof *sock);
    if (!sock) return NULL;
    if (uv_poll_init_socket(slack__net_loop(curl->net), &sock->poll, fd) != 0) {
        slack__free(sock);
        return NULL;
    }
    sock->poll.data = sock;
    sock->curl = curl;
    sock->fd = fd;
    curl->handles++;
    slack__list_push(&curl->sockets, &sock->link);
    curl_multi_assign(curl->multi, fd, sock);
    return sock;
}

/* CURLMOPT_SOCKETFUNCTION. An error returned here would end the whole multi handle, so a socket
 * that cannot be watched fails its own transfer instead. */
static int curl_set_socket(CURL *easy, curl_socket_t fd, int what, void *user_data, void *priv)
{
    slack_curl_t *curl = user_data;
    slack_curl_socket_t *sock = priv;
    slack_transfer_t *transfer = transfer_of(easy);
    /* While a source waits, libcurl keeps a transfer whose peer has closed the connection. It only
     * stops to read. */
    char byte;
    const bool keeps = transfer && transfer->out.starved && !transfer->in.full && !transfer->over;
    if (keeps && !(what & CURL_POLL_IN) && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
        transfer->fault = SLACK_ECLOSED;
        curl->faults = true;
    }
    if (what == CURL_POLL_REMOVE) {
        if (!sock) return 0;
        curl_multi_assign(curl->multi, fd, NULL);
        slack__unlink(&sock->link);
        uv_close((uv_handle_t *)&sock->poll, curl_socket_closed);
        return 0;
    }
    if (!sock) sock = curl_watch_socket(curl, fd);
    if (sock) {
        sock->events =
            ((what & CURL_POLL_IN) ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0);
        if (uv_poll_start(&sock->poll, sock->events, curl_socket_ready) == 0) return 0;
    }
    if (transfer) transfer->fault = SLACK_ENOMEM;
    curl->faults = true;
    return 0;
}

/* --- the start of a transfer --------------------------------------------------------------- */

/* The only copy of the lines. NULL: memory is out. */
static struct curl_slist *copy_headers(const char *const *headers)
{
    /* No "Expect: 100-continue", which would only cost a round trip. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (; list && headers && *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (!longer) free_headers(list);
        list = longer;
    }
    return list;
}

static bool request_is_valid(const slack_curl_request_t *request, slack_url_t *ret_url)
{
    static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "!#$%&'*+-.^_`|~";
    const char *method = request->method;
    if (!method || !*method || method[strspn(method, token)] != '\0') return false;
    if (slack__url_parse(ret_url, request->url) != 0) return false;
    if (ret_url->scheme.ptr[0] != 'h' && ret_url->scheme.ptr[0] != 'H') return false; /* ws, wss */
    if (!request->plain && !slack__url_parts_allowed(ret_url)) return false;
    const bool streamed = request->source.read || request->sink.write;
    const bool has_body = request->source.read || request->body_len > 0;
    if (request->source.read && request->source.len < -1) return false;
    if (has_body && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)) return false;
    return request->timeout_ms > 0 || streamed;
}

/* A transfer that libcurl does not have yet. NULL: memory is out. */
static slack_transfer_t *transfer_new(slack_curl_t *curl, const slack_curl_request_t *request)
{
    slack_transfer_t *transfer = slack__calloc(1, sizeof *transfer + request->body_len);
    if (!transfer) return NULL;
    transfer->curl = curl;
    transfer->body_len = request->body_len;
    transfer->budget = request->budget;
    if (request->body_len) memcpy(transfer->body, request->body, request->body_len);
    transfer->out.source = request->source;
    transfer->out.over = request->source.len == 0;
    transfer->in.sink = request->sink;
    transfer->idle.limit_ms = request->idle_ms;
    slack__link_init(&transfer->link);
    slack__link_init(&transfer->due);
    slack__buf_init(&transfer->out.bytes, SLACK_CURL_WINDOW);
    slack__buf_init(&transfer->in.head, request->keep_head ? SLACK_CURL_HEAD_MAX : 0);
    slack__buf_init(&transfer->in.bytes,
                    slack__transfer_has_sink(transfer) ? SLACK_CURL_WINDOW : request->body_max);
    return transfer;
}

int slack__curl_send(slack_curl_t *curl, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    slack_url_t url;
    if (!request_is_valid(request, &url)) return SLACK_EINVAL;
    if (request->public_only && slack__proxy_serves(curl->proxy, url.host, url.port))
        return SLACK_EINVAL; /* the proxy would resolve the name */
    if (curl->closing) return SLACK_ECANCELED;
    if (curl->count >= curl->concurrency) return SLACK_EBUSY;
    slack_transfer_t *transfer = transfer_new(curl, request);
    if (!transfer) return SLACK_ENOMEM;
    transfer->fn = fn;
    transfer->user_data = user_data;
    transfer->easy = curl->idle_count ? curl->idle[--curl->idle_count] : curl_easy_init();
    transfer->headers = copy_headers(request->headers);
    if (!transfer->easy || !transfer->headers ||
        slack__transfer_set_options(transfer, request, &url) != CURLE_OK ||
        curl_multi_add_handle(curl->multi, transfer->easy) != CURLM_OK) {
        free_transfer(transfer);
        return SLACK_ENOMEM;
    }
    slack__list_push(&curl->active, &transfer->link);
    curl->count++;
    slack__transfer_begin(transfer);
    if (request->ret_transfer) *request->ret_transfer = transfer;
    return 0;
}

/* --- life ---------------------------------------------------------------------------------- */

static void curl_timer_closed(uv_handle_t *handle)
{
    curl_release(handle->data);
}

/* A transfer that posts itself in here has its next step in the next turn of the loop. So have
 * those behind a large answer, which its receiver parses: acks are sent in between. */
static void curl_tell(slack_task_t *task)
{
    slack_curl_t *curl = SLACK_CONTAINER(task, slack_curl_t, tell);
    slack_link_t due, *link;
    size_t told_bytes = 0;
    slack__link_init(&due);
    slack__list_splice(&due, &curl->due);
    while (told_bytes < TURN_BYTES && (link = slack__list_shift(&due))) {
        slack_transfer_t *transfer = SLACK_CONTAINER(link, slack_transfer_t, due);
        if (!slack__transfer_step(transfer)) continue;
        slack__transfer_read_result(transfer, transfer->code);
        told_bytes += transfer->result.body_len;
        slack__unlink(&transfer->link);
        slack__unlink(&transfer->due);
        curl->count--;
        transfer->fn(&transfer->result, transfer->user_data);
        free_transfer(transfer);
    }
    if (!slack__list_empty(&due)) {
        slack__list_splice(&due, &curl->due);
        slack__list_splice(&curl->due, &due);
        slack__task_post(curl->net, &curl->tell);
    }
    if (!curl->closing || !slack__list_empty(&curl->ended)) return;
    slack__task_cancel(&curl->tell);
    while (curl->idle_count)
        curl_easy_cleanup(curl->idle[--curl->idle_count]);
    curl_multi_cleanup(curl->multi); /* closes its sockets */
    uv_close((uv_handle_t *)&curl->timer, curl_timer_closed);
}

void slack__curl_close(slack_curl_t *curl, void (*fn)(void *user_data), void *user_data)
{
    if (curl->closing) return;
    curl->closing = true;
    curl->close_fn = fn;
    curl->close_data = user_data;
    while (!slack__list_empty(&curl->active))
        slack__curl_cancel(SLACK_CONTAINER(curl->active.next, slack_transfer_t, link));
    for (slack_link_t *link = curl->ended.next; link != &curl->ended; link = link->next)
        slack__transfer_post(SLACK_CONTAINER(link, slack_transfer_t, link));
    slack__task_post(curl->net, &curl->tell);
}

static uv_once_t global_once = UV_ONCE_INIT;
static CURLcode global_status;

static void global_init(void)
{
    global_status = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURLM *new_multi(slack_curl_t *curl)
{
    uv_once(&global_once, global_init);
    CURLM *multi = global_status == CURLE_OK ? curl_multi_init() : NULL;
    if (!multi) return NULL;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_set_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, curl);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_set_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, curl);
    /* As many are kept open: else a burst of calls would open a connection for each of them. */
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)SLACK_CURL_HOST_CONNECTIONS);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)SLACK_CURL_HOST_CONNECTIONS);
    return multi;
}

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options)
{
    slack_curl_t *curl = slack__calloc(1, sizeof *curl);
    if (!curl) return SLACK_ENOMEM;
    curl->net = net;
    curl->concurrency = options->concurrency;
    curl->ca_file = slack__strdup(options->ca_file);
    curl->user_agent = slack__strdup(options->user_agent);
    curl->multi = new_multi(curl);
    if (!curl->multi || !curl->user_agent || (options->ca_file && !curl->ca_file)) {
        if (curl->multi) curl_multi_cleanup(curl->multi);
        slack__free(curl->ca_file);
        slack__free(curl->user_agent);
        slack__free(curl);
        return SLACK_ENOMEM;
    }
    curl->proxy = slack__proxy_ref(options->proxy);
    slack__link_init(&curl->active);
    slack__link_init(&curl->ended);
    slack__link_init(&curl->due);
    slack__link_init(&curl->sockets);
    slack__link_init(&curl->tell.link);
    curl->tell.run = curl_tell;
    uv_timer_init(slack__net_loop(net), &curl->timer);
    curl->timer.data = curl;
    curl->handles = 1;
    *ret = curl;
    return 0;
}
