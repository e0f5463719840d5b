/* SPDX-License-Identifier: MIT */
/* What is advised for which case, and why; and no answer moves a score the wrong way. */

#include "advise/plan.h"

#include "support/dice.h"
#include "support/test.h"

#define S ADVISE_SOCKET
#define H ADVISE_HTTP
#define N ADVISE_NEITHER

/* A case in words "NAME=VALUE", what is advised, and parts of sentences that say why: of the
 * scores, of what makes the other mode impossible, or of the findings. */
static const struct context {
    const char *answers;
    enum advise_mode mode;
    const char *because[4];
} contexts[] = {
    /* One organization. */
    {"", S, {"no public address", "No address is reachable"}},
    {"platform=laptop", S, {"no public address", "A laptop needs a tunnel"}},
    {"platform=laptop ingress=yes", S, {"A laptop needs a tunnel", "beside its developer"}},
    {"platform=vm ingress=yes", S, {"Two tokens, and nothing to listen on", "A single process"}},
    {"platform=on-premises", S, {"through a network that is closed", "no public address"}},
    {"platform=on-premises ingress=yes", S, {"through a network that is closed"}},
    {"platform=on-premises ingress=yes machines=3", S, {"The machines stand behind a firewall"}},
    {"platform=on-premises ingress=yes machines=20 autoscaling=yes",
     H,
     {"as many machines as Slack's 10", "the others work"}},
    {"platform=on-premises machines=20 autoscaling=yes", S, {"no public address"}},
    {"platform=kubernetes", S, {"no public address"}},
    {"platform=kubernetes ingress=yes", S, {"Outgoing TLS to port 443", "changes the mode"}},
    {"platform=kubernetes ingress=yes machines=3", H, {"A load balancer spreads", "replaced"}},
    {"platform=kubernetes ingress=yes machines=3 autoscaling=yes",
     H,
     {"Connections move whenever a process comes", "Each change of the number"}},
    {"platform=kubernetes ingress=yes machines=12", H, {"as many machines as Slack's 10"}},
    {"platform=kubernetes machines=12", S, {"as many machines as Slack's 10", "three processes"}},
    {"platform=kubernetes ingress=yes machines=4 peak=1000 rate=100",
     H,
     {"the peak come through at most 10", "30,000 events an hour"}},
    {"platform=vm ingress=yes machines=2", H, {"Two machines cannot decide"}},
    {"platform=vm machines=2", S, {"Two machines cannot decide", "database of PostgreSQL"}},
    {"platform=vm ingress=yes machines=5 peak=50", H, {"Many events come during each deploy"}},
    {"platform=vm ingress=yes peak=30000 rate=1", S, {"no reserve at this peak"}},
    /* Serverless. */
    {"platform=serverless ingress=yes",
     H,
     {"always runs; this platform", "may take the processor away"}},
    {"platform=serverless ingress=yes cold-start=800",
     H,
     {"first request after a pause", "no event can start"}},
    {"platform=serverless ingress=yes cold-start=1500", H, {"waits longer for the first answer"}},
    {"platform=serverless ingress=yes cold-start=1500 latency=2000", H, {"A request may start"}},
    {"platform=serverless ingress=yes cold-start=5000",
     H,
     {"longer than the 3 seconds", "too little of the 3 seconds"}},
    {"platform=serverless ingress=yes secrets=rotated", H, {"reads no file again in time"}},
    {"platform=serverless ingress=yes audience=marketplace autoscaling=yes",
     H,
     {"lists no app with Socket Mode", "always runs; this platform"}},
    {"platform=serverless", N, {"Slack has no address to send them to"}},
    {"platform=serverless cold-start=900", N, {"Slack has no address", "no event can start"}},
    {"platform=serverless audience=marketplace",
     N,
     {"Slack has no address", "reached by HTTP, and this one"}},
    {"platform=kubernetes ingress=yes cold-start=900", H, {"no event can start a process"}},
    {"platform=kubernetes cold-start=900", N, {"nothing can start them"}},
    {"platform=vm cold-start=100", N, {"nothing can start them"}},
    /* Others install it. */
    {"audience=distributed ingress=yes", H, {"pages of an installation need an HTTPS address"}},
    {"audience=distributed ingress=yes machines=3 workspaces=500",
     H,
     {"More than 100 workspaces share", "Several machines share"}},
    {"audience=distributed platform=kubernetes ingress=yes machines=3",
     H,
     {"One request URL serves"}},
    {"audience=distributed", S, {"their browsers cannot reach them"}},
    {"audience=distributed platform=on-premises ingress=yes",
     S,
     {"A single process is away", "listens for the pages"}},
    {"audience=marketplace ingress=yes", H, {"lists no app with Socket Mode", "its maintenance"}},
    {"audience=marketplace ingress=yes platform=kubernetes machines=3 workspaces=2000",
     H,
     {"lists no app with Socket Mode", "The platform keeps the name"}},
    {"audience=marketplace ingress=yes platform=on-premises machines=3",
     H,
     {"through a network that is closed", "lists no app with Socket Mode"}},
    {"audience=marketplace", N, {"reached by HTTP, and this one has no public address"}},
    {"audience=marketplace platform=on-premises", N, {"reached by HTTP, and this one has no"}},
    {"audience=marketplace platform=laptop ingress=yes", H, {"ends when a laptop is closed"}},
    {"audience=distributed platform=laptop ingress=yes", S, {"ends when a laptop is closed"}},
    /* Answers that do not fit each other. */
    {"workspaces=5", S, {"belongs to one organization"}},
    {"platform=laptop machines=3", S, {"A laptop is one machine"}},
    {"platform=vm autoscaling=yes", S, {"cannot grow with the load"}},
    {"secrets=environment", S, {"inherit its environment"}},
    {"latency=50", S, {"Slack's own way"}},
    {"rate=50 peak=50", S, {"30,000 events an hour"}},
    {"rate=50 peak=50 workspaces=100 audience=distributed ingress=yes", H, {"Many events come"}},
};

static void read_case(const char *answers, advise_case_t *ret)
{
    char file[512], problem[CLI_PROBLEM_SIZE] = "";
    snprintf(file, sizeof file, "%s", answers);
    for (char *at = file; *at; at++)
        if (*at == ' ') *at = '\n';
    advise_case_init(ret);
    if (!advise_case_read(ret, slack__slice(file), problem) || !advise_case_settle(ret, problem))
        fail_msg("%s: %s", answers, problem);
}

static bool has_reason(const advise_reasons_t *reasons, const char *part)
{
    for (size_t i = 0; i < reasons->count; i++)
        if (strstr(reasons->list[i].text, part)) return true;
    return false;
}

static bool says(const advise_plan_t *plan, const char *part)
{
    for (size_t i = 0; i < plan->finding_count; i++)
        if (strstr(plan->findings[i].what.text, part)) return true;
    for (unsigned mode = 0; mode < ADVISE_MODES; mode++)
        if (has_reason(&plan->against[mode], part)) return true;
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++)
        if (has_reason(&plan->rows[row].weight_reasons, part) ||
            has_reason(&plan->rows[row].reasons[S], part) ||
            has_reason(&plan->rows[row].reasons[H], part))
            return true;
    return false;
}

static void test_each_context_has_its_mode_and_its_reasons(void **state)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
        const struct context *context = &contexts[i];
        advise_case_t the_case;
        advise_plan_t plan;
        read_case(context->answers, &the_case);
        advise_plan(&the_case, &plan);
        if (plan.mode != context->mode) {
            wrong++;
            print_error("\"%s\": %s, Socket Mode %u, HTTP %u\n", context->answers,
                        advise_mode_name(plan.mode), plan.percent[S], plan.percent[H]);
        }
        for (size_t j = 0; j < 4 && context->because[j]; j++) {
            if (says(&plan, context->because[j])) continue;
            wrong++;
            print_error("\"%s\": nothing says \"%s\"\n", context->answers, context->because[j]);
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(sizeof contexts / sizeof *contexts >= 40);
}

/* Every row of rules.def holds in one of the contexts: no sentence is never read. */
static void test_each_rule_holds_somewhere(void **state)
{
    static const char *const sentences[] = {
#define BASE(id, mode, text, source)                  text,
#define WEIGHT(id, change, condition, text, source)   text,
#define SCORE(id, mode, change, condition, text, src) text,
#define AGAINST(mode, condition, text, source)        text,
#define FINDING(severity, condition, text, ways, src) text,
#include "advise/rules.def"
    };
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        bool said = false;
        for (size_t j = 0; j < sizeof contexts / sizeof *contexts && !said; j++) {
            advise_case_t the_case;
            advise_plan_t plan;
            read_case(contexts[j].answers, &the_case);
            advise_plan(&the_case, &plan);
            said = says(&plan, sentences[i]);
        }
        if (!said) fail_msg("no context has: %s", sentences[i]);
    }
}

/* --- directions --- */

/* Which way a score may go when the answer to a question becomes a later word, or a larger number.
 * A question, criterion and mode without a row here never move each other. */
enum direction { DOWN = -1, UP = 1, ANY = 2 };

static const struct move {
    enum advise_question question;
    enum advise_criterion criterion;
    enum advise_mode mode;
    enum direction direction;
} moves[] = {
    {ADVISE_Q_INGRESS, ADVISE_INGRESS, H, UP},
    {ADVISE_Q_INGRESS, ADVISE_FIREWALL, H, UP},
    {ADVISE_Q_INGRESS, ADVISE_SIMPLICITY, H, UP},
    {ADVISE_Q_AUDIENCE, ADVISE_DISTRIBUTION, S, DOWN},
    {ADVISE_Q_AUDIENCE, ADVISE_SIMPLICITY, S, DOWN},
    {ADVISE_Q_PEAK, ADVISE_SCALING, S, DOWN},
    {ADVISE_Q_COLD_START, ADVISE_COLD_START, S, DOWN},
    {ADVISE_Q_COLD_START, ADVISE_COLD_START, H, DOWN},
    {ADVISE_Q_LATENCY, ADVISE_COLD_START, H, UP}, /* a person who waits longer allows a start */
    {ADVISE_Q_AUTOSCALING, ADVISE_SCALING, S, DOWN},
    {ADVISE_Q_AUTOSCALING, ADVISE_DEPLOY, S, DOWN},
    {ADVISE_Q_MACHINES, ADVISE_SCALING, S, DOWN},
    {ADVISE_Q_MACHINES, ADVISE_SIMPLICITY, S, DOWN},
    {ADVISE_Q_MACHINES, ADVISE_DEPLOY, H, UP},
    {ADVISE_Q_WORKSPACES, ADVISE_DISTRIBUTION, S, DOWN},
    /* Platforms are in no order: test_platforms_compare() has their pairs. */
    {ADVISE_Q_PLATFORM, ADVISE_FIREWALL, H, ANY},
    {ADVISE_Q_PLATFORM, ADVISE_COLD_START, S, ANY},
    {ADVISE_Q_PLATFORM, ADVISE_SIMPLICITY, H, ANY},
    {ADVISE_Q_PLATFORM, ADVISE_DEPLOY, H, ANY},
};

static int direction_of(enum advise_question q, unsigned criterion, unsigned mode)
{
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (moves[i].question == q && moves[i].criterion == criterion && moves[i].mode == mode)
            return moves[i].direction;
    return 0;
}

static unsigned roll_answer(uint64_t *dice, enum advise_question question)
{
    static const unsigned numbers[] = {0,    1,    2,    3,     9,     10,    11,    50,
                                       100,  101,  500,  501,   999,   1000,  1001,  2500,
                                       2501, 3000, 3001, 20000, 20001, 60000, 100000};
    const advise_question_info_t *info = &advise_questions[question];
    unsigned count = 0;
    if (info->kind == ADVISE_CHOICE) {
        while (advise_word(question, count).len > 0)
            count++;
        return (unsigned)dice_roll(dice, count);
    }
    const unsigned number = numbers[dice_roll(dice, sizeof numbers / sizeof *numbers)];
    return number < info->least ? info->least : (number > info->most ? info->most : number);
}

static void roll_case(uint64_t *dice, advise_case_t *ret)
{
    advise_case_init(ret);
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++)
        if (advise_questions[q].kind != ADVISE_TEXT)
            advise_case_put(ret, (enum advise_question)q,
                            roll_answer(dice, (enum advise_question)q));
    if (ret->peak < ret->rate) ret->peak = ret->rate;
}

static void compare(const advise_case_t *one, const advise_case_t *other, enum advise_question q,
                    bool moved[sizeof moves / sizeof *moves])
{
    advise_plan_t before, after;
    advise_plan(one, &before);
    advise_plan(other, &after);
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++)
        for (unsigned mode = 0; mode < ADVISE_MODES; mode++) {
            const int step = (int)after.rows[row].score[mode] - (int)before.rows[row].score[mode];
            const int wanted = direction_of(q, row, mode);
            if (step != 0 && wanted != ANY && step * wanted <= 0)
                fail_msg("%s from %u to %u moves %s of %s by %d", advise_questions[q].name,
                         advise_case_get(one, q), advise_case_get(other, q), before.rows[row].name,
                         advise_mode_name((enum advise_mode)mode), step);
            for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
                if (step != 0 && moves[i].question == q && moves[i].criterion == row &&
                    moves[i].mode == mode)
                    moved[i] = true;
        }
}

static void test_no_answer_moves_a_score_the_wrong_way(void **state)
{
    uint64_t dice = 20;
    bool moved[sizeof moves / sizeof *moves] = {false};
    for (unsigned round = 0; round < 1000; round++) {
        advise_case_t one;
        roll_case(&dice, &one);
        for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
            const enum advise_question question = (enum advise_question)q;
            if (advise_questions[q].kind == ADVISE_TEXT) continue;
            advise_case_t other = one;
            const unsigned value = roll_answer(&dice, question);
            advise_case_put(&other, question, value);
            if (other.peak < other.rate || value == advise_case_get(&one, question)) continue;
            if (value > advise_case_get(&one, question))
                compare(&one, &other, question, moved);
            else
                compare(&other, &one, question, moved);
        }
    }
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (!moved[i])
            fail_msg("%s never moves criterion %u", advise_questions[moves[i].question].name,
                     moves[i].criterion);
}

static unsigned score_on(unsigned platform, enum advise_criterion criterion, enum advise_mode mode,
                         advise_case_t the_case)
{
    advise_plan_t plan;
    the_case.platform = platform;
    advise_plan(&the_case, &plan);
    return plan.rows[criterion].score[mode];
}

static void test_platforms_compare(void **state)
{
    uint64_t dice = 7;
    for (unsigned round = 0; round < 1000; round++) {
        advise_case_t c;
        roll_case(&dice, &c);
        assert_true(score_on(ADVISE_ON_PREMISES, ADVISE_FIREWALL, H, c) <=
                    score_on(ADVISE_VM, ADVISE_FIREWALL, H, c));
        assert_true(score_on(ADVISE_SERVERLESS, ADVISE_COLD_START, S, c) <=
                    score_on(ADVISE_VM, ADVISE_COLD_START, S, c));
        assert_true(score_on(ADVISE_LAPTOP, ADVISE_SIMPLICITY, H, c) <=
                    score_on(ADVISE_VM, ADVISE_SIMPLICITY, H, c));
        assert_true(score_on(ADVISE_VM, ADVISE_SIMPLICITY, H, c) <=
                    score_on(ADVISE_KUBERNETES, ADVISE_SIMPLICITY, H, c));
    }
}

/* --- the rest of the plan --- */

static void test_a_change_changes_the_mode(void **state)
{
    uint64_t dice = 3;
    unsigned seen = 0;
    for (unsigned round = 0; round < 300; round++) {
        advise_case_t c;
        advise_plan_t plan, others;
        roll_case(&dice, &c);
        advise_plan(&c, &plan);
        for (size_t i = 0; i < plan.change_count; i++, seen++) {
            advise_case_t other = c;
            advise_case_put(&other, plan.changes[i].question, plan.changes[i].value);
            advise_plan(&other, &others);
            assert_int_equal(others.mode, plan.changes[i].mode);
            assert_int_not_equal(others.mode, plan.mode);
        }
        if (plan.mode == N) assert_true(plan.finding_count > 0 && plan.findings[0].ways[0]);
    }
    assert_true(seen > 100);
}

static void test_figures_agree(void **state)
{
    uint64_t dice = 5;
    for (unsigned round = 0; round < 3000; round++) {
        advise_case_t c;
        advise_plan_t plan;
        roll_case(&dice, &c);
        advise_plan(&c, &plan);
        const char *wrong = advise_figures_check(&plan.figures);
        if (wrong) fail_msg("%s", wrong);
        assert_true((plan.figures.socket_connections > 0) == (plan.mode == S));
        assert_true(plan.figures.processes + plan.figures.workers == c.machines);
        assert_true(plan.percent[S] <= 100 && plan.percent[H] <= 100);
        assert_true(plan.finding_count < ADVISE_FINDINGS_MAX);
        assert_true(plan.change_count < ADVISE_CHANGES_MAX);
    }
}

static void test_every_fact_has_a_source(void **state)
{
    advise_case_t c;
    advise_plan_t plan;
    advise_case_init(&c);
    advise_plan(&c, &plan);
    for (unsigned row = 0; row < ADVISE_CRITERIA; row++)
        for (unsigned mode = 0; mode < ADVISE_MODES; mode++) {
            assert_true(plan.rows[row].reasons[mode].count > 0);
            const char *source = plan.rows[row].reasons[mode].list[0].source;
            assert_true(strncmp(source, "https://", 8) == 0 || strncmp(source, "docs/", 5) == 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_context_has_its_mode_and_its_reasons),
        cmocka_unit_test(test_each_rule_holds_somewhere),
        cmocka_unit_test(test_no_answer_moves_a_score_the_wrong_way),
        cmocka_unit_test(test_platforms_compare),
        cmocka_unit_test(test_a_change_changes_the_mode),
        cmocka_unit_test(test_figures_agree),
        cmocka_unit_test(test_every_fact_has_a_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
