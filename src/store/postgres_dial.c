/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/error.h"

/*
 * A session with the server that the conninfo names. libpq tries several hosts in turn, but has no
 * time limit for each of them. So a host that does not answer ends an attempt, and the next attempt
 * begins with the host behind it.
 */

/* The least time that an attempt has if there are several hosts. */
#define HOST_MS 500

/* --- the conninfo --------------------------------------------------------------------------- */

/* libpq repeats parts of a conninfo that it cannot read, and these may be a password. So its words
 * are replaced. */
static const struct complaint {
    const char *words, *why;
} complaints[] = {
    {"missing \"=\"", "a word has no \"=\": quote values that have spaces, as in dbname='a b'"},
    {"%00", "%00 cannot be part of it"},
    {"percent-encoded", "a % is not followed by two hexadecimal digits: write %25 for a %"},
    {"connection option", "it has an option that this libpq does not know: check their names"},
    {"query parameter", "it has an option that this libpq does not know: check their names"},
    {"unterminated", "a quote is not closed: write \\' for a quote in a value"},
    {"\"]\"", "a \"[\" is not closed: an IPv6 address is [::1]"},
};

/* libpq takes an '@', a '/' or a '?' in a password for the end of it, and the rest for the name of
 * a host or a database, which sentences name. `rest` follows "//". */
static bool is_ambiguous(const char *rest)
{
    const size_t len = strcspn(rest, "/?");
    const char *at = memchr(rest, '@', len);
    const char *hosts = at ? at + 1 : rest, *end = rest + len;
    if (memchr(hosts, '@', (size_t)(end - hosts)) || memchr(end, '@', strcspn(end, "?")))
        return true;
    bool in_port = false, in_brackets = false;
    for (const char *c = hosts; c < end; c++) {
        if (in_port && *c != ',' && (*c < '0' || *c > '9')) return true;
        in_brackets = *c == '[' || (in_brackets && *c != ']');
        in_port = !in_brackets && (*c == ':' || (in_port && *c != ','));
    }
    return false;
}

/* The part of a URI behind "//"; NULL: it is no URI. */
static const char *uri_rest(const char *conninfo)
{
    static const char *const schemes[] = {"postgres://", "postgresql://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(conninfo, schemes[i], strlen(schemes[i])) == 0)
            return conninfo + strlen(schemes[i]);
    return NULL;
}

/* The reason why libpq cannot use the conninfo, without a part of it; NULL: it can. */
static const char *complaint_about(const char *conninfo)
{
    char *words = NULL;
    const char *rest = uri_rest(conninfo), *why = NULL;
    if (rest && is_ambiguous(rest))
        return "a port is not a number, or a user or password has a special character: write %40 "
               "for @, %2F for /, %3A for :, %3F for ?";
    PQconninfoOption *options = PQconninfoParse(conninfo, &words);
    for (size_t i = 0; words && !why && i < sizeof complaints / sizeof *complaints; i++)
        if (strstr(words, complaints[i].words)) why = complaints[i].why;
    if (!options && !why) why = "write postgres://HOST/DATABASE, or postgres:service=NAME";
    PQfreemem(words);
    PQconninfoFree(options);
    return why;
}

int slack__pg_address_init(slack_pg_address_t *address, const char *rest, char *error)
{
    const char *scheme = strncmp(rest, "//", 2) == 0 ? "postgres:" : "";
    const size_t size = strlen(scheme) + strlen(rest) + 1;
    address->conninfo = slack__malloc(size);
    if (!address->conninfo) return SLACK_ENOMEM;
    snprintf(address->conninfo, size, "%s%s", scheme, rest);
    const char *why = complaint_about(address->conninfo);
    if (!why) return 0;
    slack__explain(error, "what follows \"postgres:\" is no conninfo of PostgreSQL: %s", why);
    return SLACK_ECONFIG;
}

void slack__pg_address_done(slack_pg_address_t *address)
{
    slack__free_secret(address->conninfo);
    for (size_t i = 0; i < PG_LISTS; i++)
        slack__free(address->lists[i]);
}

/* --- several hosts -------------------------------------------------------------------------- */

/* The options of libpq that have an element for each host. */
static const char *const list_names[PG_LISTS] = {"host", "hostaddr", "port"};

static unsigned count_elements(const char *list)
{
    unsigned count = list && *list ? 1 : 0;
    for (; list && *list; list++)
        count += *list == ',';
    return count;
}

/* Keep the lists, which may come from a service file or the environment. */
static void note_hosts(slack_pg_address_t *address, PGconn *conn)
{
    PQconninfoOption *options = PQconninfo(conn);
    for (PQconninfoOption *option = options; option && option->keyword; option++)
        for (size_t i = 0; i < PG_LISTS; i++)
            if (strcmp(option->keyword, list_names[i]) == 0 && count_elements(option->val) > 1 &&
                !address->lists[i])
                address->lists[i] = slack__strdup(option->val);
    PQconninfoFree(options);
}

static void reverse(char *begin, char *end)
{
    while (begin < --end) {
        const char c = *begin;
        *begin++ = *end;
        *end = c;
    }
}

/* Move the first element to the end: "a,b,c" becomes "b,c,a". */
static void rotate(char *list)
{
    const char *comma = list ? strchr(list, ',') : NULL;
    if (!comma) return;
    const size_t len = strlen(list), first = (size_t)(comma - list);
    reverse(list, list + len);
    reverse(list, list + len - first - 1);
    reverse(list + len - first, list + len);
}

/* --- the session ---------------------------------------------------------------------------- */

/* Note where the session leads to, without the user and the password. */
static void note_place(slack_pg_t *pg)
{
    const char *host = PQhost(pg->conn), *port = PQport(pg->conn), *name = PQdb(pg->conn);
    if (host && *host)
        snprintf(pg->address.place, sizeof pg->address.place, " %.48s:%.6s/%.24s", host,
                 port ? port : "", name ? name : "");
}

/* libpq would print the server's warnings, which the server's own log has. */
static void ignore_notice(void *unused, const PGresult *result)
{
}

static int start(slack_pg_t *pg)
{
    char *const *lists = pg->address.lists;
    const char *const keywords[] = {"dbname",          "fallback_application_name",
                                    "client_encoding", "connect_timeout",
                                    list_names[0],     list_names[1],
                                    list_names[2],     NULL};
    const char *const values[] = {
        pg->address.conninfo, "slackapp", "UTF8", "0", lists[0], lists[1], lists[2], NULL};
    pg->conn = PQconnectStartParams(keywords, values, 1);
    if (!pg->conn) return slack__pg_no_memory(pg);
    PQsetNoticeReceiver(pg->conn, ignore_notice, NULL);
    note_hosts(&pg->address, pg->conn);
    return 0;
}

/* Connect within the time limit. 0 or a status. */
static int finish(slack_pg_t *pg)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (PQstatus(pg->conn) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
           next != PGRES_POLLING_FAILED) {
        if (!slack__pg_wait(pg, next == PGRES_POLLING_WRITING)) {
            note_place(pg);
            for (size_t i = 0; i < PG_LISTS; i++)
                rotate(pg->address.lists[i]);
            return slack__pg_explain_silence(pg);
        }
        next = PQconnectPoll(pg->conn);
    }
    note_place(pg);
    if (PQstatus(pg->conn) == CONNECTION_BAD || next == PGRES_POLLING_FAILED)
        return slack__pg_explain(pg, NULL);
    return PQsetnonblocking(pg->conn, 1) == 0 ? 0 : slack__pg_explain(pg, NULL);
}

int slack__pg_dial(slack_pg_t *pg)
{
    const uint64_t deadline = pg->deadline_ns, now = uv_hrtime();
    int rc = start(pg);
    if (rc != 0) return rc;
    char *const *lists = pg->address.lists;
    const unsigned hosts = count_elements(lists[0] ? lists[0] : lists[1]);
    if (hosts > 1 && deadline > now) {
        const uint64_t share = (deadline - now) / hosts, least = HOST_MS * PG_MS_NS;
        const uint64_t until = now + (share > least ? share : least);
        if (until < deadline) pg->deadline_ns = until;
    }
    rc = finish(pg);
    pg->deadline_ns = deadline;
    return rc;
}
