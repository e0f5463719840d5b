/* SPDX-License-Identifier: MIT */
#include "support/npm.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_BYTES 4096

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "."; /* started by hand, in the right folder */
}

const char *npm_folder(void)
{
    static char folder[PATH_BYTES];
    char made[PATH_BYTES], lock[PATH_BYTES + 32];
    snprintf(made, sizeof made, "%s/tests/npm", variable("SLACKAPP_BUILD_DIR"));
    if (!realpath(made, folder)) return NULL;
    snprintf(lock, sizeof lock, "%s/package-lock.json", folder);
    return access(lock, F_OK) == 0 ? folder : NULL;
}

const char *npm_script(const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/tests/support/%s", variable("SLACKAPP_SOURCE_DIR"), name);
    return path;
}
