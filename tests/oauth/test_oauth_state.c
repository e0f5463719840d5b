/* SPDX-License-Identifier: MIT */
#include <mbedtls/sha256.h>

#include <slack/error.h>

#include "oauth/state.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "util/alloc.h"
#include "util/base64.h"

#define NOW_MS INT64_C(1790000000000)
#define CLIENT "1.2"
#define SECRET "0123456789abcdef0123456789abcdef"

static slack_arena_t *arena;
static slack_state_keys_t keys;
static slack_state_t mine, opened;
static const char *text;

static void open_keys(slack_state_keys_t *ret, const char *client, const char *secret)
{
    assert_int_equal(slack__state_keys_init(ret, client, secret), 0);
}

static void begin(void)
{
    arena = slack__arena_new(0, 0);
    open_keys(&keys, CLIENT, SECRET);
    assert_true(slack__state_new(&mine, SLACK_OAUTH_INSTALL, NOW_MS));
    mine.metadata = "plan=\"pro\"\n\xc3\xa4";
    text = slack__state_seal(arena, &keys, &mine);
    assert_non_null(text);
}

static void end(void)
{
    slack__state_keys_done(&keys);
    slack__arena_free(arena);
}

#define STATE_TEST(function) TEST_AROUND(function, begin(), end())

/* The word for a text; "good" if it can be opened. */
static const char *verdict(const slack_state_keys_t *with, const char *what, int64_t now_ms)
{
    const char *word = slack__state_open(arena, with, what, now_ms, &opened);
    return word ? word : "good";
}

STATE_TEST(a_state_carries_what_was_put_in)
{
    assert_string_equal(verdict(&keys, text, NOW_MS), "good");
    assert_memory_equal(opened.id, mine.id, sizeof mine.id);
    assert_int_equal(opened.since_ms, NOW_MS);
    assert_int_equal(opened.flow, SLACK_OAUTH_INSTALL);
    assert_string_equal(opened.metadata, mine.metadata);
    assert_null(strstr(text, "pro"));
    char longest[SLACK_METADATA_MAX + 1] = "";
    memset(longest, 'm', SLACK_METADATA_MAX);
    mine.metadata = longest;
    text = slack__state_seal(arena, &keys, &mine);
    assert_string_equal(verdict(&keys, text, NOW_MS), "good");
    assert_string_equal(opened.metadata, longest);
    assert_true(strlen(text) < 2000); /* it has to fit into a URL, twice */
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-_."),
                     strlen(text));
}

static struct time_case {
    const char *name;
    int64_t later_ms;
    const char *word;
} time_cases[] = {
    {"at_once", 0, "good"},
    {"at_its_last_moment", 600000, "good"},
    {"too_late", 600001, "state_expired"},
    {"a_year_late", INT64_C(31536000000), "state_expired"},
    {"from_a_clock_that_is_a_minute_ahead", -60000, "good"},
    {"from_a_clock_that_is_more_ahead", -60001, "state_early"},
};

TEST_EACH(a_state_is_good_for_ten_minutes, time_cases)
{
    const struct time_case *c = *state;
    begin();
    assert_string_equal(verdict(&keys, text, NOW_MS + c->later_ms), c->word);
    end();
}

STATE_TEST(a_changed_state_is_forged)
{
    assert_string_equal(verdict(&keys, "", NOW_MS), "state_missing");
    const char *const wrong[] = {"x", "v1.", "v1.00000000.AAAA", "null", "{}", "\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_string_equal(verdict(&keys, wrong[i], NOW_MS), "state_forged");
    char *changed = slack__arena_strdup(arena, text);
    for (size_t i = 0; changed[i]; i++) {
        const char old = changed[i];
        changed[i] = old == 'A' ? 'B' : 'A';
        assert_string_equal(verdict(&keys, changed, NOW_MS), "state_forged");
        changed[i] = '\0';
        if (i > 0) assert_string_equal(verdict(&keys, changed, NOW_MS), "state_forged");
        changed[i] = old;
    }
}

STATE_TEST(a_state_belongs_to_one_app_and_secret)
{
    slack_state_keys_t other;
    const char *const others[][2] = {{"1.3", SECRET}, {CLIENT, "another"}, {CLIENT, ""}};
    for (size_t i = 0; i < 3; i++) {
        open_keys(&other, others[i][0], others[i][1]);
        assert_string_equal(verdict(&other, text, NOW_MS), "state_forged");
        slack__state_keys_done(&other);
    }
    open_keys(&other, CLIENT, SECRET); /* another process, or this one after a restart */
    assert_string_equal(verdict(&other, text, NOW_MS), "good");
    slack__state_keys_done(&other);
}

/* The value of the cookie that the header sets. */
static const char *cookie_value(const slack_state_t *of)
{
    const char *set = strchr(slack__state_set_cookie(arena, of), '=') + 1;
    return slack__arena_strndup(arena, set, strcspn(set, ";"));
}

STATE_TEST(a_cookie_binds_an_attempt_to_its_browser)
{
    slack_state_t second;
    assert_true(slack__state_new(&second, SLACK_OAUTH_INSTALL, NOW_MS));
    const char *name = slack__state_cookie_name(arena, &mine), *value = cookie_value(&mine);
    assert_string_not_equal(name, slack__state_cookie_name(arena, &second));
    assert_string_equal(
        slack__state_set_cookie(arena, &mine),
        slack__arena_printf(arena, "%s=%s; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax",
                            name, value));
    assert_memory_equal(name, "__Host-", 7);
    assert_string_equal(slack__state_delete_cookie(arena, slack__slice(name)),
                        slack__arena_printf(arena,
                                            "%s=; Max-Age=0; Path=/; Secure; HttpOnly; "
                                            "SameSite=Lax",
                                            name));
    assert_true(slack__state_is_of_browser(&mine, value));
    const char *const foreign[] = {"",
                                   "x",
                                   cookie_value(&second),
                                   slack__arena_printf(arena, "%sA", value),
                                   slack__arena_strndup(arena, value, strlen(value) - 1),
                                   slack__state_verifier(arena, &keys, &mine),
                                   slack__state_nonce(arena, &keys, &mine)};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(slack__state_is_of_browser(&mine, foreign[i]));
}

STATE_TEST(the_oldest_cookies_make_room)
{
    const char *cookies = "theme=dark", *names[24];
    slack_slice_t surplus[SLACK_STATE_SURPLUS_MAX];
    const size_t want[] = {[14] = 0, [15] = 1, [16] = 2, [17] = 3, [23] = 3};
    for (size_t i = 0; i < 24; i++) {
        assert_true(slack__state_new(&mine, SLACK_OAUTH_INSTALL, NOW_MS));
        names[i] = slack__state_cookie_name(arena, &mine);
        cookies = slack__arena_printf(arena, "%s; %s=x", cookies, names[i]);
        const size_t count = slack__state_surplus(slack__slice(cookies), surplus);
        assert_int_equal(count, i < 15 ? 0 : i < 18 ? want[i] : 3);
        for (size_t k = 0; k < count; k++)
            assert_true(slack__slice_eq(surplus[k], slack__slice(names[k])));
    }
#define PREFIX "__Host-slack-oauth-"
    const char *const others[] = {
        "", ";;;", "=", PREFIX "=x", PREFIX "00000000000g=x", PREFIX "000000000000"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *many = "";
        for (int k = 0; k < 40; k++)
            many = slack__arena_printf(arena, "%s; %s", many, others[i]);
        const size_t none = i + 1 < sizeof others / sizeof *others ? 0 : 3; /* a name alone */
        assert_int_equal(slack__state_surplus(slack__slice(many), surplus), none);
    }
}

STATE_TEST(pkce_is_derived)
{
    const char *verifier = slack__state_verifier(arena, &keys, &mine);
    const char *challenge = slack__state_challenge(arena, &keys, &mine);
    unsigned char hash[32], decoded[32];
    size_t len = 0;
    assert_int_equal(strlen(verifier), 43); /* the least of RFC 7636, 4.1 */
    mbedtls_sha256((const unsigned char *)verifier, 43, hash, 0);
    assert_true(slack__base64_decode(SLACK_BASE64_URL, slack__slice(challenge), decoded, 32, &len));
    assert_memory_equal(decoded, hash, 32);
    assert_string_equal(verdict(&keys, text, NOW_MS), "good");
    assert_string_not_equal(slack__state_verifier(arena, &keys, &opened), verifier); /* no cookie */
    assert_true(slack__state_is_of_browser(&opened, cookie_value(&mine)));
    assert_string_equal(slack__state_verifier(arena, &keys, &opened), verifier);
    assert_string_not_equal(slack__state_nonce(arena, &keys, &mine), verifier);
}

static int attempt(void *ctx)
{
    slack_state_keys_t own = {0};
    slack_arena_t *room = slack__arena_new(0, 0);
    int rc = room ? slack__state_keys_init(&own, CLIENT, SECRET) : SLACK_ENOMEM;
    const char *sealed = rc == 0 ? slack__state_seal(room, &own, &mine) : NULL;
    const char *word = sealed ? slack__state_open(room, &own, sealed, NOW_MS, &opened) : "";
    if (rc == 0 && (word || !slack__state_set_cookie(room, &mine) ||
                    !slack__state_challenge(room, &own, &mine)))
        rc = SLACK_ENOMEM;
    slack__state_keys_done(&own);
    slack__arena_free(room);
    return rc;
}

TEST(memory_runs_out)
{
    char metadata[SLACK_METADATA_MAX + 1] = "";
    memset(metadata, 'm', SLACK_METADATA_MAX);
    assert_true(slack__state_new(&mine, SLACK_OAUTH_USER, NOW_MS));
    mine.metadata = metadata;
    assert_true(alloc_fail_each(attempt, NULL) > 2);
}
