#ifndef LISTENERS_H
#define LISTENERS_H

#include <slack/slack.h>

/* Add what the bot reacts to. main.c and the test call it. Returns 0 or an error. */
int add_listeners(slack_app_t *app);

#endif
