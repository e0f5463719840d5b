/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_fixture.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/test.h"

/* Tokens from files are read again. The tests see it in the token that a call carries. */

static char bot_file[] = "/tmp/slackapp-XXXXXX", app_file[] = "/tmp/slackapp-XXXXXX";
static unsigned answers;

static void open_app(app_fixture_t *f)
{
    file_replace(bot_file, "xoxb-first\n");
    file_replace(app_file, "xapp-first\n");
    app_open(f, &(slack_options_t){.bot_token_file = bot_file, .app_token_file = app_file});
    app_ready(f);
}

static void answered(const slack_response_t *response, void *user_data)
{
    assert_int_equal(slack_response_status(response), 0);
    answers++;
}

/* Checks the tokens of the next calls: the bot's, and a transport's. */
static void assert_tokens(app_fixture_t *f, const char *bot, const char *app)
{
    slack_transport_t *t = slack__inspect_transport(f->app, "memory");
    const size_t before = fake_slack_count(f->slack);
    const unsigned want = answers + 2;
    assert_int_equal(slack_callf(slack_app_client(f->app), "api.test", answered, NULL, "{}"), 0);
    app_run_until_calls(f, before + 1);
    assert_int_equal(t->host->call(t, "apps.connections.open", answered, NULL), 0);
    app_run_until_calls(f, before + 2);
    world_until(&f->world, answers >= want);
    assert_string_equal(fake_slack_call(f->slack, before)->token, bot);
    assert_string_equal(fake_slack_call(f->slack, before + 1)->token, app);
}

static void until_logged(app_fixture_t *f, const char *text)
{
    world_until(&f->world, strstr(f->world.log, text));
}

/* A call that is refused with the old token is made again. */
TEST(a_new_token_overtakes_a_call)
{
    app_fixture_t f;
    open_app(&f);
    const unsigned want = answers + 1;
    fake_slack_answer(f.slack, "api.test", 200, "{'ok':false,'error':'token_revoked'}");
    assert_int_equal(slack_callf(slack_app_client(f.app), "api.test", answered, NULL, "{}"), 0);
    file_replace(bot_file, "xoxb-second");
    slack_app_reload(f.app); /* which the loop does before it reads the answer */
    world_until(&f.world, answers >= want);
    assert_int_equal(fake_slack_count(f.slack), 2);
    assert_string_equal(fake_slack_call(f.slack, 0)->token, "xoxb-first");
    assert_string_equal(fake_slack_call(f.slack, 1)->token, "xoxb-second");
    app_close(&f);
}

TEST(a_reload_brings_new_tokens)
{
    app_fixture_t f;
    open_app(&f);
    assert_tokens(&f, "xoxb-first", "xapp-first");
    file_replace(bot_file, "xoxb-2"); /* shorter than the old one; the next is longer */
    slack_app_reload(f.app);
    until_logged(&f, app_file);
    assert_tokens(&f, "xoxb-2", "xapp-first");
    file_replace(bot_file, "xoxe.xoxb-a-token-that-rotates");
    file_replace(app_file, "xapp-second");
    world_forget_log(&f.world);
    slack_app_reload(f.app);
    until_logged(&f, app_file);
    assert_tokens(&f, "xoxe.xoxb-a-token-that-rotates", "xapp-second");
    file_replace(bot_file, " xoxb-3 \r\n\n");
    world_forget_log(&f.world);
    slack_app_reload(f.app);
    until_logged(&f, app_file);
    assert_tokens(&f, "xoxb-3", "xapp-second");
    assert_false(world_logged(&f.world, "that-rotates"));
    app_close(&f);
}

TEST(a_change_is_seen)
{
    app_fixture_t f;
    open_app(&f);
    file_replace(app_file, "xapp-second");
    until_logged(&f, "event=\"token read again\"");
    assert_tokens(&f, "xoxb-first", "xapp-second");
    app_close(&f);
}

TEST(bad_files_keep_the_old_token)
{
    static const struct {
        const char *text; /* NULL: the file does not exist */
        const char *reason;
    } table[] = {
        {NULL, "reason=\"No such file or directory\""},
        {"", "reason=\"it is empty, or no text\""},
        {"xapp-1", "reason=\"it holds no bot token (xoxb-…)\""},
        {"\n \n", "reason=\"it is empty, or no text\""},
        {"xoxb-\u00a0", "reason=\"it holds white space or a character that is not ASCII; copy it "
                        "again\""},
        {"xoxb-1\nxoxb-2", "reason=\"it holds white space"},
        {"\u200bxoxb-1", "reason=\"it holds white space"},
        {"secret", "reason=\"it holds no bot token (xoxb-…)\""},
    };
    app_fixture_t f;
    open_app(&f);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        unlink(bot_file);
        if (table[i].text) file_replace(bot_file, table[i].text);
        world_forget_log(&f.world);
        slack_app_reload(f.app);
        until_logged(&f, app_file);
        assert_true(world_logged(&f.world, "level=error event=\"token not read again, the old one "
                                           "stays\""));
        assert_true(world_logged(&f.world, table[i].reason));
        assert_tokens(&f, "xoxb-first", "xapp-first");
    }
    char *large = malloc(2000);
    assert_non_null(large);
    memset(large, 'x', 1999);
    memcpy(large, "xoxb-", 5);
    large[1999] = '\0';
    file_replace(bot_file, large);
    slack_app_reload(f.app);
    until_logged(&f, "reason=\"the token is too long\"");
    assert_tokens(&f, "xoxb-first", "xapp-first");
    app_close(&f);

    slack_app_t *app = NULL;
    assert_int_equal(slack_app_new(&app, &(slack_options_t){.transport = "memory",
                                                            .store = "memory:",
                                                            .bot_token_file = bot_file}),
                     SLACK_ECONFIG);
    assert_non_null(strstr(slack_app_error(app), "SLACK_BOT_TOKEN_FILE=/tmp/slackapp-"));
    assert_non_null(strstr(slack_app_error(app), ": the token has more than 1023 bytes"));
    slack_app_free(app);
    free(large);
}

static int new_and_free(void *ctx)
{
    slack_app_t *app = NULL;
    const slack_options_t options = {.transport = "memory",
                                     .store = "memory:",
                                     .bot_token_file = bot_file,
                                     .app_token_file = app_file};
    int rc = slack_app_new(&app, &options);
    slack_app_free(app);
    return rc;
}

TEST(memory_runs_out)
{
    file_replace(bot_file, "xoxb-first");
    file_replace(app_file, "xapp-first");
    assert_true(alloc_fail_each(new_and_free, NULL) > 4);
}

/* A reload that runs out of memory keeps the old tokens, and no freed block holds a token. */
TEST(memory_runs_out_later)
{
    app_fixture_t f;
    heap_watch("xoxb-second");
    open_app(&f);
    file_replace(bot_file, "xoxb-second");
    for (size_t nth = 0; nth < 4; nth++) {
        world_forget_log(&f.world);
        heap_fail_at(nth, false);
        slack__inspect_reload(f.app);
        assert_true(heap_heal());
        assert_true(world_logged(&f.world, "reason=\"out of memory\""));
    }
    world_forget_log(&f.world);
    slack__inspect_reload(f.app);
    assert_false(world_logged(&f.world, "level=error"));
    assert_tokens(&f, "xoxb-second", "xapp-first");
    app_close(&f);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

int main(void)
{
    heap_install();
    close(mkstemp(bot_file));
    close(mkstemp(app_file));
    int rc = test_run_all(NULL, NULL);
    unlink(bot_file);
    unlink(app_file);
    return rc;
}
