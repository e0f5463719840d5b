/* SPDX-License-Identifier: MIT */
#include "sim/scopes.h"

#include <string.h>

/* clang-format off */
#define METHOD(tag, name, tier, effect, flags, scopes) {name, scopes},
#define ARG(tag, type, name)
#define REQUIRED(tag, type, name)
#define UPLOAD(tag, name)
#define BOUNDS(method, name, min, max)
#define END
#define PAGES(kind, items, max)
/* clang-format on */

static const struct {
    const char *method, *scopes;
} methods[] = {
#include "protocol/methods.def"
};

/* Those of a bot, or of a user if only users may call the method. */
static slack_slice_t scopes_of(const char *method)
{
    slack_slice_t rest = SLACK_SLICE(""), scopes = SLACK_SLICE(""), kind;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].method, method) == 0) rest = slack__slice(methods[i].scopes);
    slack__slice_split(&rest, ';', &scopes);
    rest = scopes;
    slack__slice_split(&rest, ' ', &kind);
    return slack__slice_eq(kind, SLACK_SLICE("bot")) || slack__slice_eq(kind, SLACK_SLICE("user"))
               ? rest
               : scopes;
}

static bool has_scope(slack_slice_t scopes, slack_slice_t scope)
{
    slack_slice_t each;
    while (slack__slice_split(&scopes, ' ', &each))
        if (slack__slice_eq(each, scope)) return true;
    return false;
}

/* The scopes of a list that are not among `others`, with commas between them. */
static const char *scopes_join(sim_json_builder_t *json, slack_slice_t list, char mark,
                               slack_slice_t others)
{
    const char *text = "";
    slack_slice_t scope;
    while (text && slack__slice_split(&list, mark, &scope))
        if (!has_scope(others, scope))
            text = slack__arena_printf(json->arena, "%s%s%.*s", text, *text ? "," : "",
                                       (int)scope.len, scope.ptr);
    if (!text && json->rc == 0) json->rc = SLACK_ENOMEM;
    return text;
}

const slack_json_t *sim_scopes_missing(sim_call_t *call)
{
    const slack_slice_t needed = scopes_of(call->method);
    if (needed.len == 0) return sim_call_error(call, "missing_scope");
    const char *needs = scopes_join(call->json, needed, ' ', SLACK_SLICE(""));
    const char *has = scopes_join(call->json, SLACK_SLICE(SIM_APP_SCOPES), ',', needed);
    return sim_json(call->json, "{ok: false, error: 'missing_scope', needed: %s, provided: %s}",
                    needs, has);
}
