/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DOCTOR_FACTS_H
#define TOOLS_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <slack/options.h>

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
    char user[64], team[64];
    char url_scheme[8]; /* "wss": of apps.connections.open */
    bool has_date;
    int64_t ahead_s; /* how far this machine's clock is ahead of the Date header */
} doctor_answer_t;

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

    char port[16];
    bool port_tried;
    int port_errno;                 /* of bind(); 0: the port is free */
    doctor_answer_t hello, forgery; /* the request URL, to a good and to a wrong signature */

    unsigned long descriptors_hard; /* the limit that the app may raise itself to */
    unsigned connections;           /* that the app accepts */

    unsigned drain_ms, drain_delay_ms;
    unsigned grace_s; /* of the platform; 0: not known */

    bool is_sqlite;
    char store_folder[128];
    int store_errno; /* of access(); 0: the folder can be written to */
    char store_filesystem[16];
    bool store_in_memory, store_over_network;
    unsigned long long store_free_mib;
} doctor_facts_t;

#endif
