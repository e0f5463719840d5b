/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_KILL_KILL_H
#define SLACK_TESTS_KILL_KILL_H

#include <sqlite3.h>
#include <uv.h>

#include "kill/orders.h"
#include "kill/verdict.h"
#include "net/curl.h"
#include "net/websocket.h"
#include "protocol/signature.h"

/* The parts of kill_test: slack.c plays Slack, bots.c starts the bots, orders.c has the messages of
 * orders, verdict.c judges what the bots handled, kill_test.c decides when a bot dies. */

#define SOCKETS_MAX 16
#define SECRET      "kill-test-secret"
#define PATIENCE_MS 30000 /* since the last activity of a bot */

typedef struct bot {
    uv_process_t process;
    unsigned port;
    bool alive;
    uint64_t started_ms;
} bot_t;

typedef struct kill {
    uv_loop_t *loop;
    slack_net_t *net;
    slack_http_server_t *server;
    slack_curl_t *curl;
    slack_signer_t *signer;
    slack_ws_t *sockets[SOCKETS_MAX];
    unsigned socket_count;
    event_t *events;
    orders_t *orders;                        /* NULL: the events are no orders */
    int64_t begun_s;                         /* of the run, by the wall clock */
    unsigned turns;                          /* events sent for the first time, and first acks */
    uint64_t command_ms;                     /* when to send the next /status */
    unsigned commands, answered, slowest_ms; /* of /status */
    uint64_t debt_ms;                        /* events are sent up to this time */
    uint64_t progress_ms;                    /* a bot started, acked, called, or ended */
    unsigned acks;                           /* first acks of events, since a bot was started */
    unsigned sent, oldest;                   /* events below `oldest` are acked */
    bot_t bots[2];
    unsigned current; /* the bot that gets HTTP requests */
    unsigned newest;  /* the bot that was started last */
    void (*on_ready)(void);
    void (*on_gone)(unsigned which); /* a bot has ended */
    const char *program;
    bool roll, takeover, storm, faults;
    const char *const *points; /* the bots have crash points; NULL: they have none */
    const char *tool;          /* NULL: the inbox command is not used */
    uv_process_t tool_process;
    bool outside;   /* the bot writes no log: its messages show what it handled */
    bool deaf_disk; /* nothing can be stored since `fault_ms` */
    uint64_t fault_ms;
    unsigned later,
        unsound;       /* 503 answers during a fault; acks of events that cannot have been stored */
    sqlite3 *lock;     /* an open transaction of another process */
    const char *point; /* the crash point of the running bot; NULL: none */
    unsigned times, done; /* ends of bots, and the like */
    unsigned kills;       /* bots that ended by SIGKILL */
    uv_timer_t tick, blow;
    bool over;                  /* no new events */
    uint64_t begun_ms, over_ms; /* of the run, and of its new events */
    char folder[64], log[96], store[96];
    char fault[96]; /* the file that the bot's disk reads */
    char words[96]; /* the bots' stderr */
    int words_fd;
    char host[32]; /* a loopback address that no other program listens on */
} kill_t;

extern kill_t t;

/* Ends the test. */
void die(const char *what);
/* Shows the end of the bots' stderr. */
void tell_last_words(void);

/* ---- slack.c ---- */

void slack_open(void);
/* Sends event `n`, over either transport. */
void send_event(unsigned n);
/* Sends the command /status with the number of an order. */
void send_command(unsigned n);
void SLACK_PRINTF(1, 2) log_line(const char *format, ...);

/* ---- bots.c ---- */

/* Starts a program in the folder; its stderr goes to the bots' words. */
void spawn(uv_process_t *process, char **args, char **env, uv_exit_cb ended);
/* Starts a bot, with the crash point of t.point. */
void start_bot(unsigned which);
/* Calls `fn` once the newest bot is ready. */
void when_ready(void (*fn)(void));

#endif
