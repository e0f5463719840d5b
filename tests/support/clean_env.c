/* SPDX-License-Identifier: MIT */
#include "support/clean_env.h"
#include "support/test.h"

#include <dirent.h>
#include <unistd.h>

#include "app/options.h"
#include "util/str.h"

static char dir[] = "/tmp/slackapp-env-XXXXXX";

int clean_env_enter(void **state)
{
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        slack_slice_t rest = slack__slice(option->variables), name;
        while (slack__slice_split(&rest, ' ', &name)) {
            char variable[80];
            snprintf(variable, sizeof variable, "%.*s", (int)name.len, name.ptr);
            unsetenv(variable);
            snprintf(variable, sizeof variable, "%.*s_FILE", (int)name.len, name.ptr);
            unsetenv(variable);
        }
    }
    unsetenv("CREDENTIALS_DIRECTORY");
    memcpy(strchr(dir, '\0') - 6, "XXXXXX", 6);
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

int clean_env_leave(void **state)
{
    DIR *files = opendir(dir);
    for (const struct dirent *file; files && (file = readdir(files));)
        unlink(file->d_name);
    if (files) closedir(files);
    return chdir("/") != 0 || rmdir(dir) != 0;
}

const char *clean_env_dir(void)
{
    return dir;
}
