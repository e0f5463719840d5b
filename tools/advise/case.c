/* SPDX-License-Identifier: MIT */
#include "advise/case.h"

#include <string.h>

#define UNANSWERED_MOST UINT32_MAX

const advise_question_info_t advise_questions[ADVISE_QUESTIONS] = {
#define CHOICE(id, name, member, value, question, words, meanings)                                 \
    {name, question,        ADVISE_CHOICE, offsetof(advise_case_t, member),                        \
     0,    UNANSWERED_MOST, words,         meanings},
#define NUMBER(id, name, member, value, least, most, question)                                     \
    {name, question, ADVISE_NUMBER, offsetof(advise_case_t, member), least, most, NULL, NULL},
#define TEXT(id, name, member, value, question)                                                    \
    {name, question, ADVISE_TEXT, offsetof(advise_case_t, member), 0, 0, NULL, NULL},
#include "advise/questions.def"
#undef CHOICE
#undef NUMBER
#undef TEXT
};

void advise_case_init(advise_case_t *the_case)
{
    *the_case = (advise_case_t){
#define CHOICE(id, name, member, value, ...) .member = value,
#define NUMBER(id, name, member, value, ...) .member = value,
#define TEXT(id, name, member, value, ...)   .member = value,
#include "advise/questions.def"
#undef CHOICE
#undef NUMBER
#undef TEXT
    };
}

static unsigned *number_of(advise_case_t *the_case, enum advise_question question)
{
    return (unsigned *)(void *)((char *)the_case + advise_questions[question].offset);
}

unsigned advise_case_get(const advise_case_t *the_case, enum advise_question question)
{
    unsigned value;
    memcpy(&value, (const char *)the_case + advise_questions[question].offset, sizeof value);
    return value;
}

void advise_case_put(advise_case_t *the_case, enum advise_question question, unsigned value)
{
    *number_of(the_case, question) = value;
}

/* The part of a list at that position; an empty one behind the last part. */
static slack_slice_t part_of(const char *list, char separator, unsigned at)
{
    slack_slice_t rest = slack__slice(list), part = {"", 0};
    do {
        if (!slack__slice_split(&rest, separator, &part)) return SLACK_SLICE("");
    } while (at-- > 0);
    return slack__slice_trim(part);
}

slack_slice_t advise_word(enum advise_question question, unsigned value)
{
    return part_of(advise_questions[question].words, ' ', value);
}

slack_slice_t advise_meaning(enum advise_question question, unsigned value)
{
    return part_of(advise_questions[question].meanings, ';', value);
}

const char *advise_case_text(const advise_case_t *the_case, enum advise_question question,
                             char text[ADVISE_TEXT_SIZE])
{
    const advise_question_info_t *info = &advise_questions[question];
    if (info->kind == ADVISE_TEXT)
        snprintf(text, ADVISE_TEXT_SIZE, "%s", (const char *)the_case + info->offset);
    else if (info->kind == ADVISE_NUMBER)
        snprintf(text, ADVISE_TEXT_SIZE, "%u", advise_case_get(the_case, question));
    else {
        const slack_slice_t word = advise_word(question, advise_case_get(the_case, question));
        snprintf(text, ADVISE_TEXT_SIZE, "%.*s", (int)word.len, word.ptr);
    }
    return text;
}

/* --- answers --- */

static bool answer_choice(advise_case_t *the_case, enum advise_question question,
                          slack_slice_t text, char problem[CLI_PROBLEM_SIZE])
{
    slack_slice_t word;
    for (unsigned at = 0; word = advise_word(question, at), word.len > 0; at++) {
        if (!slack__slice_eq_nocase(word, text)) continue;
        advise_case_put(the_case, question, at);
        return true;
    }
    const advise_question_info_t *info = &advise_questions[question];
    size_t len = (size_t)snprintf(problem, CLI_PROBLEM_SIZE, "%s takes", info->name);
    for (unsigned at = 0; word = advise_word(question, at), word.len > 0; at++) {
        const bool last = advise_word(question, at + 1).len == 0;
        len += (size_t)snprintf(problem + len, CLI_PROBLEM_SIZE - len, "%s %.*s",
                                at == 0 ? "" : (last ? " or" : ","), (int)word.len, word.ptr);
    }
    snprintf(problem + len, CLI_PROBLEM_SIZE - len, ", not \"%.*s\"",
             (int)(text.len < 40 ? text.len : 40), text.ptr);
    return false;
}

static bool answer_number(advise_case_t *the_case, enum advise_question question,
                          slack_slice_t text, char problem[CLI_PROBLEM_SIZE])
{
    const advise_question_info_t *info = &advise_questions[question];
    uint64_t value;
    if (slack__parse_u64(text, info->most, &value) && value >= info->least) {
        advise_case_put(the_case, question, (unsigned)value);
        return true;
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "%s takes a whole number from %u to %u, not \"%.*s\"",
             info->name, info->least, info->most, (int)(text.len < 40 ? text.len : 40), text.ptr);
    return false;
}

/* systemd would run the service of that name as the user root. */
static bool is_no_user(slack_slice_t text)
{
    return !slack__slice_eq(text, SLACK_SLICE("root"));
}

/* Labels of up to 63 characters that neither begin nor end with "-"; no address of IPv4, which an
 * Ingress refuses: the last label begins with a letter. */
static bool is_host(slack_slice_t text)
{
    slack_slice_t label = {"", 0};
    while (slack__slice_split(&text, '.', &label)) {
        if (label.len == 0 || label.len > 63) return false;
        if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-') return false;
    }
    return label.len > 0 && label.ptr[0] >= 'a';
}

/* Which characters a text may have, what it is for, in a sentence, and what else it has to be. */
static const struct text_rule {
    enum advise_question question;
    const char *characters, *takes;
    size_t most;
    bool begins_with_letter;
    bool (*fits)(slack_slice_t text); /* or NULL */
} text_rules[] = {
    {ADVISE_Q_NAME, "abcdefghijklmnopqrstuvwxyz0123456789-",
     "a name of up to 31 lower-case letters, digits and \"-\", which begins with a letter and does "
     "not end with \"-\", as Kubernetes and systemd take it, and is not root",
     31, true, is_no_user},
    {ADVISE_Q_HOST, "abcdefghijklmnopqrstuvwxyz0123456789-.",
     "a host name in lower case, such as bot.example.com", 120, false, is_host},
    {ADVISE_Q_IMAGE, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:@",
     "an image such as registry.example.com/mybot:1", 120, false, NULL},
};

static bool is_edge(char c)
{
    return c == '-' || c == '.' || c == '/' || c == ':' || c == '@';
}

static bool text_fits(const struct text_rule *rule, slack_slice_t text)
{
    if (text.len == 0 || text.len > rule->most) return false;
    if (is_edge(text.ptr[0]) || is_edge(text.ptr[text.len - 1])) return false;
    if (rule->begins_with_letter && (text.ptr[0] < 'a' || text.ptr[0] > 'z')) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!text.ptr[i] || !strchr(rule->characters, text.ptr[i])) return false;
        if (i > 0 && text.ptr[i] == '.' && text.ptr[i - 1] == '.') return false;
    }
    return !rule->fits || rule->fits(text);
}

static bool answer_text(advise_case_t *the_case, enum advise_question question, slack_slice_t text,
                        char problem[CLI_PROBLEM_SIZE])
{
    const struct text_rule *rule = text_rules;
    while (rule->question != question)
        rule++;
    char *member = (char *)the_case + advise_questions[question].offset;
    if (text_fits(rule, text)) {
        snprintf(member, ADVISE_TEXT_SIZE, "%.*s", (int)text.len, text.ptr);
        return true;
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "%s takes %s", advise_questions[question].name,
             rule->takes);
    return false;
}

bool advise_case_answer(advise_case_t *the_case, enum advise_question question, slack_slice_t text,
                        char problem[CLI_PROBLEM_SIZE])
{
    bool (*const answer[])(advise_case_t *, enum advise_question, slack_slice_t, char *) = {
        [ADVISE_CHOICE] = answer_choice,
        [ADVISE_NUMBER] = answer_number,
        [ADVISE_TEXT] = answer_text,
    };
    if (!answer[advise_questions[question].kind](the_case, question, text, problem)) return false;
    the_case->answered[question] = true;
    return true;
}

/* --- a file of answers --- */

static bool find_question(slack_slice_t name, enum advise_question *ret)
{
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        if (!slack__slice_eq(slack__slice(advise_questions[q].name), name)) continue;
        *ret = (enum advise_question)q;
        return true;
    }
    return false;
}

/* A sentence without the number of the line. */
static bool read_line(advise_case_t *the_case, slack_slice_t line, char problem[CLI_PROBLEM_SIZE])
{
    slack_slice_t name;
    enum advise_question question;
    const bool pair = memchr(line.ptr, '=', line.len) != NULL;
    slack__slice_split(&line, '=', &name);
    name = slack__slice_strip(name);
    if (!pair)
        snprintf(problem, CLI_PROBLEM_SIZE, "a line is NAME = VALUE, or begins with \"#\"");
    else if (!find_question(name, &question))
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "there is no question \"%.*s\"; slackapp advise --help lists them",
                 (int)(name.len < 40 ? name.len : 40), name.ptr);
    else if (the_case->answered[question])
        snprintf(problem, CLI_PROBLEM_SIZE, "%s is answered twice",
                 advise_questions[question].name);
    else
        return advise_case_answer(the_case, question, slack__slice_strip(line), problem);
    return false;
}

bool advise_case_read(advise_case_t *the_case, slack_slice_t file, char problem[CLI_PROBLEM_SIZE])
{
    char sentence[CLI_PROBLEM_SIZE];
    slack_slice_t line;
    for (unsigned number = 1; slack__slice_split(&file, '\n', &line); number++) {
        line = slack__slice_strip(line);
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (read_line(the_case, line, sentence)) continue;
        snprintf(problem, CLI_PROBLEM_SIZE, "line %u: %.290s", number, sentence);
        return false;
    }
    return true;
}

bool advise_case_settle(advise_case_t *the_case, char problem[CLI_PROBLEM_SIZE])
{
    if (the_case->peak >= the_case->rate) return true;
    if (!the_case->answered[ADVISE_Q_PEAK]) {
        the_case->peak = the_case->rate;
        return true;
    }
    if (!the_case->answered[ADVISE_Q_RATE]) {
        the_case->rate = the_case->peak;
        return true;
    }
    snprintf(problem, CLI_PROBLEM_SIZE,
             "peak is %u events a second, and the average, rate, is %u: it cannot be higher",
             the_case->peak, the_case->rate);
    return false;
}
