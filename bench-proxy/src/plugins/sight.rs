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
    /// Whether they have nothing to do before the answer comes, and cannot look at the request
    /// then: so that nothing tells them when their streams begin.
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
        let late = alone
            && field_use == FieldUse::Appends
            && plugins().all(|plugin| !plugin.sees_requests() && !plugin.greets_streams());
        Self {
            field_use,
            alone,
            late,
        }
    }
}
