/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <string.h>

#include "util/error.h"

/* By the first characters of the SQLSTATE:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html */
static const struct cure {
    const char *state; /* or words */
    const char *cure;
    enum pg_remedy remedy;
} cures[] = {
    {"08", "; it is connected again by itself", PG_NO_REMEDY},
    {"25006", "; name the primary, or add target_session_attrs=read-write", PG_NEW_SESSION},
    {"26000", "; a pooler has to have pool_mode=session", PG_NEW_SESSION},
    {"28", "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf",
     PG_NO_REMEDY},
    {"3D000", "; make the database with createdb", PG_NO_REMEDY},
    {"3F000", "; make the schema, and give it to this user", PG_NO_REMEDY},
    {"40", "; it is tried again with the next delivery", PG_TRY_AGAIN},
    {"42501", "; give this user a schema of its own: CREATE SCHEMA slackapp AUTHORIZATION its-name",
     PG_NO_REMEDY},
    {"53100", "; make room on the server's disk", PG_NO_REMEDY},
    {"53200", "; give the server more memory", PG_NO_REMEDY},
    {"53300", "; raise max_connections, or run fewer processes", PG_NO_REMEDY},
    {"55P03", "; another session holds its rows: see pg_stat_activity", PG_NO_REMEDY},
    {"57014", "; look after the load of the server", PG_NO_REMEDY},
    {"57P", "; it is connected again when the server is back", PG_NO_REMEDY},
    {"58", "; look after the server's disk", PG_NO_REMEDY},
    {"XX", "; look after the server: its log says more", PG_NO_REMEDY},
};

#define LOG_IN "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"
#define ROOM   "; raise the limit of the server, the database or the user, or run fewer processes"

/* A session that could not begin has no SQLSTATE, but the words of the server or of libpq. The
 * first phrase that is in the line counts, so those that name a user or a database stand behind
 * others. */
static const struct {
    const char *words, *cure;
} phrases[] = {
    {"pg_hba.conf", LOG_IN},
    {"translate host name", "; check the name, and that this machine can look it up"},
    {"too many", ROOM},
    {"connection slots", ROOM},
    {"permission denied for database", "; let this user in: GRANT CONNECT ON DATABASE"},
    {"not currently accepting",
     "; name another database, or ALTER DATABASE … ALLOW_CONNECTIONS true"},
    {"the database system is", "; connect again when the server has started"},
    {"invalid response", "; check the port: no PostgreSQL answers there"},
    {"database \"", "; make the database with createdb"},
    {"role \"", LOG_IN},
    {"password", LOG_IN},
    {"authentication", LOG_IN},
    {"certificate", "; check sslmode and sslrootcert"},
    {"SSL", "; check sslmode and sslrootcert"},
    {"bouncer", "; see the log of the pooler"},
    {"no such database", "; make it, or let the pooler know it"},
    {"sslmode", "; sslmode=verify-full is the safe one"},
    {"service", "; name a service of ~/.pg_service.conf or PGSERVICEFILE"},
    {"read-only", "; name the primary too"},
    {"hot standby", "; name the primary too"},
    {"startup parameter", "; name the server itself, or let the pooler pass it on"},
    {"no more connections", "; raise the limit of the pooler"},
};

static const struct cure *cure_for(const char *state)
{
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
        if (strncmp(state, cures[i].state, strlen(cures[i].state)) == 0) return &cures[i];
    static const struct cure none = {"", "", PG_NO_REMEDY};
    return &none;
}

static const char *cure_for_words(const slack_pg_t *pg, const char *what)
{
    char line[256]; /* several hosts have a line each, and the first one is shown */
    snprintf(line, sizeof line, "%.*s", (int)strcspn(what, "\n"), what);
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strstr(line, phrases[i].words)) return phrases[i].cure;
    return pg->sessions > 0 ? "; it is connected again when the server is back"
                            : "; check the address, and that the server runs";
}

void slack__pg_say(slack_pg_t *pg, const char *what, const char *cure)
{
    char text[104];
    snprintf(text, sizeof text, "%s", what);
    text[strcspn(text, "\n")] = '\0'; /* libpq's sentences have several lines */
    slack__explain(pg->error, "postgres%s: %s%s", pg->address.place, text, cure);
}

void slack__pg_note(slack_pg_t *pg, const char *what, const char *cure)
{
    char line[SLACK_ERROR_TEXT_MAX];
    char *notice = pg->db.notice;
    const size_t len = strlen(notice), room = sizeof pg->db.notice - len;
    slack__explain(line, "postgres%s: %s; %s", pg->address.place, what, cure);
    if (strlen(line) + 2 <= room) snprintf(notice + len, room, "%s\n", line);
}

int slack__pg_explain(slack_pg_t *pg, const PGresult *result)
{
    const char *what = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const struct cure *cure = state ? cure_for(state) : NULL;
    if (!pg->conn) return SLACK_ESTORE; /* a sentence has said why it was hung up */
    if (!what) what = PQerrorMessage(pg->conn);
    pg->remedy = cure ? cure->remedy : PG_NO_REMEDY;
    if (strstr(what, "out of memory") && !state) {
        slack__pg_say(pg, "out of memory", "");
        return SLACK_ENOMEM;
    }
    const char *reason = strstr(what, " failed: "); /* libpq names the place before it */
    if (reason) what = reason + sizeof " failed: " - 1;
    slack__pg_say(pg, *what ? what : "the connection is lost",
                  cure ? cure->cure : cure_for_words(pg, what));
    return SLACK_ESTORE;
}

int slack__pg_explain_silence(slack_pg_t *pg)
{
    pg->remedy = PG_NO_REMEDY;
    slack__pg_say(pg, "the server does not answer",
                  pg->broken >> PG_NO_STANDBY & 1
                      ? "; its commits wait for a standby: see synchronous_standby_names"
                      : "; look after it and the network");
    return SLACK_ESTORE;
}
