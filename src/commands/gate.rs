//! `pwbench gate`: limits on a change, and the gate's own quality.

use std::fs;
use std::path::Path;

use reports::{Calibration, GateOutcome};

use super::report::print_reported;
use crate::cli::GateArgs;
use crate::comparison::seed;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Progress, Runner};
use crate::gate::{Calibrate, GateConfig, hold};
use crate::history::append;

/// Runs the gate or calibrates it.
pub(super) fn gate(arguments: &GateArgs) -> Result<Exit, Error> {
    if arguments.calibrate {
        return calibrate(arguments);
    }
    let config = GateConfig::read(&arguments.config)?;
    let seed = seed(arguments.seed);
    let runner = Runner::new(arguments.trial_timeout, Interrupt::listen()?, seed)?;
    let progress = Progress::new();
    let held = hold(&config, &runner, &progress, seed, &arguments.output);
    let (report, folder) = super::block_on(held)??;
    name_latest(&arguments.output, &folder)?;
    if let Some(history) = &arguments.history {
        append(history, &report.comparison)?;
    }
    let reported = report.reported()?;
    print_reported(
        &reported.document,
        &reported.summary,
        &folder,
        arguments.format,
    )?;
    Ok(match report.outcome {
        _ if report.comparison.interrupted => Exit::Interrupted,
        GateOutcome::Passed | GateOutcome::Undecided => Exit::Fine,
        GateOutcome::Failed => Exit::CheckFailed,
        GateOutcome::Untrusted => Exit::Environment,
    })
}

/// Says to scripts where the results are.
fn name_latest(output: &Path, folder: &Path) -> Result<(), Error> {
    let path = output.join("latest");
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    fs::write(&path, format!("{name}\n")).map_err(Error::io(
        &path,
        "write",
        "check space and permissions",
    ))
}

fn calibrate(arguments: &GateArgs) -> Result<Exit, Error> {
    let seed = seed(arguments.seed);
    let runner = Runner::new(arguments.trial_timeout, Interrupt::listen()?, seed)?;
    let calibrate = Calibrate {
        runner: &runner,
        folder: &arguments.output,
        comparisons: arguments.comparisons,
        time: arguments.seconds,
        band: arguments.band,
        seed,
    };
    let (records, interrupted) = super::block_on(calibrate.run())??;
    let calibration = Calibration::of(&records);
    let document = calibration.document();
    document.write_all(&arguments.output)?;
    print_reported(
        &document,
        &serde_json::to_value(&calibration)?,
        &arguments.output,
        arguments.format,
    )?;
    Ok(match interrupted {
        true => Exit::Interrupted,
        false => Exit::Fine,
    })
}
