//! `pwbench generate`: load for a server on this machine.

use comfy_table::{Cell, Table};
use load::{
    Arrivals, Check, Demand, Distribution, Mix, Outcome, Pacing, Plan, Probe, Protocol,
    SearchOutcome, SearchPlan, Stop, Tag, Target,
};

use super::upstream::traffic;
use crate::cli::{ArrivalsArg, CheckArg, GenerateArgs, PacingArg, TagArg};
use crate::error::{Error, Exit};
use crate::experiment::Interrupt;
use crate::output::{Format, number, print_json, print_text, table};

/// Sends load and prints what came of it.
pub(super) fn generate(arguments: &GenerateArgs) -> Result<Exit, Error> {
    let target = Target::parse(&arguments.url)?;
    let mix = mix(arguments, &target)?;
    for left_out in mix.left_out() {
        eprintln!("note: left out: {left_out}");
    }
    let plan = plan(arguments, target);
    let stop = stop_at_interrupt()?;
    match &arguments.slo {
        Some(objective) => {
            let search = SearchPlan {
                start: arguments.rate,
                arrivals: arrivals(arguments.arrivals),
                probe: arguments.probe,
                ..SearchPlan::new(objective.clone())
            };
            let found = load::search(&plan, &mix, &search, &stop, tell)?;
            match arguments.format {
                Format::Json => print_json(&found)?,
                Format::Table => print_search(&found),
            }
            Ok(search_exit(&found))
        }
        None => {
            let outcome = load::run(&plan, &mix, &stop)?;
            match arguments.format {
                Format::Json => print_json(&outcome)?,
                Format::Table => print_outcome(&outcome),
            }
            Ok(exit(&outcome))
        }
    }
}

fn mix(arguments: &GenerateArgs, target: &Target) -> Result<Mix, Error> {
    let Some(exchanges) = traffic(&arguments.traffic)? else {
        return Ok(Mix::get(target));
    };
    let check = match arguments.check {
        CheckArg::Filtered => Check::Filtered,
        CheckArg::Recorded => Check::Recorded,
        CheckArg::Status => Check::Status,
        CheckArg::Nothing => Check::Nothing,
    };
    let tag = match arguments.tag {
        TagArg::Header => Tag::Header,
        TagArg::Authority => Tag::Authority,
        TagArg::None => Tag::None,
    };
    Ok(Mix::of(&exchanges, check, tag)?)
}

fn plan(arguments: &GenerateArgs, target: Target) -> Plan {
    Plan {
        protocol: if arguments.http2 {
            Protocol::Http2
        } else {
            Protocol::Http1
        },
        demand: if arguments.closed {
            Demand::Closed
        } else {
            Demand::Open {
                rate: arguments.rate,
                arrivals: arrivals(arguments.arrivals),
            }
        },
        connections: arguments.connections,
        streams: arguments.streams,
        threads: arguments.threads,
        warm_up: arguments.warm_up,
        duration: arguments.duration,
        requests: arguments.count,
        timeout: arguments.timeout,
        pacing: match arguments.pacing {
            PacingArg::Sleep => Pacing::Sleep,
            PacingArg::Spin => Pacing::Spin,
        },
        pins: arguments.pins.clone(),
        seed: arguments.seed,
        ..Plan::new(target)
    }
}

fn arrivals(arrivals: ArrivalsArg) -> Arrivals {
    match arrivals {
        ArrivalsArg::Constant => Arrivals::Constant,
        ArrivalsArg::Poisson => Arrivals::Poisson,
    }
}

/// Ctrl-C ends the load and keeps what was measured.
fn stop_at_interrupt() -> Result<Stop, Error> {
    let mut interrupt = Interrupt::listen()?;
    let stop = Stop::default();
    let told = stop.clone();
    std::thread::spawn(move || {
        // Without a runtime the second Ctrl-C still ends the process.
        if super::block_on(interrupt.wait()).is_ok() {
            told.now();
        }
    });
    Ok(stop)
}

pub(super) fn exit(outcome: &Outcome) -> Exit {
    match outcome {
        outcome if outcome.interrupted => Exit::Interrupted,
        outcome if !outcome.valid => Exit::Environment,
        outcome if outcome.counts.wrong + outcome.counts.errors.total() > 0 => Exit::CheckFailed,
        _ => Exit::Fine,
    }
}

fn search_exit(found: &SearchOutcome) -> Exit {
    match found {
        found if found.interrupted => Exit::Interrupted,
        found if found.rate.is_some() => Exit::Fine,
        found if found.limited_by_generator => Exit::Environment,
        _ => Exit::CheckFailed,
    }
}

fn tell(probe: &Probe) {
    let what = if probe.confirms { "confirm" } else { "probe" };
    let verdict = match &probe.reason {
        None => "met",
        Some(reason) => reason,
    };
    let (rate, p99) = (probe.rate, probe.p99_us / 1e3);
    eprintln!("{what}: {rate:.0} a second, p99 {p99:.2} ms: {verdict}");
}

fn print_search(found: &SearchOutcome) {
    let objective = &found.objective;
    match found.rate {
        Some(rate) => print_text(&format!("{rate:.0} a second meet {objective}")),
        None => print_text(&format!("no rate was found that meets {objective}")),
    }
    if let Some(rate) = found.unconfirmed {
        let probes = found.probes.len();
        print_text(&format!(
            "{rate:.0} a second met it, but were not confirmed within {probes} probes"
        ));
    }
    if found.limited_by_generator {
        print_text("the generator gave out before the server did: the true rate may be higher");
    }
    if let Some(confirmed) = &found.confirmed {
        print_outcome(confirmed);
    }
}

pub(super) fn print_outcome(outcome: &Outcome) {
    let counts = &outcome.counts;
    let offered = match outcome.plan.rate {
        Some(rate) => format!(" of {rate:.0} asked for"),
        None => String::new(),
    };
    print_text(&format!(
        "{:.0} good answers a second{offered}, {:.1} s, {}",
        outcome.rate, outcome.seconds, outcome.plan.url
    ));
    let errors = &counts.errors;
    print_text(&format!(
        "{} good, {} wrong, {} errors (connect {}, reset {}, timeout {}, protocol {}, early close {}), {} dropped, {} unfinished",
        counts.good,
        counts.wrong,
        errors.total(),
        errors.connect,
        errors.reset,
        errors.timeout,
        errors.protocol,
        errors.early_close,
        counts.dropped,
        counts.unfinished
    ));
    print_text(&latencies(outcome).to_string());
    let generator = &outcome.generator;
    print_text(&format!(
        "the generator's busiest thread was busy {:.0} % of the time, {:.2} µs for each answer",
        generator.utilisation * 100.0,
        generator.cpu_us_per_answer
    ));
    for wrong in &outcome.wrong_answers {
        print_text(&format!("wrong: {}: {}", wrong.exchange, wrong.difference));
    }
    for error in &outcome.first_errors {
        print_text(&format!("error: {error}"));
    }
    for reason in &outcome.reasons {
        print_text(&format!("not valid: {reason}"));
    }
}

fn latencies(outcome: &Outcome) -> Table {
    let mut table = table(&["ms", "p50", "p90", "p99", "p99.9", "max"]);
    let rows = [
        ("latency", outcome.corrected.as_ref()),
        ("from the real send time", Some(&outcome.uncorrected)),
        ("schedule lag", outcome.lag.as_ref()),
    ];
    for (name, distribution) in rows {
        if let Some(distribution) = distribution {
            table.add_row(row(name, distribution));
        }
    }
    table
}

fn row(name: &str, distribution: &Distribution) -> Vec<Cell> {
    let figures = [
        distribution.p50_us,
        distribution.p90_us,
        distribution.p99_us,
        distribution.p999_us,
        distribution.max_us,
    ];
    let figures = figures.map(|us| number(format!("{:.3}", us / 1e3)));
    [Cell::new(name)].into_iter().chain(figures).collect()
}
