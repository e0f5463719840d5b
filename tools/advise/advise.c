/* SPDX-License-Identifier: MIT */
#include "advise/advise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "advise/diagram.h"
#include "advise/files.h"
#include "advise/report.h"
#include "util/alloc.h"
#include "util/file.h"

static const char usage[] =
    "Decides between Socket Mode and HTTP for a case, with reasons, figures and\n"
    "files.\n"
    "\n"
    "usage: slackapp advise [OPTION…]\n"
    "\n"
    "  --platform kubernetes|vm|serverless|on-premises|laptop\n"
    "                        where the app runs\n"
    "  --audience internal|distributed|marketplace\n"
    "                        whom the app is for\n"
    "  --ingress yes|no      whether Slack can reach the app by public HTTPS\n"
    "  --rate N              events a second, on average\n"
    "  --peak N              events a second, at the peak\n"
    "  --latency MS          within which a person should see an answer\n"
    "  --cold-start MS       a start after the platform stopped an idle process; 0:\n"
    "                        never\n"
    "  --autoscaling yes|no  whether the number of processes follows the load\n"
    "  --machines N          machines or pods\n"
    "  --workspaces N        workspaces that install the app\n"
    "  --secrets environment|files|rotated\n"
    "                        how the app gets its secrets\n"
    "  --name NAME           the app's name in commands and files\n"
    "  --host NAME           the host name of its public address\n"
    "  --image IMAGE         its container image\n"
    "  --case FILE           answers in a file: lines NAME = VALUE, named like the\n"
    "                        options\n"
    "  --ask                 ask for the rest; the default on a terminal without any\n"
    "                        answer\n"
    "  --part LIST           only these parts, separated by commas: decision, matrix,\n"
    "                        diagram, interface, local, checklist\n"
    "  --markdown            the answer in Markdown\n"
    "  --json                the answer for programs\n"
    "  --svg FILE            write the diagram to FILE\n"
    "  --write FOLDER        write the files of the deployment into FOLDER: those of\n"
    "                        Kubernetes, systemd and nginx, a Dockerfile,\n"
    "                        .env.example and a README\n"
    "  --force               replace files that are there\n"
    "\n"
    "Questions without an answer keep their defaults, which the answer names. Nothing\n"
    "is sent anywhere.\n"
    "\n"
    "Examples:\n"
    "  slackapp advise\n"
    "  slackapp advise --platform kubernetes --ingress yes --machines 3\n"
    "  slackapp advise --case bot.case --part matrix,diagram --markdown >PLAN.md\n"
    "  slackapp advise --case bot.case --name mybot --part decision --write deploy\n"
    "\n"
    "Exit status:\n"
    "  0  the command has answered\n"
    "  1  neither mode works, or the command has failed\n"
    "  2  its words are wrong\n";

#define CASE_MAX     SLACK_FILE_MAX_BYTES
#define ALL_PARTS    ((1U << ADVISE_PARTS) - 1)
#define OPTION_COUNT (ADVISE_QUESTIONS + 9)

typedef struct request {
    advise_case_t the_case;
    unsigned parts;
    const char *case_file, *svg_file, *folder;
    bool json, markdown, ask, force, help;
} request_t;

static int advise_fail(int status, const char *problem)
{
    return cli_fail("advise", status, problem);
}

/* --- answers --- */

static bool read_case_file(request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    char *text = NULL, sentence[CLI_PROBLEM_SIZE];
    slack_file_fault_t fault;
    const ssize_t len =
        slack__file_read(request->case_file, SLACK_FILE_PUBLIC, CASE_MAX, &text, &fault);
    if (len < 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.120s: %.120s", request->case_file,
                 fault.why);
        return false;
    }
    const bool good =
        advise_case_read(&request->the_case, (slack_slice_t){text, (size_t)len}, sentence);
    slack__free(text);
    if (!good) snprintf(problem, CLI_PROBLEM_SIZE, "%.100s, %.200s", request->case_file, sentence);
    return good;
}

static bool read_parts(const char *list, unsigned *ret, char problem[CLI_PROBLEM_SIZE])
{
    slack_slice_t rest = slack__slice(list), name;
    *ret = 0;
    while (slack__slice_split(&rest, ',', &name)) {
        unsigned part = 0;
        while (part < ADVISE_PARTS && !slack__slice_eq(slack__slice(advise_part_names[part]), name))
            part++;
        if (part == ADVISE_PARTS) {
            snprintf(problem, CLI_PROBLEM_SIZE,
                     "--part takes decision, matrix, diagram, interface, local or checklist, not "
                     "\"%.*s\"",
                     (int)(name.len < 40 ? name.len : 40), name.ptr);
            return false;
        }
        *ret |= 1U << part;
    }
    return true;
}

/* Options win over the file. */
static bool answer_by_options(request_t *request, const char *const values[ADVISE_QUESTIONS],
                              char problem[CLI_PROBLEM_SIZE])
{
    char sentence[CLI_PROBLEM_SIZE];
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        if (!values[q] || advise_case_answer(&request->the_case, (enum advise_question)q,
                                             slack__slice(values[q]), sentence))
            continue;
        snprintf(problem, CLI_PROBLEM_SIZE, "--%.300s", sentence);
        return false;
    }
    return true;
}

static bool read_request(request_t *request, int argc, const char **argv,
                         char problem[CLI_PROBLEM_SIZE])
{
    const char *values[ADVISE_QUESTIONS] = {NULL}, *parts = NULL;
    char names[ADVISE_QUESTIONS][24];
    cli_option_t options[OPTION_COUNT + 1] = {
        {"--case", &request->case_file, NULL}, {"--part", &parts, NULL},
        {"--svg", &request->svg_file, NULL},   {"--json", NULL, &request->json},
        {"--ask", NULL, &request->ask},        {"--markdown", NULL, &request->markdown},
        {"--write", &request->folder, NULL},   {"--force", NULL, &request->force},
        {"--help", NULL, &request->help},
    };
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        snprintf(names[q], sizeof names[q], "--%s", advise_questions[q].name);
        options[OPTION_COUNT - ADVISE_QUESTIONS + q] = (cli_option_t){names[q], &values[q], NULL};
    }
    const int words = cli_options_read(argc, argv, options, problem);
    if (words < 0 || request->help) return words >= 0;
    if (words > 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "advise takes options only, not \"%.100s\"", argv[0]);
        return false;
    }
    if (request->json && request->markdown) {
        snprintf(problem, CLI_PROBLEM_SIZE, "--json and --markdown exclude each other");
        return false;
    }
    if (request->force && !request->folder) {
        snprintf(problem, CLI_PROBLEM_SIZE, "--force belongs to --write");
        return false;
    }
    if (parts && !read_parts(parts, &request->parts, problem)) return false;
    if (request->case_file && !read_case_file(request, problem)) return false;
    if (!answer_by_options(request, values, problem)) return false;
    bool answered = false;
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++)
        answered |= request->the_case.answered[q];
    if (!answered && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) request->ask = true;
    return true;
}

/* --- questions --- */

static void print_question(const advise_case_t *the_case, enum advise_question question)
{
    const advise_question_info_t *info = &advise_questions[question];
    char text[ADVISE_TEXT_SIZE];
    fprintf(stderr, "\n%s\n", info->question);
    for (unsigned at = 0; info->kind == ADVISE_CHOICE; at++) {
        const slack_slice_t word = advise_word(question, at), means = advise_meaning(question, at);
        if (word.len == 0) break;
        fprintf(stderr, "  %-12.*s %.*s\n", (int)word.len, word.ptr, (int)means.len, means.ptr);
    }
    fprintf(stderr, "%s [%s]: ", info->name, advise_case_text(the_case, question, text));
}

/* False: the input has ended. An empty line keeps the default. */
static bool ask_question(advise_case_t *the_case, enum advise_question question)
{
    char line[ADVISE_TEXT_SIZE * 2], problem[CLI_PROBLEM_SIZE];
    for (;;) {
        print_question(the_case, question);
        if (!fgets(line, sizeof line, stdin)) return false;
        const slack_slice_t answer = slack__slice_strip(slack__slice(line));
        if (answer.len == 0 || advise_case_answer(the_case, question, answer, problem)) return true;
        fprintf(stderr, "%s\n", problem);
    }
}

static bool ask_questions(advise_case_t *the_case)
{
    fputs("An empty line keeps the answer in brackets.\n", stderr);
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        if (the_case->answered[q] || advise_questions[q].kind == ADVISE_TEXT) continue;
        if (!ask_question(the_case, (enum advise_question)q)) return false;
    }
    fputs("\n", stderr);
    return true;
}

/* --- answer --- */

static int print_page(const request_t *request, const advise_plan_t *plan)
{
    advise_page_t page;
    advise_page_init(&page, request->markdown);
    advise_report_write(&page, &request->the_case, plan, request->parts);
    const int rc = page.rc;
    if (rc == 0) fwrite(slack__buf_ptr(&page.text), 1, page.text.len, stdout);
    advise_page_done(&page);
    return rc;
}

static int print_json(const request_t *request, const advise_plan_t *plan)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) return SLACK_ENOMEM;
    sim_json_builder_t json = {arena, 0};
    const slack_json_t *answer = advise_report_json(&json, &request->the_case, plan);
    const char *text = json.rc ? NULL : slack__json_text(arena, answer, NULL);
    if (text) puts(text);
    const int rc = json.rc ? json.rc : (text ? 0 : SLACK_ENOMEM);
    slack__arena_free(arena);
    return rc;
}

static int write_svg(const char *path, const advise_plan_t *plan, char problem[CLI_PROBLEM_SIZE])
{
    slack_buf_t svg;
    slack__buf_init(&svg, ADVISE_PAGE_MAX);
    const int rc = advise_diagram_svg(&svg, plan);
    if (rc != 0) snprintf(problem, CLI_PROBLEM_SIZE, "%s", slack_strerror(rc));
    const bool good = rc == 0 && cli_write_file(path, slack__buf_ptr(&svg), problem);
    slack__buf_done(&svg);
    return good ? CLI_OK : CLI_FAILED;
}

/* A list of them, on standard error: the answer alone is on standard output. */
static int write_folder(const request_t *request, const advise_plan_t *plan,
                        char problem[CLI_PROBLEM_SIZE])
{
    cli_file_t files[ADVISE_FILES_MAX + 1];
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) {
        snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
        return CLI_FAILED;
    }
    const bool good = advise_files(&request->the_case, plan, arena, files, problem) &&
                      cli_write_files(request->folder, files, request->force, problem);
    for (const cli_file_t *file = files; good && file->path; file++)
        fprintf(stderr, "wrote %s/%s\n", request->folder, file->path);
    slack__arena_free(arena);
    return good ? CLI_OK : CLI_FAILED;
}

int advise_command(int argc, const char **argv)
{
    request_t request = {.parts = ALL_PARTS};
    char problem[CLI_PROBLEM_SIZE];
    advise_case_init(&request.the_case);
    if (!read_request(&request, argc, argv, problem)) return advise_fail(CLI_USAGE, problem);
    if (request.help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (request.ask && !ask_questions(&request.the_case))
        return advise_fail(CLI_USAGE, "the input ended before the last question");
    if (!advise_case_settle(&request.the_case, problem)) return advise_fail(CLI_USAGE, problem);
    advise_plan_t plan;
    advise_plan(&request.the_case, &plan);
    if (request.svg_file && write_svg(request.svg_file, &plan, problem) != CLI_OK)
        return advise_fail(CLI_FAILED, problem);
    if (request.folder && plan.mode == ADVISE_NEITHER)
        fputs("slackapp advise: no files are written, since neither mode works\n", stderr);
    else if (request.folder && write_folder(&request, &plan, problem) != CLI_OK)
        return advise_fail(CLI_FAILED, problem);
    const int rc = request.json ? print_json(&request, &plan) : print_page(&request, &plan);
    if (rc != 0) return advise_fail(CLI_FAILED, slack_strerror(rc));
    if (fflush(stdout) != 0 || ferror(stdout))
        return advise_fail(CLI_FAILED, "cannot write standard output");
    return plan.mode == ADVISE_NEITHER ? CLI_FAILED : CLI_OK;
}
