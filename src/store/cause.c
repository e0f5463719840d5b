/* SPDX-License-Identifier: MIT */
#include "store/cause.h"

#define LINE(cause) "the store fails: " cause "\n"

/* docs/http.md lists them. */
static const char *const lines[] = {
    [SLACK_CAUSE_OTHER] = "the store fails\n",
    [SLACK_CAUSE_SILENT] = LINE("the server does not answer in time"),
    [SLACK_CAUSE_REFUSED] = LINE("the server refuses the connection"),
    [SLACK_CAUSE_UNREACHED] = LINE("the server cannot be reached"),
    [SLACK_CAUSE_LOST] = LINE("the connection was lost"),
    [SLACK_CAUSE_LOGIN] = LINE("the server refuses the user or the password"),
    [SLACK_CAUSE_TLS] = LINE("the server's certificate or TLS is refused"),
    [SLACK_CAUSE_CROWDED] = LINE("the server takes no more sessions"),
    [SLACK_CAUSE_STARTING] = LINE("the server starts or stops"),
    [SLACK_CAUSE_POOLER] = LINE("a pooler shares its sessions"),
    [SLACK_CAUSE_READ_ONLY] = LINE("it is read-only"),
    [SLACK_CAUSE_FULL] = LINE("its disk is full"),
    [SLACK_CAUSE_DISK] = LINE("its disk fails"),
    [SLACK_CAUSE_LOCKED] = LINE("another program holds a lock"),
    [SLACK_CAUSE_RIGHTS] = LINE("a right is missing"),
    [SLACK_CAUSE_MISSING] = LINE("the database or the schema does not exist"),
    [SLACK_CAUSE_NEWER] = LINE("a newer slackapp has changed its tables"),
    [SLACK_CAUSE_DAMAGED] = LINE("its data is damaged"),
    [SLACK_CAUSE_MEMORY] = LINE("memory is out"),
};

const char *slack__store_cause_line(slack_store_cause_t cause)
{
    return lines[cause];
}
