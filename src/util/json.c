/* SPDX-License-Identifier: MIT */
#include "util/json.h"

#include <stdint.h>
#include <string.h>
#include <yyjson.h>

#include "util/alloc.h"

_Static_assert(SLACK_JSON_PADDING >= YYJSON_PADDING_SIZE, "yyjson needs more padding");

/* yyjson's readers take values that are not const. */
static yyjson_val *val(const slack_json_t *value)
{
    return (yyjson_val *)(uintptr_t)value;
}

static const slack_json_t *json(const yyjson_val *value)
{
    return (const slack_json_t *)value;
}

/* --- parsing --- */

static void *arena_malloc(void *arena, size_t size)
{
    return slack__arena_alloc(arena, size);
}

static void *arena_realloc(void *arena, void *ptr, size_t old_size, size_t size)
{
    return slack__arena_realloc(arena, ptr, old_size, size);
}

static void arena_free(void *arena, void *ptr)
{
    (void)arena;
    (void)ptr;
}

size_t slack__json_depth(const slack_json_t *value)
{
    if (!value) return 0;
    /* Values lie one after the other, a container before its content, so no recursion is needed. */
    const yyjson_val *ends[SLACK_JSON_DEPTH_MAX];
    size_t depth = 0, deepest = 0;
    yyjson_val *v = val(value);
    for (const yyjson_val *end = unsafe_yyjson_get_next(v); v < end; v++) {
        while (depth && v == ends[depth - 1])
            depth--;
        if (!unsafe_yyjson_is_ctn(v)) continue;
        if (depth == SLACK_JSON_DEPTH_MAX) return SLACK_JSON_DEPTH_MAX + 1;
        ends[depth++] = unsafe_yyjson_get_next(v);
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

/* The code unit of an escape \uXXXX at `s`; -1: there is no such escape. */
static int escaped_unit(const char *s, const char *end)
{
    int unit = 0;
    if (end - s < 6 || s[0] != '\\' || s[1] != 'u') return -1;
    for (int i = 2; i < 6; i++) {
        const int digit = slack__hex_digit(s[i]);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* yyjson rejects a text that contains half of a surrogate pair, but Slack cuts texts in the middle
 * of a pair. So half a pair is read as U+FFFD, whose escape has the same length. */
static void mend_surrogates(char *text, size_t len)
{
    char *const end = text + len;
    char *s = text;
    while ((s = memchr(s, '\\', (size_t)(end - s))) != NULL) {
        const int unit = escaped_unit(s, end);
        if (unit < 0) {
            if (end - s < 2) return;
            s += 2;
            continue;
        }
        const int next = escaped_unit(s + 6, end);
        if (unit >= 0xD800 && unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF)
            s += 6;
        else if (unit >= 0xD800 && unit <= 0xDFFF)
            memcpy(s + 2, "FFFD", 4);
        s += 6;
    }
}

int slack__json_parse_insitu(slack_arena_t *arena, char *text, size_t len, const slack_json_t **ret,
                             size_t *ret_offset)
{
    const yyjson_alc alc = {arena_malloc, arena_realloc, arena_free, arena};
    yyjson_read_err error = {0};
    memset(text + len, 0, SLACK_JSON_PADDING); /* yyjson would read it as text */
    mend_surrogates(text, len);
    const yyjson_doc *doc = yyjson_read_opts(text, len, YYJSON_READ_INSITU, &alc, &error);
    if (!doc) {
        if (error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION) return SLACK_ENOMEM;
        if (ret_offset) *ret_offset = error.pos;
        return SLACK_EJSON;
    }
    /* yyjson does not recurse, so the depth can be checked now. */
    const slack_json_t *root = json(doc->root);
    if (slack__json_depth(root) > SLACK_JSON_DEPTH_MAX) return SLACK_ETOOBIG;
    *ret = root;
    return 0;
}

int slack__json_parse(slack_arena_t *arena, const char *text, size_t len, const slack_json_t **ret,
                      size_t *ret_offset)
{
    if (len > SIZE_MAX - SLACK_JSON_PADDING) return SLACK_ENOMEM;
    char *copy = slack__arena_alloc(arena, len + SLACK_JSON_PADDING);
    if (!copy) return SLACK_ENOMEM;
    if (len) memcpy(copy, text, len);
    return slack__json_parse_insitu(arena, copy, len, ret, ret_offset);
}

size_t slack__json_number_len(const char *s)
{
    char memory[512];
    yyjson_alc alc;
    yyjson_val number;
    yyjson_alc_pool_init(&alc, memory, sizeof memory);
    const char *end = yyjson_read_number(s, &number, YYJSON_READ_NOFLAG, &alc, NULL);
    return end ? (size_t)(end - s) : 0;
}

int slack__json_object(slack_arena_t *arena, const slack_slice_t *pairs, size_t count,
                       const slack_json_t **ret)
{
    size_t values = 1 + 2 * count;
    if (count > (SIZE_MAX / sizeof(yyjson_val) - 1) / 2) return SLACK_ENOMEM;
    yyjson_val *object = slack__arena_alloc(arena, values * sizeof *object);
    if (!object) return SLACK_ENOMEM;
    unsafe_yyjson_set_obj(object, count);
    object->uni.ofs = values * sizeof *object;
    for (size_t i = 0; i < 2 * count; i++)
        unsafe_yyjson_set_strn(object + 1 + i, pairs[i].ptr, pairs[i].len);
    *ret = json(object);
    return 0;
}

/* --- failed values --- */

/* No parser makes a raw value, and the readers find nothing in one. */
typedef struct failed_value {
    yyjson_val head;
    int code;
    bool logged;
} failed_value_t;

static const failed_value_t no_memory = {
    .head = {YYJSON_TYPE_RAW, {.str = "out of memory"}},
    .code = SLACK_ENOMEM,
};
static const failed_value_t no_owner = {
    .head = {YYJSON_TYPE_RAW,
             {.str =
                  "there is no ctx or pool that this thread may use: outside of a delivery, use a "
                  "slack_json_pool_new() and slack_pool_jsonf()"}},
    .code = SLACK_EINVAL,
};
static const failed_value_t over = {
    .head = {YYJSON_TYPE_RAW,
             {.str = "a JSON value is used after the end of its delivery, its callback or its "
                     "pool: make it again, or keep it in a slack_json_pool_new()"}},
    .code = SLACK_EINVAL,
};
const slack_json_t *const slack__json_no_memory = (const slack_json_t *)&no_memory;
const slack_json_t *const slack__json_no_owner = (const slack_json_t *)&no_owner;

static const failed_value_t *as_failed(const slack_json_t *value)
{
    if (slack__arena_is_over(value)) return &over;
    return yyjson_is_raw(val(value)) ? (const failed_value_t *)value : NULL;
}

const slack_json_t *slack__json_failed(slack_arena_t *arena, int code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    failed_value_t *failed = slack__arena_alloc(arena, sizeof *failed);
    const char *reason = failed ? slack__arena_vprintf(arena, format, ap) : NULL;
    va_end(ap);
    if (!reason) return slack__json_no_memory;
    *failed = (failed_value_t){{YYJSON_TYPE_RAW, {.str = reason}}, code, false};
    return json(&failed->head);
}

const slack_json_t *slack__json_failed_again(slack_arena_t *arena, const slack_json_t *cause)
{
    const failed_value_t *failed = as_failed(cause);
    const slack_json_t *copy = slack__json_failed(arena, failed->code, "%s", failed->head.uni.str);
    if (failed->logged) slack__json_to_be_logged(copy);
    return copy;
}

bool slack__json_to_be_logged(const slack_json_t *value)
{
    failed_value_t *failed = (failed_value_t *)(uintptr_t)as_failed(value);
    if (!failed || failed->logged) return false;
    if (failed != &no_memory && failed != &no_owner && failed != &over) failed->logged = true;
    return true;
}

int slack_json_error(const slack_json_t *value)
{
    const failed_value_t *failed = as_failed(value);
    return failed ? failed->code : 0;
}

const char *slack_json_reason(const slack_json_t *value)
{
    const failed_value_t *failed = as_failed(value);
    return failed ? failed->head.uni.str : "";
}

int slack__json_required(const slack_json_t *value)
{
    return value ? slack_json_error(value) : SLACK_EINVAL;
}

bool slack__json_is_value(const void *pointer)
{
    /* The bytes that a value begins with: its type and subtype. They are control characters, so the
     * test of a text ends here. */
    static const uint32_t tags = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 11 | 1u << 4 | 1u << 12 |
                                 1u << 20 | 1u << 5 | 1u << 13 | 1u << 6 | 1u << 7;
    const unsigned char *bytes = pointer;
    if (slack__arena_is_over(pointer)) return true; /* a failed one */
    if ((uintptr_t)pointer % _Alignof(yyjson_val) != 0) return false;
    if (bytes[0] > 20 || !(tags >> bytes[0] & 1)) return false;
    const unsigned type = bytes[0] & YYJSON_TYPE_MASK;
    for (size_t i = 1; i < sizeof(uint64_t); i++) { /* the length, below 2^32 */
        const bool used = type >= YYJSON_TYPE_STR && i <= 4;
        if (!used && bytes[i] != 0) return false;
    }
    const yyjson_val *v = pointer;
    if (type == YYJSON_TYPE_STR || type == YYJSON_TYPE_RAW) return v->uni.str != NULL;
    if (type < YYJSON_TYPE_ARR) return true;
    const size_t count = unsafe_yyjson_get_len(val(pointer));
    const size_t content = type == YYJSON_TYPE_OBJ ? 2 * count : count;
    return v->uni.ofs % sizeof *v == 0 && v->uni.ofs / sizeof *v > content;
}

/* --- reading --- */

/* The leading slash of a path may be left out. */
static yyjson_val *at_relative(yyjson_val *value, const char *path)
{
    char room[128];
    const size_t len = strlen(path);
    char *pointer = len < sizeof room ? room : slack__malloc(len + 1);
    if (!pointer) return NULL;
    pointer[0] = '/';
    memcpy(pointer + 1, path, len); /* its length is given, no NUL is needed */
    yyjson_val *found = yyjson_ptr_getn(value, pointer, len + 1);
    if (pointer != room) slack__free(pointer);
    return found;
}

/* The value, unless its memory was freed. */
static yyjson_val *alive(const slack_json_t *value)
{
    return slack__arena_is_used_over(value, "a JSON value") ? NULL : val(value);
}

static yyjson_val *at(const slack_json_t *value, const char *path)
{
    yyjson_val *v = alive(value);
    if (path && *path != '\0' && *path != '/') return at_relative(v, path);
    return yyjson_ptr_get(v, path);
}

const slack_json_t *slack_json_get(const slack_json_t *value, const char *path)
{
    return as_failed(value) ? value : json(at(value, path));
}

enum slack_json_type slack_json_type(const slack_json_t *value)
{
    switch (yyjson_get_type(alive(value))) {
    case YYJSON_TYPE_NULL: return SLACK_JSON_NULL;
    case YYJSON_TYPE_BOOL: return SLACK_JSON_BOOL;
    case YYJSON_TYPE_NUM: return SLACK_JSON_NUMBER;
    case YYJSON_TYPE_STR: return SLACK_JSON_STRING;
    case YYJSON_TYPE_ARR: return SLACK_JSON_ARRAY;
    case YYJSON_TYPE_OBJ: return SLACK_JSON_OBJECT;
    default: return SLACK_JSON_NONE;
    }
}

const char *slack_json_str(const slack_json_t *value, const char *path)
{
    const char *s = yyjson_get_str(at(value, path));
    return s ? s : "";
}

const char *slack_json_strn(const slack_json_t *value, const char *path, size_t *ret_len)
{
    return slack__json_string(json(at(value, path)), ret_len);
}

int64_t slack_json_int(const slack_json_t *value, const char *path)
{
    yyjson_val *v = at(value, path);
    if (yyjson_is_sint(v)) return unsafe_yyjson_get_sint(v);
    if (yyjson_is_real(v)) { /* JSON does not distinguish 5 from 5.0 */
        const double n = unsafe_yyjson_get_real(v), limit = 9007199254740992.0; /* 2^53 */
        return n >= -limit && n <= limit && (double)(int64_t)n == n ? (int64_t)n : 0;
    }
    if (!yyjson_is_uint(v)) return 0;
    uint64_t n = unsafe_yyjson_get_uint(v);
    return n <= INT64_MAX ? (int64_t)n : 0;
}

double slack_json_num(const slack_json_t *value, const char *path)
{
    return yyjson_get_num(at(value, path));
}

bool slack_json_bool(const slack_json_t *value, const char *path)
{
    return yyjson_is_true(at(value, path));
}

size_t slack_json_count(const slack_json_t *value, const char *path)
{
    const yyjson_val *v = at(value, path);
    return yyjson_is_ctn(val(json(v))) ? unsafe_yyjson_get_len(val(json(v))) : 0;
}

bool slack_json_next(const slack_json_t *container, slack_json_iter_t *iter)
{
    yyjson_val *v = alive(container);
    if (!yyjson_is_ctn(v) || iter->index >= unsafe_yyjson_get_len(v)) return false;
    bool object = unsafe_yyjson_is_obj(v);
    yyjson_val *here = iter->index ? iter->priv : unsafe_yyjson_get_first(v);
    yyjson_val *element = object ? here + 1 : here;
    iter->key = object ? unsafe_yyjson_get_str(here) : NULL;
    iter->value = json(element);
    iter->priv = unsafe_yyjson_get_next(element);
    iter->index++;
    return true;
}

const slack_json_t *slack__json_member(const slack_json_t *object, slack_slice_t name)
{
    return json(yyjson_obj_getn(val(object), name.ptr, name.len));
}

const char *slack__json_string(const slack_json_t *value, size_t *ret_len)
{
    if (ret_len) *ret_len = yyjson_is_str(val(value)) ? yyjson_get_len(val(value)) : 0;
    return yyjson_get_str(val(value));
}

slack_slice_t slack__json_key(const slack_json_iter_t *member)
{
    /* A key lies before its value. */
    yyjson_val *key = val(member->value) - 1;
    return (slack_slice_t){unsafe_yyjson_get_str(key), unsafe_yyjson_get_len(key)};
}

bool slack__json_equal(const slack_json_t *a, const slack_json_t *b)
{
    if (!a || !b) return a == b;
    return yyjson_equals(val(a), val(b));
}
