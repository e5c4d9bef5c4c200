//! Cells: what a trial measures.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One combination of runtime, workload, variant, isolation and threads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// Name of the workload, for example `header-rewrite`.
    pub workload: String,
    /// Engine and mode, for example `wasmtime/cranelift`, or `native`.
    pub runtime: String,
    /// Variant of the workload (language and flags), for example `rust`.
    #[serde(default)]
    pub variant: String,
    /// Who shares a VM: `shared`, `thread`, `request` or `pool:N`.
    #[serde(default)]
    pub isolation: String,
    /// Worker threads that carry transactions.
    #[serde(default = "one")]
    pub threads: u32,
    /// Whether this is the cell itself or its A/A twin.
    #[serde(default)]
    pub arm: Arm,
}

/// The name under which a cell takes part in a campaign.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The cell itself.
    #[default]
    Main,
    /// The same cell under another name. Any difference to [`Arm::Main`] is
    /// the error of the environment.
    Control,
}

fn one() -> u32 {
    1
}

impl Cell {
    /// One line for people: `header-rewrite · wasmtime/cranelift · rust · thread x1`,
    /// with ` · control` for the A/A twin.
    pub fn label(&self) -> String {
        self.to_string()
    }

    /// The same cell under [`Arm::Main`].
    pub fn main_arm(&self) -> Cell {
        Cell {
            arm: Arm::Main,
            ..self.clone()
        }
    }

    /// The A/A twin of this cell.
    pub fn control_arm(&self) -> Cell {
        Cell {
            arm: Arm::Control,
            ..self.clone()
        }
    }

    /// True for the A/A twin.
    pub fn is_control(&self) -> bool {
        self.arm == Arm::Control
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} · {} · {} · {} x{}",
            self.workload, self.runtime, self.variant, self.isolation, self.threads
        )?;
        match self.arm {
            Arm::Main => Ok(()),
            Arm::Control => f.write_str(" · control"),
        }
    }
}
