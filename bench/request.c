/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "protocol/signature.h"

/* %s: the event_id. */
static const char event_format[] =
    "{\"token\":\"ZZZZZZWSxiZZZ2yIvs3peJ\",\"team_id\":\"T061EG9R6\",\"context_team_id\":"
    "\"T061EG9R6\",\"context_enterprise_id\":null,\"api_app_id\":\"" BENCH_APP_ID "\",\"event\":{"
    "\"user\":\"U061F7AUR\",\"type\":\"message\",\"ts\":\"1525215129.000001\",\"client_msg_id\":"
    "\"7e9e9c2e-35a1-4d1e-9f7a-0f3b5f8a8f4b\",\"text\":\"Could somebody have a look at the "
    "deployment of the billing service, please? It has been red since this morning.\",\"team\":"
    "\"T061EG9R6\",\"blocks\":[{\"type\":\"rich_text\",\"block_id\":\"zO3pT\",\"elements\":[{"
    "\"type\":\"rich_text_section\",\"elements\":[{\"type\":\"text\",\"text\":\"Could somebody "
    "have a look at the deployment of the billing service, please? It has been red since this "
    "morning.\"}]}]}],\"channel\":\"C0PNCHHK2\",\"event_ts\":\"1525215129.000001\","
    "\"channel_type\":\"channel\"},\"type\":\"event_callback\",\"event_id\":\"%s\",\"event_time\":"
    "1525215129,\"authorizations\":[{\"enterprise_id\":null,\"team_id\":\"T061EG9R6\",\"user_id\":"
    "\"U0BOTBOT1\",\"is_bot\":true,\"is_enterprise_install\":false}],\"is_ext_shared_channel\":"
    "false,\"event_context\":\"4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMDYxRUc5UjYifQ\"}";

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

size_t bench_event(char out[BENCH_EVENT_MAX], unsigned number)
{
    static uint64_t run;
    char id[32];
    if (!run) run = now_ns() ^ (uint64_t)getpid() << 48;
    /* As Slack's: out of many counters, which rise side by side. */
    const unsigned counter = number * 2654435761u >> 26;
    snprintf(id, sizeof id, "Ev%02X%014" PRIX64, counter, (run + number) & 0xffffffffffffff);
    return (size_t)snprintf(out, BENCH_EVENT_MAX, event_format, id);
}

static void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

#define REQUEST_MAX (BENCH_EVENT_MAX + 512)

static size_t make(char out[REQUEST_MAX], unsigned number, slack_signer_t *signer,
                   const char *time_s)
{
    char body[BENCH_EVENT_MAX], signature[SLACK_SIGNATURE_LEN + 1];
    size_t len = bench_event(body, number);
    if (slack__signature_make(signer, slack__slice(time_s), (slack_slice_t){body, len}, signature))
        die("cannot sign");
    return (size_t)snprintf(out, REQUEST_MAX,
                            "POST /slack/events HTTP/1.1\r\n"
                            "Host: 127.0.0.1\r\n"
                            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
                            "Accept-Encoding: gzip,deflate\r\n"
                            "Accept: */*\r\n"
                            "X-Slack-Signature: %s\r\n"
                            "X-Slack-Request-Timestamp: %s\r\n"
                            "Content-Length: %zu\r\n"
                            "Content-Type: application/json\r\n"
                            "\r\n%s",
                            signature, time_s, len, body);
}

void bench_requests_make(bench_requests_t *ret, unsigned count, const char *secret)
{
    slack_signer_t *signer;
    char time_s[24], request[REQUEST_MAX];
    if (slack__signer_new(&signer, secret)) die("SLACK_SIGNING_SECRET is not set");
    snprintf(time_s, sizeof time_s, "%" PRIu64, now_ns() / 1000000000);
    /* All have the same length. */
    const size_t len = make(request, 0, signer, time_s);
    *ret = (bench_requests_t){
        .count = count, .bytes = malloc(count * len + 1), .ends = calloc(count, sizeof *ret->ends)};
    if (!ret->bytes || !ret->ends) die("out of memory");
    for (unsigned i = 0; i < count; i++) {
        make(request, i, signer, time_s);
        for (size_t b = 0; b < len; b++)
            ret->bytes[i * len + b] = request[b];
        ret->ends[i] = (i + 1) * len;
    }
    slack__signer_free(signer);
}

const char *bench_request(const bench_requests_t *requests, unsigned number, size_t *ret_len)
{
    const size_t begin = number ? requests->ends[number - 1] : 0;
    *ret_len = requests->ends[number] - begin;
    return requests->bytes + begin;
}

void bench_requests_free(bench_requests_t *requests)
{
    free(requests->bytes);
    free(requests->ends);
}

uint64_t bench_cpu_ns(pid_t pid)
{
    char path[300];
    uint64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (!tasks) return 0;
    for (struct dirent *task; (task = readdir(tasks));) {
        uint64_t ns = 0;
        snprintf(path, sizeof path, "/proc/%d/task/%.200s/schedstat", (int)pid, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (!file) continue;
        if (fscanf(file, "%" SCNu64, &ns) == 1) sum += ns;
        fclose(file);
    }
    closedir(tasks);
    return sum;
}

static int compare(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

unsigned bench_percentile(unsigned *us, size_t count, unsigned percent)
{
    if (count == 0) return 0;
    qsort(us, count, sizeof *us, compare);
    return us[(count - 1) * percent / 100];
}
