/* SPDX-License-Identifier: MIT */
#include "sim/fault_request.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "protocol/methods.h"
#include "util/str.h"

#define DAY_MS       ((uint64_t)24 * 3600 * 1000)
#define TIMES        ((uint64_t)1000 * 1000)
#define FIELD(f)     offsetof(sim_effect_t, f)
#define WORD_SIZE    (2 * SIM_FAULT_WORD_SIZE)
#define PERCENT_UNIT (SIM_CHANCE_ALWAYS / 100)

const char *const sim_fault_urls[] = {"webhook", "trigger", "response_url", NULL};

/* --- methods --- */

bool sim_fault_has_method(const char *methods, const char *method)
{
    const size_t len = strcspn(methods, "*");
    return methods[len] ? strncmp(methods, method, len) == 0 : strcmp(methods, method) == 0;
}

static bool methods_exist(const char *methods)
{
    size_t count;
    const slack_method_t *known = slack__methods(&count);
    const char *star = strchr(methods, '*');
    if (star && star[1]) return false;
    for (size_t i = 0; i < count; i++)
        if (sim_fault_has_method(methods, known[i].name)) return true;
    for (const char *const *url = sim_fault_urls; *url; url++)
        if (sim_fault_has_method(methods, *url)) return true;
    return false;
}

/* --- words --- */

/* The next word of a line; a longer one is cut. False at the end. */
static bool next_word(slack_slice_t *rest, char word[WORD_SIZE])
{
    size_t len = 0;
    *rest = slack__slice_strip(*rest);
    while (len < rest->len && !strchr(" \t", rest->ptr[len]))
        len++;
    snprintf(word, WORD_SIZE, "%.*s", (int)len, rest->ptr);
    rest->ptr += len;
    rest->len -= len;
    return len > 0;
}

static void said_add(sim_fault_t *fault, const char *word)
{
    const size_t used = strlen(fault->said);
    snprintf(fault->said + used, sizeof fault->said - used, "%s%.40s", used ? " " : "", word);
}

/* "5%", "0.25%": up to four digits behind the point. */
static bool read_chance(const char *word, uint32_t *ret)
{
    uint64_t whole = 0, part = 0;
    slack_slice_t rest = {word, strlen(word) - 1}, digits;
    slack__slice_split(&rest, '.', &digits);
    if (!slack__parse_u64(digits, 100, &whole)) return false;
    if (rest.ptr) {
        if (rest.len > 4 || !slack__parse_u64(rest, 9999, &part)) return false;
        for (size_t i = rest.len; i < 4; i++)
            part *= 10;
    }
    *ret = (uint32_t)(whole * PERCENT_UNIT + part);
    return *ret > 0 && *ret <= SIM_CHANCE_ALWAYS;
}

static bool set_word(sim_fault_t *fault, const sim_fault_arg_t *arg, const char *word,
                     char problem[SIM_PROBLEM_SIZE])
{
    if (strlen(word) >= SIM_FAULT_WORD_SIZE) {
        snprintf(problem, SIM_PROBLEM_SIZE, "%s of %s is a word of at most %d characters",
                 arg->name, fault->kind->name, SIM_FAULT_WORD_SIZE - 1);
        return false;
    }
    if (arg->field == FIELD(method) && !methods_exist(word)) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 "METHOD of %s is a method of Slack, such as chat.postMessage, several, such as "
                 "chat.* or *, or webhook, trigger or response_url; not \"%s\"",
                 fault->kind->name, word);
        return false;
    }
    memcpy((char *)&fault->effect + arg->field, word, strlen(word) + 1);
    return true;
}

static bool set_number(sim_fault_t *fault, const sim_fault_arg_t *arg, const char *word,
                       char problem[SIM_PROBLEM_SIZE])
{
    uint64_t number = 0;
    /* A status below 200 is no final response. */
    const uint64_t min = arg->field == FIELD(status) ? 200 : 0;
    if (!slack__parse_u64(slack__slice(word), arg->max, &number) || number < min) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 "%s of %s is a number%s up to %" PRIu64 ", not \"%.60s\"", arg->name,
                 fault->kind->name, min ? " from 200" : "", arg->max, word);
        return false;
    }
    memcpy((char *)&fault->effect + arg->field, &number, sizeof number);
    return true;
}

/* Read the arguments up to the first option, and leave that in `word`. */
static bool read_args(slack_slice_t *rest, char word[WORD_SIZE], sim_fault_t *fault,
                      char problem[SIM_PROBLEM_SIZE])
{
    bool more = next_word(rest, word);
    for (const sim_fault_arg_t *arg = fault->kind->args; arg->name; arg++) {
        const bool given = more && strncmp(word, "--", 2) != 0;
        const char *value = given ? word : arg->fallback;
        if (!value) {
            snprintf(problem, SIM_PROBLEM_SIZE, "%s needs its %s: see slackapp sim fault list",
                     fault->kind->name, arg->name);
            return false;
        }
        if (!(arg->max ? set_number : set_word)(fault, arg, value, problem)) return false;
        if (!given) continue;
        said_add(fault, word);
        more = next_word(rest, word);
    }
    if (!more) *word = '\0';
    if (!more || strncmp(word, "--", 2) == 0) return true;
    snprintf(problem, SIM_PROBLEM_SIZE,
             "%s takes fewer arguments: \"%.60s\" is one too many; see slackapp sim fault list",
             fault->kind->name, word);
    return false;
}

/* --- options --- */

static const struct option {
    const char *name;
    size_t field;
    uint64_t max;
} options[] = {
    {"--after", offsetof(sim_fault_t, after), TIMES},
    {"--count", offsetof(sim_fault_t, left), TIMES},
    {"--for", offsetof(sim_fault_t, for_ms), DAY_MS},
};

/* `word` is the first option, or "". */
static bool read_options(slack_slice_t *rest, char word[WORD_SIZE], sim_fault_t *fault,
                         char problem[SIM_PROBLEM_SIZE])
{
    for (bool more = *word != '\0'; more; more = next_word(rest, word)) {
        const struct option *option = options, *end = options + sizeof options / sizeof *options;
        while (option < end && strcmp(option->name, word) != 0)
            option++;
        if (option == end) {
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "a fault has the options --after N, --count N and --for MS, not \"%.60s\"",
                     word);
            return false;
        }
        uint64_t number = 0;
        if (!next_word(rest, word)) *word = '\0';
        if (!slack__parse_u64(slack__slice(word), option->max, &number) || number == 0) {
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "%s takes a number from 1 to %" PRIu64 ", not \"%.60s\"", option->name,
                     option->max, word);
            return false;
        }
        memcpy((char *)fault + option->field, &number, sizeof number);
    }
    return true;
}

/* --- requests --- */

static bool fault_read(slack_slice_t line, sim_fault_t *ret, char problem[SIM_PROBLEM_SIZE])
{
    char word[WORD_SIZE] = "";
    memset(ret, 0, sizeof *ret);
    ret->chance = SIM_CHANCE_ALWAYS;
    next_word(&line, word);
    const bool has_chance = *word && word[strlen(word) - 1] == '%';
    if (has_chance) {
        if (!read_chance(word, &ret->chance)) {
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "a percentage is from 0.0001%% to 100%%, such as 5%%, not \"%.60s\"", word);
            return false;
        }
        said_add(ret, word);
        if (!next_word(&line, word)) *word = '\0';
    }
    ret->kind = sim_fault_find(word, problem);
    if (!ret->kind) return false;
    said_add(ret, word);
    ret->effect = ret->kind->effect;
    ret->effect.acts = true;
    if (!read_args(&line, word, ret, problem) || !read_options(&line, word, ret, problem))
        return false;
    if (ret->kind->point == SIM_POINT_NOW && (has_chance || ret->for_ms > 0 || ret->after > 0)) {
        snprintf(problem, SIM_PROBLEM_SIZE,
                 "%s acts at once: it takes no percentage, no --for and no --after",
                 ret->kind->name);
        return false;
    }
    /* A percentage and a time limit lift the default count. */
    if (ret->left == 0 && !has_chance && ret->for_ms == 0) ret->left = ret->kind->count;
    return true;
}

bool sim_fault_list_read(const char *text, sim_fault_list_t *ret, char problem[SIM_PROBLEM_SIZE])
{
    char why[SIM_PROBLEM_SIZE];
    slack_slice_t rest = slack__slice(text), line, part;
    ret->count = 0;
    for (size_t number = 1; slack__slice_split(&rest, '\n', &line); number++) {
        slack_slice_t requests;
        slack__slice_split(&line, '#', &requests);
        while (slack__slice_split(&requests, ';', &part)) {
            part = slack__slice_strip(part);
            if (part.len == 0) continue;
            const bool room = ret->count < SIM_FAULTS_MAX;
            if (!room) snprintf(why, sizeof why, "a list has at most %d faults", SIM_FAULTS_MAX);
            if (room && fault_read(part, &ret->list[ret->count++], why)) continue;
            if (strchr(text, '\n'))
                snprintf(problem, SIM_PROBLEM_SIZE, "line %zu: %.220s", number, why);
            else
                snprintf(problem, SIM_PROBLEM_SIZE, "%s", why);
            return false;
        }
    }
    if (ret->count > 0) return true;
    snprintf(problem, SIM_PROBLEM_SIZE, "no fault is named; slackapp sim fault list prints all");
    return false;
}
