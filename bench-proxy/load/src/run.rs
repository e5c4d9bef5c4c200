//! One run: threads that begin together, and what they came to.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, ThreadTime, nanoseconds};
use crate::error::LoadError;
use crate::mix::Mix;
use crate::outcome::{Distribution, GeneratorUse, Outcome, PlanFacts, ThreadUse};
use crate::pin::pin;
use crate::plan::{Arrivals, Demand, Pacing, Plan, Protocol};
use crate::stop::Stop;
use crate::tally::{Tally, Window};
use crate::{http1, http2};

/// Time for all threads to hear that they begin.
const START: Duration = Duration::from_millis(5);

/// What one thread came to.
#[derive(Debug)]
pub(crate) struct Ran {
    tally: Tally,
    usage: ThreadUse,
    waited: Option<f64>,
    seconds: f64,
    interrupted: bool,
}

/// Sends what `mix` says as `plan` says and tells what came of it.
///
/// # Errors
/// When the plan is not valid, the server does not accept connections, or the system refuses
/// threads or sockets. What goes wrong once load is under way is counted instead.
pub fn run(plan: &Plan, mix: &Mix, stop: &Stop) -> Result<Outcome, LoadError> {
    plan.check()?;
    let from = nanoseconds(plan.warm_up);
    let window = Window {
        from,
        to: from.saturating_add(nanoseconds(plan.duration)),
    };
    let mut began = SystemTime::UNIX_EPOCH;
    let ran = thread::scope(|scope| {
        let mut starts = Vec::new();
        let mut threads = Vec::new();
        let (ready, all_ready) = mpsc::channel();
        for index in 0..plan.threads {
            let (start, started) = mpsc::channel::<Clock>();
            let ready = ready.clone();
            let work = move || thread_of(plan, mix, index, window, stop, ready, &started);
            let spawned = thread::Builder::new()
                .name(format!("load-{index}"))
                .spawn_scoped(scope, work)
                .map_err(LoadError::system("start a thread"))?;
            threads.push(spawned);
            starts.push(start);
        }
        drop(ready);
        // Each thread tells once, or is gone with its sender.
        let ready = all_ready.iter().take(plan.threads).filter(|ready| *ready);
        if ready.count() == plan.threads {
            let clock = Clock::start_in(START);
            began = SystemTime::now() + START + plan.warm_up;
            for start in &starts {
                // A thread that is gone gives its error below.
                let _ = start.send(clock);
            }
        }
        drop(starts);
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads
            .into_iter()
            .filter_map(|thread| join(thread).transpose())
            .collect::<Result<Vec<Ran>, LoadError>>()
    })?;
    let began = began.duration_since(SystemTime::UNIX_EPOCH);
    let began = u64::try_from(began.unwrap_or_default().as_millis()).unwrap_or(u64::MAX);
    Ok(outcome(plan, mix, began, ran))
}

/// What a thread does; `None` when another could not begin.
fn thread_of(
    plan: &Plan,
    mix: &Mix,
    index: usize,
    window: Window,
    stop: &Stop,
    ready: mpsc::Sender<bool>,
    started: &mpsc::Receiver<Clock>,
) -> Result<Option<Ran>, LoadError> {
    pin(&plan.pins, index)?;
    let all = plan.connections;
    let count = all / plan.threads + usize::from(index < all % plan.threads);
    match plan.protocol {
        Protocol::Http1 => {
            let worker = http1::Worker::new(plan, mix, count);
            let Some(clock) = begin(worker.is_ok(), ready, started) else {
                return worker.map(|_| None);
            };
            worker?.run(clock, window, index, stop).map(Some)
        }
        Protocol::Http2 => {
            let worker = http2::Worker::new(plan, mix, count);
            let Some(clock) = begin(worker.is_ok(), ready, started) else {
                return worker.map(|_| None);
            };
            worker?.run(clock, window, index, stop).map(Some)
        }
    }
}

/// Tells whether this thread is ready and waits for the others and the start.
fn begin(
    is_ready: bool,
    ready: mpsc::Sender<bool>,
    started: &mpsc::Receiver<Clock>,
) -> Option<Clock> {
    // The main thread waits for as many answers as there are threads.
    let _ = ready.send(is_ready);
    drop(ready);
    let clock = started.recv().ok()?;
    clock.wait();
    Some(clock)
}

/// Measures what a thread uses within the window.
#[derive(Debug)]
pub(crate) struct Meter {
    window: Window,
    begun: Option<(u64, ThreadTime, u64)>,
    ended: Option<(u64, ThreadTime, u64)>,
}

impl Meter {
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            begun: None,
            ended: None,
        }
    }

    /// Looks at the clock; `spun` is what was spent waiting by looking.
    #[inline]
    pub(crate) fn look(&mut self, now: u64, spun: u64) {
        if self.begun.is_none() && now >= self.window.from {
            self.begun = Some((now, ThreadTime::now(), spun));
        }
        if self.ended.is_none() && now >= self.window.to {
            self.close(now, spun);
        }
    }

    /// When it must look next.
    #[inline]
    pub(crate) fn next(&self, now: u64) -> u64 {
        match () {
            () if now < self.window.from => self.window.from,
            () if now < self.window.to => self.window.to,
            () => u64::MAX,
        }
    }

    /// Nothing becomes due any more; before the window's end that is because of a limit.
    pub(crate) fn over(&mut self, now: u64, spun: u64) {
        if self.begun.is_some() {
            self.close(now, spun);
        }
    }

    /// The window ends now, if it has not ended yet.
    pub(crate) fn close(&mut self, now: u64, spun: u64) {
        self.ended
            .get_or_insert_with(|| (now, ThreadTime::now(), spun));
    }

    pub(crate) fn end(self, tally: Tally, spun: u64, interrupted: bool) -> Ran {
        let last = self
            .ended
            .unwrap_or_else(|| (self.window.to, ThreadTime::now(), spun));
        let first = self.begun.unwrap_or(last);
        let seconds = |ns: u64| ns as f64 / 1e9;
        let wall = seconds(last.0.min(self.window.to).saturating_sub(first.0));
        let used = last.1.since(first.1);
        let spun = last.2.saturating_sub(first.2);
        let share = |time: f64| {
            if wall > 0.0 {
                (time / wall).clamp(0.0, 1.0)
            } else {
                0.0
            }
        };
        let busy = seconds(used.cpu.saturating_sub(spun));
        let waited = used.waited.map(seconds);
        Ran {
            tally,
            waited: waited.map(|waited| share(busy + waited)),
            usage: ThreadUse {
                utilisation: share(busy),
                cpu_s: seconds(used.cpu),
                spun_s: seconds(spun),
                waited_for_cpu_s: waited,
            },
            seconds: wall,
            interrupted,
        }
    }
}

fn outcome(plan: &Plan, mix: &Mix, from_unix_ms: u64, ran: Vec<Ran>) -> Outcome {
    let threads: Vec<ThreadUse> = ran.iter().map(|ran| ran.usage).collect();
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let seconds = most(&mut ran.iter().map(|ran| ran.seconds));
    let utilisation = most(&mut threads.iter().map(|thread| thread.utilisation));
    let demand = most(&mut ran.iter().filter_map(|ran| ran.waited)).max(utilisation);
    let interrupted = ran.iter().any(|ran| ran.interrupted);
    let open = plan.demand != Demand::Closed;
    let mut all = Tally::new(Window { from: 0, to: 0 }, open);
    for ran in ran {
        all.add(ran.tally);
    }
    let busy: f64 = threads
        .iter()
        .map(|thread| thread.cpu_s - thread.spun_s)
        .sum();
    let per_second = |count: u64| {
        if seconds > 0.0 {
            count as f64 / seconds
        } else {
            0.0
        }
    };
    let statuses: BTreeMap<u16, u64> = (0u16..)
        .zip(&all.statuses)
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| (status, *count))
        .collect();
    let mut outcome = Outcome {
        plan: facts(plan, mix),
        valid: true,
        reasons: Vec::new(),
        interrupted,
        from_unix_ms,
        seconds,
        rate: per_second(all.in_time),
        statuses,
        corrected: open.then(|| Distribution::of(&all.corrected)),
        uncorrected: Distribution::of(&all.uncorrected),
        lag: open.then(|| Distribution::of(&all.lag)),
        generator: GeneratorUse {
            utilisation,
            demand,
            cpu_us_per_answer: match all.in_time {
                0 => 0.0,
                answers => busy * 1e6 / answers as f64,
            },
            threads,
        },
        counts: all.counts,
        wrong_answers: all.wrong_answers,
        first_errors: all.first_errors,
    };
    outcome.reasons = plan.validity.reasons(plan.demand, &outcome);
    outcome.valid = outcome.reasons.is_empty();
    outcome
}

fn facts(plan: &Plan, mix: &Mix) -> PlanFacts {
    let arrivals = match plan.demand {
        Demand::Open { arrivals, .. } => Some(match arrivals {
            Arrivals::Constant => "constant",
            Arrivals::Poisson => "poisson",
        }),
        Demand::Closed => None,
    };
    let (protocol, streams) = match plan.protocol {
        Protocol::Http1 => ("http1", 1),
        Protocol::Http2 => ("http2", plan.streams),
    };
    PlanFacts {
        url: plan.target.url(),
        protocol: protocol.to_owned(),
        demand: if arrivals.is_some() { "open" } else { "closed" }.to_owned(),
        rate: plan.rate(),
        arrivals: arrivals.map(str::to_owned),
        connections: plan.connections,
        streams,
        threads: plan.threads,
        pins: plan.pins.clone(),
        pacing: match plan.pacing {
            Pacing::Sleep => "sleep",
            Pacing::Spin => "spin",
        }
        .to_owned(),
        warm_up_s: plan.warm_up.as_secs_f64(),
        duration_s: plan.duration.as_secs_f64(),
        exchanges: mix.len(),
        unchecked: mix.unchecked(),
        left_out: mix.left_out().to_vec(),
    }
}
