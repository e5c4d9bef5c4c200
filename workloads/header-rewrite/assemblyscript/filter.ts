// header-rewrite with its default rules in AssemblyScript, on the bare ABI.

import { REQUEST, RESPONSE, Gift, add, bytes, contains, get, logHeaders, remove, set, startsWith } from "./host";
import { Condition, Operation, Rule, Subject, Test, requestRules, responseRules } from "./rules";

const PATH = bytes(":path");
const ON_REQUEST = bytes("request");
const ON_RESPONSE = bytes("response");
const NOTHING = new Gift(0, 0);

// The request's path of every stream: rules on the response may ask for it when the
// request's headers are out of reach.
const paths = new Map<u32, Gift>();

function passes(when: Condition, value: Gift): bool {
  switch (when.test) {
    case Test.Equals:
      return value.size == <usize>when.operand.byteLength && startsWith(value.at, value.size, when.operand);
    case Test.Prefix:
      return startsWith(value.at, value.size, when.operand);
    case Test.Contains:
      return contains(value.at, value.size, when.operand);
    default:
      return true;
  }
}

function holds(when: Condition, map: i32, path: Gift): bool {
  if (when.subject == Subject.Always) return true;
  if (when.subject == Subject.Path) return passes(when, path);
  const value = get(map, when.header);
  if (value == null) return false;
  const holds = passes(when, value);
  value.free();
  return holds;
}

function append(map: i32, name: ArrayBuffer, addition: ArrayBuffer): void {
  const before = get(map, name);
  const length = <usize>addition.byteLength;
  if (before == null || before.size == 0) {
    set(map, name, changetype<usize>(addition), length);
  } else {
    const size = before.size + 2 + length;
    const whole = heap.alloc(size);
    memory.copy(whole, before.at, before.size);
    store<u16>(whole + before.size, 0x202c);
    memory.copy(whole + before.size + 2, changetype<usize>(addition), length);
    set(map, name, whole, size);
    heap.free(whole);
  }
  if (before != null) before.free();
}

function apply(rules: StaticArray<Rule>, map: i32, message: ArrayBuffer, path: Gift): void {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (!holds(rule.when, map, path)) continue;
    switch (rule.operation) {
      case Operation.Log:
        logHeaders(map, message);
        break;
      case Operation.Add:
        add(map, rule.name, rule.value);
        break;
      case Operation.Set:
        set(map, rule.name, changetype<usize>(rule.value), rule.value.byteLength);
        break;
      case Operation.Append:
        append(map, rule.name, rule.value);
        break;
      case Operation.Remove:
        remove(map, rule.name);
        break;
    }
  }
}

/** The path without its query; the bytes stay those of the whole. */
function withoutQuery(target: Gift): Gift {
  for (let end: usize = 0; end < target.size; end++) {
    if (load<u8>(target.at + end) == 0x3f) {
      target.size = end;
      break;
    }
  }
  return target;
}

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

export function proxy_on_vm_start(root: u32, size: u32): u32 {
  return 1;
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  return 1;
}

export function proxy_on_context_create(id: u32, root: u32): void {}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const target = get(REQUEST, PATH);
  const path = target == null ? NOTHING : withoutQuery(target);
  if (target != null) paths.set(id, path);
  apply(requestRules, REQUEST, ON_REQUEST, path);
  return 0;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  apply(responseRules, RESPONSE, ON_RESPONSE, paths.has(id) ? paths.get(id) : NOTHING);
  return 0;
}

export function proxy_on_done(id: u32): u32 {
  return 1;
}

export function proxy_on_log(id: u32): void {}

export function proxy_on_delete(id: u32): void {
  if (!paths.has(id)) return;
  paths.get(id).free();
  paths.delete(id);
}
