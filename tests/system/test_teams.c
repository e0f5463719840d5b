/* SPDX-License-Identifier: MIT */
/* One app in four workspaces, two of which are of an organization that has installed it: whoever
 * acts is answered in his own workspace, over both transports. */
#include "support/sim_bot.h"
#include "support/test.h"

#define TEAMS    4
#define ROUNDS   5            /* from workspace to workspace, without waiting for an answer */
#define MESSAGES (3 * ROUNDS) /* in a workspace: one of a person, its answer, that to a command */

static sim_bot_t bot;

static const sim_services_t *team_at(size_t i)
{
    return bot.peer.sim->teams.list[i];
}

static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    for (size_t i = 0; i < TEAMS; i++) {
        const sim_team_t *team = team_at(i)->team;
        const bool org_wide = tenant->is_enterprise_install;
        const char *id = org_wide ? sim_team_enterprise_id(team) : team->id;
        if (!id || strcmp(org_wide ? tenant->enterprise_id : tenant->team_id, id) != 0) continue;
        return slack_authorize_grant(request, &(slack_authorization_t){
                                                  .bot_token = sim_peer_bot_token(&bot.peer, i),
                                                  .bot_id = team->bot_id,
                                                  .bot_user_id = team->bot->id,
                                              });
    }
    return slack_authorize_refuse(request, "not installed");
}

static void prepare(slack_app_t *app)
{
    assert_int_equal(slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up}), 0);
}

static int setup(void **state)
{
    const sim_options_t options = {
        .workspaces = TEAMS, .organization = 2, .installed = true, .people = SIM_USERS_FIRST};
    sim_bot_open_with(&bot, *state, 1, &options, prepare);
    return 0;
}

static int teardown(void **state)
{
    sim_bot_close(&bot);
    return 0;
}

static bool all_have_answers(const sim_bot_t *unused, unsigned n)
{
    for (size_t i = 0; i < TEAMS; i++)
        if (team_at(i)->workspace->messages.count < n) return false;
    return bot.commands == TEAMS * ROUNDS;
}

TEST_BOTH_WIRES(each_workspace_gets_its_answers, setup, teardown)
{
    static sim_peer_answer_t answers[TEAMS * ROUNDS], commands[TEAMS * ROUNDS];
    for (unsigned n = 0; n < TEAMS * ROUNDS; n++) {
        const char *act = slack__arena_printf(
            bot.peer.arena, "{'kind':'message','text':'event %u','workspace':'%s'}", n,
            team_at(n % TEAMS)->team->id);
        sim_peer_send(&bot.peer, act, &answers[n]);
        act = slack__arena_printf(bot.peer.arena,
                                  "{'kind':'command','command':'/x','workspace':'%s'}",
                                  team_at(n % TEAMS)->team->domain);
        sim_peer_send(&bot.peer, act, &commands[n]);
    }
    sim_bot_until(&bot, all_have_answers, MESSAGES);
    for (size_t i = 0; i < TEAMS; i++) {
        slack_link_t *list = &team_at(i)->workspace->messages.list;
        const char *id = team_at(i)->team->id;
        assert_int_equal(team_at(i)->workspace->messages.count, MESSAGES);
        for (slack_link_t *link = list->next; link != list; link = link->next) {
            const sim_message_t *message = SLACK_CONTAINER(link, const sim_message_t, link);
            const char *text = slack_json_str(message->body, "/text"),
                       *n = strpbrk(text, "0123456789");
            if (message->only_for) continue; /* the answer to a command */
            assert_int_equal(n ? strtoul(n, NULL, 10) % TEAMS : TEAMS, i);
            assert_string_equal(slack_json_str(message->body, "/team"), id);
        }
    }
}
