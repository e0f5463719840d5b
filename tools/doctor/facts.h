/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_FACTS_H
#define TOOLS_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <slack/options.h>

#include "cli/libraries.h"

/* What doctor_gather() has seen of the machine, the environment and Slack. The checks judge it
 * without any I/O. No field holds a secret. */

/* The step at which an HTTP request failed. */
enum doctor_step {
    DOCTOR_ANSWERED,
    DOCTOR_NAME,    /* the host name has no address */
    DOCTOR_CONNECT, /* the host takes no connection */
    DOCTOR_PROXY,   /* the proxy does not answer, or refuses the host */
    DOCTOR_TLS,     /* the certificate is not trusted, or the handshake fails */
    DOCTOR_TIME,    /* the time limit passed */
    DOCTOR_OTHER
};

typedef struct doctor_answer {
    bool asked;
    enum doctor_step failed_at;
    char why[160]; /* libcurl's words for a failure */
    long http_status;
    unsigned took_ms;
    bool is_json, ok;
    bool is_html;
    bool echoes;    /* the body is the challenge of a url_verification */
    char error[64]; /* Slack's */
    char user[64], team[64], team_id[32], app_id[32];
    bool has_scopes;
    char scopes[2048];     /* of the token, separated by commas */
    char url_scheme[8];    /* "wss": of apps.connections.open */
    char socket_host[128]; /* "wss-primary.slack.com", with a port if the URL has one */
    bool has_date;
    int64_t ahead_s; /* how far this machine's clock is ahead of the Date header */
} doctor_answer_t;

/* A certificate of a server, and those that it sends with it. */
typedef struct doctor_certificate {
    bool seen;
    char host[128], issuer[160];
    unsigned sent; /* how many certificates */
    bool fits;     /* it is for this host */
    bool self_signed;
    bool complete; /* each is signed by the next one, up to a self-signed one or an authority that
                    * this machine may know */
    bool trusted;  /* by libcurl, with the app's authorities */
    bool begun;    /* its time has begun */
    int64_t left_s;
    char why[160]; /* libcurl's words, unless it is trusted */
} doctor_certificate_t;

/* The scopes that a bot needs, compared with those that its token has. */
typedef struct doctor_scopes {
    bool compared;
    bool calls_declared; /* the program declares its calls */
    unsigned needed, missing_count;
    char missing[300]; /* "reactions:write (reactions.add), …", as far as they fit */
    char unheard[40];  /* kinds of channels whose messages the bot would take, but does not get */
} doctor_scopes_t;

/* Where a store is. */
enum doctor_place { DOCTOR_ON_DISK, DOCTOR_IN_MEMORY, DOCTOR_IN_A_LAYER, DOCTOR_OVER_NETWORK };

typedef struct doctor_facts {
    bool configured; /* the options below are valid */
    char configuration_error[SLACK_ERROR_TEXT_MAX];
    bool http, socket;
    bool has_bot_token, has_app_token;
    bool app_token_fits;
    char app_token_kind[64]; /* "" if it has no prefix of Slack's */

    char unknown_name[64],
        near_name[64];   /* a variable that no option has, and one that is like it */
    char twice_name[64]; /* a variable whose value in .env does not count */
    bool has_dotenv;
    unsigned dotenv_mode; /* of its permissions */

    char api_host[128];
    doctor_answer_t auth, open;
    doctor_answer_t wss; /* the host of Socket Mode, to a connection with TLS */

    char port[16];
    bool port_tried;
    int port_errno;  /* of bind(); 0: the port is free */
    char holder[32]; /* the program that listens there; "": not known */
    int holder_pid;
    /* The request URL, to a good url_verification, a wrong signature, an old one, and an event. */
    doctor_answer_t hello, forgery, stale, event;
    doctor_certificate_t certificate;

    unsigned long descriptors_hard; /* the limit that the app may raise itself to */
    unsigned connections;           /* that the app accepts */
    unsigned sockets;               /* connections of Socket Mode */

    unsigned drain_ms, drain_delay_ms;
    unsigned grace_s;    /* of the platform; 0: not known */
    char grace_from[64]; /* "TimeoutStopSec of bot.service" */

    bool is_sqlite, is_postgres;
    char store_folder[128];
    int store_errno; /* of access(); 0: the folder can be written to */
    char store_filesystem[16];
    enum doctor_place store_place;
    unsigned long long store_free_mib;
    char store_open_to[128]; /* why other users could change the folder's files; "": they cannot */
    int sync_errno;
    int64_t sync_us;       /* the median of synced writes; 0: not measured */
    unsigned store_schema; /* of an older store; 0: it is not older, or not known */
    bool store_missing, store_opened;
    char store_problem[320], store_warning[SLACK_ERROR_TEXT_MAX]; /* the library's sentences */
    char store_about[128];
    unsigned store_owners; /* other processes that have it open */
    unsigned long long store_dead;
    bool key_used, key_sealed; /* the app has installations; they are sealed */
    char key_problem[SLACK_ERROR_TEXT_MAX];
    bool has_store_key, installs; /* others install the app */

    enum slack_role role;
    bool checks_clients;                        /* their certificates */
    cli_library_t libraries[CLI_LIBRARIES_MAX]; /* the rest has no name */
    const char *accepted; /* borrowed; ids of faults that somebody has corrected; NULL: none */

    bool bot_asked, bot_described;
    char bot_problem[320];
    unsigned listeners;
    doctor_scopes_t scopes;
    bool scopes_asked; /* the scopes are those that a workspace is asked for, not the token's */
} doctor_facts_t;

#endif
