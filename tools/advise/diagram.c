/* SPDX-License-Identifier: MIT */
#include "advise/diagram.h"

#include <stdio.h>
#include <string.h>

/* The lifelines, from left to right. */
enum lane { SLACK, BOT, STORE, PLATFORM, LANES };
static const char *const lane_names[LANES] = {"Slack", "bot", "store", "platform"};

enum { PART = LANES }; /* in place of `from`: the title of a part */

typedef struct step {
    int from;         /* a lane; PART */
    int to;           /* a lane; that of `from`: the lane does something by itself */
    const char *text; /* "%u" is replaced by the figure */
    size_t figure;    /* where it is in advise_figures_t; 0: none */
    unsigned divisor; /* of the figure */
} step_t;

#define FIGURE(member) offsetof(advise_figures_t, member)
#define STEP(from, to, text)                                                                       \
    {                                                                                              \
        from, to, text, 0, 1                                                                       \
    }
#define STEP_WITH(from, to, text, member, div)                                                     \
    {                                                                                              \
        from, to, text, FIGURE(member), div                                                        \
    }

static const step_t socket_steps[] = {
    STEP(PART, 0, "start"),
    STEP(BOT, STORE, "opens the store, claims what a dead process left"),
    STEP(BOT, SLACK, "apps.connections.open, with the app-level token"),
    STEP(SLACK, BOT, "a URL for one connection"),
    STEP_WITH(BOT, SLACK, "WebSockets: %u for all processes", socket_connections, 1),
    STEP(SLACK, BOT, "hello"),
    STEP(BOT, PLATFORM, "/readyz answers 200"),
    STEP(PART, 0, "an event"),
    STEP(SLACK, BOT, "envelope, on one of the connections"),
    STEP(BOT, STORE, "commit"),
    STEP_WITH(BOT, SLACK, "ack, at the latest after %u ms", ack_ms, 1),
    STEP(BOT, BOT, "handlers run"),
    STEP(BOT, STORE, "done"),
    STEP(PART, 0, "Slack renews a connection, every few hours"),
    STEP(SLACK, BOT, "disconnect: refresh_requested"),
    STEP(BOT, SLACK, "a new connection"),
    STEP(SLACK, BOT, "hello"),
    STEP(BOT, SLACK, "Close of the old one, with all acks sent"),
    STEP(PART, 0, "a deploy"),
    STEP(PLATFORM, BOT, "a new process starts; SIGTERM to the old one"),
    STEP(BOT, PLATFORM, "/readyz answers 503"),
    STEP(BOT, STORE, "hands its connections to a ready process"),
    STEP_WITH(BOT, BOT, "handlers end, up to %u s", drain_ms, 1000),
    STEP(BOT, SLACK, "Close"),
    STEP_WITH(BOT, PLATFORM, "exit 0; killed after %u s", grace_s, 1),
    STEP(PART, 0, "a crash"),
    STEP(STORE, BOT, "another process claims its unfinished events"),
    STEP(SLACK, BOT, "events without an ack come again"),
};

static const step_t http_steps[] = {
    STEP(PART, 0, "start"),
    STEP(BOT, STORE, "opens the store, claims what a dead process left"),
    STEP(BOT, SLACK, "auth.test, with the bot token"),
    STEP_WITH(BOT, BOT, "listens on port %u", port, 1),
    STEP(BOT, PLATFORM, "/readyz answers 200"),
    STEP(PLATFORM, BOT, "the balancer sends it requests"),
    STEP(PART, 0, "an event"),
    STEP(SLACK, BOT, "POST, signed; the bot verifies the signature"),
    STEP(BOT, STORE, "commit"),
    STEP_WITH(BOT, SLACK, "200, at the latest after %u ms", ack_ms, 1),
    STEP(BOT, BOT, "handlers run"),
    STEP(BOT, STORE, "done"),
    STEP(PART, 0, "no answer within 3 s"),
    STEP(SLACK, BOT, "the event again: at once, after 1 and 5 min"),
    STEP(BOT, STORE, "known by its event_id: runs once"),
    STEP(PART, 0, "a deploy"),
    STEP(PLATFORM, BOT, "a new process starts; SIGTERM to the old one"),
    STEP(BOT, PLATFORM, "/readyz answers 503"),
    STEP_WITH(BOT, BOT, "accepts requests for %u s more", drain_delay_ms, 1000),
    STEP_WITH(BOT, BOT, "handlers end, up to %u s", drain_ms, 1000),
    STEP_WITH(BOT, PLATFORM, "exit 0; killed after %u s", grace_s, 1),
    STEP(PART, 0, "a crash"),
    STEP(STORE, BOT, "another process claims its unfinished events"),
    STEP(SLACK, BOT, "events without an ack come again"),
};

static const step_t *steps_of(const advise_plan_t *plan, size_t *ret_count)
{
    const bool socket = plan->mode == ADVISE_SOCKET;
    *ret_count = socket ? sizeof socket_steps / sizeof *socket_steps
                        : sizeof http_steps / sizeof *http_steps;
    return socket ? socket_steps : http_steps;
}

#define LABEL_SIZE 80
/* False: the figure is 0, so the step does not happen. */
static bool label_of(const step_t *step, const advise_figures_t *figures, char label[LABEL_SIZE])
{
    if (step->figure == 0) {
        snprintf(label, LABEL_SIZE, "%s", step->text);
        return true;
    }
    unsigned figure;
    memcpy(&figure, (const char *)figures + step->figure, sizeof figure);
    const char *at = strstr(step->text, "%u");
    snprintf(label, LABEL_SIZE, "%.*s%u%s", (int)(at - step->text), step->text,
             figure / step->divisor, at + 2);
    return figure > 0;
}

/* --- text --- */

#define LANE_COLUMNS 9
#define FIRST_COLUMN 2
#define LABEL_COLUMN (FIRST_COLUMN + LANE_COLUMNS * (LANES - 1) + 3)

static size_t column_of(int lane)
{
    return FIRST_COLUMN + LANE_COLUMNS * (size_t)lane;
}

static void draw_lanes(char line[LABEL_COLUMN + 1])
{
    memset(line, ' ', LABEL_COLUMN);
    line[LABEL_COLUMN] = '\0';
    for (int lane = 0; lane < LANES; lane++)
        line[column_of(lane)] = '|';
}

static void draw_arrow(char line[LABEL_COLUMN + 1], const step_t *step)
{
    if (step->from == step->to) {
        line[column_of(step->from)] = '*';
        return;
    }
    const bool right = step->from < step->to;
    const size_t first = column_of(right ? step->from : step->to) + 1;
    const size_t last = column_of(right ? step->to : step->from) - 1;
    memset(line + first, '-', last - first + 1);
    line[right ? last : first] = right ? '>' : '<';
}

int advise_diagram_text(slack_buf_t *out, const advise_plan_t *plan)
{
    size_t count;
    const step_t *steps = steps_of(plan, &count);
    char line[LABEL_COLUMN + 1], label[LABEL_SIZE];
    int rc = 0;
    for (int lane = 0; lane < LANES && rc == 0; lane++)
        rc = slack__buf_printf(out, "%-*s", lane + 1 < LANES ? LANE_COLUMNS : 0, lane_names[lane]);
    if (rc == 0) rc = slack__buf_append_char(out, '\n');
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (!label_of(&steps[i], &plan->figures, label)) continue;
        draw_lanes(line);
        if (steps[i].from == PART) {
            rc = slack__buf_printf(out, "%.*s\n%s[%s]\n", (int)column_of(LANES - 1) + 1, line, line,
                                   label);
            continue;
        }
        draw_arrow(line, &steps[i]);
        rc = slack__buf_printf(out, "%s%s\n", line, label);
    }
    return rc;
}

/* --- SVG --- */

#define ROW_PX   24
#define HEAD_PX  44
#define LANE_PX  110
#define FIRST_PX 50
#define LABEL_PX (FIRST_PX + LANE_PX * LANES - 50)
#define WIDTH_PX (LABEL_PX + 360)

static const char svg_style[] =
    "<style>\n"
    "  svg { background: #fff; font: 13px system-ui, sans-serif; fill: #1d1c1d }\n"
    "  line { stroke: #9b9a9c } .arrow { stroke: #1264a3; stroke-width: 1.5 }\n"
    "  .head, circle { fill: #1264a3 } .part, .lane { font-weight: 600 } .lane { text-anchor: "
    "middle }\n"
    "  @media (prefers-color-scheme: dark) {\n"
    "    svg { background: #1a1d21; fill: #e8e8e8 } .arrow { stroke: #6cb8ea }\n"
    "    .head, circle { fill: #6cb8ea } }\n"
    "</style>\n";

static int x_of(int lane)
{
    return FIRST_PX + LANE_PX * lane;
}

/* The texts are those of the steps: none needs an escape. */
static int svg_text(slack_buf_t *out, const char *class_name, int x, int y, const char *text)
{
    return slack__buf_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class_name, x,
                             y, text);
}

static int svg_arrow(slack_buf_t *out, const step_t *step, int y)
{
    const int from = x_of(step->from), to = x_of(step->to);
    if (from == to)
        return slack__buf_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", from, y);
    const int back = from < to ? -9 : 9;
    return slack__buf_printf(out,
                             "<line class=\"arrow\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
                             "<path class=\"head\" d=\"M%d %d l%d -5 v10 z\"/>\n",
                             from, y, to + back, y, to, y, back);
}

static int svg_step(slack_buf_t *out, const step_t *step, const char *label, int y)
{
    if (step->from == PART) return svg_text(out, "part", LABEL_PX - 20, y + 5, label);
    const int rc = svg_arrow(out, step, y);
    return rc ? rc : svg_text(out, "label", LABEL_PX, y + 5, label);
}

int advise_diagram_svg(slack_buf_t *out, const advise_plan_t *plan)
{
    size_t count;
    const step_t *steps = steps_of(plan, &count);
    const int height = HEAD_PX + ROW_PX * (int)(count + 1);
    const char *title =
        plan->mode == ADVISE_SOCKET ? "An app over Socket Mode" : "An app over HTTP request URLs";
    char label[LABEL_SIZE];
    int rc = slack__buf_printf(out,
                               "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                               "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
                               "<title>%s</title>\n%s",
                               WIDTH_PX, height, WIDTH_PX, height, title, svg_style);
    for (int lane = 0; lane < LANES && rc == 0; lane++) {
        rc = svg_text(out, "lane", x_of(lane), 24, lane_names[lane]);
        if (rc == 0)
            rc = slack__buf_printf(out, "<line x1=\"%d\" y1=\"32\" x2=\"%d\" y2=\"%d\"/>\n",
                                   x_of(lane), x_of(lane), height - 10);
    }
    int y = HEAD_PX + ROW_PX / 2;
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (!label_of(&steps[i], &plan->figures, label)) continue;
        rc = svg_step(out, &steps[i], label, y);
        y += ROW_PX;
    }
    return rc ? rc : slack__buf_printf(out, "</svg>\n");
}
