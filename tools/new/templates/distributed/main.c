/* {{name}}: makes the app, adds its listeners, and runs it until SIGINT or SIGTERM. */
#include "listeners.h"

#include <stdio.h>

int main(void)
{
    /* What the app asks each workspace for; all other options are from the environment and .env. */
    const slack_options_t options = {.scopes = "channels:history,chat:write"};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, &options);
    if (rc == 0) rc = add_listeners(app);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "{{name}}: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
