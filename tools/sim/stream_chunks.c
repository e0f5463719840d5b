/* SPDX-License-Identifier: MIT */
#include "sim/stream_chunks.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX ((size_t)16 * 1024 * 1024) /* more than a request can carry */

static const char *const statuses[] = {"pending", "in_progress", "complete", "error", NULL};

static bool is_chunk(const slack_json_t *chunk, const char *type)
{
    return strcmp(slack_json_str(chunk, "/type"), type) == 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* The member that the chunk lacks; NULL: it lacks none. */
static const char *missing_member(const slack_json_t *chunk)
{
    static const struct {
        const char *type;
        const char *members[4];
    } types[] = {
        {"markdown_text", {"text"}},
        {"task_update", {"id", "title", "status"}},
        {"plan_update", {"title"}},
        {"blocks", {NULL}},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!is_chunk(chunk, types[i].type)) continue;
        for (const char *const *name = types[i].members; *name; name++)
            if (slack_json_type(slack__json_member(chunk, slack__slice(*name))) !=
                SLACK_JSON_STRING)
                return *name;
        return is_chunk(chunk, "task_update") &&
                       !is_one_of(slack_json_str(chunk, "/status"), statuses)
                   ? "status"
                   : NULL;
    }
    return "type";
}

const char *sim_chunks_check(const slack_json_t *chunks, char problem[SIM_PROBLEM_SIZE])
{
    slack_json_iter_t it = {0};
    *problem = '\0';
    if (slack_json_type(chunks) != SLACK_JSON_ARRAY) return "invalid_chunks";
    while (slack_json_next(chunks, &it)) {
        const char *missing = missing_member(it.value);
        if (missing) {
            snprintf(problem, SIM_PROBLEM_SIZE,
                     "missing or invalid field: %s [json-pointer:/chunks/%zu/%s]", missing,
                     it.index - 1, missing);
            return "invalid_chunks";
        }
        const slack_json_t *blocks = slack_json_get(it.value, "/blocks");
        if (is_chunk(it.value, "blocks") &&
            (slack_json_type(blocks) != SLACK_JSON_ARRAY || !sim_blocks_check(it.value, problem)))
            return "invalid_blocks";
    }
    return NULL;
}

const char *sim_chunks_text(slack_arena_t *arena, const char *text, const slack_json_t *chunks)
{
    slack_json_iter_t it = {0};
    slack_buf_t buf;
    slack__buf_init(&buf, TEXT_MAX);
    int rc = slack__buf_append_slice(&buf, slack__slice(text));
    while (rc == 0 && slack_json_next(chunks, &it))
        if (is_chunk(it.value, "markdown_text"))
            rc = slack__buf_append_slice(&buf, slack__slice(slack_json_str(it.value, "/text")));
    const char *all = rc ? NULL : slack__arena_strndup(arena, slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    return all;
}

/* The block that a task or a plan shows as; NULL: the chunk is no such thing. */
static const slack_json_t *chunk_card(sim_json_builder_t *json, const slack_json_t *chunk)
{
    if (is_chunk(chunk, "plan_update"))
        return sim_json(json, "{type: 'plan', title: %s}", slack_json_str(chunk, "/title"));
    if (!is_chunk(chunk, "task_update")) return NULL;
    return sim_json(json, "{type: 'task_card', task_id: %s, title: %s, status: %s}",
                    slack_json_str(chunk, "/id"), slack_json_str(chunk, "/title"),
                    slack_json_str(chunk, "/status"));
}

/* Whether the card takes the place of the block. */
static bool replaces(const slack_json_t *card, const slack_json_t *block)
{
    return is_chunk(block, slack_json_str(card, "/type")) &&
           strcmp(slack_json_str(block, "/task_id"), slack_json_str(card, "/task_id")) == 0;
}

static void add_all(sim_json_builder_t *json, sim_list_t *list, const slack_json_t *values)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(values, &it))
        sim_list_add(json, list, it.value);
}

static const slack_json_t *with_card(sim_json_builder_t *json, const slack_json_t *blocks,
                                     const slack_json_t *card)
{
    sim_list_t list;
    slack_json_iter_t it = {0};
    bool placed = false;
    sim_list_begin(json, &list, '[');
    while (slack_json_next(blocks, &it)) {
        const bool here = !placed && replaces(card, it.value);
        sim_list_add(json, &list, here ? card : it.value);
        placed = placed || here;
    }
    if (!placed) sim_list_add(json, &list, card);
    return sim_list_end(json, &list);
}

const slack_json_t *sim_chunks_blocks(sim_json_builder_t *json, const slack_json_t *blocks,
                                      const slack_json_t *chunks)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(chunks, &it)) {
        const slack_json_t *card = chunk_card(json, it.value);
        if (card) {
            blocks = with_card(json, blocks, card);
        } else if (is_chunk(it.value, "blocks")) {
            sim_list_t list;
            sim_list_begin(json, &list, '[');
            add_all(json, &list, blocks);
            add_all(json, &list, sim_blocks_named(json, slack_json_get(it.value, "/blocks")));
            blocks = sim_list_end(json, &list);
        }
    }
    return blocks;
}
