//! Real proxies, where they are installed: they start with each of their filters, answer with
//! the headers expected, and leave nothing behind.

use std::io::Write as _;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use peers::{
    ADDED, Cores, Filter, FilterKind, Plugin, Program, ProxyKind, Setup, StartError, find, start,
};
use support::{Upstream, get, processes_below};

const OTHERS: [ProxyKind; 4] = [
    ProxyKind::Envoy,
    ProxyKind::Nginx,
    ProxyKind::Ats,
    ProxyKind::Mosn,
];

/// A proxy that is here, or a line that says what is skipped.
fn here(kind: ProxyKind) -> Option<Program> {
    match find(kind, Path::new("/nowhere")) {
        Ok(program) => Some(program),
        Err(missing) => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: {}: {}",
                kind.title(),
                missing.remedy
            );
            None
        }
    }
}

fn filter(kind: FilterKind) -> Filter {
    let module = "../../workloads/prebuilt/header-rewrite.wasm";
    let module = fs::canonicalize(module).expect("a prebuilt module");
    let rules = ADDED.map(|(name, value)| {
        format!(r#"{{ "on": "response", "op": "add", "name": "{name}", "value": "{value}" }}"#)
    });
    match kind {
        FilterKind::None => Filter::None,
        FilterKind::Lua => Filter::Lua,
        FilterKind::Native => Filter::Native,
        FilterKind::Wasm => Filter::Wasm(Plugin {
            module,
            root_id: "header-rewrite".into(),
            configuration: format!(r#"{{ "rules": [{}] }}"#, rules.join(", ")),
            runtime: String::new(),
            isolation: "thread".into(),
        }),
    }
}

fn setup<'a>(
    kind: ProxyKind,
    program: &'a Program,
    filter: &'a Filter,
    upstream: &Upstream,
) -> Setup<'a> {
    Setup {
        kind,
        program,
        filter,
        upstream: upstream.address(),
        workers: 1,
        cores: Cores::default(),
        http2: false,
    }
}

#[test]
fn each_proxy_adds_the_same_headers_by_each_of_its_filters_and_leaves_nothing_behind() {
    let upstream = Upstream::start();
    for kind in OTHERS {
        let Some(program) = here(kind) else { continue };
        for wanted in kind.filters().iter().copied() {
            // MOSN hands plugins no configuration; see the test of one that needs none.
            if kind == ProxyKind::Mosn && wanted == FilterKind::Wasm {
                continue;
            }
            if let Err(missing) = program.has(kind, wanted) {
                let _ = writeln!(
                    std::io::stdout(),
                    "skipped: {kind} with {wanted}: {}",
                    missing.remedy
                );
                continue;
            }
            let filter = filter(wanted);
            let running = start(&setup(kind, &program, &filter, &upstream))
                .unwrap_or_else(|error| panic!("{kind} with {wanted}: {error}"));
            let answer = get(running.address(), "/some/path");
            assert_eq!(answer.status, 200, "{kind} with {wanted}");
            assert_eq!(answer.body, "from the upstream", "{kind} with {wanted}");
            assert_eq!(
                answer.header("x-upstream"),
                ["here"],
                "{kind} with {wanted}"
            );
            for (name, value) in ADDED {
                let expected: &[&str] = if wanted == FilterKind::None {
                    &[]
                } else {
                    &[value]
                };
                assert_eq!(
                    answer.header(name),
                    expected,
                    "{kind} with {wanted}: {name}"
                );
            }
            let usage = running.usage();
            let cpu: u64 = usage.tasks.values().map(|task| task.cpu_ns).sum();
            assert!(
                cpu > 100_000 && usage.rss_bytes > 1_000_000,
                "{kind}: {usage:?}"
            );
            let processes = processes_below(running.pid());
            assert!(!processes.is_empty());
            running.stop();
            let left: BTreeSet<u32> = processes
                .into_iter()
                .filter(|pid| support::alive(*pid))
                .collect();
            assert!(left.is_empty(), "{kind} with {wanted} left {left:?}");
        }
    }
}

#[test]
fn mosn_runs_a_plugin_that_needs_no_configuration() {
    let Some(program) = here(ProxyKind::Mosn) else {
        return;
    };
    let upstream = Upstream::start();
    let module = "../../workloads/prebuilt/add-headers-rust-raw.wasm";
    let plugin = Filter::Wasm(Plugin {
        module: fs::canonicalize(module).expect("a prebuilt module"),
        root_id: String::new(),
        configuration: String::new(),
        runtime: String::new(),
        isolation: "thread".into(),
    });
    let running = start(&setup(ProxyKind::Mosn, &program, &plugin, &upstream))
        .unwrap_or_else(|error| panic!("{error}"));
    for _ in 0..5 {
        let answer = get(running.address(), "/some/path");
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "from the upstream")
        );
        for (name, value) in ADDED {
            assert_eq!(answer.header(name), [value], "{name}");
        }
    }
    running.stop();
}

#[test]
fn workers_are_pinned_to_the_cores_given() {
    let upstream = Upstream::start();
    let core = peers::allowed_cores().numbers()[0];
    for kind in OTHERS {
        let Some(program) = here(kind) else { continue };
        let setup = Setup {
            cores: Cores::new([core]),
            ..setup(kind, &program, &Filter::None, &upstream)
        };
        let running = start(&setup).unwrap_or_else(|error| panic!("{kind}: {error}"));
        for pid in processes_below(running.pid()) {
            for allowed in support::allowed_of_each_task(pid) {
                assert_eq!(allowed, core.to_string(), "{kind}");
            }
        }
    }
}

#[test]
fn a_filter_that_a_proxy_has_not_is_refused_with_those_it_has() {
    let upstream = Upstream::start();
    let program = Program {
        path: "/bin/true".into(),
        version: String::new(),
        sha256: String::new(),
    };
    let error =
        start(&setup(ProxyKind::Mosn, &program, &Filter::Lua, &upstream)).expect_err("refused");
    assert!(
        matches!(error, StartError::NoSuchFilter { .. }),
        "{error:?}"
    );
    assert!(
        error.to_string().ends_with("; choose among none, wasm"),
        "{error}"
    );
}

#[test]
fn a_program_that_ends_instead_of_serving_says_so() {
    let upstream = Upstream::start();
    let program = Program {
        path: "/bin/false".into(),
        version: String::new(),
        sha256: String::new(),
    };
    let error =
        start(&setup(ProxyKind::Envoy, &program, &Filter::None, &upstream)).expect_err("it ended");
    assert!(matches!(error, StartError::Ended { .. }), "{error:?}");
}

#[test]
fn a_plugin_that_is_none_is_told_in_the_proxys_own_words() {
    let Some(program) = here(ProxyKind::Envoy) else {
        return;
    };
    let upstream = Upstream::start();
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), "no module").expect("written");
    let Filter::Wasm(plugin) = filter(FilterKind::Wasm) else {
        unreachable!()
    };
    let broken = Filter::Wasm(Plugin {
        module: file.path().to_path_buf(),
        ..plugin
    });
    let error = start(&setup(ProxyKind::Envoy, &program, &broken, &upstream)).expect_err("refused");
    let text = error.to_string().to_lowercase();
    assert!(
        text.contains("envoy ended") && text.contains("wasm"),
        "{text}"
    );
}
