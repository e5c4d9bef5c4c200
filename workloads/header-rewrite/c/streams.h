// The request's path of every stream: rules on the response may ask for it when the
// request's headers are out of reach.
#pragma once
#include <stdint.h>
#include <stdlib.h>

#include "text.h"

struct stream {
  uint32_t id;
  char *path;
  size_t path_size;
  struct stream *next;
};

static struct stream *streams;

static struct stream **find_stream(uint32_t id) {
  struct stream **place = &streams;
  while (*place && (*place)->id != id) place = &(*place)->next;
  return place;
}

static struct text path_of(uint32_t id) {
  const struct stream *stream = *find_stream(id);
  return stream ? (struct text){stream->path, stream->path_size} : (struct text){0};
}

// Takes `path` over, which malloc gave.
static void keep_path(uint32_t id, char *path, size_t size) {
  struct stream *stream = malloc(sizeof *stream);
  if (!stream) abort();
  *stream = (struct stream){id, path, size, streams};
  streams = stream;
}

static void forget_stream(uint32_t id) {
  struct stream **place = find_stream(id), *stream = *place;
  if (!stream) return;
  *place = stream->next;
  free(stream->path);
  free(stream);
}
