/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_KIT_H
#define SLACK_TESTS_SUPPORT_KIT_H

#include <slack/slack.h>
#include <slack/test.h>

/* A test kit with a small bot, for tests of the kit itself. */
extern slack_test_t *kit;

/* Registers the bot's listeners: message "hello"; commands /echo, /later, /fail, /big and /hold,
 * which leaves its ctx in app_held; view "form", action "go", shortcut "open", options "pick", and
 * the event reaction_added. */
int kit_add_listeners(slack_app_t *app);

int kit_open(void **state);
/* Fails the test if the library has not freed all memory. */
int kit_close(void **state);
/* The same after kit_fine(). */
int kit_close_fine(void **state);

#define KIT_TEST(function) TEST_CASE(function, kit_open, kit_close, NULL)
/* A case with which the kit finds no fault. */
#define FINE_TEST(function) TEST_CASE(function, kit_open, kit_close_fine, NULL)

/* The kit finds no fault; a fault whose sentence contains `part`, and names that line. */
void kit_fine(void);
void kit_complains(const char *part);
#define KIT_COMPLAINS_AT(line, part) kit_complains_at(__FILE__, line, part)
void kit_complains_at(const char *file, int line, const char *part);

/* Calls `use`, which opens and frees a kit, with each allocation failing. It returns `rc` if none
 * fails. Nothing leaks. */
void kit_survive(int (*use)(void), int rc);

#endif
