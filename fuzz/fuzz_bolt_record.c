/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "bolt_record.h"
#include "util/json.h"

static void check(slack_arena_t *arena, const slack_install_record_t *record)
{
    slack_install_record_t copy;
    must(record->changed_ms >= 0 && record->token.expires_ms >= 0);
    must(slack__is_visible(slack__slice(record->token.access)));
    const int rc = slack__install_copy(arena, record, &copy);
    must(rc == SLACK_EINVAL || rc == SLACK_ENOMEM ||
         (rc == 0 && strcmp(copy.token.access, record->token.access) == 0));
}

/* Any file of another program, in both forms: a record that is read can be stored, or has no place.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL;
    must(arena);
    if (slack__json_parse(arena, (const char *)data, size, &value, NULL) == 0) {
        for (int form = BOLT_JS; form <= BOLT_PYTHON; form++) {
            bolt_record_t record;
            if (bolt_record_read(arena, (enum bolt_form)form, value, &record)) continue;
            must(record.left_out != NULL);
            check(arena, &record.bot);
            check(arena, &record.user);
            bolt_record_join(&record, &record);
        }
    }
    slack__arena_free(arena);
    return 0;
}
