/* SPDX-License-Identifier: MIT */
/*
 * The check of Block Kit against its table: for each member of each kind, a payload that has the
 * member at its limit and has no fault, and payloads with one fault each, which the sentence names.
 * test_block_check.c has Slack's limits as numbers.
 */
#include "protocol/block_check.h"
#include "protocol/blocks.h"
#include "support/heap.h"
#include "support/json.h"

typedef slack_block_kind_t kind_t;
typedef slack_block_field_t field_t;

static const kind_t *kinds;
static size_t count, mutations;

/* The way from the payload to a kind: its parent there, and the parent's member. */
static struct way {
    const kind_t *parent;
    const field_t *field;
} ways[SLACK_BLOCK_KINDS_MAX];

static struct way *way_of(const kind_t *kind)
{
    return &ways[kind - kinds];
}

static bool has_place(const field_t *field)
{
    return field->type == SLACK_BLOCK_OBJECT || field->type == SLACK_BLOCK_LIST ||
           field->type == SLACK_BLOCK_ROWS;
}

/* Breadth first, so that each way is a shortest one. */
static void find_ways(void)
{
    const kind_t *queue[SLACK_BLOCK_KINDS_MAX] = {slack__block_kind(SLACK_BLOCK_IN_PAYLOAD, NULL)};
    kinds = slack__block_kinds(&count);
    memset(ways, 0, sizeof ways);
    for (size_t at = 0, end = 1; at < end; at++)
        for (const field_t *f = queue[at]->fields; f->type != SLACK_BLOCK_END; f++)
            for (size_t k = 0; has_place(f) && k < count; k++) {
                if (!(kinds[k].places >> f->place & 1) || ways[k].parent) continue;
                ways[k] = (struct way){queue[at], f};
                queue[end++] = &kinds[k];
            }
}

/* ---- payloads ---- */

static const char *object_with(const kind_t *kind, const field_t *with, const char *text);

/* An item of a list, with an id of its own if the list asks for one. */
static const char *item(const field_t *f, size_t number)
{
    if (f->type == SLACK_BLOCK_STRINGS) {
        const char *words = f->words ? f->words : "x";
        return slack__arena_printf(arena, "\"%.*s\"", (int)strcspn(words, " "), words);
    }
    const kind_t *kind = kinds;
    while (!(kind->places >> f->place & 1))
        kind++;
    const field_t *id = kind->fields;
    while (id->type != SLACK_BLOCK_END && !(f->words && strcmp(id->name, f->words) == 0))
        id++;
    const char *object = object_with(kind, id, slack__arena_printf(arena, "\"%zu\"", number));
    return f->type == SLACK_BLOCK_ROWS ? slack__arena_printf(arena, "[%s]", object) : object;
}

static const char *list(const field_t *f, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = slack__arena_printf(arena, "%s%s%s", text, i ? "," : "", item(f, i));
    return slack__arena_printf(arena, "[%s]", text);
}

static const char *string(int64_t n)
{
    return slack__arena_printf(arena, "\"%s\"", repeated("\xc3\xa4", (size_t)n));
}

/* A value of the member that has no fault. */
static const char *value(const field_t *f)
{
    const size_t word = f->words ? strcspn(f->words, " ") : 0;
    switch (f->type) {
    case SLACK_BLOCK_STRING: return string(f->min);
    case SLACK_BLOCK_WORD: return slack__arena_printf(arena, "\"%.*s\"", (int)word, f->words);
    case SLACK_BLOCK_DATE: return "\"2026-11-30\"";
    case SLACK_BLOCK_TIME: return "\"15:04\"";
    case SLACK_BLOCK_BOOL: return "true";
    case SLACK_BLOCK_INT: return slack__arena_printf(arena, "%lld", (long long)f->min);
    case SLACK_BLOCK_OBJECT: return item(f, 0);
    case SLACK_BLOCK_LIST:
    case SLACK_BLOCK_STRINGS:
    case SLACK_BLOCK_ROWS: return list(f, (size_t)f->min);
    case SLACK_BLOCK_MAP: return slack__arena_printf(arena, "{\"https://a/\":%s}", item(f, 0));
    default: return "1";
    }
}

static bool names(const field_t *rule, const field_t *f)
{
    const size_t len = strlen(f->name);
    for (const char *at = rule->words; len > 0 && (at = strstr(at, f->name)); at += len)
        if ((at == rule->words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* Whether an object with the member `with` needs the member f too. */
static bool is_needed(const kind_t *kind, const field_t *f, const field_t *with)
{
    for (const field_t *rule = kind->fields; rule->type != SLACK_BLOCK_END; rule++) {
        if (rule->type != SLACK_BLOCK_SOME_OF && rule->type != SLACK_BLOCK_ONE_OF) continue;
        const size_t len = strlen(f->name);
        if (len > 0 && strncmp(rule->words, f->name, len) == 0 && !(with && names(rule, with)))
            return true;
    }
    return f->flags & SLACK_BLOCK_REQUIRED;
}

/* An object with what its kind requires, and with the member; text NULL: without it. */
static const char *object_with(const kind_t *kind, const field_t *with, const char *text)
{
    const char *members = "";
    if (kind->type) members = slack__arena_printf(arena, ",\"type\":\"%s\"", kind->type);
    for (const field_t *f = kind->fields; f->type != SLACK_BLOCK_END; f++) {
        if (*f->name == '\0' || (f == with ? !text : !is_needed(kind, f, with))) continue;
        members = slack__arena_printf(arena, "%s,\"%s\":%s", members, f->name,
                                      f == with ? text : value(f));
    }
    return slack__arena_printf(arena, "{%s}", *members ? members + 1 : "");
}

static const char *payload_with(const kind_t *kind, const char *text)
{
    const struct way *way = way_of(kind);
    if (way->parent == NULL) return text;
    if (way->field->type == SLACK_BLOCK_LIST) text = slack__arena_printf(arena, "[%s]", text);
    if (way->field->type == SLACK_BLOCK_ROWS)
        text = slack__arena_printf(arena, "[[%s],[%s]]", text, text);
    return payload_with(way->parent, object_with(way->parent, way->field, text));
}

static const char *path_to(const kind_t *kind)
{
    const struct way *way = way_of(kind);
    if (way->parent == NULL) return "";
    const char *up = path_to(way->parent);
    return slack__arena_printf(arena, "%s%s%s%s", up, *up ? "." : "", way->field->name,
                               way->field->type == SLACK_BLOCK_LIST   ? "[0]"
                               : way->field->type == SLACK_BLOCK_ROWS ? "[0][0]"
                                                                      : "");
}

/* ---- checks ---- */

static const kind_t *kind; /* whose member f is tried */

static void checked(const char *text, slack_block_faults_t *ret)
{
    const slack_json_t *payload = json_exact(payload_with(kind, text));
    heap_fail_at(0, true); /* it allocates nothing */
    slack__block_check(payload, ret);
    assert_false(heap_heal());
}

static void accepts(const field_t *f, const char *text)
{
    slack_block_faults_t faults;
    checked(object_with(kind, f, text), &faults);
    if (*faults.refused.sentence) fail_msg("%s", faults.refused.sentence);
    if (*faults.unknown.sentence) fail_msg("%s", faults.unknown.sentence);
}

/* `tail` is the sentence behind the path of the member. */
static void refuses(const field_t *f, const char *text, const char *tail)
{
    slack_block_faults_t faults;
    const bool silent = f->flags & SLACK_BLOCK_LIMITED && strstr(tail, "missing") == NULL;
    const char *up = path_to(kind);
    checked(object_with(kind, f, text), &faults);
    assert_string_equal(faults.refused.sentence,
                        slack__arena_printf(arena, "%s%s%s%s", up, *up && !silent ? "." : "",
                                            silent ? "" : f->name, tail));
    if (strstr(faults.refused.slack, " [json-pointer:/") == NULL && *up)
        fail_msg("%s", faults.refused.slack);
    mutations++;
}

static const char *tail(long long n, const char *unit, const char *bound, long long limit)
{
    return slack__arena_printf(arena, ": %lld%s, at %s %lld", n, unit, bound, limit);
}

static void try_string(const field_t *f, int64_t max)
{
    if (max > 0) {
        accepts(f, string(max));
        refuses(f, string(max + 1), tail(max + 1, " characters", "most", max));
    }
    if (f->min > 0) refuses(f, "\"\"", tail(0, " characters", "least", f->min));
    refuses(f, "1", ": a number, must be a string");
}

static void try_list(const field_t *f)
{
    if (f->max > 0) {
        accepts(f, list(f, (size_t)f->max));
        refuses(f, list(f, (size_t)f->max + 1), tail(f->max + 1, " items", "most", f->max));
    }
    if (f->min > 0)
        refuses(f, list(f, (size_t)f->min - 1), tail(f->min - 1, " items", "least", f->min));
    refuses(f, "{}", ": an object, must be an array");
    if (f->type != SLACK_BLOCK_LIST || f->words == NULL) return;
    const char *same = item(f, 7);
    refuses(f, slack__arena_printf(arena, "[%s,%s]", same, same),
            slack__arena_printf(arena, "[1].%s: \"7\" again, as in item 0", f->words));
}

static void try_int(const field_t *f)
{
    if (f->max < INT32_MAX || f->max == 9999999999) {
        accepts(f, slack__arena_printf(arena, "%lld", (long long)f->max));
        refuses(f, slack__arena_printf(arena, "%lld", (long long)f->max + 1),
                tail(f->max + 1, "", "most", f->max));
    }
    if (f->min > INT64_MIN)
        refuses(f, slack__arena_printf(arena, "%lld", (long long)f->min - 1),
                tail(f->min - 1, "", "least", f->min));
    refuses(f, "1.5", ": a number, must be an integer");
}

/* A kind that has a type and is not for the place; NULL: the place has one without a type. */
static const char *stranger(const field_t *f)
{
    if (slack__block_kind((enum slack_block_place)f->place, NULL)) return NULL;
    for (size_t i = 0; i < count; i++)
        if (kinds[i].type && !slack__block_kind((enum slack_block_place)f->place, kinds[i].type))
            return kinds[i].type;
    return NULL;
}

static void try_places(const field_t *f)
{
    static const char *const shapes[] = {"{\"type\":\"%s\"}", "[{\"type\":\"%s\"}]",
                                         "[[{\"type\":\"%s\"}],[]]"};
    const unsigned shape = f->type == SLACK_BLOCK_OBJECT ? 0 : f->type == SLACK_BLOCK_LIST ? 1 : 2;
    static const char *const items[] = {"", "[0]", "[0][0]"};
    const char *type = stranger(f), *parts[2];
    if (type == NULL) return;
    parts[0] = strchr(shapes[shape], '%');
    parts[1] = slack__arena_printf(arena, "%.*s%s%s", (int)(parts[0] - shapes[shape]),
                                   shapes[shape], type, parts[0] + 2);
    refuses(f, parts[1],
            slack__arena_printf(arena, "%s.type: \"%s\", not allowed in %s", items[shape], type,
                                kind->type                         ? kind->type
                                : f->place == SLACK_BLOCK_IN_CHUNK ? "a stream"
                                                                   : "a message"));
}

static void try_field(const field_t *f)
{
    accepts(f, value(f));
    if (f->flags & SLACK_BLOCK_REQUIRED) refuses(f, NULL, ": missing");
    if (f->flags & SLACK_BLOCK_NULLABLE)
        accepts(f, "null");
    else if (f->type == SLACK_BLOCK_STRING)
        refuses(f, "null",
                slack__arena_printf(arena,
                                    ": null, must be a string or left out (\"%s?:\" in a template)",
                                    f->name));
    const bool limited = f->flags & SLACK_BLOCK_LIMITED && way_of(kind)->field->chars;
    switch (f->type) {
    case SLACK_BLOCK_STRING: try_string(f, limited ? way_of(kind)->field->chars : f->max); break;
    case SLACK_BLOCK_LIST:
    case SLACK_BLOCK_ROWS:
        try_places(f);
        try_list(f);
        break;
    case SLACK_BLOCK_STRINGS: try_list(f); break;
    case SLACK_BLOCK_INT: try_int(f); break;
    case SLACK_BLOCK_OBJECT:
        try_places(f);
        if (!(f->flags & SLACK_BLOCK_JSON_TEXT))
            refuses(f, "\"x\"", ": a string, must be an object");
        break;
    case SLACK_BLOCK_MAP:
        refuses(f, "[]", ": an array, must be an object");
        refuses(f, "{\"https://a/\":{},\"b\":7}", ".b: a number, must be an object");
        break;
    case SLACK_BLOCK_WORD:
        refuses(f, "\"zebra\"",
                slack__arena_printf(arena, ": \"zebra\", must be one of: %s", f->words));
        break;
    case SLACK_BLOCK_DATE:
    case SLACK_BLOCK_TIME:
        refuses(f, "\"1-2-3\"", slack__arena_printf(arena, ": \"1-2-3\", must be %s", f->words));
        break;
    case SLACK_BLOCK_BOOL: refuses(f, "\"true\"", ": a string, must be a boolean"); break;
    case SLACK_BLOCK_NUMBER: refuses(f, "\"1\"", ": a string, must be a number"); break;
    default: break;
    }
}

ARENA_TEST(every_kind_is_reached_and_fits)
{
    find_ways();
    for (size_t i = 1; i < count; i++) {
        size_t fields = 0;
        if (!ways[i].parent) fail_msg("kind %zu, %s: nothing has it", i, kinds[i].type);
        while (kinds[i].fields[fields].type != SLACK_BLOCK_END)
            fields++;
        assert_in_range(fields, 0, SLACK_BLOCK_FIELDS_MAX);
    }
}

TEST(every_member_is_held_to_the_table)
{
    arena_open(NULL);
    find_ways();
    mutations = 0;
    for (size_t i = 0; i < count; i++)
        for (const field_t *f = kinds[i].fields; f->type != SLACK_BLOCK_END; f++) {
            kind = &kinds[i];
            if (*f->name) try_field(f);
            slack__arena_reset(arena);
        }
    assert_in_range(mutations, 600, 10000);
    print_message("%zu mutations, each refused by name\n", mutations);
    assert_int_equal(arena_close(NULL), 0);
}
