//! Two campaigns that ran before, measured again now where both sides can run here.

use std::collections::BTreeSet;

use clap::Parser as _;
use reports::{Campaign, Cell, StoredCampaign};
use workloads::Workload;

use super::pairings::runtime;
use super::{Pairing, Side};
use crate::cli::{Cli, Command, RunArgs};
use crate::experiment::{sources, workload_info};
use crate::machine;
use crate::trial::{Source, Subject, Symbols};

/// What can be measured again, and what cannot.
pub(crate) struct Again {
    pub(crate) pairings: Vec<Pairing>,
    /// Cells that both campaigns have and that cannot be measured now, each with the reason.
    pub(crate) left: Vec<String>,
}

impl Again {
    /// Looks for everything that both campaigns measured.
    pub(crate) fn of(base: StoredCampaign<'_>, new: StoredCampaign<'_>) -> Self {
        let (old_cells, new_cells) = (cells(base), cells(new));
        let (base, new) = (Past::of(base.0), Past::of(new.0));
        let mut again = Self {
            pairings: Vec::new(),
            left: Vec::new(),
        };
        for cell in old_cells.intersection(&new_cells) {
            let sides = base.side(cell).and_then(|base| Ok((base, new.side(cell)?)));
            match sides {
                Ok((base, new)) => again.pairings.push(Pairing {
                    label: cell.label(),
                    base,
                    new,
                }),
                Err(reason) => again.left.push(format!("{}: {reason}", cell.label())),
            }
        }
        again
    }

    /// A sentence on what cannot be measured now; `None` when everything can.
    pub(crate) fn note(&self) -> Option<String> {
        let first = self.left.first()?;
        let all = self.left.len() + self.pairings.len();
        Some(format!(
            "{} of {all} cells cannot be measured again here; the first is {first}.",
            self.left.len()
        ))
    }
}

/// Main arms that a campaign measured.
fn cells((_, trials): StoredCampaign<'_>) -> BTreeSet<Cell> {
    let measured = trials.iter().filter(|trial| trial.measurement.is_some());
    let main = measured.map(|trial| trial.cell.main_arm());
    main.collect()
}

/// A campaign as its command line says it was asked for.
struct Past<'a> {
    campaign: &'a Campaign,
    asked: Result<Asked, String>,
}

struct Asked {
    arguments: RunArgs,
    workloads: Vec<(Source, Workload)>,
}

impl<'a> Past<'a> {
    fn of(campaign: &'a Campaign) -> Self {
        Self {
            asked: asked(campaign),
            campaign,
        }
    }

    /// The side that a cell of the campaign makes now; else why there is none.
    fn side(&self, cell: &Cell) -> Result<Side, String> {
        let asked = self.asked.as_ref().map_err(String::clone)?;
        if cell.threads != 1 {
            return Err("several threads take no turns".to_owned());
        }
        let known = |workload: &Workload| {
            (&workload.name, &workload.variant) == (&cell.workload, &cell.variant)
        };
        let found = asked.workloads.iter().find(|(_, own)| known(own));
        let Some((source, workload)) = found else {
            return Err(format!("{} is not here", cell.workload));
        };
        let (then, now) = (&self.campaign.workloads, workload_info(workload));
        let same = then.iter().any(|then| {
            (&then.name, &then.variant, then.exchanges) == (&now.name, &now.variant, now.exchanges)
                && then.module_sha256 == now.module_sha256
                && then.configuration_sha256 == now.configuration_sha256
        });
        if !same {
            return Err(format!(
                "module, configuration or traffic of {} are others now than in {}",
                cell.workload, self.campaign.id
            ));
        }
        let deadline = asked.arguments.deadline;
        Ok(Side {
            program: None,
            subject: Subject {
                runtime: runtime(&cell.runtime).map_err(|error| error.to_string())?,
                workload: source.clone(),
                artifact: None,
                isolation: cell.isolation.clone(),
                deadline_ms: deadline
                    .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
                knobs: asked
                    .arguments
                    .selection
                    .knobs()
                    .map_err(|error| error.to_string())?,
                symbols: Symbols::None,
            },
            module_bytes: workload.module.len() as u64,
        })
    }
}

fn asked(campaign: &Campaign) -> Result<Asked, String> {
    let (then, now) = (&campaign.pwbench_version, machine::version());
    if *then != now {
        return Err(format!(
            "pwbench {then} measured {}, and this is {now}",
            campaign.id
        ));
    }
    let line = Cli::try_parse_from(&campaign.command_line);
    let arguments = match line.map(|cli| cli.command) {
        Ok(Command::Run(arguments)) => arguments,
        Ok(Command::Recommend(arguments)) => arguments.run,
        _ => {
            return Err(format!(
                "the command line of {} is none of `run`",
                campaign.id
            ));
        }
    };
    let sources = sources(&arguments.selection).map_err(|error| error.to_string())?;
    let workloads = sources.into_iter().filter_map(|source| {
        let workload = source.load().ok()?;
        Some((source, workload))
    });
    Ok(Asked {
        workloads: workloads.collect(),
        arguments,
    })
}
