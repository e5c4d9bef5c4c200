//! Inks: colours by meaning.

use crate::model::ModeKind;

/// A colour by its meaning. The page's style says which it is in light and in dark, so that
/// one picture serves both, and print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)] // The names say it.
pub enum Ink {
    Text,
    Muted,
    Grid,
    Good,
    Bad,
    Native,
    Aot,
    Optimising,
    Baseline,
    Interpreter,
    Unknown,
    Series1,
    Series2,
    Series3,
    Series4,
    Series5,
    Series6,
    Series7,
    Series8,
}

const SERIES: [Ink; 8] = [
    Ink::Series1,
    Ink::Series2,
    Ink::Series3,
    Ink::Series4,
    Ink::Series5,
    Ink::Series6,
    Ink::Series7,
    Ink::Series8,
];

impl Ink {
    pub(super) const ALL: [(Ink, &'static str); 19] = [
        (Ink::Text, "--text"),
        (Ink::Muted, "--muted"),
        (Ink::Grid, "--grid"),
        (Ink::Good, "--good"),
        (Ink::Bad, "--bad"),
        (Ink::Native, "--k-native"),
        (Ink::Aot, "--k-aot"),
        (Ink::Optimising, "--k-optimising"),
        (Ink::Baseline, "--k-baseline"),
        (Ink::Interpreter, "--k-interpreter"),
        (Ink::Unknown, "--k-unknown"),
        (Ink::Series1, "--s-1"),
        (Ink::Series2, "--s-2"),
        (Ink::Series3, "--s-3"),
        (Ink::Series4, "--s-4"),
        (Ink::Series5, "--s-5"),
        (Ink::Series6, "--s-6"),
        (Ink::Series7, "--s-7"),
        (Ink::Series8, "--s-8"),
    ];

    /// The colour of a mode's kind, the same in every chart and table.
    pub fn kind(kind: ModeKind) -> Ink {
        match kind {
            ModeKind::Native => Ink::Native,
            ModeKind::Aot => Ink::Aot,
            ModeKind::OptimisingJit => Ink::Optimising,
            ModeKind::BaselineJit => Ink::Baseline,
            ModeKind::Interpreter => Ink::Interpreter,
            ModeKind::Unknown => Ink::Unknown,
        }
    }

    /// The colour of a series by its number; after eight they begin again.
    pub fn series(number: usize) -> Ink {
        SERIES[number % SERIES.len()]
    }

    /// The CSS variable that gives the colour.
    pub(crate) fn variable(self) -> &'static str {
        Ink::ALL
            .iter()
            .find(|(ink, _)| *ink == self)
            .map_or("--text", |(_, name)| name)
    }
}
