//! What the search asks for.

/// Which exchanges are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Those of the search.
    Search,
    /// Those kept for the confirmation.
    HeldOut,
}

/// How the time stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Share of the time that the search has until its confirmation must begin.
    pub search: f64,
    /// Whether no further block of the confirmation would end in time.
    pub over: bool,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Measure each of these contestants once.
    Measure {
        /// The block.
        block: u32,
        /// Indices into [`Search::contestants`].
        contestants: Vec<usize>,
        /// Over which exchanges.
        traffic: Traffic,
    },
    /// Nothing more.
    Done,
}
