/* SPDX-License-Identifier: MIT */
#include "core/app.h"

/*
 * What comes from files is read again: each transport reads its own, and says in the log what came
 * of it.
 */
void slack__app_reload(slack_app_t *app)
{
    unsigned count = 0;
    if (app->state >= APP_CLOSING) return;
    for (size_t i = 0; i < app->transport_count; i++)
        count += app->transports[i]->ops->reload(app->transports[i]);
    if (count == 0)
        SLACK_LOG(&app->log, INFO, "nothing to read again", "reason=%s",
                  "no certificate and no signing secret comes from a file");
}
