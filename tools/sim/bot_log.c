/* SPDX-License-Identifier: MIT */
#include "sim/bot_log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct log_part {
    char text[SIM_BOT_LOG_PART];
    size_t from, to; /* the whole lines in it */
    uint64_t after;  /* where the next part begins */
    bool more;
} log_part_t;

/* Find the whole lines among `len` bytes. With `inside` these begin within a line, or with the end
 * of one. A line that is longer than a part is left out: half of it may be half of a secret. */
static void find_lines(log_part_t *part, size_t len, bool inside)
{
    const char *first = inside ? memchr(part->text, '\n', len) : NULL;
    const bool is_full = len == sizeof part->text;
    part->from = first ? (size_t)(first - part->text) + 1 : inside ? len : 0;
    part->to = len;
    while (part->to > part->from && part->text[part->to - 1] != '\n')
        part->to--;
    if (part->to == part->from && is_full && !first) part->from = part->to = len;
}

/* A file that is not there, or cannot be read, is empty. */
static void part_read(log_part_t *part, const char *path, uint64_t after)
{
    struct stat about;
    part->after = after;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
        const uint64_t size = (uint64_t)about.st_size;
        if (after > size) after = 0;
        if (after == 0 && size > SIM_BOT_LOG_TAIL) after = size - SIM_BOT_LOG_TAIL;
        const uint64_t start = after > 0 ? after - 1 : 0;
        const ssize_t got = pread(fd, part->text, sizeof part->text, (off_t)start);
        if (got > 0) find_lines(part, (size_t)got, after > 0);
        part->after = got > 0 ? start + part->to : after;
        part->more = part->after > after && part->after < size;
    }
    close(fd);
}

void sim_bot_log_request(const char *path, uint64_t after, const sim_feed_t *feed,
                         slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    log_part_t *part = slack__arena_calloc(request->arena, sizeof *part);
    if (!part) json.rc = SLACK_ENOMEM;
    if (part && path) part_read(part, path, after);
    const slack_json_t *body =
        part ? sim_json(&json, "{ok: true, path: %s, after: %" PRIu64 ", text: %.*s, more: %p}",
                        path, part->after, (int)(part->to - part->from), part->text + part->from,
                        sim_json_bool(&json, part->more))
             : NULL;
    sim_secrets_respond(&feed->redactor, request, &json, body);
}
