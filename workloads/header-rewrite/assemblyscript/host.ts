// What this filter needs of the Proxy-Wasm ABI 0.2.1, on byte strings.

@external("env", "proxy_log")
declare function proxy_log(level: i32, text: usize, size: usize): i32;
@external("env", "proxy_get_header_map_pairs")
declare function proxy_get_header_map_pairs(map: i32, pairs: usize, size: usize): i32;
@external("env", "proxy_get_header_map_value")
declare function proxy_get_header_map_value(map: i32, name: usize, nameSize: usize, value: usize, size: usize): i32;
@external("env", "proxy_add_header_map_value")
declare function proxy_add_header_map_value(map: i32, name: usize, nameSize: usize, value: usize, size: usize): i32;
@external("env", "proxy_replace_header_map_value")
declare function proxy_replace_header_map_value(map: i32, name: usize, nameSize: usize, value: usize, size: usize): i32;
@external("env", "proxy_remove_header_map_value")
declare function proxy_remove_header_map_value(map: i32, name: usize, nameSize: usize): i32;

export const REQUEST: i32 = 0;
export const RESPONSE: i32 = 2;

const DEBUG: i32 = 1;

// Where the host writes the address and the size of an answer.
const ANSWER: usize = memory.data(8);

/** Text of a rule, encoded once when the module starts. */
export function bytes(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

export function startsWith(whole: usize, size: usize, part: ArrayBuffer): bool {
  const length = <usize>part.byteLength;
  return length <= size && memory.compare(whole, changetype<usize>(part), length) == 0;
}

export function contains(whole: usize, size: usize, part: ArrayBuffer): bool {
  const length = <usize>part.byteLength;
  for (; size >= length; whole++, size--) {
    if (startsWith(whole, size, part)) return true;
    if (size == 0) break;
  }
  return false;
}

/** An answer of the host, kept where `proxy_on_memory_allocate` said: to be freed. */
export class Gift {
  constructor(
    public at: usize,
    public size: usize,
  ) {}

  free(): void {
    if (this.at != 0) heap.free(this.at);
    this.at = 0;
  }
}

function answer(): Gift {
  return new Gift(load<usize>(ANSWER), load<usize>(ANSWER, 4));
}

function expectAnswer(): void {
  store<u64>(ANSWER, 0);
}

/** The value, several of one name joined with ", "; null when there is no such header. */
export function get(map: i32, name: ArrayBuffer): Gift | null {
  expectAnswer();
  const status = proxy_get_header_map_value(map, changetype<usize>(name), name.byteLength, ANSWER, ANSWER + 4);
  return status == 0 ? answer() : null;
}

export function add(map: i32, name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_add_header_map_value(map, changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength);
}

export function set(map: i32, name: ArrayBuffer, value: usize, size: usize): void {
  proxy_replace_header_map_value(map, changetype<usize>(name), name.byteLength, value, size);
}

export function remove(map: i32, name: ArrayBuffer): void {
  proxy_remove_header_map_value(map, changetype<usize>(name), name.byteLength);
}

/**
 * Writes every header to the log. The host's layout: the number of headers, the sizes of
 * every name and value, then the bytes of each with a zero behind it.
 */
export function logHeaders(map: i32, message: ArrayBuffer): void {
  expectAnswer();
  if (proxy_get_header_map_pairs(map, ANSWER, ANSWER + 4) != 0) return;
  const pairs = answer();
  if (pairs.size >= 4) {
    const count = load<u32>(pairs.at);
    let sizes = pairs.at + 4;
    let text = sizes + 8 * <usize>count;
    for (let i: u32 = 0; i < count; i++, sizes += 8) {
      const nameSize = <usize>load<u32>(sizes);
      const valueSize = <usize>load<u32>(sizes, 4);
      logHeader(message, text, nameSize, text + nameSize + 1, valueSize);
      text += nameSize + 1 + valueSize + 1;
    }
  }
  pairs.free();
}

function logHeader(message: ArrayBuffer, name: usize, nameSize: usize, value: usize, valueSize: usize): void {
  const head = <usize>message.byteLength;
  const size = head + 1 + nameSize + 2 + valueSize;
  const line = heap.alloc(size);
  memory.copy(line, changetype<usize>(message), head);
  store<u8>(line + head, 0x20);
  memory.copy(line + head + 1, name, nameSize);
  store<u16>(line + head + 1 + nameSize, 0x203a);
  memory.copy(line + head + 3 + nameSize, value, valueSize);
  proxy_log(DEBUG, line, size);
  heap.free(line);
}

// What `asc --use abort=` puts in place of the default import: the reason goes to the log.
export function abort(reason: string | null, file: string | null, line: u32, column: u32): void {
  if (reason) {
    const text = String.UTF8.encode(reason);
    proxy_log(4, changetype<usize>(text), text.byteLength);
  }
  unreachable();
}
