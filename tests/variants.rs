//! Choosing variants, and models for a person's own plugin.

mod support;

use support::{TRAFFIC, expect_exit, folder, json, run, stderr, write};

fn checks(arguments: &[&str]) -> Vec<(String, String, bool)> {
    let folder = folder();
    let common = [
        "verify",
        "--no-conformance",
        "--runtime",
        "wasmi/eager",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &[&common, arguments].concat());
    expect_exit(&output, 0);
    let verification = json(&output);
    let rows = verification["checks"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    rows.map(|row| {
        (
            text(&row["workload"]),
            text(&row["variant"]),
            row["passed"] == true,
        )
    })
    .collect()
}

fn passed(workload: &str, variant: &str) -> (String, String, bool) {
    (workload.to_owned(), variant.to_owned(), true)
}

#[test]
fn the_default_variant_takes_part_unless_others_are_asked_for() {
    assert_eq!(
        checks(&["--workload", "inference-mlp,inference-wasi-nn"]),
        [
            passed("inference-mlp", "scalar-128"),
            passed("inference-wasi-nn", "tract-128"),
        ]
    );
}

#[test]
fn every_kind_of_runtime_makes_the_same_host_calls_for_rules_and_models() {
    let folder = folder();
    let arguments = [
        "verify",
        "--no-conformance",
        "--workload",
        "waf-modsec,inference-mlp,inference-wasi-nn",
        "--runtime",
        "native,wasmtime/winch,wasmer/singlepass,wamr/fast-interp",
        "--trial-timeout",
        "300",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let verification = json(&output);
    let rows = verification["checks"].as_array().expect("a list");
    assert_eq!(rows.len(), 12, "{rows:?}");
    for workload in ["waf-modsec", "inference-mlp", "inference-wasi-nn"] {
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row["workload"] == workload)
            .collect();
        for row in &own {
            assert_eq!(row["matched"], row["exchanges"], "{row}");
            assert_eq!(row["trace_sha256"], own[0]["trace_sha256"], "{row}");
            assert_eq!(row["host_calls"], own[0]["host_calls"], "{row}");
        }
    }
}

#[test]
fn patterns_choose_variants_of_every_workload_that_has_them() {
    let mut rows = checks(&["--variant", "s*-32", "--variant", "tract-32"]);
    rows.sort();
    assert_eq!(
        rows,
        [
            passed("inference-mlp", "scalar-32"),
            passed("inference-mlp", "simd-32"),
            passed("inference-wasi-nn", "tract-32"),
        ]
    );
}

#[test]
fn a_variant_that_there_is_not_is_refused_with_those_there_are() {
    let folder = folder();
    let arguments = [
        "verify",
        "--workload",
        "inference-mlp",
        "--variant",
        "vector-128",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("no variant matches 'vector-128'")
            && text.contains("simd-128 (inference-mlp)"),
        "{text}"
    );
}

/// A filter that loads the model `mine`, or traps.
fn loader() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "wasi_ephemeral_nn" "load_by_name"
                (func $load (param i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "mine")
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
            (func (export "proxy_on_context_create") (param i32 i32))
            (func (export "proxy_on_configure") (param i32 i32) (result i32)
                (i32.eqz (call $load (i32.const 16) (i32.const 4) (i32.const 32)))))"#,
    )
    .expect("WAT")
}

#[test]
fn a_plugin_of_ones_own_finds_its_model_by_name() {
    let folder = folder();
    let path = folder.path();
    write(path, "loader.wasm", loader());
    write(path, "traffic.jsonl", TRAFFIC);
    write(
        path,
        "model.onnx",
        include_bytes!("../workloads/models/mlp-32.onnx"),
    );
    let common = ["verify", "--no-conformance", "--runtime", "wasmi/eager"];
    let own = ["--module", "loader.wasm", "--requests", "traffic.jsonl"];
    let verify = |model: &[&str]| run(path, &[&common[..], &own, model].concat());
    expect_exit(&verify(&["--model", "mine=model.onnx"]), 0);
    for (wrong, told) in [
        ("mine", "give NAME=FILE"),
        ("=model.onnx", "give NAME=FILE"),
        ("mine=", "give NAME=FILE"),
        ("mine=missing.onnx", "missing.onnx: cannot be read"),
        // The plugin refuses to start without its model, and with what is none.
        (
            "other=model.onnx",
            "no model \"mine\"; registered are other",
        ),
        ("mine=traffic.jsonl", "model \"mine\" (traffic.jsonl): "),
    ] {
        let output = verify(&["--model", wrong]);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(text.contains(told), "{told} is not in {text}");
    }
    let none = verify(&[]);
    expect_exit(&none, 2);
    assert!(stderr(&none).contains("there is no model \"mine\"; none is registered"));
}

#[test]
fn a_campaign_whose_model_is_none_names_it_and_ends_with_exit_code_2() {
    let folder = folder();
    let path = folder.path();
    write(path, "loader.wasm", loader());
    write(path, "traffic.jsonl", TRAFFIC);
    for (name, bytes) in [("empty.onnx", &b""[..]), ("noise.onnx", &[0xa5; 4_096])] {
        write(path, name, bytes);
        let model = format!("mine={name}");
        let arguments = [
            "run",
            "--runtime",
            "wasmi/eager,wasmtime/winch",
            "--blocks",
            "1",
            "--module",
            "loader.wasm",
            "--requests",
            "traffic.jsonl",
            "--model",
            &model,
        ];
        let output = run(path, &arguments);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains(&format!("model \"mine\" ({name}): ")),
            "{text}"
        );
        assert!(
            text.contains("the models that it loads (--model)"),
            "{text}"
        );
    }
}

#[test]
fn a_group_of_variants_is_measured_under_one_name() {
    let mut rows = checks(&[
        "--workload",
        "header-rewrite,prime-check",
        "--variants",
        "languages",
    ]);
    rows.sort();
    let names = [
        "assemblyscript",
        "c",
        "cpp",
        "go",
        "rust",
        "rust-raw",
        "zig",
    ];
    assert_eq!(rows, names.map(|name| passed("header-rewrite", name)));
}

#[test]
fn a_group_that_there_is_not_is_refused_with_those_there_are() {
    let folder = folder();
    let output = run(folder.path(), &["verify", "--variants", "tongues"]);
    expect_exit(&output, 2);
    let text = stderr(&output);
    for part in [
        "no variant is in a group 'tongues'",
        "languages",
        "rustc",
        "wasm-opt",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_is_built_on_demand_says_how_before_it_is() {
    let folder = folder();
    let alone = ["verify", "--workload", "waf-coraza"];
    let output = run(folder.path(), &alone);
    expect_exit(&output, 3);
    let text = stderr(&output);
    assert!(
        text.contains("waf-coraza go-wasm-opt is not available: its module is not built here")
            && text.contains("help: scripts/build-workloads waf-coraza go-wasm-opt"),
        "{text}"
    );
    // Beside what is here it is a row, not an end.
    let among = [
        "verify",
        "--no-conformance",
        "--runtime",
        "wasmi/eager",
        "--workload",
        "prime-check,waf-coraza",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &among);
    expect_exit(&output, 0);
    let row = &json(&output)["unavailable"][0];
    assert_eq!(row["workload"], "waf-coraza go-wasm-opt");
    assert_eq!(
        row["remedy"],
        "scripts/build-workloads waf-coraza go-wasm-opt"
    );
}

#[test]
fn a_module_in_the_cache_is_taken_when_it_is_the_one_that_was_built() {
    let folder = folder();
    let listing = run(folder.path(), &["list", "--format", "json"]);
    let listing = json(&listing);
    let workload = listing["workloads"].as_array().expect("workloads").iter();
    let flags = workload
        .filter(|row| row["name"] == "prime-check")
        .flat_map(|row| row["builds"].as_array().expect("builds"))
        .find(|build| build["variant"] == "rust-o2")
        .expect("a variant that is not committed")["flags"]
        .clone();
    // Any module will do: what is at stake is the manifest beside it.
    let module = include_bytes!("../workloads/prebuilt/prime-check.wasm");
    let cache = folder.path().join("cache/pwbench/workloads");
    std::fs::create_dir_all(&cache).expect("a folder");
    write(&cache, "prime-check-rust-o2.wasm", module);
    let manifest = |source: &str, digest: &str| {
        format!(
            "[[module]]\nfile = \"prime-check-rust-o2.wasm\"\nsource_sha256 = \"{source}\"\n\
             toolchain = \"rustc 1\"\nflags = {flags}\nwasm_opt = \"none\"\nbytes = {}\n\
             sha256 = \"{digest}\"\n",
            module.len()
        )
    };
    let prebuilt = include_str!("../workloads/prebuilt/manifest.toml");
    let entry = prebuilt
        .split("[[module]]")
        .find(|entry| entry.contains("prime-check.wasm"));
    let field = |name: &str| {
        let mut lines = entry.expect("its entry").lines();
        let line = lines.find(|line| line.starts_with(&format!("{name} = ")));
        line.and_then(|line| line.split('"').nth(1))
            .expect("a field")
            .to_owned()
    };
    let (source, digest) = (field("source_sha256"), field("sha256"));
    let verify = || {
        let arguments = [
            "verify",
            "--no-conformance",
            "--runtime",
            "wasmi/eager",
            "--workload",
            "prime-check",
            "--variant",
            "rust-o2",
        ];
        run(folder.path(), &arguments)
    };
    for (source, digest, reason) in [
        ("0", digest.as_str(), "was built from other sources"),
        (&source, "0", "is not the one that was built"),
    ] {
        write(&cache, "manifest.toml", manifest(source, digest));
        let output = verify();
        expect_exit(&output, 3);
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    write(&cache, "manifest.toml", manifest(&source, &digest));
    expect_exit(&verify(), 0);
}
