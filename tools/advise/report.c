/* SPDX-License-Identifier: MIT */
#include "advise/report.h"

#include <string.h>

#include "advise/diagram.h"
#include "advise/excerpts.h"

const char *const advise_part_names[ADVISE_PARTS] = {"decision",  "matrix", "diagram",
                                                     "interface", "local",  "checklist"};

static enum advise_mode other_mode(enum advise_mode mode)
{
    return mode == ADVISE_SOCKET ? ADVISE_HTTP : ADVISE_SOCKET;
}

static void write_reasons(advise_page_t *page, unsigned depth, const char *head,
                          const advise_reasons_t *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        advise_page_item(page, depth, "%s%s [%u]", head, reasons->list[i].text,
                         advise_page_source(page, reasons->list[i].source));
}

/* --- decision --- */

static void write_recommendation(advise_page_t *page, const advise_plan_t *plan)
{
    if (plan->mode == ADVISE_NEITHER) {
        advise_page_text(page, "Neither mode works for this case:");
        write_reasons(page, 0, "Socket Mode: ", &plan->against[ADVISE_SOCKET]);
        write_reasons(page, 0, "HTTP: ", &plan->against[ADVISE_HTTP]);
        advise_page_end_list(page);
        return;
    }
    const enum advise_mode other = other_mode(plan->mode);
    advise_page_text(page, "Recommended: %s. It fits by %u of 100, %s by %u.",
                     advise_mode_name(plan->mode), plan->percent[plan->mode],
                     advise_mode_name(other), plan->percent[other]);
    if (plan->against[other].count > 0) {
        advise_page_text(page, "%s is impossible here:", advise_mode_name(other));
        write_reasons(page, 0, "", &plan->against[other]);
        advise_page_end_list(page);
    }
    enum advise_criterion wins[ADVISE_CRITERIA];
    const size_t count = advise_plan_wins(plan, wins);
    if (count == 0) return;
    advise_page_text(page, "What speaks for it, the heaviest first:");
    for (size_t i = 0; i < count; i++) {
        const advise_row_t *row = &plan->rows[wins[i]];
        advise_page_item(page, 0, "%s: %u against %u, with a weight of %u", row->name,
                         row->score[plan->mode], row->score[other], row->weight);
    }
    advise_page_end_list(page);
}

static void write_findings(advise_page_t *page, const advise_plan_t *plan)
{
    static const char *const words[] = {"Note", "Warning", "Contradiction"};
    for (size_t i = 0; i < plan->finding_count; i++) {
        const advise_finding_t *finding = &plan->findings[i];
        advise_page_item(page, 0, "%s: %s [%u]", words[finding->severity], finding->what.text,
                         advise_page_source(page, finding->what.source));
        slack_slice_t rest = slack__slice(finding->ways), way;
        while (rest.len > 0 && slack__slice_split(&rest, ';', &way)) {
            way = slack__slice_trim(way);
            advise_page_item(page, 1, "Way out: %.*s.", (int)way.len, way.ptr);
        }
    }
    if (plan->finding_count > 0) advise_page_end_list(page);
}

static void write_case(advise_page_t *page, const advise_case_t *the_case)
{
    char text[ADVISE_TEXT_SIZE];
    advise_page_text(page, "The case:");
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        if (advise_questions[q].kind == ADVISE_TEXT) continue;
        advise_page_item(page, 0, "%s = %s%s", advise_questions[q].name,
                         advise_case_text(the_case, (enum advise_question)q, text),
                         the_case->answered[q] ? "" : " (not answered: the default)");
    }
    advise_page_end_list(page);
}

static void write_changes(advise_page_t *page, const advise_case_t *the_case,
                          const advise_plan_t *plan)
{
    if (plan->change_count == 0) {
        advise_page_text(page, "No other answer to a single question changes this.");
        return;
    }
    advise_page_text(page, "What would change it:");
    for (size_t i = 0; i < plan->change_count; i++) {
        const advise_change_t *change = &plan->changes[i];
        advise_case_t other = *the_case;
        char text[ADVISE_TEXT_SIZE];
        advise_case_put(&other, change->question, change->value);
        advise_page_item(page, 0, "%s = %s: %s", advise_questions[change->question].name,
                         advise_case_text(&other, change->question, text),
                         change->mode == ADVISE_NEITHER ? "neither mode works"
                                                        : advise_mode_name(change->mode));
    }
    advise_page_end_list(page);
}

static void write_decision(advise_page_t *page, const advise_case_t *the_case,
                           const advise_plan_t *plan)
{
    write_recommendation(page, plan);
    write_findings(page, plan);
    write_changes(page, the_case, plan);
    write_case(page, the_case);
}

/* --- matrix --- */

static void write_matrix(advise_page_t *page, const advise_plan_t *plan)
{
    char weight[12], socket[12], http[12];
    const char *const head[] = {"criterion", "weight", "Socket Mode", "HTTP"};
    const char *cells[] = {NULL, weight, socket, http};
    advise_page_heading(page, 2, "Decision matrix");
    advise_page_row(page, true, 36, 4, head);
    for (unsigned i = 0; i < ADVISE_CRITERIA; i++) {
        const advise_row_t *row = &plan->rows[i];
        cells[0] = row->name;
        snprintf(weight, sizeof weight, "%u", row->weight);
        snprintf(socket, sizeof socket, "%u", row->score[ADVISE_SOCKET]);
        snprintf(http, sizeof http, "%u", row->score[ADVISE_HTTP]);
        advise_page_row(page, false, 36, 4, cells);
    }
    cells[0] = "of 100, by weight";
    weight[0] = '\0';
    snprintf(socket, sizeof socket, "%u", plan->percent[ADVISE_SOCKET]);
    snprintf(http, sizeof http, "%u", plan->percent[ADVISE_HTTP]);
    advise_page_row(page, false, 36, 4, cells);
    advise_page_end_list(page);
    advise_page_text(page, "Scores go from 0 to 5. The reasons:");
    for (unsigned i = 0; i < ADVISE_CRITERIA; i++) {
        const advise_row_t *row = &plan->rows[i];
        advise_page_item(page, 0, "%s", row->name);
        write_reasons(page, 1, "Weight: ", &row->weight_reasons);
        write_reasons(page, 1, "Socket Mode: ", &row->reasons[ADVISE_SOCKET]);
        write_reasons(page, 1, "HTTP: ", &row->reasons[ADVISE_HTTP]);
    }
    advise_page_end_list(page);
}

/* --- diagram, interface --- */

static void write_diagram(advise_page_t *page, const advise_plan_t *plan)
{
    slack_buf_t text;
    advise_page_heading(page, 2, "Connection and life cycle");
    slack__buf_init(&text, ADVISE_PAGE_MAX);
    const int rc = advise_diagram_text(&text, plan);
    if (page->rc == 0) page->rc = rc;
    if (rc == 0) advise_page_code(page, "text", slack__buf_ptr(&text));
    slack__buf_done(&text);
}

static void write_lines(advise_page_t *page, const char *const *lines)
{
    slack_buf_t text;
    slack__buf_init(&text, ADVISE_PAGE_MAX);
    int rc = 0;
    for (size_t i = 0; lines[i] && rc == 0; i++)
        rc = slack__buf_append_slice(&text, slack__slice(lines[i]));
    if (page->rc == 0) page->rc = rc;
    if (rc == 0) advise_page_code(page, "c", slack__buf_ptr(&text));
    slack__buf_done(&text);
}

static void write_interface(advise_page_t *page)
{
    advise_page_heading(page, 2, "The transport interface");
    advise_page_text(page,
                     "Handlers are the same in both modes. They see this much of a transport:");
    write_lines(page, advise_handlers);
    advise_page_text(page,
                     "Another transport implements this table (src/transport/transport.h), and "
                     "has a row in src/transports.c:");
    write_lines(page, advise_transport);
}

/* --- local set-up --- */

static void write_local(advise_page_t *page, const advise_case_t *c, const advise_plan_t *plan)
{
    const bool socket = plan->mode == ADVISE_SOCKET;
    const char *transport = socket ? "socket" : "http";
    const char *distributed = plan->figures.installable ? " --distributed" : "";
    char text[2048];
    advise_page_heading(page, 2, "A local set-up that mirrors production");
    advise_page_text(page,
                     "The simulator stands for Slack: the same %s, no public URL, no token of "
                     "Slack's.",
                     socket ? "envelopes over WebSockets" : "signed requests");
    size_t len = 0;
    if (plan->figures.shared_store)
        len = (size_t)snprintf(text, sizeof text,
                               "# production has a database, too\n"
                               "createdb %s\nexport SLACK_STORE=postgres:///%s\n\n",
                               c->name, c->name);
    snprintf(text + len, sizeof text - len,
             "# Slack, the bot, and a page to look at\n"
             "slackapp run --transport %s%s build/%s\n"
             "\n"
             "# in another terminal\n"
             "%s"
             "slackapp sim send message hello\n"
             "slackapp sim fault lost-ack      # Slack misses an ack, and sends again\n"
             "slackapp sim send message again\n"
             "%s"
             "slackapp sim transcript          # each message has one answer\n",
             transport, distributed, c->name,
             plan->figures.installable ? "slackapp sim install --as ben\n" : "",
             socket ? "slackapp sim fault refresh       # Slack renews the connections\n" : "");
    advise_page_code(page, "sh", text);
    advise_page_text(page,
                     "The deploy: change a source while messages arrive. slackapp run starts the "
                     "new process, waits for /readyz, and sends SIGTERM to the old one, as the "
                     "platform will. Every message keeps its one answer.");
    advise_page_text(page,
                     "The other mode, with the same handlers: slackapp run --transport %s "
                     "build/%s.",
                     socket ? "http" : "socket", c->name);
}

/* --- checklist --- */

const char *advise_secret_place(const advise_case_t *c)
{
    if (c->secrets == ADVISE_ENVIRONMENT) return "an environment variable";
    switch (c->platform) {
    case ADVISE_KUBERNETES: return "a Secret that is mounted as a file (NAME_FILE names it)";
    case ADVISE_SERVERLESS: return "a secret that the platform mounts (NAME_FILE names it)";
    case ADVISE_LAPTOP: return ".env, with mode 0600";
    default: return "a file of root with mode 0600, by LoadCredential=NAME:FILE";
    }
}

static void write_budget(advise_page_t *page, const advise_plan_t *plan)
{
    const advise_figures_t *f = &plan->figures;
    advise_page_item(page, 0, "Processes: %u that %s%s", f->processes,
                     f->workers ? "receive (SLACK_ROLE=receive)" : "receive and work",
                     f->workers ? "" : ".");
    if (f->workers)
        advise_page_item(page, 0, "Workers: %u processes with SLACK_ROLE=work.", f->workers);
    if (f->socket_connections)
        advise_page_item(page, 0,
                         "Connections: SLACK_SOCKET_CONNECTIONS=%u for all processes together, of "
                         "Slack's %u; the rest is for connections that are being renewed. [%u]",
                         f->socket_connections, ADVISE_SOCKETS_MAX,
                         advise_page_source(page, "docs/scaling.md#the-budget-of-connections"));
    if (f->shared_store)
        advise_page_item(page, 0, "Database: PostgreSQL, %u sessions at a deploy.",
                         f->database_sessions);
    else
        advise_page_item(page, 0,
                         "Store: SQLite, on a disk of this machine that outlives a deploy.");
    advise_page_item(page, 0, "Limits: %u open files, %u MiB of memory for each process.",
                     f->open_files, f->memory_mib);
}

static void write_times(advise_page_t *page, const advise_plan_t *plan)
{
    const advise_figures_t *f = &plan->figures;
    if (f->port)
        advise_page_item(page, 0,
                         "Port %u takes the requests of Slack; the admin port %u is for the "
                         "platform alone.",
                         f->port, f->admin_port);
    else if (f->installable)
        advise_page_item(
            page, 0,
            "The admin port %u has the pages of an installation, too: let a proxy with "
            "TLS pass those on, and nothing else.",
            f->admin_port);
    advise_page_item(
        page, 0,
        "Probes on port %u: /healthz (alive), /readyz (takes deliveries). A start takes "
        "up to %u s.",
        f->admin_port, f->start_s);
    advise_page_item(page, 0, "Ack: SLACK_ACK_MS=%u, of the 3000 ms that Slack waits.", f->ack_ms);
    if (f->drain_delay_ms)
        advise_page_item(
            page, 0,
            "Drain delay: SLACK_DRAIN_DELAY_MS=%u, until the balancer has seen /readyz "
            "fail. No preStop hook is needed.",
            f->drain_delay_ms);
    advise_page_item(page, 0, "Drain: SLACK_DRAIN_MS=%u for handlers under way.", f->drain_ms);
    advise_page_item(page, 0,
                     "Grace period: %u s. It is delay, drain and %u s in which the process ends.",
                     f->grace_s, ADVISE_GRACE_MARGIN_S);
}

static void write_secrets(advise_page_t *page, const advise_case_t *c, const advise_plan_t *plan)
{
    const advise_figures_t *f = &plan->figures;
    const enum advise_mode mode = plan->mode;
    advise_page_text(page,
                     "Each secret lives in %s. [%u] The app reads the file of a token or a "
                     "signing secret again when it changes, without a restart.",
                     advise_secret_place(c), advise_page_source(page, "docs/configuration.md"));
#define SECRET(variable, condition, what, rotation)                                                \
    if (condition) {                                                                               \
        advise_page_item(page, 0, "%s: %s.", variable, what);                                      \
        advise_page_item(page, 1, "To replace it: %s.", rotation);                                 \
    }
#include "advise/secrets.def"
    advise_page_end_list(page);
}

static void write_checklist(advise_page_t *page, const advise_case_t *c, const advise_plan_t *plan)
{
    advise_page_heading(page, 2, "Deploy and drain");
    write_budget(page, plan);
    write_times(page, plan);
    advise_page_end_list(page);
    write_secrets(page, c, plan);
    advise_page_text(page, "Before the first deploy: slackapp doctor, with the same environment. "
                           "After each one: slackapp inbox list has no row that waits, and "
                           "slackapp cluster names the processes.");
    advise_page_text(page, "slackapp advise --write DIR writes the files of this deployment.");
}

void advise_report_write(advise_page_t *page, const advise_case_t *the_case,
                         const advise_plan_t *plan, unsigned parts)
{
    advise_page_heading(page, 1, "Socket Mode or HTTP request URLs");
    for (unsigned part = 0; part < ADVISE_PARTS; part++) {
        if (!(parts & 1U << part)) continue;
        switch ((enum advise_part)part) {
        case ADVISE_PART_DECISION: write_decision(page, the_case, plan); break;
        case ADVISE_PART_MATRIX: write_matrix(page, plan); break;
        case ADVISE_PART_DIAGRAM: write_diagram(page, plan); break;
        case ADVISE_PART_INTERFACE: write_interface(page); break;
        case ADVISE_PART_LOCAL: write_local(page, the_case, plan); break;
        case ADVISE_PART_CHECKLIST: write_checklist(page, the_case, plan); break;
        case ADVISE_PARTS: break;
        }
    }
    if (page->source_count == 0) return;
    advise_page_heading(page, 2, "Sources");
    advise_page_list_sources(page);
}
