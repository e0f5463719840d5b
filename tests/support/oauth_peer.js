'use strict';
// @slack/oauth of npm as an app of the simulator, which stores its installations in files.
//     node oauth_peer.js FOLDER SLACKAPP STORE
// FOLDER holds node_modules, SLACKAPP is the program, STORE the folder for the files. The variables
// are those of `slackapp sim env --distributed`. The simulator has three workspaces, the last one in
// an organization, and its tokens rotate. Exits with 0 on success.
const assert = require('node:assert');
const http = require('node:http');
const run = require('node:util').promisify(require('node:child_process').execFile);
const [folder, slackapp, baseDir] = process.argv.slice(2);
const { FileInstallationStore, InstallProvider, LogLevel } =
    require(folder + '/node_modules/@slack/oauth');
const { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_API_URL, SLACKAPP_SIM } = process.env;

const installationStore = new FileInstallationStore({ baseDir });
const provider = new InstallProvider({
    clientId: SLACK_CLIENT_ID,
    clientSecret: SLACK_CLIENT_SECRET,
    stateSecret: 'a secret of the test',
    authorizationUrl: SLACKAPP_SIM + '/oauth/v2/authorize',
    installationStore,
    clientOptions: { slackApiUrl: SLACK_API_URL, retryConfig: { retries: 0 } },
    logLevel: LogLevel.ERROR,
});
const server = http.createServer((request, response) => {
    if (request.url.startsWith('/slack/oauth_redirect'))
        return provider.handleCallback(request, response);
    return provider.handleInstallPath(request, response, {}, {
        scopes: ['chat:write', 'channels:history'],
        userScopes: ['search:read'],
        redirectUri: `http://127.0.0.1:${server.address().port}/slack/oauth_redirect`,
        metadata: 'from the state',
    });
});

// The status of the app's last page, for a person who installs it in a workspace.
async function install(workspace, ...more) {
    const url = `http://127.0.0.1:${server.address().port}/slack/install`;
    const words = ['sim', 'install', '--url', url, '--workspace', workspace, ...more];
    const { stdout } = await run(slackapp, words).catch((failed) => failed);
    return parseInt(stdout, 10);
}

// The team of a token, or Slack's error.
async function authTest(token) {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(SLACK_API_URL + 'auth.test', { method: 'POST', headers });
    const { error, team_id } = await answer.json();
    return error || team_id;
}

async function main() {
    assert.strictEqual(await install('simulated2', '--cancel'), 500); // the library's own word for it
    assert.strictEqual(await install('simulated2', '--as', 'ben'), 200);
    assert.strictEqual(await install('simulated2'), 200);
    const query = { teamId: 'T0SIM00002', isEnterpriseInstall: false };
    const stored = await installationStore.fetchInstallation(query);
    assert.deepStrictEqual(stored.bot.scopes.sort(), ['channels:history', 'chat:write']);
    assert.strictEqual(stored.metadata, 'from the state');
    assert.ok(stored.user.token.startsWith('xoxe.xoxp-'));

    // The library refreshes both tokens, since they live for less than two hours.
    const { botToken, userToken } = await provider.authorize(query);
    assert.notStrictEqual(botToken, stored.bot.token);
    for (const token of [stored.bot.token, botToken, userToken])
        assert.strictEqual(await authTest(token), query.teamId);
    const third = await provider.authorize(query); // of three tokens two are good
    assert.strictEqual(await authTest(stored.bot.token), 'token_revoked');
    assert.strictEqual(await authTest(third.botToken), query.teamId);

    assert.strictEqual(await install('E0SIM00001'), 200);
    const organization = { enterpriseId: 'E0SIM00001', isEnterpriseInstall: true };
    const found = await provider.authorize({ ...organization, teamId: 'T0SIM00003' });
    assert.match(found.botToken, /^xoxe\.xoxb-/);
}

server.listen(0, '127.0.0.1', () =>
    main().then(
        () => process.exit(0),
        (error) => {
            console.log(error);
            process.exit(1);
        },
    ));
