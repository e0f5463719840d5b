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

bool sim_scopes_needed(const char *method, bool bot, sim_scope_set_t *ret)
{
    slack_slice_t rest = SLACK_SLICE(""), part, unknown;
    *ret = (sim_scope_set_t){{0}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].method, method) == 0) rest = slack__slice(methods[i].scopes);
    while (slack__slice_split(&rest, ';', &part)) { /* "bot a b; user c", "user c", "a b" */
        slack_slice_t list = slack__slice_trim(part), kind;
        const slack_slice_t all = list;
        slack__slice_split(&list, ' ', &kind);
        const bool for_bot = slack__slice_eq(kind, SLACK_SLICE("bot"));
        const bool for_user = slack__slice_eq(kind, SLACK_SLICE("user"));
        if ((for_bot && !bot) || (for_user && bot)) continue;
        (void)sim_scope_set_read(ret, for_bot || for_user ? list : all, &unknown);
        return true;
    }
    return false;
}

sim_scope_headers_t sim_scopes_headers(sim_call_t *call)
{
    sim_scope_set_t needed;
    const sim_grant_t *grant = call->token ? call->token->grant : NULL;
    if (!grant || !sim_scopes_needed(call->method, grant->grantor.bot, &needed))
        return (sim_scope_headers_t){NULL, NULL};
    return (sim_scope_headers_t){sim_scope_set_text(call->json, &grant->scopes),
                                 sim_scope_set_text(call->json, &needed)};
}

const slack_json_t *sim_scopes_missing(sim_call_t *call)
{
    sim_scope_set_t needed, provided = {{0}};
    slack_slice_t unknown;
    const sim_grant_t *grant = call->token ? call->token->grant : NULL;
    if (!sim_scopes_needed(call->method, !grant || grant->grantor.bot, &needed))
        (void)sim_scopes_needed(call->method, false, &needed);
    if (sim_scope_set_empty(&needed)) return sim_call_error(call, "missing_scope");
    if (grant) provided = grant->scopes;
    if (!grant) (void)sim_scope_set_read(&provided, SLACK_SLICE(SIM_APP_SCOPES), &unknown);
    sim_scope_set_remove(&provided, &needed);
    return sim_json(call->json, "{ok: false, error: 'missing_scope', needed: %s, provided: %s}",
                    sim_scope_set_text(call->json, &needed),
                    sim_scope_set_text(call->json, &provided));
}
