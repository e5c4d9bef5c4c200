//! `pwbench recommend`: which runtimes meet a person's needs.

use std::path::PathBuf;

use reports::{CampaignFolder, Recommendation, Standing};

use crate::cli::RecommendArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Field, Interrupt, Progress, Runner, Stop, conduct};
use crate::output::{Format, print_json, print_text, width};
use crate::recommendation::{gather, needs};

/// Recommends.
pub(super) fn recommend(mut arguments: RecommendArgs) -> Result<Exit, Error> {
    let needs = needs(arguments.need.as_deref(), arguments.needs.as_deref())?;
    let seed = arguments.run.seed.unwrap_or_else(rand::random);
    let runner = Runner::new(arguments.run.trial_timeout, Interrupt::listen()?, seed)?;
    let progress = Progress::new();
    let folder = match &arguments.campaign {
        Some(folder) => folder.clone(),
        None => match measure(&mut arguments, &runner, &progress, seed)? {
            Some(folder) => folder,
            None => return Ok(Exit::Interrupted),
        },
    };
    let campaign = CampaignFolder::open(&folder)?;
    let gathered = super::block_on(gather(&campaign, &runner, &progress))?;
    let gathered = match gathered {
        Ok(gathered) => gathered,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    };
    let place = folder.display().to_string();
    let answer = Recommendation::new(
        &needs,
        &gathered.known,
        gathered.reach,
        &place,
        gathered.cautions,
    );
    match arguments.run.format {
        Format::Json => print_json(&answer)?,
        Format::Table => print_text(answer.document().terminal(width()).trim_end()),
    }
    Ok(exit(&answer))
}

/// Measures a campaign as `run` does; `None` when it was interrupted.
fn measure(
    arguments: &mut RecommendArgs,
    runner: &Runner,
    progress: &Progress,
    seed: u64,
) -> Result<Option<PathBuf>, Error> {
    super::run::choose_workloads(&mut arguments.run);
    let run = &arguments.run;
    let mut field = Field::of(&run.selection)?;
    field.take_artifacts(&run.selection.artifacts, run.deadline)?;
    let conducted = super::block_on(conduct(run, &field, runner, progress, seed))??;
    if let Some(reason) = conducted.refused_configuration {
        return Err(Error::PluginConfiguration(reason));
    }
    Ok((!conducted.campaign.interrupted).then_some(conducted.path))
}

fn exit(answer: &Recommendation) -> Exit {
    match answer.candidates.first().map(|first| first.standing) {
        Some(Standing::Meets) => Exit::Fine,
        Some(Standing::NotSure) => Exit::Environment,
        _ => Exit::CheckFailed,
    }
}
