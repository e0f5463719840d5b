/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_CASE_H
#define ADVISE_CASE_H

#include "cli/command_line.h"

/*
 * The case for which a transport is to be chosen: the answers to the questions of questions.def.
 * Pure. Unanswered questions keep their defaults.
 */

enum advise_answer_no_yes { ADVISE_NO, ADVISE_YES };
enum advise_platform {
    ADVISE_KUBERNETES,
    ADVISE_VM,
    ADVISE_SERVERLESS,
    ADVISE_ON_PREMISES,
    ADVISE_LAPTOP
};
enum advise_audience { ADVISE_INTERNAL, ADVISE_DISTRIBUTED, ADVISE_MARKETPLACE };
enum advise_secrets { ADVISE_ENVIRONMENT, ADVISE_FILES, ADVISE_ROTATED };

enum advise_question {
#define CHOICE(id, ...) ADVISE_Q_##id,
#define NUMBER(id, ...) ADVISE_Q_##id,
#define TEXT(id, ...)   ADVISE_Q_##id,
#include "advise/questions.def"
#undef CHOICE
#undef NUMBER
#undef TEXT
    ADVISE_QUESTIONS
};

#define ADVISE_TEXT_SIZE 128

/* Choices and numbers alike are numbers: a choice is the position of its word. */
typedef struct advise_case {
#define CHOICE(id, name, member, ...) unsigned member;
#define NUMBER(id, name, member, ...) unsigned member;
#define TEXT(id, name, member, ...)   char member[ADVISE_TEXT_SIZE];
#include "advise/questions.def"
#undef CHOICE
#undef NUMBER
#undef TEXT
    bool answered[ADVISE_QUESTIONS];
} advise_case_t;

enum advise_kind { ADVISE_CHOICE, ADVISE_NUMBER, ADVISE_TEXT };

/* A row of questions.def. */
typedef struct advise_question_info {
    const char *name; /* "cold-start"; the option is "--cold-start" */
    const char *question;
    enum advise_kind kind;
    size_t offset;        /* of its member in advise_case_t */
    unsigned least, most; /* of a number; of a choice: 0, and the position of its last word */
    const char *words, *meanings; /* of a choice: separated by blanks, and by "; " */
} advise_question_info_t;
extern const advise_question_info_t advise_questions[ADVISE_QUESTIONS];

void advise_case_init(advise_case_t *the_case);

/* The value of a choice or a number. */
unsigned advise_case_get(const advise_case_t *the_case, enum advise_question question);
void advise_case_put(advise_case_t *the_case, enum advise_question question, unsigned value);

/* The answer as text: the word, the digits, or the text. `text` has room for them. */
const char *advise_case_text(const advise_case_t *the_case, enum advise_question question,
                             char text[ADVISE_TEXT_SIZE]);
/* The word of a choice at that position, "" behind the last one; its meaning. Borrowed slices. */
slack_slice_t advise_word(enum advise_question question, unsigned value);
slack_slice_t advise_meaning(enum advise_question question, unsigned value);

/* Answer a question. False with a sentence in `problem`, which names the question and what it
 * takes. Names, hosts and images have the characters that the files of --write may hold. */
bool advise_case_answer(advise_case_t *the_case, enum advise_question question, slack_slice_t text,
                        char problem[CLI_PROBLEM_SIZE]);

/* Answer by lines "NAME = VALUE", with "#" comments and empty lines. False with a sentence that
 * names the line. A question may be answered once. */
bool advise_case_read(advise_case_t *the_case, slack_slice_t file, char problem[CLI_PROBLEM_SIZE]);

/* Whether the answers fit each other as numbers: the peak is not below the average. An unanswered
 * one follows the other. False with a sentence. */
bool advise_case_settle(advise_case_t *the_case, char problem[CLI_PROBLEM_SIZE]);

#endif
