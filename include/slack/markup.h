/* SPDX-License-Identifier: MIT */
#ifndef SLACK_MARKUP_H
#define SLACK_MARKUP_H

#include <stdint.h>

#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file markup.h  mrkdwn, the markup of messages: escaped texts, mentions, links, dates.
 *
 * Each function makes a text that lives until the delivery ends, for %s in slack_say() and in
 * templates such as those of slack_jsonf(). The text is markup already: it is not escaped again.
 * The function with `pool` in its name does the same outside of a delivery, and its text lives as
 * long as the pool. All return NULL if memory is out. They may also be called on a worker that runs
 * the delivery's handler.
 *
 * Elements of type plain_text have no markup, and rich_text blocks have elements of their own for
 * mentions, links and dates. https://docs.slack.dev/messaging/formatting-message-text
 */

/**
 * Escape a text for mrkdwn, the markup of messages: '&', '<' and '>' become `&amp;`, `&lt;` and
 * `&gt;`. Text that somebody typed can then be part of a message, and "<!channel>" in it notifies
 * nobody:
 *
 *     slack_say(ctx, "<@%s> wrote: %s", user, slack_escape(ctx, typed));
 *
 * Escape what people typed in modals, options or other services. The text of a message and the text
 * after a command are escaped already: a second time would show "&lt;". docs/guides/messages.md
 * says it of each text. Elements of type plain_text have no markup.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 *
 * @param text borrowed until the return.
 * @return the escaped text; it lives until the delivery ends. NULL if `text` is NULL, and if memory
 *         is out.
 */
SLACK_API const char *slack_escape(slack_ctx_t *ctx, const char *text);
/** As slack_escape(), outside of a delivery; the text lives as long as the pool. */
SLACK_API const char *slack_pool_escape(slack_json_pool_t *pool, const char *text);

/**
 * Mention a user, a channel or a user group, by an id:
 *
 *     slack_say(ctx, "%s has joined %s", slack_mention(ctx, user), slack_mention(ctx, channel));
 *
 * U… and W… give `<@U1>`, C…, G… and D… give `<#C1>`, S… gives `<!subteam^S1>`. The words "here",
 * "channel" and "everyone" give `<!here>` and so on, which notifies everybody there: pass no text
 * that somebody typed.
 *
 * @param id borrowed until the return.
 * @return the mention; the escaped text if `id` is none of these; NULL if `id` is NULL.
 */
SLACK_API const char *slack_mention(slack_ctx_t *ctx, const char *id);
/** As slack_mention(), outside of a delivery; the text lives as long as the pool. */
SLACK_API const char *slack_pool_mention(slack_json_pool_t *pool, const char *id);

/**
 * Make a link: `<https://example.com|the label>`. The label is escaped. A '|' in it becomes '¦',
 * because Slack has no escape for it, and a line break becomes a blank. Characters that would end
 * the URL are written as %XX.
 *
 * @param url borrowed until the return. It begins with a scheme, such as "https:"; of any other
 *        text only the label is left, so that "!channel" notifies nobody.
 * @param label Optional, borrowed until the return. Default: Slack shows the URL.
 * @return the link; NULL if `url` is NULL.
 */
SLACK_API const char *slack_link(slack_ctx_t *ctx, const char *url, const char *label);
/** As slack_link(), outside of a delivery; the text lives as long as the pool. */
SLACK_API const char *slack_pool_link(slack_json_pool_t *pool, const char *url, const char *label);

/**
 * Show a time, to each reader in their own time zone and language:
 * `<!date^1392734382^{date_short} {time}|2014-02-18 14:39 UTC>`.
 *
 * @param time_s seconds since 1970.
 * @param format Optional, borrowed until the return. Text with the words that Slack replaces, such
 *        as {date_num}, {date_long_pretty}, {time_secs} and {ago}. Default "{date_short_pretty}
 *        {time}". https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 * @param fallback Optional, borrowed until the return. The text for a program that cannot show the
 *        time. Default: the time in UTC.
 * @return the time.
 */
SLACK_API const char *slack_date(slack_ctx_t *ctx, int64_t time_s, const char *format,
                                 const char *fallback);
/** As slack_date(), outside of a delivery; the text lives as long as the pool. */
SLACK_API const char *slack_pool_date(slack_json_pool_t *pool, int64_t time_s, const char *format,
                                      const char *fallback);

#ifdef __cplusplus
}
#endif
#endif
