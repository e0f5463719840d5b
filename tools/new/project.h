/* SPDX-License-Identifier: MIT */
#ifndef NEW_PROJECT_H
#define NEW_PROJECT_H

#include "cli/write_files.h"
#include "util/arena.h"

/* The files of a new project, made from tools/new/templates/. Pure.
 *
 * A project has the files of the folder "common" and of the folder of its template, which come
 * first if both have one. A path that begins with "dot." there begins with "." in the project. The
 * marks of cli/fill.h are {{name}} and a section for each template: {{#hello}} … {{/hello}}. */

typedef struct new_template {
    const char *name; /* that of its folder */
    const char *help;
} new_template_t;

/* Ends with a row without a name. */
extern const new_template_t new_templates[];

#define NEW_FILES_MAX 24
/* Slack allows an app's name so many characters. */
#define NEW_NAME_MAX 35

/* Whether a project may have this name. It becomes a folder, a program, an image, and words in C,
 * JSON, YAML and a Makefile: lower-case letters, digits and single dashes mean themselves in all of
 * them. False with a sentence in `problem`. */
bool new_name_check(const char *name, char problem[CLI_PROBLEM_SIZE]);

/* The files live in the arena; the last row has no path. False with a sentence in `problem`: a
 * template has a fault, or memory is out. */
bool new_project(const new_template_t *chosen, const char *name, slack_arena_t *arena,
                 cli_file_t ret[NEW_FILES_MAX + 1], char problem[CLI_PROBLEM_SIZE]);

#endif
