//! Comparisons of synthetic sides whose truth is known.

mod calibration;
mod ceilings;
mod change_points;
mod judging;
mod machine;
mod verdicts;
