/*
 * A made-up order of completion: as it should be, as it was, and how deep
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "order-seen.h"
#include "variants/order-shapes.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

/* OrderDraw */
static uint32_t draw(void *rand, uint32_t below)
{
    return g_rand_int_range(rand, 0, below);
}

GArray *expected_order(const char *order_text, uint32_t seed, int64_t windows,
                       uint32_t n)
{
    GArray *order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GRand *rand = g_rand_new_with_seed(seed);
    OrderShape shape;
    OrderWindow w;

    g_assert_true(order_shape_parse(order_text, &shape));
    while (windows-- > 0) {
        order_window_begin(&w, shape.kind, 1, draw, rand);
        order_window_next(&w, draw, rand);
    }
    for (uint32_t i = 0; i < n; i++) {
        g_array_append_val(waiting, i);
    }
    while (waiting->len) {
        order_window_begin(&w, shape.kind, MIN(waiting->len, shape.window),
                           draw, rand);
        while (w.left) {
            uint32_t i = order_window_next(&w, draw, rand);

            g_array_append_val(order, g_array_index(waiting, uint32_t, i));
            g_array_remove_index(waiting, i);
        }
    }
    g_rand_free(rand);
    return order;
}

/* Runs one of the lab's tools to its end. */
static char *tool(const char *const *argv, GError **error)
{
    struct spawn s = { .argv = argv };

    return capture(&s, true, 64 << 20, 120000, error);
}

static char *path_of(const char *name)
{
    return g_canonicalize_filename(name, NULL);
}

GArray *traced_order(const char *device, const char *trace, GError **error)
{
    g_autofree char *queue = g_strdup_printf("--queue=%s:0", device);
    g_autofree char *replay = path_of("build/vqreplay");
    const char *argv[] = { replay, "--ops", queue, trace, NULL };
    g_autofree char *text = tool(argv, error);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    g_autoptr(GHashTable) numbers = g_hash_table_new(NULL, NULL);
    GArray *order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t pops = 0, id;

    for (size_t i = 0; lines && lines[i]; i++) {
        if (sscanf(lines[i], "pop %u", &id) == 1) {
            g_hash_table_insert(numbers, GUINT_TO_POINTER(id),
                                GUINT_TO_POINTER(pops++));
        } else if (sscanf(lines[i], "fill %u", &id) == 1) {
            uint32_t n = GPOINTER_TO_UINT(
                g_hash_table_lookup(numbers, GUINT_TO_POINTER(id)));

            g_array_append_val(order, n);
        }
    }
    return order;
}

bool replayed_depths(GArray *order, const char *dir, Depths *depths,
                     GError **error)
{
    g_autofree char *ops = g_strdup_printf("%s/order.ops", dir);
    g_autofree char *json = g_strdup_printf("%s/order.json", dir);
    g_autofree char *to = g_strdup_printf("--json=%s", json);
    g_autofree char *replay = path_of("build/vqreplay");
    const char *argv[] = {
        replay, "--variant=off", "--repeats=1", "--instructions=none", to, ops,
        NULL
    };
    g_autoptr(GString) text = g_string_new("ring split 32768\n");
    g_autofree char *said = NULL, *result = NULL;
    g_autoptr(JsonNode) n = NULL;
    JsonArray *sources;
    JsonObject *o;

    for (guint i = 0; i < order->len; i++) {
        g_string_append_printf(text, "pop %u 1\n", i);
    }
    for (guint i = 0; i < order->len; i++) {
        g_string_append_printf(text, "fill %u 1\nflush\n",
                               g_array_index(order, uint32_t, i));
    }
    if (!g_file_set_contents(ops, text->str, text->len, error)) {
        return false;
    }
    said = tool(argv, error);
    result = said ? read_file(json, 1 << 20, NULL, error) : NULL;
    n = result ? parse_json(result, strlen(result), json, error) : NULL;
    sources = n ? json_list(json_node_get_object(n), "sources") : NULL;
    if (!sources || json_array_get_length(sources) != 1) {
        return false;
    }
    o = json_array_get_object_element(sources, 0);
    depths->elements = json_int(o, "elements", -1);
    depths->reordered = json_int(o, "reordered", -1);
    depths->max = json_int(o, "depth_max", -1);
    depths->sum =
        json_object_get_double_member(o, "depth_mean") * depths->elements + 0.5;
    return true;
}

/* The queue of @device in vqprobe's summary, or NULL. */
static JsonObject *probed_queue(const char *device, JsonNode *summary)
{
    JsonArray *queues = json_list(json_node_get_object(summary), "queues");

    for (guint i = 0; queues && i < json_array_get_length(queues); i++) {
        JsonObject *q = json_array_get_object_element(queues, i);

        if (strcmp(json_str(q, "device", ""), device) == 0) {
            return q;
        }
    }
    return NULL;
}

bool probed_depths(const char *device, JsonNode *summary, Depths *depths)
{
    JsonObject *q = probed_queue(device, summary);
    JsonArray *depth = q ? json_list(q, "depth") : NULL;

    *depths = (Depths){ 0 };
    for (guint k = 0; depth && k < json_array_get_length(depth); k++) {
        JsonArray *pair = json_array_get_array_element(depth, k);
        int64_t deep = json_array_get_int_element(pair, 0);
        int64_t count = json_array_get_int_element(pair, 1);

        depths->elements += count;
        depths->reordered += deep ? count : 0;
        depths->sum += deep * count;
        depths->max = MAX(depths->max, deep);
    }
    return q != NULL;
}

/* The call in a line of --events, and when it returned. */
static bool is_call(const char *line, const char *call, int64_t *ns)
{
    g_autofree char *word = g_strdup_printf(" %s ", call);
    int hour, minute, second, fraction;

    if (!strstr(line, word) ||
        sscanf(line, "%d:%d:%d.%9d", &hour, &minute, &second, &fraction) != 4) {
        return false;
    }
    *ns = ((hour * 60 + minute) * 60 + second) * G_GINT64_CONSTANT(1000000000) +
          fraction;
    return true;
}

/* How long one waited, also over midnight. */
static int64_t hold(int64_t filled, int64_t flushed)
{
    const int64_t day = G_GINT64_CONSTANT(86400000000000);

    return (flushed - filled + day) % day;
}

bool traced_published(const char *device, const char *trace,
                      const GArray *order, bool ordered, bool batches,
                      Published *published, GError **error)
{
    g_autofree char *program = path_of("build/vqprobe");
    g_autofree char *from = g_strdup_printf("--from=%s", trace);
    g_autofree char *only = g_strdup_printf("--device=%s", device);
    const char *argv[] = { program, from, only, "--events", NULL };
    g_autofree char *text = tool(argv, error);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    g_autofree int64_t *filled = g_new0(int64_t, order->len + 1);
    uint32_t fills = 0, next = 0, which;
    int64_t ns;

    *published = (Published){ 0 };
    for (size_t i = 0; lines && lines[i]; i++) {
        if (fills < order->len && is_call(lines[i], "fill", &ns)) {
            which = g_array_index(order, uint32_t, fills++);
            filled[ordered ? which : fills - 1] = ns;
        } else if (is_call(lines[i], "flush", &ns)) {
            published->entries += batches && filled[next] != 0;
            for (; filled[next]; next++) {
                published->hold_ns += hold(filled[next], ns);
                published->elements++;
                published->entries += !batches;
            }
        }
    }
    return lines != NULL;
}

bool probed_published(const char *device, JsonNode *summary,
                      Published *published)
{
    JsonObject *q = probed_queue(device, summary);

    *published = (Published){ 0 };
    if (!q) {
        return false;
    }
    published->elements = json_int(q, "published", -1);
    published->entries = json_int(q, "used_entries", -1);
    published->hold_ns = json_int(q, "hold_sum_ns", -1);
    return true;
}

bool watch(const Vm *vm, struct child *probe, const char *trace,
           const char *json, GError **error)
{
    g_autofree char *program = path_of("build/vqprobe");
    g_autofree char *pid = g_strdup_printf("--pid=%d", vm->qemu.pid);
    g_autofree char *output = g_strdup_printf("--output=%s", trace);
    g_autofree char *summary = g_strdup_printf("--json=%s", json);
    g_autofree char *log = g_strdup_printf("%s/vqprobe.log", vm->dir);
    g_autofree char *ready_fd = NULL;
    const char *argv[] = { program, pid, output, summary, NULL, NULL };
    struct spawn s = { .argv = argv, .n_keep = 1 };
    int pipe_fd[2];
    bool ok;
    char c;

    if (pipe2(pipe_fd, O_CLOEXEC)) {
        return false;
    }
    ready_fd = g_strdup_printf("--ready-fd=%d", pipe_fd[1]);
    argv[4] = ready_fd;
    s.keep = &pipe_fd[1];
    s.out = s.err = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ok = spawn(probe, &s, error);
    close(s.out);
    close(pipe_fd[1]);
    if (ok && read(pipe_fd[0], &c, 1) != 1) {
        g_autofree char *said = read_file(log, 1 << 16, NULL, NULL);

        child_end(probe, SIGTERM, 1000);
        g_set_error(error, VQB_ERROR, VQB_FAILED, "vqprobe: %s",
                    said ? said : "?");
        ok = false;
    }
    close(pipe_fd[0]);
    return ok;
}
