/* SPDX-License-Identifier: MIT */
#ifndef SIM_PROBLEM_H
#define SIM_PROBLEM_H

/* Room for a sentence that says what is wrong. */
#define SIM_PROBLEM_SIZE 256

#endif
