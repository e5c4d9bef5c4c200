//! The whole suite on every runtime of the catalogue.

use std::io::Write as _;
mod common;

use conformance::{Verdict, run_all, suite};

fn conforms(id: &'static str) {
    let Some(subject) = common::subject(id) else {
        return;
    };
    let verdicts = run_all(&subject);
    let mut failures = Vec::new();
    let (mut passed, mut skipped) = (0, 0);
    for (item, verdict) in &verdicts {
        match verdict {
            Verdict::Passed => passed += 1,
            Verdict::NotApplicable { .. } => skipped += 1,
            Verdict::Failed { detail } => {
                failures.push(format!("{}: {}\n    {detail}", item.id, item.title))
            }
        }
    }
    println!(
        "{id}: {passed} passed, {skipped} not applicable, {} failed",
        failures.len()
    );
    assert!(
        failures.is_empty(),
        "{id} fails {} items:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(
        passed > suite().len() / 3,
        "{id} passes only {passed} of {} items",
        suite().len()
    );
}

macro_rules! runtimes {
    (
        together { $($test:ident = $id:literal;)* }
        alone { $($alone:ident = $alone_id:literal;)* }
    ) => {
        $(
            #[test]
            fn $test() {
                conforms($id);
            }
        )*
        $(
            #[test]
            fn $alone() {
                common::alone(stringify!($alone), || conforms($alone_id));
            }
        )*

        const COVERED: &[&str] = &[$($id,)* $($alone_id),*];
    };
}

runtimes! {
    together {
        native_conforms = "native";
        wasmtime_cranelift_conforms = "wasmtime/cranelift";
        wasmtime_cranelift_aot_conforms = "wasmtime/cranelift-aot";
        wasmtime_winch_conforms = "wasmtime/winch";
        wasmtime_winch_aot_conforms = "wasmtime/winch-aot";
        wasmtime_pulley_conforms = "wasmtime/pulley";
        wasmtime_pulley_aot_conforms = "wasmtime/pulley-aot";
        wasmer_cranelift_conforms = "wasmer/cranelift";
        wasmer_cranelift_aot_conforms = "wasmer/cranelift-aot";
        wasmer_singlepass_conforms = "wasmer/singlepass";
        wasmer_singlepass_aot_conforms = "wasmer/singlepass-aot";
        wasmer_llvm_conforms = "wasmer/llvm";
        wasmer_llvm_aot_conforms = "wasmer/llvm-aot";
        wasmi_eager_conforms = "wasmi/eager";
        wasmi_lazy_conforms = "wasmi/lazy";
        tinywasm_conforms = "tinywasm/interpreter";
        wasm3_conforms = "wasm3/interpreter";
        stitch_conforms = "stitch/interpreter";
    }
    // V8 has one mode in a process; WAMR and WasmEdge handle faults for the whole process, each
    // in its own way, as a trial never has them do beside another engine.
    alone {
        wamr_fast_interp_conforms = "wamr/fast-interp";
        wamr_aot_conforms = "wamr/aot";
        wamr_classic_interp_conforms = "wamr/classic-interp";
        wamr_llvm_jit_conforms = "wamr/llvm-jit";
        wamr_fast_jit_conforms = "wamr/fast-jit";
        wasmedge_interp_conforms = "wasmedge/interp";
        wasmedge_jit_conforms = "wasmedge/jit";
        wasmedge_aot_conforms = "wasmedge/aot";
        v8_default_conforms = "v8/default";
        v8_liftoff_conforms = "v8/liftoff";
        v8_turbofan_conforms = "v8/turbofan";
    }
}

/// Engine libraries that were brought or found: they differ from machine to machine.
fn brought() -> impl Iterator<Item = &'static str> {
    let catalogue = runtimes::catalogue().iter();
    let brought = catalogue.filter(|entry| entry.engine == "wasm-c-api");
    brought.map(|entry| entry.id.as_str())
}

#[test]
fn engine_libraries_conform() {
    if brought().next().is_none() {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: wasm-c-api: no library is known; run scripts/engines/wasm-c-api"
        );
    }
    common::alone("engine_libraries_conform", || brought().for_each(conforms));
}

#[test]
fn every_runtime_of_the_catalogue_is_tested() {
    let mut catalogue: Vec<&str> = runtimes::catalogue()
        .iter()
        .map(|entry| entry.id.as_str())
        .filter(|id| brought().all(|brought| brought != *id))
        .collect();
    catalogue.sort_unstable();
    let mut covered = COVERED.to_vec();
    covered.sort_unstable();
    assert_eq!(catalogue, covered);
}

#[test]
fn items_have_ids_of_their_own_and_titles() {
    let mut ids: Vec<&str> = suite().iter().map(|item| &*item.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), suite().len());
    for item in suite() {
        assert!(
            item.id
                .split_once('/')
                .is_some_and(|(group, what)| !group.is_empty() && !what.is_empty()),
            "{}",
            item.id
        );
        assert!(item.title.len() > 10, "{}: {}", item.id, item.title);
    }
}
