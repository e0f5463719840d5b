/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ERROR_H
#define SLACK_ERROR_H

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file error.h  Error codes.
 *
 * A function that can fail returns an int: 0 on success, or one of the negative codes below. It
 * sets its output parameters on success and leaves them untouched on failure, unless its
 * description says otherwise.
 *
 * The codes start at -20001 and go down. libuv and mbedTLS use other ranges, so a number in a log
 * shows which library it came from.
 *
 * A code names one class of failure, and says whether another attempt can succeed: docs/errors.md
 * has a table of causes and cures. When an app cannot start, slack_app_error() names the variable,
 * the port or the file at fault; slack_ctx_strerror() explains a failure in a handler.
 */

/** The codes: X(name, number, text). */
#define SLACK_ERROR_MAP(X)                                                                         \
    X(SLACK_ENOMEM, -20001, "out of memory")                                                       \
    X(SLACK_EINVAL, -20002, "invalid argument")                                                    \
    X(SLACK_ECONFIG, -20003, "configuration is missing or wrong")                                  \
    X(SLACK_ECANCELED, -20004, "canceled because the app is stopping")                             \
    X(SLACK_ETIMEDOUT, -20005, "timed out")                                                        \
    X(SLACK_EALREADY, -20006, "already done")                                                      \
    X(SLACK_ETOOBIG, -20007, "larger than the limit")                                              \
    X(SLACK_EBUSY, -20008, "a limit was reached, try again later")                                 \
    X(SLACK_ENOTFOUND, -20009, "not found")                                                        \
    X(SLACK_EJSON, -20010, "malformed JSON")                                                       \
    X(SLACK_ETEMPLATE, -20011, "malformed JSON template")                                          \
    X(SLACK_EPROTO, -20012, "the peer violated the protocol")                                      \
    X(SLACK_ECONNECT, -20013, "could not connect")                                                 \
    X(SLACK_ECLOSED, -20014, "the connection is closed")                                           \
    X(SLACK_ETLS, -20015, "TLS failed")                                                            \
    X(SLACK_EHTTP, -20016, "unexpected HTTP status")                                               \
    X(SLACK_EAPI, -20017, "Slack answered with an error")                                          \
    X(SLACK_EAUTH, -20018, "there is no token that Slack accepts")                                 \
    X(SLACK_ENOACK, -20019, "handlers do not acknowledge this kind of delivery")                   \
    X(SLACK_EACKBODY, -20020, "this delivery does not accept that acknowledgement body")           \
    X(SLACK_ELATE, -20021, "the acknowledgement came too late")                                    \
    X(SLACK_EDEADLK, -20022, "a blocking call outside a worker")                                   \
    X(SLACK_ESTORE, -20023, "the store failed")                                                    \
    X(SLACK_EIO, -20024, "input or output failed")                                                 \
    X(SLACK_ESIGNATURE, -20025, "the signature does not match")                                    \
    X(SLACK_EMISMATCH, -20026, "not what was expected")                                            \
    X(SLACK_ECONFLICT, -20027, "someone else changed it in the meantime")                          \
    X(SLACK_ESPENT, -20028, "the response URL is used up or expired")                              \
    X(SLACK_ECRASHED, -20029, "the process ended during every attempt")                            \
    X(SLACK_EDAMAGED, -20030, "the stored row is damaged")                                         \
    X(SLACK_ETHREAD, -20031, "called on the wrong thread")                                         \
    X(SLACK_ESTOPPED, -20032, "a user has stopped it")

enum slack_error {
#define SLACK_ERROR_ENUM(name, number, text) name = number,
    SLACK_ERROR_MAP(SLACK_ERROR_ENUM)
#undef SLACK_ERROR_ENUM
};

/** Describe a code in English. Any thread.
 * @return static text, never NULL: "success" for 0, "unknown error" for a number that is not a
 *         code. */
SLACK_API const char *slack_strerror(int err);

/** Name a code: "SLACK_EINVAL". Any thread.
 * @return static text, never NULL: "OK" for 0, "SLACK_UNKNOWN" for a number that is not a code. */
SLACK_API const char *slack_err_name(int err);

#ifdef __cplusplus
}
#endif
#endif
