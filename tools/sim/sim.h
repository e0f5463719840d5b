/* SPDX-License-Identifier: MIT */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "net/curl.h"
#include "net/http_server.h"
#include "protocol/signature.h"
#include "sim/control.h"
#include "sim/feed_readers.h"
#include "sim/schedule.h"
#include "sim/services.h"
#include "sim/streams.h"

/*
 * A local Slack on one loop. Its parts, from the bottom up:
 *
 *   secrets, feed                        all that happens, for the page; no I/O
 *   team, users, channels, messages,      what exists in a workspace; no I/O
 *     views, reactions, files, workflow_steps,
 *     expiring_keys, transcript -> workspace
 *   scope_set, tokens, oauth_codes,      what was granted to the app; no I/O
 *     authorize_request, id_tokens -> oauth
 *   fault_kinds, fault_request, faults,  what goes wrong, and how much Slack accepts; no I/O
 *     failure_rate, rate_limits, call_counts
 *   *_payloads, message_content,         what is sent to apps, and what apps send; no I/O
 *     stream_chunks
 *   socket_mode, request_url             the two ways to the app
 *   deliveries                           sends over one of them, and redelivers
 *   schedule, later                      what happens later
 *   streams                              messages that grow
 *   services                             the parts as one workspace sees them
 *   webapi, refusals, methods_*, pages,  what apps call, and faults of the answers
 *     response_urls, webhooks, answers, file_urls, installs,
 *     authorize_page, install_page
 *   person, person_*, ack_outcomes,      what people do
 *     missed_messages
 *   message_list, page_state,            the API for tests, the command line and the page
 *     wire_entries, bot_log, mishaps, control
 *   feed_readers, page_files             the page: its WebSockets and its files
 */

#define SIM_DEFAULT_PORT   4390
#define SIM_PEOPLE_DEFAULT 300

typedef struct sim_options {
    const char *host;           /* Optional. A loopback address. Default "127.0.0.1". */
    unsigned port;              /* 0: the kernel chooses. */
    const char *request_url;    /* Optional. Where to deliver while no socket is open. */
    const char *signing_secret; /* Optional, as are the tokens: they have fixed defaults. */
    const char *bot_token;
    const char *app_token;
    const char *client_id; /* Optional, as is the secret: they have fixed defaults. */
    const char *client_secret;
    const char *redirect_uris; /* Optional. As in sim_oauth_app_t. Default "". */
    bool pkce;                 /* Optional. The app has opted into PKCE. */
    unsigned token_life_s;     /* Optional. Tokens of installations rotate, and live so long.
                                  Default 0: they do not rotate. */
    unsigned people;           /* Optional. How many users a workspace has, the bot among them: from
                                  SIM_USERS_FIRST to SIM_USERS_MAX. Default SIM_PEOPLE_DEFAULT. */
    unsigned workspaces;       /* Optional. How many workspaces there are, up to SIM_TEAMS_MAX.
                                  Default 1. */
    unsigned organization;     /* Optional. How many of them, the last ones, are in an organization.
                                  Default 0. */
    bool installed;            /* Optional. All workspaces, and the organization, have installed the
                                  app from the start. Default: the first workspace has. */
    bool not_installed;        /* Optional. No workspace has, not even the first one. */
    enum sim_limits limits;    /* Optional. Default SIM_LIMITS_NONE. */
    const char *faults;     /* Optional. Faults from the start, as sim_fault_list_read() takes them.
                               Borrowed during sim_open(). */
    unsigned seed;          /* Optional. Of the calls on which faults with a percentage act.
                               Default 1. */
    unsigned time_scale;    /* Optional. How much faster than Slack's redeliveries and scheduled
                               messages come, streams end, and the hour of the failure rate and the
                               minutes of the rate limits pass. Default 1. */
    unsigned disable_after; /* Optional. Fewer events an hour never switch the event subscriptions
                               off. Default 1000. */
    const char *bot_log;    /* Optional. The file to which the app writes its log. */
    /* Optional. Moves the monotonic clock of the net ahead, when people let time pass. */
    void (*pass_ms)(uint64_t ms, void *user_data);
    /* Optional. Called for every entry of the transcript once it is complete. */
    void (*entry)(const sim_entry_t *entry, void *user_data);
    void *user_data;
} sim_options_t;

typedef struct sim {
    slack_net_t *net;
    sim_options_t options;
    slack_arena_t *arena; /* of the strings in `options` and `env` */
    sim_app_env_t env;
    slack_http_server_t *server;
    slack_curl_t *curl;
    slack_signer_t *signer;

    sim_ids_t ids;
    sim_feed_t feed;
    sim_feed_writer_t feed_writer; /* for what concerns all workspaces */
    sim_feed_readers_t readers;    /* of the feed */
    sim_entries_t entries;         /* of the transcript */
    sim_keys_t tickets;            /* of Socket Mode */
    sim_teams_t teams;
    sim_oauth_t oauth;
    const sim_services_t *services; /* of the first workspace */
    sim_faults_t faults;
    sim_sockets_t sockets;
    sim_request_url_t request_url;
    sim_deliveries_t deliveries;
    sim_later_t later;
    sim_call_counts_t calls;
    sim_seen_t seen;
    sim_control_t control;

    bool closing;
    slack_task_t close_task; /* closes what is left after the sockets */
    void (*closed)(void *user_data);
    void *closed_user_data;
} sim_t;

/* Start. `options` are copied. 0; SLACK_EINVAL, SLACK_EIO and SLACK_ENOMEM with a sentence in
 * `error`. */
int sim_open(sim_t **ret, slack_net_t *net, const sim_options_t *options,
             char error[SIM_PROBLEM_SIZE]);
/* Close every connection, answer everyone who waits, then call `fn` (optional). */
void sim_close(sim_t *sim, void (*fn)(void *user_data), void *user_data);
unsigned sim_port(const sim_t *sim);

/* Takes any request, as the HTTP server gives it. */
void sim_request(sim_t *sim, slack_http_request_t *request);

#endif
