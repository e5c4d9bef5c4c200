// What this filter needs of the Proxy-Wasm ABI 0.2.1.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HOST(name) __attribute__((import_module("env"), import_name(#name)))
#define CALLBACK(name) __attribute__((export_name(#name)))

enum map { REQUEST_HEADERS = 0, RESPONSE_HEADERS = 2 };
enum log_level { LOG_DEBUG = 1, LOG_ERROR = 4 };
enum { STATUS_OK = 0 };

HOST(proxy_log)
int32_t proxy_log(int32_t level, const char *text, size_t size);

// The host puts the answer of the next two where proxy_on_memory_allocate says; it is then
// the guest's to free.
HOST(proxy_get_header_map_pairs)
int32_t proxy_get_header_map_pairs(int32_t map, char **pairs, size_t *size);
HOST(proxy_get_header_map_value)
int32_t proxy_get_header_map_value(int32_t map, const char *name, size_t name_size, char **value, size_t *size);

HOST(proxy_add_header_map_value)
int32_t proxy_add_header_map_value(int32_t map, const char *name, size_t name_size, const char *value, size_t size);
HOST(proxy_replace_header_map_value)
int32_t proxy_replace_header_map_value(int32_t map, const char *name, size_t name_size, const char *value, size_t size);
HOST(proxy_remove_header_map_value)
int32_t proxy_remove_header_map_value(int32_t map, const char *name, size_t name_size);
