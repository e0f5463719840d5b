/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ERROR_H
#define SLACK_ERROR_H

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file error.h  Errors are values.
 *
 * Every function that can fail returns an int: 0, or one of the negative codes below. Output
 * parameters are set on success and left untouched on failure. The codes lie in a range of their
 * own (-20001 downwards), apart from libuv's and mbedTLS's, so that a number in a log tells its
 * source.
 *
 * A code says which kind of thing went wrong. What exactly went wrong in starting an app (which
 * variable, which port, which store) is told by slack_app_error().
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
    X(SLACK_EBUSY, -20008, "a bound is reached, try again later")                                  \
    X(SLACK_ENOTFOUND, -20009, "not found")                                                        \
    X(SLACK_EJSON, -20010, "malformed JSON")                                                       \
    X(SLACK_ETEMPLATE, -20011, "malformed JSON template")                                          \
    X(SLACK_EPROTO, -20012, "the peer broke the protocol")                                         \
    X(SLACK_ECONNECT, -20013, "could not connect")                                                 \
    X(SLACK_ECLOSED, -20014, "the connection is closed")                                           \
    X(SLACK_ETLS, -20015, "TLS failed")                                                            \
    X(SLACK_EHTTP, -20016, "unexpected HTTP status")                                               \
    X(SLACK_EAPI, -20017, "Slack answered with an error")                                          \
    X(SLACK_EAUTH, -20018, "the token is not accepted")                                            \
    X(SLACK_ENOACK, -20019, "this delivery takes no acknowledgement from a handler")               \
    X(SLACK_EACKBODY, -20020, "this delivery's acknowledgement takes no body")                     \
    X(SLACK_ELATE, -20021, "too late")                                                             \
    X(SLACK_EDEADLK, -20022, "a blocking call on the loop's own thread")                           \
    X(SLACK_ESTORE, -20023, "the store failed")                                                    \
    X(SLACK_EIO, -20024, "input or output failed")                                                 \
    X(SLACK_ESIGNATURE, -20025, "the signature does not match")                                    \
    X(SLACK_EMISMATCH, -20026, "not what was expected")                                            \
    X(SLACK_ECONFLICT, -20027, "somebody else changed it meanwhile")                               \
    X(SLACK_ESPENT, -20028, "used as often, or for as long, as it may be")

enum slack_error {
#define SLACK_ERROR_ENUM(name, number, text) name = number,
    SLACK_ERROR_MAP(SLACK_ERROR_ENUM)
#undef SLACK_ERROR_ENUM
};

/** One sentence on a code, in English, never NULL; "success" for 0, "unknown error" for a number
 * that is none. */
SLACK_API const char *slack_strerror(int err);

/** The code's name ("SLACK_EINVAL"), never NULL; "OK" for 0, "SLACK_UNKNOWN" for a number that is
 * none. */
SLACK_API const char *slack_err_name(int err);

#ifdef __cplusplus
}
#endif
#endif
