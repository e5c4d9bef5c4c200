//! The trial of contention: threads that run transactions beside each other.

use std::sync::Arc;
use std::thread::{Builder, ScopedJoinHandle};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use host_core::services::InProcess;
use host_core::{Driver, Isolation, VmPool};
use reports::{Contended, FailureKind, Latency, ThreadShare};

use super::clock::{ns, thread_cpu_ns};
use super::course::{Course, Stage};
use super::locks::Waits;
use super::passes::{Traffic, latencies};
use super::rig::{Clock, Rig};
use super::startup::first_vm;
use super::{ContendJob, Failed, Subject, memory};

/// What all threads have in common.
struct Work<'a> {
    pool: &'a Arc<VmPool>,
    services: &'a Arc<InProcess>,
    traffic: &'a Traffic<'a>,
    course: &'a Course,
    threads: usize,
}

/// What one thread brings home.
struct Brought {
    share: ThreadShare,
    latency: Histogram<u64>,
    waits: Option<Box<Waits>>,
}

/// Runs threads beside each other for a time.
pub(super) fn contend(subject: &Subject, job: &ContendJob) -> Result<Contended, Failed> {
    let workload = subject.workload.load().map_err(Failed::error)?;
    let rig = Rig::new(subject, &workload, Clock::Real, false)?;
    drop(workload);
    let isolation = subject.isolation()?;
    let traffic = Traffic::new(&rig.exchanges, &job.endings)?;
    // Says why a plugin does not start.
    first_vm(&rig)?;
    let pool = VmPool::new(rig.plugin.clone(), isolation)?;
    let course = Course::new();
    let work = Work {
        pool: &pool,
        services: &rig.services,
        traffic: &traffic,
        course: &course,
        threads: job.threads.max(1) as usize,
    };
    let (brought, wall_ns, resident_bytes) = std::thread::scope(|scope| {
        let mut threads: Vec<ScopedJoinHandle<'_, Result<Brought, Failed>>> = Vec::new();
        let mut refused = None;
        for number in 0..work.threads {
            let (builder, work) = (Builder::new().name(format!("thread-{number}")), &work);
            match builder.spawn_scoped(scope, move || work.run(number)) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    course.enter(Stage::Over);
                    refused = Some(Failed::error(format!(
                        "cannot start thread {number}: {error}; check the limits on threads"
                    )));
                    break;
                }
            }
        }
        let (wall_ns, resident_bytes) = lead(&course, job, work.threads);
        let brought: Result<Vec<Brought>, Failed> = threads
            .into_iter()
            .map(|thread| {
                let panicked = |_| Failed::new(FailureKind::Crash, "a thread panicked");
                thread.join().map_err(panicked)?
            })
            .collect();
        match refused {
            Some(refused) => Err(refused),
            None => Ok((brought?, wall_ns, resident_bytes)),
        }
    })?;
    let mut contended = Contended {
        wall_ns,
        resident_bytes,
        vms_started: pool.started(),
        ..gather(brought)?
    };
    if matches!(isolation, Isolation::Thread | Isolation::Request) {
        contended.locks = None;
    }
    Ok(contended)
}

/// Leads the threads through the trial; answers the time measured, in nanoseconds, and
/// resident memory at its end, in bytes.
fn lead(course: &Course, job: &ContendJob, threads: usize) -> (u64, u64) {
    if !course.await_ready(threads) {
        return (0, 0);
    }
    course.enter(Stage::WarmUp);
    course.sleep(Duration::from_millis(job.warm_up_ms));
    course.enter(Stage::Measure);
    let start = Instant::now();
    course.sleep(Duration::from_millis(job.measured_ms.max(1)));
    // The threads' VMs end with them.
    let resident_bytes = memory::resident_bytes();
    let wall_ns = ns(start.elapsed());
    course.enter(Stage::Over);
    (wall_ns, resident_bytes)
}

impl Work<'_> {
    fn run(&self, number: usize) -> Result<Brought, Failed> {
        let brought = self.serve(number);
        if brought.is_err() {
            self.course.enter(Stage::Over);
        }
        brought
    }

    fn serve(&self, number: usize) -> Result<Brought, Failed> {
        let mut driver = Driver::new(self.pool.seat()?, self.services.clone());
        let mut latency = latencies()?;
        let waits = Waits::new()?;
        // Threads must not go through the traffic side by side.
        let mut at = number * self.traffic.len() / self.threads;
        self.course.ready();
        while self.course.stage() == Stage::WarmUp {
            self.traffic.one(&mut driver, at)?;
            at += 1;
        }
        driver.seat().set_lock_watch(Some(Box::new(waits)));
        let cpu = thread_cpu_ns();
        let mut transactions = 0;
        while self.course.stage() == Stage::Measure {
            let begin = Instant::now();
            self.traffic.one(&mut driver, at)?;
            latency.saturating_record(ns(begin.elapsed()));
            at += 1;
            transactions += 1;
        }
        Ok(Brought {
            share: ThreadShare {
                transactions,
                cpu_ns: thread_cpu_ns().saturating_sub(cpu),
            },
            latency,
            waits: Waits::of(driver.seat()),
        })
    }
}

fn gather(brought: Vec<Brought>) -> Result<Contended, Failed> {
    let (mut latency, mut waits) = (latencies()?, Waits::new()?);
    let mut threads = Vec::with_capacity(brought.len());
    for thread in brought {
        threads.push(thread.share);
        latency
            .add(&thread.latency)
            .map_err(|error| Failed::error(format!("histogram: {error}")))?;
        if let Some(own) = &thread.waits {
            waits.add(own)?;
        }
    }
    Ok(Contended {
        threads,
        latency: Latency::from_histogram(&latency).map_err(Failed::error)?,
        locks: Some(waits.record()?),
        ..Contended::default()
    })
}
