/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "util/library_faults.h"

TEST(test_versions_with_a_fault)
{
    static const struct {
        const char *name, *version, *id;
    } cases[] = {
        {"mbedtls", "3.1.0", ""},
        {"mbedtls", "3.2.1", "CVE-2026-115490"},
        {"mbedtls", "3.3.0", "CVE-2026-93831"},
        {"mbedtls", "3.6", "CVE-2026-93831"},
        {"mbedtls", "3.6.7", "CVE-2026-93831"},
        {"mbedtls", "3.6.8", ""},
        {"mbedtls", "3.6.10", ""}, /* numbers, not text */
        {"mbedtls", "3.10.0", ""},
        {"mbedtls", "4.0.0", ""},
        {"mbedtls", "", ""},
        {"libuv", "3.6.6", ""},
        {"libuv", "1.44.2", ""},
        {"libuv", "1.47.0", "CVE-2024-24806"},
        {"libuv", "1.48.0", ""},
        {"libcurl", "8.11.1", "CVE-2025-0665"},
        {"libcurl", "8.12.0", ""},
        {"sqlite3", "3.40.1", "WAL-reset"},
        {"sqlite3", "3.44.6", ""},
        {"sqlite3", "3.46.1", "WAL-reset"},
        {"sqlite3", "3.50.7", ""},
        {"sqlite3", "3.51.2", "WAL-reset"},
        {"sqlite3", "3.51.3", ""},
        {"libpq", "15.14", "CVE-2025-12818"},
        {"libpq", "15.15", ""},
        {"libpq", "17.6", "CVE-2025-12818"},
        {"libpq", "18.1", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_library_fault_t *fault =
            slack__library_fault_next(NULL, cases[i].name, cases[i].version);
        assert_string_equal(fault ? fault->id : "", cases[i].id);
    }
}

/* Each row is complete, and its own versions have its fault: the first is not after the last. */
TEST(test_the_table)
{
    static const slack_library_fault_t rows[] = {
#define FAULT(library, first, last, id, when, effect, cure, source)                                \
    {library, first, last, id, when, effect, cure, source},
#include "util/library_faults.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_library_fault_t *at[2] = {NULL, NULL};
        for (int end = 0; end < 2; end++)
            do
                at[end] = slack__library_fault_next(at[end], rows[i].name,
                                                    end ? rows[i].last : rows[i].first);
            while (at[end] && strcmp(at[end]->id, rows[i].id) != 0);
        assert_non_null(at[0]);
        assert_ptr_equal(at[0], at[1]);
        assert_true(*rows[i].effect && *rows[i].cure);
        assert_int_equal(strncmp(rows[i].source, "https://", 8), 0);
    }
}
