//! The workload's default rules (../config.json), as a table.

pub enum Operation {
    Log,
    Add(&'static str, &'static str),
    Set(&'static str, &'static str),
    Append(&'static str, &'static str),
    Remove(&'static str),
}

pub enum Test {
    Present,
    Equals(&'static str),
    Prefix(&'static str),
    Contains(&'static str),
}

pub enum Condition {
    Always,
    Path(Test),
    Header(&'static str, Test),
}

pub struct Rule(pub Operation, pub Condition);

use Condition::{Always, Header, Path};
use Operation::{Add, Append, Log, Remove, Set};
use Test::{Contains, Equals, Prefix, Present};

pub const REQUEST: &[Rule] = &[
    Rule(Log, Always),
    Rule(Remove("x-internal-token"), Always),
    Rule(Remove("x-internal-user"), Always),
    Rule(Remove("x-internal-debug"), Always),
    Rule(Add("x-api", "1"), Path(Prefix("/api/"))),
    Rule(Add("x-audit", "1"), Path(Contains("/admin"))),
    Rule(Set("x-health-check", "1"), Path(Equals("/healthz"))),
    Rule(Set("x-bot", "1"), Header("user-agent", Contains("bot"))),
    Rule(Set("x-bot", "1"), Header("user-agent", Contains("Bot"))),
    Rule(
        Set("x-auth-kind", "bearer"),
        Header("authorization", Prefix("Bearer ")),
    ),
    Rule(
        Set("x-insecure", "1"),
        Header("x-forwarded-proto", Equals("http")),
    ),
    Rule(
        Set("x-session", "1"),
        Header("cookie", Contains("session=")),
    ),
    Rule(Append("x-forwarded-for", "10.0.0.1"), Always),
    Rule(Append("via", "1.1 edge"), Always),
];

pub const RESPONSE: &[Rule] = &[
    Rule(Log, Always),
    Rule(Add("hi", "trendyol!"), Always),
    Rule(Add("x-wasm-custom", "FOO"), Always),
    Rule(Set("content-type", "text/plain; charset=utf-8"), Always),
    Rule(Remove("content-length"), Always),
    Rule(Remove("server"), Always),
    Rule(Remove("x-powered-by"), Always),
    Rule(Append("vary", "x-api"), Path(Prefix("/api/"))),
    Rule(
        Append("cache-control", "private"),
        Header("set-cookie", Present),
    ),
    Rule(Set("cache-control", "no-store"), Path(Prefix("/account"))),
];
