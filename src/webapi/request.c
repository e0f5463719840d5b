/* SPDX-License-Identifier: MIT */
#include "webapi/request.h"

#include <inttypes.h>
#include <string.h>

#include "protocol/methods.h"
#include "util/json.h"

/* More than a call may send. */
#define ARGS_MAX ((size_t)8 << 20)

/* The first members of every struct of slack/api/. */
typedef struct head {
    SLACK_REQUEST_MEMBERS;
} head_t;

/* A copy, since the struct has another type. */
static head_t head_of(const void *args)
{
    head_t head;
    memcpy(&head, args, sizeof head);
    return head;
}

/* A member of a struct, by the type of its argument. */
typedef union member {
    const char *string;
    slack_flag_t flag;
    int64_t number;
    const slack_json_t *json;
} member_t;

/* Whether the struct has the member, and it is set. A program that was compiled with older headers
 * has a shorter struct. A required id is passed on if it is empty, so that the check can say so. */
static bool read_member(const void *args, const slack_arg_t *arg, member_t *ret)
{
    static const size_t sizes[] = {
        [SLACK_ARG_ID] = sizeof(const char *),           [SLACK_ARG_STRING] = sizeof(const char *),
        [SLACK_ARG_BOOL] = sizeof(slack_flag_t),         [SLACK_ARG_INT] = sizeof(int64_t),
        [SLACK_ARG_JSON] = sizeof(const slack_json_t *),
    };
    const size_t bytes = sizes[arg->type];
    *ret = (member_t){.number = 0};
    if (arg->offset + bytes > head_of(args).bytes) return false;
    memcpy(ret, (const char *)args + arg->offset, bytes);
    switch (arg->type) {
    case SLACK_ARG_BOOL: return ret->flag.value != 0;
    case SLACK_ARG_INT: return ret->number != 0;
    case SLACK_ARG_JSON: return ret->json != NULL;
    case SLACK_ARG_ID: return ret->string != NULL && (arg->required || *ret->string != '\0');
    default: return ret->string != NULL;
    }
}

static int write_member(slack_buf_t *text, const slack_arg_t *arg, member_t member)
{
    const slack_slice_t before = text->len > 1 ? SLACK_SLICE(",\"") : SLACK_SLICE("\"");
    int rc = slack__buf_append_slice(text, before);
    if (rc == 0) rc = slack__buf_append_slice(text, slack__slice(arg->name));
    if (rc == 0) rc = slack__buf_append_slice(text, SLACK_SLICE("\":"));
    if (rc != 0) return rc;
    switch (arg->type) {
    case SLACK_ARG_BOOL:
        return slack__buf_append_slice(text,
                                       slack__slice(member.flag.value == 1 ? "true" : "false"));
    case SLACK_ARG_INT:
        return slack__buf_printf(text, "%" PRId64, member.number == SLACK_ZERO ? 0 : member.number);
    case SLACK_ARG_JSON: return slack__json_write(text, member.json);
    default: return slack__json_write_string(text, member.string, strlen(member.string));
    }
}

static const slack_json_t *read_args(slack_arena_t *arena, const slack_method_t *method,
                                     const void *args, slack_buf_t *text)
{
    const slack_json_t *more = head_of(args).more, *object = NULL;
    int rc = slack__buf_append_char(text, '{');
    for (const slack_arg_t *arg = method->args; rc == 0 && arg->type != SLACK_ARG_NONE; arg++) {
        member_t member;
        if (!read_member(args, arg, &member)) continue;
        if (arg->type == SLACK_ARG_JSON && slack_json_error(member.json) != 0)
            return slack__json_failed_again(arena, member.json);
        rc = write_member(text, arg, member);
    }
    if (rc == 0) rc = slack__buf_append_char(text, '}');
    if (rc == 0) rc = slack__json_parse(arena, slack__buf_ptr(text), text->len, &object, NULL);
    if (rc == 0 && more) rc = slack__json_with_defaults(arena, more, object, &object);
    if (rc == 0) return object;
    return slack__json_failed(arena, rc, "%s",
                              rc == SLACK_ETOOBIG ? "the arguments are too large: send less"
                                                  : slack_strerror(rc));
}

const slack_json_t *slack__request_args(slack_arena_t *arena, slack_request_t request)
{
    if (request.args == NULL) return request.json;
    const head_t head = head_of(request.args);
    const slack_method_t *method = slack__method(request.method);
    if (method == NULL || head.bytes > method->bytes)
        return slack__json_failed(arena, SLACK_EINVAL,
                                  "the headers that the program was compiled with are newer than "
                                  "the library: use both of one version");
    if (slack_json_error(head.more) != 0) return slack__json_failed_again(arena, head.more);
    if (head.more && slack_json_type(head.more) != SLACK_JSON_OBJECT)
        return slack__json_failed(arena, SLACK_EINVAL, ".more is not an object: pass one");
    slack_buf_t text;
    slack__buf_init(&text, ARGS_MAX);
    const slack_json_t *args = read_args(arena, method, request.args, &text);
    slack__buf_done(&text);
    return args;
}
