package main

import "strings"

// The workload's default rules (../config.json), as a table.

type operation int

const (
	opLog operation = iota
	opAdd
	opSet
	opAppend
	opRemove
)

// condition says whether a rule applies to a message of a request for path.
type condition func(headers headerMap, path string) bool

type rule struct {
	op          operation
	name, value string
	when        condition
}

type test func(value, operand string) bool

func present(string, string) bool       { return true }
func equals(value, operand string) bool { return value == operand }

func ifPath(passes test, operand string) condition {
	return func(_ headerMap, path string) bool { return passes(path, operand) }
}

func ifHeader(name string, passes test, operand string) condition {
	return func(headers headerMap, _ string) bool {
		value, found := headers.get(name)
		return found && passes(value, operand)
	}
}

var requestRules = []rule{
	{op: opLog},
	{op: opRemove, name: "x-internal-token"},
	{op: opRemove, name: "x-internal-user"},
	{op: opRemove, name: "x-internal-debug"},
	{opAdd, "x-api", "1", ifPath(strings.HasPrefix, "/api/")},
	{opAdd, "x-audit", "1", ifPath(strings.Contains, "/admin")},
	{opSet, "x-health-check", "1", ifPath(equals, "/healthz")},
	{opSet, "x-bot", "1", ifHeader("user-agent", strings.Contains, "bot")},
	{opSet, "x-bot", "1", ifHeader("user-agent", strings.Contains, "Bot")},
	{opSet, "x-auth-kind", "bearer", ifHeader("authorization", strings.HasPrefix, "Bearer ")},
	{opSet, "x-insecure", "1", ifHeader("x-forwarded-proto", equals, "http")},
	{opSet, "x-session", "1", ifHeader("cookie", strings.Contains, "session=")},
	{op: opAppend, name: "x-forwarded-for", value: "10.0.0.1"},
	{op: opAppend, name: "via", value: "1.1 edge"},
}

var responseRules = []rule{
	{op: opLog},
	{op: opAdd, name: "hi", value: "trendyol!"},
	{op: opAdd, name: "x-wasm-custom", value: "FOO"},
	{op: opSet, name: "content-type", value: "text/plain; charset=utf-8"},
	{op: opRemove, name: "content-length"},
	{op: opRemove, name: "server"},
	{op: opRemove, name: "x-powered-by"},
	{opAppend, "vary", "x-api", ifPath(strings.HasPrefix, "/api/")},
	{opAppend, "cache-control", "private", ifHeader("set-cookie", present, "")},
	{opSet, "cache-control", "no-store", ifPath(strings.HasPrefix, "/account")},
}
