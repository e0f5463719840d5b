/* SPDX-License-Identifier: MIT */
/*
 * Nothing acknowledged is lost. A bot gets 300 events a second, over HTTP and Socket Mode at once,
 * is killed with SIGKILL at random moments and started again. This program is its Slack: events
 * without an ack are sent again, over either transport. In the end every acknowledged event must
 * have been handled, and none twice unless a kill lies between its two runs, which are listed.
 *
 * usage: kill_test BOT [TIMES [HOW [TOOL]]]
 *     kill      as above
 *     outside   the same for any bot that answers hello with a greeting, as examples/showcase.c
 *               does: its messages show the events that it handled
 *     points    the bot kills itself, TIMES times at each of the points of util/crash.h
 *     roll      instead of the kill a second bot is started on the same store, then the first gets
 *               SIGTERM, as in a rolling deploy: no event may be handled twice
 *     storm     the same with 1,000 events that are sent ten times each, over both transports, all
 *               connections and the restarts
 *     tools     the slackapp command TOOL lists the inbox, and retries and drops its dead letters,
 *               TIMES times in all
 *     faults    the store of the bot, which was linked with disk.c, cannot write for a while, in
 *               each of four ways, TIMES times; nothing may be acknowledged meanwhile, and the bot
 *               goes on afterwards
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>
#include <uv.h>

#include "net/curl.h"
#include "net/websocket.h"
#include "protocol/signature.h"
#include "kill/verdict.h"

#define TICK_MS      10
#define TICK_EVENTS  100 /* at most, when the machine runs the timer seldom */
#define EVENT_MS     3   /* one event in so many ms: more than 300 a second */
#define RESEND_MS    700
#define EVENTS_MAX   1000000
#define SOCKETS_MAX  16
#define PATIENCE_MS  30000 /* since the last activity of a bot */
#define POINT_ACKS   20000 /* for a bot with a crash point, which must die before */
#define STORM_EVENTS 1000
#define STORM_TRIES  10
#define WORDS_BYTES  8192 /* of the bots' stderr, to be shown */
#define SECRET       "kill-test-secret"

typedef struct bot {
    uv_process_t process;
    unsigned port;
    bool alive;
    uint64_t started_ms;
} bot_t;

static struct {
    uv_loop_t *loop;
    slack_net_t *net;
    slack_http_server_t *server;
    slack_curl_t *curl;
    slack_signer_t *signer;
    slack_ws_t *sockets[SOCKETS_MAX];
    unsigned socket_count;
    event_t *events;
    uint64_t debt_ms;      /* events are sent up to this time */
    uint64_t progress_ms;  /* a bot started, acked, called, or ended */
    unsigned acks;         /* first acks of events, since a bot was started */
    unsigned sent, oldest; /* events below `oldest` are acked */
    bot_t bots[2];
    unsigned current; /* the bot that gets HTTP requests */
    unsigned newest;  /* the bot that was started last */
    void (*on_ready)(void);
    const char *program;
    bool roll, storm, points, faults;
    const char *tool; /* NULL: the inbox command is not used */
    uv_process_t tool_process;
    bool outside;   /* the bot writes no log: its messages show what it handled */
    bool deaf_disk; /* nothing can be stored since `fault_ms` */
    uint64_t fault_ms;
    unsigned later,
        unsound;    /* 503 answers during a fault; acks of events that cannot have been stored */
    sqlite3 *lock;  /* an open transaction of another process */
    bool point_set; /* the running bot has a crash point */
    unsigned times, done;
    uv_timer_t tick, blow;
    bool over; /* no new events */
    char folder[64], log[96], store[96];
    char fault[96]; /* the file that the bot's disk reads */
    char words[96]; /* the bots' stderr */
    int words_fd;
    char host[32]; /* a loopback address that no other program listens on */
} t;

static const char *const points[] = {
    "before-store", "before-commit", "committed", "stored",  "acked",
    "handled",      "marked",        "finished",  "claimed", "claimed-nothing",
};
#define POINTS (sizeof points / sizeof *points)

/* Shows the end of the bots' stderr. */
static void tell_last_words(void)
{
    char line[512];
    long from = 0;
    FILE *words = fopen(t.words, "r");
    if (!words) return;
    if (fseek(words, 0, SEEK_END) == 0 && (from = ftell(words)) > WORDS_BYTES)
        fseek(words, from - WORDS_BYTES, SEEK_SET);
    else
        rewind(words);
    while (fgets(line, sizeof line, words))
        printf("# bot: %.*s\n", (int)strcspn(line, "\n"), line);
    fclose(words);
}

static void die(const char *what)
{
    tell_last_words();
    printf("not ok 1 - %s\n", what);
    for (int i = 0; i < 2; i++)
        if (t.bots[i].alive) uv_process_kill(&t.bots[i].process, SIGKILL);
    exit(1);
}

static void acked(unsigned n)
{
    if (n >= t.sent) return;
    if (t.deaf_disk && t.events[n].first_ms > t.fault_ms) t.unsound++;
    if (!t.events[n].acked) {
        t.progress_ms = uv_now(t.loop);
        t.acks++;
    }
    t.events[n].acked = true;
    while (t.oldest < t.sent && t.events[t.oldest].acked)
        t.oldest++;
}

/* ---- sending ---- */

static int event_body(char *out, size_t size, unsigned n)
{
    return snprintf(out, size,
                    "{\"type\":\"event_callback\",\"event_id\":\"Ev%u\",\"team_id\":\"T1\","
                    "\"event\":{\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U%u\","
                    "\"ts\":\"%u.0\",\"text\":\"hello\"}}",
                    n, n, n);
}

static void on_answer(const slack_curl_result_t *result, void *user_data)
{
    if (result->status != 0) return;
    if (result->http_status == 200) acked((unsigned)(uintptr_t)user_data);
    if (result->http_status == 503 && t.deaf_disk) t.later++;
}

static void send_http(unsigned n)
{
    char body[512], time_line[64], sign_line[128], url[64], stamp[24];
    char signature[SLACK_SIGNATURE_LEN + 1];
    int len = event_body(body, sizeof body, n);
    snprintf(stamp, sizeof stamp, "%lld", (long long)(slack__wall_ms(&slack__clock_system) / 1000));
    if (slack__signature_make(t.signer, slack__slice(stamp), (slack_slice_t){body, (size_t)len},
                              signature) != 0)
        die("out of memory");
    snprintf(time_line, sizeof time_line, "X-Slack-Request-Timestamp: %s", stamp);
    snprintf(sign_line, sizeof sign_line, "X-Slack-Signature: %s", signature);
    snprintf(url, sizeof url, "http://%s:%u/slack/events", t.host, t.bots[t.current].port);
    const char *headers[] = {"Content-Type: application/json", time_line, sign_line, NULL};
    const slack_curl_request_t request = {.method = "POST",
                                          .url = url,
                                          .headers = headers,
                                          .body = body,
                                          .body_len = (size_t)len,
                                          .timeout_ms = 3000,
                                          .body_max = 4096};
    slack__curl_send(t.curl, &request, on_answer, (void *)(uintptr_t)n);
}

static void send_socket(unsigned n)
{
    char body[512], frame[1024];
    event_body(body, sizeof body, n);
    int len = snprintf(frame, sizeof frame,
                       "{\"envelope_id\":\"e-%u\",\"payload\":%s,\"type\":\"events_api\","
                       "\"accepts_response_payload\":false,\"retry_attempt\":%u,"
                       "\"retry_reason\":\"\"}",
                       n, body, t.events[n].tries);
    slack__ws_send(t.sockets[(unsigned)rand() % t.socket_count], true, frame, (size_t)len);
}

static void send_event(unsigned n)
{
    t.events[n].sent_ms = uv_now(t.loop);
    if (t.events[n].tries == 0) t.events[n].first_ms = t.events[n].sent_ms;
    if (t.socket_count > 0 && rand() % 2)
        send_socket(n);
    else
        send_http(n);
    t.events[n].tries++;
}

static bool all_ended(void);

static void finish(void)
{
    uv_timer_stop(&t.tick);
    uv_process_kill(&t.bots[t.current].process, SIGTERM);
}

/* The point "claimed-nothing" needs an empty store, so that no new event may fail. */
static bool pauses(void)
{
    return t.point_set && strcmp(points[t.done % POINTS], "claimed-nothing") == 0;
}

/* In a storm every event is sent ten times, some of them after each restart. */
static unsigned tries_due(void)
{
    if (!t.storm) return 0;
    return t.over ? STORM_TRIES : 1 + (STORM_TRIES - 1) * t.done / (t.times + 1);
}

static bool send_due(uint64_t now)
{
    unsigned tries = tries_due(), most = t.storm ? STORM_EVENTS : EVENTS_MAX;
    bool more = false;
    if (pauses() || (t.over && !t.storm)) t.debt_ms = now;
    for (int i = 0; i < TICK_EVENTS && t.debt_ms + EVENT_MS <= now && t.sent < most; i++) {
        t.debt_ms += EVENT_MS;
        more = true;
        t.sent++;
        send_event(t.sent - 1);
    }
    for (unsigned n = t.storm ? 0 : t.oldest; n < t.sent; n++) {
        const event_t *e = &t.events[n];
        bool again = e->tries < tries && now - e->sent_ms > 50;
        if (again || (!e->acked && now - e->sent_ms > RESEND_MS)) send_event(n);
        more = more || e->tries < tries;
    }
    return more;
}

static void on_tick(uv_timer_t *timer)
{
    uint64_t now = uv_now(t.loop);
    bool more = send_due(now);
    if (!t.over) return;
    if (!more && t.oldest == t.sent && all_ended()) finish();
    if (now - t.progress_ms > PATIENCE_MS) finish();
}

/* ---- Slack ---- */

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    unsigned n;
    const char *id = strstr(data, "\"e-");
    if (id && sscanf(id, "\"e-%u\"", &n) == 1) acked(n);
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    for (unsigned i = 0; i < t.socket_count; i++)
        if (t.sockets[i] == ws) t.sockets[i--] = t.sockets[--t.socket_count];
}

static void accept_socket(slack_http_request_t *request)
{
    static const slack_ws_events_t events = {.message = on_message, .closed = on_closed};
    static const slack_ws_options_t options = {
        .events = &events, .open_ms = 10000, .message_max = 1 << 20, .write_max = 1 << 20};
    static const char hello[] = "{\"type\":\"hello\",\"num_connections\":1}";
    slack_ws_t *ws;
    if (slack__ws_accept(&ws, t.net, request, &options, NULL) != 0) return;
    slack__ws_send(ws, true, hello, sizeof hello - 1);
    if (t.socket_count < SOCKETS_MAX) t.sockets[t.socket_count++] = ws;
}

static void SLACK_PRINTF(1, 2) log_line(const char *format, ...)
{
    FILE *log = fopen(t.log, "a");
    if (!log) die("cannot write the log");
    va_list ap;
    va_start(ap, format);
    vfprintf(log, format, ap);
    va_end(ap);
    fclose(log);
}

/* A greeting shows the event that was handled, by its user. */
static void observe(const slack_http_request_t *request)
{
    char text[1024];
    unsigned n;
    if (strstr(request->path.ptr, "auth.test") && !t.roll)
        log_line("K x\n"); /* later lines are of the new bot */
    if (!strstr(request->path.ptr, "chat.postMessage")) return;
    snprintf(text, sizeof text, "%.*s", (int)request->body_len, request->body);
    const char *who = strstr(text, "%3C%40U");
    if (!who || sscanf(who, "%%3C%%40U%u", &n) != 1) return;
    log_line("B Ev%u\nE Ev%u\n", n, n);
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    t.progress_ms = uv_now(t.loop);
    if (t.outside && !request->upgrade) observe(request);
    char link[128];
    const char *body = "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"UB\",\"bot_id\":\"BB\"}";
    if (request->upgrade) {
        accept_socket(request);
    } else {
        snprintf(link, sizeof link, "{\"ok\":true,\"url\":\"ws://127.0.0.1:%u/link/?ticket=1\"}",
                 slack__http_server_port(server));
        if (strstr(request->path.ptr, "connections.open")) body = link;
        slack__http_respond(server, request->id,
                            &(slack_http_response_t){.status = 200,
                                                     .content_type = "application/json",
                                                     .body = body,
                                                     .body_len = strlen(body)});
    }
    slack__arena_free(request->arena);
}

/* ---- bots ---- */

static void start_bot(unsigned which);
static void blow_later(void);

static void on_freed(uv_handle_t *handle)
{
    bot_t *bot = handle->data;
    unsigned which = (unsigned)(bot - t.bots);
    if (t.over && which == t.current && !uv_is_active((uv_handle_t *)&t.tick)) {
        uv_stop(t.loop);
        return;
    }
    if (!t.roll) {
        log_line("K x\n");
        start_bot(which);
    }
    blow_later();
}

static void on_exit_of_bot(uv_process_t *process, int64_t status, int signal)
{
    bot_t *bot = process->data;
    bot->alive = false;
    t.progress_ms = uv_now(t.loop);
    bool ended_well = t.roll ? status == 0 && signal == 0
                             : signal == SIGKILL || !uv_is_active((uv_handle_t *)&t.tick);
    if (!ended_well) {
        printf("# bot %d ended with status %d, by signal %d, %llu ms after its start\n",
               (int)(bot - t.bots), (int)status, signal,
               (unsigned long long)(uv_now(t.loop) - bot->started_ms));
        die(t.roll ? "a bot did not end well" : "a bot ended by itself");
    }
    uv_close((uv_handle_t *)process, on_freed);
}

/* Starts a program in the folder; its stderr goes to the bots' words. */
static void spawn(uv_process_t *process, char **args, char **env, uv_exit_cb ended)
{
    uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                    {.flags = UV_IGNORE},
                                    {.flags = UV_INHERIT_FD, .data.fd = t.words_fd}};
    const uv_process_options_t options = {.exit_cb = ended,
                                          .file = args[0],
                                          .args = args,
                                          .env = env,
                                          .cwd = t.folder,
                                          .stdio = stdio,
                                          .stdio_count = 3};
    if (uv_spawn(t.loop, process, &options) != 0) die("cannot start a program");
}

static void start_bot(unsigned which)
{
    char host[64], port[64], api[64], log[128], store[128], fault[128];
    snprintf(host, sizeof host, "SLACK_HTTP_HOST=%s", t.host);
    bot_t *bot = &t.bots[which];
    snprintf(port, sizeof port, "SLACK_HTTP_PORT=%u", bot->port);
    snprintf(api, sizeof api, "SLACK_API_URL=http://127.0.0.1:%u/api/",
             slack__http_server_port(t.server));
    snprintf(log, sizeof log, "KILL_LOG=%s", t.log);
    snprintf(store, sizeof store, "SLACK_STORE=sqlite:%s", t.store);
    snprintf(fault, sizeof fault, "DISK_FAULT=%s", t.fault);
    t.point_set = t.points && !t.point_set && !t.over;
    char point[64] = "NO_POINT=";
    if (t.point_set) snprintf(point, sizeof point, "SLACK_CRASH_POINT=%s", points[t.done % POINTS]);
    char *env[] = {point,
                   port,
                   api,
                   log,
                   store,
                   host,
                   fault,
                   getenv("DISK_LIES") ? "DISK_LIES=1" : "DISK_SPEAKS_TRUE=1",
                   "SLACK_TRANSPORT=http,socket",
                   "SLACK_BOT_TOKEN=xoxb-kill",
                   "SLACK_APP_TOKEN=xapp-kill",
                   "SLACK_SIGNING_SECRET=" SECRET,
                   "SLACK_LOG_LEVEL=error",
                   NULL};
    char *args[] = {(char *)(uintptr_t)t.program, NULL};
    spawn(&bot->process, args, env, on_exit_of_bot);
    bot->process.data = bot;
    t.newest = which;
    bot->alive = true;
    bot->started_ms = t.progress_ms = uv_now(t.loop);
    t.acks = 0;
}

static void ask_ready(uv_timer_t *timer);

static void on_ready_answer(const slack_curl_result_t *result, void *user_data)
{
    if (result->status != 0 || result->http_status != 200) {
        uv_timer_start(&t.blow, ask_ready, 20, 0);
        return;
    }
    t.on_ready();
}

/* A process that is still starting would ignore SIGTERM, and requests to it would fail. */
static void ask_ready(uv_timer_t *timer)
{
    char url[64];
    const bot_t *bot = &t.bots[t.newest];
    if (uv_now(t.loop) - t.progress_ms > PATIENCE_MS) die("a bot did not come up");
    snprintf(url, sizeof url, "http://%s:%u/readyz", t.host, bot->port);
    const slack_curl_request_t request = {
        .method = "GET", .url = url, .timeout_ms = 3000, .body_max = 4096};
    if (slack__curl_send(t.curl, &request, on_ready_answer, NULL) != 0) die("cannot ask the bot");
}

static void when_ready(void (*fn)(void))
{
    t.on_ready = fn;
    ask_ready(NULL);
}

static void roll_over(void)
{
    unsigned old = t.current;
    t.current = t.newest;
    uv_process_kill(&t.bots[old].process, SIGTERM);
}

/* ---- faults of the store ---- */

static const struct fault {
    const char *name;
    unsigned ms;
} faults[] = {
    {"full", 1500},
    {"readonly", 1500},
    {"error", 1500},
    {"locked", 5000}, /* SQLite waits 1.5 s for another transaction */
};
#define FAULTS (sizeof faults / sizeof *faults)

static const struct fault *this_fault(void)
{
    return &faults[(t.done - 1) % FAULTS];
}

static void on_blow(uv_timer_t *timer);

static void set_fault(const char *what)
{
    FILE *file = fopen(t.fault, "w");
    if (!file || fputs(what, file) < 0 || fclose(file) != 0) die("cannot write the fault");
}

static void lock_store(void)
{
    if (sqlite3_open(t.store, &t.lock) != SQLITE_OK) die("cannot open the store");
    sqlite3_busy_timeout(t.lock, 5000);
    if (sqlite3_exec(t.lock, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        die("cannot lock the store");
}

static void on_fault_over(uv_timer_t *timer)
{
    printf("# %s: %u answers \"later\", %u acks of what cannot have been stored\n",
           this_fault()->name, t.later, t.unsound);
    if (t.later == 0) die("no request got 503 while the store could not write");
    t.deaf_disk = false;
    set_fault("");
    sqlite3_close(t.lock);
    t.lock = NULL;
    blow_later();
}

static void break_store(void)
{
    t.later = 0;
    if (strcmp(this_fault()->name, "locked") == 0)
        lock_store();
    else
        set_fault(this_fault()->name);
    uv_update_time(t.loop);
    t.fault_ms = uv_now(t.loop);
    t.deaf_disk = true;
    uv_timer_start(&t.blow, on_fault_over, this_fault()->ms, 0);
}

/* ---- the inbox command ---- */

static const char *const commands[][2] = {
    {"stats", NULL}, {"list", NULL}, {"retry", "all"},
    {"stats", NULL}, {"list", NULL}, {"drop", "all"},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void on_tool_freed(uv_handle_t *handle)
{
    blow_later();
}

static void on_tool_exit(uv_process_t *process, int64_t status, int signal)
{
    if (status != 0 || signal != 0) {
        printf("# \"inbox %s\" ended with status %d, by signal %d\n",
               commands[(t.done - 1) % COMMANDS][0], (int)status, signal);
        die("the inbox command failed");
    }
    uv_close((uv_handle_t *)process, on_tool_freed);
}

static void use_tool(void)
{
    char store[128];
    const char *const *command = commands[(t.done - 1) % COMMANDS];
    snprintf(store, sizeof store, "sqlite:%s", t.store);
    char *args[] = {
        (char *)(uintptr_t)t.tool,     "inbox", (char *)(uintptr_t)command[0], "--store", store,
        (char *)(uintptr_t)command[1], NULL};
    spawn(&t.tool_process, args, NULL, on_tool_exit);
}

static void on_blow(uv_timer_t *timer)
{
    if (t.point_set) { /* the bot kills itself */
        uint64_t idle_ms = uv_now(t.loop) - t.progress_ms;
        if (idle_ms < PATIENCE_MS && t.acks < POINT_ACKS) {
            uv_timer_start(timer, on_blow, PATIENCE_MS - idle_ms, 0);
            return;
        }
        printf("# the point \"%s\" was never reached\n", points[t.done % POINTS]);
        die("a point was never reached");
    }
    if (t.done++ == t.times) {
        t.over = true;
        t.progress_ms = uv_now(t.loop);
    } else if (t.tool) {
        use_tool();
    } else if (t.faults) {
        break_store();
    } else if (t.roll) {
        start_bot(1 - t.current);
        when_ready(roll_over);
    } else {
        uv_process_kill(&t.bots[t.current].process, SIGKILL);
    }
}

/* The bot dies at any time, from before it listens to the middle of its work. */
static void blow_later(void)
{
    uint64_t ms = t.point_set ? PATIENCE_MS : 20 + (uint64_t)rand() % 600;
    if (!t.over) uv_timer_start(&t.blow, on_blow, ms, 0);
}

/* ---- the verdict ---- */

static bool stormed(void)
{
    for (unsigned n = 0; n < t.sent; n++)
        if (t.events[n].tries < STORM_TRIES) return false;
    return t.sent == STORM_EVENTS;
}

static bool all_ended(void)
{
    static uint64_t last_ms;
    if (uv_now(t.loop) - last_ms < 200) return false;
    last_ms = uv_now(t.loop);
    return verdict_of(t.log, t.events, t.sent, false).lost == 0;
}

/* ---- the run ---- */

static unsigned free_port(void)
{
    struct sockaddr_in address;
    int len = sizeof address;
    uv_tcp_t tcp;
    uv_ip4_addr(t.host, 0, &address);
    uv_tcp_init(t.loop, &tcp);
    uv_tcp_bind(&tcp, (const struct sockaddr *)&address, 0);
    uv_tcp_getsockname(&tcp, (struct sockaddr *)&address, &len);
    uv_close((uv_handle_t *)&tcp, NULL);
    uv_run(t.loop, UV_RUN_NOWAIT);
    return ntohs(address.sin_port);
}

static void set_up(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .open_ms = 5000, .write_max = 1 << 20}, .fn = on_request};
    const slack_curl_options_t curl = {.user_agent = "Slackbot 1.0", .concurrency = 4096};
    snprintf(t.folder, sizeof t.folder, "/tmp/slackapp-kill-XXXXXX");
    if (!mkdtemp(t.folder)) die("no temporary folder");
    snprintf(t.log, sizeof t.log, "%s/log", t.folder);
    snprintf(t.store, sizeof t.store, "%s/inbox.db", t.folder);
    snprintf(t.fault, sizeof t.fault, "%s/fault", t.folder);
    snprintf(t.words, sizeof t.words, "%s/stderr", t.folder);
    t.words_fd =
        getenv("KILL_VERBOSE") ? 2 : open(t.words, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    t.loop = uv_default_loop();
    t.events = calloc(EVENTS_MAX, sizeof *t.events);
    if (!t.events || slack__net_new(&t.net, t.loop, &slack__clock_system, NULL) != 0 ||
        slack__http_server_open(&t.server, t.net, &options, NULL) != 0 ||
        slack__curl_new(&t.curl, t.net, &curl) != 0 || slack__signer_new(&t.signer, SECRET) != 0)
        die("cannot set up");
    /* The bots keep their ports over their restarts, so that no other program may take one in
     * between. */
    unsigned pid = (unsigned)getpid();
    snprintf(t.host, sizeof t.host, "127.%u.%u.%u", 1 + (pid >> 16 & 127), pid >> 8 & 255,
             1 + pid % 254);
    t.bots[0].port = free_port();
    t.bots[1].port = free_port();
    uv_timer_init(t.loop, &t.tick);
    uv_timer_init(t.loop, &t.blow);
}

static void clean_up(void)
{
    static const char *const files[] = {
        "log", "stderr", "fault", "inbox.db", "inbox.db-wal", "inbox.db-shm", "inbox.db-owners"};
    char name[160];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/%s", t.folder, files[i]);
        unlink(name);
    }
    if (rmdir(t.folder) != 0) die("the folder cannot be removed");
}

static void set_flag(void *user_data)
{
    *(bool *)user_data = true;
}

/* Closes the bots' connections, so that a leak checker finds nothing of them. The kernel releases
 * the rest. */
static void close_server(void)
{
    bool gone = false;
    uv_timer_stop(&t.tick);
    uv_timer_stop(&t.blow);
    slack__http_server_close(t.server, set_flag, &gone);
    while (!gone && uv_run(t.loop, UV_RUN_ONCE)) {
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    t.program = realpath(argv[1], NULL);
    if (!t.program) return 2;
    t.times = argc > 2 ? (unsigned)atoi(argv[2]) : 5;
    const char *how = argc > 3 ? argv[3] : "kill";
    t.points = strcmp(how, "points") == 0;
    t.storm = strcmp(how, "storm") == 0;
    t.outside = strcmp(how, "outside") == 0;
    t.faults = strcmp(how, "faults") == 0;
    t.roll = t.storm || strcmp(how, "roll") == 0;
    t.tool = argc > 4 ? realpath(argv[4], NULL) : NULL;
    t.times *= (unsigned)(t.points ? POINTS : t.faults ? FAULTS : t.tool ? COMMANDS : 1);
    unsigned seed = (unsigned)uv_hrtime();
    srand(seed);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n# %u times, seed %u\n", t.times, seed);
    set_up();
    start_bot(0);
    t.debt_ms = uv_now(t.loop);
    uv_timer_start(&t.tick, on_tick, TICK_MS, TICK_MS);
    if (t.roll || t.faults || t.tool)
        when_ready(blow_later);
    else
        blow_later();
    uv_run(t.loop, UV_RUN_DEFAULT);

    verdict_t v = verdict_of(t.log, t.events, t.sent, true);
    bool good = v.lost == 0 && v.twice == 0 && t.oldest == t.sent && v.handled == t.sent &&
                t.unsound == 0 && (!t.storm || stormed()) &&
                (!(t.roll || t.faults || t.tool) || v.interrupted + v.unstored == 0);
    printf("# %u events, all acknowledged: %s; handled %u; lost %u; twice %u; again after a kill "
           "inside the handler %u, before its end was stored %u; calls that failed %u\n",
           t.sent, t.oldest == t.sent ? "yes" : "no", v.handled, v.lost, v.twice, v.interrupted,
           v.unstored, v.failed);
    printf("%s 1 - nothing acknowledged is lost, %s\n", good ? "ok" : "not ok",
           t.storm    ? "in a storm"
           : t.roll   ? "rolling"
           : t.faults ? "while the store fails"
           : t.tool   ? "while the inbox is looked at"
                      : "killed");
    if (good)
        clean_up();
    else
        tell_last_words();
    fflush(stdout);
    close_server();
    _exit(!good);
}
