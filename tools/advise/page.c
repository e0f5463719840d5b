/* SPDX-License-Identifier: MIT */
#include "advise/page.h"

#include <string.h>

#include <slack/error.h>

#define WIDTH        79
#define COLUMN_WIDTH 12

void advise_page_init(advise_page_t *page, bool markdown)
{
    memset(page, 0, sizeof *page);
    slack__buf_init(&page->text, ADVISE_PAGE_MAX);
    page->markdown = markdown;
}

void advise_page_done(advise_page_t *page)
{
    slack__buf_done(&page->text);
}

static void put(advise_page_t *page, const char *format, ...) SLACK_PRINTF(2, 3);
static void put(advise_page_t *page, const char *format, ...)
{
    va_list ap;
    if (page->rc != 0) return;
    va_start(ap, format);
    page->rc = slack__buf_vprintf(&page->text, format, ap);
    va_end(ap);
}

/* Characters, not bytes: all texts are of letters that are one column wide. */
static size_t columns_of(slack_slice_t text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++)
        columns += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return columns;
}

/* Words, in lines of WIDTH columns; all but the first begin with `indent` blanks. */
static void put_words(advise_page_t *page, size_t column, size_t indent, const char *text)
{
    slack_slice_t rest = slack__slice(text), word;
    for (bool first = true; slack__slice_split(&rest, ' ', &word); first = false) {
        const size_t columns = columns_of(word);
        if (!first && column + 1 + columns > WIDTH) {
            put(page, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            put(page, " ");
            column++;
        }
        put(page, "%.*s", (int)word.len, word.ptr);
        column += columns;
    }
    put(page, "\n");
}

static void put_format(advise_page_t *page, size_t column, size_t indent, const char *format,
                       va_list ap) SLACK_PRINTF(4, 0);
static void put_format(advise_page_t *page, size_t column, size_t indent, const char *format,
                       va_list ap)
{
    slack_buf_t text;
    slack__buf_init(&text, ADVISE_PAGE_MAX);
    const int rc = slack__buf_vprintf(&text, format, ap);
    if (page->rc == 0) page->rc = rc;
    if (rc == 0) put_words(page, column, indent, slack__buf_ptr(&text));
    slack__buf_done(&text);
}

void advise_page_heading(advise_page_t *page, unsigned level, const char *text)
{
    if (page->markdown) {
        put(page, "%.*s %s\n\n", (int)level, "###", text);
        return;
    }
    put(page, "%s\n", text);
    const char line = level == 1 ? '=' : '-';
    for (size_t i = columns_of(slack__slice(text)); i > 0 && level < 3; i--)
        put(page, "%c", line);
    put(page, level < 3 ? "\n\n" : "");
}

void advise_page_text(advise_page_t *page, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    put_format(page, 0, 0, format, ap);
    va_end(ap);
    put(page, "\n");
}

void advise_page_item(advise_page_t *page, unsigned depth, const char *format, ...)
{
    va_list ap;
    const size_t indent = 2 * (size_t)depth;
    va_start(ap, format);
    put(page, "%*s- ", (int)indent, "");
    put_format(page, indent + 2, indent + 2, format, ap);
    va_end(ap);
}

void advise_page_end_list(advise_page_t *page)
{
    put(page, "\n");
}

void advise_page_code(advise_page_t *page, const char *language, const char *text)
{
    if (page->markdown) put(page, "```%s\n", language);
    slack_slice_t rest = slack__slice(text), line;
    while (slack__slice_split(&rest, '\n', &line)) {
        if (line.len == 0 && rest.len == 0) break; /* behind the last line */
        if (line.len > 0)
            put(page, "%s%.*s", page->markdown ? "" : "    ", (int)line.len, line.ptr);
        put(page, "\n");
    }
    put(page, page->markdown ? "```\n\n" : "\n");
}

void advise_page_row(advise_page_t *page, bool head, int first_width, size_t count,
                     const char *const *cells)
{
    for (size_t i = 0; i < count; i++) {
        if (page->markdown)
            put(page, "%s%s", i == 0 ? "| " : " | ", cells[i]);
        else
            put(page, "%s%*s", i == 0 ? "" : " ", i == 0 ? -first_width : COLUMN_WIDTH, cells[i]);
    }
    put(page, page->markdown ? " |\n" : "\n");
    if (head && page->markdown)
        for (size_t i = 0; i < count; i++)
            put(page, "%s%s", i == 0 ? "|---|" : "---:|", i + 1 == count ? "\n" : "");
}

unsigned advise_page_source(advise_page_t *page, const char *source)
{
    for (size_t i = 0; i < page->source_count; i++)
        if (strcmp(page->sources[i], source) == 0) return (unsigned)i + 1;
    if (page->source_count == ADVISE_SOURCES_MAX) {
        page->rc = SLACK_ETOOBIG;
        return 0;
    }
    page->sources[page->source_count++] = source;
    return (unsigned)page->source_count;
}

void advise_page_list_sources(advise_page_t *page)
{
    for (size_t i = 0; i < page->source_count; i++)
        put(page, "%s[%zu] %s%s\n", page->markdown ? "- " : "", i + 1, page->sources[i], "");
}
