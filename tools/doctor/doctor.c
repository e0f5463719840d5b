/* SPDX-License-Identifier: MIT */
#include "doctor/doctor.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "cli/command_line.h"
#include "cli/terminal.h"
#include "doctor/checks.h"
#include "doctor/gather.h"
#include "net/url.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/redact.h"

static const char usage[] =
    "Looks for what keeps an app from working: in its options, on this machine, and\n"
    "at Slack.\n"
    "\n"
    "usage: slackapp doctor [OPTION…] [--] [BOT [ARG…]]\n"
    "\n"
    "  --json                    one line of JSON in place of the list\n"
    "  --strict                  a warning makes the exit status 1, too\n"
    "  --url URL                 the public request URL, to which signed requests are\n"
    "                            sent\n"
    "  --platform-grace SECONDS  for how long the platform waits before it kills the\n"
    "                            app\n"
    "  --unit NAME               the service of systemd that runs the app: it tells\n"
    "                            for how long\n"
    "  --accept LIST             ids of faults that your packages of libraries have\n"
    "                            corrected, separated by commas\n"
    "  --timeout SECONDS         the time limit of each request (default 4)\n"
    "\n"
    "The options are those of an app that starts in this folder: the environment,\n"
    "then .env. A BOT starts in describe mode, which opens nothing; then the options\n"
    "and listeners of its program count, too. The command opens no connection of\n"
    "Socket Mode. It opens a store that exists as slackapp inbox does.\n"
    "\n"
    "Examples:\n"
    "  slackapp doctor\n"
    "  slackapp doctor build/mybot\n"
    "  slackapp doctor --url https://bot.example.com/slack/events\n"
    "  slackapp doctor --json --strict --platform-grace 30\n"
    "\n"
    "Exit status:\n"
    "  0  nothing is bad\n"
    "  1  something is\n"
    "  2  the command's words are wrong\n";

typedef struct report {
    unsigned counts[DOCTOR_GRADES];
    bool json, strict;
    slack_buf_t out;
} report_t;

/* Sentences repeat what others have written. */
static void add_string(slack_buf_t *out, const char *name, char *text)
{
    slack__buf_printf(out, ",\"%s\":", name);
    slack__json_write_string(out, text, strlen(text));
}

static void add_finding(report_t *report, const char *name, doctor_finding_t *finding)
{
    static const enum cli_color colors[DOCTOR_GRADES] = {
        [DOCTOR_GOOD] = CLI_GREEN, [DOCTOR_WARNING] = CLI_YELLOW, [DOCTOR_BAD] = CLI_RED};
    const char *grade = doctor_grade_names[finding->grade];
    finding->sentence[slack__redact(finding->sentence, strlen(finding->sentence))] = '\0';
    finding->cure[slack__redact(finding->cure, strlen(finding->cure))] = '\0';
    if (report->json) {
        slack__buf_printf(&report->out, "%s{\"grade\":\"%s\",\"check\":\"%s\"",
                          report->out.len ? "," : "", grade, name);
        add_string(&report->out, "sentence", finding->sentence);
        if (finding->cure[0]) add_string(&report->out, "cure", finding->cure);
        slack__buf_append_char(&report->out, '}');
        return;
    }
    char padded[16];
    snprintf(padded, sizeof padded, "%-7s", grade);
    cli_colored(stdout, colors[finding->grade], padded);
    cli_printf("  %-13s  %s\n", name, finding->sentence);
    if (finding->cure[0]) cli_printf("%-7s  %-13s  -> %s\n", "", "", finding->cure);
}

static int end_report(report_t *report)
{
    const unsigned *n = report->counts;
    const bool failed = n[DOCTOR_BAD] > 0 || (report->strict && n[DOCTOR_WARNING] > 0);
    if (report->json)
        printf("{\"healthy\":%s,\"good\":%u,\"warning\":%u,\"bad\":%u,\"skipped\":%u,"
               "\"findings\":[%s]}\n",
               n[DOCTOR_BAD] + n[DOCTOR_WARNING] ? "false" : "true", n[DOCTOR_GOOD],
               n[DOCTOR_WARNING], n[DOCTOR_BAD], n[DOCTOR_SKIPPED],
               report->out.len ? slack__buf_ptr(&report->out) : "");
    else
        printf("%u good, %u warning, %u bad, %u skipped\n", n[DOCTOR_GOOD], n[DOCTOR_WARNING],
               n[DOCTOR_BAD], n[DOCTOR_SKIPPED]);
    return failed ? CLI_FAILED : CLI_OK;
}

static bool read_request(int argc, const char **argv, doctor_request_t *ret, report_t *report,
                         bool *ret_help, char *problem)
{
    const char *grace = NULL, *timeout = "4";
    const cli_option_t table[] = {{"--json", NULL, &report->json},
                                  {"--strict", NULL, &report->strict},
                                  {"--url", &ret->url, NULL},
                                  {"--platform-grace", &grace, NULL},
                                  {"--unit", &ret->unit, NULL},
                                  {"--accept", &ret->accept, NULL},
                                  {"--timeout", &timeout, NULL},
                                  {"--help", NULL, ret_help},
                                  {NULL, NULL, NULL}};
    const int own = cli_options_before(argc, argv, table);
    if (cli_options_read(own, argv, table, problem) < 0) return false;
    if (*ret_help) return true;
    const bool dashes = own < argc && strcmp(argv[own], "--") == 0;
    if (own + dashes < argc) ret->bot = argv + own + dashes;
    if (ret->url && !slack__url_allowed(ret->url)) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "--url takes an https URL, or an http URL of this machine, not \"%.100s\"",
                 ret->url);
        return false;
    }
    if (grace && !cli_options_number("--platform-grace", grace, 86400, &ret->grace_s, problem))
        return false;
    return cli_options_number("--timeout", timeout, 60, &ret->timeout_s, problem);
}

int doctor_command(int argc, const char **argv)
{
    doctor_request_t request = {.url = NULL};
    doctor_facts_t facts;
    report_t report = {.json = false};
    char problem[CLI_PROBLEM_SIZE];
    bool help = false;
    if (!read_request(argc, argv, &request, &report, &help, problem))
        return cli_fail("doctor", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return cli_fail("doctor", CLI_FAILED, "libcurl does not start: memory is out");
    slack__buf_init(&report.out, (size_t)64 << 10);
    doctor_progress_begin();
    doctor_gather(&facts, &request);
    doctor_progress_end();
    for (const doctor_check_t *check = doctor_checks; check->name; check++) {
        doctor_finding_t finding;
        check->judge(&facts, &finding);
        report.counts[finding.grade]++;
        add_finding(&report, check->name, &finding);
    }
    const int status = end_report(&report);
    slack__buf_done(&report.out);
    curl_global_cleanup();
    return status;
}
