/* SPDX-License-Identifier: MIT */
#include "sim_record.h"

#include <stdio.h>
#include <string.h>

#include "sim/ids.h"
#include "sim/transcript.h"
#include "util/form.h"

/* A block in a line: "section: *Lunch?*", "actions: [Vote: vote_0]". */
static void print_block(const slack_json_t *block)
{
    const char *text = slack_json_str(block, "/text/text");
    if (!*text) text = slack_json_str(block, "/text");
    cli_printf(*text ? "    %s: %s" : "    %s:", slack_json_str(block, "/type"), text);
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(block, "/fields"), &it))
        cli_printf(" | %s", slack_json_str(it.value, "/text"));
    it = (slack_json_iter_t){0};
    while (slack_json_next(slack_json_get(block, "/elements"), &it)) {
        const char *label = slack_json_str(it.value, "/text/text");
        if (!*label) label = slack_json_str(it.value, "/text");
        if (!*label) label = slack_json_str(it.value, "/type");
        const char *action_id = slack_json_str(it.value, "/action_id");
        cli_printf(*action_id ? " [%s: %s]" : " [%s]", label, action_id);
    }
    putchar('\n');
}

/* The facts that the line of an entry leaves out. */
static void print_detail(const slack_json_t *entry)
{
    const slack_json_t *blocks = slack_json_get(entry, "/message/blocks");
    const char *ts = slack_json_str(entry, "/ts");
    const char *thread_ts = slack_json_str(entry, "/message/thread_ts");
    const char *metadata = slack_json_str(entry, "/view/private_metadata");
    slack_json_iter_t it = {0};
    if (*ts) cli_printf("    ts %s in %s", ts, slack_json_str(entry, "/channel"));
    if (*ts) cli_printf(*thread_ts ? ", thread %s\n" : "%s\n", thread_ts);
    if (*metadata) cli_printf("    private_metadata: %s\n", metadata);
    if (!blocks) blocks = slack_json_get(entry, "/view/blocks");
    if (strcmp(slack_json_str(entry, "/kind"), "item") == 0) return; /* it changes no block */
    while (slack_json_next(blocks, &it))
        print_block(it.value);
}

static const char transcript_usage[] =
    "Prints what was said and done.\n"
    "\n"
    "usage: slackapp sim transcript [OPTION…]\n"
    "\n"
    "  --wait N           wait until it has N entries; fail after 10 s\n"
    "  --long             print the ts and the blocks of messages and views, too\n"
    "  --json             print JSON, with everything\n"
    "  --clear            clear it after printing\n" SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim transcript\n"
    "  slackapp sim transcript --wait 4 --json --clear\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_transcript_command(sim_client_t *client, int argc, const char **argv)
{
    const char *wait = NULL;
    bool as_json = false, as_long = false, clear = false;
    int status = CLI_OK;
    uint64_t entries = 0;
    char path[64] = "/sim/transcript";
    const cli_option_t options[] = {
        {"--wait", &wait, NULL},   {"--json", NULL, &as_json}, {"--long", NULL, &as_long},
        {"--clear", NULL, &clear}, {NULL, NULL, NULL},
    };
    const sim_client_words_t words = {transcript_usage, options, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    if (wait) {
        if (!slack__parse_u64(slack__slice(wait), SIM_TRANSCRIPT_MAX, &entries))
            return sim_client_fail(client, CLI_USAGE,
                                   "--wait takes a number of entries, at most 1000");
        snprintf(path, sizeof path, "/sim/transcript?wait=%llu", (unsigned long long)entries);
    }
    const slack_json_t *answer = sim_client_call(client, path, NULL);
    if (!answer) return CLI_FAILED;
    slack_json_iter_t it = {0};
    const slack_json_t *list = slack_json_get(answer, "/entries");
    const char *text = as_json ? slack__json_text(client->json.arena, list, NULL) : NULL;
    if (text) cli_printf("%s\n", text);
    while (!as_json && slack_json_next(list, &it)) {
        cli_printf("%s\n", slack_json_str(it.value, "/line"));
        if (as_long) print_detail(it.value);
    }
    if (clear && !sim_client_call(client, "/sim/transcript/clear", sim_json(&client->json, "{}")))
        return CLI_FAILED;
    if (slack_json_bool(answer, "/complete")) return CLI_OK;
    snprintf(client->problem, sizeof client->problem, "there are %zu entries after 10 s, not %s",
             slack_json_count(list, ""), wait ? wait : "0");
    return sim_client_fail(client, CLI_FAILED, client->problem);
}

/* A page of messages, those behind the timestamp `after`. NULL after printing the problem. */
static const slack_json_t *ask_messages(sim_client_t *client, const char *channel,
                                        const char *after)
{
    slack_buf_t path;
    const slack_json_t *query =
        sim_json(&client->json, "{channel: %s, after: %s}", channel ? channel : "", after);
    slack__buf_init(&path, SLACK_ARENA_MAX);
    int rc = slack__buf_append_slice(&path, SLACK_SLICE("/sim/messages?"));
    if (rc == 0) rc = query ? slack__form_write(&path, query) : SLACK_ENOMEM;
    const slack_json_t *answer =
        rc == 0 ? sim_client_call(client, slack__buf_ptr(&path), NULL) : NULL;
    if (rc != 0) sim_client_fail(client, CLI_FAILED, slack_strerror(rc));
    slack__buf_done(&path);
    return answer;
}

static const char messages_usage[] =
    "Prints every message that exists, the oldest first.\n"
    "\n"
    "usage: slackapp sim messages [OPTION…]\n"
    "\n"
    "  --channel NAME     only those of this channel\n"
    "  --json             print a line of JSON for each\n" SIM_CLIENT_WORKSPACE SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim messages\n"
    "  slackapp sim messages --channel random --json\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_messages_command(sim_client_t *client, int argc, const char **argv)
{
    const char *channel = NULL;
    bool as_json = false, more = true;
    int status = CLI_OK;
    char after[SIM_TS_SIZE] = "";
    const cli_option_t options[] = {{"--channel", &channel, NULL},
                                    {"--json", NULL, &as_json},
                                    {"--workspace", &client->workspace, NULL},
                                    {NULL, NULL, NULL}};
    const sim_client_words_t words = {messages_usage, options, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    while (more) {
        slack_json_iter_t it = {0};
        const slack_json_t *answer = ask_messages(client, channel, after);
        if (!answer) return CLI_FAILED;
        while (slack_json_next(slack_json_get(answer, "/messages"), &it)) {
            const char *ts = slack_json_str(it.value, "/ts");
            const char *text =
                as_json ? slack__json_text(client->json.arena, it.value, NULL) : NULL;
            if (as_json)
                cli_printf("%s\n", text ? text : "");
            else
                cli_printf("%s  %s\n", ts, slack_json_str(it.value, "/line"));
            snprintf(after, sizeof after, "%s", ts);
        }
        more = slack_json_bool(answer, "/more");
        slack__arena_reset(client->json.arena);
    }
    return CLI_OK;
}
