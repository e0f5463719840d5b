/* SPDX-License-Identifier: MIT */
#include "ops/http_routes.h"

#include <stdio.h>
#include <string.h>

#include "net/http_path.h"
#include "net/loop.h"
#include "util/alloc.h"
#include "util/form.h"

#define HEADERS_MAX 8
/* The time that a route has for its reply: more than a browser or a proxy waits. */
#define REPLY_S 60

struct slack_http_route {
    struct slack_http_route *next;
    slack_http_route_fn fn;
    void *user_data;
    char *method, *path; /* behind the struct; the path is decoded, as in requests */
    bool published;
};

/* In the arena of its request. */
struct slack_http_visit {
    slack_link_t link;           /* in routes->visits */
    slack_http_routes_t *routes; /* NULL once abandoned: the server may be gone */
    slack_http_request_t *request;
    slack_http_header_t headers[HEADERS_MAX];
    size_t header_count;
    slack_timer_t late; /* from the return of the route */
    unsigned holds;     /* the route is on the stack, or a part holds the visit: freed after that */
    bool answered;
};

/* The first line of a public function that changes a visit or allocates in it, on the loop's thread
 * only. */
static int visit_act(const slack_http_visit_t *visit, const char *function)
{
    const slack_http_server_t *server = visit->routes ? visit->request->server : NULL;
    return slack__net_require(server ? slack__http_server_net(server) : NULL, function);
}
#define SLACK_VISIT_REQUIRE(visit)                                                                 \
    do {                                                                                           \
        const int elsewhere = visit_act(visit, __func__);                                          \
        if (elsewhere != 0) return elsewhere;                                                      \
    } while (0)
#define SLACK_VISIT_REQUIRE_OR(visit, neutral)                                                     \
    do {                                                                                           \
        if (visit_act(visit, __func__) != 0) return neutral;                                       \
    } while (0)

/* --- routes ----------------------------------------------------------------------------------- */

void slack__http_routes_init(slack_http_routes_t *routes)
{
    *routes = (slack_http_routes_t){0};
    slack__link_init(&routes->visits);
}

void slack__http_routes_done(slack_http_routes_t *routes)
{
    while (routes->routes) {
        struct slack_http_route *route = routes->routes;
        routes->routes = route->next;
        slack__free(route);
    }
}

/* Find the route of a method on a path. *ret_rc without one: SLACK_EINVAL if the path has routes
 * for other methods, or SLACK_ENOTFOUND. */
static const struct slack_http_route *find_route(const slack_http_routes_t *routes,
                                                 slack_slice_t method, slack_slice_t path,
                                                 int *ret_rc)
{
    *ret_rc = SLACK_ENOTFOUND;
    /* The server leaves out the body of an answer to HEAD. */
    if (slack__slice_eq(method, SLACK_SLICE("HEAD"))) method = SLACK_SLICE("GET");
    for (const struct slack_http_route *route = routes->routes; route; route = route->next) {
        if (!slack__slice_eq(path, slack__slice(route->path))) continue;
        if (slack__slice_eq(method, slack__slice(route->method))) return route;
        *ret_rc = SLACK_EINVAL;
    }
    return NULL;
}

int slack__http_routes_add(slack_http_routes_t *routes, const char *method, const char *path,
                           slack_http_route_fn fn, void *user_data)
{
    if (!fn || !method || !*method || !path || *path != '/') return SLACK_EINVAL;
    const size_t method_size = strlen(method) + 1, path_size = strlen(path) + 1;
    struct slack_http_route *route = slack__malloc(sizeof *route + method_size + path_size);
    if (!route) return SLACK_ENOMEM;
    *route =
        (struct slack_http_route){routes->routes, fn, user_data, (char *)(route + 1), NULL, false};
    route->path = route->method + method_size;
    memcpy(route->method, method, method_size);
    memcpy(route->path, path, path_size);

    int rc = routes->count == SLACK_ROUTES_MAX ? SLACK_ETOOBIG : 0, unused;
    if (!slack__http_path_decode(route->path))
        rc = SLACK_EINVAL;
    else if (find_route(routes, slack__slice(method), slack__slice(route->path), &unused))
        rc = SLACK_EALREADY;
    if (rc != 0) {
        slack__free(route);
        return rc;
    }
    routes->routes = route;
    routes->count++;
    return 0;
}

/* --- visits ----------------------------------------------------------------------------------- */

/* The app no longer waits for the visit, and its reply is not sent. */
static void visit_leave(slack_http_visit_t *visit)
{
    slack__timer_stop(slack__http_server_net(visit->request->server), &visit->late);
    slack__unlink(&visit->link);
    visit->routes->visit_count--;
    visit->routes = NULL;
}

static void visit_end(slack_http_visit_t *visit)
{
    if (visit->routes) visit_leave(visit);
    slack__arena_free(visit->request->arena); /* the visit is in it */
}

static int refuse_method(const slack_http_routes_t *routes, slack_http_request_t *request)
{
    const char *methods = "";
    for (const struct slack_http_route *r = routes->routes; r && methods; r = r->next) {
        if (!slack__slice_eq(request->path, slack__slice(r->path))) continue;
        methods = slack__arena_printf(request->arena, "%s%s%s%s", methods, *methods ? ", " : "",
                                      r->method, strcmp(r->method, "GET") ? "" : ", HEAD");
    }
    if (!methods) return SLACK_ENOMEM;
    const slack_http_header_t allow = {SLACK_SLICE("Allow"), slack__slice(methods)};
    slack__http_refuse(request, 405, &allow, "the page has other methods");
    slack__arena_free(request->arena);
    return 0;
}

static void route_failed(slack_http_visit_t *visit, int rc)
{
    char reason[96];
    if (rc > 0)
        snprintf(reason, sizeof reason, "the route returned %d; 0 or a negative SLACK_E… is meant",
                 rc);
    else
        snprintf(reason, sizeof reason, "the route returned %s", slack_err_name(rc));
    if (visit->routes) slack__http_refuse(visit->request, 500, NULL, reason);
    visit->answered = true;
}

/* The program may still reply: the visit stays valid. */
static void visit_is_late(slack_timer_t *timer)
{
    slack_http_visit_t *visit = SLACK_CONTAINER(timer, slack_http_visit_t, late);
    char reason[96];
    snprintf(reason, sizeof reason, "the route sent no slack_http_reply() within %d s", REPLY_S);
    slack__http_refuse(visit->request, 504, NULL, reason);
    visit_leave(visit);
}

void slack__http_routes_publish(slack_http_routes_t *routes, const char *path)
{
    for (struct slack_http_route *route = routes->routes; route; route = route->next)
        if (strcmp(route->path, path) == 0) route->published = true;
}

bool slack__http_routes_published(const slack_http_routes_t *routes, slack_slice_t path)
{
    for (const struct slack_http_route *route = routes->routes; route; route = route->next)
        if (route->published && slack__slice_eq(path, slack__slice(route->path))) return true;
    return false;
}

int slack__http_routes_visit(slack_http_routes_t *routes, slack_http_request_t *request)
{
    int rc;
    const struct slack_http_route *route = find_route(routes, request->method, request->path, &rc);
    if (!route) return rc == SLACK_EINVAL ? refuse_method(routes, request) : rc;
    slack_http_visit_t *visit = slack__arena_calloc(request->arena, sizeof *visit);
    if (!visit) return SLACK_ENOMEM;
    visit->routes = routes;
    visit->request = request;
    slack__timer_init(&visit->late, visit_is_late);
    slack__link_init(&visit->link);
    slack__list_push(&routes->visits, &visit->link);
    routes->visit_count++;

    slack__http_visit_hold(visit);
    slack_net_t *net = slack__http_server_net(request->server);
    const uint64_t since_us = slack__net_now_us(net);
    rc = route->fn(visit, route->user_data);
    slack__net_note_blocking(net, since_us, "route", route->path);
    if (rc != 0 && !visit->answered) route_failed(visit, rc);
    if (!visit->answered && visit->routes)
        slack__timer_start(slack__http_server_net(request->server), &visit->late, REPLY_S * 1000);
    slack__http_visit_release(visit);
    return 0;
}

void slack__http_visit_hold(slack_http_visit_t *visit)
{
    visit->holds++;
}

void slack__http_visit_release(slack_http_visit_t *visit)
{
    if (--visit->holds == 0 && visit->answered) visit_end(visit);
}

bool slack__http_visit_is_answered(const slack_http_visit_t *visit)
{
    return visit->answered;
}

void slack__http_routes_abandon(slack_http_routes_t *routes)
{
    while (!slack__list_empty(&routes->visits))
        visit_leave(SLACK_CONTAINER(routes->visits.next, slack_http_visit_t, link));
}

int slack_http_reply(slack_http_visit_t *visit, int status, const char *content_type,
                     const char *body, size_t len)
{
    SLACK_VISIT_REQUIRE(visit);
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
    if (visit->routes)
        rc = slack__http_respond(visit->request->server, visit->request->id, &answer);
    if (rc == SLACK_EINVAL) return rc;
    visit->answered = true;
    if (visit->routes)
        slack__timer_stop(slack__http_server_net(visit->request->server), &visit->late);
    if (visit->holds == 0) visit_end(visit);
    return rc;
}

/* --- what a route reads and sets -------------------------------------------------------------- */

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
    SLACK_VISIT_REQUIRE_OR(visit, "");
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

static const char *form_field(slack_http_visit_t *visit, const char *form, size_t len,
                              const char *name)
{
    const slack_json_t *fields = NULL;
    if (!name || slack__form_parse(visit->request->arena, form, len, &fields) != 0) return "";
    const char *text = slack__json_string(slack__json_member(fields, slack__slice(name)), NULL);
    return text ? text : "";
}

const char *slack_http_query_field(slack_http_visit_t *visit, const char *name)
{
    SLACK_VISIT_REQUIRE_OR(visit, "");
    const slack_slice_t query = visit->request->query;
    return form_field(visit, query.len ? query.ptr : "", query.len, name);
}

const char *slack_http_form_field(slack_http_visit_t *visit, const char *name)
{
    SLACK_VISIT_REQUIRE_OR(visit, "");
    return form_field(visit, visit->request->body, visit->request->body_len, name);
}

/* RFC 6265, section 4.2.1: name=value pairs between "; ". */
const char *slack_http_cookie(slack_http_visit_t *visit, const char *name)
{
    SLACK_VISIT_REQUIRE_OR(visit, "");
    const char *at = slack_http_get_header(visit, "Cookie");
    const size_t name_len = name ? strlen(name) : 0;
    if (name_len == 0) return "";
    while (*at) {
        at += strspn(at, "; \t");
        const size_t len = strcspn(at, ";");
        if (len > name_len && memcmp(at, name, name_len) == 0 && at[name_len] == '=') {
            const char *value =
                slack__arena_strndup(visit->request->arena, at + name_len + 1, len - name_len - 1);
            return value ? value : "";
        }
        at += len;
    }
    return "";
}

int slack_http_redirect(slack_http_visit_t *visit, const char *url)
{
    SLACK_VISIT_REQUIRE(visit);
    if (!url || !*url) return SLACK_EINVAL;
    int rc = slack_http_set_header(visit, "Location", url);
    return rc ? rc : slack_http_reply(visit, 303, NULL, NULL, 0);
}

int slack_http_set_header(slack_http_visit_t *visit, const char *name, const char *value)
{
    SLACK_VISIT_REQUIRE(visit);
    if (!name || !value || !*name || strpbrk(name, "\r\n: ") || strpbrk(value, "\r\n"))
        return SLACK_EINVAL;
    if (visit->header_count == HEADERS_MAX) return SLACK_ETOOBIG;
    const char *name_copy = slack__arena_strdup(visit->request->arena, name);
    const char *value_copy = slack__arena_strdup(visit->request->arena, value);
    if (!name_copy || !value_copy) return SLACK_ENOMEM;
    visit->headers[visit->header_count++] =
        (slack_http_header_t){slack__slice(name_copy), slack__slice(value_copy)};
    return 0;
}
