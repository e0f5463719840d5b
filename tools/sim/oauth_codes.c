/* SPDX-License-Identifier: MIT */
#include "sim/oauth_codes.h"

#include <inttypes.h>
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <string.h>

#include "util/base64.h"
#include "util/random.h"

void sim_codes_init(sim_codes_t *codes, const slack_clock_t *clock)
{
    memset(codes, 0, sizeof *codes);
    codes->clock = clock;
}

sim_code_t *sim_code_new(sim_codes_t *codes, const sim_authorize_request_t *request,
                         const sim_grantor_t *person)
{
    sim_code_t *code = &codes->ring[codes->count++ % SIM_CODES_MAX];
    *code = (sim_code_t){
        .ends_ms = slack__mono_ms(codes->clock) + SIM_CODE_LIFE_MS,
        .flow = request->flow,
        .redirect_given = request->redirect_given,
        .person = *person,
        .bot_scopes = request->bot_scopes,
        .user_scopes = request->user_scopes,
    };
    snprintf(code->text, sizeof code->text, "%" PRIu64 ".1000000000001.%016" PRIx64 "%016" PRIx64,
             UINT64_C(1000000000000) + codes->count, slack__random_u64(), slack__random_u64());
    snprintf(code->redirect_uri, sizeof code->redirect_uri, "%s", request->redirect_uri);
    snprintf(code->challenge, sizeof code->challenge, "%s", request->challenge);
    snprintf(code->nonce, sizeof code->nonce, "%s", request->nonce);
    return code;
}

/* Whether the challenge is the SHA-256 of the verifier (RFC 7636, 4.6). */
static bool verifier_fits(const char *verifier, const char *challenge)
{
    unsigned char hash[32];
    char text[SIM_CHALLENGE_SIZE] = "";
    if (mbedtls_sha256((const unsigned char *)verifier, strlen(verifier), hash, 0) != 0)
        return false;
    slack__base64_encode(SLACK_BASE64_URL, hash, sizeof hash, text);
    return strcmp(text, challenge) == 0;
}

const char *sim_code_use(sim_codes_t *codes, const char *text, const sim_code_proof_t *proof,
                         const sim_code_t **ret)
{
    sim_code_t *code = NULL;
    for (size_t i = 0; i < SIM_CODES_MAX && *text; i++)
        if (strcmp(codes->ring[i].text, text) == 0) code = &codes->ring[i];
    if (!code || code->used || slack__mono_ms(codes->clock) > code->ends_ms) return "invalid_code";
    if (code->flow != proof->flow) return "oauth_authorization_url_mismatch";
    if (strcmp(proof->redirect_uri, code->redirect_uri) != 0 &&
        (*proof->redirect_uri || code->redirect_given))
        return "bad_redirect_uri";
    if ((*code->challenge || *proof->verifier) && !proof->pkce) return "pkce_not_allowed";
    if (*code->challenge ? !verifier_fits(proof->verifier, code->challenge)
                         : *proof->verifier != '\0')
        return "invalid_code_verifier";
    if (!proof->secret && !*code->challenge) return "bad_client_secret";
    code->used = true;
    *ret = code;
    return NULL;
}
