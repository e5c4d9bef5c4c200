//! Versions of the ABI.

use host_core::ModuleFacts;
use host_core::abi::{AbiVersion, Action};

use crate::Subject;
use crate::expect::{equal, refused};
use crate::guests::Wat;
use crate::item::{Checked, Item};
use crate::stage::{Setup, Stage};
use crate::subject::Limits;

pub(super) const ITEMS: &[Item] = &[
    Item::wasm(
        "versions/markers",
        "each version is known by its marker, of several the newest counts",
        markers,
    ),
    Item::wasm(
        "versions/none",
        "a module without a marker is refused with the markers named",
        none,
    ),
    Item::wasm(
        "versions/unknown",
        "a module with an unknown marker is refused by name",
        unknown,
    ),
    Item::wasm("versions/0.2.0", "a module for 0.2.0 runs", v0_2_0),
    Item::wasm(
        "versions/0.1.0-headers",
        "header callbacks of 0.1.0 have no end_of_stream",
        v0_1_0_headers,
    ),
    Item::wasm(
        "versions/0.1.0-calls",
        "0.1.0 continues streams and reads configurations its own way",
        v0_1_0_calls,
    ),
];

fn marked(markers: &[&str]) -> Vec<u8> {
    let body: String = markers
        .iter()
        .map(|marker| format!("(func (export {marker:?}))"))
        .collect();
    Wat {
        marker: "",
        body: &body,
        ..Wat::default()
    }
    .bytes()
}

fn markers(subject: &Subject) -> Checked {
    for version in AbiVersion::ALL {
        let compiled = subject.compile(Limits::None, &marked(&[version.marker()]))?;
        equal("version", compiled.facts.version, version)?;
        Stage::of(&compiled)?;
    }
    let all: Vec<&str> = AbiVersion::ALL
        .iter()
        .map(|version| version.marker())
        .collect();
    equal(
        "newest",
        ModuleFacts::read(&marked(&all))?.version,
        AbiVersion::V0_2_1,
    )?;
    equal(
        "newer",
        ModuleFacts::read(&marked(&all[..2]))?.version,
        AbiVersion::V0_2_0,
    )
}

fn none(_: &Subject) -> Checked {
    let names = AbiVersion::ALL.map(AbiVersion::marker);
    refused(
        "a module without a marker",
        ModuleFacts::read(&marked(&[])),
        &names,
    )
    .map(drop)
}

fn unknown(_: &Subject) -> Checked {
    let marker = "proxy_abi_version_9_9_9";
    refused(
        "a module of the future",
        ModuleFacts::read(&marked(&[marker])),
        &[marker],
    )
    .map(drop)
}

fn v0_2_0(subject: &Subject) -> Checked {
    let module = Wat {
        marker: AbiVersion::V0_2_0.marker(),
        body: r#"(data (i32.const 64) "headers")
            (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                (i32.store8 (i32.const 80) (i32.add (i32.const 48) (local.get 2)))
                (call $say (i32.const 64) (i32.const 7))
                (call $say (i32.const 80) (i32.const 1))
                (i32.const 1))"#,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    let (_, action) = stage.request(&[], true)?;
    equal("action", action, Action::Pause)?;
    stage.said(&["headers", "1"])
}

fn v0_1_0_headers(subject: &Subject) -> Checked {
    let body = r#"(data (i32.const 64) "request response")
        (func (export "proxy_on_request_headers") (param i32 i32) (result i32)
            (call $say (i32.const 64) (i32.const 7))
            (i32.const 0))
        (func (export "proxy_on_response_headers") (param i32 i32) (result i32)
            (call $say (i32.const 72) (i32.const 8))
            (i32.const 1))"#;
    let module = Wat {
        marker: AbiVersion::V0_1_0.marker(),
        body,
        ..Wat::default()
    };
    let mut stage = Stage::of(&subject.compile(Limits::None, &module.bytes())?)?;
    let (id, action) = stage.request(&[], true)?;
    equal("request", action, Action::Continue)?;
    equal("response", stage.response(id, &[], true)?, Action::Pause)?;
    stage.said(&["request", "response"])?;
    let newer = Wat {
        body,
        ..Wat::default()
    }
    .bytes();
    refused(
        "the same callbacks under 0.2.1",
        ModuleFacts::read(&newer),
        &["proxy_on_request_headers"],
    )
    .map(drop)
}

fn v0_1_0_calls(subject: &Subject) -> Checked {
    let module = Wat {
        marker: AbiVersion::V0_1_0.marker(),
        imports: r#"
            (import "env" "proxy_get_configuration" (func $configuration (param i32 i32) (result i32)))
            (import "env" "proxy_continue_request" (func $request (result i32)))
            (import "env" "proxy_continue_response" (func $response (result i32)))
            (import "env" "proxy_clear_route_cache" (func $route (result i32)))
            (import "env" "proxy_set_effective_context" (func $context (param i32) (result i32)))
            (import "env" "proxy_get_current_time_nanoseconds" (func $time (param i32) (result i32)))"#,
        body: r#"
            (global $stream (mut i32) (i32.const 0))
            (func $show (result i32)
                (drop (call $configuration (i32.const 64) (i32.const 68)))
                (call $say (i32.load (i32.const 64)) (i32.load (i32.const 68)))
                (i32.const 1))
            (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (call $show))
            (func (export "proxy_on_configure") (param i32 i32) (result i32) (call $show))
            (func (export "proxy_on_request_headers") (param i32 i32) (result i32)
                (global.set $stream (local.get 0))
                (drop (call $route))
                (i32.const 1))
            (func (export "proxy_on_response_headers") (param i32 i32) (result i32) (i32.const 1))
            (func (export "proxy_on_tick") (param i32)
                (drop (call $context (global.get $stream)))
                (drop (call $request))
                (drop (call $response)))"#,
        ..Wat::default()
    };
    let mut setup = Setup::new("plugin");
    setup.vm.configuration = b"machine".to_vec();
    let mut stage = setup.start_guest(&subject.compile(Limits::None, &module.bytes())?)?;
    stage.said(&["machine", "plugin"])?;
    let (id, action) = stage.request(&[], true)?;
    equal("request", action, Action::Pause)?;
    equal(
        "route cache cleared",
        stage.stream(id)?.route_cache_cleared,
        true,
    )?;
    equal("response", stage.response(id, &[], true)?, Action::Pause)?;
    stage.vm.on_tick(stage.root)?;
    equal("continued", stage.vm.take_continued(id), (true, true))
}
