//! A sitting of proxies.

use std::time::{Duration, Instant};

use load::{Outcome, Plan};
use reports::{Percentiles, Sitting, Startup};

use super::ProxyDuel;
use super::server::Server;
use crate::comparison::conduct::Extent;
use crate::comparison::cores::Cores;
use crate::comparison::duel::{Duel, Place, named, next_order, nudge, seat, shuffle};
use crate::experiment::Stop;
use crate::trial::Failed;

/// Length of a slice that is aimed at. Proxies need longer ones than guests: connections are
/// made in each, and the clock of a thread that sleeps is read from outside.
const SLICE: Duration = Duration::from_millis(50);
/// The fewest requests of a slice.
const FEWEST: u64 = 100;
/// Bytes by which environments differ at most.
const MOST_PAD: usize = 4_096;
/// A slice that takes this much longer than it should has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the turns of a sitting are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProxyDose {
    /// Slices of each proxy; even, so that orders balance.
    rounds: u32,
    /// Requests in a slice.
    requests: u64,
}

impl Duel for ProxyDuel {
    type Dose = ProxyDose;

    fn label(&self) -> &str {
        &self.label
    }

    fn dose(&self, extent: &Extent) -> ProxyDose {
        ProxyDose {
            rounds: extent.plan.rounds.max(2).next_multiple_of(2),
            requests: ((self.rate * SLICE.as_secs_f64()) as u64).max(FEWEST),
        }
    }

    /// The cores are those of the layout, and not for a sitting to choose.
    async fn sit(
        &self,
        place: Place,
        dose: ProxyDose,
        _cores: &Cores,
    ) -> Result<Result<Sitting, Failed>, Stop> {
        let sat = take_turns(self, place, dose).await;
        match self.interrupt.pressed() {
            true => Err(Stop::Interrupted),
            false => Ok(sat),
        }
    }
}

async fn take_turns(duel: &ProxyDuel, place: Place, dose: ProxyDose) -> Result<Sitting, Failed> {
    let start = Instant::now();
    let mut random = place.random();
    let mut order = [0, 1, 2, 3];
    shuffle(&mut order, &mut random);
    let core = match duel.layout.proxy.numbers() {
        [core] => u32::try_from(*core).ok(),
        _ => None,
    };
    let mut sitting = place.sitting(core, dose.requests);
    let mut servers: [Option<Server>; 4] = [None, None, None, None];
    for index in order {
        let of_side = |failed| named(index, failed);
        let pad = nudge(MOST_PAD, &mut random);
        let server = duel.serve(index / 2, pad).await.map_err(of_side)?;
        let first = Instant::now();
        let plan = slice(duel, &server, 1)?;
        duel.load(plan).await.map_err(of_side)?;
        seat(&mut sitting, index).startup = Startup {
            start_ns: nanoseconds(server.start_up),
            first_request_ns: nanoseconds(first.elapsed()),
            ..Startup::default()
        };
        // Connections to the upstream, caches and the allocator's room.
        let plan = slice(duel, &server, dose.requests)?;
        duel.load(plan).await.map_err(of_side)?;
        servers[index] = Some(server);
    }
    let mut latencies: [Vec<Percentiles>; 4] = Default::default();
    for round in 0..dose.rounds {
        next_order(&mut order, round, &mut random);
        for index in order {
            let Some(server) = &servers[index] else {
                continue;
            };
            let plan = slice(duel, server, dose.requests)?;
            let before = server.usage();
            let outcome = duel.load(plan).await;
            let spent = server.usage().since(&before);
            let outcome = outcome.map_err(|failed| named(index, failed))?;
            let answered = (outcome.counts.good + outcome.counts.wrong).max(1);
            // Connections that are busy at the end answer a few more than were asked for.
            let scale = dose.requests as f64 / answered as f64;
            let record = seat(&mut sitting, index);
            record.cpu_ns.push((spent.cpu_ns as f64 * scale) as u64);
            record.wall_ns.push((outcome.seconds * 1e9 * scale) as u64);
            latencies[index].push(percentiles(&outcome));
        }
    }
    for (index, server) in servers.into_iter().enumerate() {
        let record = seat(&mut sitting, index);
        record.latency = middle(&latencies[index]);
        if let Some(server) = server {
            record.resident_bytes = server.usage().rss_bytes;
            server.stop().await;
        }
    }
    sitting.wall_ns = nanoseconds(start.elapsed());
    Ok(sitting)
}

fn slice(duel: &ProxyDuel, server: &Server, requests: u64) -> Result<Plan, Failed> {
    Ok(Plan {
        requests: Some(requests),
        ..duel.plan(server, PATIENCE)?
    })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn percentiles(outcome: &Outcome) -> Percentiles {
    let at = |quantile| (outcome.uncorrected.quantile_us(quantile) * 1e3) as u64;
    Percentiles {
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
    }
}

/// The median of each percentile over the slices.
fn middle(slices: &[Percentiles]) -> Percentiles {
    let of = |pick: fn(&Percentiles) -> u64| {
        let mut values: Vec<u64> = slices.iter().map(pick).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    };
    Percentiles {
        p50: of(|slice| slice.p50),
        p90: of(|slice| slice.p90),
        p99: of(|slice| slice.p99),
        p999: of(|slice| slice.p999),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_that_was_disturbed_does_not_move_the_percentiles() {
        let slice = |p50| Percentiles {
            p50,
            ..Percentiles::default()
        };
        assert_eq!(middle(&[slice(5), slice(900), slice(6)]).p50, 6);
        assert_eq!(middle(&[]), Percentiles::default());
    }
}
