/* SPDX-License-Identifier: MIT */
#include "sim/later.h"

#include <slack/error.h>

typedef struct later_run {
    slack_link_t link;
    slack_timer_t timer;
    slack_arena_t *arena; /* of this struct, too */
    void (*fn)(slack_arena_t *arena, void *data);
    void *data;
} later_run_t;

void sim_later_init(sim_later_t *later, slack_net_t *net)
{
    later->net = net;
    slack__link_init(&later->list);
}

static void later_due(slack_timer_t *timer)
{
    later_run_t *run = SLACK_CONTAINER(timer, later_run_t, timer);
    slack__unlink(&run->link);
    run->fn(run->arena, run->data);
}

bool sim_later_pass(sim_later_t *later, uint64_t ms)
{
    if (!later->pass_ms) return false;
    later->pass_ms(ms, later->user_data);
    later->passed_ms += ms;
    slack__net_clock_moved(later->net);
    return true;
}

void sim_later_close(sim_later_t *later)
{
    while (!slack__list_empty(&later->list)) {
        later_run_t *run = SLACK_CONTAINER(later->list.next, later_run_t, link);
        slack__timer_stop(later->net, &run->timer);
        later_due(&run->timer);
    }
}

int sim_later_run(sim_later_t *later, uint64_t in_ms, slack_arena_t *arena,
                  void (*fn)(slack_arena_t *arena, void *data), void *data)
{
    later_run_t *run = slack__arena_calloc(arena, sizeof *run);
    if (!run) return SLACK_ENOMEM;
    *run = (later_run_t){.arena = arena, .fn = fn, .data = data};
    slack__timer_init(&run->timer, later_due);
    slack__list_push(&later->list, &run->link);
    slack__timer_start(later->net, &run->timer, in_ms);
    return 0;
}
