/* SPDX-License-Identifier: MIT */
#include "net/http_memory.h"

#include "support/test.h"

/* Who loses its request when memory for requests is short. */

#define MAX     1000
#define HOLDERS 8

/* Each holder as "ADDRESS BYTES", with '!' for a known peer and '*' for a proxy. They arrive in
 * this order; `lost` are the indices of those that lose their requests. */
static const struct {
    const char *name, *holders[HOLDERS], *lost;
} cases[] = {
    {"there is room", {"a100", "b100", "a!300", "c300"}, ""},
    {"one address has a quarter", {"a100", "a100", "a100"}, "0"},
    {"its largest request goes", {"a40", "a150", "b200", "a80"}, "1"},
    {"a single request may be larger", {"a450"}, ""},
    {"until another one needs room", {"a450", "b10", "b100"}, "0"},
    {"strangers have half", {"a240", "b200", "c90"}, "0"},
    {"the small one stays", {"a160", "b150", "c150", "d50", "e1"}, "0"},
    {"known peers have the rest", {"a200", "b200", "a!300", "a!290"}, ""},
    {"known peers drive strangers out", {"a200", "b100", "a!350", "a!400"}, "0"},
    {"as many as it takes", {"a50", "b100", "a!350", "a!650"}, "10"},
    {"then the newest goes", {"a!600", "b!300", "c!200"}, "2"},
    {"a stranger gives way to known peers", {"a!600", "b!390", "c20"}, "2"},
    {"a proxy has no quarter", {"p*200", "p*200", "p*90"}, ""},
    {"but the same half", {"p*200", "p*240", "p*90"}, "1"},
    {"nothing keeps nobody out", {"a!1000", "b0"}, ""},
};

static void read_holder(slack_http_holder_t *ret, const char *text, size_t *ret_bytes)
{
    static const char *const addresses[] = {"a", "b", "c", "d", "e", "p"};
    *ret = (slack_http_holder_t){.address = addresses[*text == 'p' ? 5 : *text - 'a']};
    ret->known = text[1] == '!';
    ret->many = text[1] == '*';
    *ret_bytes = strtoul(text + 1 + (ret->known || ret->many), NULL, 10);
    slack__link_init(&ret->link);
}

TEST(test_who_loses_its_request)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_http_memory_t memory;
        slack_http_holder_t holders[HOLDERS], *excess;
        char lost[HOLDERS + 1] = "";
        size_t bytes, len = 0;
        slack__http_memory_init(&memory, MAX);
        for (size_t k = 0; k < HOLDERS && cases[i].holders[k]; k++) {
            read_holder(&holders[k], cases[i].holders[k], &bytes);
            slack__http_memory_hold(&memory, &holders[k], bytes);
            while ((excess = slack__http_memory_excess(&memory, &holders[k]))) {
                lost[len++] = (char)('0' + (excess - holders));
                slack__http_memory_hold(&memory, excess, 0);
            }
            assert_in_range(memory.held, memory.strangers, MAX);
        }
        if (strcmp(lost, cases[i].lost) != 0) fail_msg("%s: %s", cases[i].name, lost);
    }
}
