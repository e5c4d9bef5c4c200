// header-rewrite with its default rules in C, on the bare ABI.
#include <stdlib.h>

#include "proxy_wasm.h"
#include "rules.h"
#include "streams.h"

// The value of a header, to be freed; the bytes are null when there is no such header.
static bool get(enum map map, struct text name, char **value, size_t *size) {
  *value = NULL;
  *size = 0;
  return proxy_get_header_map_value(map, name.bytes, name.size, value, size) == STATUS_OK;
}

static bool passes(enum test test, bool present, struct text value, struct text operand) {
  if (!present) return false;
  switch (test) {
    case PRESENT: return true;
    case EQUALS: return equals(value, operand);
    case PREFIX: return starts_with(value, operand);
    case CONTAINS: return contains(value, operand);
  }
  return false;
}

static bool holds(const struct condition *when, enum map map, struct text path) {
  if (when->subject == ALWAYS) return true;
  if (when->subject == PATH) return passes(when->test, true, path, when->operand);
  char *value;
  size_t size;
  bool present = get(map, when->header, &value, &size);
  bool holds = passes(when->test, present, (struct text){value, size}, when->operand);
  free(value);
  return holds;
}

static void append(enum map map, struct text name, struct text addition) {
  char *before;
  size_t size;
  get(map, name, &before, &size);
  char *whole = malloc(size + 2 + addition.size);
  if (!whole) abort();
  size_t end = 0;
  if (size > 0) {
    memcpy(whole, before, size);
    memcpy(whole + size, ", ", 2);
    end = size + 2;
  }
  memcpy(whole + end, addition.bytes, addition.size);
  proxy_replace_header_map_value(map, name.bytes, name.size, whole, end + addition.size);
  free(whole);
  free(before);
}

static uint32_t read_u32(const char *bytes) {
  uint32_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

static void log_header(const char *message, struct text name, struct text value) {
  size_t head = strlen(message), size = head + 1 + name.size + 2 + value.size;
  char *line = malloc(size), *end = line;
  if (!line) abort();
  memcpy(end, message, head);
  end += head;
  *end++ = ' ';
  memcpy(end, name.bytes, name.size);
  end += name.size;
  memcpy(end, ": ", 2);
  memcpy(end + 2, value.bytes, value.size);
  proxy_log(LOG_DEBUG, line, size);
  free(line);
}

// The host's layout: the number of headers, the sizes of every name and value, then the
// bytes of each with a zero behind it.
static void log_headers(enum map map, const char *message) {
  char *pairs = NULL;
  size_t size = 0;
  if (proxy_get_header_map_pairs(map, &pairs, &size) == STATUS_OK && size >= 4) {
    uint32_t count = read_u32(pairs);
    const char *sizes = pairs + 4, *bytes = sizes + 8 * (size_t)count;
    for (uint32_t i = 0; i < count; i++, sizes += 8) {
      struct text name = {bytes, read_u32(sizes)};
      struct text value = {bytes + name.size + 1, read_u32(sizes + 4)};
      log_header(message, name, value);
      bytes = value.bytes + value.size + 1;
    }
  }
  free(pairs);
}

static void apply(const struct rule *rule, enum map map, const char *message, struct text path) {
  if (!holds(&rule->when, map, path)) return;
  struct text name = rule->name, value = rule->value;
  switch (rule->operation) {
    case LOG: log_headers(map, message); break;
    case ADD: proxy_add_header_map_value(map, name.bytes, name.size, value.bytes, value.size); break;
    case SET: proxy_replace_header_map_value(map, name.bytes, name.size, value.bytes, value.size); break;
    case APPEND: append(map, name, value); break;
    case REMOVE: proxy_remove_header_map_value(map, name.bytes, name.size); break;
  }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

CALLBACK(proxy_abi_version_0_2_1) void abi_version(void) {}
CALLBACK(proxy_on_memory_allocate) void *on_memory_allocate(size_t size) { return malloc(size); }
CALLBACK(proxy_on_vm_start) uint32_t on_vm_start(uint32_t root, uint32_t size) { return 1; }
CALLBACK(proxy_on_configure) uint32_t on_configure(uint32_t root, uint32_t size) { return 1; }
CALLBACK(proxy_on_context_create) void on_context_create(uint32_t id, uint32_t root) {}

CALLBACK(proxy_on_request_headers)
uint32_t on_request_headers(uint32_t id, uint32_t count, uint32_t end_of_stream) {
  char *target;
  size_t size;
  get(REQUEST_HEADERS, (struct text)T(":path"), &target, &size);
  const char *query = size ? memchr(target, '?', size) : NULL;
  keep_path(id, target, query ? (size_t)(query - target) : size);
  struct text path = path_of(id);
  for (size_t i = 0; i < COUNT(request_rules); i++) apply(&request_rules[i], REQUEST_HEADERS, "request", path);
  return 0;
}

CALLBACK(proxy_on_response_headers)
uint32_t on_response_headers(uint32_t id, uint32_t count, uint32_t end_of_stream) {
  struct text path = path_of(id);
  for (size_t i = 0; i < COUNT(response_rules); i++) apply(&response_rules[i], RESPONSE_HEADERS, "response", path);
  return 0;
}

CALLBACK(proxy_on_done) uint32_t on_done(uint32_t id) { return 1; }
CALLBACK(proxy_on_log) void on_log(uint32_t id) {}
CALLBACK(proxy_on_delete) void on_delete(uint32_t id) { forget_stream(id); }
