//! The subcommands, one file each.

mod compare;
mod compile;
mod contend;
mod gate;
mod generate;
mod history;
mod inspect;
mod list;
mod load;
mod merge;
mod profile;
mod recommend;
mod report;
mod run;
mod serve;
mod trial;
mod tune;
mod upstream;
mod verify;

pub(crate) use list::{ABSENT, trust_facts};

use crate::cli::{Cli, Command};
use crate::error::{Error, Exit};

/// Does what was asked for.
pub(crate) fn execute(cli: Cli) -> Result<Exit, Error> {
    runtimes::name_engine_libraries(&cli.engine_libraries)?;
    // A trial opens what it needs and nothing beside it; load needs no engine.
    if !matches!(
        cli.command,
        Command::Trial | Command::Generate(_) | Command::Upstream(_)
    ) {
        runtimes::check_engine_libraries()?;
    }
    match cli.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Contend(arguments) => contend::contend(arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Compile(arguments) => compile::compile(&arguments),
        Command::Inspect(arguments) => inspect::inspect(&arguments),
        Command::Verify(arguments) => verify::verify(arguments),
        Command::Profile(arguments) => profile::profile(&arguments),
        Command::Recommend(arguments) => recommend::recommend(*arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Gate(arguments) => gate::gate(&arguments),
        Command::History(arguments) => history::history(&arguments),
        Command::Merge(arguments) => merge::merge(&arguments),
        Command::Load(arguments) => load::load(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Generate(arguments) => generate::generate(&arguments),
        Command::Upstream(arguments) => upstream::upstream(&arguments),
        Command::Tune(arguments) => tune::tune(&arguments),
        Command::Trial => trial::trial(),
    }
}

/// Runs `work` on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Spawn)?;
    Ok(runtime.block_on(work))
}
