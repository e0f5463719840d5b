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

/* A case with an app; with FLOW_CLOSED and FLOW_EACH, the case opens it. */
#define FLOW_TEST(function)       TEST_CASE(function, flow_open, installer_close, NULL)
#define FLOW_CLOSED(function)     TEST_CASE(function, NULL, installer_close, NULL)
#define FLOW_EACH(function, rows) TEST_EACH_CASE(function, rows, NULL, installer_close)

static inline int flow_open(void **state)
{
    installer_open((slack_options_t){0});
    return 0;
}

#endif
