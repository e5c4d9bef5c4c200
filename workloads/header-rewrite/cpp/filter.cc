// header-rewrite with its default rules in C++20, on the bare ABI.
#include <span>
#include <string>
#include <unordered_map>

#include "host.h"
#include "rules.h"

namespace {

// The request's path of every stream: rules on the response may ask for it when the
// request's headers are out of reach.
std::unordered_map<uint32_t, std::string> paths;

bool passes(Test test, std::string_view value, std::string_view operand) {
  switch (test) {
    case Test::Present: return true;
    case Test::Equals: return value == operand;
    case Test::Prefix: return value.starts_with(operand);
    case Test::Contains: return value.find(operand) != std::string_view::npos;
  }
  return false;
}

bool holds(const Condition &when, const Headers &headers, std::string_view path) {
  if (when.subject == Subject::Always) return true;
  if (when.subject == Subject::Path) return passes(when.test, path, when.operand);
  auto value = headers.get(when.header);
  return value && passes(when.test, value->view(), when.operand);
}

void append(const Headers &headers, std::string_view name, std::string_view addition) {
  std::string whole;
  if (auto before = headers.get(name)) whole = before->view();
  if (!whole.empty()) whole += ", ";
  whole += addition;
  headers.set(name, whole);
}

void write_to_log(const Headers &headers, std::string_view message) {
  constexpr int32_t debug = 1;
  std::string line;
  headers.each([&](std::string_view name, std::string_view value) {
    line.assign(message).append(" ").append(name).append(": ").append(value);
    proxy_log(debug, line.data(), line.size());
  });
}

void apply(std::span<const Rule> rules, const Headers &headers, std::string_view message, std::string_view path) {
  for (const Rule &rule : rules) {
    if (!holds(rule.when, headers, path)) continue;
    switch (rule.operation) {
      case Operation::Log: write_to_log(headers, message); break;
      case Operation::Add: headers.add(rule.name, rule.value); break;
      case Operation::Set: headers.set(rule.name, rule.value); break;
      case Operation::Append: append(headers, rule.name, rule.value); break;
      case Operation::Remove: headers.remove(rule.name); break;
    }
  }
}

}  // namespace

CALLBACK(proxy_abi_version_0_2_1) void abi_version() {}
CALLBACK(proxy_on_memory_allocate) void *on_memory_allocate(size_t size) { return std::malloc(size); }
CALLBACK(proxy_on_vm_start) uint32_t on_vm_start(uint32_t, uint32_t) { return 1; }
CALLBACK(proxy_on_configure) uint32_t on_configure(uint32_t, uint32_t) { return 1; }
CALLBACK(proxy_on_context_create) void on_context_create(uint32_t, uint32_t) {}

CALLBACK(proxy_on_request_headers) uint32_t on_request_headers(uint32_t id, uint32_t, uint32_t) {
  Headers headers(Headers::Map::Request);
  std::string &path = paths[id];
  if (auto target = headers.get(":path")) path = target->view().substr(0, target->view().find('?'));
  apply(request_rules, headers, "request", path);
  return 0;
}

CALLBACK(proxy_on_response_headers) uint32_t on_response_headers(uint32_t id, uint32_t, uint32_t) {
  apply(response_rules, Headers(Headers::Map::Response), "response", paths[id]);
  return 0;
}

CALLBACK(proxy_on_done) uint32_t on_done(uint32_t) { return 1; }
CALLBACK(proxy_on_log) void on_log(uint32_t) {}
CALLBACK(proxy_on_delete) void on_delete(uint32_t id) { paths.erase(id); }
