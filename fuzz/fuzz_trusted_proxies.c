/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "net/trusted_proxies.h"

/* The lines of the input are the trusted networks, the peer, and header lines; an 'F' marks one of
 * Forwarded. The client is the peer or an address from a header. Headers of an untrusted peer are
 * ignored. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    slack_slice_t rest = {text, size}, nets = {"", 0}, peer = {"", 0}, line;
    slack__slice_split(&rest, '\n', &nets);
    slack__slice_split(&rest, '\n', &peer);
    text[nets.len] = '\0';
    if (peer.len > 0) text[nets.len + 1 + peer.len] = '\0';

    slack_http_header_t headers[8];
    slack_http_request_t request = {.headers = headers, .peer = peer.len > 0 ? peer.ptr : ""};
    while (request.header_count < 8 && slack__slice_split(&rest, '\n', &line)) {
        const bool forwarded = line.len > 0 && line.ptr[0] == 'F';
        if (forwarded) line = (slack_slice_t){line.ptr + 1, line.len - 1};
        headers[request.header_count++] = (slack_http_header_t){
            forwarded ? SLACK_SLICE("Forwarded") : SLACK_SLICE("X-Forwarded-For"),
            slack__slice_trim(line)};
    }

    slack_trusted_proxies_t proxies;
    if (slack__trusted_proxies_parse(&proxies, nets.len > 0 ? nets.ptr : NULL) == 0) {
        const slack_slice_t said = slack__slice(request.peer);
        slack_slice_t client = slack__trusted_proxies_client(&proxies, &request);
        if (client.ptr != said.ptr) {
            slack_trusted_proxies_t one;
            char copy[64] = "";
            if (!slack__trusted_proxies_match(&proxies, said)) __builtin_trap();
            if (client.ptr < text || client.ptr + client.len > text + size) __builtin_trap();
            if (client.len >= sizeof copy) __builtin_trap();
            memcpy(copy, client.ptr, client.len);
            if (slack__trusted_proxies_parse(&one, copy) != 0 || one.count != 1) __builtin_trap();
        }
    }
    free(text);
    return 0;
}
