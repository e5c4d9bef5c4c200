//! Two configurations, checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use load::{Check, Demand, Mix, Outcome, Plan, Tag, Target};
use peers::allowed_cores;
use reports::{ComparedCell, FailureKind};

use super::matter::ProxyMatter;
use super::server::Server;
use crate::comparison::campaign::Checked;
use crate::comparison::duel::named;
use crate::error::Error;
use crate::experiment::{Interrupt, Progress, Stop};
use crate::load::{Layout, Upstream};
use crate::trial::Failed;

/// The load by which the length of slices is found.
const TRIAL: Duration = Duration::from_millis(300);

/// Two configurations, checked, and all that loads them.
pub(crate) struct ProxyDuel {
    pub(super) label: String,
    pub(super) program: PathBuf,
    /// The base, then the new one.
    pub(super) files: [PathBuf; 2],
    pub(super) upstream: Upstream,
    pub(super) layout: Layout,
    pub(super) mix: Arc<Mix>,
    pub(super) connections: usize,
    /// Requests that the slower side answers in a second.
    pub(super) rate: f64,
    pub(super) interrupt: Interrupt,
}

/// Starts the upstream, sends the traffic once through both sides and compares their statuses.
pub(crate) async fn check_proxies(
    matter: ProxyMatter,
    interrupt: Interrupt,
    progress: &Progress,
) -> Result<Checked<ProxyDuel>, Stop> {
    progress.stage("checking", 1);
    let program = std::env::current_exe().map_err(Error::Spawn)?;
    let layout = Layout::over(&allowed_cores(), 1);
    let upstream = Upstream::start(&program, &layout.upstream, &matter.options).await?;
    let mix = Mix::of(&matter.traffic, Check::Nothing, Tag::Header).map_err(Error::from)?;
    let mut duel = ProxyDuel {
        label: matter.label,
        program,
        files: matter.files,
        upstream,
        layout,
        mix: Arc::new(mix),
        connections: matter.connections,
        rate: f64::INFINITY,
        interrupt,
    };
    let mut cell = ComparedCell {
        label: duel.label.clone(),
        ..ComparedCell::default()
    };
    let checked = duel.check(matter.alike).await;
    progress.finish();
    Ok(match checked {
        Ok(()) => (vec![cell], vec![duel]),
        Err(_) if duel.interrupt.pressed() => return Err(Stop::Interrupted),
        Err(failed) => {
            cell.failure = Some(failed.to_string());
            (vec![cell], Vec::new())
        }
    })
}

impl ProxyDuel {
    async fn check(&mut self, alike: bool) -> Result<(), Failed> {
        let base = self.try_side(0).await.map_err(|failed| named(0, failed))?;
        let new = self.try_side(1).await.map_err(|failed| named(2, failed))?;
        if alike && base != new {
            return Err(Failed::new(
                FailureKind::Mismatch,
                format!(
                    "the sides answer with different statuses: {} against {}; \
                     give --other-outcomes if that is meant",
                    shown(&base),
                    shown(&new)
                ),
            ));
        }
        Ok(())
    }

    /// Sends the traffic once through one side, and then as fast as it goes.
    async fn try_side(&mut self, side: usize) -> Result<BTreeMap<u16, u64>, Failed> {
        let server = self.serve(side, 0).await?;
        let once = Plan {
            requests: Some(self.mix.len() as u64),
            connections: 1,
            ..self.plan(&server, Duration::from_secs(60))?
        };
        let statuses = self.load(once).await?.statuses.into_iter().collect();
        let loaded = self.load(self.plan(&server, TRIAL)?).await?;
        self.rate = self.rate.min(loaded.rate);
        server.stop().await;
        Ok(statuses)
    }

    pub(super) async fn serve(&self, side: usize, pad: usize) -> Result<Server, Failed> {
        let (file, upstream) = (&self.files[side], self.upstream.address());
        Server::start(&self.program, file, upstream, &self.layout.proxy, pad).await
    }

    /// A closed loop on a proxy.
    pub(super) fn plan(&self, server: &Server, duration: Duration) -> Result<Plan, Failed> {
        let target = Target::at(server.address, "/").map_err(Failed::error)?;
        Ok(Plan {
            demand: Demand::Closed,
            connections: self.connections,
            warm_up: Duration::ZERO,
            duration,
            pins: self.layout.generator.numbers().to_vec(),
            ..Plan::new(target)
        })
    }

    /// Loads a proxy. Every request must be answered.
    pub(super) async fn load(&self, plan: Plan) -> Result<Outcome, Failed> {
        let (mix, stop) = (self.mix.clone(), load::Stop::default());
        let running = tokio::task::spawn_blocking({
            let stop = stop.clone();
            move || load::run(&plan, &mix, &stop)
        });
        let mut interrupt = self.interrupt.clone();
        let ended = tokio::select! {
            ended = running => ended,
            () = interrupt.wait() => {
                stop.now();
                return Err(Failed::error("interrupted"));
            }
        };
        let outcome = ended.map_err(Failed::error)?.map_err(Failed::error)?;
        let unanswered = outcome.counts.errors.total() + outcome.counts.dropped;
        if unanswered > 0 {
            let first = outcome.first_errors.first().cloned().unwrap_or_default();
            return Err(Failed::error(format!(
                "{unanswered} requests were not answered: {first}"
            )));
        }
        Ok(outcome)
    }
}

fn shown(statuses: &BTreeMap<u16, u64>) -> String {
    let each = statuses
        .iter()
        .map(|(status, count)| format!("{count} × {status}"));
    each.collect::<Vec<_>>().join(", ")
}
