// The workload's default rules (../config.json), as a table.
#pragma once
#include "text.h"

enum operation { LOG, ADD, SET, APPEND, REMOVE };
enum subject { ALWAYS, PATH, HEADER };
enum test { PRESENT, EQUALS, PREFIX, CONTAINS };

struct condition {
  enum subject subject;
  struct text header;
  enum test test;
  struct text operand;
};

struct rule {
  enum operation operation;
  struct text name, value;
  struct condition when;
};

#define T(literal) {literal, sizeof literal - 1}
#define IF_PATH(how, what) {PATH, {0}, how, T(what)}
#define IF_HEADER(name, how, what) {HEADER, T(name), how, T(what)}

static const struct rule request_rules[] = {
    {LOG},
    {REMOVE, T("x-internal-token")},
    {REMOVE, T("x-internal-user")},
    {REMOVE, T("x-internal-debug")},
    {ADD, T("x-api"), T("1"), IF_PATH(PREFIX, "/api/")},
    {ADD, T("x-audit"), T("1"), IF_PATH(CONTAINS, "/admin")},
    {SET, T("x-health-check"), T("1"), IF_PATH(EQUALS, "/healthz")},
    {SET, T("x-bot"), T("1"), IF_HEADER("user-agent", CONTAINS, "bot")},
    {SET, T("x-bot"), T("1"), IF_HEADER("user-agent", CONTAINS, "Bot")},
    {SET, T("x-auth-kind"), T("bearer"), IF_HEADER("authorization", PREFIX, "Bearer ")},
    {SET, T("x-insecure"), T("1"), IF_HEADER("x-forwarded-proto", EQUALS, "http")},
    {SET, T("x-session"), T("1"), IF_HEADER("cookie", CONTAINS, "session=")},
    {APPEND, T("x-forwarded-for"), T("10.0.0.1")},
    {APPEND, T("via"), T("1.1 edge")},
};

static const struct rule response_rules[] = {
    {LOG},
    {ADD, T("hi"), T("trendyol!")},
    {ADD, T("x-wasm-custom"), T("FOO")},
    {SET, T("content-type"), T("text/plain; charset=utf-8")},
    {REMOVE, T("content-length")},
    {REMOVE, T("server")},
    {REMOVE, T("x-powered-by")},
    {APPEND, T("vary"), T("x-api"), IF_PATH(PREFIX, "/api/")},
    {APPEND, T("cache-control"), T("private"), IF_HEADER("set-cookie", PRESENT, "")},
    {SET, T("cache-control"), T("no-store"), IF_PATH(PREFIX, "/account")},
};
