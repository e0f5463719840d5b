/* SPDX-License-Identifier: MIT */
#include "run/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)

static void report_part(run_child_t *child)
{
    child->options.line(slack__buf_ptr(&child->part), child->part.len, child->options.user_data);
    slack__buf_clear(&child->part);
}

static void take_output(run_child_t *child, const char *bytes, size_t len)
{
    while (len > 0) {
        const char *newline = memchr(bytes, '\n', len);
        const size_t text = newline ? (size_t)(newline - bytes) : len;
        if (slack__buf_append(&child->part, bytes, text) != 0) {
            report_part(child);
            child->options.line(bytes, text, child->options.user_data);
        } else if (newline) {
            report_part(child);
        }
        bytes += text + (newline != NULL);
        len -= text + (newline != NULL);
    }
}

static void child_handle_closed(uv_handle_t *handle)
{
    run_child_t *child = handle->data;
    if (--child->handles > 0) return;
    if (child->part.len > 0) report_part(child);
    slack__buf_done(&child->part);
    char text[96];
    if (child->error)
        snprintf(text, sizeof text, "the start: %s", uv_strerror(child->error));
    else if (child->signal)
        snprintf(text, sizeof text, "signal %d (%s)", child->signal, strsignal(child->signal));
    else
        snprintf(text, sizeof text, "status %d", (int)child->status);
    child->options.ended(child->signal == 0 && child->status == 0, text, child->options.user_data);
}

static void child_exited(uv_process_t *process, int64_t status, int signal)
{
    run_child_t *child = process->data;
    child->status = status;
    child->signal = signal;
    uv_close((uv_handle_t *)process, child_handle_closed);
}

static void output_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    run_child_t *child = handle->data;
    *buf = uv_buf_init(child->bytes, sizeof child->bytes);
}

static void output_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    run_child_t *child = stream->data;
    if (count > 0)
        take_output(child, buf->base, (size_t)count);
    else if (count < 0)
        uv_close((uv_handle_t *)stream, child_handle_closed);
}

static int child_spawn(run_child_t *child, uv_loop_t *loop, int output)
{
    const run_child_options_t *options = &child->options;
    uv_stdio_container_t stdio[3 + RUN_CHILD_PASSED_MAX] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = output},
        {.flags = UV_INHERIT_FD, .data.fd = output},
    };
    int count = 3;
    for (size_t i = 0; i < RUN_CHILD_PASSED_MAX && options->passed[i] > 0; i++)
        stdio[count++] =
            (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = options->passed[i]};
    const uv_process_options_t process = {
        .exit_cb = child_exited,
        .file = options->argv[0],
        .args = (char **)(uintptr_t)options->argv, /* libuv does not write to them */
        .env = (char **)(uintptr_t)options->env,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = count,
        .stdio = stdio,
    };
    return uv_spawn(loop, &child->process, &process);
}

int run_child_start(run_child_t *child, uv_loop_t *loop, const run_child_options_t *options)
{
    int ends[2];
    *child = (run_child_t){.options = *options};
    const int rc = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);
    if (rc != 0) return rc;
    slack__buf_init(&child->part, LINE_MAX_BYTES);
    uv_pipe_init(loop, &child->output, 0);
    child->output.data = child->process.data = child;
    uv_pipe_open(&child->output, ends[0]);
    child->handles = 2;
    child->error = child_spawn(child, loop, ends[1]);
    close(ends[1]);
    child->options.argv = child->options.env = NULL;
    if (child->error) uv_close((uv_handle_t *)&child->process, child_handle_closed);
    uv_read_start((uv_stream_t *)&child->output, output_alloc, output_read);
    return 0;
}

void run_child_kill(run_child_t *child, int signal)
{
    if (uv_is_active((uv_handle_t *)&child->process)) kill(-child->process.pid, signal);
}
