//! The items, by what they are about.

mod allocator;
mod artifacts;
mod bodies;
mod body_flow;
mod callout_failures;
mod callouts;
mod connections;
mod deadlines;
mod failures;
mod grpc;
mod header_phases;
mod headers;
mod hostile;
mod inference;
mod isolation;
mod lifecycle;
mod load;
mod local_response;
mod memory;
mod metrics;
mod other;
mod pause;
mod properties;
mod queues;
mod shared_data;
mod start;
mod traps;
mod versions;
mod wasi;

use crate::item::Item;

/// Every item, in the order in which a report shows them.
pub(crate) fn all() -> Vec<Item> {
    let mut items = Vec::new();
    for group in [
        load::ITEMS,
        start::ITEMS,
        versions::ITEMS,
        artifacts::ITEMS,
        lifecycle::ITEMS,
        headers::ITEMS,
        header_phases::ITEMS,
        bodies::ITEMS,
        body_flow::ITEMS,
        pause::ITEMS,
        local_response::ITEMS,
        callouts::ITEMS,
        callout_failures::ITEMS,
        grpc::ITEMS,
        shared_data::ITEMS,
        queues::ITEMS,
        metrics::ITEMS,
        properties::ITEMS,
        other::ITEMS,
        connections::ITEMS,
        wasi::ITEMS,
        inference::ITEMS,
        memory::ITEMS,
        deadlines::ITEMS,
        allocator::ITEMS,
        isolation::ITEMS,
    ] {
        items.extend_from_slice(group);
    }
    items.extend(traps::items());
    items.extend_from_slice(failures::ITEMS);
    items.extend(hostile::items());
    items
}
