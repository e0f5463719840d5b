/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_PAGE_H
#define ADVISE_PAGE_H

#include "util/buf.h"

/*
 * A page of text for a terminal (79 columns, no marks) or in Markdown, written once for both. The
 * first failure stays in `rc`; later calls do nothing. Texts are in UTF-8.
 */

#define ADVISE_PAGE_MAX    ((size_t)1 << 20)
#define ADVISE_SOURCES_MAX 48
#define ADVISE_COLUMNS_MAX 5

typedef struct advise_page {
    slack_buf_t text;
    bool markdown;
    int rc; /* 0; SLACK_ETOOBIG; SLACK_ENOMEM */
    const char *sources[ADVISE_SOURCES_MAX];
    size_t source_count;
} advise_page_t;

void advise_page_init(advise_page_t *page, bool markdown);
void advise_page_done(advise_page_t *page);

/* `level`: 1 for the title, 2 for a part, 3 for a part of that. */
void advise_page_heading(advise_page_t *page, unsigned level, const char *text);
/* A paragraph, and an item of a list, which may lie in another one. A space is where a line may
 * end. */
void advise_page_text(advise_page_t *page, const char *format, ...) SLACK_PRINTF(2, 3);
void advise_page_item(advise_page_t *page, unsigned depth, const char *format, ...)
    SLACK_PRINTF(3, 4);
void advise_page_end_list(advise_page_t *page);
/* Lines that stay as they are. `language` is for Markdown. */
void advise_page_code(advise_page_t *page, const char *language, const char *text);
/* A table: its head, its rows, its end. Cells are borrowed until the end of the row. The first
 * column is `first_width` wide, the others 12. */
void advise_page_row(advise_page_t *page, bool head, int first_width, size_t count,
                     const char *const *cells);

/* The number of a source in the list at the end of the page, from 1. */
unsigned advise_page_source(advise_page_t *page, const char *source);
void advise_page_list_sources(advise_page_t *page);

#endif
