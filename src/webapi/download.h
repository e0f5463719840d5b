/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_DOWNLOAD_H
#define SLACK_WEBAPI_DOWNLOAD_H

#include "webapi/file_flow.h"

/* A download of a file's url_private, which goes on after a connection was lost. */

/* As slack__upload_begin(). */
int slack__download_begin(slack_client_t *client, const slack_download_t *download,
                          const slack_file_owner_t *owner, slack_file_flow_t **ret,
                          const char **ret_why);
/* For owner->ended. The result lies in the flow's arena. */
slack_downloaded_t slack__download_result(slack_file_flow_t *flow);

#endif
