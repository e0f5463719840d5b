/* SPDX-License-Identifier: MIT */
#include "sim/wire_entries.h"

#include <inttypes.h>

#include "sim/responses.h"

/* An entry begins with its id, its time, its workspace and its kind. */
static bool is_of_the_wire(slack_slice_t text)
{
    static const char *const kinds[] = {"\"kind\":\"delivery\"", "\"kind\":\"ack\"",
                                        "\"kind\":\"call\""};
    slack_slice_t kind = {"", 0};
    for (int part = 0; part < 4; part++)
        slack__slice_split(&text, ',', &kind);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slack__slice_eq(kind, slack__slice(kinds[i]))) return true;
    return false;
}

/* SLACK_ETOOBIG: there is no room for the entry. */
static int entry_add(slack_buf_t *out, slack_slice_t text, bool first)
{
    if (out->len + text.len + 3 > SIM_WIRE_BYTES_MAX) return SLACK_ETOOBIG;
    const int rc = first ? 0 : slack__buf_append(out, ",", 1);
    return rc ? rc : slack__buf_append_slice(out, text);
}

static int entries_write(const sim_feed_t *feed, slack_buf_t *out)
{
    slack_slice_t text;
    bool first = true;
    int rc = slack__buf_printf(out, "{\"ok\":true,\"id\":%" PRIu64 ",\"entries\":[",
                               sim_feed_last(feed));
    for (uint64_t id = sim_feed_last(feed);
         rc == 0 && sim_feed_read(feed, id - 1, &text) == SIM_FEED_ENTRY; id--) {
        if (!is_of_the_wire(text)) continue;
        rc = entry_add(out, text, first);
        first = false;
    }
    return rc == 0 || rc == SLACK_ETOOBIG ? slack__buf_append(out, "]}", 2) : rc;
}

void sim_wire_entries_request(const sim_feed_t *feed, slack_http_request_t *request)
{
    slack_buf_t text;
    slack__buf_init(&text, SIM_WIRE_BYTES_MAX + 1);
    const int rc = entries_write(feed, &text);
    sim_respond_written(request, rc, &text);
    slack__buf_done(&text);
}
