//! Holding a change to its limits.

use std::fs;
use std::path::{Path, PathBuf};

use reports::{ENOUGH_FOR_P999, Figure, GateReport, Question, SamplePlan};

use super::base;
use super::config::GateConfig;
use crate::comparison::{
    Extent, Inquiry, Pairing, SLICE, USUAL_RUNTIME, check, inquire, own_folder, runtime, side,
};
use crate::error::Error;
use crate::experiment::{Progress, Runner};
use crate::trial::Source;

/// Measures what the configuration limits and judges it. Everything goes to a folder of its
/// own under `output`, which is answered too.
///
/// # Errors
/// When the base is not to be had, a file is not what it should be, or a runtime is not
/// available here.
pub(crate) async fn hold(
    config: &GateConfig,
    runner: &Runner,
    progress: &Progress,
    seed: u64,
    output: &Path,
) -> Result<(GateReport, PathBuf), Error> {
    let work = tempfile::tempdir().map_err(Error::io(
        &std::env::temp_dir(),
        "make a folder",
        "set TMPDIR to a folder that is writable",
    ))?;
    let base = base::ready(config, work.path())?;
    let plugin = &config.plugin;
    let source = |module: &Path| Source::Files {
        module: module.to_path_buf(),
        config: plugin.config.clone(),
        requests: plugin.requests.clone(),
        native_twin: None,
        root_id: plugin.root_id.clone(),
        models: plugin.models.clone(),
    };
    let (old, new) = (source(&base.module), source(&plugin.module));
    let size = |source: &Source| Ok::<u64, Error>(source.load()?.module.len() as u64);
    let (old_bytes, new_bytes) = (size(&old)?, size(&new)?);
    let usual = [USUAL_RUNTIME.to_owned()];
    let runtimes = match config.runtimes.is_empty() {
        true => &usual[..],
        false => &config.runtimes,
    };
    let mut pairings = Vec::new();
    for name in runtimes {
        let id = runtime(name)?;
        pairings.push(Pairing {
            base: side(base.program.clone(), &id, old.clone(), old_bytes),
            new: side(None, &id, new.clone(), new_bytes),
            label: id,
        });
    }
    let (id, folder) = own_folder(output, "gate");
    let inquiry = Inquiry {
        base: base.name,
        new: plugin.module.display().to_string(),
        questions: questions(config),
        notes: Vec::new(),
        extent: Extent {
            time: config.time,
            slice: SLICE,
            plan: SamplePlan::default(),
            fixed: false,
            transactions: transactions(config),
            seed,
        },
        folder: folder.clone(),
        id,
    };
    let alike = plugin.same_outcomes;
    let checked = async |work: &Path| check(pairings, alike, work, runner, progress).await;
    let comparison = inquire(inquiry, checked, progress).await?;
    let report = GateReport::of(comparison, &config.limits, &config.ceilings);
    write(&report, &folder)?;
    Ok((report, folder))
}

/// What is asked of the samples: every limit and every ceiling on a figure that is measured
/// decides how long. CPU time stands beside them, to be shown.
fn questions(config: &GateConfig) -> Vec<Question> {
    let limits = config
        .limits
        .iter()
        .map(|(figure, share)| (figure, *share, None));
    // Above a ceiling is above it: there is no band around it.
    let ceilings = config
        .ceilings
        .iter()
        .map(|(figure, most)| (figure, 0.0, Some(*most)));
    let sampled = limits.chain(ceilings).filter(|(f, ..)| !f.is_counted());
    let mut questions: Vec<Question> = sampled
        .map(|(figure, band, ceiling)| Question {
            cell: 0,
            figure: *figure,
            band,
            decides: true,
            ceiling,
        })
        .collect();
    if !questions.is_empty() && !config.limits.contains_key(&Figure::Cpu) {
        questions.push(Question {
            cell: 0,
            figure: Figure::Cpu,
            band: 0.01,
            decides: false,
            ceiling: None,
        });
    }
    questions
}

/// The fewest transactions of a process that can answer what is asked.
fn transactions(config: &GateConfig) -> u64 {
    let figures = config.limits.keys().chain(config.ceilings.keys());
    match figures.into_iter().any(|f| *f == Figure::P999) {
        true => ENOUGH_FOR_P999,
        false => 0,
    }
}

fn write(report: &GateReport, folder: &Path) -> Result<(), Error> {
    let json = serde_json::to_string_pretty(report)?;
    report.document().write_all(folder)?;
    for (name, text) in [
        (GateReport::FILE, json),
        ("outcome", format!("{}\n", report.outcome)),
        ("gate.md", report.markdown()),
        ("junit.xml", report.junit()),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::io(&path, "write", "check space and permissions"))?;
    }
    Ok(())
}
