//! `pwbench load`: proxies under load, each started for its rounds, in randomised blocks.

mod bout;
mod campaign;
pub(crate) mod child;
mod conduct;
mod cores;
mod field;
mod generator;
mod judgement;
mod pace;
mod plugin;
mod ticks;
mod upstream;

pub(crate) use conduct::{Conducted, conduct};
pub(crate) use cores::Layout;
pub(crate) use upstream::Upstream;
