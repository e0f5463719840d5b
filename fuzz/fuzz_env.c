/* SPDX-License-Identifier: MIT */
#include <ctype.h>

#include <slack/error.h>
#include <slack/options.h>

#include "app/env.h"
#include "fuzz.h"
#include "util/alloc.h"
#include "util/buf.h"

/* Writes an assignment that has to be read back as it is. */
static void write_assignment(slack_buf_t *out, const char *name, const char *value)
{
    must(slack__buf_printf(out, "%s=\"", name) == 0);
    for (; *value; value++) {
        if (strchr("\"\\\n", *value)) must(slack__buf_append_char(out, '\\') == 0);
        must(slack__buf_append_char(out, *value == '\n' ? 'n' : *value) == 0);
    }
    must(slack__buf_append(out, "\"\n", 2) == 0);
}

/* Checks all assignments, and writes them to `out`. */
static void check(const slack_env_t *env, slack_buf_t *out)
{
    char error[SLACK_ERROR_TEXT_MAX], *got;
    const char *end = env->dotenv + env->dotenv_len;
    for (const char *name = env->dotenv, *value; name < end; name = value + strlen(value) + 1) {
        value = name + strlen(name) + 1;
        must(*name && value + strlen(value) < end);
        for (const char *c = name; *c; c++)
            must(isalnum((unsigned char)*c) || *c == '_');
        write_assignment(out, name, value);
        if (fuzz_contains(env->dotenv, env->dotenv_len, "_FILE")) continue; /* may name any file */
        must(slack__env_get(env, name, &got, NULL, error) == 0 && (!got || *got));
        slack__free(got);
    }
}

/* A .env file keeps its meaning when the fuzzer writes it anew with all values in quotes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_env_t env = {.dotenv = malloc(size + 1)}, again = {0};
    size_t line = 0;
    slack_buf_t out;
    must(env.dotenv);
    memcpy(env.dotenv, data, size);
    clearenv();
    slack__buf_init(&out, 8 * size + 16);
    if (slack__dotenv_parse(env.dotenv, size, &env.dotenv_len, &line) == 0) {
        must(env.dotenv_len <= size + 1);
        check(&env, &out);
        again.dotenv = fuzz_copy(slack__buf_ptr(&out), out.len);
        must(slack__dotenv_parse(again.dotenv, out.len, &again.dotenv_len, &line) == 0);
        must(again.dotenv_len == env.dotenv_len &&
             memcmp(again.dotenv, env.dotenv, env.dotenv_len) == 0);
    } else {
        must(line > 0 && line <= size);
    }
    free(env.dotenv);
    free(again.dotenv);
    slack__buf_done(&out);
    return 0;
}
