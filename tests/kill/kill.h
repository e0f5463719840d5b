/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_KILL_KILL_H
#define SLACK_TESTS_KILL_KILL_H

#include <uv.h>

#include "kill/orders.h"
#include "kill/verdict.h"
#include "net/curl.h"
#include "net/websocket.h"
#include "protocol/signature.h"

/* The parts of kill_test: slack.c plays Slack, bots.c starts and ends the bots, store.c opens and
 * breaks their store, orders.c has the messages of orders, verdict.c judges what the bots handled,
 * failover.c fails over to a standby, kill_test.c decides when a bot dies. */

#define SOCKETS_MAX 16
#define BOTS_MAX    4 /* three, and the one that replaces one of them */
#define SECRET      "kill-test-secret"
#define PATIENCE_MS 30000 /* since the last activity of a bot */

typedef struct bot {
    uv_process_t process;
    unsigned port;
    unsigned run; /* the number of the process, from 1 on */
    int signal;   /* that it was sent; 0: none */
    bool alive;
    bool serves; /* HTTP requests are sent to it */
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
    bot_t bots[BOTS_MAX];
    unsigned count;   /* of bots that serve at a time */
    unsigned running; /* those whose process has not ended */
    unsigned runs;    /* processes that were started */
    unsigned newest;  /* the bot that was started last */
    void (*on_ready)(void);
    void (*on_gone)(unsigned which); /* a bot has ended */
    const char *program;
    bool roll, takeover, storm, faults, failover, timed, partition;
    const char *const *points; /* the first bot has crash points; NULL: it has none */
    const char *tool;          /* NULL: the inbox command is not used */
    uv_process_t tool_process;
    bool roles;    /* the first bot receives, the others work */
    bool outside;  /* the bot writes no log: its messages show what it handled */
    bool postgres; /* the bots' store; false: SQLite */
    bool deaf;     /* nothing can be stored since `fault_ms` */
    uint64_t fault_ms;
    uint64_t healed_ms, resumed_ms; /* the store works again; until the first ack since, at most */
    unsigned later,
        unsound;       /* 503 answers during a fault; acks of events that cannot have been stored */
    const char *point; /* the crash point of the first bot; NULL: none */
    unsigned times, done; /* ends of bots, and the like */
    unsigned kills;       /* bots that ended by SIGKILL */
    uv_timer_t tick, blow;
    bool over;                  /* no new events */
    uint64_t begun_ms, over_ms; /* of the run, and of its new events */
    char folder[64], log[96];
    char file[96];   /* the store of SQLite */
    char store[320]; /* SLACK_STORE */
    char fault[96];  /* the file that the bot's disk reads */
    char words[96];  /* the bots' stderr */
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
/* Starts a bot; the first one has the crash point of t.point. */
void start_bot(unsigned which);
/* Sends SIGTERM or SIGKILL to a bot that runs. */
void end_bot(unsigned which, int signum);
/* Calls `fn` once the bot is ready. */
void when_ready(unsigned which, void (*fn)(void));

/* ---- store.c ---- */

/* Makes t.store; without PostgreSQL it ends the test, which is skipped. */
void open_store(void);
void close_store(void);
/* The number of ways in which the store fails. */
unsigned faults_count(void);
/* Breaks the store for a while, and calls `fn` when it works again. */
void break_store(void (*fn)(void));
/* The number of uses of the inbox command. */
unsigned commands_count(void);
/* Uses it once, and calls `fn` at its end. */
void use_tool(void (*fn)(void));

/* Cuts the first bot off from the store for longer than its lease, and calls `fn` afterwards. */
void cut_off(void (*fn)(void));

/* ---- failover.c ---- */

/* Makes a primary and a synchronous standby: t.store names both. */
void open_pair(void);
/* Ends the primary, promotes the standby, makes the former primary a standby; then calls `fn`. */
void fail_over(void (*fn)(void));
/* Prints the figures. Returns true if the service resumed in time and no log has the password. */
bool judge_failovers(void);

#endif
