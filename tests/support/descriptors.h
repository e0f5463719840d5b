/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_DESCRIPTORS_H
#define SLACK_TESTS_SUPPORT_DESCRIPTORS_H

/* Lower the limit of descriptors so that none can be opened; restore it. */
void descriptors_exhaust(void);
void descriptors_restore(void);

/* Skips the case under valgrind, which emulates the limit: the kernel accepts a connection, and
 * valgrind closes it. */
void descriptors_need_kernel(void);

#endif
