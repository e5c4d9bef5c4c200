//! Random sequences of host calls with random and hostile arguments: no panic, and the same
//! answers on a compiler and on an interpreter.

mod common;

use std::sync::LazyLock;

use conformance::{Subject, exercise};
use host_core::Tape;
use proptest::prelude::*;
use proptest::sample::select;

/// Name, and kind of each argument.
type Row = (&'static str, &'static [&'static str]);

macro_rules! rows {
    ($($name:ident($($parameter:ident: $kind:ident),* $(,)?) -> $result:tt;)*) => {
        &[$((stringify!($name), &[$(stringify!($kind)),*])),*]
    };
}

const ROWS: &[Row] = host_core::for_each_host_call!(rows);

/// Calls of ABI 0.1.0 and helpers, which the puppet does not make.
const OTHERS: [&str; 6] = [
    "proxy_get_configuration",
    "proxy_continue_request",
    "proxy_continue_response",
    "proxy_clear_route_cache",
    "pthread_equal",
    "emscripten_notify_memory_growth",
];

/// WASI functions that the puppet makes, as rows.
const WASI: &[Row] = &[
    ("environ_sizes_get", &["addr", "addr"]),
    ("args_sizes_get", &["addr", "addr"]),
    ("clock_res_get", &["u32", "addr"]),
    ("clock_time_get", &["u32", "u64", "addr"]),
    ("random_get", &["addr", "size"]),
    ("sched_yield", &[]),
    ("poll_oneoff", &["addr", "addr", "u32", "addr"]),
    ("fd_write", &["u32", "addr", "size", "addr"]),
    ("fd_read", &["u32", "addr", "size", "addr"]),
    ("fd_close", &["u32"]),
    ("fd_fdstat_get", &["u32", "addr"]),
    ("fd_prestat_get", &["u32", "addr"]),
];

/// Functions of wasi-nn as the puppet names them.
const NN: &[Row] = &[
    ("nn_load", &["addr", "size", "u32", "u32", "addr"]),
    ("nn_load_by_name", &["addr", "size", "addr"]),
    ("nn_init_execution_context", &["u32", "addr"]),
    ("nn_set_input", &["u32", "u32", "addr"]),
    ("nn_get_output", &["u32", "u32", "addr", "size", "addr"]),
    ("nn_compute", &["u32"]),
];

const CALLBACKS: [&str; 12] = [
    "configure",
    "tick",
    "request_headers",
    "request_body",
    "request_trailers",
    "response_headers",
    "response_body",
    "http_call_response",
    "queue_ready",
    "downstream_data",
    "done",
    "foreign_function",
];

/// Addresses that hurt nobody but the host: the bottom of the stack, which nothing reaches,
/// the end of memory and beyond.
fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_u32..4096).prop_map(|at| at.to_string()),
        (0_u32..16).prop_map(|less| if less == 0 {
            "end".to_owned()
        } else {
            format!("end-{less}")
        }),
        any::<u32>().prop_map(|at| (at | 0x4000_0000).to_string()),
        Just("0xffffffff".to_owned()),
    ]
}

fn length() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u32..64).prop_map(|length| length.to_string()),
        1 => any::<u32>().prop_map(|length| length.to_string()),
        1 => Just("0xffffffff".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let words = [
        ":path",
        ":method",
        "x-many",
        "k",
        "auth",
        "grpc",
        "vm",
        "jobs",
        "affine",
        "plugin_name",
        "request\\0path",
        "reverse",
        "",
        "\\r\\n",
        "\\x01\\0\\0\\0\\x01\\0\\0\\0\\x01\\0\\0\\0a\\0b\\0",
        "\\xff\\xff\\xff\\x7f",
    ];
    select(words.to_vec()).prop_map(|word| format!("\"{word}\""))
}

/// An address and the length that follows it.
fn range() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => text(),
        1 => Just(r#"{ ":method" "GET" ":path" "/" ":authority" "a" }"#.to_owned()),
        1 => Just("{ }".to_owned()),
        1 => (0_u32..5000).prop_map(|size| format!("big {size}")),
        2 => (address(), length()).prop_map(|(at, length)| format!("{at} {length}")),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0_u32..9).prop_map(|number| number.to_string()),
        1 => any::<u32>().prop_map(|number| number.to_string()),
    ]
}

fn call() -> impl Strategy<Value = String> {
    let rows: Vec<Row> = ROWS
        .iter()
        .chain(WASI)
        .chain(NN)
        .filter(|row| !OTHERS.contains(&row.0))
        .copied()
        .collect();
    select(rows).prop_flat_map(|(name, kinds)| {
        let mut arguments: Vec<BoxedStrategy<String>> = Vec::new();
        let mut at = 0;
        while at < kinds.len() {
            let writes = name == "random_get" || name == "fd_read";
            match (kinds[at], kinds.get(at + 1)) {
                // The host writes there: nothing of the guest's own may be hit.
                ("addr", Some(&"size")) if writes => {
                    arguments.push(
                        (address(), length())
                            .prop_map(|(at, length)| {
                                let low = at.parse::<u32>().is_ok_and(|at| at < 4096);
                                format!("{at} {}", if low { "100" } else { &length })
                            })
                            .boxed(),
                    );
                    at += 1;
                }
                ("addr", Some(&"size")) => {
                    arguments.push(range().boxed());
                    at += 1;
                }
                ("addr", Some(&"addr")) if !name.ends_with("_sizes_get") => {
                    let pair = (address(), address()).prop_map(|(one, two)| format!("{one} {two}"));
                    arguments.push(prop_oneof![3 => Just("data".to_owned()), 1 => pair].boxed());
                    at += 1;
                }
                ("addr", _) => arguments
                    .push(prop_oneof![3 => Just("out64".to_owned()), 1 => address()].boxed()),
                ("u64", _) => {
                    arguments.push(any::<u64>().prop_map(|number| number.to_string()).boxed())
                }
                ("size", _) => arguments.push(length().boxed()),
                _ => arguments.push(number().boxed()),
            }
            at += 1;
        }
        let bare = name.strip_prefix("proxy_").unwrap_or(name);
        arguments.prop_map(move |arguments| format!("{bare} {}", arguments.join(" ")))
    })
}

fn script() -> impl Strategy<Value = String> {
    let section = (
        select(CALLBACKS.to_vec()),
        prop::collection::vec(call(), 0..12),
        number(),
    );
    prop::collection::vec(section, 1..6).prop_map(|sections| {
        let mut script = String::new();
        for (callback, calls, answer) in sections {
            let answer = if callback == "configure" {
                "1"
            } else {
                &answer
            };
            script.push_str(&format!(
                "on {callback}\n{}\nreturn {answer}\n",
                calls.join("\n")
            ));
        }
        script
    })
}

static COMPILER: LazyLock<Subject> = LazyLock::new(|| {
    common::subject("wasmtime/cranelift")
        .or_else(|| common::subject("wasmtime/pulley"))
        .expect("pulley runs everywhere")
});
static INTERPRETER: LazyLock<Subject> =
    LazyLock::new(|| common::subject("wasmi/eager").expect("wasmi runs everywhere"));

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_host_calls_never_panic_and_answer_alike(script in script()) {
        let left = exercise(&COMPILER, &script);
        let right = exercise(&INTERPRETER, &script);
        match (left, right) {
            (Ok(left), Ok(right)) => {
                let difference = Tape::first_difference(&left.tape, &right.tape);
                prop_assert!(difference.is_none(), "{}\n{script}", difference.map(|d| d.to_string()).unwrap_or_default());
                prop_assert_eq!(&left.log, &right.log);
                // Or else the calls were not made at all.
                let misread = left.log.iter().find(|line| {
                    [": takes ", ": no such command", ": cannot read"].iter().any(|text| line.contains(text))
                });
                prop_assert_eq!(misread, None, "{}", script);
                prop_assert_eq!(left.ended, right.ended);
            }
            (Err(left), Err(right)) => prop_assert_eq!(left, right),
            (left, right) => prop_assert!(false, "{left:?}\n{right:?}"),
        }
    }
}
