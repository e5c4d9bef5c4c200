// What this filter needs of the Proxy-Wasm ABI 0.2.1, with owners for what the host gives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#define HOST(name) __attribute__((import_module("env"), import_name(#name)))
#define CALLBACK(name) extern "C" __attribute__((export_name(#name)))

extern "C" {
HOST(proxy_log) int32_t proxy_log(int32_t level, const char *text, size_t size);
HOST(proxy_get_header_map_pairs) int32_t proxy_get_header_map_pairs(int32_t map, char **pairs, size_t *size);
HOST(proxy_get_header_map_value)
int32_t proxy_get_header_map_value(int32_t map, const char *name, size_t name_size, char **value, size_t *size);
HOST(proxy_add_header_map_value)
int32_t proxy_add_header_map_value(int32_t map, const char *name, size_t name_size, const char *value, size_t size);
HOST(proxy_replace_header_map_value)
int32_t proxy_replace_header_map_value(int32_t map, const char *name, size_t name_size, const char *value, size_t size);
HOST(proxy_remove_header_map_value)
int32_t proxy_remove_header_map_value(int32_t map, const char *name, size_t name_size);
}

// Bytes that the host put where proxy_on_memory_allocate said.
class Gift {
 public:
  Gift(char *bytes, size_t size) : bytes_(bytes), size_(size) {}
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(char *bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char, Free> bytes_;
  size_t size_;
};

class Headers {
 public:
  enum class Map : int32_t { Request = 0, Response = 2 };

  explicit Headers(Map map) : map_(static_cast<int32_t>(map)) {}

  // The value, several of one name joined with ", ".
  std::optional<Gift> get(std::string_view name) const {
    char *bytes = nullptr;
    size_t size = 0;
    if (proxy_get_header_map_value(map_, name.data(), name.size(), &bytes, &size) != 0) return std::nullopt;
    return Gift(bytes, size);
  }

  void add(std::string_view name, std::string_view value) const {
    proxy_add_header_map_value(map_, name.data(), name.size(), value.data(), value.size());
  }

  void set(std::string_view name, std::string_view value) const {
    proxy_replace_header_map_value(map_, name.data(), name.size(), value.data(), value.size());
  }

  void remove(std::string_view name) const { proxy_remove_header_map_value(map_, name.data(), name.size()); }

  // Calls `visit` with each name and value. The host's layout: the number of headers, the
  // sizes of every name and value, then the bytes of each with a zero behind it.
  template <typename Visit>
  void each(Visit visit) const {
    char *bytes = nullptr;
    size_t size = 0;
    if (proxy_get_header_map_pairs(map_, &bytes, &size) != 0 || size < 4) return;
    Gift pairs(bytes, size);
    auto number = [](const char *at) {
      uint32_t number;
      std::memcpy(&number, at, sizeof number);
      return number;
    };
    uint32_t count = number(bytes);
    const char *sizes = bytes + 4, *text = sizes + 8 * static_cast<size_t>(count);
    for (uint32_t i = 0; i < count; i++, sizes += 8) {
      std::string_view name(text, number(sizes));
      std::string_view value(text + name.size() + 1, number(sizes + 4));
      visit(name, value);
      text = value.data() + value.size() + 1;
    }
  }

 private:
  int32_t map_;
};
