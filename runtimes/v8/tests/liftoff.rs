//! V8 with Liftoff alone against what every engine must do.

#[path = "../../tests/suite/mod.rs"]
mod suite;

mod common;

use runtime_v8::Mode;

every_engine!(
    liftoff,
    |options| common::open(Mode::Liftoff, options),
    without_artifacts_loading_is_unsupported
);

#[test]
fn another_mode_in_the_same_process_is_refused() {
    common::another_mode_is_refused(Mode::Liftoff, Mode::Turbofan);
}

#[test]
fn a_guest_cannot_catch_its_exit() {
    common::a_guest_cannot_catch_its_exit(Mode::Liftoff);
}

#[test]
fn a_guest_that_fills_the_collected_heap_is_ended() {
    common::a_guest_that_fills_the_collected_heap_is_ended(Mode::Liftoff);
}

#[test]
fn threads_use_an_instance_in_turn() {
    common::threads_use_an_instance_in_turn(Mode::Liftoff);
}
