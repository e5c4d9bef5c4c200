// The workload's default rules (../config.json), as a table.

import { bytes } from "./host";

export enum Operation { Log, Add, Set, Append, Remove }
export enum Subject { Always, Path, Header }
export enum Test { Present, Equals, Prefix, Contains }

const NONE = new ArrayBuffer(0);

export class Condition {
  constructor(
    public subject: Subject,
    public header: ArrayBuffer,
    public test: Test,
    public operand: ArrayBuffer,
  ) {}
}

export class Rule {
  name: ArrayBuffer;
  value: ArrayBuffer;

  constructor(
    public operation: Operation,
    name: string = "",
    value: string = "",
    public when: Condition = new Condition(Subject.Always, NONE, Test.Present, NONE),
  ) {
    this.name = bytes(name);
    this.value = bytes(value);
  }
}

function ifPath(test: Test, operand: string): Condition {
  return new Condition(Subject.Path, NONE, test, bytes(operand));
}

function ifHeader(name: string, test: Test, operand: string = ""): Condition {
  return new Condition(Subject.Header, bytes(name), test, bytes(operand));
}

export const requestRules: StaticArray<Rule> = [
  new Rule(Operation.Log),
  new Rule(Operation.Remove, "x-internal-token"),
  new Rule(Operation.Remove, "x-internal-user"),
  new Rule(Operation.Remove, "x-internal-debug"),
  new Rule(Operation.Add, "x-api", "1", ifPath(Test.Prefix, "/api/")),
  new Rule(Operation.Add, "x-audit", "1", ifPath(Test.Contains, "/admin")),
  new Rule(Operation.Set, "x-health-check", "1", ifPath(Test.Equals, "/healthz")),
  new Rule(Operation.Set, "x-bot", "1", ifHeader("user-agent", Test.Contains, "bot")),
  new Rule(Operation.Set, "x-bot", "1", ifHeader("user-agent", Test.Contains, "Bot")),
  new Rule(Operation.Set, "x-auth-kind", "bearer", ifHeader("authorization", Test.Prefix, "Bearer ")),
  new Rule(Operation.Set, "x-insecure", "1", ifHeader("x-forwarded-proto", Test.Equals, "http")),
  new Rule(Operation.Set, "x-session", "1", ifHeader("cookie", Test.Contains, "session=")),
  new Rule(Operation.Append, "x-forwarded-for", "10.0.0.1"),
  new Rule(Operation.Append, "via", "1.1 edge"),
];

export const responseRules: StaticArray<Rule> = [
  new Rule(Operation.Log),
  new Rule(Operation.Add, "hi", "trendyol!"),
  new Rule(Operation.Add, "x-wasm-custom", "FOO"),
  new Rule(Operation.Set, "content-type", "text/plain; charset=utf-8"),
  new Rule(Operation.Remove, "content-length"),
  new Rule(Operation.Remove, "server"),
  new Rule(Operation.Remove, "x-powered-by"),
  new Rule(Operation.Append, "vary", "x-api", ifPath(Test.Prefix, "/api/")),
  new Rule(Operation.Append, "cache-control", "private", ifHeader("set-cookie", Test.Present)),
  new Rule(Operation.Set, "cache-control", "no-store", ifPath(Test.Prefix, "/account")),
];
