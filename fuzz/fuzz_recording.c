/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "testkit/recording.h"

/* The promises of recording.h to the replay. */
static void check(const kit_recording_t *recording)
{
    must(recording->count > 0 && recording->items[0].type == KIT_BEGIN);
    size_t events = 0, listed = 0;
    for (size_t i = 0; i < recording->count; i++) {
        const kit_item_t *item = &recording->items[i];
        must(i == 0 || item->at_ms >= recording->items[i - 1].at_ms);
        must(item->type != KIT_DELIVERY ||
             slack_json_type(slack_json_get(item->members, "/body")) == SLACK_JSON_OBJECT);
        must(item->type != KIT_ACK || (item->of && item->of->ack == item));
        must(item->type != KIT_ANSWER || (item->of && item->of->answer == item));
        events += item->type == KIT_ACK || item->type == KIT_CALL;
        for (const kit_item_t *event = item->events; event; event = event->next_event)
            listed++;
    }
    must(events == listed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[KIT_RECORDING_ERROR_MAX];
    kit_recording_t recording;
    int rc = slack__recording_read(&recording, (const char *)data, size, error);
    if (rc == 0)
        check(&recording);
    else
        must(recording.arena == NULL && strlen(error) < sizeof error);
    slack__recording_done(&recording);
    return 0;
}
