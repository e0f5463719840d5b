/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_INSTALL_FLOW_H
#define SLACK_TESTS_SUPPORT_INSTALL_FLOW_H

#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/installer.h"

/* Short names for the tests of the install flow, which use the installer in each line. */

#define f       (installer.f)
#define START   INSTALLER_START
#define BOT     INSTALLER_BOT
#define PERSON  INSTALLER_PERSON
#define PERSONS INSTALLER_PERSONS
#define ANSWER  INSTALLER_ANSWER
#define CLIENT  INSTALLER_CLIENT
#define SECRET  INSTALLER_SECRET
#define WEBHOOK "https://hooks.slack.com/services/secret"

#define FLOW_TEST(function)                                                                        \
    TEST_AROUND(function, installer_open((slack_options_t){0}), installer_close())

#endif
