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
} cures[] = {
    {"08", "; it is connected again by itself"},
    {"25006", "; name the primary, or add target_session_attrs=read-write"},
    {"28", "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"},
    {"3D000", "; make the database with createdb"},
    {"3F000", "; make the schema, and give it to this user"},
    {"40", "; it is tried again with the next delivery"},
    {"42501",
     "; give this user a schema of its own: CREATE SCHEMA slackapp AUTHORIZATION its-name"},
    {"53100", "; make room on the server's disk"},
    {"53200", "; give the server more memory"},
    {"53300", "; raise max_connections, or run fewer processes"},
    {"55P03", "; another session holds its rows: see pg_stat_activity"},
    {"57014", "; look after the load of the server"},
    {"57P", "; it is connected again when the server is back"},
    {"58", "; look after the server's disk"},
    {"XX", "; look after the server: its log says more"},
};

/* A session that could not begin has no SQLSTATE, but the words of the server or of libpq. */
static const struct cure phrases[] = {
    {"database \"", "; make the database with createdb"},
    {"role \"",
     "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"},
    {"password",
     "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"},
    {"pg_hba.conf",
     "; check the user, the password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf"},
    {"certificate", "; check sslmode and sslrootcert"},
    {"too many", "; raise max_connections, or run fewer processes"},
};

static const char *cure_for(const char *state)
{
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++)
        if (strncmp(state, cures[i].state, strlen(cures[i].state)) == 0) return cures[i].cure;
    return "";
}

static const char *cure_for_words(const slack_pg_t *pg, const char *what)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strstr(what, phrases[i].state)) return phrases[i].cure;
    return pg->sessions > 0 ? "; it is connected again when the server is back"
                            : "; check the address, and that the server runs";
}

void slack__pg_say(slack_pg_t *pg, const char *what, const char *cure)
{
    char text[104];
    snprintf(text, sizeof text, "%s", what);
    text[strcspn(text, "\n")] = '\0'; /* libpq's sentences have several lines */
    slack__explain(pg->error, "postgres %s: %s%s", pg->place, text, cure);
}

int slack__pg_explain(slack_pg_t *pg, const PGresult *result)
{
    const char *what = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!what) what = PQerrorMessage(pg->conn);
    if (strstr(what, "out of memory") && !state) {
        slack__pg_say(pg, "out of memory", "");
        return SLACK_ENOMEM;
    }
    const char *reason = strstr(what, " failed: "); /* libpq names the place before it */
    if (reason) what = reason + sizeof " failed: " - 1;
    slack__pg_say(pg, *what ? what : "the connection is lost",
                  state ? cure_for(state) : cure_for_words(pg, what));
    return SLACK_ESTORE;
}
