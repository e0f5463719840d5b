/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_BLOCK_CHECK_H
#define SLACK_PROTOCOL_BLOCK_CHECK_H

#include <slack/json.h>

/*
 * Block Kit checked before Slack refuses it. Pure, without allocations.
 *
 * A fault is refused, which means that Slack answers invalid_blocks or invalid_arguments to it: a
 * limit, a missing member, a value of another type or word, null, an element in the wrong block, a
 * block on the wrong surface, an id twice.
 *
 * A kind or a member that the table does not have is unknown: Slack refuses it too, but adds some
 * every few months, so an older library must not stop a call that has them.
 *
 * UNCONFIRMED: Slack's unit of length is taken to be the code point, of the text as it is sent
 * ("&amp;" has five).
 */

#define SLACK_BLOCK_SENTENCE 256

typedef struct slack_block_fault {
    char sentence[SLACK_BLOCK_SENTENCE]; /* "blocks[3].elements[0].text: 76 characters, at most 75";
                                          * "": there is no fault */
    char slack[SLACK_BLOCK_SENTENCE];    /* as Slack words it: "must be less than 76 characters
                                          * [json-pointer:/blocks/3/elements/0/text/text]" */
} slack_block_fault_t;

/* The first fault of each sort. */
typedef struct slack_block_faults {
    slack_block_fault_t refused;
    slack_block_fault_t unknown;
} slack_block_faults_t;

/* Checks the members of a message, of a call's arguments or of an ack that have blocks: `blocks`,
 * `attachments`, `view` and the others of the kind `payload` in blocks.def. Its other members have
 * no fault. The check ends at the first refused one. */
void slack__block_check(const slack_json_t *payload, slack_block_faults_t *ret);

/* Checks a modal or a home tab, as the member `view` of a payload. */
void slack__block_check_view(const slack_json_t *view, slack_block_faults_t *ret);

#endif
