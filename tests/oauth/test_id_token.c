/* SPDX-License-Identifier: MIT */
#include "oauth/id_token.h"
#include "support/test.h"
#include "util/base64.h"

#define NOW_S 1790000000
#define GOOD                                                                                       \
    "'iss':'https://slack.com','aud':'1.2','exp':1790000300,'iat':1790000000,'nonce':'n',"         \
    "'sub':'U1','https://slack.com/team_id':'T1'"

static struct claim_case {
    const char *name, *claims, *why; /* NULL: the token is good */
} claim_cases[] = {
    {"good", GOOD, NULL},
    {"another_issuer", "'iss':'https://evil.example'", "iss"},
    {"a_prefix_of_the_issuer", "'iss':'https://slack.co'", "iss"},
    {"no_issuer", "'iss':null", "iss"},
    {"another_audience", "'aud':'1.3'", "aud"},
    {"no_audience", "'aud':7", "aud"},
    {"a_list_of_one", "'aud':['1.2']", NULL},
    {"an_empty_list", "'aud':[]", "aud"},
    {"several", "'aud':['1.3','1.2']", "aud"},
    {"several_and_this_one_asked", "'aud':['1.3','1.2'],'azp':'1.2'", NULL},
    {"several_and_another_asked", "'aud':['1.3','1.2'],'azp':'1.3'", "aud"},
    {"another_nonce", "'nonce':'m'", "nonce"},
    {"a_longer_nonce", "'nonce':'nn'", "nonce"},
    {"no_nonce", "'nonce':''", "nonce"},
    {"expired", "'exp':1789999940", "exp"},
    {"expired_within_the_clocks", "'exp':1789999941", NULL},
    {"no_end", "'exp':null", "exp"},
    {"from_the_future", "'iat':1790000061", "iat"},
    {"no_workspace", "'https://slack.com/team_id':''", "no user"},
    {"no_user", "'sub':''", "no user"},
};

static const char *read_token(slack_arena_t *arena, const char *token, slack_person_t *ret)
{
    const slack_id_token_facts_t facts = {"https://slack.com", "1.2", "n", NOW_S * INT64_C(1000)};
    return slack__id_token_read(arena, token, &facts, ret);
}

/* The members of the case come first, and the first one of a name counts. */
TEST_EACH(claims, claim_cases)
{
    const struct claim_case *c = *state;
    slack_arena_t *arena = slack__arena_new(0, 0);
    char json[1024], text[1400], token[1500];
    slack_person_t person = {0};
    snprintf(json, sizeof json, "{%s%s%s}", c->claims, strcmp(c->claims, GOOD) ? "," : "",
             strcmp(c->claims, GOOD) ? GOOD : "");
    quoted(json);
    slack__base64_encode(SLACK_BASE64_URL, json, strlen(json), text);
    snprintf(token, sizeof token, "e30.%s.c2ln", text);
    const char *why = read_token(arena, token, &person);
    if (c->why)
        assert_non_null(strstr(why ? why : "", c->why));
    else
        assert_null(why);
    assert_string_equal(person.user_id ? person.user_id : "", c->why ? "" : "U1");
    slack__arena_free(arena);
}

TEST(texts_that_are_no_tokens)
{
    const char *const texts[] = {"",
                                 ".",
                                 "..",
                                 "...",
                                 "e30",
                                 "a.b",
                                 "e30.e30",
                                 "e30.!.x",
                                 "e30.e30.x.y",
                                 "e30.W10.x",
                                 "e30.bnVsbA.x",
                                 "e30.eyJ.x",
                                 "\xff.\xff.\xff"};
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_person_t person = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_non_null(strstr(read_token(arena, texts[i], &person), "not a JSON Web Token"));
    assert_null(person.user_id);
    slack__arena_free(arena);
}
