/* SPDX-License-Identifier: MIT */
#include "support/prometheus.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 200

/* The family that is being read. */
typedef struct family {
    char name[NAME_MAX_LEN];
    char type[20]; /* "" before its TYPE line */
    size_t first;  /* of its series */
} family_t;

static bool wrong(prometheus_t *page, const char *what, const char *line)
{
    snprintf(page->error, sizeof page->error, "%s: %.*s", what, (int)strcspn(line, "\n"), line);
    return false;
}

static size_t name_len(const char *at, bool label)
{
    size_t len = 0;
    while (isalnum((unsigned char)at[len]) || at[len] == '_' || (at[len] == ':' && !label))
        len++;
    return isdigit((unsigned char)*at) ? 0 : len;
}

/* Reads {name="value",…} and returns its end; NULL if it is malformed. */
static const char *skip_labels(const char *at)
{
    if (*at != '{') return at;
    do {
        at++;
        size_t len = name_len(at, true);
        if (len == 0 || at[len] != '=' || at[len + 1] != '"') return NULL;
        for (at += len + 2; *at != '"'; at++) {
            if (*at == '\n' || *at == '\0') return NULL;
            if (*at == '\\' && !strchr("\\\"n", *++at)) return NULL;
        }
        at++;
    } while (*at == ',');
    return *at == '}' ? at + 1 : NULL;
}

static bool is_known(const prometheus_t *page, const char *family)
{
    for (size_t i = 0; i < page->count; i++)
        if (strcmp(page->series[i].family, family) == 0) return true;
    return false;
}

static double le_of(const char *series)
{
    const char *le = strstr(series, "le=\"");
    return le ? strtod(le + 4, NULL) : -1;
}

/* For histograms whose only label is `le`. */
static bool check_histogram(prometheus_t *page, const family_t *family)
{
    double before = -1, count = 0;
    size_t i = family->first;
    char name[NAME_MAX_LEN + 10];
    for (; i < page->count && le_of(page->series[i].name) >= 0; i++) {
        const double le = le_of(page->series[i].name);
        if (le <= before || page->series[i].value < count)
            return wrong(page, "buckets that do not grow", page->series[i].name);
        before = le;
        count = page->series[i].value;
    }
    snprintf(name, sizeof name, "%s_count", family->name);
    if (!isinf(before) || prometheus_value(page, name) != count)
        return wrong(page, "+Inf is not the count", family->name);
    snprintf(name, sizeof name, "%s_sum", family->name);
    return prometheus_value(page, name) >= 0 || wrong(page, "no sum", family->name);
}

static bool end_family(prometheus_t *page, const family_t *family)
{
    if (!*family->name) return true;
    if (page->count == family->first) return wrong(page, "no sample", family->name);
    return strcmp(family->type, "histogram") != 0 || check_histogram(page, family);
}

static bool read_help(prometheus_t *page, family_t *family, const char *line)
{
    const size_t len = name_len(line, false);
    if (!end_family(page, family)) return false;
    if (len == 0 || len >= NAME_MAX_LEN || line[len] != ' ' || line[len + 1] == '\n')
        return wrong(page, "no HELP", line);
    *family = (family_t){.first = page->count};
    memcpy(family->name, line, len);
    return !is_known(page, family->name) || wrong(page, "a family twice", line);
}

static bool read_type(prometheus_t *page, family_t *family, const char *line)
{
    const size_t len = strlen(family->name);
    if (*family->type || strncmp(line, family->name, len) != 0 || line[len] != ' ')
        return wrong(page, "a TYPE without its HELP", line);
    sscanf(line + len + 1, "%19[a-z]", family->type);
    if (line[len + 1 + strlen(family->type)] != '\n') return wrong(page, "a TYPE", line);
    const bool total = len > 6 && strcmp(family->name + len - 6, "_total") == 0;
    if (strcmp(family->type, "counter") == 0) return total || wrong(page, "not _total", line);
    if (strcmp(family->type, "gauge") == 0 || strcmp(family->type, "histogram") == 0)
        return !total || wrong(page, "_total", line);
    return wrong(page, "a TYPE", line);
}

/* True if a sample of this name belongs to the family. */
static bool is_of(const family_t *family, const char *name, size_t len)
{
    static const char *const parts[] = {"_bucket", "_sum", "_count"};
    const size_t own = strlen(family->name);
    if (!*family->type || strncmp(name, family->name, own) != 0) return false;
    if (strcmp(family->type, "histogram") != 0) return len == own;
    for (size_t i = 0; i < 3; i++)
        if (len == own + strlen(parts[i]) && strncmp(name + own, parts[i], len - own) == 0)
            return true;
    return false;
}

static bool read_sample(prometheus_t *page, const family_t *family, const char *line)
{
    char *end;
    const size_t len = name_len(line, false);
    const char *value = len > 0 ? skip_labels(line + len) : NULL;
    if (!value || *value != ' ') return wrong(page, "no sample", line);
    if (!is_of(family, line, len)) return wrong(page, "a sample of another family", line);
    struct prometheus_series *grown =
        realloc(page->series, (page->count + 1) * sizeof *page->series);
    if (!grown) return wrong(page, "no memory", line);
    page->series = grown;
    struct prometheus_series *series = &grown[page->count];
    *series = (struct prometheus_series){strndup(line, (size_t)(value - line)),
                                         strdup(family->name), strtod(value + 1, &end)};
    const bool known = prometheus_value(page, series->name) != -1;
    page->count++;
    if (known) return wrong(page, "a series twice", line);
    if (end == value + 1 || *end != '\n' || series->value < 0) return wrong(page, "no value", line);
    return true;
}

bool prometheus_read(prometheus_t *page, const char *text)
{
    family_t family = {.name = ""};
    *page = (prometheus_t){.count = 0};
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        bool good;
        if (!strchr(line, '\n')) return wrong(page, "a line without end", line);
        if (strncmp(line, "# HELP ", 7) == 0)
            good = read_help(page, &family, line + 7);
        else if (strncmp(line, "# TYPE ", 7) == 0)
            good = read_type(page, &family, line + 7);
        else
            good = read_sample(page, &family, line);
        if (!good) return false;
    }
    return end_family(page, &family);
}

void prometheus_free(prometheus_t *page)
{
    for (size_t i = 0; i < page->count; i++) {
        free(page->series[i].name);
        free(page->series[i].family);
    }
    free(page->series);
    *page = (prometheus_t){.count = 0};
}

double prometheus_value(const prometheus_t *page, const char *name)
{
    for (size_t i = 0; i < page->count; i++)
        if (strcmp(page->series[i].name, name) == 0) return page->series[i].value;
    return -1;
}

size_t prometheus_size(const prometheus_t *page, const char *family)
{
    size_t size = 0;
    for (size_t i = 0; i < page->count; i++)
        size += strcmp(page->series[i].family, family) == 0;
    return size;
}
