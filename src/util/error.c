/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

const char *slack_strerror(int err)
{
    switch (err) {
    case 0: return "success";
#define SLACK_ERROR_TEXT(name, number, text)                                                       \
    case name: return text;
        SLACK_ERROR_MAP(SLACK_ERROR_TEXT)
#undef SLACK_ERROR_TEXT
    default: return "unknown error";
    }
}

const char *slack_err_name(int err)
{
    switch (err) {
    case 0: return "OK";
#define SLACK_ERROR_NAME(name, number, text)                                                       \
    case name: return #name;
        SLACK_ERROR_MAP(SLACK_ERROR_NAME)
#undef SLACK_ERROR_NAME
    default: return "SLACK_UNKNOWN";
    }
}
