/* SPDX-License-Identifier: MIT */
#include "version/version.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/command_line.h"
#include "cli/libraries.h"
#include "util/buf.h"
#include "util/json.h"

static const char usage[] =
    "Prints the versions of slackapp and of the libraries that it runs with.\n"
    "\n"
    "usage: slackapp version [OPTION…]\n"
    "\n"
    "  --json  one line of JSON\n"
    "\n"
    "Some libraries cannot say their version while they run: that is the version\n"
    "which slackapp was compiled with.\n"
    "\n"
    "Examples:\n"
    "  slackapp version\n"
    "  slackapp version --json\n"
    "\n"
    "Exit status:\n"
    "  0  the versions are printed\n"
    "  1  standard output is closed\n"
    "  2  the command's words are wrong\n";

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The optional parts of the library, and whether this build has them. */
static const struct feature {
    const char *name;
    bool there;
} features[] = {
#ifdef SLACK_HAVE_LIBPQ
    {"postgres", true},
#else
    {"postgres", false},
#endif
#ifdef SLACK_HAVE_LIBCRYPTO
    {"libcrypto", true},
#else
    {"libcrypto", false},
#endif
#ifdef SLACK_CHECK_LIFETIMES
    {"check_lifetimes", true},
#else
    {"check_lifetimes", false},
#endif
};
#define FEATURES (sizeof features / sizeof *features)

typedef struct versions {
    char platform[200];
    cli_library_t libraries[CLI_LIBRARIES_MAX];
    size_t library_count;
} versions_t;

static void gather(versions_t *ret)
{
    struct utsname name = {.sysname = "unknown"};
    uname(&name);
    snprintf(ret->platform, sizeof ret->platform, "%s %s %s", name.sysname, name.release,
             name.machine);
    ret->library_count = cli_libraries(ret->libraries);
}

static void print_text(const versions_t *versions)
{
    printf("slackapp %s\n\n%-16s %s\n%-16s %s\n", SLACKAPP_VERSION, "platform", versions->platform,
           "compiler", COMPILER);
    for (size_t i = 0; i < FEATURES; i++)
        printf("%-16s %s\n", features[i].name, features[i].there ? "yes" : "no");
    putchar('\n');
    for (size_t i = 0; i < versions->library_count; i++)
        printf("%-16s %s%s\n", versions->libraries[i].name, versions->libraries[i].version,
               versions->libraries[i].running ? "" : " (compiled)");
    printf("%-16s %s\n", "TLS of libcurl", cli_curl_tls());
}

static int print_json(const versions_t *versions)
{
    slack_buf_t out;
    slack__buf_init(&out, (size_t)64 << 10);
    int rc = slack__buf_printf(&out, "{\"slackapp\":\"%s\",\"platform\":", SLACKAPP_VERSION);
    if (rc == 0)
        rc = slack__json_write_string(&out, versions->platform, strlen(versions->platform));
    if (rc == 0) rc = slack__buf_printf(&out, ",\"compiler\":");
    if (rc == 0) rc = slack__json_write_string(&out, COMPILER, strlen(COMPILER));
    for (size_t i = 0; rc == 0 && i < FEATURES; i++)
        rc = slack__buf_printf(&out, "%s\"%s\":%s", i ? "," : ",\"features\":{", features[i].name,
                               features[i].there ? "true" : "false");
    for (size_t i = 0; rc == 0 && i < versions->library_count; i++)
        rc = slack__buf_printf(&out, "%s\"%s\":\"%s\"", i ? "," : "},\"libraries\":{",
                               versions->libraries[i].name, versions->libraries[i].version);
    if (rc == 0) rc = slack__buf_printf(&out, "},\"libcurl_tls\":\"%s\"}", cli_curl_tls());
    if (rc == 0) puts(slack__buf_ptr(&out));
    slack__buf_done(&out);
    return rc;
}

int version_command(int argc, const char **argv)
{
    bool json = false, help = false;
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t table[] = {
        {"--json", NULL, &json}, {"--help", NULL, &help}, {NULL, NULL, NULL}};
    const int count = cli_options_read(argc, argv, table, problem);
    if (count < 0) return cli_fail("version", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (count > 0) return cli_fail("version", CLI_USAGE, "version takes options only");
    versions_t versions = {.platform = ""};
    gather(&versions);
    if (!json)
        print_text(&versions);
    else if (print_json(&versions) != 0)
        return cli_fail("version", CLI_FAILED, "memory is out: end other programs");
    if (fflush(stdout) == 0) return CLI_OK;
    return cli_fail("version", CLI_FAILED,
                    "the versions could not be written: standard output is closed or full");
}
