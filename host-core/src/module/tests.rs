use proptest::prelude::*;

use super::*;
use crate::abi::{AbiVersion, Callback};

const MARKER: &str = r#"(func (export "proxy_abi_version_0_2_1"))"#;

fn wasm(body: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {body})")).unwrap()
}

fn read(body: &str) -> Result<ModuleFacts, ModuleError> {
    ModuleFacts::read(&wasm(body))
}

fn refused(body: &str) -> String {
    read(body).unwrap_err().to_string()
}

#[test]
fn a_filter_is_read_with_all_its_facts() {
    let facts = read(
        r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
        (import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
        (memory (export "memory") 2 10)
        (func (export "proxy_abi_version_0_1_0"))
        (func (export "proxy_abi_version_0_2_0"))
        (func (export "_start"))
        (func (export "malloc") (param i32) (result i32) local.get 0)
        (func (export "proxy_on_log") (param i32))
        (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) i32.const 0)"#,
    )
    .unwrap();
    assert_eq!(facts.version, AbiVersion::V0_2_0);
    assert_eq!(
        facts.callbacks.iter().collect::<Vec<_>>(),
        [Callback::Log, Callback::RequestHeaders]
    );
    assert_eq!(
        (facts.allocator, facts.start),
        (Some("malloc"), Some("_start"))
    );
    assert_eq!(
        facts.memory,
        Some(MemoryFacts {
            minimum: 2,
            maximum: Some(10)
        })
    );
    let imports: Vec<_> = facts
        .imports
        .iter()
        .map(|import| &import.name[..])
        .collect();
    assert_eq!(imports, ["proxy_log", "proc_exit", "fd_write"]);
    assert_eq!(facts.imports[0].ty, "func (i32, i32, i32) -> i32");
    assert_eq!(
        facts.exports[0],
        NamedType {
            name: "memory".into(),
            ty: "memory".into()
        }
    );
    assert_eq!((facts.functions, facts.code_bytes > 0), (6, true));
}

#[test]
fn the_preferred_allocator_and_start_win() {
    let facts = read(&format!(
        r#"{MARKER} (func (export "_start")) (func (export "__wasm_call_ctors")) (func (export "_initialize"))
        (func $a (export "malloc") (export "proxy_on_memory_allocate") (param i32) (result i32) local.get 0)"#
    ))
    .unwrap();
    assert_eq!(
        (facts.allocator, facts.start),
        (Some("proxy_on_memory_allocate"), Some("_initialize"))
    );
    let bare = read(MARKER).unwrap();
    assert_eq!(
        (bare.allocator, bare.start, bare.memory),
        (None, None, None)
    );
}

#[test]
fn files_that_are_no_modules_are_refused_with_what_they_look_like() {
    for (bytes, words) in [
        (&b""[..], "empty"),
        (b"\n (module)", "text format"),
        (b"\x7fELF and more", "00 61 73 6d"),
        (b"\0asm", "header"),
        (b"\0asm\x0d\0\x01\0", "component"),
        (b"\0asm\x02\0\0\0", "version"),
        (b"\0asm\x01\0\0\0\x01", "offset"),
    ] {
        let error = ModuleFacts::read(bytes).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let huge = ModuleFacts::read(&vec![0; (256 << 20) + 1]).unwrap_err();
    assert!(matches!(
        huge,
        ModuleError::TooLarge {
            size: 268_435_457,
            ..
        }
    ));
}

#[test]
fn a_module_must_name_a_known_version() {
    let none = refused("");
    assert!(
        none.contains("proxy_abi_version_0_1_0, proxy_abi_version_0_2_0, proxy_abi_version_0_2_1"),
        "{none}"
    );
    let unknown = refused(r#"(func (export "proxy_abi_version_0_3_0"))"#);
    assert!(
        unknown.contains("exports proxy_abi_version_0_3_0"),
        "{unknown}"
    );
    assert!(
        read(&format!(
            r#"{MARKER} (func (export "proxy_abi_version_0_3_0"))"#
        ))
        .is_ok()
    );
}

#[test]
fn an_export_of_another_type_is_refused_by_name_with_both_types() {
    let error = refused(&format!(
        r#"{MARKER} (func (export "proxy_on_request_headers") (param i32 i64))"#
    ));
    assert!(error.contains("proxy_on_request_headers is func (i32, i64), Proxy-Wasm 0.2.1 wants func (i32, i32, i32) -> i32"), "{error}");
    let old = r#"(func (export "proxy_abi_version_0_1_0"))
        (func (export "proxy_on_request_headers") (param i32 i32) (result i32) i32.const 0)"#;
    assert!(read(old).is_ok());
    for body in [
        r#"(global (export "proxy_on_log") i32 (i32.const 0))"#,
        r#"(func (export "malloc") (param i64) (result i32) i32.const 0)"#,
        r#"(func (export "_initialize") (result i32) i32.const 0)"#,
        r#"(func (export "memory"))"#,
    ] {
        assert!(
            matches!(
                read(&format!("{MARKER}{body}")),
                Err(ModuleError::ExportType { .. })
            ),
            "{body}"
        );
    }
}

#[test]
fn every_stranger_among_the_imports_is_named_once_with_a_guess() {
    let error = refused(&format!(
        r#"(import "env" "missing" (func))
        (import "env" "missing" (func))
        (import "env" "_proxy_log" (func))
        (import "env" "proxy_get_header_map_valu" (func))
        (import "env" "proxy_log" (func (param i32)))
        (import "wasi_ephemeral_nn" "load_by_name_with_config" (func))
        (import "gojs" "runtime.wasmExit" (func (param i32)))
        (import "env" "table" (table 1 funcref))
        (import "wasi_unstable" "path_teleport" (func)) {MARKER}"#
    ));
    for words in [
        "env.missing: an undefined symbol",
        "env._proxy_log: a name of 2019",
        "did you mean proxy_get_header_map_value?",
        "env.proxy_log: the module wants func (i32), the host has func (i32, i32, i32) -> i32",
        "wasi_ephemeral_nn.load_by_name_with_config: no function of wasi-nn",
        "GOOS=wasip1",
        "env.table: a table",
        "wasi_unstable.path_teleport",
    ] {
        assert!(error.contains(words), "{words} is not in: {error}");
    }
    assert_eq!(error.matches("env.missing").count(), 1);
}

#[test]
fn memories_that_proxy_wasm_cannot_use_are_refused_with_the_remedy() {
    for (body, words) in [
        (
            r#"(import "env" "memory" (memory 1))"#,
            "env.memory is imported",
        ),
        (r#"(memory (export "memory") i64 1)"#, "build for wasm32"),
        (
            r#"(memory (export "memory") 1 2 shared)"#,
            "build without threads",
        ),
        ("(memory 1 2 shared)", "build without threads"),
        (
            r#"(memory (export "memory") 1 (pagesize 1))"#,
            "build with pages of 64 KiB",
        ),
    ] {
        let error = refused(&format!("{body} {MARKER}"));
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn memories_that_no_host_call_reaches_may_be_of_any_other_kind() {
    for own in ["(memory i64 1)", "(memory 1 (pagesize 1))"] {
        let facts = read(&format!("{own} {MARKER}")).expect("its own business");
        assert_eq!(facts.memory, None);
        let beside = format!(r#"(memory (export "memory") 3) {own} {MARKER}"#);
        let facts = read(&beside).expect("its own business");
        assert_eq!(facts.memory.map(|memory| memory.minimum), Some(3));
    }
}

#[test]
fn the_proposals_that_a_module_uses_are_found() {
    for (body, expected) in [
        ("(func)", &[][..]),
        (
            "(func (result i32) i32.const 1 i32.extend8_s)",
            &["sign-extension"],
        ),
        (
            "(func (drop (i32.trunc_sat_f32_s (f32.const 1))))",
            &["saturating-float-to-int"],
        ),
        (
            "(func (result i32 i32) i32.const 1 i32.const 2)",
            &["multi-value"],
        ),
        (
            "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
            &["bulk-memory-opt"],
        ),
        ("(func (drop (v128.const i64x2 0 0)))", &["simd"]),
        (
            r#"(memory 1) (data $d "x") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)))"#,
            &["bulk-memory"],
        ),
        ("(func $f (return_call $f))", &["tail-call"]),
        ("(table 1 externref)", &["reference-types"]),
        ("(memory 1) (memory 1)", &["multi-memory"]),
        (
            "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
            &["extended-const"],
        ),
        ("(tag) (func (throw 0))", &["exceptions"]),
        (
            r#"(global (export "g") (mut i32) (i32.const 0))"#,
            &["mutable-globals"],
        ),
    ] {
        let names: Vec<_> = features_of(&wasm(body))
            .into_iter()
            .map(Feature::name)
            .collect();
        assert_eq!(names, expected, "{body}");
    }
    let relaxed = "(func (param v128) (result v128)
        (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))";
    assert_eq!(
        features_of(&wasm(relaxed))
            .iter()
            .map(|f| f.name())
            .collect::<Vec<_>>(),
        ["relaxed-simd", "simd"]
    );
}

#[test]
fn custom_sections_tell_what_made_the_module() {
    let facts = read(&format!(
        r#"$named {MARKER}
        (@producers (language "Rust" "2024") (processed-by "rustc" "1.95.0"))
        (@custom "target_features" "\02+\07simd128-\07atomics")"#
    ))
    .unwrap();
    let producers: Vec<_> = facts
        .producers
        .iter()
        .map(|p| (&p.field[..], &p.name[..], &p.version[..]))
        .collect();
    assert_eq!(
        producers,
        [
            ("language", "Rust", "2024"),
            ("processed-by", "rustc", "1.95.0")
        ]
    );
    assert_eq!(facts.target_features, ["+simd128", "-atomics"]);
    assert_eq!(facts.name.as_deref(), Some("named"));
    let broken = read(&format!(
        r#"{MARKER} (@custom "target_features" "\ff") (@custom "producers" "\ff\ff")"#
    ));
    assert!(broken.unwrap().producers.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = ModuleFacts::read(&bytes);
        let _ = ModuleFacts::read(&[&b"\0asm\x01\0\0\0"[..], &bytes].concat());
    }

    #[test]
    fn a_damaged_module_is_read_or_refused_but_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = wasm(&format!(
            r#"(import "env" "proxy_log" (func (param i32 i32 i32) (result i32))) {MARKER}
            (memory (export "memory") 1) (func (export "proxy_on_log") (param i32))"#
        ));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = ModuleFacts::read(&bytes);
    }
}
