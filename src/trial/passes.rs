//! Passes over the traffic.

use std::time::Instant;

use hdrhistogram::Histogram;
use host_core::{Driver, Ending, Exchange};
use reports::FailureKind;

use super::Failed;
use super::clock::{ns, thread_cpu_ns};

/// The longest latency a histogram tells apart, in nanoseconds: an hour.
pub(super) const LONGEST_NS: u64 = 3_600_000_000_000;

/// The traffic with the ending of every exchange that the check pass saw.
pub(super) struct Traffic<'a> {
    exchanges: &'a [Exchange],
    endings: &'a [u8],
}

/// A measured region.
pub(super) struct Region {
    pub(super) latency: Histogram<u64>,
    pub(super) transactions: u64,
    pub(super) wall_ns: u64,
    pub(super) cpu_ns: u64,
}

/// The letter under which an ending travels from the check pass to the trials.
pub(super) fn letter(ending: &Ending) -> u8 {
    match ending {
        Ending::Forwarded => b'f',
        Ending::LocalResponse => b'l',
        Ending::Closed => b'c',
        Ending::Stuck => b's',
        Ending::Failed(_) => b'x',
    }
}

/// Whether `endings` can go with a traffic of so many exchanges.
fn endings_fit(endings: &str, exchanges: usize) -> bool {
    endings.len() == exchanges && endings.bytes().all(|letter| b"flcs".contains(&letter))
}

/// An empty histogram of latencies.
pub(super) fn latencies() -> Result<Histogram<u64>, Failed> {
    Histogram::new_with_bounds(1, LONGEST_NS, 3)
        .map_err(|error| Failed::error(format!("histogram: {error}")))
}

impl<'a> Traffic<'a> {
    /// Puts the two together.
    ///
    /// # Errors
    /// When they do not fit.
    pub(super) fn new(exchanges: &'a [Exchange], endings: &'a str) -> Result<Self, Failed> {
        if exchanges.is_empty() || !endings_fit(endings, exchanges.len()) {
            return Err(Failed::error(
                "the traffic is not the one that was checked; was a file changed meanwhile?",
            ));
        }
        Ok(Self {
            exchanges,
            endings: endings.as_bytes(),
        })
    }

    /// How many exchanges there are.
    pub(super) fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// One transaction: exchange number `at`, from the start again behind the last.
    #[inline]
    pub(super) fn one(&self, driver: &mut Driver, at: usize) -> Result<(), Failed> {
        let at = at % self.exchanges.len();
        let exchange = &self.exchanges[at];
        let ending = driver.run(exchange);
        if letter(&ending) != self.endings[at] {
            return Err(unexpected(exchange, &ending));
        }
        Ok(())
    }

    /// One pass without a histogram.
    pub(super) fn pass(&self, driver: &mut Driver) -> Result<(), Failed> {
        for (exchange, expected) in self.exchanges.iter().zip(self.endings) {
            let ending = driver.run(exchange);
            if letter(&ending) != *expected {
                return Err(unexpected(exchange, &ending));
            }
        }
        Ok(())
    }

    /// Whole passes under measurement.
    pub(super) fn measured(&self, driver: &mut Driver, passes: u64) -> Result<Region, Failed> {
        let mut latency = latencies()?;
        let (cpu_ns, wall_ns) = self.measured_into(driver, passes, &mut latency)?;
        Ok(Region {
            transactions: passes * self.exchanges.len() as u64,
            latency,
            wall_ns,
            cpu_ns,
        })
    }

    /// Whole passes under measurement, into a histogram that is there already; CPU and wall
    /// time in nanoseconds. Nothing in the loop allocates; the two clock readings around a
    /// transaction cost every runtime the same.
    pub(super) fn measured_into(
        &self,
        driver: &mut Driver,
        passes: u64,
        latency: &mut Histogram<u64>,
    ) -> Result<(u64, u64), Failed> {
        let (start, cpu) = (Instant::now(), thread_cpu_ns());
        for _ in 0..passes {
            for (exchange, expected) in self.exchanges.iter().zip(self.endings) {
                let begin = Instant::now();
                let ending = driver.run(exchange);
                latency.saturating_record(ns(begin.elapsed()));
                if letter(&ending) != *expected {
                    return Err(unexpected(exchange, &ending));
                }
            }
        }
        Ok((thread_cpu_ns().saturating_sub(cpu), ns(start.elapsed())))
    }
}

#[cold]
fn unexpected(exchange: &Exchange, ending: &Ending) -> Failed {
    match ending {
        Ending::Failed(reason) => failed(&exchange.id, reason),
        other => Failed::new(
            FailureKind::Mismatch,
            format!(
                "exchange {}: ended as {other:?}, which is not what the check pass saw",
                exchange.id
            ),
        ),
    }
}

/// A transaction whose filter failed.
#[cold]
pub(super) fn failed(id: &str, reason: &str) -> Failed {
    Failed::new(FailureKind::Trap, format!("exchange {id}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_its_own_letter_and_failures_are_never_expected() {
        let endings = [
            Ending::Forwarded,
            Ending::LocalResponse,
            Ending::Closed,
            Ending::Stuck,
            Ending::Failed(String::new()),
        ];
        let letters: std::collections::BTreeSet<u8> = endings.iter().map(letter).collect();
        assert_eq!(letters.len(), endings.len());
        assert!(endings_fit("flcs", 4));
        assert!(!endings_fit("flcs", 5) && !endings_fit("x", 1) && endings_fit("", 0));
    }
}
