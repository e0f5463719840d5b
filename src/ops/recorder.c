/* SPDX-License-Identifier: MIT */
#include "ops/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops/redact_json.h"
#include "util/alloc.h"
#include "webapi/args.h"

#define FORMAT_VERSION 1
#define LINE_MAX_BYTES ((size_t)96 << 20) /* an answer, and the values that it is parsed into */

/* Has the name of a transport, and records the acks that it passes on to it. */
typedef struct stand_in {
    slack_transport_t transport;
    struct slack_transport_ops ops;
    slack_recorder_t *recorder;
    slack_transport_t *real;
} stand_in_t;

struct slack_recorder {
    slack_net_t *net;
    const char *api_url;
    slack_hide_t hide;
    slack_sender_t sender; /* what slack__recorder_wrap() is around */
    bool begun, stopped, closing;
    uint64_t begin_ms;  /* on the net's clock */
    uint64_t last_call; /* the number of the last call */
    stand_in_t stand_ins[SLACK_RECORD_TRANSPORTS_MAX];
    size_t stand_in_count;
    uint64_t bytes, max_bytes;
    uv_file file;
    uv_fs_t request;
    bool busy; /* request is under way */
    slack_buf_t lines, writing;
    slack_task_t task; /* write the lines */
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* A call on its way, so that its answer finds its number. */
typedef struct recorded_call {
    slack_recorder_t *recorder;
    uint64_t number; /* 0: it is not recorded */
    slack_curl_fn fn;
    void *user_data;
} recorded_call_t;

/* --- the file ------------------------------------------------------------------------------ */

static void go_on(slack_recorder_t *r);

/* No more lines, for good. Those that there are are still written. */
static void stop(slack_recorder_t *r, const char *why)
{
    if (r->stopped) return;
    r->stopped = true;
    SLACK_LOG(slack__net_log(r->net), WARN, "recording stopped", "reason=%s bytes=%llu", why,
              (unsigned long long)r->bytes);
}

static void give_up(slack_recorder_t *r, int uv_error)
{
    stop(r, uv_strerror(uv_error));
    slack__buf_done(&r->lines);
    slack__buf_done(&r->writing);
}

static void on_written(uv_fs_t *request)
{
    slack_recorder_t *r = request->data;
    const ssize_t result = request->result;
    uv_fs_req_cleanup(request);
    r->busy = false;
    if (result < 0)
        give_up(r, (int)result);
    else
        slack__buf_consume(&r->writing, (size_t)result);
    go_on(r);
}

static void end(slack_recorder_t *r)
{
    void (*fn)(void *user_data) = r->close_fn;
    void *user_data = r->close_data;
    slack__task_cancel(&r->task);
    slack__redact_json_done(&r->hide);
    slack__buf_done(&r->lines);
    slack__buf_done(&r->writing);
    slack__free(r);
    fn(user_data);
}

static void on_closed(uv_fs_t *request)
{
    uv_fs_req_cleanup(request);
    end(request->data);
}

static void write_some(slack_recorder_t *r)
{
    const uv_buf_t buf = uv_buf_init(slack__buf_ptr(&r->writing), (unsigned)r->writing.len);
    r->busy = true;
    r->request.data = r;
    int rc = uv_fs_write(slack__net_loop(r->net), &r->request, r->file, &buf, 1, -1, on_written);
    if (rc == 0) return;
    r->busy = false;
    give_up(r, rc);
}

/* Write what there is, one write at a time; close when there is nothing. */
static void go_on(slack_recorder_t *r)
{
    if (r->busy) return;
    if (r->writing.len == 0 && r->lines.len > 0) {
        slack_buf_t empty = r->writing;
        slack__buf_clear(&empty);
        r->writing = r->lines;
        r->lines = empty;
    }
    if (r->writing.len > 0) write_some(r);
    if (r->busy || !r->closing) return;
    r->busy = true;
    r->request.data = r;
    if (uv_fs_close(slack__net_loop(r->net), &r->request, r->file, on_closed) == 0) return;
    end(r); /* which libuv has no reason to let happen */
}

static void run_task(slack_task_t *task)
{
    go_on(SLACK_CONTAINER(task, slack_recorder_t, task));
}

/* How every recording begins. */
static const char first_words[] = "{\"t\":0,\"type\":\"begin\"";

/* Whether the file of that name may be moved away: a recording, or an empty file. */
static bool is_ours(const char *path)
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
    snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_RECORD=%.120s cannot be created: %s", path, why);
    return SLACK_EIO;
}

static int create_file(uv_file *ret, const char *path, char *error)
{
    char old[1024];
    struct stat info;
    if ((size_t)snprintf(old, sizeof old, "%s.old", path) >= sizeof old)
        return fail_create(error, path, "the name is too long");
    if (lstat(path, &info) == 0) {
        if (!is_ours(path)) return fail_create(error, path, "there is something else of that name");
        if (rename(path, old) != 0)
            return fail_create(error, path, uv_strerror(uv_translate_sys_error(errno)));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail_create(error, path, uv_strerror(uv_translate_sys_error(errno)));
    *ret = fd;
    return 0;
}

int slack__recorder_open(slack_recorder_t **ret, slack_net_t *net,
                         const slack_recorder_options_t *options, char *error)
{
    slack_recorder_t *r = slack__calloc(1, sizeof *r);
    if (r == NULL) return SLACK_ENOMEM;
    int rc = slack__redact_json_init(&r->hide, options->hide_texts);
    if (rc == 0) rc = create_file(&r->file, options->path, error);
    if (rc != 0) {
        slack__redact_json_done(&r->hide);
        slack__free(r);
        return rc;
    }
    r->net = net;
    r->api_url = options->api_url;
    r->max_bytes = options->max_bytes;
    slack__buf_init(&r->lines, options->pending_max);
    slack__buf_init(&r->writing, options->pending_max);
    slack__link_init(&r->task.link);
    r->task.run = run_task;
    *ret = r;
    return 0;
}

/* --- lines --------------------------------------------------------------------------------- */

static uint64_t since_ms(const slack_recorder_t *r)
{
    return slack__mono_ms(slack__net_clock(r->net)) - r->begin_ms;
}

static bool is_on(const slack_recorder_t *r)
{
    return r && r->begun && !r->stopped && !r->closing;
}

/* A line is begun with its head, is given members, and is ended: only then it counts. */
typedef struct line {
    slack_recorder_t *recorder;
    size_t start;
    int rc;
} line_t;

static void add(line_t *line, const char *format, ...) SLACK_PRINTF(2, 3);

static void add(line_t *line, const char *format, ...)
{
    if (line->rc != 0) return;
    va_list ap;
    va_start(ap, format);
    line->rc = slack__buf_vprintf(&line->recorder->lines, format, ap);
    va_end(ap);
}

static line_t begin_line(slack_recorder_t *r, const char *type)
{
    line_t line = {.recorder = r, .start = r->lines.len};
    add(&line, "{\"t\":%llu,\"type\":\"%s\"", (unsigned long long)since_ms(r), type);
    return line;
}

static void add_string(line_t *line, const char *name, const char *text)
{
    add(line, ",\"%s\":", name);
    if (line->rc == 0)
        line->rc = slack__json_write_string(&line->recorder->lines, text, strlen(text));
}

static void add_value(line_t *line, const char *name, const slack_json_t *value)
{
    add(line, ",\"%s\":", name);
    if (line->rc == 0)
        line->rc = slack__redact_json_write(&line->recorder->hide, &line->recorder->lines, value);
}

static void end_line(line_t *line)
{
    slack_recorder_t *r = line->recorder;
    add(line, "}\n");
    const size_t len = r->lines.len - line->start;
    const char *why = line->rc == SLACK_ETOOBIG       ? "the disk is too slow"
                      : line->rc != 0                 ? slack_strerror(line->rc)
                      : len > r->max_bytes - r->bytes ? "SLACK_RECORD_MIB is reached"
                                                      : NULL;
    if (why) {
        slack__buf_truncate(&r->lines, line->start);
        stop(r, why);
    } else {
        r->bytes += len;
    }
    slack__task_post(r->net, &r->task);
}

void slack__recorder_begin(slack_recorder_t *r, const char *bot_user, const char *bot_id,
                           const char *team)
{
    if (r == NULL || r->begun) return;
    r->begun = true;
    r->begin_ms = slack__mono_ms(slack__net_clock(r->net));
    line_t line = begin_line(r, "begin");
    add(&line, ",\"version\":%d,\"wall_ms\":%lld", FORMAT_VERSION,
        (long long)slack__wall_ms(slack__net_clock(r->net)));
    add_string(&line, "bot_user", bot_user);
    add_string(&line, "bot_id", bot_id);
    add_string(&line, "team", team);
    end_line(&line);
}

void slack__recorder_close(slack_recorder_t *r, void (*fn)(void *user_data), void *user_data)
{
    if (r == NULL) {
        fn(user_data);
        return;
    }
    if (is_on(r)) {
        line_t line = begin_line(r, "end");
        end_line(&line);
    }
    r->closing = true;
    r->close_fn = fn;
    r->close_data = user_data;
    go_on(r);
}

/* --- deliveries ---------------------------------------------------------------------------- */

void slack__record_delivery(slack_recorder_t *r, const slack_transport_t *t,
                            const slack_delivery_t *d)
{
    if (!is_on(r)) return;
    line_t line = begin_line(r, "delivery");
    add(&line, ",\"n\":%llu", (unsigned long long)d->number);
    add_string(&line, "transport", t->ops->name);
    add_string(&line, "kind", slack_kind_name(d->kind));
    if (d->retry_num > 0) {
        add(&line, ",\"retry_num\":%d", d->retry_num);
        add_string(&line, "retry_reason", d->retry_reason);
    }
    add_value(&line, "body", d->body);
    end_line(&line);
}

/* The body is text that this app has written: JSON, or words for a person. */
static void add_ack_body(line_t *line, const slack_ack_t *ack)
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
        add_value(line, "text", slack_json_get(value, "/text"));
    else if (rc == 0)
        add_value(line, "body", value);
    else
        line->rc = rc;
    slack__arena_free(arena);
}

static void record_ack(slack_recorder_t *r, const slack_delivery_t *d, const slack_ack_t *ack)
{
    static const char *const outcomes[] = {
        [SLACK_ACK_OK] = "ok", [SLACK_ACK_LATER] = "later", [SLACK_ACK_REFUSE] = "refuse"};
    if (!is_on(r) || d->number == 0) return;
    line_t line = begin_line(r, "ack");
    add(&line, ",\"n\":%llu", (unsigned long long)d->number);
    add_string(&line, "outcome", outcomes[ack->outcome]);
    add_ack_body(&line, ack);
    end_line(&line);
}

static int stand_in_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    const stand_in_t *stand_in = SLACK_CONTAINER(t, stand_in_t, transport);
    int rc = stand_in->real->ops->ack(stand_in->real, d, ack);
    if (rc != SLACK_ETOOBIG && rc != SLACK_EACKBODY) record_ack(stand_in->recorder, d, ack);
    return rc;
}

slack_transport_t *slack__recorder_transport(slack_recorder_t *r, slack_transport_t *t)
{
    if (r == NULL) return t;
    for (size_t i = 0; i < r->stand_in_count; i++)
        if (r->stand_ins[i].real == t) return &r->stand_ins[i].transport;
    if (r->stand_in_count == SLACK_RECORD_TRANSPORTS_MAX) return t;
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

static const char *method_of(const slack_recorder_t *r, const char *url)
{
    const size_t len = strlen(r->api_url);
    return strncmp(url, r->api_url, len) == 0 ? url + len : "response_url";
}

/* The transports' own calls are no part of what the app does. */
static bool is_own(const char *method)
{
    return strcmp(method, "apps.connections.open") == 0;
}

static int read_args(slack_arena_t *arena, const char *method, const slack_curl_request_t *request,
                     const slack_json_t **ret)
{
    const char *body = request->body_len ? request->body : "";
    return strcmp(method, "response_url") == 0
               ? slack__json_parse(arena, body, request->body_len, ret, NULL)
               : slack__args_read(arena, body, request->body_len, ret);
}

static uint64_t record_call(slack_recorder_t *r, const slack_curl_request_t *request)
{
    const char *method = method_of(r, request->url);
    if (!is_on(r) || is_own(method)) return 0;
    slack_arena_t *arena = slack__arena_new(0, LINE_MAX_BYTES);
    const slack_json_t *args = NULL;
    line_t line = begin_line(r, "call");
    add(&line, ",\"c\":%llu", (unsigned long long)++r->last_call);
    if (request->tag) add(&line, ",\"n\":%llu", (unsigned long long)request->tag);
    add_string(&line, "method", method);
    int rc = arena ? read_args(arena, method, request, &args) : SLACK_ENOMEM;
    if (rc == 0)
        add_value(&line, "args", args);
    else
        line.rc = rc;
    end_line(&line);
    slack__arena_free(arena);
    return r->last_call;
}

static void add_answer_body(line_t *line, const slack_curl_result_t *result)
{
    if (result->body_len == 0) return;
    slack_arena_t *arena = slack__arena_new(0, LINE_MAX_BYTES);
    const slack_json_t *value = NULL;
    int rc = arena ? slack__json_parse(arena, result->body, result->body_len, &value, NULL)
                   : SLACK_ENOMEM;
    if (rc == 0)
        add_value(line, "body", value);
    else if (rc == SLACK_ENOMEM)
        line->rc = rc;
    else /* a proxy's page, say: that it is none is all that counts */
        add(line, ",\"text\":\"\"");
    slack__arena_free(arena);
}

static void record_answer(slack_recorder_t *r, uint64_t number, const slack_curl_result_t *result)
{
    if (!is_on(r) || number == 0) return;
    line_t line = begin_line(r, "answer");
    add(&line, ",\"c\":%llu", (unsigned long long)number);
    if (result->status != 0) {
        add_string(&line, "error", slack_err_name(result->status));
        if (result->unsent) add(&line, ",\"unsent\":true");
    } else {
        add(&line, ",\"http\":%d", result->http_status);
        if (result->retry_after_s >= 0)
            add(&line, ",\"retry_after_s\":%lld", (long long)result->retry_after_s);
        add_answer_body(&line, result);
    }
    end_line(&line);
}

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    const recorded_call_t call = *(recorded_call_t *)user_data;
    slack__free(user_data);
    record_answer(call.recorder, call.number, result);
    call.fn(result, call.user_data);
}

static int record_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                       void *user_data)
{
    slack_recorder_t *r = sender;
    if (!is_on(r)) return r->sender.send(r->sender.sender, request, fn, user_data);
    recorded_call_t *call = slack__malloc(sizeof *call);
    if (call == NULL) return SLACK_ENOMEM;
    *call = (recorded_call_t){.recorder = r, .fn = fn, .user_data = user_data};
    int rc = r->sender.send(r->sender.sender, request, on_result, call);
    if (rc != 0)
        slack__free(call);
    else
        call->number = record_call(r, request); /* its result comes later than this */
    return rc;
}

static void close_sender(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack_recorder_t *r = sender;
    r->sender.close(r->sender.sender, fn, user_data);
}

void slack__recorder_wrap(slack_sender_t *sender, void *recorder)
{
    slack_recorder_t *r = recorder;
    r->sender = *sender;
    *sender = (slack_sender_t){record_send, close_sender, r};
}
