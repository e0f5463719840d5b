/* SPDX-License-Identifier: MIT */
#include "support/alloc_fail.h"
#include "support/test.h"
#include "transport_socket/socket.h"

/* The transport does not use its host before the start. */
static const struct slack_transport_host host;

static void refuses(const slack_options_t *options, const char *variable, const char *what)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_transport_t *t = NULL;
    assert_int_equal(slack__transport_socket.create(&t, &host, options, error), SLACK_ECONFIG);
    assert_null(t);
    assert_non_null(strstr(error, variable));
    assert_non_null(strstr(error, what));
    if (options->app_token && *options->app_token)
        assert_null(strstr(error, options->app_token)); /* the error never quotes a token */
}

TEST(test_tokens_of_the_wrong_kind_are_named)
{
    static const struct {
        const char *token, *what;
    } cases[] = {
        {NULL, "xapp-"},
        {"", "xapp-"},
        {"xoxb-1-secret", "xoxb-"},
        {"xoxp-1-secret", "xoxp-"},
        {"xoxe.xoxb-1-secret", "xoxe"},
        {"xwfp-secret", "xwfp-"},
        {"secret", "xapp-"},
        {"XAPP-1-secret", "xapp-"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses(&(slack_options_t){.app_token = cases[i].token}, "SLACK_APP_TOKEN", cases[i].what);
}

TEST(test_connections)
{
    slack_options_t options = {.app_token = "xapp-1", .socket_connections = 11};
    refuses(&options, "SLACK_SOCKET_CONNECTIONS", "1 to 10");
    options.socket_connections = 0;
    refuses(&options, "SLACK_SOCKET_CONNECTIONS", "1 to 10");
}

TEST(test_ca_file)
{
    slack_options_t options = {
        .app_token = "xapp-1", .socket_connections = 1, .ca_file = "/nonexistent/ca.pem"};
    refuses(&options, "SLACK_CA_FILE", "/nonexistent/ca.pem");
    options.ca_file = "/dev/null";
    refuses(&options, "SLACK_CA_FILE", "/dev/null");
}

static int create(void *ctx)
{
    const slack_options_t options = {.app_token = "xapp-1", .socket_connections = 1};
    char error[SLACK_ERROR_TEXT_MAX];
    slack_transport_t *t;
    int rc = slack__transport_socket.create(&t, &host, &options, error);
    if (rc == 0) t->ops->destroy(t);
    return rc;
}

TEST(test_no_memory)
{
    assert_true(alloc_fail_each(create, NULL) > 0);
}
