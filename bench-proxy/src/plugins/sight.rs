//! What the filters of a listener can look at and who can move their streams, told once from
//! what their modules import and export.

use std::rc::Rc;

use host_core::FieldUse;

use super::PluginSeat;

/// What the filters of a listener can look at and who can move their streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// What they can do with fields, the most of any.
    pub(crate) field_use: FieldUse,
    /// Whether nothing but their calls for a stream, made while it is handled, moves it on.
    pub(crate) alone: bool,
    /// Whether no filter has anything to do before the answer comes.
    pub(crate) only_answers: bool,
    /// Whether, moreover, nothing of what they can see or say tells when their streams begin.
    pub(crate) late: bool,
}

impl Sight {
    pub(crate) fn of(filters: &[Rc<PluginSeat>]) -> Self {
        let plugins = || filters.iter().map(|seat| &seat.shared);
        let field_use = plugins()
            .map(|plugin| plugin.field_use)
            .max()
            .unwrap_or(FieldUse::Appends);
        let alone = plugins().all(|plugin| !plugin.has_events && !plugin.edits_requests());
        let only_answers = alone && plugins().all(|plugin| !plugin.sees_requests());
        Self {
            field_use,
            alone,
            only_answers,
            late: only_answers
                && field_use == FieldUse::Appends
                && plugins().all(|plugin| !plugin.greets_streams()),
        }
    }
}
