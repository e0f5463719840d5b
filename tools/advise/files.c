/* SPDX-License-Identifier: MIT */
#include "advise/files.h"

#include <string.h>

#include "advise/diagram.h"
#include "advise/page.h"
#include "cli/fill.h"

extern const cli_text_t advise_templates[];

#define VALUES_MAX 48

/* What the templates may ask for. */
typedef struct filler {
    slack_arena_t *arena;
    cli_value_t values[VALUES_MAX + 1];
    size_t count;
    bool failed;
} filler_t;

static void put_text(filler_t *f, const char *name, const char *value)
{
    if (!value || f->count == VALUES_MAX) {
        f->failed = true;
        return;
    }
    f->values[f->count++] = (cli_value_t){name, value};
}

static void put_number(filler_t *f, const char *name, unsigned number)
{
    put_text(f, name, slack__arena_printf(f->arena, "%u", number));
}

static void put_flag(filler_t *f, const char *name, bool value)
{
    put_text(f, name, value ? "1" : "0");
}

static bool is_public(const advise_plan_t *plan)
{
    return plan->mode != ADVISE_SOCKET || plan->figures.installable;
}

static void put_case(filler_t *f, const advise_case_t *c, const advise_plan_t *plan)
{
    char upstream[ADVISE_TEXT_SIZE];
    snprintf(upstream, sizeof upstream, "%s", c->name);
    put_text(f, "name", c->name);
    put_text(f, "host", c->host);
    put_text(f, "image", c->image);
    put_text(f, "upstream", slack__arena_strdup(f->arena, upstream));
    put_flag(f, "kubernetes", c->platform == ADVISE_KUBERNETES);
    put_flag(f, "serverless", c->platform == ADVISE_SERVERLESS);
    put_flag(f, "systemd", c->platform == ADVISE_VM || c->platform == ADVISE_ON_PREMISES);
    put_flag(f, "autoscaling", c->autoscaling == ADVISE_YES);
    put_flag(f, "files", c->secrets != ADVISE_ENVIRONMENT);
    put_flag(f, "cold", c->cold_start_ms > 0);
    put_flag(f, "socket", plan->mode == ADVISE_SOCKET);
    put_flag(f, "http", plan->mode != ADVISE_SOCKET);
    put_flag(f, "public", is_public(plan));
}

static void put_figures(filler_t *f, const advise_figures_t *figures, const advise_case_t *c)
{
#define PUT(member) put_number(f, #member, figures->member)
    PUT(processes);
    PUT(workers);
    PUT(socket_connections);
    PUT(surge);
    PUT(ack_ms);
    PUT(drain_delay_ms);
    PUT(drain_ms);
    PUT(grace_s);
    PUT(port);
    PUT(admin_port);
    PUT(open_files);
    PUT(memory_mib);
    PUT(database_sessions);
#undef PUT
    const unsigned all = figures->processes + figures->workers;
    put_number(f, "grace_margin_s", ADVISE_GRACE_MARGIN_S);
    put_number(f, "start_probes", figures->start_s / 2); /* a probe every two seconds */
    put_number(f, "probe_port",
               c->platform == ADVISE_SERVERLESS ? figures->port : figures->admin_port);
    put_number(f, "scale_max", all < 4 ? 8 : 2 * all);
    put_flag(f, "several", all > 1);
    put_flag(f, "postgres", figures->shared_store);
    put_flag(f, "sqlite", !figures->shared_store);
    put_flag(f, "installable", figures->installable);
}

/* Which template becomes which file of which case; {{name}} is the app's. */
static const struct row {
    const char *template_name, *path;
    unsigned platforms; /* bits */
    enum { ALWAYS, IF_PUBLIC, IF_WORKERS } when;
} rows[] = {
#define ON(platform) (1U << ADVISE_##platform)
    {"README.md", "README.md", ~0U, ALWAYS},
    {"env.example", ".env.example", ~0U, ALWAYS},
    {"kubernetes.yaml", "kubernetes.yaml", ON(KUBERNETES), ALWAYS},
    {"service.yaml", "service.yaml", ON(SERVERLESS), ALWAYS},
    {"Dockerfile", "Dockerfile", ON(KUBERNETES) | ON(SERVERLESS), ALWAYS},
    {"dockerignore", ".dockerignore", ON(KUBERNETES) | ON(SERVERLESS), ALWAYS},
    {"bot.service", "{{name}}.service", ON(VM) | ON(ON_PREMISES), ALWAYS},
    {"bot.socket", "{{name}}.socket", ON(VM) | ON(ON_PREMISES), IF_PUBLIC},
    {"worker.service", "{{name}}-work@.service", ON(VM) | ON(ON_PREMISES), IF_WORKERS},
    {"nginx.conf", "nginx.conf", ON(VM) | ON(ON_PREMISES), IF_PUBLIC},
#undef ON
};

static const char *template_of(const char *name)
{
    const cli_text_t *text = advise_templates;
    while (text->name && strcmp(text->name, name) != 0)
        text++;
    return text->text;
}

/* The text with its blanks filled, in the arena. NULL with a sentence. */
static const char *filled(const filler_t *f, const char *text, char problem[CLI_PROBLEM_SIZE])
{
    slack_buf_t out;
    slack__buf_init(&out, ADVISE_PAGE_MAX);
    const char *copy = NULL;
    if (cli_fill(&out, text, f->values, problem)) {
        copy = slack__arena_strndup(f->arena, out.len ? slack__buf_ptr(&out) : "", out.len);
        if (!copy) snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    }
    slack__buf_done(&out);
    return copy;
}

static bool add_file(const filler_t *f, const struct row *row, cli_file_t *ret,
                     char problem[CLI_PROBLEM_SIZE])
{
    char *path = NULL;
    const char *line = filled(f, row->path, problem);
    if (line) path = slack__arena_strndup(f->arena, line, strcspn(line, "\n"));
    *ret = (cli_file_t){path, filled(f, template_of(row->template_name), problem), false};
    return ret->path && ret->text;
}

static const char *diagram(slack_arena_t *arena, const advise_plan_t *plan)
{
    slack_buf_t svg;
    slack__buf_init(&svg, ADVISE_PAGE_MAX);
    const char *text = advise_diagram_svg(&svg, plan) == 0
                           ? slack__arena_strndup(arena, slack__buf_ptr(&svg), svg.len)
                           : NULL;
    slack__buf_done(&svg);
    return text;
}

bool advise_files(const advise_case_t *c, const advise_plan_t *plan, slack_arena_t *arena,
                  cli_file_t ret[ADVISE_FILES_MAX + 1], char problem[CLI_PROBLEM_SIZE])
{
    filler_t f = {.arena = arena};
    size_t count = 0;
    put_case(&f, c, plan);
    put_figures(&f, &plan->figures, c);
    ret[count] = (cli_file_t){"diagram.svg", diagram(arena, plan), false};
    if (f.failed || !ret[count++].text) {
        snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
        return false;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        if (!(row->platforms & 1U << c->platform)) continue;
        if (row->when == IF_PUBLIC && !is_public(plan)) continue;
        if (row->when == IF_WORKERS && plan->figures.workers == 0) continue;
        if (!add_file(&f, row, &ret[count++], problem)) return false;
    }
    ret[count] = (cli_file_t){NULL, NULL, false};
    return true;
}
