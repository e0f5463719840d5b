/* SPDX-License-Identifier: MIT */
#include "cluster/process.h"

#include <string.h>

#include "store/row.h"
#include "util/json.h"

/* The largest count of an entry. */
#define COUNT_MAX INT64_C(1000000000)

const char *const slack__role_names[] = {"", "all", "receive", "work"};

bool slack__process_id_ok(slack_slice_t id)
{
    if (id.len != SLACK_PROCESS_ID_SIZE - 1) return false;
    for (size_t i = 0; i < id.len; i++)
        if (slack__hex_digit(id.ptr[i]) < 0) return false;
    return true;
}

static bool read_text(const slack_json_t *body, const char *path, char *ret)
{
    size_t len;
    const char *text = slack_json_strn(body, path, &len);
    if (text == NULL || len >= SLACK_PROCESS_TEXT_SIZE) return false;
    if (!slack__is_visible((slack_slice_t){text, len})) return false;
    memcpy(ret, text, len + 1);
    return true;
}

bool slack__process_read(slack_arena_t *arena, slack_slice_t id, slack_slice_t value,
                         slack_process_t *ret)
{
    const slack_json_t *body = NULL;
    slack_process_t p = {.role = SLACK_ROLE_ALL};
    if (!slack__process_id_ok(id) || value.len > SLACK_PROCESS_BYTES_MAX) return false;
    memcpy(p.id, id.ptr, id.len);
    if (slack__json_parse(arena, value.ptr, value.len, &body, NULL) != 0) return false;
    const char *role = slack_json_str(body, "/role");
    while (p.role <= SLACK_ROLE_WORK && strcmp(role, slack__role_names[p.role]) != 0)
        p.role++;
    if (p.role > SLACK_ROLE_WORK || !read_text(body, "/host", p.host) ||
        !read_text(body, "/version", p.version))
        return false;
    const struct {
        const char *path;
        int64_t max, *to;
    } numbers[] = {
        {"/pid", COUNT_MAX, &p.pid},
        {"/since_ms", SLACK_ROW_TIME_MAX, &p.since_ms},
        {"/seen_ms", SLACK_ROW_TIME_MAX, &p.seen_ms},
        {"/running", COUNT_MAX, &p.running},
        {"/sockets/slots", COUNT_MAX, &p.sockets.slots},
        {"/sockets/ready", COUNT_MAX, &p.sockets.ready},
        {"/catch_up/missed_ms", SLACK_ROW_TIME_MAX, &p.catch_up.missed_ms},
        {"/catch_up/read_ms", SLACK_ROW_TIME_MAX, &p.catch_up.read_ms},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const slack_json_t *member = slack_json_get(body, numbers[i].path);
        const int64_t number = *numbers[i].to = slack_json_int(member, "");
        if (member == NULL) continue; /* it is 0 */
        if (slack_json_type(member) != SLACK_JSON_NUMBER || number < 0 || number > numbers[i].max ||
            slack_json_num(member, "") != (double)number) /* a real number is no count */
            return false;
    }
    p.leaving = strcmp(slack_json_str(body, "/state"), "leaving") == 0;
    p.sockets.candidate = slack_json_bool(body, "/sockets/candidate");
    *ret = p;
    return true;
}

const char *slack__process_write(slack_arena_t *arena, const slack_process_t *process)
{
    const slack_process_t *p = process;
    const slack_json_t *value = NULL;
    char host[SLACK_PROCESS_TEXT_SIZE];
    size_t i = 0, len;
    for (; p->host[i]; i++)
        host[i] = slack__is_visible((slack_slice_t){p->host + i, 1}) ? p->host[i] : '?';
    host[i] = '\0';
    const int rc = slack__jsonf(
        arena, &value, NULL,
        "{role: %s, state: %s, host: %s, pid: %lld, version: %s, since_ms: %lld, seen_ms: %lld, "
        "running: %lld, sockets: {candidate: !!%d, slots: %lld, ready: %lld}, "
        "catch_up: {missed_ms: %lld, read_ms: %lld}}",
        slack__role_names[p->role], p->leaving ? "leaving" : "running", *host ? host : "?",
        (long long)p->pid, p->version, (long long)p->since_ms, (long long)p->seen_ms,
        (long long)p->running, p->sockets.candidate, (long long)p->sockets.slots,
        (long long)p->sockets.ready, (long long)p->catch_up.missed_ms,
        (long long)p->catch_up.read_ms);
    return rc == 0 ? slack__json_text(arena, value, &len) : NULL;
}
