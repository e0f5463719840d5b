/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>

#include "support/test.h"
#include "util/conversion.h"

TEST(test_known)
{
    static const struct {
        const char *text;
        enum slack_conversion_kind kind;
        size_t len;
    } cases[] = {
        {"%s", SLACK_CONVERSION_STRING, 2},    {"%.*sx", SLACK_CONVERSION_STRING, 4},
        {"%dd", SLACK_CONVERSION_INTEGER, 2},  {"%i", SLACK_CONVERSION_INTEGER, 2},
        {"%u", SLACK_CONVERSION_INTEGER, 2},   {"%ld", SLACK_CONVERSION_INTEGER, 3},
        {"%lu", SLACK_CONVERSION_INTEGER, 3},  {"%lld", SLACK_CONVERSION_INTEGER, 4},
        {"%llu", SLACK_CONVERSION_INTEGER, 4}, {"%zu", SLACK_CONVERSION_INTEGER, 3},
        {"%zd", SLACK_CONVERSION_INTEGER, 3},  {"%jd", SLACK_CONVERSION_INTEGER, 3},
        {"%ju", SLACK_CONVERSION_INTEGER, 3},  {"%x", SLACK_CONVERSION_HEX, 2},
        {"%llx", SLACK_CONVERSION_HEX, 4},     {"%f", SLACK_CONVERSION_DOUBLE, 2},
        {"%.3f", SLACK_CONVERSION_DOUBLE, 4},  {"%.17g", SLACK_CONVERSION_DOUBLE, 5},
        {"%c", SLACK_CONVERSION_CHAR, 2},      {"%p", SLACK_CONVERSION_POINTER, 2},
        {"%%%", SLACK_CONVERSION_PERCENT, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        slack_conversion_t c = slack__conversion_parse(cases[i].text);
        assert_int_equal(c.kind, cases[i].kind);
        assert_int_equal(c.len, cases[i].len);
    }
}

TEST(test_unknown)
{
    const char *bad[] = {"%",   "%5d",  "%-d",  "%+d",  "%05d", "%.3d",   "%.*d",  "%.3s", "%ls",
                         "%hd", "%hhd", "%Lf",  "%lf",  "%.*f", "%.f",    "%lc",   "%n",   "%a",
                         "%e",  "%o",   "%X",   "%lp",  "%.2%", "%.100f", "%llld", "% d",  "%.*",
                         "%l",  "%td",  "%1$s", "%.2c", "%.1p", "%.*c",   "%m"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        slack_conversion_t c = slack__conversion_parse(bad[i]);
        assert_int_equal(c.kind, SLACK_CONVERSION_BAD);
        assert_true(c.len <= strlen(bad[i]));
    }
}

/* The module's output for "%A|%B|…" equals that of printf. */
static void format(char *out, size_t size, const char *text, ...)
{
    char number[SLACK_CONVERSION_NUMBER_MAX];
    size_t used = 0;
    va_list ap;
    va_start(ap, text);
    for (; *text; text++) {
        if (*text != '%') {
            out[used++] = *text;
            continue;
        }
        slack_conversion_t c = slack__conversion_parse(text);
        const char *s = number;
        size_t len;
        if (c.kind == SLACK_CONVERSION_STRING)
            s = slack__conversion_string(&c, &ap, &len);
        else
            len = slack__conversion_number(&c, &ap, number);
        assert_true(used + len < size);
        memcpy(out + used, s, len);
        used += len;
        text += c.len - 1;
    }
    out[used] = '\0';
    va_end(ap);
}

#define assert_like_printf(...)                                                                    \
    do {                                                                                           \
        char want[2048], got[2048];                                                                \
        snprintf(want, sizeof want, __VA_ARGS__);                                                  \
        format(got, sizeof got, __VA_ARGS__);                                                      \
        assert_string_equal(got, want);                                                            \
    } while (0)

/* If a conversion took another type than it was given, the arguments after it would be wrong. */
TEST(test_like_printf)
{
    assert_like_printf("%d %i %u %x %d", INT_MIN, INT_MAX, UINT_MAX, UINT_MAX, 7);
    assert_like_printf("%ld %lu %lx %d", LONG_MIN, ULONG_MAX, ULONG_MAX, 7);
    assert_like_printf("%lld %llu %llx %d", LLONG_MIN, ULLONG_MAX, ULLONG_MAX, 7);
    assert_like_printf("%zu %zd %jd %ju %d", SIZE_MAX, (ssize_t)PTRDIFF_MAX, INTMAX_MIN,
                       UINTMAX_MAX, 7);
    assert_like_printf("%f %g %.0f %.2f %.17g %d", 1.5, 1e-9, 2.5, -0.125, 0.1, 7);
    assert_like_printf("%f %.99f", DBL_MAX, -DBL_MAX);
    assert_like_printf("%f %g", (double)INFINITY, -(double)INFINITY);
    assert_like_printf("%s|%.*s|%.*s|%.*s|%d", "abc", 2, "abc", 9, "abc", -1, "abc", 7);
}

TEST(test_unterminated_string)
{
    const char bytes[3] = {'a', 'b', 'c'}; /* a sanitizer sees a read past them */
    char got[16];
    format(got, sizeof got, "%.*s", 3, bytes);
    assert_string_equal(got, "abc");
}

TEST(test_locale)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    size_t i = 0;
    while (i < 4 && !setlocale(LC_NUMERIC, names[i]))
        i++;
    if (i == 4) skip(); /* none of them is installed */
    char got[64];
    format(got, sizeof got, "%f %g", -1234.5, 1e300 + 0.5);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(got, "-1234.500000 1e+300");
}
