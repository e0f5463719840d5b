/* SPDX-License-Identifier: MIT */
#include "support/child.h"
#include "support/test.h"

#include <signal.h>

#define WORDS_MAX 32

static pid_t running; /* the last child that was started, while it runs */

static void on_closed(uv_handle_t *handle)
{
    child_t *child = handle->data;
    if (--child->handles == 0) child->gone = true;
}

static void on_exited(uv_process_t *process, int64_t status, int signal)
{
    child_t *child = process->data;
    child->exited = true;
    if (running == process->pid) running = 0;
    child->status = signal ? 128 + signal : status;
    uv_close((uv_handle_t *)process, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    const child_t *child = handle->data;
    *ret = uv_buf_init(child->out + child->out_len, (unsigned)(CHILD_OUT_MAX - child->out_len));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    child_t *child = stream->data;
    if (len < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    for (ssize_t i = 0; i < len; i++)
        child->lines += buf->base[i] == '\n';
    child->out_len += (size_t)len;
    child->out[child->out_len] = '\0';
}

static void end_input(child_t *child)
{
    uv_handle_t *pipe = (uv_handle_t *)&child->in_pipe;
    if (!uv_is_closing(pipe)) uv_close(pipe, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    end_input(write->handle->data);
}

static void open_pipe(child_t *child, uv_loop_t *loop, uv_pipe_t *pipe)
{
    assert_int_equal(uv_pipe_init(loop, pipe, 0), 0);
    pipe->data = child;
    child->handles++;
}

void child_start(child_t *child, world_t *world, const char *const *args, const char *input)
{
    memset(child, 0, sizeof *child);
    child->world = world;
    child->out = calloc(1, CHILD_OUT_MAX + 1);
    assert_non_null(child->out);
    open_pipe(child, &world->loop, &child->in_pipe);
    open_pipe(child, &world->loop, &child->out_pipe);
    uv_stdio_container_t stdio[] = {
        {UV_CREATE_PIPE | UV_READABLE_PIPE, {.stream = (uv_stream_t *)&child->in_pipe}},
        {UV_CREATE_PIPE | UV_WRITABLE_PIPE, {.stream = (uv_stream_t *)&child->out_pipe}},
        {UV_INHERIT_FD, {.fd = 2}},
    };
    uv_process_options_t options = {
        .exit_cb = on_exited,
        .file = args[0],
        .args = (char **)(uintptr_t)args, /* libuv does not write to them */
        .stdio_count = 3,
        .stdio = stdio,
    };
    child->process.data = child;
    child->handles++;
    child->started = uv_spawn(&world->loop, &child->process, &options) == 0;
    if (!child->started) {
        uv_close((uv_handle_t *)&child->process, on_closed);
        uv_close((uv_handle_t *)&child->in_pipe, on_closed);
        uv_close((uv_handle_t *)&child->out_pipe, on_closed);
        world_until(world, child->gone);
        return;
    }
    running = child->process.pid;
    uv_read_start((uv_stream_t *)&child->out_pipe, on_alloc, on_read);
    if (!input) return;
    uv_buf_t buf = {.base = (char *)(uintptr_t)input, .len = strlen(input)};
    assert_int_equal(uv_write(&child->write, (uv_stream_t *)&child->in_pipe, &buf, 1, on_written),
                     0);
}

void child_run(child_t *child, world_t *world, const char *format, ...)
{
    char command[2048], *args[WORDS_MAX + 1] = {NULL};
    va_list ap;
    va_start(ap, format);
    vsnprintf(command, sizeof command, format, ap);
    va_end(ap);
    size_t count = 0;
    for (char *rest = command, *word; (word = strtok_r(rest, " ", &rest)) && count < WORDS_MAX;)
        args[count++] = word;
    child_start(child, world, (const char *const *)args, NULL);
}

void child_tell(child_t *child, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));
    assert_int_equal(uv_try_write((uv_stream_t *)&child->in_pipe, &buf, 1), strlen(text));
}

void child_until(child_t *child, const char *text)
{
    world_until(child->world, strstr(child->out, text) || child->exited);
    if (!strstr(child->out, text)) fail_msg("it ended without \"%s\": %s", text, child->out);
}

void child_kill(child_t *child)
{
    if (!child->exited) uv_process_kill(&child->process, SIGTERM);
}

void child_wait(child_t *child)
{
    if (child->started && !uv_stream_get_write_queue_size((uv_stream_t *)&child->in_pipe))
        end_input(child);
    world_until(child->world, child->gone);
}

void child_done(child_t *child)
{
    free(child->out);
    child->out = NULL;
}

int child_kill_left(void **state)
{
    if (running) kill(running, SIGKILL);
    running = 0;
    return 0;
}
