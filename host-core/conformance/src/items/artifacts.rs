//! Artifacts of compilers that run ahead of time.

use host_core::{Artifact, ArtifactMaker};

use crate::Subject;
use crate::expect::refused;
use crate::guests::wat;
use crate::item::{Checked, Fault, Item};
use crate::stage::Stage;
use crate::subject::{Compiled, Limits};

pub(super) const ITEMS: &[Item] = &[
    Item::wasm(
        "artifacts/round-trip",
        "an artifact is loaded and runs",
        round_trip,
    ),
    Item::wasm(
        "artifacts/truncated",
        "a truncated artifact is refused",
        truncated,
    ),
    Item::wasm(
        "artifacts/changed",
        "an artifact with a changed byte is refused",
        changed,
    ),
    Item::wasm(
        "artifacts/foreign",
        "what is no artifact of this runtime is refused",
        foreign,
    ),
    Item::wasm(
        "artifacts/other-maker",
        "an artifact of another version, runtime or configuration is refused",
        other_maker,
    ),
    Item::wasm(
        "artifacts/other-options",
        "an artifact made under other options is refused or obeys the new ones",
        other_options,
    ),
];

const BODY: &str = r#"(data (i32.const 64) "loaded")
    (func (export "proxy_on_tick") (param i32) (call $say (i32.const 64) (i32.const 6)))"#;

/// A guest and its artifact.
fn artifact(subject: &Subject, limits: Limits) -> Checked<(Vec<u8>, Vec<u8>)> {
    if !subject.is_ahead_of_time() {
        return Err(Fault::NotApplicable(
            "the runtime has no artifacts".to_owned(),
        ));
    }
    let module = wat(BODY);
    let engine = subject.engine(limits)?;
    let facts = std::sync::Arc::new(engine.inspect(&module)?);
    let artifact = engine.compile(&module, &facts)?.serialize()?;
    Ok((module, artifact))
}

fn load(subject: &Subject, limits: Limits, artifact: &[u8]) -> Checked<Compiled> {
    let engine = subject.engine(limits)?;
    let facts = std::sync::Arc::new(engine.inspect(&wat(BODY))?);
    Ok(Compiled {
        module: engine.load(artifact, &facts)?,
        facts,
    })
}

/// A refusal as an error with a text.
fn outcome(result: Checked<Compiled>) -> Result<(), String> {
    match result {
        Ok(_) => Ok(()),
        Err(Fault::Failed(text) | Fault::NotApplicable(text)) => Err(text),
    }
}

fn round_trip(subject: &Subject) -> Checked {
    let (_, artifact) = artifact(subject, Limits::None)?;
    let mut stage = Stage::of(&load(subject, Limits::None, &artifact)?)?;
    stage.vm.on_tick(stage.root)?;
    stage.said(&["loaded"])
}

fn truncated(subject: &Subject) -> Checked {
    let (_, artifact) = artifact(subject, Limits::None)?;
    for cut in [
        0,
        1,
        7,
        8,
        39,
        40,
        100,
        artifact.len() / 2,
        artifact.len() - 1,
    ] {
        let what = format!("{cut} of {} bytes", artifact.len());
        refused(
            &what,
            outcome(load(subject, Limits::None, &artifact[..cut])),
            &[],
        )?;
    }
    let mut longer = artifact.clone();
    longer.push(0);
    refused(
        "one byte more",
        outcome(load(subject, Limits::None, &longer)),
        &[],
    )
    .map(drop)
}

fn changed(subject: &Subject) -> Checked {
    let (_, artifact) = artifact(subject, Limits::None)?;
    for at in (0..artifact.len()).step_by((artifact.len() / 60).max(1)) {
        let mut bytes = artifact.clone();
        bytes[at] ^= 0x10;
        refused(
            &format!("a change at byte {at}"),
            outcome(load(subject, Limits::None, &bytes)),
            &[],
        )?;
    }
    Ok(())
}

fn foreign(subject: &Subject) -> Checked {
    let (module, _) = artifact(subject, Limits::None)?;
    let elf = [&b"\x7fELF\x02\x01\x01\0"[..], &[0; 500]].concat();
    for (what, bytes) in [("the module itself", &module), ("an ELF header", &elf)] {
        refused(what, outcome(load(subject, Limits::None, bytes)), &[])?;
    }
    Ok(())
}

fn other_maker(subject: &Subject) -> Checked {
    let (_, artifact) = artifact(subject, Limits::None)?;
    let info = subject.info();
    let makers = [
        (info.runtime.as_str(), "0.0.1"),
        ("other/engine", info.version.as_str()),
        (info.runtime.as_str(), info.version.as_str()),
    ];
    for (runtime, version) in makers {
        let maker = ArtifactMaker {
            runtime: runtime.to_owned(),
            version: version.to_owned(),
            settings: "of another program".to_owned(),
        };
        // Whole and in order, and yet nothing that this runtime made.
        let sealed = Artifact::seal(&maker, [0; 32], &artifact);
        refused(
            &format!("an artifact of {runtime} {version}"),
            outcome(load(subject, Limits::None, &sealed)),
            &[],
        )?;
    }
    Ok(())
}

fn other_options(subject: &Subject) -> Checked {
    subject.needs(subject.info().deadline, "deadline")?;
    // Without a deadline the compiled code has no checks for one.
    let (_, artifact) = artifact(subject, Limits::None)?;
    match outcome(load(subject, Limits::Deadline, &artifact)) {
        Err(_) => Ok(()),
        Ok(()) => Err("code without checks was loaded where a deadline must hold".into()),
    }
}
