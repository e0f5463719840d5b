/* SPDX-License-Identifier: MIT */
#include "net/public_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* https://www.iana.org/assignments/iana-ipv4-special-registry */
static const struct net4 {
    uint8_t bytes[4];
    unsigned bits;
} special4[] = {
    {{0, 0, 0, 0}, 8},       /* this network */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* shared with the provider */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local; the metadata of clouds */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocols */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 88, 99, 0}, 24},  /* relays of 6to4 */
    {{192, 168, 0, 0}, 16},  /* private */
    {{198, 18, 0, 0}, 15},   /* benchmarks */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* groups */
    {{240, 0, 0, 0}, 4},     /* reserved; broadcast */
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry: of 2000::/3, which is all that is
 * given out. */
static const struct net6 {
    uint8_t bytes[6];
    unsigned bits;
} special6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* protocols; Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static bool in_network(const uint8_t *address, const uint8_t *network, unsigned bits)
{
    const unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(address, network, whole) != 0) return false;
    return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
}

static bool is_public4(const uint8_t address[4])
{
    for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
        if (in_network(address, special4[i].bytes, special4[i].bits)) return false;
    return true;
}

static bool is_public6(const uint8_t address[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, compatible[12] = {0};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b}, to4[2] = {0x20, 0x02};
    if (memcmp(address, mapped, 12) == 0 || memcmp(address, nat64, 12) == 0)
        return is_public4(address + 12);
    if (memcmp(address, compatible, 12) == 0) return false; /* also :: and ::1 */
    if (memcmp(address, to4, 2) == 0) return is_public4(address + 2);
    if (address[0] >> 5 != 1) return false;
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (in_network(address, special6[i].bytes, special6[i].bits)) return false;
    return true;
}

bool slack__address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public4((const uint8_t *)&in.sin_addr);
    }
    if (address->sa_family != AF_INET6) return false;
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    return is_public6((const uint8_t *)&in6.sin6_addr);
}
