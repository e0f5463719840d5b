/* SPDX-License-Identifier: MIT */
#include "ops/http_routes.h"

#include <string.h>

#include "app/app.h"
#include "net/http_path.h"
#include "util/alloc.h"

#define HEADERS_MAX 8
#define PLAIN       "text/plain; charset=utf-8"
#define METRICS_MAX ((size_t)256 << 10)

struct slack_page {
    struct slack_page *next;
    slack_http_route_fn fn;
    void *user_data;
    char *method, *path; /* behind the struct */
};

/* Lies in its request's arena. */
struct slack_http_visit {
    slack_link_t link; /* in pages.visits */
    slack_app_t *app;  /* NULL once it was abandoned, and the server with it */
    slack_http_request_t *request;
    slack_http_header_t headers[HEADERS_MAX];
    size_t header_count;
    bool in_route; /* the route is on the stack, which frees the visit when it is answered */
    bool answered;
};

/* --- routes ----------------------------------------------------------------------------------- */

/* HEAD is GET without the body, which the server leaves out. */
static bool serves(const struct slack_page *page, slack_slice_t method)
{
    if (slack__slice_eq(method, SLACK_SLICE("HEAD"))) method = SLACK_SLICE("GET");
    return slack__slice_eq(method, slack__slice(page->method));
}

/* The route of a method on a path. NULL: SLACK_ENOTFOUND, or SLACK_EINVAL where only the method is
 * another. */
static const struct slack_page *find(const slack_http_routes_t *pages, slack_slice_t method,
                                     slack_slice_t path, int *ret_rc)
{
    *ret_rc = SLACK_ENOTFOUND;
    for (const struct slack_page *page = pages->routes; page; page = page->next) {
        if (!slack__slice_eq(path, slack__slice(page->path))) continue;
        if (serves(page, method)) return page;
        *ret_rc = SLACK_EINVAL;
    }
    return NULL;
}

/* Whether it may be added; gives its path the form that requests have. */
static int check_page(const slack_http_routes_t *pages, struct slack_page *page)
{
    int rc;
    if (!slack__http_path_decode(page->path)) return SLACK_EINVAL;
    if (find(pages, slack__slice(page->method), slack__slice(page->path), &rc))
        return SLACK_EALREADY;
    return pages->count == SLACK_ROUTES_MAX ? SLACK_EBUSY : 0;
}

int slack_http_route(slack_app_t *app, const char *method, const char *path, slack_http_route_fn fn,
                     void *user_data)
{
    if (!fn || !method || !*method || !path || *path != '/') return SLACK_EINVAL;
    const size_t method_size = strlen(method) + 1, path_size = strlen(path) + 1;
    struct slack_page *page = slack__malloc(sizeof *page + method_size + path_size);
    if (!page) return SLACK_ENOMEM;
    *page = (struct slack_page){app->pages.routes, fn, user_data, (char *)(page + 1), NULL};
    page->path = page->method + method_size;
    memcpy(page->method, method, method_size);
    memcpy(page->path, path, path_size);
    int rc = check_page(&app->pages, page);
    if (rc != 0) {
        slack__free(page);
        return rc;
    }
    app->pages.routes = page;
    app->pages.count++;
    return 0;
}

/* --- visits ----------------------------------------------------------------------------------- */

static void end(slack_http_visit_t *visit)
{
    slack_app_t *app = visit->app;
    slack__unlink(&visit->link);
    slack__arena_free(visit->request->arena); /* the visit lies in it */
    if (!app) return;
    app->pages.visit_count--;
    slack__app_idle(app);
}

/* The path has pages, but none for this method. */
static int refuse_method(const slack_app_t *app, slack_http_request_t *request)
{
    const char *methods = "";
    for (const struct slack_page *page = app->pages.routes; page && methods; page = page->next) {
        if (!slack__slice_eq(request->path, slack__slice(page->path))) continue;
        methods = slack__arena_printf(request->arena, "%s%s%s%s", methods, *methods ? ", " : "",
                                      page->method, strcmp(page->method, "GET") ? "" : ", HEAD");
    }
    if (!methods) return SLACK_ENOMEM;
    const slack_http_header_t allow = {SLACK_SLICE("Allow"), slack__slice(methods)};
    slack__http_refuse(request, 405, &allow, "the page has other methods");
    slack__arena_free(request->arena);
    return 0;
}

int slack__http_routes_visit(slack_app_t *app, slack_http_request_t *request)
{
    int rc;
    const struct slack_page *page = find(&app->pages, request->method, request->path, &rc);
    if (!page) return rc == SLACK_EINVAL ? refuse_method(app, request) : rc;
    slack_http_visit_t *visit = slack__arena_calloc(request->arena, sizeof *visit);
    if (!visit) return SLACK_ENOMEM;
    visit->app = app;
    visit->request = request;
    slack__link_init(&visit->link);
    slack__list_push(&app->pages.visits, &visit->link);
    app->pages.visit_count++;

    visit->in_route = true;
    rc = page->fn(visit, page->user_data);
    visit->in_route = false;
    if (rc != 0 && !visit->answered) {
        visit->header_count = 0;
        slack_http_reply(visit, 500, NULL, NULL, 0);
    } else if (visit->answered) {
        end(visit);
    }
    return 0;
}

void slack__http_routes_abandon(slack_app_t *app)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&app->pages.visits)))
        SLACK_CONTAINER(link, slack_http_visit_t, link)->app = NULL;
    app->pages.visit_count = 0;
}

int slack_http_reply(slack_http_visit_t *visit, int status, const char *content_type,
                     const char *body, size_t len)
{
    const slack_http_response_t answer = {
        .status = status,
        .content_type = content_type,
        .headers = visit->headers,
        .header_count = visit->header_count,
        .body = body ? body : "",
        .body_len = body ? len : 0,
    };
    if (visit->answered) return SLACK_EALREADY;
    int rc = SLACK_ECLOSED;
    if (visit->app) rc = slack__http_respond(visit->request->server, visit->request->id, &answer);
    if (rc == SLACK_EINVAL) return rc;
    visit->answered = true;
    if (!visit->in_route) end(visit);
    return rc;
}

/* --- what a route reads and adds -------------------------------------------------------------- */

const char *slack_http_method(const slack_http_visit_t *visit)
{
    return visit->request->method.ptr;
}

const char *slack_http_path(const slack_http_visit_t *visit)
{
    return visit->request->path.ptr;
}

const char *slack_http_query(const slack_http_visit_t *visit)
{
    return visit->request->query.ptr;
}

const char *slack_http_peer(const slack_http_visit_t *visit)
{
    return visit->request->peer;
}

const char *slack_http_get_header(slack_http_visit_t *visit, const char *name)
{
    slack_slice_t value = slack__http_header(visit->request, name, NULL);
    if (!value.ptr) return "";
    const char *text = slack__arena_strndup(visit->request->arena, value.ptr, value.len);
    return text ? text : "";
}

const char *slack_http_body(const slack_http_visit_t *visit, size_t *ret_len)
{
    if (ret_len) *ret_len = visit->request->body_len;
    return visit->request->body;
}

int slack_http_set_header(slack_http_visit_t *visit, const char *name, const char *value)
{
    if (!name || !value || !*name || strpbrk(name, "\r\n: ") || strpbrk(value, "\r\n"))
        return SLACK_EINVAL;
    if (visit->header_count == HEADERS_MAX) return SLACK_EBUSY;
    const char *name_copy = slack__arena_strdup(visit->request->arena, name);
    const char *value_copy = slack__arena_strdup(visit->request->arena, value);
    if (!name_copy || !value_copy) return SLACK_ENOMEM;
    visit->headers[visit->header_count++] =
        (slack_http_header_t){slack__slice(name_copy), slack__slice(value_copy)};
    return 0;
}

/* --- the library's own pages ------------------------------------------------------------------ */

static int reply_text(slack_http_visit_t *visit, int status, const char *text)
{
    return slack_http_reply(visit, status, PLAIN, text, strlen(text));
}

static int show_health(slack_http_visit_t *visit, void *user_data)
{
    return reply_text(visit, 200, "ok\n");
}

static int show_readiness(slack_http_visit_t *visit, void *user_data)
{
    const char *reason = slack__app_unready(user_data);
    return reason ? reply_text(visit, 503, reason) : reply_text(visit, 200, "ready\n");
}

static int show_metrics(slack_http_visit_t *visit, void *user_data)
{
    slack_buf_t text;
    slack__buf_init(&text, METRICS_MAX);
    int rc = slack__metrics_write(user_data, &text);
    if (rc == 0)
        rc = slack_http_reply(visit, 200, "text/plain; version=0.0.4; charset=utf-8",
                              slack__buf_ptr(&text), text.len);
    slack__buf_done(&text);
    return rc;
}

int slack__http_routes_init(slack_app_t *app)
{
    slack__link_init(&app->pages.visits);
    int rc = slack_http_route(app, "GET", "/healthz", show_health, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/readyz", show_readiness, app);
    if (rc == 0) rc = slack_http_route(app, "GET", "/metrics", show_metrics, app);
    return rc;
}

void slack__http_routes_done(slack_app_t *app)
{
    while (app->pages.routes) {
        struct slack_page *page = app->pages.routes;
        app->pages.routes = page->next;
        slack__free(page);
    }
}
