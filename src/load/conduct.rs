//! A load campaign from its command line to its results.

use std::path::{Path, PathBuf};

use peers::allowed_cores;
use reports::{
    CampaignFolder, LoadCampaign, LoadDemand, LoadFolder, LoadPlan, LoadWorkload, Round,
};
use tempfile::TempDir;
use workloads::{Exchange, Expectation, Workload};

use super::bout::Ring;
use super::campaign::Conductor;
use super::cores::Layout;
use super::field::{ADD_HEADERS, Choice, Contestant, Field};
use super::generator::Generator;
use super::pace::{Pace, fair_rate};
use super::upstream::Upstream;
use crate::cli::LoadArgs;
use crate::error::Error;
use crate::experiment::{Interrupt, Progress, Stop, folder_name, unix_ms};
use crate::machine;

/// What a campaign left behind.
pub(crate) struct Conducted {
    pub(crate) path: PathBuf,
    pub(crate) campaign: LoadCampaign,
    pub(crate) rounds: Vec<Round>,
}

/// Runs a campaign. Ctrl-C ends it early, with what was measured.
///
/// # Errors
/// When the input is bad, nobody can take part, or the results cannot be written.
pub(crate) async fn conduct(
    arguments: &LoadArgs,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Conducted, Error> {
    let own = std::env::current_exe().map_err(Error::Spawn)?;
    let (workload, traffic) = workload(arguments)?;
    let files = TempDir::with_prefix("pwbench-load-").map_err(Error::Spawn)?;
    let runtimes = runtimes(arguments);
    let field = Field::of(&Choice {
        proxies: &arguments.proxies,
        filters: &arguments.filters,
        runtimes: &runtimes,
        workload: &workload,
        isolation: arguments.isolation,
        folder: files.path(),
    })?;
    let layout = Layout::over(&allowed_cores(), arguments.workers as usize);
    let pace = Pace::of(arguments.preset, arguments.blocks, arguments.duration);
    let word = format!("load-{}", arguments.preset.word());
    let (id, path) = folder_name(&arguments.output, &word);
    CampaignFolder::create(&path)?;
    let campaign = LoadCampaign {
        id,
        started_unix_ms: unix_ms(),
        pwbench_version: machine::version(),
        command_line: std::env::args().collect(),
        preset: arguments.preset.word().to_owned(),
        seed: arguments.seed.unwrap_or_else(rand::random),
        blocks_planned: pace.blocks,
        notes: layout.caution().map(str::to_owned).into_iter().collect(),
        machine: machine::fingerprint(),
        plan: plan(arguments, &layout, pace),
        workload: facts(&workload, arguments),
        proxies: field.proxies,
        unavailable: field.unavailable,
        ..LoadCampaign::default()
    };
    let folder = LoadFolder::new(&path);
    folder.write_campaign(&campaign)?;
    let upstream = Upstream::start(&own, &layout.upstream, &traffic).await?;
    let generator = Generator::new(&own, &layout.generator, &traffic, interrupt);
    let objective = arguments.slo.as_ref().map(ToString::to_string);
    let mut conductor = Conductor {
        ring: Ring {
            generator: &generator,
            upstream: &upstream,
            proxy_cores: &layout.proxy,
            workers: arguments.workers,
            connections: arguments.connections,
            http2: arguments.http2,
            objective: objective.as_deref(),
            own_cores: layout.apart(),
            keep_all: arguments.keep_all,
        },
        pace,
        progress,
        folder,
        campaign,
        rounds: Vec::new(),
        server_errors: server_errors(&workload),
    };
    let ended = perform(&mut conductor, field.contestants, arguments).await;
    progress.finish();
    let Conductor {
        folder,
        mut campaign,
        rounds,
        ..
    } = conductor;
    upstream.stop().await;
    match ended {
        Ok(()) => {}
        Err(Stop::Interrupted) => campaign.interrupted = true,
        Err(Stop::Error(error)) => return Err(*error),
    }
    campaign.finished_unix_ms = Some(unix_ms());
    folder.write_campaign(&campaign)?;
    Ok(Conducted {
        path,
        campaign,
        rounds,
    })
}

/// The check, the choice of a rate that is fair to all, and the blocks.
async fn perform(
    conductor: &mut Conductor<'_>,
    contestants: Vec<Contestant>,
    arguments: &LoadArgs,
) -> Result<(), Stop> {
    let passed = conductor.check(contestants).await?;
    let Some(slowest) = passed.iter().map(|(_, rate)| *rate).min_by(f64::total_cmp) else {
        conductor.save()?;
        let reasons = conductor.campaign.unavailable.iter();
        let reasons: Vec<String> = reasons
            .map(|absence| format!("{}: {}", absence.subject, absence.reason))
            .collect();
        return Err(Error::NobodyPassed(reasons.join(" / ")).into());
    };
    let demands = demands(arguments, slowest);
    let mut contestants: Vec<Contestant> = passed
        .into_iter()
        .map(|(contestant, _)| contestant)
        .collect();
    let twin = twin(&contestants);
    contestants.push(twin);
    let campaign = &mut conductor.campaign;
    campaign.rows = contestants
        .iter()
        .map(|contestant| contestant.row.clone())
        .collect();
    campaign.plan.closed = demands.contains(&LoadDemand::Closed);
    campaign.plan.rates = demands
        .iter()
        .filter_map(|demand| match demand {
            LoadDemand::Open(rate) => Some(*rate),
            _ => None,
        })
        .collect();
    conductor.save()?;
    conductor.measure(contestants, &demands).await
}

/// Share of the traffic's answers that are server errors, as recorded or as a filter makes them.
fn server_errors(workload: &Workload) -> f64 {
    let status = |exchange: &Exchange| match &exchange.expect {
        None => exchange.response.status,
        Some(Expectation::Forwarded(forwarded)) => forwarded.response_status,
        Some(Expectation::LocalResponse(local)) => local.status,
    };
    let errors = workload
        .exchanges
        .iter()
        .filter(|exchange| status(exchange) >= 500);
    errors.count() as f64 / workload.exchanges.len().max(1) as f64
}

/// The A/A control: the first row with a filter once more, or else the first.
fn twin(contestants: &[Contestant]) -> Contestant {
    let filtered = contestants
        .iter()
        .find(|contestant| !contestant.row.is_bare());
    let twinned = filtered.unwrap_or(&contestants[0]);
    Contestant {
        row: twinned.row.control(),
        ..twinned.clone()
    }
}

/// The ways of loading asked for; without any, a closed loop and an open one at half of what
/// the slowest can do.
fn demands(arguments: &LoadArgs, slowest: f64) -> Vec<LoadDemand> {
    let mut demands = Vec::new();
    let nothing = !arguments.closed && arguments.rates.is_empty() && arguments.slo.is_none();
    if arguments.closed || nothing {
        demands.push(LoadDemand::Closed);
    }
    demands.extend(arguments.rates.iter().map(|rate| LoadDemand::Open(*rate)));
    if nothing {
        demands.push(LoadDemand::Open(fair_rate(slowest)));
    }
    if arguments.slo.is_some() {
        demands.push(LoadDemand::Search);
    }
    demands
}

fn runtimes(arguments: &LoadArgs) -> Vec<String> {
    match arguments.runtimes.is_empty() {
        true => vec![runtimes::reference().to_owned()],
        false => arguments.runtimes.clone(),
    }
}

/// The workload, and the options that tell upstream and generator of its traffic.
fn workload(arguments: &LoadArgs) -> Result<(Workload, Vec<String>), Error> {
    let option =
        |name: &str, value: &Path| vec![name.to_owned(), value.to_string_lossy().into_owned()];
    let plugin = &arguments.plugin;
    if let (Some(module), Some(requests)) = (&plugin.module, &plugin.requests) {
        let config = plugin.config.as_deref();
        let mut workload = Workload::from_files(module, config, requests, None)?;
        workload.root_id.clone_from(&plugin.root_id);
        return Ok((workload, option("--requests", requests)));
    }
    let name = arguments.workload.as_deref().unwrap_or(ADD_HEADERS);
    let workload = match &arguments.variant {
        Some(variant) => workloads::find_variant(name, variant)?,
        None => workloads::find(name)?,
    };
    Ok((workload, option("--workload", Path::new(name))))
}

fn plan(arguments: &LoadArgs, layout: &Layout, pace: Pace) -> LoadPlan {
    LoadPlan {
        protocol: if arguments.http2 { "http2" } else { "http1" }.to_owned(),
        connections: arguments.connections,
        workers: arguments.workers,
        keep_all: arguments.keep_all,
        objective: arguments.slo.as_ref().map(ToString::to_string),
        warm_up_s: pace.warm_up.as_secs_f64(),
        seconds: pace.load.as_secs_f64(),
        proxy_cores: layout.proxy.to_string(),
        upstream_cores: layout.upstream.to_string(),
        generator_cores: layout.generator.to_string(),
        ..LoadPlan::default()
    }
}

fn facts(workload: &Workload, arguments: &LoadArgs) -> LoadWorkload {
    LoadWorkload {
        name: workload.name.clone(),
        title: workload.title.clone(),
        variant: workload.variant.clone(),
        module_sha256: workload.module_sha256.clone(),
        exchanges: workload.exchanges.len() as u64,
        isolation: arguments.isolation.to_string(),
    }
}
