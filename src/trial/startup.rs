//! Start-up: from code to the first answered request.

use std::sync::Arc;
use std::time::Instant;

use host_core::abi::LogLevel;
use host_core::services::InProcess;
use host_core::{Driver, Ending, Exchange, ModeKind, StartError, Vm};
use reports::{FailureKind, Startup};

use super::clock::ns;
use super::passes::failed;
use super::rig::Rig;
use super::{Failed, memory};

/// How many lines of a plugin's log explain why it does not start.
const MOST_LINES: usize = 4;
/// How much of each, in characters.
const LONGEST_LINE: usize = 400;

/// Start-up without its first request, and what memory it took.
pub(super) struct Started {
    pub(super) startup: Startup,
    /// Resident memory once the first VM was configured, in bytes.
    pub(super) resident_bytes: u64,
}

/// Starts the process's first VM step by step. It ends with this call: the measured VMs
/// come after it.
pub(super) fn first_vm(rig: &Rig) -> Result<Started, Failed> {
    let plugin = &rig.plugin;
    let start = Instant::now();
    let mut vm = Vm::new(
        &*plugin.module,
        &plugin.facts,
        plugin.services.clone(),
        Arc::clone(&plugin.vm),
    )?;
    let instantiate_ns = ns(start.elapsed());
    let start = Instant::now();
    vm.add_root(plugin.settings.clone())
        .map_err(|error| explained(error, &rig.services))?;
    let start_ns = ns(start.elapsed());
    let resident_bytes = memory::resident_bytes();
    let loads = match rig.engine.info().kind {
        ModeKind::Native | ModeKind::Aot | ModeKind::InterpreterAot => true,
        ModeKind::Jit | ModeKind::Interpreter => false,
    };
    let compiled = |value: u64| (!loads).then_some(value);
    let startup = Startup {
        compile_ns: compiled(rig.code.wall_ns),
        compile_cpu_ns: compiled(rig.code.cpu_ns),
        load_aot_ns: loads.then_some(rig.code.wall_ns),
        instantiate_ns,
        start_ns,
        first_request_ns: 0,
    };
    Ok(Started {
        startup,
        resident_bytes,
    })
}

/// The failure of a start; for a plugin that refused its configuration, in the words of its
/// log, which may hold anything.
fn explained(error: StartError, services: &InProcess) -> Failed {
    let mut failed = Failed::from(error);
    if failed.kind == FailureKind::Configuration {
        let lines = services.take_logs();
        let of = |wanted: fn(LogLevel) -> bool| {
            let lines = lines.iter().filter(move |line| wanted(line.level));
            lines.map(|line| printable(&line.message))
        };
        // The host's own reasons, such as what is wrong with a model, are the last warning.
        let warning = of(|level| level == LogLevel::Warn).next_back();
        let mut told = of(|level| level >= LogLevel::Error)
            .take(MOST_LINES)
            .chain(warning)
            .peekable();
        if told.peek().is_some() {
            failed.reason = format!(
                "the plugin refused its configuration: {}",
                told.collect::<Vec<_>>().join(" | ")
            );
        }
    }
    failed
}

/// What the plugin warned of while it started, for people: how often, the first words, and the
/// last ones where they sum it up.
pub(super) fn warnings(services: &InProcess) -> Option<String> {
    let lines = services.take_logs();
    let mut warnings = lines.iter().filter(|line| line.level >= LogLevel::Warn);
    let first = printable(&warnings.next()?.message);
    let bound = match services.logs_lost() {
        0 => "",
        _ => "at least ",
    };
    let count = match warnings.count() {
        0 => "a warning when it started".to_owned(),
        others => format!("{bound}{} warnings when it started, the first", others + 1),
    };
    let last = lines.last().filter(|line| line.level < LogLevel::Warn);
    let last = last.map(|line| format!("; in the end: {}", printable(&line.message)));
    Some(format!("{count}: {first}{}", last.unwrap_or_default()))
}

/// The beginning of a text from a guest, on one line.
fn printable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut line: String = text.chars().take(LONGEST_LINE).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line.replace(char::is_control, " ")
}

/// Runs the very first transaction of the process and answers its time in nanoseconds.
pub(super) fn first_request(driver: &mut Driver, exchange: &Exchange) -> Result<u64, Failed> {
    let start = Instant::now();
    let ending = driver.run(exchange);
    let elapsed = ns(start.elapsed());
    match ending {
        Ending::Failed(reason) => Err(failed(&exchange.id, &reason)),
        _ => Ok(elapsed),
    }
}
