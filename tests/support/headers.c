/* SPDX-License-Identifier: MIT */
#include "support/headers.h"

#include <glob.h>
#include <regex.h>

#include "support/file.h"
#include "support/test.h"

void headers_expect_cases(const char *result, const char *first, const char *cases)
{
    char pattern[512], name[64];
    unsigned found = 0;
    glob_t headers;
    regex_t declaration;
    regmatch_t at[2];
    snprintf(pattern, sizeof pattern, "^SLACK_API %s ?\\*?(slack_[a-z_]+)\\(%s", result, first);
    assert_int_equal(regcomp(&declaration, pattern, REG_EXTENDED | REG_NEWLINE), 0);
    snprintf(pattern, sizeof pattern, "%s/include/slack/*.h", getenv("SLACKAPP_SOURCE_DIR"));
    assert_int_equal(glob(pattern, 0, NULL, &headers), 0);
    for (size_t i = 0; i < headers.gl_pathc; i++) {
        const char *text = file_read(headers.gl_pathv[i], NULL);
        for (; regexec(&declaration, text, 2, at, 0) == 0; text += at[1].rm_eo, found++) {
            snprintf(name, sizeof name, " %.*s ", (int)(at[1].rm_eo - at[1].rm_so),
                     text + at[1].rm_so);
            if (!strstr(cases, name)) fail_msg("%s: add%s", headers.gl_pathv[i], name);
        }
    }
    assert_true(found > 0);
    globfree(&headers);
    regfree(&declaration);
}
