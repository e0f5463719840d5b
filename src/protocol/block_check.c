/* SPDX-License-Identifier: MIT */
#include "protocol/block_check.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/block_fault.h"
#include "protocol/blocks.h"
#include "util/json.h"

/* The table has no kind inside of itself, so the recursion ends by itself: the deepest way is a
 * text in a list in the cell of a table in a container, 30 levels. This bound does not depend on
 * the table. */
#define DEPTH_MAX 40
#define IDS_MAX   100 /* of a list; a longer one is refused for its length */

typedef struct check {
    slack_block_faults_t *faults;
    unsigned depth;
    bool focused;        /* an element has focus_on_load */
    size_t in_all;       /* characters of SLACK_BLOCK_SUMMED */
    unsigned char *seen; /* how many of each kind */
} check_t;

/* An object under check. */
typedef struct object {
    const slack_block_at_t *at;
    const slack_json_t *value;
    const slack_block_kind_t *kind;
    unsigned chars; /* the limit of the member that has it; 0: none */
} object_t;

typedef slack_block_at_t at_t;
typedef slack_block_field_t field_t;

static bool stopped(const check_t *check)
{
    return check->faults->refused.sentence[0] != '\0';
}

/* Records a fault that Slack refuses. Call it with the members of slack_block_about_t. */
#define REFUSE(check, code, at, ...)                                                               \
    slack__block_fault_write(&(check)->faults->refused, SLACK_BLOCK_##code, at,                    \
                             &(slack_block_about_t){__VA_ARGS__})

static void note_unknown(check_t *check, enum slack_block_code code, const at_t *at,
                         const char *text)
{
    slack_block_fault_t *fault = &check->faults->unknown;
    if (*fault->sentence == '\0')
        slack__block_fault_write(fault, code, at, &(slack_block_about_t){.text = text});
}

/* ---- values ---- */

static const char *type_name(enum slack_json_type type)
{
    static const char *const names[] = {
        [SLACK_JSON_NONE] = "nothing",     [SLACK_JSON_NULL] = "null",
        [SLACK_JSON_BOOL] = "a boolean",   [SLACK_JSON_NUMBER] = "a number",
        [SLACK_JSON_STRING] = "a string",  [SLACK_JSON_ARRAY] = "an array",
        [SLACK_JSON_OBJECT] = "an object",
    };
    return names[type];
}

/* Whether the value has the type. If not, that is the fault. */
static bool has_type(check_t *check, const at_t *at, const slack_json_t *value,
                     enum slack_json_type type)
{
    const enum slack_json_type found = slack_json_type(value);
    if (found == type) return true;
    if (found == SLACK_JSON_NULL)
        REFUSE(check, IS_NULL, at, .text = type_name(type), .other = at->name ? at->name : "");
    else
        REFUSE(check, WRONG_TYPE, at, .text = type_name(type), .other = type_name(found));
    return false;
}

static size_t characters(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t at = 0; at < len; n++) {
        const size_t size = slack__utf8_char(s + at, len - at);
        at += size > 0 ? size : 1; /* a byte that is not UTF-8 is sent as U+FFFD */
    }
    return n;
}

static void check_word(check_t *check, const at_t *at, const char *word, const char *words)
{
    slack_slice_t rest = slack__slice(words), one;
    while (slack__slice_split(&rest, ' ', &one))
        if (slack__slice_eq(one, slack__slice(word))) return;
    REFUSE(check, WRONG_WORD, at, .text = word, .other = words);
}

/* Two digits of the text are a number from `least` to `most`. */
static bool is_between(const char *digits, int least, int most)
{
    const int number = 10 * (digits[0] - '0') + digits[1] - '0';
    return number >= least && number <= most;
}

/* `form` is YYYY-MM-DD or HH:mm: a letter stands for a digit. */
static void check_form(check_t *check, const at_t *at, const char *text, const char *form)
{
    size_t i = 0;
    for (; form[i] && text[i]; i++) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        const bool wants_digit = form[i] != '-' && form[i] != ':';
        if (wants_digit ? !digit : text[i] != form[i]) break;
    }
    bool good = !form[i] && !text[i];
    if (good && *form == 'H') good = is_between(text, 0, 23) && is_between(text + 3, 0, 59);
    if (good && *form == 'Y') good = is_between(text + 5, 1, 12) && is_between(text + 8, 1, 31);
    if (!good) REFUSE(check, WRONG_FORM, at, .text = text, .other = form);
}

static void check_characters(check_t *check, const at_t *at, const slack_json_t *value,
                             const field_t *limits)
{
    size_t len;
    const char *text = slack_json_strn(value, "", &len);
    const size_t n = characters(text, len);
    if ((int64_t)n < limits->min)
        REFUSE(check, TOO_SHORT, at, .value = (long long)n, .limit = limits->min);
    else if (limits->max && (int64_t)n > limits->max)
        REFUSE(check, TOO_LONG, at, .value = (long long)n, .limit = limits->max);
}

static void check_string(check_t *check, const at_t *at, const object_t *parent,
                         const field_t *field, const slack_json_t *value)
{
    if (!has_type(check, at, value, SLACK_JSON_STRING)) return;
    field_t limits = *field;
    if (field->flags & SLACK_BLOCK_LIMITED && parent->chars) limits.max = parent->chars;
    check_characters(check, at, value, &limits);
    if (!(field->flags & SLACK_BLOCK_SUMMED) || stopped(check)) return;
    size_t len;
    const char *text = slack_json_strn(value, "", &len);
    check->in_all += characters(text, len);
    if (check->in_all > (size_t)field->max)
        REFUSE(check, TOO_LONG_IN_ALL, at, .text = parent->kind->type,
               .value = (long long)check->in_all, .limit = field->max);
}

static void check_number(check_t *check, const at_t *at, const field_t *field,
                         const slack_json_t *value)
{
    if (!has_type(check, at, value, SLACK_JSON_NUMBER) || field->type == SLACK_BLOCK_NUMBER) return;
    const int64_t number = slack_json_int(value, "");
    if (number == 0 && slack_json_num(value, "") != 0.0)
        REFUSE(check, WRONG_TYPE, at, .text = "an integer", .other = "a number");
    else if (number < field->min)
        REFUSE(check, TOO_SMALL, at, .value = number, .limit = field->min);
    else if (number > field->max)
        REFUSE(check, TOO_LARGE, at, .value = number, .limit = field->max);
}

/* ---- lists ---- */

static void check_object(check_t *check, object_t object, enum slack_block_place place,
                         const object_t *parent);

/* Whether a value is a list of an allowed length. */
static bool is_list(check_t *check, const at_t *at, const field_t *field, const slack_json_t *value)
{
    if (!has_type(check, at, value, SLACK_JSON_ARRAY)) return false;
    const int64_t n = (int64_t)slack_json_count(value, "");
    if (n < field->min)
        REFUSE(check, TOO_FEW, at, .value = n, .limit = field->min);
    else if (field->max && n > field->max)
        REFUSE(check, TOO_MANY, at, .value = n, .limit = field->max);
    return !stopped(check);
}

/* No two items have the same id. */
static void check_ids(check_t *check, const at_t *at, const field_t *field,
                      const slack_json_t *list)
{
    const char *ids[IDS_MAX];
    slack_json_iter_t it = {0};
    while (slack_json_next(list, &it) && it.index <= IDS_MAX) {
        const size_t i = it.index - 1;
        ids[i] = slack__json_string(slack__json_member(it.value, slack__slice(field->words)), NULL);
        for (size_t j = 0; ids[i] && *ids[i] && j < i; j++) {
            if (ids[j] == NULL || strcmp(ids[i], ids[j]) != 0) continue;
            const at_t item = {.up = at, .index = i}, id = {.up = &item, .name = field->words};
            REFUSE(check, AGAIN, &id, .text = ids[i], .other = field->words, .value = (int)j);
            return;
        }
    }
}

static void check_objects(check_t *check, const at_t *at, const object_t *parent,
                          const field_t *field, const slack_json_t *list)
{
    slack_json_iter_t it = {0};
    while (!stopped(check) && slack_json_next(list, &it)) {
        const at_t item = {.up = at, .index = it.index - 1};
        if (slack_json_type(it.value) == SLACK_JSON_NULL && field->flags & SLACK_BLOCK_NULLABLE)
            continue;
        check_object(check, (object_t){&item, it.value, NULL, field->chars},
                     (enum slack_block_place)field->place, parent);
    }
    if (!stopped(check) && field->type == SLACK_BLOCK_LIST && field->words)
        check_ids(check, at, field, list);
}

static void check_rows(check_t *check, const at_t *at, const object_t *parent, const field_t *field,
                       const slack_json_t *rows)
{
    const field_t row = {
        .name = "", .type = SLACK_BLOCK_ROWS, .place = field->place, .min = 1, .max = 20};
    size_t cells = 0;
    slack_json_iter_t it = {0};
    while (!stopped(check) && slack_json_next(rows, &it)) {
        const at_t item = {.up = at, .index = it.index - 1};
        if (!is_list(check, &item, &row, it.value)) return;
        const size_t n = slack_json_count(it.value, "");
        if (it.index > 1 && n != cells)
            REFUSE(check, UNEVEN, &item, .value = (long long)n, .limit = (long long)cells);
        else
            check_objects(check, &item, parent, &row, it.value);
        cells = n;
    }
}

static void check_strings(check_t *check, const at_t *at, const field_t *field,
                          const slack_json_t *list)
{
    const field_t each = {.name = "", .max = field->chars};
    slack_json_iter_t it = {0};
    while (!stopped(check) && slack_json_next(list, &it)) {
        const at_t item = {.up = at, .index = it.index - 1};
        if (!has_type(check, &item, it.value, SLACK_JSON_STRING)) return;
        if (field->words)
            check_word(check, &item, slack_json_str(it.value, ""), field->words);
        else
            check_characters(check, &item, it.value, &each);
    }
}

static void check_map(check_t *check, const at_t *at, const object_t *parent, const field_t *field,
                      const slack_json_t *value)
{
    slack_json_iter_t it = {0};
    if (!has_type(check, at, value, SLACK_JSON_OBJECT)) return;
    while (!stopped(check) && slack_json_next(value, &it)) {
        const at_t member = {.up = at, .name = it.key};
        check_object(check, (object_t){&member, it.value, NULL, 0},
                     (enum slack_block_place)field->place, parent);
    }
}

static void check_list(check_t *check, const at_t *at, const object_t *parent, const field_t *field,
                       const slack_json_t *value)
{
    if (!is_list(check, at, field, value)) return;
    if (field->type == SLACK_BLOCK_ROWS)
        check_rows(check, at, parent, field, value);
    else if (field->type == SLACK_BLOCK_STRINGS)
        check_strings(check, at, field, value);
    else
        check_objects(check, at, parent, field, value);
}

/* ---- objects ---- */

static void check_member(check_t *check, const object_t *parent, const field_t *field,
                         const slack_json_t *value)
{
    const at_t here = {.up = parent->at,
                       .name = field->name,
                       .silent = (field->flags & SLACK_BLOCK_LIMITED) != 0},
               *at = &here;
    const enum slack_json_type type = slack_json_type(value);
    if (type == SLACK_JSON_STRING && field->flags & SLACK_BLOCK_JSON_TEXT) return;
    switch (field->type) {
    case SLACK_BLOCK_STRING: check_string(check, at, parent, field, value); break;
    case SLACK_BLOCK_BOOL:
        if (has_type(check, at, value, SLACK_JSON_BOOL) && field->flags & SLACK_BLOCK_ONCE &&
            slack_json_bool(value, "")) {
            if (check->focused) REFUSE(check, FOCUSED_AGAIN, at, .limit = 1);
            check->focused = true;
        }
        break;
    case SLACK_BLOCK_INT:
    case SLACK_BLOCK_NUMBER: check_number(check, at, field, value); break;
    case SLACK_BLOCK_OBJECT:
        check_object(check, (object_t){at, value, NULL, field->chars},
                     (enum slack_block_place)field->place, parent);
        break;
    case SLACK_BLOCK_LIST:
    case SLACK_BLOCK_STRINGS:
    case SLACK_BLOCK_ROWS: check_list(check, at, parent, field, value); break;
    case SLACK_BLOCK_MAP: check_map(check, at, parent, field, value); break;
    case SLACK_BLOCK_WORD:
        if (has_type(check, at, value, SLACK_JSON_STRING))
            check_word(check, at, slack_json_str(value, ""), field->words);
        break;
    case SLACK_BLOCK_DATE:
    case SLACK_BLOCK_TIME:
        if (has_type(check, at, value, SLACK_JSON_STRING))
            check_form(check, at, slack_json_str(value, ""), field->words);
        break;
    default: break;
    }
}

/* ---- rules ---- */

static const slack_json_t *member_of(const object_t *object, slack_slice_t name)
{
    return slack__json_member(object->value, name);
}

static void check_choice(check_t *check, const object_t *object, const field_t *rule)
{
    slack_slice_t rest = slack__slice(rule->words), name;
    int n = 0;
    while (slack__slice_split(&rest, ' ', &name))
        n += member_of(object, name) != NULL;
    if (n == 0)
        REFUSE(check, NEITHER, object->at, .text = rule->words);
    else if (n > 1 && rule->type == SLACK_BLOCK_ONE_OF)
        REFUSE(check, BOTH, object->at, .text = rule->words, .value = n, .limit = 1);
}

/* A number, also one in a string. */
static double number_of(const slack_json_t *value)
{
    return slack_json_type(value) == SLACK_JSON_STRING ? strtod(slack_json_str(value, ""), NULL)
                                                       : slack_json_num(value, "");
}

static void check_order(check_t *check, const object_t *object, const field_t *rule)
{
    slack_slice_t rest = slack__slice(rule->words), first = {"", 0};
    slack__slice_split(&rest, ' ', &first);
    const slack_json_t *low = member_of(object, first), *high = member_of(object, rest);
    if (!low || !high || number_of(low) <= number_of(high)) return;
    char name[32] = "";
    memcpy(name, first.ptr, first.len < sizeof name ? first.len : sizeof name - 1);
    const at_t at = {.up = object->at, .name = name};
    REFUSE(check, REVERSED, &at, .other = rest.ptr, .value = (long long)number_of(low),
           .limit = (long long)number_of(high));
}

static void check_submit(check_t *check, const object_t *object, const field_t *rule)
{
    const slack_json_t *submit = member_of(object, slack__slice(rule->words));
    if (submit && slack_json_type(submit) != SLACK_JSON_NULL) return;
    if (member_of(object, SLACK_SLICE("state"))) return;
    slack_json_iter_t it = {0};
    while (slack_json_next(member_of(object, SLACK_SLICE("blocks")), &it)) {
        if (strcmp(slack_json_str(it.value, "/type"), "input") != 0) continue;
        const at_t at = {.up = object->at, .name = rule->words};
        REFUSE(check, NO_SUBMIT, &at, .text = rule->words);
        return;
    }
}

/* Rules, and required members: a bit of `found` for each member that the object has. */
static void check_rules(check_t *check, const object_t *object, unsigned found)
{
    const field_t *fields = object->kind->fields;
    for (unsigned i = 0; fields[i].type != SLACK_BLOCK_END && !stopped(check); i++) {
        const at_t at = {.up = object->at, .name = fields[i].name};
        if (fields[i].flags & SLACK_BLOCK_REQUIRED && !(found >> i & 1))
            REFUSE(check, MISSING, &at, .text = fields[i].name);
        else if (fields[i].type == SLACK_BLOCK_SOME_OF || fields[i].type == SLACK_BLOCK_ONE_OF)
            check_choice(check, object, &fields[i]);
        else if (fields[i].type == SLACK_BLOCK_ORDER)
            check_order(check, object, &fields[i]);
        else if (fields[i].type == SLACK_BLOCK_FOR_INPUT)
            check_submit(check, object, &fields[i]);
    }
}

static void check_members(check_t *check, const object_t *object)
{
    const field_t *fields = object->kind->fields;
    unsigned found = 0;
    bool open = false;
    slack_json_iter_t it = {0};
    for (unsigned i = 0; fields[i].type != SLACK_BLOCK_END; i++)
        open |= fields[i].type == SLACK_BLOCK_OPEN;
    while (!stopped(check) && slack_json_next(object->value, &it)) {
        unsigned i = 0;
        while (fields[i].type != SLACK_BLOCK_END && strcmp(fields[i].name, it.key) != 0)
            i++;
        const bool known = fields[i].type != SLACK_BLOCK_END && *it.key != '\0';
        if (!known) {
            const at_t at = {.up = object->at, .name = it.key};
            if (!open && !(object->kind->type && strcmp(it.key, "type") == 0))
                note_unknown(check, SLACK_BLOCK_UNKNOWN_MEMBER, &at, it.key);
            continue;
        }
        const bool none = slack_json_type(it.value) == SLACK_JSON_NULL;
        if (none && fields[i].flags & SLACK_BLOCK_NULLABLE) continue;
        found |= 1u << i;
        check_member(check, object, &fields[i], it.value);
    }
    if (!stopped(check)) check_rules(check, object, found);
}

/* The kind of an object. NULL with the fault. */
static const slack_block_kind_t *kind_of(check_t *check, const object_t *object,
                                         enum slack_block_place place, const object_t *parent)
{
    const at_t at = {.up = object->at, .name = "type"};
    const slack_json_t *member = member_of(object, SLACK_SLICE("type"));
    const char *type = slack__json_string(member, NULL);
    const slack_block_kind_t *kind = type ? slack__block_kind(place, type) : NULL;
    if (kind == NULL) kind = slack__block_kind(place, NULL);
    if (kind) return kind;
    if (member == NULL) {
        REFUSE(check, MISSING, &at, .text = "type");
        return NULL;
    }
    if (!has_type(check, &at, member, SLACK_JSON_STRING)) return NULL;
    size_t count;
    const slack_block_kind_t *kinds = slack__block_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        if (!kinds[i].type || strcmp(kinds[i].type, type) != 0) continue;
        const char *in = parent->kind->type;
        if (in == NULL) in = place == SLACK_BLOCK_IN_CHUNK ? "a stream" : "a message";
        REFUSE(check, WRONG_PLACE, &at, .text = type, .other = in);
        return NULL;
    }
    note_unknown(check, SLACK_BLOCK_UNKNOWN_KIND, &at, type);
    return NULL;
}

static void check_object(check_t *check, object_t object, enum slack_block_place place,
                         const object_t *parent)
{
    if (check->depth == DEPTH_MAX) return;
    if (!has_type(check, object.at, object.value, SLACK_JSON_OBJECT)) return;
    object.kind = kind_of(check, &object, place, parent);
    if (object.kind == NULL) return;
    if (object.kind->most) {
        size_t count;
        unsigned char *seen = &check->seen[object.kind - slack__block_kinds(&count)];
        if (*seen == object.kind->most)
            REFUSE(check, TOO_OFTEN, object.at, .text = object.kind->type, .value = *seen + 1,
                   .limit = *seen);
        ++*seen;
    }
    check->depth++;
    if (!stopped(check)) check_members(check, &object);
    check->depth--;
}

/* Checks a value at a place of the payload. */
static void check_at(const at_t *at, const slack_json_t *value, enum slack_block_place place,
                     slack_block_faults_t *ret)
{
    static const slack_block_kind_t none = {.type = NULL};
    unsigned char seen[SLACK_BLOCK_KINDS_MAX] = {0};
    check_t check = {.faults = ret, .seen = seen};
    const object_t parent = {.at = at, .kind = &none};
    ret->refused.sentence[0] = ret->refused.slack[0] = '\0';
    ret->unknown.sentence[0] = ret->unknown.slack[0] = '\0';
    check_object(&check, (object_t){at, value, NULL, 0}, place, &parent);
}

void slack__block_check(const slack_json_t *payload, slack_block_faults_t *ret)
{
    const at_t top = {.up = NULL};
    check_at(&top, payload, SLACK_BLOCK_IN_PAYLOAD, ret);
}

void slack__block_check_view(const slack_json_t *view, slack_block_faults_t *ret)
{
    const at_t top = {.up = NULL}, at = {.up = &top, .name = "view"};
    check_at(&at, view, SLACK_BLOCK_IN_VIEW, ret);
}
