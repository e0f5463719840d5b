/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_HEADERS_H
#define SLACK_TESTS_SUPPORT_HEADERS_H

/*
 * Fails the test unless `cases` names every function of the public headers whose result and first
 * parameter match these extended regular expressions, such as "int" and "slack_ctx_t \\*ctx". There
 * are blanks around each name.
 */
void headers_expect_cases(const char *result, const char *first, const char *cases);

#endif
