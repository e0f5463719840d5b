/* SPDX-License-Identifier: MIT */
/* Behind a proxy: it sees the host of a request, and neither a token, nor a path, nor a body. */
#include <slack/files.h>
#include <slack/webhook.h>

#include "support/connect_proxy.h"
#include "support/json.h"
#include "support/webapi_fixture.h"
#include "webapi/fetch.h"

static connect_proxy_t proxy;
static slack_fetcher_t *fetcher;
static unsigned ended;
static bool flags[3];

static void call_end(const slack_response_t *response, void *user_data)
{
    assert_int_not_equal(slack_response_status(response), 0);
    ended++;
}

static void file_end(const slack_downloaded_t *downloaded, void *user_data)
{
    assert_int_not_equal(downloaded->status, 0);
    ended++;
}

static int take(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    fail_msg("bytes of nobody");
    return 0;
}

static int call(void)
{
    return slack_callf(&wf.client, "chat.postMessage", call_end, NULL,
                       "{channel: 'C1', text: 'secret'}");
}

static int post(void)
{
    return slack_webhook(&wf.client, "https://hooks.slack.com/services/secret",
                         json_of("{'text':'secret'}"), call_end, NULL);
}

static int download(void)
{
    const slack_download_t request = {.url = "https://files.slack.com/secret/a.log?t=secret",
                                      .write = take};
    return slack_download(&wf.client, &request, file_end, NULL);
}

static int fetch(void)
{
    static const char *const headers[] = {"Authorization: Basic secret", "Cookie: secret", NULL};
    const slack_fetch_t request = {.url = "https://api.example.com/secret?secret",
                                   .headers = headers,
                                   .body = "secret",
                                   .body_len = 6};
    const slack_fetch_caller_t caller = {.fn = call_end};
    const char *why;
    return slack__fetch(fetcher, &request, &caller, NULL, &why);
}

/* A proxy that refuses, one that takes the request for itself, and one behind which nobody proves
 * to be the host. */
ARENA_TEST(a_proxy_sees_the_host_only)
{
    static const char *const answers[] = {
        "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
    static const struct {
        int (*begin)(void);
        const char *host;
    } senders[] = {{call, "slack.com"},
                   {post, "hooks.slack.com"},
                   {download, "files.slack.com"},
                   {fetch, "api.example.com"}};
    char url[64], line[80];
    const char *what;
    for (size_t i = 0; i < 12; i++) {
        slack_webapi_options_t options = {
            .api_url = "https://slack.com/api/", .concurrency = 10, .timeout_ms = 10000};
        assert_true(world_open(&wf.world));
        connect_proxy_open(&proxy, &wf.world.loop);
        proxy.answer = answers[i / 4];
        snprintf(url, sizeof url, "http://127.0.0.1:%u", connect_proxy_port(&proxy));
        assert_int_equal(slack__proxy_new(&options.proxy, url, "", &what), 0);
        assert_int_equal(slack__webapi_new(&wf.webapi, wf.world.net, &options), 0);
        const slack_fetcher_options_t fetches = {.proxy = options.proxy};
        assert_int_equal(slack__fetcher_new(&fetcher, wf.world.net, &fetches), 0);
        slack__proxy_unref(options.proxy);
        wf.client =
            (slack_client_t){.webapi = wf.webapi, .token = WF_TOKEN, .log = &wf.world.logger};
        ended = 0;
        assert_int_equal(senders[i % 4].begin(), 0);
        while (ended == 0) {
            world_pass_ms(&wf.world, 100);
            if (proxy.requests == 0) continue;
            snprintf(line, sizeof line, "CONNECT %s:443 HTTP/1.1\r\n", senders[i % 4].host);
            assert_memory_equal(proxy.request, line, strlen(line));
            assert_null(strstr(proxy.request, "secret"));
            assert_null(strstr(proxy.request, "xoxb-"));
            assert_null(strstr(proxy.request, "uthorization"));
        }
        memset(flags, 0, sizeof flags);
        slack__fetcher_close(fetcher, world_set_flag, &flags[0]);
        slack__webapi_close(wf.webapi, world_set_flag, &flags[1]);
        connect_proxy_close(&proxy, &flags[2]);
        world_until(&wf.world, flags[0] && flags[1] && flags[2]);
        world_close(&wf.world);
        wf.webapi = NULL;
        if (world_logged(&wf.world, "secret")) fail_msg("%s", wf.world.log);
    }
}
