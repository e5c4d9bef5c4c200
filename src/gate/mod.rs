//! The gate: limits on what a change may cost, and how good the gate itself is.

mod amount;
mod base;
mod burner;
mod calibration;
mod config;
mod hold;

pub(crate) use calibration::Calibrate;
pub(crate) use config::GateConfig;
pub(crate) use hold::hold;
