/* SPDX-License-Identifier: MIT */
#ifndef SLACK_EXPORT_H
#define SLACK_EXPORT_H

/**
 * @file export.h  Symbol visibility and compiler checks, for the other headers.
 *
 * @def SLACK_API
 * Marks a function that the library exports.
 *
 * @def SLACK_PRINTF(fmt, first)
 * Marks a function with printf conversions. `fmt` is the number of the format parameter, `first`
 * that of its first argument, both counted from 1.
 */

#if defined(__GNUC__) || defined(__clang__)
#define SLACK_API                __attribute__((visibility("default")))
#define SLACK_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define SLACK_API
#define SLACK_PRINTF(fmt, first)
#endif

#endif
