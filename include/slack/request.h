/* SPDX-License-Identifier: MIT */
#ifndef SLACK_REQUEST_H
#define SLACK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file request.h  A method of the Web API with its arguments.
 *
 * Each method has a macro that makes a request: "chat.postMessage" is slack_chat_postMessage() in
 * slack/api/chat.h. Its arguments are named, in any order, and all functions that call Slack take
 * the result:
 *
 *     slack_call(client, slack_chat_postMessage(.channel = id, .text = "Hi"), fn, data);
 *     slack_call_wait(ctx, slack_users_info(.user = id, .include_locale = SLACK_YES), &response);
 *
 * An argument that is misspelt or of the wrong type does not compile. (Some compilers only warn of
 * some wrong types, unless they run with -pedantic-errors: gcc says "excess elements in struct
 * initializer" of `true` as a boolean, and gcc before version 14 warns of a wrong pointer.)
 * If an argument that Slack requires is missing or empty, one comes twice, or one is outside the
 * bounds that slack/api/ has for it, the call fails with SLACK_EINVAL and a sentence that names it,
 * and nothing is sent. slack/api/ also names the required strings that may be "".
 *
 *     Slack's type           the member's type        left out
 *     string                 const char *             NULL; "" is sent
 *     id, timestamp, cursor  const char *             NULL and ""
 *     boolean                slack_flag_t             SLACK_YES and SLACK_NO are sent
 *     integer                int64_t                  0; SLACK_ZERO is sent as 0
 *     array, object, …       const slack_json_t *     NULL
 *
 * Every request also takes `.more`: an object with arguments that its struct does not have. Its
 * members replace those of the struct, and null takes one away. slack_request() makes a request of
 * any method by its name. The arguments of a method that slack/api/ does not have are Slack's to
 * check.
 *
 * A request points to its arguments. In C they live until the end of the block in which the macro
 * stands; in C++ until the end of the statement. The functions that take a request have copied them
 * when they return. C++ programs need C++20, and the order of the arguments that the struct has;
 * with g++ -Wextra they also need -Wno-missing-field-initializers.
 */

#ifdef __cplusplus
enum class slack_flag_t : int { none = 0, yes = 1, no = 2 }; /* scoped: a flag is no integer */
#define SLACK_YES (slack_flag_t::yes)
#define SLACK_NO  (slack_flag_t::no)
#else
/** A boolean argument: SLACK_YES, SLACK_NO, or left out. */
typedef struct slack_flag {
    __extension__ struct {
    } no_bool; /* takes no room; because of it `true`, `false` and 0 are no flags */
    int value; /* 0: left out, 1: true, 2: false */
} slack_flag_t;
/** True as an argument. */
#define SLACK_YES ((slack_flag_t){.value = 1})
/** False as an argument. */
#define SLACK_NO  ((slack_flag_t){.value = 2})
#endif

/** The integer 0 as an argument. */
#define SLACK_ZERO INT64_MIN

/** Make a flag from a boolean that is known at run time. */
static inline slack_flag_t slack_flag(bool value)
{
    return value ? SLACK_YES : SLACK_NO;
}

/** A method with its arguments. Pass it by value. */
typedef struct slack_request {
    const char *method;       /* the method's name, "chat.postMessage" */
    const void *args;         /* a struct of slack/api/; NULL: `json` has the arguments */
    const slack_json_t *json; /* an object */
} slack_request_t;

/** Make a request of a method by its name, for methods that slack/api/ does not have.
 * @param method the name, "chat.postMessage"; borrowed.
 * @param args an object, borrowed. Strings are sent as they are, numbers and booleans as text,
 *        arrays and objects as JSON text; null members are left out. For a call without arguments
 *        pass an empty object. */
static inline slack_request_t slack_request(const char *method, const slack_json_t *args)
{
    slack_request_t request = {method, NULL, args};
    return request;
}

/** What the struct of each method begins with: its size, and `.more`. */
#define SLACK_REQUEST_MEMBERS                                                                      \
    size_t bytes;                                                                                  \
    const slack_json_t *more

#ifdef __cplusplus
static inline slack_request_t slack_request_to(const char *method, const void *args)
{
    slack_request_t request = {method, args, NULL};
    return request;
}
#endif

/** Make a request from the initializers of a struct of slack/api/; the macros there use it. */
#ifdef __cplusplus
#define SLACK_REQUEST(method, type, ...)                                                           \
    slack_request_to(method, &static_cast<const type &>(type{.bytes = sizeof(type), __VA_ARGS__}))
#else
#define SLACK_REQUEST(method, type, ...)                                                           \
    ((slack_request_t){method, &(const struct type){.bytes = sizeof(struct type), __VA_ARGS__},    \
                       NULL})
#endif

#ifdef __cplusplus
}
#endif
#endif
