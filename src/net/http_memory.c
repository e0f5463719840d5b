/* SPDX-License-Identifier: MIT */
#include "net/http_memory.h"

#include <string.h>

void slack__http_memory_init(slack_http_memory_t *memory, size_t max)
{
    *memory = (slack_http_memory_t){.max = max};
    slack__link_init(&memory->holders);
}

void slack__http_memory_hold(slack_http_memory_t *memory, slack_http_holder_t *holder, size_t bytes)
{
    memory->held += bytes - holder->bytes;
    if (!holder->known) memory->strangers += bytes - holder->bytes;
    if (bytes == 0)
        slack__unlink(&holder->link);
    else if (holder->bytes == 0)
        slack__list_push(&memory->holders, &holder->link);
    holder->bytes = bytes;
}

/* The largest stranger, if all strangers of `address` (NULL: all) hold more than `max` and are at
 * least `least`. */
static slack_http_holder_t *largest_beyond(const slack_http_memory_t *memory, const char *address,
                                           size_t max, size_t least)
{
    slack_http_holder_t *largest = NULL;
    size_t bytes = 0, count = 0;
    if (memory->strangers <= max) return NULL;
    for (slack_link_t *link = memory->holders.next; link != &memory->holders; link = link->next) {
        slack_http_holder_t *holder = SLACK_CONTAINER(link, slack_http_holder_t, link);
        if (holder->known || (address && strcmp(holder->address, address) != 0)) continue;
        bytes += holder->bytes;
        count++;
        if (!largest || holder->bytes > largest->bytes) largest = holder;
    }
    return bytes > max && count >= least ? largest : NULL;
}

slack_http_holder_t *slack__http_memory_excess(const slack_http_memory_t *memory,
                                               slack_http_holder_t *newest)
{
    slack_http_holder_t *found = NULL;
    if (newest->bytes == 0) return NULL;
    if (!newest->known && !newest->many)
        found = largest_beyond(memory, newest->address, memory->max / 4, 2);
    if (!found && !newest->known) found = largest_beyond(memory, NULL, memory->max / 2, 2);
    if (!found && memory->held > memory->max) {
        found = largest_beyond(memory, NULL, 0, 1);
        if (!found) found = newest;
    }
    return found;
}
