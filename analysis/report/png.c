// SPDX-License-Identifier: GPL-2.0-or-later
#include "png.h"

#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define COLOURS 256

struct colour {
	guint32 rgb;
	unsigned int count;
};

static unsigned int place(guint32 rgb, unsigned int part)
{
	return rgb >> (8 * part) & 255;
}

/* More of them first; by their value where there are as many: the same plot, the same bytes. */
static int by_count(const void *a, const void *b)
{
	const struct colour *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->rgb < y->rgb ? -1 : x->rgb > y->rgb;
}

/* All colours, as struct colour. */
static GArray *count_colours(const guint8 *pixels, gsize n)
{
	GHashTable *counts = g_hash_table_new(NULL, NULL);
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct colour));
	GHashTableIter i;
	gpointer key, value;

	for (gsize p = 0; p < n; p++) {
		const guint8 *c = pixels + 3 * p;
		gpointer rgb = GUINT_TO_POINTER((guint)c[2] << 16 | (guint)c[1] << 8 | c[0]);

		value = g_hash_table_lookup(counts, rgb);
		g_hash_table_insert(counts, rgb, GUINT_TO_POINTER(GPOINTER_TO_UINT(value) + 1));
	}
	g_hash_table_iter_init(&i, counts);
	while (g_hash_table_iter_next(&i, &key, &value)) {
		struct colour c = {GPOINTER_TO_UINT(key), GPOINTER_TO_UINT(value)};

		g_array_append_val(all, c);
	}
	g_hash_table_destroy(counts);
	g_array_sort(all, by_count);
	return all;
}

static unsigned int nearest(const GArray *all, unsigned int kept, guint32 rgb)
{
	unsigned int best = 0, least = G_MAXUINT;

	for (unsigned int i = 0; i < kept; i++) {
		guint32 other = g_array_index(all, struct colour, i).rgb;
		unsigned int far = 0;

		for (unsigned int part = 0; part < 3; part++) {
			int d = (int)place(rgb, part) - (int)place(other, part);

			far += d * d;
		}
		if (far < least) {
			least = far;
			best = i;
		}
	}
	return best;
}

/* @pixels, three bytes each, become places in @map, of which so many are returned. */
static unsigned int to_map(guint8 *pixels, gsize n, guint8 *map)
{
	GArray *all = count_colours(pixels, n);
	GHashTable *places = g_hash_table_new(NULL, NULL);
	unsigned int kept = MIN(all->len, COLOURS);

	for (unsigned int i = 0; i < all->len; i++) {
		guint32 rgb = g_array_index(all, struct colour, i).rgb;
		unsigned int to = i < kept ? i : nearest(all, kept, rgb);

		g_hash_table_insert(places, GUINT_TO_POINTER(rgb), GUINT_TO_POINTER(to));
		for (unsigned int part = 0; i < kept && part < 3; part++)
			map[3 * i + part] = place(rgb, part);
	}
	for (gsize p = 0; p < n; p++) {
		const guint8 *c = pixels + 3 * p;
		guint rgb = (guint)c[2] << 16 | (guint)c[1] << 8 | c[0];

		pixels[p] = GPOINTER_TO_UINT(g_hash_table_lookup(places, GUINT_TO_POINTER(rgb)));
	}
	g_hash_table_destroy(places);
	g_array_free(all, TRUE);
	return kept;
}

static void *failed(png_image *image, void *pixels, void *shrunk, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "PNG: %s", image->message);
	png_image_free(image);
	g_free(pixels);
	g_free(shrunk);
	return NULL;
}

void *png_shrink(const void *png, gsize size, gsize *shrunk_size, GError **error)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	guint8 map[3 * COLOURS] = {}, *pixels = NULL;
	const png_color white = {255, 255, 255};
	png_alloc_size_t room = 0;
	void *shrunk = NULL;

	if (!png_image_begin_read_from_memory(&image, png, size))
		return failed(&image, NULL, NULL, error);
	image.format = PNG_FORMAT_RGB;
	pixels = g_malloc(PNG_IMAGE_SIZE(image));
	if (!png_image_finish_read(&image, &white, pixels, 0, NULL))
		return failed(&image, pixels, NULL, error);
	image.colormap_entries = to_map(pixels, (gsize)image.width * image.height, map);
	image.format = PNG_FORMAT_RGB_COLORMAP;
	if (!png_image_write_to_memory(&image, NULL, &room, 0, pixels, 0, map))
		return failed(&image, pixels, NULL, error);
	shrunk = g_malloc(room);
	if (!png_image_write_to_memory(&image, shrunk, &room, 0, pixels, 0, map))
		return failed(&image, pixels, shrunk, error);
	g_free(pixels);
	*shrunk_size = room;
	return shrunk;
}
