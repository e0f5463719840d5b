/* SPDX-License-Identifier: MIT */
#include "net/public_address.h"

#include "net/loop.h"
#include "support/test.h"

static const char *const public[] = {
    "1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
    "100.128.0.0",      "126.255.255.255", "128.0.0.0",       "169.253.0.1",     "172.15.255.255",
    "172.32.0.0",       "192.167.0.1",     "192.169.0.0",     "198.17.0.1",      "198.20.0.0",
    "223.255.1.1",      "2606:4700::1111", "2a00:1450::200e", "2001:4860::8888", "::ffff:1.1.1.1",
    "64:ff9b::101:101", "2002:101:101::1",
};
static const char *const hidden[] = {
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::a00:1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
};

static void judge(const char *const *texts, size_t count, bool is_public)
{
    struct sockaddr_storage address;
    for (size_t i = 0; i < count; i++) {
        assert_true(slack__net_address(texts[i], 443, &address));
        if (slack__address_is_public((const struct sockaddr *)&address) != is_public)
            fail_msg("%s", texts[i]);
    }
}

TEST(test_public_addresses)
{
    judge(public, sizeof public / sizeof *public, true);
    judge(hidden, sizeof hidden / sizeof *hidden, false);
    const struct sockaddr unknown = {.sa_family = AF_UNIX};
    assert_false(slack__address_is_public(&unknown));
}
