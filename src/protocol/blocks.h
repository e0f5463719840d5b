/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_BLOCKS_H
#define SLACK_PROTOCOL_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

/* Slack's Block Kit as a table, which blocks.def describes, and its lookup. Pure. */

/* The places of objects: lists and members of other kinds. */
enum slack_block_place {
    /* The three surfaces, a container, and the places of whole payloads. */
    SLACK_BLOCK_IN_MESSAGE,
    SLACK_BLOCK_IN_MODAL,
    SLACK_BLOCK_IN_HOME,
    SLACK_BLOCK_IN_CHILD,
    SLACK_BLOCK_IN_PAYLOAD,
    SLACK_BLOCK_IN_ATTACHMENT,
    SLACK_BLOCK_IN_CHUNK,
    SLACK_BLOCK_IN_VIEW,
    /* Elements, each in the blocks that take it. */
    SLACK_BLOCK_IN_ACTIONS,
    SLACK_BLOCK_IN_ACCESSORY,
    SLACK_BLOCK_IN_INPUT,
    SLACK_BLOCK_IN_CONTEXT,
    SLACK_BLOCK_IN_CONTEXT_ACTIONS,
    SLACK_BLOCK_IN_BUTTON,
    SLACK_BLOCK_IN_IMAGE,
    SLACK_BLOCK_IN_CAROUSEL,
    SLACK_BLOCK_IN_PLAN,
    SLACK_BLOCK_IN_SOURCE,
    /* Objects. */
    SLACK_BLOCK_IN_PLAIN,
    SLACK_BLOCK_IN_TEXT,
    SLACK_BLOCK_IN_OPTION,
    SLACK_BLOCK_IN_PLAIN_OPTION,
    SLACK_BLOCK_IN_OPTION_GROUP,
    SLACK_BLOCK_IN_CONFIRM,
    SLACK_BLOCK_IN_FEEDBACK,
    SLACK_BLOCK_IN_FILTER,
    SLACK_BLOCK_IN_DISPATCH,
    SLACK_BLOCK_IN_SLACK_FILE,
    SLACK_BLOCK_IN_WORKFLOW,
    SLACK_BLOCK_IN_TRIGGER,
    SLACK_BLOCK_IN_PARAMETER,
    SLACK_BLOCK_IN_ICON,
    /* Tables, charts, rich text. */
    SLACK_BLOCK_IN_CELL,
    SLACK_BLOCK_IN_COLUMN,
    SLACK_BLOCK_IN_CHART,
    SLACK_BLOCK_IN_SEGMENT,
    SLACK_BLOCK_IN_SERIES,
    SLACK_BLOCK_IN_POINT,
    SLACK_BLOCK_IN_AXES,
    SLACK_BLOCK_IN_RICH,
    SLACK_BLOCK_IN_RICH_ITEM,
    SLACK_BLOCK_IN_RICH_PART,
    SLACK_BLOCK_IN_RICH_VALUE,
    SLACK_BLOCK_IN_STYLE,
};

enum slack_block_type {
    SLACK_BLOCK_END, /* behind the last member */
    SLACK_BLOCK_STRING,
    SLACK_BLOCK_WORD,
    SLACK_BLOCK_DATE,
    SLACK_BLOCK_TIME,
    SLACK_BLOCK_BOOL,
    SLACK_BLOCK_INT,
    SLACK_BLOCK_NUMBER,
    SLACK_BLOCK_OBJECT,
    SLACK_BLOCK_LIST,    /* of objects */
    SLACK_BLOCK_STRINGS, /* with `words`: of words */
    SLACK_BLOCK_ROWS,
    SLACK_BLOCK_MAP, /* an object whose members are objects, with any name */
    SLACK_BLOCK_ANY,
    /* Rules: `words` has the members. */
    SLACK_BLOCK_SOME_OF,
    SLACK_BLOCK_ONE_OF,
    SLACK_BLOCK_ORDER,
    SLACK_BLOCK_FOR_INPUT,
    SLACK_BLOCK_OPEN,
};

enum slack_block_flag {
    SLACK_BLOCK_NONE = 0,
    SLACK_BLOCK_REQUIRED = 1 << 0,
    SLACK_BLOCK_NULLABLE = 1 << 1,
    SLACK_BLOCK_LIMITED = 1 << 2,
    SLACK_BLOCK_ONCE = 1 << 3,
    SLACK_BLOCK_SUMMED = 1 << 4,
    SLACK_BLOCK_JSON_TEXT = 1 << 5,
};

/* A member of a kind, or a rule about its members. */
typedef struct slack_block_field {
    const char *name;     /* "": a rule */
    unsigned char type;   /* enum slack_block_type */
    unsigned char flags;  /* enum slack_block_flag */
    unsigned char place;  /* of an object, a list, rows */
    unsigned short chars; /* of each text in it at most; 0: the text's own limit */
    int64_t min, max;     /* characters, items or values; max 0 of characters and items: no limit */
    const char *words;    /* separated by blanks; of a list: the member that identifies an item */
} slack_block_field_t;

typedef struct slack_block_kind {
    const char *type; /* NULL: no member says it */
    uint64_t places;  /* 1 << place */
    unsigned char most;
    const slack_block_field_t *fields; /* up to the first SLACK_BLOCK_END */
} slack_block_kind_t;

/* The kinds at most, and the rows of one at most, rules included. */
#define SLACK_BLOCK_KINDS_MAX  128
#define SLACK_BLOCK_FIELDS_MAX 16

/* The kind that has a type at a place; type NULL: the kind without one. NULL: there is none. */
const slack_block_kind_t *slack__block_kind(enum slack_block_place place, const char *type);

/* All kinds. */
const slack_block_kind_t *slack__block_kinds(size_t *ret_count);

#endif
