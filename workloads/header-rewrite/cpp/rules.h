// The workload's default rules (../config.json), as a table.
#pragma once
#include <string_view>

enum class Operation { Log, Add, Set, Append, Remove };
enum class Subject { Always, Path, Header };
enum class Test { Present, Equals, Prefix, Contains };

struct Condition {
  Subject subject = Subject::Always;
  std::string_view header = {};
  Test test = Test::Present;
  std::string_view operand = {};
};

struct Rule {
  Operation operation;
  std::string_view name = {}, value = {};
  Condition when = {};
};

constexpr Condition if_path(Test test, std::string_view operand) { return {Subject::Path, {}, test, operand}; }
constexpr Condition if_header(std::string_view name, Test test, std::string_view operand = {}) {
  return {Subject::Header, name, test, operand};
}

constexpr Rule request_rules[] = {
    {Operation::Log},
    {Operation::Remove, "x-internal-token"},
    {Operation::Remove, "x-internal-user"},
    {Operation::Remove, "x-internal-debug"},
    {Operation::Add, "x-api", "1", if_path(Test::Prefix, "/api/")},
    {Operation::Add, "x-audit", "1", if_path(Test::Contains, "/admin")},
    {Operation::Set, "x-health-check", "1", if_path(Test::Equals, "/healthz")},
    {Operation::Set, "x-bot", "1", if_header("user-agent", Test::Contains, "bot")},
    {Operation::Set, "x-bot", "1", if_header("user-agent", Test::Contains, "Bot")},
    {Operation::Set, "x-auth-kind", "bearer", if_header("authorization", Test::Prefix, "Bearer ")},
    {Operation::Set, "x-insecure", "1", if_header("x-forwarded-proto", Test::Equals, "http")},
    {Operation::Set, "x-session", "1", if_header("cookie", Test::Contains, "session=")},
    {Operation::Append, "x-forwarded-for", "10.0.0.1"},
    {Operation::Append, "via", "1.1 edge"},
};

constexpr Rule response_rules[] = {
    {Operation::Log},
    {Operation::Add, "hi", "trendyol!"},
    {Operation::Add, "x-wasm-custom", "FOO"},
    {Operation::Set, "content-type", "text/plain; charset=utf-8"},
    {Operation::Remove, "content-length"},
    {Operation::Remove, "server"},
    {Operation::Remove, "x-powered-by"},
    {Operation::Append, "vary", "x-api", if_path(Test::Prefix, "/api/")},
    {Operation::Append, "cache-control", "private", if_header("set-cookie", Test::Present)},
    {Operation::Set, "cache-control", "no-store", if_path(Test::Prefix, "/account")},
};
