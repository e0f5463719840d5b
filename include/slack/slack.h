/* SPDX-License-Identifier: MIT */
#ifndef SLACK_SLACK_H
#define SLACK_SLACK_H

/**
 * @file slack.h  The whole public API, in one header. docs/architecture.md shows the parts.
 */

#include "ack.h"
#include "alloc.h"
#include "api.h"
#include "app.h"
#include "assistant.h"
#include "authorize.h"
#include "call.h"
#include "context.h"
#include "error.h"
#include "fetch.h"
#include "files.h"
#include "function.h"
#include "http.h"
#include "inbox.h"
#include "install.h"
#include "json.h"
#include "limits.h"
#include "listener.h"
#include "log.h"
#include "markup.h"
#include "message.h"
#include "middleware.h"
#include "oauth.h"
#include "options.h"
#include "outbox.h"
#include "pages.h"
#include "request.h"
#include "sign_in.h"
#include "stream.h"
#include "template.h"
#include "value.h"
#include "view.h"
#include "webhook.h"
#include "worker.h"

#endif
