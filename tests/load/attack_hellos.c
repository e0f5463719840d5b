/* SPDX-License-Identifier: MIT */
/* Attackers who send the same ClientHello again and again, which costs them nothing. */
#include "load/attackers.h"

/* TLS 1.2, so that the server signs for each: ECDHE with ECDSA or RSA, and AES-128-GCM. */
static const char hello[] =
    "\x16\x03\x01\x00\x58"                                     /* a record of 88 bytes */
    "\x01\x00\x00\x54\x03\x03"                                 /* a ClientHello of 84 */
    "0123456789abcdef0123456789abcdef\x00"                     /* random bytes, no session */
    "\x00\x04\xc0\x2b\xc0\x2f\x01\x00"                         /* two suites, no compression */
    "\x00\x27"                                                 /* extensions of 39 bytes: */
    "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"                 /* x25519 and P-256 */
    "\x00\x0b\x00\x02\x01\x00"                                 /* no compressed points */
    "\x00\x0d\x00\x0a\x00\x08\x04\x03\x08\x04\x04\x01\x05\x01" /* ECDSA and RSA signatures */
    "\x00\x17\x00\x00\xff\x01\x00\x01"; /* and an empty one, ended by the NUL */

static void say_hello(attacker_t *attacker)
{
    attacker_say_rest(attacker, hello, sizeof hello);
}

static void act_impatient(attacker_t *attacker)
{
    say_hello(attacker);
    if (attacker->step == 10) attacker_leave(attacker);
}

void attack_hellos(void)
{
    static const attacker_kind_t patient = {.name = "hellos on connections that stay",
                                            .act = say_hello},
                                 impatient = {.name = "hellos on connections that leave",
                                              .act = act_impatient};
    attackers_add(&patient, 64, 8);
    attackers_add(&impatient, 64, 8);
}
