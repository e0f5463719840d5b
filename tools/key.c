/* SPDX-License-Identifier: MIT */
#include "key.h"

#include <stdio.h>

#include "cli/command_line.h"
#include "protocol/seal.h"
#include "util/alloc.h"
#include "util/base64.h"
#include "util/random.h"

#define KEY_TEXT_SIZE 45 /* of 32 bytes in Base64 */

static const char usage[] =
    "Makes a key for SLACK_STORE_KEY, with which an app encrypts the tokens in its\n"
    "store.\n"
    "\n"
    "usage: slackapp key\n"
    "\n"
    "The key goes to standard output, with nothing else. How to keep it goes to\n"
    "standard error. The key is 32 bytes of the system's random numbers in Base64;\n"
    "nothing else is stored or sent.\n"
    "\n"
    "To change keys, write the new one before the old one, separated by a comma: the\n"
    "first one seals, all open. Every process of the app has to have both before one\n"
    "has the new one only.\n"
    "\n"
    "Examples:\n"
    "  slackapp key >store.key\n"
    "  export SLACK_STORE_KEY=\"$(slackapp key)\"\n"
    "\n"
    "Exit status:\n"
    "  0  the key is printed\n"
    "  1  the system gives no random bytes, or standard output is closed\n"
    "  2  the command's words are wrong\n";

static const char advice[] =
    "A key for SLACK_STORE_KEY, with which an app encrypts the tokens in its store.\n"
    "Put it where your platform keeps secrets: a systemd credential, a file that\n"
    "SLACK_STORE_KEY_FILE names, or for a first try a line of .env. Keep a copy apart from the\n"
    "backups of the store: without the key every workspace has to install the app again.\n";

int key_command(int argc, const char **argv)
{
    bool help = false;
    char problem[CLI_PROBLEM_SIZE], text[KEY_TEXT_SIZE];
    unsigned char key[SLACK_KEY_BYTES];
    const cli_option_t table[] = {{"--help", NULL, &help}, {NULL, NULL, NULL}};
    const int count = cli_options_read(argc, argv, table, problem);
    if (count < 0) return cli_fail("key", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (count > 0) return cli_fail("key", CLI_USAGE, "key takes no arguments");
    if (!slack__random_secret(key, sizeof key))
        return cli_fail("key", CLI_FAILED,
                        "the system gives no random bytes: run the command on another machine");
    slack__base64_encode(SLACK_BASE64, key, sizeof key, text);
    fputs(advice, stderr);
    puts(text);
    slack__wipe(key, sizeof key);
    slack__wipe(text, sizeof text);
    if (fflush(stdout) == 0) return CLI_OK;
    return cli_fail("key", CLI_FAILED, "the key could not be written: standard output is closed");
}
