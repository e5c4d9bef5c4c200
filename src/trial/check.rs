//! The check pass: outcomes and traces before any time.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use host_core::{Driver, Ending, Isolation, Outcome, Tape};
use reports::{Check, Mismatch, Verdicts};
use workloads::Workload;

use super::clock::ns;
use super::passes::{self, Traffic, failed};
use super::reference::Reference;
use super::rig::{Clock, Rig};
use super::startup::{self, first_vm};
use super::{Checked, Failed, Subject, adapter, manifest};

/// Runs the traffic once under comparison and once for the planner's watch.
pub(super) fn check(
    subject: &Subject,
    count_instructions: bool,
    reference: Option<&Path>,
    write_reference: Option<&Path>,
) -> Result<Checked, Failed> {
    let workload = subject.workload.load().map_err(Failed::error)?;
    let reference = reference.map(Reference::read).transpose()?;
    let rig = Rig::new(subject, &workload, Clock::Fixed, count_instructions)?;
    let isolation = subject.isolation()?;

    let begin = Instant::now();
    first_vm(&rig)?;
    let warnings = startup::warnings(&rig.services);
    let mut driver = rig.driver(Isolation::Thread)?;
    let mut taped = taped_pass(&mut driver, &rig)?;
    if isolation != Isolation::Thread {
        // The tape belongs to one VM; outcomes are those of the isolation that was asked for.
        driver = rig.driver(isolation)?;
        taped.outcomes = outcomes(&mut driver, &rig)?;
    }
    let endings: String = taped
        .outcomes
        .iter()
        .map(|(ending, _)| char::from(passes::letter(ending)))
        .collect();
    let warm = Instant::now();
    Traffic::new(&rig.exchanges, &endings)?.pass(&mut driver)?;
    let (pass_ns, measured_ns) = (ns(warm.elapsed()), ns(begin.elapsed()));

    let outcomes: Vec<Outcome> = taped
        .outcomes
        .into_iter()
        .map(|(_, outcome)| outcome)
        .collect();
    let trace_sha256 = taped.tape.digest();
    if let Some(base) = write_reference {
        let given = workload
            .exchanges
            .iter()
            .all(|exchange| exchange.expect.is_some());
        let kept = if given { &[][..] } else { &outcomes };
        Reference::new(&subject.runtime, &taped.tape, &trace_sha256, kept).write(base)?;
    }
    let mut check = compare(&workload, &outcomes, reference.as_ref());
    check.host_calls = taped
        .tape
        .counts()
        .map(|(name, count)| (name.to_owned(), count))
        .collect::<BTreeMap<_, _>>();
    check.bytes_copied = taped.tape.bytes_in() + taped.tape.bytes_out();
    check.instructions = taped.instructions;
    Ok(Checked {
        trace_difference: reference
            .and_then(|reference| reference.difference(&taped.tape, &trace_sha256)),
        check: Check {
            trace_sha256,
            ..check
        },
        warnings,
        manifest: manifest::row(&*rig.engine, subject.deadline_ms.is_some(), subject.knobs),
        endings,
        pass_ns,
        measured_ns,
        code_ns: rig.code.wall_ns,
    })
}

struct Taped {
    tape: Box<Tape>,
    outcomes: Vec<(Ending, Outcome)>,
    instructions: Option<u64>,
}

fn taped_pass(driver: &mut Driver, rig: &Rig) -> Result<Taped, Failed> {
    let before = own_instructions(driver);
    if let Some(own) = driver.seat().own() {
        own.vm.set_tape(Some(Box::new(Tape::new())));
    }
    let outcomes = outcomes(driver, rig)?;
    let tape = driver.seat().own().and_then(|own| own.vm.set_tape(None));
    Ok(Taped {
        tape: tape.ok_or_else(|| Failed::error("the VM was replaced during the check pass"))?,
        outcomes,
        instructions: own_instructions(driver)
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before)),
    })
}

fn own_instructions(driver: &mut Driver) -> Option<u64> {
    driver.seat().own()?.vm.instructions()
}

/// One pass that keeps what became of each exchange.
fn outcomes(driver: &mut Driver, rig: &Rig) -> Result<Vec<(Ending, Outcome)>, Failed> {
    let run = |exchange: &host_core::Exchange| {
        let ending = driver.run(exchange);
        if let Ending::Failed(reason) = &ending {
            return Err(failed(&exchange.id, reason));
        }
        let outcome = Outcome::of(driver, exchange, &ending);
        Ok((ending, outcome))
    };
    rig.exchanges.iter().map(run).collect()
}

/// Compares with what the traffic's author expects, else with the reference's outcomes.
fn compare(workload: &Workload, outcomes: &[Outcome], reference: Option<&Reference>) -> Check {
    let mut check = Check {
        exchanges: outcomes.len() as u64,
        ..Check::default()
    };
    let mut sources = [false; 2];
    for (index, (exchange, outcome)) in workload.exchanges.iter().zip(outcomes).enumerate() {
        let given = adapter::expected(exchange);
        sources[usize::from(given.is_none())] = true;
        judge(&mut check.verdicts, given.as_ref(), outcome);
        let expected = given.or_else(|| reference?.outcome(index));
        match expected.and_then(|expected| outcome.difference(&expected)) {
            None => check.matched += 1,
            Some(difference) if check.mismatches.len() < Check::KEPT_MISMATCHES => {
                check.mismatches.push(Mismatch {
                    exchange: exchange.id.clone(),
                    detail: shorten(difference.to_string()),
                });
            }
            Some(_) => {}
        }
    }
    if check.verdicts.attacks == 0 {
        check.verdicts = Verdicts::default();
    }
    let by_reference = || match reference {
        Some(reference) => format!("reference runtime {}", reference.runtime),
        None => "itself, as the reference runtime".to_owned(),
    };
    check.expectation = match sources {
        [_, false] => "given".to_owned(),
        [false, true] => by_reference(),
        [true, true] => format!("given, else {}", by_reference()),
    };
    check
}

/// Counts an exchange whose author says whether it has to be stopped.
fn judge(verdicts: &mut Verdicts, expected: Option<&Outcome>, outcome: &Outcome) {
    let passed = matches!(outcome, Outcome::Forwarded { .. });
    match expected {
        Some(Outcome::Forwarded { .. }) => {
            verdicts.harmless += 1;
            verdicts.false_positives += u64::from(!passed);
        }
        Some(expected @ Outcome::LocalResponse { .. }) => {
            verdicts.attacks += 1;
            verdicts.missed += u64::from(passed);
            let otherwise = !passed && outcome.difference(expected).is_some();
            verdicts.answered_otherwise += u64::from(otherwise);
        }
        _ => {}
    }
}

/// Whole messages do not belong in one line of a report.
fn shorten(mut text: String) -> String {
    const KEPT: usize = 400;
    if let Some((at, _)) = text.char_indices().nth(KEPT) {
        text.truncate(at);
        text.push_str(" ...");
    }
    text
}

#[cfg(test)]
mod tests {
    use host_core::Sent;

    use super::*;

    #[test]
    fn verdicts_count_what_was_stopped_and_what_was_not() {
        let passed = || Outcome::Forwarded {
            request: Sent::default(),
            response: Sent::default(),
        };
        let stopped = |status| Outcome::LocalResponse {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        let mut verdicts = Verdicts::default();
        for (expected, outcome) in [
            (passed(), passed()),
            (passed(), stopped(403)),
            (stopped(403), stopped(403)),
            (stopped(403), stopped(400)),
            (stopped(403), passed()),
        ] {
            judge(&mut verdicts, Some(&expected), &outcome);
        }
        judge(&mut verdicts, None, &passed());
        let expected = Verdicts {
            harmless: 2,
            false_positives: 1,
            attacks: 3,
            missed: 1,
            answered_otherwise: 1,
        };
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn long_differences_are_cut_between_characters() {
        let text = shorten("ä".repeat(1_000));
        assert_eq!(text.chars().count(), 404);
        assert_eq!(shorten("short".to_owned()), "short");
    }
}
