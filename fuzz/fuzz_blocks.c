/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "protocol/block_check.h"
#include "protocol/mrkdwn.h"
#include "util/json.h"

/* A fault has both sentences, each with its place, in valid UTF-8. */
static void check_fault(slack_arena_t *arena, const slack_block_fault_t *fault)
{
    must((*fault->sentence == '\0') == (*fault->slack == '\0'));
    if (*fault->sentence == '\0') return;
    must(strlen(fault->sentence) < SLACK_BLOCK_SENTENCE);
    must(strlen(fault->slack) < SLACK_BLOCK_SENTENCE);
    must(strchr(fault->sentence, ':'));
    const slack_json_t *text = NULL;
    must(slack__jsonf(arena, &text, NULL, "[%s, %s]", fault->sentence, fault->slack) == 0);
    must(strcmp(slack_json_str(text, "/0"), fault->sentence) == 0);
}

/* Nothing in a text begins or ends a part of the markup. */
static void check_markup(slack_arena_t *arena, const char *text)
{
    const char *link = slack__mrkdwn_link(arena, "https://x", text);
    const char *url = slack__mrkdwn_link(arena, text, "x");
    const char *date = slack__mrkdwn_date(arena, 1, text, text);
    const char *texts[] = {link, url, date, slack__mrkdwn_mention(arena, text)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        must(texts[i]);
        const char *open = strrchr(texts[i], '<'), *close = strchr(texts[i], '>');
        must(open == NULL || open == texts[i]);
        must((open == NULL) == (close == NULL) && (close == NULL || close[1] == '\0'));
        const char *bar = strchr(texts[i], '|');
        must(open == NULL || bar == NULL || strchr(bar + 1, '|') == NULL);
    }
    must(strpbrk(slack__mrkdwn_escape(arena, text), "<>") == NULL);
}

/* Any JSON is checked: as a payload, and as a view. The same text is a label, an address and more.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *value = NULL;
    slack_block_faults_t faults;
    must(arena);
    const char *text = slack__arena_strndup(arena, size ? (const char *)data : "", size);
    if (slack__json_parse(arena, text, size, &value, NULL) == 0) {
        slack__block_check(value, &faults);
        check_fault(arena, &faults.refused);
        check_fault(arena, &faults.unknown);
        slack__block_check_view(value, &faults);
        check_fault(arena, &faults.refused);
        check_fault(arena, &faults.unknown);
    }
    check_markup(arena, text);
    slack__arena_free(arena);
    return 0;
}
