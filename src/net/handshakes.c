/* SPDX-License-Identifier: MIT */
#include "net/handshakes.h"

#include <string.h>

/* The cost of a stranger's step; a step of a known address costs 1. */
#define STRANGER_COST 64

void slack__handshakes_init(slack_handshakes_t *handshakes, slack_net_t *net, unsigned max)
{
    *handshakes = (slack_handshakes_t){.net = net, .max = max};
    handshakes->work.data = handshakes;
    slack__turns_init(&handshakes->turns);
}

bool slack__handshakes_know(const slack_handshakes_t *handshakes, slack_slice_t network)
{
    for (unsigned i = 0; i < SLACK_KNOWN_MAX; i++)
        if (slack__slice_eq(slack__slice(handshakes->known[i]), network)) return true;
    return false;
}

void slack__handshakes_remember(slack_handshakes_t *handshakes, const char *network)
{
    if (slack__handshakes_know(handshakes, slack__slice(network))) return;
    char *known = handshakes->known[handshakes->known_next++ % SLACK_KNOWN_MAX];
    snprintf(known, SLACK_NETWORK_SIZE, "%s", network);
}

/* On a thread of libuv. */
static void handshakes_run(uv_work_t *work)
{
    slack_handshakes_t *handshakes = work->data;
    handshakes->rc = slack__tls_handshake(handshakes->running->tls);
}

static void handshakes_ran(uv_work_t *work, int status);

static void handshakes_start_next(slack_handshakes_t *handshakes)
{
    slack_turn_t *turn = slack__turns_take(&handshakes->turns);
    if (turn == NULL) return;
    handshakes->waiting--;
    handshakes->running = SLACK_CONTAINER(turn, slack_handshake_t, turn);
    handshakes->running->begins(handshakes->running);
    uv_queue_work(slack__net_loop(handshakes->net), &handshakes->work, handshakes_run,
                  handshakes_ran); /* does not fail */
}

static void handshakes_ran(uv_work_t *work, int status)
{
    slack_handshakes_t *handshakes = work->data;
    slack_handshake_t *ran = handshakes->running;
    const int rc = handshakes->rc;
    handshakes->running = NULL;
    handshakes_start_next(handshakes);
    ran->stepped(ran, rc); /* last: without further handshakes the owner may go with this one */
}

void slack__handshakes_step(slack_handshakes_t *handshakes, slack_handshake_t *handshake)
{
    handshake->turn.cost =
        slack__handshakes_know(handshakes, handshake->turn.address) ? 1 : STRANGER_COST;
    slack__turns_add(&handshakes->turns, &handshake->turn);
    handshakes->waiting++;
    if (!handshakes->running) {
        handshakes_start_next(handshakes);
    } else if (handshakes->waiting > handshakes->max) {
        slack_turn_t *last = slack__turns_drop(&handshakes->turns);
        handshakes->waiting--;
        handshakes->refused++;
        handshake = SLACK_CONTAINER(last, slack_handshake_t, turn);
        handshake->refused(handshake);
    }
}

void slack__handshakes_cancel(slack_handshakes_t *handshakes, slack_handshake_t *handshake)
{
    if (!slack__linked(&handshake->turn.link)) return;
    slack__unlink(&handshake->turn.link);
    handshakes->waiting--;
}
