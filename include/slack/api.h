/* SPDX-License-Identifier: MIT */
/* Made by tools/make_api.py from src/protocol/methods.def. */
#ifndef SLACK_API_H
#define SLACK_API_H

#include <slack/api/admin.h>
#include <slack/api/agents.h>
#include <slack/api/api.h>
#include <slack/api/apps.h>
#include <slack/api/assistant.h>
#include <slack/api/auth.h>
#include <slack/api/blocks.h>
#include <slack/api/bookmarks.h>
#include <slack/api/bots.h>
#include <slack/api/calls.h>
#include <slack/api/canvases.h>
#include <slack/api/chat.h>
#include <slack/api/conversations.h>
#include <slack/api/dialog.h>
#include <slack/api/dnd.h>
#include <slack/api/emoji.h>
#include <slack/api/entity.h>
#include <slack/api/files.h>
#include <slack/api/functions.h>
#include <slack/api/migration.h>
#include <slack/api/oauth.h>
#include <slack/api/openid.h>
#include <slack/api/pins.h>
#include <slack/api/reactions.h>
#include <slack/api/reminders.h>
#include <slack/api/rtm.h>
#include <slack/api/search.h>
#include <slack/api/slackLists.h>
#include <slack/api/stars.h>
#include <slack/api/team.h>
#include <slack/api/tooling.h>
#include <slack/api/usergroups.h>
#include <slack/api/users.h>
#include <slack/api/views.h>
#include <slack/api/workflows.h>

/** @file api.h  The methods of the Web API, a header for each family of names. */

#endif
