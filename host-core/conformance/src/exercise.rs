//! One run of the puppet through everything that a proxy does, for comparing hosts.

use host_core::{Tape, TrapKind};

use crate::item::{Checked, Fault};
use crate::stage::{Setup, Stage};
use crate::subject::{Limits, Subject};

/// What an exercise left behind: equal on every runtime for the same script.
#[derive(Debug)]
pub struct Exercise {
    /// Callbacks and host calls.
    pub tape: Box<Tape>,
    /// The plugin's log.
    pub log: Vec<String>,
    /// Why the VM ended before its time, if it did.
    pub ended: Option<TrapKind>,
}

/// Runs the puppet with `script` as its configuration: a tick, a request and its response
/// with bodies and trailers, the answers to its callouts, a connection, a foreign function.
///
/// # Errors
/// In words, when the puppet cannot be started or the host loses a stream.
pub fn exercise(subject: &Subject, script: &str) -> Result<Exercise, String> {
    let text = |fault| match fault {
        Fault::Failed(text) | Fault::NotApplicable(text) => text,
    };
    let mut setup = Setup::new(script);
    setup.tape = true;
    let puppet = subject.puppet(Limits::None).map_err(text)?;
    let mut stage = setup
        .try_start_guest(&puppet)
        .map_err(|error| error.to_string())?;
    let passed = steps(&mut stage);
    let ended = stage.vm.ended().map(host_core::Trap::kind);
    if ended.is_none() {
        passed.map_err(text)?;
    }
    Ok(Exercise {
        tape: stage.tape().map_err(text)?,
        log: stage.hear(),
        ended,
    })
}

fn steps(stage: &mut Stage) -> Checked {
    stage.vm.on_tick(stage.root)?;
    let id = stage
        .request(
            &[
                ("user-agent", "exercise/1"),
                ("x-many", "a"),
                ("x-many", "b"),
            ],
            false,
        )?
        .0;
    stage.vm.on_request_body(id, b"the first chunk, ", false)?;
    stage.pump()?;
    stage.vm.on_request_body(id, b"and the last", false)?;
    stage.stream(id)?.request.trailers = [("x-sum", "1")].into_iter().collect();
    stage.vm.on_request_trailers(id)?;
    stage.pump()?;
    stage.response(
        id,
        &[("content-type", "text/html"), ("content-length", "5")],
        false,
    )?;
    stage.vm.on_response_body(id, b"hello", true)?;
    stage.pump()?;
    stage.vm.on_tick(stage.root)?;
    if stage.vm.finish(id)?.is_none() {
        stage.vm.on_tick(stage.root)?;
        stage.vm.take_finished()?;
    }
    let id = stage.connect()?;
    stage.vm.on_new_connection(id)?;
    stage.vm.on_downstream_data(id, b"ping", false)?;
    stage.vm.on_upstream_data(id, b"pong", true)?;
    stage
        .vm
        .on_downstream_close(id, host_core::abi::PeerType::Remote)?;
    stage.vm.finish(id)?;
    stage.vm.on_foreign_function(stage.root, 3, b"arguments")?;
    stage.pump()
}
