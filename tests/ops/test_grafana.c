/* SPDX-License-Identifier: MIT */
/* docs/grafana.json: its queries use the metrics of docs/http.md, and its panels lie beside each
 * other. That page is held to the text of /metrics in test_metrics.c. */
#include <slack/json.h>

#include "support/file.h"
#include "support/json.h"

#define PANELS_MAX 100

static char *metrics; /* the page of them */
static struct panel {
    int64_t id, x, y, w, h;
} panels[PANELS_MAX];
static size_t panel_count;

/* A counter or a histogram only grows: a query has to take its rate. */
static void check_name(const char *expr, const char *at)
{
    static const char *const ends[] = {"_bucket", "_count", "_sum"};
    char name[80], row[100];
    const size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789");
    const bool rated = at - expr >= 5 && strncmp(at - 5, "rate(", 5) == 0;
    const bool increased = at - expr >= 9 && strncmp(at - 9, "increase(", 9) == 0;
    snprintf(name, sizeof name, "%.*s", (int)len, at);
    for (size_t i = 0; i < 3; i++) {
        const size_t end = strlen(ends[i]);
        if (len > end && strcmp(name + len - end, ends[i]) == 0) name[len - end] = '\0';
    }
    snprintf(row, sizeof row, "\n| `%s` | ", name + strlen("slackapp_"));
    const char *found = strstr(metrics, row);
    if (!found) fail_msg("docs/http.md has no %s, which is in: %s", name, expr);
    const bool gauge = strncmp(found + strlen(row), "gauge", 5) == 0;
    if (gauge == (rated || increased)) fail_msg("%s: %s", name, expr);
}

static void check_query(const char *expr)
{
    size_t names = 0;
    int depth = 0;
    for (const char *at = expr; *at; at++)
        depth += (*at == '(') - (*at == ')');
    assert_int_equal(depth, 0);
    for (const char *at = expr; (at = strstr(at, "slackapp_")); at++, names++)
        check_name(expr, at);
    if (names == 0) fail_msg("a query without a metric: %s", expr);
}

static void check_place(const struct panel *panel)
{
    assert_true(panel->x >= 0 && panel->w > 0 && panel->h > 0 && panel->x + panel->w <= 24);
    for (size_t i = 0; i < panel_count; i++) {
        const struct panel *other = &panels[i];
        const bool beside = other->x + other->w <= panel->x || panel->x + panel->w <= other->x;
        const bool below = other->y + other->h <= panel->y || panel->y + panel->h <= other->y;
        if (other->id == panel->id) fail_msg("two panels have the id %d", (int)panel->id);
        if (!beside && !below) fail_msg("panels %d and %d overlap", (int)panel->id, (int)other->id);
    }
    assert_true(panel_count < PANELS_MAX);
    panels[panel_count++] = *panel;
}

static void check_panel(const slack_json_t *panel)
{
    const bool row = strcmp(slack_json_str(panel, "type"), "row") == 0;
    check_place(&(struct panel){slack_json_int(panel, "id"), slack_json_int(panel, "/gridPos/x"),
                                slack_json_int(panel, "/gridPos/y"),
                                slack_json_int(panel, "/gridPos/w"),
                                slack_json_int(panel, "/gridPos/h")});
    assert_true(*slack_json_str(panel, "title") != '\0');
    if (!row) assert_string_equal(slack_json_str(panel, "/datasource/uid"), "${datasource}");
    assert_int_equal(slack_json_count(panel, "targets") == 0, row);
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(panel, "targets"), &it))
        check_query(slack_json_str(it.value, "expr"));
}

ARENA_TEST(the_dashboard_shows_metrics_that_exist)
{
    const slack_json_t *dashboard = json_exact(file_read_page("grafana.json"));
    const slack_json_t *list = slack_json_get(dashboard, "panels");
    metrics = file_read_page("http.md");
    assert_true(slack_json_int(dashboard, "schemaVersion") >= 39);
    assert_null(slack_json_get(dashboard, "uid")); /* Grafana makes one */
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(dashboard, "/templating/list"), &it)) {
        const char *query = slack_json_str(it.value, "/query/query");
        if (!*query) continue;
        check_query(query);
        assert_null(strstr(query, "transport")); /* a process with the role work has none */
    }
    it = (slack_json_iter_t){0};
    panel_count = 0;
    while (slack_json_next(list, &it))
        check_panel(it.value);
    assert_true(panel_count > 7);
}
