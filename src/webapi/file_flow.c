/* SPDX-License-Identifier: MIT */
#include "webapi/file_flow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/random.h"
#include "webapi/response.h"

#define TICK_MS  1000
#define QUIET_MS 100 /* between two reports of the progress */

/* --- functions of the program -------------------------------------------------------------- */

slack_file_call_t *slack__file_call_new(bool bytes)
{
    slack_file_call_t *call = slack__calloc(1, sizeof *call + (bytes ? SLACK_CURL_WINDOW : 0));
    if (call == NULL) return NULL;
    atomic_init(&call->holders, 1);
    if (bytes) call->bytes = (char *)(call + 1);
    return call;
}

void slack__file_call_release(slack_file_call_t *call)
{
    if (call && atomic_fetch_sub(&call->holders, 1) == 1) slack__free(call);
}

void slack__file_call_run(slack_file_call_t *call)
{
    switch (call->need) {
    case SLACK_FILE_READ:
        call->result = call->read(call->bytes, call->len, call->offset, call->user_data);
        break;
    case SLACK_FILE_WRITE:
        call->result = call->write(call->bytes, call->len, call->offset, call->user_data);
        break;
    case SLACK_FILE_PROGRESS:
        call->result = call->progress(&call->report, call->progress_data);
        break;
    }
}

void slack__file_flow_called(slack_file_flow_t *flow)
{
    flow->calling = false;
    if (flow->over)
        slack__file_flow_end(flow);
    else
        flow->called(flow);
}

void slack__file_flow_call(slack_file_flow_t *flow, void (*called)(slack_file_flow_t *flow))
{
    slack_net_t *net = slack__webapi_net(&flow->client);
    flow->calling = true;
    flow->called = called;
    if (flow->owner->call) {
        flow->owner->call(flow);
        return;
    }
    const uint64_t since_us = slack__net_now_us(net);
    slack__file_call_run(flow->call);
    slack__net_note_blocking(net, since_us, "file", flow->name);
    slack__file_flow_called(flow);
}

static void progress_told(slack_file_flow_t *flow)
{
    if (flow->call->result != 0)
        slack__file_flow_fail(flow, flow->call->result < 0 ? (int)flow->call->result : SLACK_EINVAL,
                              "the progress function has ended it");
    else
        flow->resume(flow);
}

void slack__file_flow_progress(slack_file_flow_t *flow, bool now)
{
    slack_net_t *net = slack__webapi_net(&flow->client);
    const uint64_t now_ms = slack__mono_ms(net->clock);
    if (!flow->call || !flow->call->progress || flow->calling || flow->over) return;
    if (!now && now_ms < flow->progress.told_ms + QUIET_MS) return;
    flow->progress.told_ms = now_ms;
    flow->call->need = SLACK_FILE_PROGRESS;
    flow->call->report = flow->progress.report;
    snprintf(flow->call->name, sizeof flow->call->name, "%s", flow->progress.report.name);
    flow->call->report.name = flow->call->name;
    slack__file_flow_call(flow, progress_told);
}

static void flow_ticked(slack_timer_t *timer)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(timer, slack_file_flow_t, progress.tick);
    slack__timer_start(slack__webapi_net(&flow->client), timer, TICK_MS);
    if (slack__mono_ms(slack__webapi_net(&flow->client)->clock) >= flow->progress.told_ms + TICK_MS)
        slack__file_flow_progress(flow, true);
}

/* --- the end ------------------------------------------------------------------------------- */

static void flow_disk_closed(slack_disk_file_t *disk)
{
    slack__file_flow_end(SLACK_CONTAINER(disk, slack_file_flow_t, disk));
}

static void flow_free(slack_file_flow_t *flow)
{
    slack_webapi_t *webapi = flow->webapi;
    slack_arena_t *arena = flow->arena;
    slack__unlink(&flow->flow.link);
    slack__disk_done(&flow->disk);
    slack__file_call_release(flow->call);
    slack__client_release(&flow->client);
    if (!flow->owner->ended(flow)) slack__arena_free(arena);
    slack__webapi_leave(webapi);
}

void slack__file_flow_end(slack_file_flow_t *flow)
{
    slack_net_t *net = slack__webapi_net(&flow->client);
    const bool first = !flow->over;
    flow->over = true;
    slack__timer_stop(net, &flow->timer);
    slack__timer_stop(net, &flow->progress.tick);
    if (first && flow->transfer) slack__curl_cancel(flow->transfer);
    if (flow->asking || flow->sending || flow->disk.busy) return; /* their end comes back here */
    if (flow->calling && !flow->closing) return;
    if (flow->disk.fd >= 0 || flow->disk.temp)
        slack__disk_close(&flow->disk, flow_disk_closed);
    else /* the caller may still look at the flow */
        slack__file_flow_wait(flow, 0, flow_free);
}

/* The first fault counts. */
static void flow_fault(slack_file_flow_t *flow, const slack_flow_fault_t *fault)
{
    if (!flow->over) flow->fault = *fault;
    slack__file_flow_end(flow);
}

void slack__file_flow_fail(slack_file_flow_t *flow, int status, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *why = slack__arena_vprintf(flow->arena, format, ap);
    va_end(ap);
    if (why) why = slack__arena_printf(flow->arena, "%s: %s", flow->name, why);
    flow_fault(flow, &(slack_flow_fault_t){.status = status, .why = why});
}

void slack__file_flow_fail_call(slack_file_flow_t *flow, const slack_response_t *response,
                                const char *more)
{
    const bool answered = response->json != NULL || response->status == SLACK_EAPI;
    slack_flow_fault_t fault = {.status = response->status,
                                .method = slack__arena_strdup(flow->arena, response->method)};
    if (answered) fault.word = slack__arena_strdup(flow->arena, response->error);
    fault.why = slack__arena_printf(flow->arena, "%s: %s: %s%s", flow->name, response->method,
                                    slack__response_why(response, flow->arena), more);
    flow_fault(flow, &fault);
}

/* From a task, as the end of a call: the closer of the webapi does not expect the program. */
void slack__file_flow_abandon(slack_file_flow_t *flow)
{
    flow->closing = true;
    if (!flow->over)
        flow->fault =
            (slack_flow_fault_t){.status = SLACK_ECANCELED,
                                 .why = slack__arena_printf(flow->arena, "%s: %s", flow->name,
                                                            slack_strerror(SLACK_ECANCELED))};
    if (!flow->over && flow->transfer) slack__curl_cancel(flow->transfer);
    flow->over = true;
    slack__file_flow_wait(flow, 0, slack__file_flow_end);
}

static void flow_canceled(slack_flow_t *flow)
{
    slack__file_flow_abandon(SLACK_CONTAINER(flow, slack_file_flow_t, flow));
}

/* --- what is under way --------------------------------------------------------------------- */

static void flow_answered(const slack_response_t *response, void *user_data)
{
    slack_file_flow_t *flow = user_data;
    flow->asking = false;
    if (flow->over)
        slack__file_flow_end(flow);
    else
        flow->answered(flow, response);
}

void slack__file_flow_ask(slack_file_flow_t *flow, const char *method, const slack_json_t *args,
                          void (*answered)(slack_file_flow_t *flow,
                                           const slack_response_t *response))
{
    flow->answered = answered;
    const int rc = slack__webapi_call(&flow->client, method, args, flow_answered, flow);
    if (rc == 0)
        flow->asking = true;
    else
        slack__file_flow_fail(flow, rc, "%s was not called: %s", method,
                              slack__webapi_refusal(&flow->client, method, rc));
}

static void flow_received(const slack_curl_result_t *result, void *user_data)
{
    slack_file_flow_t *flow = user_data;
    flow->sending = false;
    flow->transfer = NULL;
    if (flow->over)
        slack__file_flow_end(flow);
    else
        flow->received(flow, result);
}

void slack__file_flow_send(slack_file_flow_t *flow, slack_curl_request_t *request,
                           void (*received)(slack_file_flow_t *flow,
                                            const slack_curl_result_t *result))
{
    flow->received = received;
    flow->transfer = NULL;
    request->ret_transfer = &flow->transfer;
    const int rc = slack__webapi_send(flow->webapi, request, flow_received, flow);
    if (rc == 0)
        flow->sending = true;
    else
        slack__file_flow_fail(flow, rc, "nothing was sent: %s", slack_strerror(rc));
}

static void flow_waited(slack_timer_t *timer)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(timer, slack_file_flow_t, timer);
    flow->step(flow);
}

void slack__file_flow_wait(slack_file_flow_t *flow, uint64_t ms,
                           void (*step)(slack_file_flow_t *flow))
{
    flow->step = step;
    slack__timer_start(slack__webapi_net(&flow->client), &flow->timer, ms);
}

static const char *disk_cure(int error)
{
    switch (error) {
    case EINVAL: return "pass its bytes with a read function";
    case ENOENT:
    case ENOTDIR: return "correct the path";
    case EISDIR: return "name a file in it";
    case EACCES:
    case EPERM:
    case EROFS: return "permit it to the user of the app, or name another folder";
    case ENOSPC:
    case EDQUOT: return "make room";
    case EBADF: return "pass a descriptor that is open";
    case ENAMETOOLONG: return "pass a shorter name";
    default: return "check the disk";
    }
}

bool slack__file_flow_disk(slack_file_flow_t *flow, const char *verb)
{
    const int error = flow->disk.error;
    const bool good = error == 0 && !flow->over;
    if (flow->over)
        slack__file_flow_end(flow);
    else if (error == ESTALE)
        slack__file_flow_fail(flow, SLACK_EIO, "its size changed while it was read: upload a copy");
    else if (error != 0)
        slack__file_flow_fail(
            flow, error == ENOMEM ? SLACK_ENOMEM : SLACK_EIO, "cannot %s it: %s: %s", verb,
            error == EINVAL ? "it is not a regular file" : strerror(error), disk_cure(error));
    return good;
}

uint64_t slack__file_flow_pause_ms(slack_file_flow_t *flow, int64_t retry_after_s)
{
    if (retry_after_s > 0) return (uint64_t)(retry_after_s < 3600 ? retry_after_s : 3600) * 1000;
    return slack__backoff_next_ms(&flow->backoff, 0, slack__random_u64());
}

/* --- the start ----------------------------------------------------------------------------- */

slack_file_flow_t *slack__file_flow_new(size_t size, const slack_file_owner_t *owner)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_file_flow_t *flow = arena ? slack__arena_calloc(arena, size) : NULL;
    if (flow == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    flow->arena = arena;
    flow->owner = owner;
    return flow;
}

void slack__file_flow_drop(slack_file_flow_t *flow)
{
    if (flow == NULL) return;
    slack__file_call_release(flow->call);
    slack__client_release(&flow->client);
    slack__arena_free(flow->arena);
}

int slack__file_flow_begin(slack_file_flow_t *flow, slack_client_t *client,
                           void (*step)(slack_file_flow_t *flow), const char **ret_why)
{
    slack_net_t *net = slack__webapi_net(client);
    *ret_why = NULL;
    if (net == NULL) return SLACK_ECANCELED;
    const char *token = slack__client_token(client);
    if (token == NULL || *token == '\0') return SLACK_EAUTH;
    int rc = slack__client_copy(&flow->client, client, flow->arena);
    if (rc != 0) return rc;
    flow->webapi = slack__webapi_of(client);
    flow->client.webapi = flow->webapi;
    flow->client.home = NULL;
    flow->client.order = NULL;
    flow->client.begin = NULL;
    flow->client.end = NULL;
    flow->client.place = 0;
    rc = slack__disk_init(&flow->disk, net);
    if (rc == 0) rc = slack__webapi_join(flow->webapi, &flow->flow, flow_canceled);
    if (rc != 0) {
        slack__disk_done(&flow->disk);
        if (rc == SLACK_EBUSY) *ret_why = "64 uploads and downloads are under way: do less at once";
        return rc;
    }
    flow->backoff = (slack_backoff_t){.base_ms = 500, .cap_ms = 10000};
    slack__timer_init(&flow->timer, flow_waited);
    slack__timer_init(&flow->progress.tick, flow_ticked);
    if (flow->call && flow->call->progress) slack__timer_start(net, &flow->progress.tick, TICK_MS);
    slack__file_flow_wait(flow, 0, step);
    return 0;
}
