/* SPDX-License-Identifier: MIT */
#ifndef SIM_FILE_URLS_H
#define SIM_FILE_URLS_H

#include "sim/services.h"

/* Takes a request to /upload/v1/KEY: the bytes of a file, as they are or as a part of a form. */
void sim_upload_request(const sim_teams_t *teams, slack_http_request_t *request);
/* Takes a request to /files-pri/TEAM-FILE/…: a file's url_private. Without the bot's token Slack
 * answers with its login page, and 200. */
void sim_download_request(const sim_services_t *services, slack_http_request_t *request);

/* Responds with the bytes of a file for the page: without a token, and without faults. Only images
 * that a browser does not run are shown, anything else is downloaded. */
void sim_file_show(const sim_services_t *services, const char *id, slack_http_request_t *request);

#endif
