//! What a contention campaign is to measure.

use std::path::PathBuf;
use std::time::Duration;

use host_core::Isolation;
use reports::Way;

use crate::cli::ContendArgs;
use crate::error::Error;

/// Threads for each core that may be asked for: beyond it the scheduler is measured.
const THREADS_PER_CORE: u32 = 4;

/// What to measure, checked.
#[derive(Debug, Clone)]
pub(crate) struct Contest {
    /// Each once, from the fewest on.
    pub(crate) threads: Vec<u32>,
    /// Each once.
    pub(crate) isolations: Vec<Isolation>,
    pub(crate) way: Way,
    pub(crate) blocks: u32,
    /// Time to measure in each trial.
    pub(crate) time: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) output: PathBuf,
    pub(crate) seed: u64,
}

impl Contest {
    /// Reads the command line for a machine with so many cores.
    ///
    /// # Errors
    /// More threads than make sense.
    pub(crate) fn of(arguments: &ContendArgs, cores: u32, seed: u64) -> Result<Self, Error> {
        let most = THREADS_PER_CORE * cores.max(1);
        if let Some(threads) = arguments.threads.iter().find(|threads| **threads > most) {
            return Err(Error::TooManyThreads {
                threads: *threads,
                most,
                cores: cores.max(1),
            });
        }
        let mut threads = match arguments.threads.as_slice() {
            [] => doubling(most),
            given => given.to_vec(),
        };
        threads.sort_unstable();
        threads.dedup();
        let mut isolations = Vec::new();
        for isolation in &arguments.isolation {
            if !isolations.contains(isolation) {
                isolations.push(*isolation);
            }
        }
        let way = match arguments.through_proxy {
            true => Way::Proxy,
            false => Way::InProcess,
        };
        let usual = match way {
            Way::InProcess => Duration::from_millis(200),
            Way::Proxy => Duration::from_secs(1),
        };
        Ok(Self {
            threads,
            isolations,
            way,
            blocks: arguments.blocks,
            time: arguments.time.unwrap_or(usual),
            deadline: arguments.deadline,
            output: arguments.output.clone(),
            seed,
        })
    }

    /// Time before measuring.
    pub(crate) fn warm_up(&self) -> Duration {
        (self.time / 4).clamp(Duration::from_millis(20), Duration::from_millis(250))
    }
}

/// 1, 2, 4 and so on, and the most.
fn doubling(most: u32) -> Vec<u32> {
    let mut threads: Vec<u32> = std::iter::successors(Some(1_u32), |last| last.checked_mul(2))
        .take_while(|threads| *threads < most)
        .collect();
    threads.push(most);
    threads
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn contest(arguments: &[&str], cores: u32) -> Result<Contest, Error> {
        let line = ["pwbench", "contend"].iter().chain(arguments);
        let cli = crate::cli::Cli::try_parse_from(line).expect("valid");
        match cli.command {
            crate::cli::Command::Contend(arguments) => Contest::of(&arguments, cores, 1),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn threads_double_up_to_four_for_each_core() {
        assert_eq!(contest(&[], 2).expect("fine").threads, [1, 2, 4, 8]);
        assert_eq!(contest(&[], 3).expect("fine").threads, [1, 2, 4, 8, 12]);
    }

    #[test]
    fn what_is_named_twice_is_measured_once_and_in_order() {
        let contest = contest(
            &["--threads", "4,1,4", "--isolation", "thread,thread,shared"],
            2,
        );
        let contest = contest.expect("fine");
        assert_eq!(contest.threads, [1, 4]);
        assert_eq!(contest.isolations, [Isolation::Thread, Isolation::Shared]);
    }

    #[test]
    fn more_threads_than_make_sense_are_refused_with_the_most() {
        let error = contest(&["--threads", "1,9"], 2)
            .expect_err("too many")
            .to_string();
        assert!(
            error.contains('9') && error.contains("at most 8"),
            "{error}"
        );
    }
}
