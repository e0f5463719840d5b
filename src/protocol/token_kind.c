/* SPDX-License-Identifier: MIT */
#include "protocol/token_kind.h"

#include <ctype.h>
#include <stddef.h>

static const struct token_kind {
    const char *prefix;
    enum slack_token_use use;
    const char *what;
} kinds[] = {
#define TOKEN(prefix, use, what) {prefix, SLACK_TOKEN_OF_##use, what " (" prefix ")"},
#include "util/token_prefixes.def"
};

static const struct token_kind *token_kind_of(const char *token)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *prefix = kinds[i].prefix, *at = token;
        while (*prefix && (*prefix == '?' ? isalnum((unsigned char)*at) : *at == *prefix))
            prefix++, at++;
        if (*prefix == '\0') return &kinds[i];
    }
    return NULL;
}

bool slack__token_is(const char *token, enum slack_token_use use)
{
    const struct token_kind *kind = token_kind_of(token);
    return kind && kind->use == use;
}

const char *slack__token_kind(const char *token)
{
    const struct token_kind *kind = token_kind_of(token);
    return kind ? kind->what : NULL;
}
