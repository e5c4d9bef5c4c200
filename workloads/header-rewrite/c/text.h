// Bytes that somebody else owns.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
  const char *bytes;
  size_t size;
};

static inline bool starts_with(struct text whole, struct text part) {
  return part.size <= whole.size && memcmp(whole.bytes, part.bytes, part.size) == 0;
}

static inline bool equals(struct text left, struct text right) {
  return left.size == right.size && starts_with(left, right);
}

static inline bool contains(struct text whole, struct text part) {
  for (; whole.size >= part.size; whole.bytes++, whole.size--) {
    if (starts_with(whole, part)) return true;
    if (whole.size == 0) break;
  }
  return false;
}
