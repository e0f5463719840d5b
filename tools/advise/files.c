/* SPDX-License-Identifier: MIT */
#include "advise/files.h"

#include <string.h>

#include "advise/diagram.h"
#include "advise/page.h"
#include "cli/fill.h"

extern const cli_text_t advise_templates[];

#define VALUES_MAX 48
/* The certificates of Debian's ca-certificates. libpq does not connect with verify-full alone: it
 * wants a file of authorities, and its own default is in a home directory. */
#define AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

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
    put_text(f, "name", c->name);
    put_text(f, "host", c->host);
    put_text(f, "image", c->image);
    put_text(f, "upstream", c->name);
    put_text(f, "authorities", AUTHORITIES);
    put_flag(f, "kubernetes", c->platform == ADVISE_KUBERNETES);
    put_flag(f, "serverless", c->platform == ADVISE_SERVERLESS);
    put_flag(f, "systemd", c->platform == ADVISE_VM || c->platform == ADVISE_ON_PREMISES);
    put_flag(f, "deployed", c->platform != ADVISE_LAPTOP);
    put_flag(f, "autoscaling", c->autoscaling == ADVISE_YES);
    put_flag(f, "files", c->secrets != ADVISE_ENVIRONMENT);
    put_flag(f, "cold", c->cold_start_ms > 0);
    put_flag(f, "socket", plan->mode == ADVISE_SOCKET);
    put_flag(f, "http", plan->mode != ADVISE_SOCKET);
    put_flag(f, "public", is_public(plan));
}

static void put_figures(filler_t *f, const advise_figures_t *figures, const advise_case_t *c)
{
#define FIGURE(member) put_number(f, #member, figures->member);
#include "advise/figures.def"
    put_number(f, "grace_margin_s", ADVISE_GRACE_MARGIN_S);
    put_number(f, "start_probes", figures->start_s / 2); /* a probe every two seconds */
    put_number(f, "probe_port",
               c->platform == ADVISE_SERVERLESS ? figures->port : figures->admin_port);
    /* The load changes the number of workers, if there are any, and of nothing else. */
    put_flag(f, "fixed", c->autoscaling == ADVISE_NO || figures->workers > 0);
    put_flag(f, "several", figures->processes + figures->workers > 1);
    put_flag(f, "postgres", figures->shared_store);
    put_flag(f, "sqlite", !figures->shared_store);
    put_flag(f, "installable", figures->installable);
}

/* Which template becomes which file of which case, and what the file is; {{name}} is the app's. */
static const struct row {
    const char *template_name, *path, *what;
    unsigned platforms; /* bits */
    enum { ALWAYS, IF_PUBLIC, IF_WORKERS } when;
} rows[] = {
#define ON(platform) (1U << ADVISE_##platform)
#define IMAGES       (ON(KUBERNETES) | ON(SERVERLESS))
#define UNITS        (ON(VM) | ON(ON_PREMISES))
    {"README.md", "README.md", "this page", ~0U, ALWAYS},
    {"env.example", ".env.example", "the settings, for a developer's machine", ~0U, ALWAYS},
    {"kubernetes.yaml", "kubernetes.yaml", "the objects of the cluster, without the Secret",
     ON(KUBERNETES), ALWAYS},
    {"service.yaml", "service.yaml", "the service, for Cloud Run or Knative", ON(SERVERLESS),
     ALWAYS},
    {"Dockerfile", "Dockerfile", "how the image is made", IMAGES, ALWAYS},
    {"dockerignore", ".dockerignore", "what stays out of the image", IMAGES, ALWAYS},
    {"bot.service", "{{name}}.service", "the unit of the app", UNITS, ALWAYS},
    {"bot.socket", "{{name}}.socket", "the places where it listens", UNITS, IF_PUBLIC},
    {"worker.service", "{{name}}-work@.service", "the unit of a worker process", UNITS, IF_WORKERS},
    {"nginx.conf", "nginx.conf", "the public site, with TLS", UNITS, IF_PUBLIC},
#undef ON
#undef IMAGES
#undef UNITS
};
#define ROWS (sizeof rows / sizeof *rows)

static bool applies(const struct row *row, const advise_case_t *c, const advise_plan_t *plan)
{
    if (!(row->platforms & 1U << c->platform)) return false;
    if (row->when == IF_PUBLIC) return is_public(plan);
    return row->when != IF_WORKERS || plan->figures.workers > 0;
}

static const char *template_of(const char *name)
{
    const cli_text_t *text = advise_templates;
    while (text->name && strcmp(text->name, name) != 0)
        text++;
    return text->text;
}

static bool add_file(const filler_t *f, const struct row *row, cli_file_t *ret,
                     char problem[CLI_PROBLEM_SIZE])
{
    char *path = NULL;
    const char *line = cli_fill(f->arena, row->path, f->values, problem);
    if (line) path = slack__arena_strndup(f->arena, line, strcspn(line, "\n"));
    *ret =
        (cli_file_t){path, cli_fill(f->arena, template_of(row->template_name), f->values, problem)};
    return ret->path && ret->text;
}

/* Rows of a table in Markdown: one cell is a name, the other says what it is. */
static char *table_row(const filler_t *f, char *before, const char *name, const char *what)
{
    if (!before) return NULL;
    return slack__arena_printf(f->arena, "%s%s| `%s` | %s |", before, *before ? "\n" : "", name,
                               what);
}

static char *file_rows(const filler_t *f, const advise_case_t *c, const advise_plan_t *plan,
                       char problem[CLI_PROBLEM_SIZE])
{
    char *text = slack__arena_strdup(f->arena, "");
    for (size_t i = 0; i < ROWS; i++) {
        if (!applies(&rows[i], c, plan)) continue;
        const char *line = cli_fill(f->arena, rows[i].path, f->values, problem);
        if (!line) return NULL;
        text = table_row(f, text, slack__arena_strndup(f->arena, line, strcspn(line, "\n")),
                         rows[i].what);
    }
    return table_row(f, text, "diagram.svg", "the life of the app");
}

static char *secret_rows(const filler_t *filler, const advise_case_t *c, const advise_plan_t *plan)
{
    const advise_figures_t *f = &plan->figures;
    const enum advise_mode mode = plan->mode;
    char *text = slack__arena_strdup(filler->arena, "");
#define SECRET(variable, condition, what, rotation)                                                \
    if (condition) text = table_row(filler, text, variable, what);
#include "advise/secrets.def"
    return text;
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
    snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    put_text(&f, "secret_rows", secret_rows(&f, c, plan));
    put_text(&f, "file_rows", file_rows(&f, c, plan, problem));
    ret[count] = (cli_file_t){"diagram.svg", diagram(arena, plan)};
    if (f.failed || !ret[count++].text) return false;
    for (size_t i = 0; i < ROWS; i++)
        if (applies(&rows[i], c, plan) && !add_file(&f, &rows[i], &ret[count++], problem))
            return false;
    ret[count] = (cli_file_t){NULL, NULL};
    return true;
}
