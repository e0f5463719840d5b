/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <stdio.h>
#include <string.h>

#include "util/error.h"

/* By the first characters of the SQLSTATE:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html */
static const struct cure {
    const char *state;
    const char *cure;
    enum pg_remedy remedy;
    slack_store_cause_t cause;
} cures[] = {
    {"08", "; it is connected again by itself", PG_NO_REMEDY, SLACK_CAUSE_LOST},
    {"25006", "; name the primary, or add target_session_attrs=read-write", PG_NEW_SESSION,
     SLACK_CAUSE_READ_ONLY},
    {"26000", "; a pooler has to have pool_mode=session", PG_NEW_SESSION, SLACK_CAUSE_POOLER},
    {"28", "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf",
     PG_NO_REMEDY, SLACK_CAUSE_LOGIN},
    {"3D000", "; make the database with createdb", PG_NO_REMEDY, SLACK_CAUSE_MISSING},
    {"3F000", "; make the schema, and give it to this user", PG_NO_REMEDY, SLACK_CAUSE_MISSING},
    {"40", "; it is tried again with the next delivery", PG_TRY_AGAIN, SLACK_CAUSE_LOCKED},
    {"42501", "; give this user a schema of its own: CREATE SCHEMA slackapp AUTHORIZATION its-name",
     PG_NO_REMEDY, SLACK_CAUSE_RIGHTS},
    {"42P01", "", PG_NO_REMEDY, SLACK_CAUSE_MISSING},
    {"53100", "; make room on the server's disk", PG_NO_REMEDY, SLACK_CAUSE_FULL},
    {"53200", "; give the server more memory", PG_NO_REMEDY, SLACK_CAUSE_MEMORY},
    {"53300", "; raise max_connections, or run fewer processes", PG_NO_REMEDY, SLACK_CAUSE_CROWDED},
    {"55P03", "; another session holds its rows: see pg_stat_activity", PG_NO_REMEDY,
     SLACK_CAUSE_LOCKED},
    {"57014", "; look after the load of the server", PG_NO_REMEDY, SLACK_CAUSE_SILENT},
    {"57P", "; it is connected again when the server is back", PG_NO_REMEDY, SLACK_CAUSE_STARTING},
    {"58", "; look after the server's disk", PG_NO_REMEDY, SLACK_CAUSE_DISK},
    {"XX001", "; look after the server: its log says more", PG_NO_REMEDY, SLACK_CAUSE_DAMAGED},
    {"XX002", "; look after the server: its log says more", PG_NO_REMEDY, SLACK_CAUSE_DAMAGED},
    {"XX", "; look after the server: its log says more", PG_NO_REMEDY, SLACK_CAUSE_OTHER},
    {"", "", PG_NO_REMEDY, SLACK_CAUSE_OTHER},
};

#define LOG_IN "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"
#define ROOM   "; raise the limit of the server, the database or the user, or run fewer processes"

/* A session that could not begin has no SQLSTATE, but the words of the server or of libpq. The
 * first phrase that is in the line counts, so those that name a user or a database stand behind
 * others. */
static const struct phrase {
    const char *words, *cure; /* NULL: the one that helps any connection */
    slack_store_cause_t cause;
} phrases[] = {
    {"pg_hba.conf", LOG_IN, SLACK_CAUSE_LOGIN},
    {"translate host name", "; check the name, and that this machine can look it up",
     SLACK_CAUSE_UNREACHED},
    {"too many", ROOM, SLACK_CAUSE_CROWDED},
    {"connection slots", ROOM, SLACK_CAUSE_CROWDED},
    {"permission denied for database", "; let this user in: GRANT CONNECT ON DATABASE",
     SLACK_CAUSE_RIGHTS},
    {"not currently accepting",
     "; name another database, or ALTER DATABASE … ALLOW_CONNECTIONS true", SLACK_CAUSE_REFUSED},
    {"the database system is", "; connect again when the server has started", SLACK_CAUSE_STARTING},
    {"invalid response", "; check the port: no PostgreSQL answers there", SLACK_CAUSE_REFUSED},
    {"database \"", "; make the database with createdb", SLACK_CAUSE_MISSING},
    {"role \"", LOG_IN, SLACK_CAUSE_LOGIN},
    {"password", LOG_IN, SLACK_CAUSE_LOGIN},
    {"authentication", LOG_IN, SLACK_CAUSE_LOGIN},
    {"certificate", "; check sslmode and sslrootcert", SLACK_CAUSE_TLS},
    {"SSL", "; check sslmode and sslrootcert", SLACK_CAUSE_TLS},
    {"bouncer", "; see the log of the pooler", SLACK_CAUSE_POOLER},
    {"no such database", "; make it, or let the pooler know it", SLACK_CAUSE_MISSING},
    {"sslmode", "; sslmode=verify-full is the safe one", SLACK_CAUSE_TLS},
    {"service", "; name a service of ~/.pg_service.conf or PGSERVICEFILE", SLACK_CAUSE_OTHER},
    {"read-only", "; name the primary too", SLACK_CAUSE_READ_ONLY},
    {"hot standby", "; name the primary too", SLACK_CAUSE_READ_ONLY},
    {"startup parameter", "; name the server itself, or let the pooler pass it on",
     SLACK_CAUSE_POOLER},
    {"no more connections", "; raise the limit of the pooler", SLACK_CAUSE_CROWDED},
    {"Connection refused", NULL, SLACK_CAUSE_REFUSED},
    {"No such file or directory", NULL, SLACK_CAUSE_REFUSED}, /* of a Unix socket */
    {"closed the connection", NULL, SLACK_CAUSE_LOST},
    {"connection is lost", NULL, SLACK_CAUSE_LOST},
    {"", NULL, SLACK_CAUSE_UNREACHED},
};

static const struct cure *cure_for(const char *state)
{
    const struct cure *cure = cures;
    while (strncmp(state, cure->state, strlen(cure->state)) != 0)
        cure++;
    return cure;
}

static const struct phrase *phrase_in(const char *what)
{
    char line[256]; /* several hosts have a line each, and the first one is shown */
    const struct phrase *phrase = phrases;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(what, "\n"), what);
    while (!strstr(line, phrase->words))
        phrase++;
    return phrase;
}

int slack__pg_say(slack_pg_t *pg, slack_store_cause_t cause, const char *what, const char *cure)
{
    char text[104];
    snprintf(text, sizeof text, "%s", what);
    text[strcspn(text, "\n")] = '\0'; /* libpq's sentences have several lines */
    slack__explain(pg->error, "postgres%s: %s%s", pg->address.place, text, cure);
    pg->db.cause = cause;
    return SLACK_ESTORE;
}

int slack__pg_no_memory(slack_pg_t *pg)
{
    slack__pg_say(pg, SLACK_CAUSE_MEMORY, "out of memory", "");
    return SLACK_ENOMEM;
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
    if (strstr(what, "out of memory") && !state) return slack__pg_no_memory(pg);
    const char *reason = strstr(what, " failed: "); /* libpq names the place before it */
    if (reason) what = reason + sizeof " failed: " - 1;
    if (!*what) what = "the connection is lost";
    if (cure) return slack__pg_say(pg, cure->cause, what, cure->cure);
    const struct phrase *phrase = phrase_in(what);
    const char *any = pg->sessions > 0 ? "; it is connected again when the server is back"
                                       : "; check the address, and that the server runs";
    return slack__pg_say(pg, phrase->cause, what, phrase->cure ? phrase->cure : any);
}

int slack__pg_explain_silence(slack_pg_t *pg)
{
    pg->remedy = PG_NO_REMEDY;
    return slack__pg_say(pg, SLACK_CAUSE_SILENT, "the server does not answer",
                         pg->broken >> PG_NO_STANDBY & 1
                             ? "; its commits wait for a standby: see synchronous_standby_names"
                             : "; look after it and the network");
}
