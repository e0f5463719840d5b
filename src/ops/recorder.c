/* SPDX-License-Identifier: MIT */
#include "ops/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/redact_json.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"
#include "webapi/args.h"

#define FORMAT_VERSION 1
#define PARSE_MAX      ((size_t)96 << 20) /* the values of one call or answer */

/* Takes the place of a transport in its deliveries. */
typedef struct stand_in {
    slack_transport_t transport;
    struct slack_transport_ops ops;
    slack_recorder_t *recorder;
    slack_transport_t *real;
} stand_in_t;

struct slack_recorder {
    slack_net_t *net;
    const char *api_url;
    slack_redactor_t redactor;
    slack_sender_t sender; /* the one that slack__recorder_wrap() wraps */
    stand_in_t stand_ins[SLACK_TRANSPORTS_MAX];
    size_t stand_in_count;
    uint64_t begin_ms; /* on the net's clock */
    uint64_t last_call;
    bool begun, stopped, closing;

    uint64_t bytes, max_bytes; /* of the file, with the lines that are not written yet */
    uv_file file;
    uv_fs_t request;
    bool busy;           /* the request is in flight, on `writing` or for the close */
    slack_buf_t lines;   /* not given to the request yet */
    slack_buf_t writing; /* borrowed by the request */
    slack_task_t flush_task;
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* A call in flight. */
typedef struct recorded_call {
    slack_recorder_t *recorder;
    uint64_t number; /* 0: it is not recorded */
    slack_curl_fn fn;
    void *user_data;
} recorded_call_t;

/* --- the file ------------------------------------------------------------------------------ */

static void recorder_flush(slack_recorder_t *r);

/* Record nothing more. The lines so far are still written. */
static void recorder_stop(slack_recorder_t *r, const char *why)
{
    if (r->stopped) return;
    r->stopped = true;
    SLACK_LOG(slack__net_log(r->net), WARN, "recording stopped", "reason=%s bytes=%llu", why,
              (unsigned long long)r->bytes);
}

/* Drop the lines that the file does not take. */
static void recorder_fail(slack_recorder_t *r, int uv_error)
{
    recorder_stop(r, uv_strerror(uv_error));
    slack__buf_done(&r->lines);
    slack__buf_done(&r->writing);
}

static void recorder_written(uv_fs_t *request)
{
    slack_recorder_t *r = request->data;
    const ssize_t result = request->result;
    uv_fs_req_cleanup(request);
    r->busy = false;
    if (result < 0)
        recorder_fail(r, (int)result);
    else
        slack__buf_consume(&r->writing, (size_t)result);
    recorder_flush(r);
}

static void recorder_end(slack_recorder_t *r)
{
    void (*fn)(void *user_data) = r->close_fn;
    void *user_data = r->close_data;
    slack__task_cancel(&r->flush_task);
    slack__redact_json_done(&r->redactor);
    slack__buf_done(&r->lines);
    slack__buf_done(&r->writing);
    slack__free(r);
    fn(user_data);
}

static void recorder_closed(uv_fs_t *request)
{
    uv_fs_req_cleanup(request);
    recorder_end(request->data);
}

/* Begin the next write if none is in flight. After the last one of a closing recorder, close the
 * file. */
static void recorder_flush(slack_recorder_t *r)
{
    uv_loop_t *loop = slack__net_loop(r->net);
    if (r->busy) return;
    if (r->writing.len == 0 && r->lines.len > 0) {
        slack_buf_t empty = r->writing;
        slack__buf_clear(&empty);
        r->writing = r->lines;
        r->lines = empty;
    }
    r->request.data = r;
    if (r->writing.len > 0) {
        const uv_buf_t buf = uv_buf_init(slack__buf_ptr(&r->writing), (unsigned)r->writing.len);
        int rc = uv_fs_write(loop, &r->request, r->file, &buf, 1, -1, recorder_written);
        r->busy = rc == 0;
        if (rc != 0) recorder_fail(r, rc);
    }
    if (r->busy || !r->closing) return;
    r->busy = true;
    if (uv_fs_close(loop, &r->request, r->file, recorder_closed) != 0) recorder_end(r);
}

static void recorder_run_task(slack_task_t *task)
{
    recorder_flush(SLACK_CONTAINER(task, slack_recorder_t, flush_task));
}

/* A recording begins with this. */
static const char first_words[] = "{\"t\":0,\"type\":\"begin\"";

/* A file is replaced only if it is a recording, or empty. */
static bool may_replace(const char *path)
{
    char words[sizeof first_words - 1];
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    ssize_t len =
        fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? read(fd, words, sizeof words) : -1;
    close(fd);
    return len == 0 || (len == sizeof words && memcmp(words, first_words, sizeof words) == 0);
}

static int fail_create(char *error, const char *path, const char *why)
{
    slack__explain(error, "SLACK_RECORD=%.120s cannot be created: %s", path, why);
    return SLACK_EIO;
}

static int create_file(uv_file *ret, const char *path, char *error)
{
    char old[1024];
    struct stat info;
    if ((size_t)snprintf(old, sizeof old, "%s.old", path) >= sizeof old)
        return fail_create(error, path, "the name is too long");
    if (lstat(path, &info) == 0) {
        if (!may_replace(path)) return fail_create(error, path, "something else has that name");
        if (rename(path, old) != 0)
            return fail_create(error, path, uv_strerror(uv_translate_sys_error(errno)));
    }
    slack_file_fault_t fault;
    int fd = slack__file_open_private(path, O_EXCL | O_NOFOLLOW, &fault);
    if (fd < 0) return fail_create(error, path, fault.why);
    *ret = fd;
    return 0;
}

int slack__recorder_open(slack_recorder_t **ret, slack_net_t *net,
                         const slack_recorder_options_t *options, char *error)
{
    slack_recorder_t *r = slack__calloc(1, sizeof *r);
    if (r == NULL) return SLACK_ENOMEM;
    int rc = slack__redact_json_init(&r->redactor, options->hide_texts);
    if (rc == SLACK_EIO) fail_create(error, options->path, "the system has no random numbers");
    if (rc == 0) rc = create_file(&r->file, options->path, error);
    if (rc != 0) {
        slack__redact_json_done(&r->redactor);
        slack__free(r);
        return rc;
    }
    r->net = net;
    r->api_url = options->api_url;
    r->max_bytes = options->max_bytes;
    slack__buf_init(&r->lines, options->pending_max);
    slack__buf_init(&r->writing, options->pending_max);
    slack__link_init(&r->flush_task.link);
    r->flush_task.run = recorder_run_task;
    *ret = r;
    return 0;
}

/* --- lines --------------------------------------------------------------------------------- */

static bool is_recording(const slack_recorder_t *r)
{
    return r && r->begun && !r->stopped && !r->closing;
}

/* A line that is being appended to r->lines. After the first error nothing is added, and line_end()
 * removes the whole line. */
typedef struct line {
    slack_recorder_t *recorder;
    size_t start;
    int rc;
} line_t;

static void SLACK_PRINTF(2, 3) line_add(line_t *line, const char *format, ...)
{
    if (line->rc != 0) return;
    va_list ap;
    va_start(ap, format);
    line->rc = slack__buf_vprintf(&line->recorder->lines, format, ap);
    va_end(ap);
}

static line_t line_begin(slack_recorder_t *r, const char *type)
{
    line_t line = {.recorder = r, .start = r->lines.len};
    const uint64_t ms = slack__mono_ms(slack__net_clock(r->net)) - r->begin_ms;
    line_add(&line, "{\"t\":%llu,\"type\":\"%s\"", (unsigned long long)ms, type);
    return line;
}

static void line_add_string(line_t *line, const char *name, const char *text)
{
    line_add(line, ",\"%s\":", name);
    if (line->rc == 0)
        line->rc = slack__json_write_string(&line->recorder->lines, text, strlen(text));
}

static void line_add_value(line_t *line, const char *name, const slack_json_t *value)
{
    line_add(line, ",\"%s\":", name);
    if (line->rc == 0)
        line->rc =
            slack__redact_json_write(&line->recorder->redactor, &line->recorder->lines, value);
}

static void line_end(line_t *line)
{
    slack_recorder_t *r = line->recorder;
    line_add(line, "}\n");
    const size_t len = r->lines.len - line->start;
    const char *why = line->rc == SLACK_ETOOBIG       ? "the disk is too slow"
                      : line->rc != 0                 ? slack_strerror(line->rc)
                      : len > r->max_bytes - r->bytes ? "SLACK_RECORD_MIB is reached"
                                                      : NULL;
    if (why) {
        slack__buf_truncate(&r->lines, line->start);
        recorder_stop(r, why);
    } else {
        r->bytes += len;
    }
    slack__task_post(r->net, &r->flush_task);
}

void slack__recorder_begin(slack_recorder_t *r, const char *bot_user, const char *bot_id,
                           const char *team)
{
    if (r == NULL || r->begun) return;
    r->begun = true;
    r->begin_ms = slack__mono_ms(slack__net_clock(r->net));
    line_t line = line_begin(r, "begin");
    line_add(&line, ",\"version\":%d,\"wall_ms\":%lld", FORMAT_VERSION,
             (long long)slack__wall_ms(slack__net_clock(r->net)));
    line_add_string(&line, "bot_user", bot_user);
    line_add_string(&line, "bot_id", bot_id);
    line_add_string(&line, "team", team);
    line_end(&line);
}

void slack__recorder_close(slack_recorder_t *r, void (*fn)(void *user_data), void *user_data)
{
    if (r == NULL) {
        fn(user_data);
        return;
    }
    if (is_recording(r)) {
        line_t line = line_begin(r, "end");
        line_end(&line);
    }
    r->closing = true;
    r->close_fn = fn;
    r->close_data = user_data;
    recorder_flush(r);
}

/* --- deliveries ---------------------------------------------------------------------------- */

void slack__record_delivery(slack_recorder_t *r, const slack_transport_t *t,
                            const slack_delivery_t *d)
{
    if (!is_recording(r)) return;
    line_t line = line_begin(r, "delivery");
    line_add(&line, ",\"n\":%llu", (unsigned long long)d->number);
    line_add_string(&line, "transport", t->ops->name);
    line_add_string(&line, "kind", slack_kind_name(d->kind));
    if (d->retry_num > 0) {
        line_add(&line, ",\"retry_num\":%d", d->retry_num);
        line_add_string(&line, "retry_reason", d->retry_reason);
    }
    line_add_value(&line, "body", d->body);
    line_end(&line);
}

static void line_add_ack_body(line_t *line, const slack_ack_t *ack)
{
    if (ack->outcome != SLACK_ACK_OK || ack->type == SLACK_ACK_BODY_NONE) return;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL;
    int rc = arena ? 0 : SLACK_ENOMEM;
    if (rc == 0 && ack->type == SLACK_ACK_BODY_JSON)
        rc = slack__json_parse(arena, ack->body.ptr, ack->body.len, &value, NULL);
    else if (rc == 0)
        rc = slack__jsonf(arena, &value, NULL, "{text: %.*s}", (int)ack->body.len, ack->body.ptr);
    if (rc == 0 && ack->type == SLACK_ACK_BODY_TEXT)
        line_add_value(line, "text", slack_json_get(value, "/text"));
    else if (rc == 0)
        line_add_value(line, "body", value);
    else
        line->rc = rc;
    slack__arena_free(arena);
}

static int stand_in_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    static const char *const outcomes[] = {
        [SLACK_ACK_OK] = "ok", [SLACK_ACK_LATER] = "later", [SLACK_ACK_REFUSE] = "refuse"};
    const stand_in_t *stand_in = SLACK_CONTAINER(t, stand_in_t, transport);
    slack_recorder_t *r = stand_in->recorder;
    int rc = stand_in->real->ops->ack(stand_in->real, d, ack);
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc; /* nothing was sent */
    if (!is_recording(r) || d->number == 0) return rc;
    line_t line = line_begin(r, "ack");
    line_add(&line, ",\"n\":%llu", (unsigned long long)d->number);
    line_add_string(&line, "outcome", outcomes[ack->outcome]);
    if (d->known) line_add(&line, ",\"known\":true");
    line_add_ack_body(&line, ack);
    line_end(&line);
    return rc;
}

slack_transport_t *slack__recorder_transport(slack_recorder_t *r, slack_transport_t *t)
{
    if (r == NULL) return t;
    for (size_t i = 0; i < r->stand_in_count; i++)
        if (r->stand_ins[i].real == t) return &r->stand_ins[i].transport;
    if (r->stand_in_count == SLACK_TRANSPORTS_MAX) return t;
    stand_in_t *stand_in = &r->stand_ins[r->stand_in_count++];
    *stand_in = (stand_in_t){
        .transport = {.ops = &stand_in->ops},
        .ops = {.name = t->ops->name, .ack = stand_in_ack},
        .recorder = r,
        .real = t,
    };
    return &stand_in->transport;
}

/* --- calls --------------------------------------------------------------------------------- */

/* Returns the number of the call, 0 if it is not recorded. */
static uint64_t record_call(slack_recorder_t *r, const slack_curl_request_t *request)
{
    const size_t api_len = strlen(r->api_url);
    const bool is_method = strncmp(request->url, r->api_url, api_len) == 0;
    const char *method = is_method ? request->url + api_len : slack__post_method(request->url);
    /* apps.connections.open is a call of the transport, not of the program. */
    if (!is_recording(r) || strcmp(method, "apps.connections.open") == 0) return 0;
    slack_arena_t *arena = slack__arena_new(0, PARSE_MAX);
    const char *body = request->body_len ? request->body : "";
    const slack_json_t *args = NULL;
    int rc = SLACK_ENOMEM;
    if (arena && is_method)
        rc = slack__args_read(arena, body, request->body_len, &args);
    else if (arena)
        rc = slack__json_parse(arena, body, request->body_len, &args, NULL);
    line_t line = line_begin(r, "call");
    line_add(&line, ",\"c\":%llu", (unsigned long long)++r->last_call);
    if (request->tag) line_add(&line, ",\"n\":%llu", (unsigned long long)request->tag);
    line_add_string(&line, "method", method);
    if (rc == 0)
        line_add_value(&line, "args", args);
    else
        line.rc = rc;
    line_end(&line);
    slack__arena_free(arena);
    return r->last_call;
}

static void line_add_answer_body(line_t *line, const slack_curl_result_t *result)
{
    if (result->body_len == 0) return;
    slack_arena_t *arena = slack__arena_new(0, PARSE_MAX);
    const slack_json_t *value = NULL;
    int rc = arena ? slack__json_parse(arena, result->body, result->body_len, &value, NULL)
                   : SLACK_ENOMEM;
    if (rc == 0)
        line_add_value(line, "body", value);
    else if (rc == SLACK_ENOMEM)
        line->rc = rc;
    else /* not JSON, such as the page of a proxy: a replay needs no more than that */
        line_add(line, ",\"text\":\"\"");
    slack__arena_free(arena);
}

static void record_answer(slack_recorder_t *r, uint64_t number, const slack_curl_result_t *result)
{
    if (!is_recording(r) || number == 0) return;
    line_t line = line_begin(r, "answer");
    line_add(&line, ",\"c\":%llu", (unsigned long long)number);
    if (result->status != 0) {
        line_add_string(&line, "error", slack_err_name(result->status));
        if (result->unsent) line_add(&line, ",\"unsent\":true");
    } else {
        line_add(&line, ",\"http\":%d", result->http_status);
        if (result->retry_after_s >= 0)
            line_add(&line, ",\"retry_after_s\":%lld", (long long)result->retry_after_s);
        line_add_answer_body(&line, result);
    }
    line_end(&line);
}

static void call_answered(const slack_curl_result_t *result, void *user_data)
{
    const recorded_call_t call = *(recorded_call_t *)user_data;
    slack__free(user_data);
    record_answer(call.recorder, call.number, result);
    call.fn(result, call.user_data);
}

static int recorder_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                         void *user_data)
{
    slack_recorder_t *r = sender;
    /* The bytes of files are not recorded; the calls around them are. */
    if (!is_recording(r) || slack__curl_is_streamed(request))
        return r->sender.send(r->sender.sender, request, fn, user_data);
    recorded_call_t *call = slack__malloc(sizeof *call);
    if (call == NULL) return SLACK_ENOMEM;
    *call = (recorded_call_t){.recorder = r, .fn = fn, .user_data = user_data};
    int rc = r->sender.send(r->sender.sender, request, call_answered, call);
    if (rc != 0)
        slack__free(call);
    else
        call->number = record_call(r, request); /* the result comes later */
    return rc;
}

static void recorder_close_sender(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack_recorder_t *r = sender;
    r->sender.close(r->sender.sender, fn, user_data);
}

void slack__recorder_wrap(slack_sender_t *sender, void *recorder)
{
    slack_recorder_t *r = recorder;
    r->sender = *sender;
    *sender = (slack_sender_t){recorder_send, recorder_close_sender, r};
}
