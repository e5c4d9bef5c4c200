//! Load for proxies: requests on a schedule that the server cannot slow down.
//!
//! In an **open loop** every request has an intended send time, and its latency counts from
//! there: a server that stalls is charged for every request that should have been sent
//! meanwhile. In a **closed loop** each connection sends its next request when the last was
//! answered: the way to a server's highest rate, not to its latency.
//!
//! [`Plan`] says how much, [`Mix`] says what, [`run`] does it and gives an [`Outcome`], which
//! says of itself whether it may be believed. [`search`] finds the highest rate that meets an
//! [`Objective`]. [`Upstream`] is a server that answers recorded exchanges.
//!
//! ```
//! use load::{Demand, Mix, Plan, Stop, Target, Upstream, UpstreamPlan};
//! # use std::time::Duration;
//!
//! let upstream = Upstream::start(&UpstreamPlan::default())?;
//! let target = Target::at(upstream.address(), "/")?;
//! let mix = Mix::get(&target);
//! let plan = Plan {
//!     demand: Demand::constant(500.0),
//!     warm_up: Duration::ZERO,
//!     duration: Duration::from_millis(200),
//!     ..Plan::new(target)
//! };
//! let outcome = load::run(&plan, &mix, &Stop::default())?;
//! assert_eq!(outcome.counts.good, outcome.counts.offered);
//! # Ok::<(), load::LoadError>(())
//! ```
#![forbid(unsafe_code)]

mod clock;
mod connect;
mod encode;
mod error;
mod expected;
mod http1;
mod http2;
mod join;
mod mix;
mod objective;
mod outcome;
mod pin;
mod plan;
mod response;
mod run;
mod schedule;
mod search;
mod source;
mod stop;
mod tally;
mod target;
mod upstream;
mod validity;
mod waiter;

#[doc(hidden)]
pub mod bench;

pub use error::LoadError;
pub use join::JoinError;
pub use mix::{Check, Mix, Tag};
pub use objective::Objective;
pub use outcome::{
    Counts, Distribution, Errors, GeneratorUse, Outcome, PlanFacts, ThreadUse, WrongAnswer,
};
pub use plan::{Arrivals, Demand, Pacing, Plan, Protocol};
pub use run::run;
pub use search::{Probe, SearchOutcome, SearchPlan, search};
pub use stop::Stop;
pub use target::Target;
pub use upstream::{Upstream, UpstreamCounts, UpstreamPlan};
pub use validity::Validity;
