//! A guest that gives every host function every kind of bad address and length, made from
//! the table of host functions.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::{AFFINE, Wat};

/// Pages of linear memory, which never grows.
const PAGES: u32 = 32;
const END: u32 = PAGES * 65_536;
/// Where the guest's allocator begins.
const HEAP: u32 = 16 * 65_536;
/// Where ids, texts, answers and statuses live.
const IDS: u32 = 512;
const TEXT: u32 = 1_024;
const FIELDS: u32 = 1_100;
const ZEROS: u32 = 2_048;
/// A model, the list of its one part, and a tensor that it takes.
const MODEL: u32 = 3_072;
const BUILDERS: u32 = 3_400;
const TENSOR: u32 = 3_420;
const ANSWERS: u32 = 4_096;
const STATUSES: u32 = 8_192;
/// Where the rows of arguments live.
const ROWS: u32 = 65_536;

/// The word that serves as key, name, property and message.
pub(crate) const WORD: &str = "token";

/// A function of the table, and the bad calls that the guest makes of it.
pub(crate) struct HostileCall {
    pub(crate) name: &'static str,
    /// Where it comes from, which says what its answers mean.
    pub(crate) family: Family,
    /// What is wrong in each call, in order. One more call, with nothing wrong, follows.
    pub(crate) cases: Vec<String>,
    rows: Vec<Vec<u64>>,
    parameters: &'static [(&'static str, &'static str)],
    result: bool,
}

/// Which table a function is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `proxy_status_t`.
    Proxy,
    /// `errno` of WASI.
    Wasi,
    /// `nn_errno` of wasi-nn.
    Nn,
}

macro_rules! table {
    ($($name:ident($($parameter:ident: $kind:ident),* $(,)?) -> $result:tt;)*) => {
        &[$((
            stringify!($name),
            &[$((stringify!($parameter), stringify!($kind))),*],
            stringify!($result),
        )),*]
    };
}

type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const PROXY: &[Row] = host_core::for_each_host_call!(table);
const WASI: &[Row] = host_core::for_each_wasi_call!(table);
const NN: &[Row] = host_core::for_each_nn_call!(table);

/// Every function of the tables that may be called and come back.
pub(crate) fn hostile_calls() -> &'static [HostileCall] {
    static CALLS: LazyLock<Vec<HostileCall>> = LazyLock::new(|| {
        let tables = [
            (PROXY, Family::Proxy),
            (WASI, Family::Wasi),
            (NN, Family::Nn),
        ];
        let rows = tables.into_iter().flat_map(|(table, family)| {
            let rows = table.iter().filter(|row| row.0 != "proc_exit");
            rows.map(move |row| HostileCall::of(row, family))
        });
        rows.collect()
    });
    &CALLS
}

impl HostileCall {
    /// The name with that of its family where it says too little.
    pub(crate) fn full_name(&self) -> String {
        match self.family {
            Family::Nn => format!("wasi_ephemeral_nn.{}", self.name),
            _ => self.name.to_owned(),
        }
    }

    fn of(row: &Row, family: Family) -> Self {
        let &(name, parameters, result) = row;
        let good: Vec<u64> = (0..parameters.len())
            .map(|at| good_value(name, parameters, at))
            .collect();
        let mut call = Self {
            name,
            family,
            cases: Vec::new(),
            rows: Vec::new(),
            parameters,
            result: result != "()",
        };
        for (at, (parameter, kind)) in parameters.iter().enumerate() {
            if *kind != "addr" {
                continue;
            }
            let bad: &[(u64, Option<u64>)] = match is_range(parameters, at) {
                true => &[
                    (0xffff_ffff, Some(8)),
                    (END as u64 - 1, Some(8)),
                    (END as u64, Some(1)),
                    (TEXT as u64, Some(0xffff_ffff)),
                    (TEXT as u64, Some(END as u64)),
                    (0x8000_0000, Some(0x8000_0000)),
                ],
                false => &[
                    (0xffff_ffff, None),
                    (END as u64 - 1, None),
                    (END as u64, None),
                    (0x8000_0000, None),
                ],
            };
            for (address, length) in bad {
                let mut row = good.clone();
                row[at] = *address;
                let mut what = format!("{parameter} {address:#x}");
                if let Some(length) = length {
                    row[at + 1] = *length;
                    let _ = write!(what, " length {length:#x}");
                }
                call.cases.push(what);
                call.rows.push(row);
            }
        }
        if call.cases.is_empty() && !parameters.is_empty() {
            call.cases.push("largest numbers".to_owned());
            call.rows
                .push(parameters.iter().map(|_| u64::MAX).collect());
        }
        call.rows.push(good);
        call
    }

    /// Whether the function takes addresses at all.
    pub(crate) fn takes_addresses(&self) -> bool {
        self.parameters.iter().any(|(_, kind)| *kind == "addr")
    }

    fn wasm_type(kind: &str) -> &'static str {
        if kind == "u64" { "i64" } else { "i32" }
    }

    fn import(&self, index: usize) -> String {
        let module = match self.family {
            Family::Proxy => "env",
            Family::Wasi => "wasi_snapshot_preview1",
            Family::Nn => host_core::nn::MODULE,
        };
        let types: String = self
            .parameters
            .iter()
            .map(|(_, kind)| format!(" {}", Self::wasm_type(kind)))
            .collect();
        let result = if self.result { "(result i32)" } else { "" };
        format!(
            "(import {module:?} {:?} (func $f{index} (param{types}) {result}))\n",
            self.name
        )
    }

    /// A function that makes the calls of all rows from `rows` on and logs a character for
    /// each status.
    fn driver(&self, index: usize, rows: u32) -> String {
        let width = self.parameters.len() as u32 * 8;
        let mut arguments = String::new();
        for (at, (parameter, kind)) in self.parameters.iter().enumerate() {
            let _ = match id_place(parameter) {
                Some(place) if self.cases.len() > 1 => {
                    write!(arguments, "(i32.load (i32.const {place}))")
                }
                _ => write!(
                    arguments,
                    "({}.load offset={} (local.get $row))",
                    Self::wasm_type(kind),
                    at * 8
                ),
            };
        }
        let call = match self.result {
            true => format!("(call $f{index} {arguments})"),
            false => format!("(block (result i32) (call $f{index} {arguments}) (i32.const 0))"),
        };
        let count = self.rows.len();
        format!(
            "(func $d{index} (local $row i32) (local $case i32)
                (local.set $row (i32.const {rows}))
                (loop $next
                    (i32.store8 offset={STATUSES} (local.get $case) (i32.add (i32.const 32) {call}))
                    (local.set $row (i32.add (local.get $row) (i32.const {width})))
                    (local.set $case (i32.add (local.get $case) (i32.const 1)))
                    (br_if $next (i32.lt_u (local.get $case) (i32.const {count}))))
                (call $say (i32.const {STATUSES}) (i32.const {count})))\n"
        )
    }
}

/// Whether the address at `at` is followed by its length.
fn is_range(parameters: &[(&str, &str)], at: usize) -> bool {
    parameters
        .get(at + 1)
        .is_some_and(|(_, kind)| *kind == "size")
}

/// Where the guest keeps the id that it got for a parameter of this name.
fn id_place(parameter: &str) -> Option<u32> {
    match parameter {
        "metric" => Some(IDS),
        "queue" => Some(IDS + 4),
        "call" => Some(IDS + 8),
        "graph" => Some(IDS + 12),
        "context" => Some(IDS + 16),
        _ => None,
    }
}

/// An argument with nothing wrong.
fn good_value(function: &str, parameters: &[(&str, &str)], at: usize) -> u64 {
    let (parameter, kind) = parameters[at];
    u64::from(match (kind, parameter) {
        ("addr", "subscriptions") => ZEROS,
        ("addr", "tensor") => TENSOR,
        ("addr", _) if is_range(parameters, at) => good_range(function, parameter).0,
        ("addr", _) => ANSWERS + at as u32 * 256,
        ("size", _) if at > 0 && parameters[at - 1].1 == "addr" => {
            good_range(function, parameters[at - 1].0).1
        }
        ("size", "max_size") => 16,
        (_, "status") => 200,
        (_, "encoding") => 1,
        (_, "level") => 2,
        (_, "count" | "fd" | "clock") => 1,
        (_, "timeout") => 1_000,
        _ => 0,
    })
}

/// Address and length of a range with nothing wrong.
fn good_range(function: &str, parameter: &str) -> (u32, u32) {
    match (function, parameter) {
        ("proxy_http_call", "headers") | ("proxy_set_header_map_pairs", _) => {
            (FIELDS, fields().len() as u32)
        }
        (_, "headers" | "metadata" | "trailers") => (ZEROS, 0),
        (_, "vectors") => (ZEROS, 1),
        (_, "builders") => (BUILDERS, 1),
        ("get_output", "buffer") => (ANSWERS + 3_072, 8),
        _ => (TEXT, WORD.len() as u32),
    }
}

/// A serialised map with what a callout needs.
fn fields() -> Vec<u8> {
    let fields = [
        (":method", "GET"),
        (":path", "/"),
        (":authority", WORD),
        (WORD, WORD),
    ];
    let map = fields.into_iter().collect();
    let mut bytes = vec![0; host_core::abi::pairs::serialized_size(&map)];
    host_core::abi::pairs::serialize(&map, &mut bytes);
    bytes
}

/// Bytes as WebAssembly text has them.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// Words in linear memory.
fn words(words: &[u32]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    escaped(&bytes)
}

/// The guest: `proxy_on_queue_ready(_, n)` makes the calls of function n of
/// [`hostile_calls`] in the context of the stream that was created last.
pub(crate) fn hostile_guest() -> Vec<u8> {
    let calls = hostile_calls();
    let mut imports = String::new();
    let mut body = String::new();
    let mut rows = String::new();
    let mut at = ROWS;
    let mut dispatch = String::new();
    for (index, call) in calls.iter().enumerate() {
        imports.push_str(&call.import(index));
        body.push_str(&call.driver(index, at));
        let _ = writeln!(
            dispatch,
            "(if (i32.eq (local.get 1) (i32.const {index})) (then (call $d{index}) (return)))"
        );
        for number in call.rows.iter().flatten() {
            for byte in number.to_le_bytes() {
                let _ = write!(rows, "\\{byte:02x}");
            }
            at += 8;
        }
    }
    assert!(at < HEAP, "the rows reach into the heap");
    let index = |name: &str| {
        calls
            .iter()
            .position(|call| call.name == name)
            .unwrap_or_default()
    };
    let (set_context, define, register, enqueue) = (
        index("proxy_set_effective_context"),
        index("proxy_define_metric"),
        index("proxy_register_shared_queue"),
        index("proxy_enqueue_shared_queue"),
    );
    let (set_shared, set_property, open) = (
        index("proxy_set_shared_data"),
        index("proxy_set_property"),
        index("proxy_grpc_stream"),
    );
    let (graph, context) = (index("load_by_name"), index("init_execution_context"));
    let (input, compute) = (index("set_input"), index("compute"));
    let fields = escaped(&fields());
    let model = escaped(AFFINE);
    let builders = words(&[MODEL, AFFINE.len() as u32]);
    // Dimensions and bytes follow the record.
    let tensor = words(&[TENSOR + 20, 2, 1, TENSOR + 28, 8, 1, 2, 0, 0]);
    let size = WORD.len();
    let word = format!("(i32.const {TEXT}) (i32.const {size})");
    let _ = write!(
        body,
        r#"
        (data (i32.const {TEXT}) {WORD:?})
        (data (i32.const {FIELDS}) "{fields}")
        (data (i32.const {ROWS}) "{rows}")
        (data (i32.const {MODEL}) "{model}")
        (data (i32.const {BUILDERS}) "{builders}")
        (data (i32.const {TENSOR}) "{tensor}")
        (global $stream (mut i32) (i32.const 0))
        (func (export "proxy_on_context_create") (param i32 i32)
            (global.set $stream (local.get 0)))
        (func (export "proxy_on_configure") (param i32 i32) (result i32)
            (drop (call $f{define} (i32.const 0) {word} (i32.const {IDS})))
            (drop (call $f{register} {word} (i32.const {IDS_QUEUE})))
            (drop (call $f{enqueue} (i32.load (i32.const {IDS_QUEUE})) {word}))
            (drop (call $f{set_shared} {word} {word} (i32.const 0)))
            (drop (call $f{set_property} {word} {word}))
            (drop (call $f{open} {word} {word} {word} (i32.const 0) (i32.const 0) (i32.const {IDS_CALL})))
            (drop (call $f{graph} {word} (i32.const {IDS_GRAPH})))
            (drop (call $f{context} (i32.load (i32.const {IDS_GRAPH})) (i32.const {IDS_CONTEXT})))
            (drop (call $f{input} (i32.load (i32.const {IDS_CONTEXT})) (i32.const 0) (i32.const {TENSOR})))
            (drop (call $f{compute} (i32.load (i32.const {IDS_CONTEXT}))))
            (i32.const 1))
        (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (i32.const 1))
        (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32) (i32.const 1))
        (func (export "proxy_on_queue_ready") (param i32 i32)
            (drop (call $f{set_context} (global.get $stream)))
            {dispatch})"#,
        IDS_QUEUE = IDS + 4,
        IDS_CALL = IDS + 8,
        IDS_GRAPH = IDS + 12,
        IDS_CONTEXT = IDS + 16,
    );
    let allocator = format!(
        r#"(global $heap (mut i32) (i32.const {HEAP}))
        (func (export "proxy_on_memory_allocate") (param i32) (result i32)
            (global.get $heap)
            (global.set $heap (i32.add (global.get $heap) (local.get 0))))"#
    );
    let memory = format!(r#"(memory (export "memory") {PAGES} {PAGES})"#);
    Wat {
        imports: &imports,
        memory: &memory,
        allocator: &allocator,
        body: &body,
        ..Wat::default()
    }
    .bytes()
}
