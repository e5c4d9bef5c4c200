//! The child's side: one process, one job.
//!
//! The parent writes a [`Spec`] as JSON to standard input; the child answers with one
//! JSON line, an [`Answer`], on standard output. Whatever else the child's code or the
//! engines print goes to standard error, whose end the parent keeps.

mod adapter;
mod callbacks;
mod check;
mod clock;
mod code;
mod conform;
mod contend;
mod course;
mod crossing;
mod failure;
mod fit;
mod knobs_text;
mod locks;
mod manifest;
mod measure;
mod memory;
mod passes;
mod probe;
mod profile;
mod reference;
mod rig;
mod source;
mod spec;
mod startup;
mod turns;

pub(crate) use conform::short_of;
pub(crate) use failure::Failed;
pub(crate) use probe::{Finding, Support};
pub(crate) use profile::Profiled;
pub(crate) use source::{ModelFile, Source};
pub(crate) use spec::{
    Answer, Checked, Compiled, ContendJob, Job, MeasureJob, Spec, Subject, Symbols,
};
pub(crate) use turns::{PROTOCOL, Ready, Slice, Turn, TurnsJob};
#[cfg(test)]
pub(crate) use {
    crossing::Crossing,
    profile::{CallbackTimed, HostCallTimed},
};

use spec::options;

use std::io::{BufRead, Write};

/// Does the job. `input` and `output` are for a job that goes on talking with its parent.
pub(crate) fn run(spec: &Spec, input: &mut dyn BufRead, output: &mut dyn Write) -> Answer {
    let outcome = match &spec.job {
        Job::Compile { subject, artifact } => {
            code::compile_to(subject, artifact).map(Answer::Compiled)
        }
        Job::Check {
            subject,
            count_instructions,
            reference,
            write_reference,
        } => check::check(
            subject,
            *count_instructions,
            reference.as_deref(),
            write_reference.as_deref(),
        )
        .map(|checked| Answer::Checked(Box::new(checked))),
        Job::Measure { subject, measure } => {
            measure::measure(subject, measure).map(|measured| Answer::Measured(Box::new(measured)))
        }
        Job::Turns { subject, turns } => turns::take_turns(subject, turns, input, output)
            .map(|latency| Answer::Turned { latency }),
        Job::Contend { subject, contend } => contend::contend(subject, contend)
            .map(|contended| Answer::Contended(Box::new(contended))),
        Job::Profile {
            subject,
            passes,
            busy,
        } => profile::profile(subject, *passes, *busy)
            .map(|profiled| Answer::Profiled(Box::new(profiled))),
        Job::Conform { runtime } => conform::conform(runtime).map(Answer::Conformed),
        Job::Fit {
            runtime,
            module,
            artifact,
            deadline_ms,
            knobs,
        } => fit::fit(
            runtime,
            module,
            artifact.as_deref(),
            options(*deadline_ms, *knobs),
        )
        .map(|()| Answer::Fits),
        Job::Seal {
            runtime,
            module,
            artifact,
            deadline_ms,
            knobs,
        } => code::seal(runtime, module, artifact, options(*deadline_ms, *knobs))
            .map(Answer::Compiled),
        Job::Probe { runtime, proposals } => {
            probe::probe(runtime, proposals).map(|findings| Answer::Probed { findings })
        }
    };
    outcome.unwrap_or_else(Answer::Failed)
}
