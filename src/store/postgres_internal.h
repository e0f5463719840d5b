/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_POSTGRES_INTERNAL_H
#define SLACK_STORE_POSTGRES_INTERNAL_H

#include <libpq-fe.h>

#include <slack/error.h>
#include <slack/options.h>

#include "store/committer.h"
#include "util/buf.h"

/*
 * Shared by the files of the PostgreSQL engine:
 *
 *   postgres_open.c        makes a session, and becomes an owner
 *   postgres_dial.c        connects
 *   postgres_promises.c    checks what the server promises
 *   postgres_tables.c      makes the tables
 *   postgres_apply.c       applies a list of operations as one transaction
 *   postgres_locks.c       takes its locks
 *   postgres_rows.c        sends the statements of an operation and takes their results
 *   postgres_groups.c      joins those of operations on single rows
 *   postgres_claim.c       claims rows
 *   postgres_owners.c      finds the owners that are gone
 *   postgres_notify.c      sends and takes hints of changes
 *   postgres_sweep.c       deletes rows whose time is over
 *   postgres_kv.c          does the operations on entries
 *   postgres_wire.c        sends and receives with a time limit
 *   postgres_statements.c  holds the SQL
 *   postgres_error.c       explains failures
 *
 * libpq is in pipeline mode: statements are sent one after the other, and slack__pg_drain() takes
 * all their results. No call of libpq blocks.
 */

enum pg_statement {
    /* For groups, in the order in which they are sent. */
    PG_FREE_KEY,
    PG_PUT,
    PG_MARK,
    PG_FINISH,
    PG_FORGET,
    PG_WAIT,
    PG_BURY,
    PG_ADVANCE,
    PG_TRY_LOCK,
    PG_FALL_BEHIND,
    PG_TAKE,
    PG_GROUPS,

    PG_BEGIN = PG_GROUPS,
    PG_COMMIT,
    PG_ROLLBACK,
    PG_NO_SYNC,
    PG_ENTER,
    PG_STAMPED,
    PG_PUT_FOUND,
    PG_RELEASE,
    PG_SWEEP_DONE,
    PG_OLDEST_DONE,
    PG_SWEEP_DEAD,
    PG_OLDEST_DEAD,
    PG_OWNER_NEW,
    PG_OWNER_BACK,
    PG_OWNER_EVICT,
    PG_OWNER_LOCK,
    PG_OWNERS,
    PG_OWNER_GONE,
    PG_OWNER_ENTRIES,
    PG_OWNER_CLOSED,
    PG_RENEW,
    PG_ABANDONED,
    PG_DUE,
    PG_NEXT_DUE,
    PG_CANCEL,
    PG_CANCEL_TENANT,
    PG_KV_PUT,
    PG_KV_ADD,
    PG_KV_SWAP,
    PG_KV_DELETE,
    PG_KV_SWEEP,
    PG_KV_GET,
    PG_KV_LIST,
    PG_LIST, /* queued rows; the other states follow in the order of slack_row_state */
    PG_LIST_RUNNING,
    PG_LIST_DONE,
    PG_LIST_DEAD,
    PG_ONE,
    PG_RETRY,
    PG_RETRY_ALL,
    PG_DROP,
    PG_DROP_ALL,
    PG_BY_INDEX,
    PG_STATS,     /* exact up to SLACK_STORE_COUNT_MAX rows of a state */
    PG_STATS_FEW, /* exact up to PG_COUNT_FEW */
    PG_NOTIFY,
    PG_ABOUT,
    PG_STATEMENTS
};

/* The number of statements whose results may be outstanding. */
#define PG_EXPECTED_MAX 1024
/* The fewest expired rows that one transaction may delete. */
#define PG_SWEEP_ROWS 200
#define PG_COUNT_FEW  10000
/* The most owners that one look handles. */
#define PG_OWNERS_MAX 64
#define PG_PARAMS_MAX 16
/* The most bytes of a key that is in an index, together with the name of the app. */
#define PG_KEY_MAX 2000

/* The values of a statement's parameters. They borrow bytes, and point into the struct itself: it
 * is not copied. */
typedef struct slack_pg_params {
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];
    char numbers[PG_PARAMS_MAX][8];
    int count;
} slack_pg_params_t;

/* Hints for other owners, and from them. Apps are hashes of their names; 0: any app. */
typedef struct slack_pg_hints {
    unsigned what;    /* the changes of which the others do not know yet, SLACK_STORE_CHANGED_… */
    uint64_t app;     /* whose rows were queued */
    uint64_t own;     /* this owner's app */
    uint64_t next_ns; /* when to send the next hint at the earliest */
    unsigned found;   /* changes that a look has found */
    unsigned session; /* the one that listens */
} slack_pg_hints_t;

typedef struct slack_pg slack_pg_t;

/* Takes the result of a statement. 0, or the status with which the transaction fails. */
typedef int (*slack_pg_take_fn)(slack_pg_t *pg, PGresult *result, void *user_data);

typedef struct slack_pg_expected {
    slack_pg_take_fn take; /* NULL: the result has nothing to take */
    void *user_data;
} slack_pg_expected_t;

/* One statement for operations that do the same. */
typedef struct slack_pg_group {
    slack_buf_t columns[PG_PARAMS_MAX]; /* an array each */
    int count;                          /* of the columns */
    unsigned rows;
    slack_pg_take_fn take;
    void *user_data;
} slack_pg_group_t;

/* A power of 2: the more there are, the later two things share a bit. */
#define PG_TOUCHED 65536u

typedef struct slack_pg_groups {
    slack_pg_group_t of[PG_GROUPS];
    size_t bytes;                      /* of all columns */
    uint64_t touched[PG_TOUCHED / 64]; /* hashes of keys, ordering keys and ids, a bit each */
    slack_store_op_t *puts[SLACK_DB_BATCH_MAX]; /* of the transaction, by their numbers */
    unsigned put_count;
} slack_pg_groups_t;

/* Rows of a state that expire. */
typedef struct slack_pg_sweep {
    int64_t oldest_ms; /* no older rows are left */
    int64_t at_ms;     /* when to delete some next */
    size_t count;      /* that the last transaction has deleted */
} slack_pg_sweep_t;

/* Another owner, as a look has found it. */
typedef struct slack_pg_watched {
    int64_t id, lease_ms;
    int64_t silent_ms; /* for how long its lease has not changed */
    int64_t away_ms;   /* for how long it has had no session */
    bool away;         /* it has no session */
    bool restarted;    /* it has had none since the server was started */
    bool closed;
    bool late; /* the server may still be away for it */
    bool is_gone;
    bool is_news;     /* it is gone, or away, and was not at the look before */
    bool has_rows;    /* of the app */
    bool has_none;    /* it has no rows of any app */
    bool has_entries; /* it has entries */
} slack_pg_watched_t;

typedef struct slack_pg_watch {
    slack_pg_watched_t owners[PG_OWNERS_MAX];
    size_t count;
    uint64_t looked_ms; /* monotonic: when the owners were last looked at */
    unsigned session;   /* of this owner, at that time */
    bool ended;         /* an owner that is gone had entries */
} slack_pg_watch_t;

/* The owners that a look has found to be gone. */
typedef struct slack_pg_gone {
    slack_pg_watched_t owners[PG_OWNERS_MAX];
    size_t count;
} slack_pg_gone_t;

/* The options of libpq that may have an element for each host. */
#define PG_LISTS 3

/* The server, as the conninfo names it. */
typedef struct slack_pg_address {
    char *conninfo;        /* holds a password */
    char *lists[PG_LISTS]; /* if there are several hosts, in the order in which they are tried */
    char place[128];       /* " HOST:PORT/DATABASE", for sentences; "": not known yet */
} slack_pg_address_t;

/* Warnings of postgres_promises.c, as bits of slack_pg.broken. */
enum pg_warning {
    PG_FSYNC_OFF,
    PG_PAGES_OFF,
    PG_COMMIT_OFF,
    PG_COMMIT_LOCAL,
    PG_COMMIT_WRITE,
    PG_ASYNCHRONOUS,
    PG_NO_STANDBY,
    PG_UNLOGGED,
    PG_UNVERIFIED
};

/* The next step after a failure. */
enum pg_remedy {
    PG_NO_REMEDY,
    PG_TRY_AGAIN,  /* the same transaction in the same session */
    PG_NEW_SESSION /* perhaps with another host */
};

struct slack_pg {
    slack_db_t db;
    slack_pg_address_t address;
    PGconn *conn; /* NULL: there is no session */
    char schema[64];
    int64_t owner;      /* this owner's id; 0: none yet */
    int64_t lock_class; /* stands before the numbers of this schema's advisory locks */
    int64_t batch;      /* the number of the last transaction; a PUT adds its own number */
    int64_t unclear;    /* the transaction that may have been committed; 0: none */
    int64_t now_ms;
    uint64_t mono_ms;
    uint64_t begun_ns;    /* when the time was mono_ms */
    uint64_t deadline_ns; /* until when to wait for the server */
    uint64_t allowed_ns;  /* the time beyond it, while the server takes or sends large texts */
    uint64_t moved_ns;    /* when it did so last */
    uint64_t retry_ns;    /* when to connect again */
    unsigned sessions;    /* that there have been */
    uint64_t troubled_ms; /* monotonic: when the server was last away or slow; 0: never */
    unsigned failures;    /* to connect, in a row */
    slack_pg_watch_t watch;
    slack_pg_groups_t groups;
    slack_pg_sweep_t done, dead;
    slack_pg_hints_t hints;
    slack_pg_expected_t expected[PG_EXPECTED_MAX];
    unsigned sent, received;
    bool has_result;       /* of the statement whose end comes next */
    int status;            /* of the statements since the last drain */
    enum pg_remedy remedy; /* of the last failure */
    unsigned broken;       /* promises of the server, by enum pg_warning */
    uint64_t promised_ms;  /* when they were looked at */
    char error[SLACK_ERROR_TEXT_MAX];
};

/* ---- postgres_error.c ---- */

/* Write a sentence about this place into pg->error: what is wrong, the cure. Returns SLACK_ESTORE.
 */
int slack__pg_say(slack_pg_t *pg, slack_store_cause_t cause, const char *what, const char *cure);
/* The same if memory is out. Returns SLACK_ENOMEM. */
int slack__pg_no_memory(slack_pg_t *pg);
/* Leave a line for the log. */
void slack__pg_note(slack_pg_t *pg, const char *what, const char *cure);
/* Write what the server, or libpq if `result` is NULL, says. Returns SLACK_ESTORE or SLACK_ENOMEM.
 */
int slack__pg_explain(slack_pg_t *pg, const PGresult *result);
/* The same for a time limit that is over. */
int slack__pg_explain_silence(slack_pg_t *pg);

/* ---- postgres_statements.c ---- */

/* Prepare all statements of a new session. */
int slack__pg_prepare(slack_pg_t *pg);

/* ---- postgres_wire.c ---- */

#define PG_MS_NS ((uint64_t)1000000)

void slack__pg_int(slack_pg_params_t *params, int64_t number);
/* Empty bytes become NULL; those of slack__pg_some() never do. */
void slack__pg_bytes(slack_pg_params_t *params, slack_slice_t bytes);
void slack__pg_some(slack_pg_params_t *params, slack_slice_t bytes);
void slack__pg_text(slack_pg_params_t *params, const char *text);

/* Send a statement behind those that were sent. Failures appear in the drain. `params` may be NULL.
 */
void slack__pg_send(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *params,
                    slack_pg_take_fn take, void *user_data);
/* The same for a text of SQL without parameters, whose results are texts. */
void slack__pg_send_text(slack_pg_t *pg, const char *sql, slack_pg_take_fn take, void *user_data);
/* Take all results. After a failure the results behind it are not taken. If memory is out, the
 * session ends, since a result may be missing that the server has sent. 0 or a status. */
int slack__pg_drain(slack_pg_t *pg);
/* Send a statement that has one parameter or none, and take its result. */
int slack__pg_run(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *params,
                  slack_pg_take_fn take, void *user_data);
/* Run texts of SQL outside of a pipeline. */
int slack__pg_exec(slack_pg_t *pg, const char *sql, slack_pg_take_fn take, void *user_data);
/* Begin a time limit. */
void slack__pg_limit(slack_pg_t *pg, uint64_t deadline_ns);
/* Extend it for texts of so many bytes, as long as the server takes or sends some. */
void slack__pg_allow(slack_pg_t *pg, size_t bytes);
/* Wait for the socket. False: the time limit is over. */
bool slack__pg_wait(slack_pg_t *pg, bool for_write);
/* End the session. */
void slack__pg_hang_up(slack_pg_t *pg);

int64_t slack__pg_get_int(const PGresult *result, int row, int column);
slack_slice_t slack__pg_get_bytes(const PGresult *result, int row, int column);
/* Take a number into an int64_t, and the number of changed rows into a size_t. */
int slack__pg_take_int(slack_pg_t *pg, PGresult *result, void *number);
int slack__pg_take_changed(slack_pg_t *pg, PGresult *result, void *count);

/* ---- postgres_groups.c ---- */

/* The groups of a new transaction are empty. */
void slack__pg_groups_begin(slack_pg_t *pg);
void slack__pg_groups_done(slack_pg_t *pg);
/* Send the groups if they touch what the operation touches, its key, its ordering key or its row,
 * and note what it touches. */
void slack__pg_keep_order(slack_pg_t *pg, const slack_store_op_t *op);
/* Add a row to a group: the values for its columns. Failures appear in the drain. `take` gets the
 * result of all rows. */
void slack__pg_add(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *row,
                   slack_pg_take_fn take, void *user_data);
/* Send the groups. */
void slack__pg_flush(slack_pg_t *pg);

/* ---- postgres_sweep.c ---- */

/* Send the deletion of some of the rows whose time is over, if there are any. A transaction that
 * puts `puts` rows deletes more than it puts. */
void slack__pg_send_sweep(slack_pg_t *pg, unsigned puts);
/* Look for expired rows anew. */
void slack__pg_sweep_again(slack_pg_t *pg);

/* ---- postgres_rows.c ---- */

/* Read the columns in the order of COLUMNS in postgres_statements.c, and the payload behind them.
 */
slack_row_t slack__pg_row(const PGresult *result, int i, bool with_payload);
/* Send the statements of an operation other than CLAIM, or add it to the groups. 0 or a status. */
int slack__pg_send_op(slack_pg_t *pg, slack_store_op_t *op);
/* Find out what became of the PUTs of a transaction whose results are lost. 0 or a status. */
int slack__pg_find_puts(slack_pg_t *pg);

/* ---- postgres_claim.c ---- */

int slack__pg_claim(slack_pg_t *pg, slack_store_op_t *op);
/* True if a CLAIM would find nothing; sets its next_ms. */
bool slack__pg_nothing_to_claim(slack_pg_t *pg, slack_store_op_t *op);

/* ---- postgres_owners.c ---- */

/* Send the statement that looks at the other owners. `ret` has those that are gone once its result
 * is there: those of whom others may claim rows, or whose entries end. */
void slack__pg_send_look(slack_pg_t *pg, slack_slice_t app, slack_pg_gone_t *ret);
/* True if rows of this owner, which is gone, may be claimed. */
bool slack__pg_leaves_rows(const slack_pg_watched_t *gone);
/* The time by the wall clock at which the next owner without a session counts as gone, if it has
 * rows of the app; INT64_MAX if there is no such owner. */
int64_t slack__pg_next_gone_ms(const slack_pg_t *pg);
/* True if an owner that is gone can be deleted. */
bool slack__pg_is_over(const slack_pg_watched_t *gone);
/* True if an owner that is gone has entries. Looks if the last look was a while ago. */
bool slack__pg_entries_ended(slack_pg_t *pg);
/* Look, and send the deletion of the entries of owners that are gone. 0 or a status. */
int slack__pg_end_entries(slack_pg_t *pg);
void slack__pg_send_end_entries(slack_pg_t *pg, int64_t owner);
void slack__pg_send_renew(slack_pg_t *pg);

/* ---- postgres_notify.c ---- */

/* Begin to listen, in a new session that is no pipeline yet. 0 or a status. */
int slack__pg_listen(slack_pg_t *pg);
/* Others are to know of these changes; `app` is the hash of the app whose rows were queued. */
void slack__pg_note_change(slack_pg_t *pg, unsigned what, uint64_t app);
/* Note what operations have changed that are committed. */
void slack__pg_note_changes(slack_pg_t *pg, slack_link_t *ops);
/* Send what was noted. */
void slack__pg_notify(slack_pg_t *pg);
/* Send it if it is time and `may_send`, and take the hints of others: what these have changed. In
 * `ret`, what to wait for. */
unsigned slack__pg_exchange_hints(slack_pg_t *pg, slack_db_wait_t *ret, bool may_send);

/* ---- postgres_kv.c ---- */

void slack__pg_send_kv(slack_pg_t *pg, slack_store_op_t *op);

/* ---- postgres_tables.c ---- */

/* Make the schema and its tables, or bring them up to date; one process at a time does. 0 or a
 * status. */
int slack__pg_set_up_tables(slack_pg_t *pg);
/* 0: this program can use the tables, and need not change them; SLACK_ENOTFOUND: there are none; or
 * another status. */
int slack__pg_find_tables(slack_pg_t *pg);

/* ---- postgres_dial.c ---- */

/* Take what follows "postgres:" in SLACK_STORE. 0; SLACK_ECONFIG with a sentence; SLACK_ENOMEM. */
int slack__pg_address_init(slack_pg_address_t *address, const char *rest, char *error);
void slack__pg_address_done(slack_pg_address_t *address);
/* Connect within the time limit. 0 or a status; the caller hangs up then. */
int slack__pg_dial(slack_pg_t *pg);

/* ---- postgres_promises.c ---- */

/* Refuse a session behind a pooler that gives it several processes of the server; `pid` is the
 * process that has just answered. 0 or a status. */
int slack__pg_check_pooler(slack_pg_t *pg, int pid);
/* Refuse a new session whose server cannot be written, and leave the warnings. 0 or a status. */
int slack__pg_check_promises(slack_pg_t *pg);
/* Look again, once a minute. */
void slack__pg_review_promises(slack_pg_t *pg);

/* ---- postgres_open.c ---- */

/* Make a session, unless there is one, within the time limit. Settles what is unclear. */
int slack__pg_connect(slack_pg_t *pg);

/* ---- postgres_locks.c ---- */

/* The advisory lock with this number in this schema. */
int64_t slack__pg_lock(const slack_pg_t *pg, unsigned number);
/* A hash of two texts. */
uint64_t slack__pg_hash(slack_slice_t a, slack_slice_t b);
/* The number of the lock of an ordering key. */
unsigned slack__pg_order_lock(slack_slice_t app, slack_slice_t order);
/* Send the statement with which a transaction begins: it takes all the locks that the operations
 * need, and leaves the number of the transaction at this owner. */
void slack__pg_enter(slack_pg_t *pg, slack_link_t *ops);

/* ---- members of slack_db_ops_t ---- */

/* The member `find` of slack_store_ops_t. */
int slack__pg_find(const char *place, char *error);
/* Without a session: the first operation makes it. */
int slack__pg_open_later(slack_db_t **ret, const char *place, int64_t now_ms, char *error);
int slack__pg_open(slack_db_t **ret, const char *place, int64_t now_ms, char *error);
int slack__pg_apply(slack_db_t *db, slack_link_t *ops, slack_link_t *ended,
                    const slack_db_time_t *now, char *error);
unsigned slack__pg_rest(slack_db_t *db, slack_db_wait_t *ret);
void slack__pg_close(slack_db_t *db);

#endif
