/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_UPLOAD_H
#define SLACK_WEBAPI_UPLOAD_H

#include "webapi/file_flow.h"

/* An upload: files.getUploadURLExternal and the bytes for each file, files.completeUploadExternal,
 * and files.info until the message exists. */

/* Begin. 0: owner->ended follows, from a later turn of the loop; the caller sets owner_data of the
 * flow. An error leaves nothing; *ret_why is its sentence, NULL: that of slack__webapi_refusal().
 */
int slack__upload_begin(slack_client_t *client, const slack_upload_t *upload,
                        const slack_file_owner_t *owner, slack_file_flow_t **ret,
                        const char **ret_why);
/* The arguments by which the blocks of the message are checked. NULL: there are none, or memory is
 * out. */
const slack_json_t *slack__upload_blocks(slack_arena_t *arena, const slack_upload_t *upload);
/* For owner->ended. The result lies in the flow's arena. */
slack_uploaded_t slack__upload_result(slack_file_flow_t *flow);

#endif
