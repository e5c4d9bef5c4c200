//! Two sides against each other: `compare`, and what the gate stands on.
//!
//! A cell has a base and a new side. A block is one **sitting** of each cell: two
//! processes of each side live at once on one core and measure slices in turn; what the two
//! of one side differ by is the A/A control. A sitting is one sample. The [`reports::Judge`] looks
//! at the sittings when the plan says so.

mod campaign;
mod campaigns;
mod conduct;
mod contest;
mod cores;
mod duel;
mod fit;
mod pace;
mod pairings;
mod player;
mod proxies;
mod side;
mod sitting;

pub(crate) use campaign::{Inquiry, check, inquire, own_folder, seed};
pub(crate) use campaigns::Again;
pub(crate) use conduct::{Extent, Outcome, any_seed, conduct};
pub(crate) use contest::{Contender, Contest, Pairing};
pub(crate) use pairings::{Matter, USUAL_RUNTIME, program, runtime, side};
pub(crate) use proxies::{ProxyMatter, check_proxies};
pub(crate) use side::Side;

/// Length of a slice that is aimed at: long enough that reading the clocks costs nothing,
/// short enough that a disturbance seldom begins within one round.
pub(crate) const SLICE: std::time::Duration = std::time::Duration::from_millis(2);
