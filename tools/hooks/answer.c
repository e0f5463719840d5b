/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"

bool hook_has_bot(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    if (request->bot) return true;
    snprintf(problem, CLI_PROBLEM_SIZE,
             "no bot is named: add --bot, with the path of its program, to the command of "
             "get-hooks in .slack/hooks.json");
    return false;
}

/* The CLI searches each piece that it reads for a boundary, so the answer is written at once. */
static bool write_out(const slack_buf_t *text)
{
    const char *at = slack__buf_ptr(text);
    for (size_t left = text->len; left > 0;) {
        const ssize_t count = write(STDOUT_FILENO, at, left);
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) {
            at += count;
            left -= (size_t)count;
        }
    }
    return true;
}

#define ANSWER_MAX ((size_t)2 << 20)

int hook_answer(const hook_request_t *request, const sim_json_builder_t *json,
                const slack_json_t *answer, char problem[CLI_PROBLEM_SIZE])
{
    const char *boundary = request->boundary ? request->boundary : "";
    slack_buf_t text;
    slack__buf_init(&text, ANSWER_MAX);
    int rc = json->rc;
    if (rc == 0) rc = slack__buf_printf(&text, "%s", boundary);
    if (rc == 0) rc = slack__json_write(&text, answer);
    if (rc == 0) rc = slack__buf_printf(&text, "%s\n", boundary);
    const bool good = rc == 0 && write_out(&text);
    if (!good)
        snprintf(problem, CLI_PROBLEM_SIZE, "the answer: %s",
                 rc != 0 ? slack_strerror(rc) : strerror(errno));
    slack__buf_done(&text);
    return good ? CLI_OK : CLI_FAILED;
}

#define PROJECT_FILE_MAX ((size_t)1 << 20)

int hook_read_json(slack_arena_t *arena, const char *path, const slack_json_t **ret,
                   char problem[CLI_PROBLEM_SIZE])
{
    char *text = NULL;
    slack_file_fault_t fault;
    const ssize_t len = slack__file_read(path, SLACK_FILE_PUBLIC, PROJECT_FILE_MAX, &text, &fault);
    if (len < 0 && fault.error == ENOENT) return 0;
    if (len < 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %s: %s", path, fault.why);
        return -1;
    }
    size_t offset = 0;
    const int rc = slack__json_parse(arena, text, (size_t)len, ret, &offset);
    unsigned line = 1;
    for (size_t i = 0; i < offset && i < (size_t)len; i++)
        line += text[i] == '\n';
    slack__free(text);
    if (rc == 0 && slack_json_type(*ret) == SLACK_JSON_OBJECT) return 1;
    if (rc == SLACK_EJSON)
        snprintf(problem, CLI_PROBLEM_SIZE, "%s is no JSON: look at line %u", path, line);
    else
        snprintf(problem, CLI_PROBLEM_SIZE, "%s: %s", path,
                 rc == 0 ? "the JSON is no object" : slack_strerror(rc));
    return -1;
}
