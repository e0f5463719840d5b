/* SPDX-License-Identifier: MIT */
#ifndef SLACK_EXPORT_H
#define SLACK_EXPORT_H

/**
 * @file export.h  Symbol visibility and compiler checks; nothing here is for users.
 *
 * @def SLACK_API
 * Marks what the library exports.
 *
 * @def SLACK_PRINTF(fmt, first)
 * Marks functions with printf's conversions: which parameter is the format, and which the first of
 * its arguments.
 */

#if defined(__GNUC__) || defined(__clang__)
#define SLACK_API                __attribute__((visibility("default")))
#define SLACK_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define SLACK_API
#define SLACK_PRINTF(fmt, first)
#endif

#endif
