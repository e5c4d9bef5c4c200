//! The same script leaves the same tape on every runtime, the native twin included.

use std::io::Write as _;
mod common;

use conformance::{Exercise, exercise};
use host_core::Tape;

/// A plugin that uses a bit of everything.
const EVERYTHING: &str = r#"
on configure
get_buffer_bytes 7 0 20 data
define_metric 0 "requests" out1
register_shared_queue "jobs" out2
set_tick_period_milliseconds 100
set_property "mode" "strict"
nn_load_by_name "affine" out3
nn_init_execution_context $3 out4
nn_set_input $4 0 tensor 1 1x2 "\0\0\x80?\0\0\0@"
nn_compute $4
nn_get_output $4 0 room 8 out
on tick#1
set_shared_data "k" "v" 0
get_shared_data "k" data out
enqueue_shared_queue $2 "job"
call_foreign_function "reverse" "abc" data
get_current_time_nanoseconds out64
grpc_call "grpc" "pkg.Service" "Method" { "key" "!" } "ping" 1000 out
on queue_ready
dequeue_shared_queue @1 data
dequeue_shared_queue @1 data
on request_headers
increment_metric $1 1
get_metric $1 out64
get_header_map_pairs 0 pairs
get_header_map_value 0 "x-many" data
get_header_map_value 0 "missing" data
add_header_map_value 0 "x-new" "1"
replace_header_map_value 0 ":path" "/other"
remove_header_map_value 0 "user-agent"
get_property "request\0path" data
http_call "auth" { ":method" "POST" ":path" "/check" ":authority" "auth" } "hello" { "t" "1" } 1000 out
on request_body
get_buffer_bytes 0 0 100 data
set_buffer_bytes 0 0 0 "> "
return 1
on request_trailers
get_header_map_pairs 1 pairs
set_header_map_pairs 1 { "a" "1" "b" "" }
on http_call_response
get_header_map_pairs 6 pairs
get_buffer_bytes 4 0 @3 data
get_header_map_value 7 "t" data
continue_stream 0
on grpc_receive
get_buffer_bytes 5 0 @2 data
on grpc_close
get_status out data
on response_headers
get_header_map_size 2 size
replace_header_map_value 2 ":status" "201"
on response_body
set_buffer_bytes 1 0 0x7fffffff big 3000
add_header_map_value 3 "x-sum" "1"
on done
return 0
on tick#2
set_effective_context 2
done
on log
get_header_map_value 2 ":status" data
on downstream_data
get_buffer_bytes 2 0 100 data
set_buffer_bytes 2 1 2 "IN"
on upstream_data
close_stream 3
on foreign_function
get_buffer_bytes 8 0 @2 data
"#;

/// A plugin that gets everything wrong.
const MISTAKES: &str = r#"
on request_headers
get_header_map_pairs 99 pairs
set_header_map_pairs 0 "\x01\0\0\0"
add_header_map_value 0 "a b" "c"
add_header_map_value 0 "x" "a\r\nb"
get_buffer_bytes 0 0 10 data
http_call "nowhere" { } "" { } 0 out
grpc_send 7 "x" 0
resolve_shared_queue "vm" "none" out
record_metric 4242 1
get_property "none" data
call_foreign_function "none" "" data
nn_load_by_name "none" out
nn_load [ "no model" ] 1 0 out
nn_init_execution_context 9 out
nn_set_input 9 0 tensor 1 1x2 "\0\0\x80?\0\0\0@"
nn_compute 9
nn_get_output 9 0 room 8 out
set_effective_context 99
continue_stream 9
done
send_local_response 7 "" "" { } -1
send_local_response 403 "why" "no" { "a" "b" } 7
send_local_response 403 "" "" { } -1
return 5
"#;

fn exercises(script: &str) -> Vec<(&'static str, Exercise)> {
    let catalogue = runtimes::catalogue().iter();
    catalogue
        .filter(|entry| entry.engine != "v8")
        .filter_map(|entry| {
            let subject = common::subject(&entry.id)?;
            if entry.id == "native" && conformance::puppet_library().is_err() {
                let _ = writeln!(
                    std::io::stdout(),
                    "skipped: the puppet was not built for this machine"
                );
                return None;
            }
            let exercise = exercise(&subject, script);
            Some((
                &*entry.id,
                exercise.unwrap_or_else(|error| panic!("{}: {error}", entry.id)),
            ))
        })
        .collect()
}

fn assert_equal(script: &str, least_calls: u64) {
    let exercises = exercises(script);
    let [(first, reference), others @ ..] = &exercises[..] else {
        panic!("no runtime at all")
    };
    assert!(
        reference.tape.calls() >= least_calls,
        "only {} host calls",
        reference.tape.calls()
    );
    assert_eq!(reference.ended, None);
    for (id, exercise) in others {
        if let Some(difference) = Tape::first_difference(&reference.tape, &exercise.tape) {
            panic!("{first} and {id} differ: {difference}");
        }
        assert_eq!(
            exercise.log, reference.log,
            "{first} and {id} log differently"
        );
        assert_eq!(exercise.ended, None, "{id}");
        assert_eq!(exercise.tape.digest(), reference.tape.digest(), "{id}");
    }
}

#[test]
fn a_plugin_that_uses_everything_leaves_the_same_tape_everywhere() {
    assert_equal(EVERYTHING, 90);
}

#[test]
fn a_plugin_that_gets_everything_wrong_leaves_the_same_tape_everywhere() {
    assert_equal(MISTAKES, 30);
}

/// V8 in one mode, which is all that a process can have of it.
fn v8_leaves_the_same_tapes(id: &'static str) {
    let Some(v8) = common::subject(id) else {
        return;
    };
    let interpreter = common::subject("wasmi/eager").expect("wasmi runs everywhere");
    for script in [EVERYTHING, MISTAKES] {
        let [v8, reference] = [&v8, &interpreter]
            .map(|subject| exercise(subject, script).expect("the puppet starts"));
        let difference = Tape::first_difference(&reference.tape, &v8.tape);
        assert!(difference.is_none(), "{id}: {difference:?}");
        assert_eq!(v8.log, reference.log, "{id}");
        assert_eq!(v8.ended, reference.ended, "{id}");
    }
}

#[test]
fn v8_default_leaves_the_same_tapes() {
    common::alone("v8_default_leaves_the_same_tapes", || {
        v8_leaves_the_same_tapes("v8/default");
    });
}

#[test]
fn v8_liftoff_leaves_the_same_tapes() {
    common::alone("v8_liftoff_leaves_the_same_tapes", || {
        v8_leaves_the_same_tapes("v8/liftoff");
    });
}

#[test]
fn v8_turbofan_leaves_the_same_tapes() {
    common::alone("v8_turbofan_leaves_the_same_tapes", || {
        v8_leaves_the_same_tapes("v8/turbofan");
    });
}

#[test]
fn a_different_script_leaves_a_different_tape() {
    let subject = common::subject("wasmi/eager").expect("wasmi runs everywhere");
    let tape = |script| exercise(&subject, script).expect("the puppet starts").tape;
    let (one, other) = (tape("on tick\nlog 2 \"a\""), tape("on tick\nlog 2 \"b\""));
    assert!(Tape::first_difference(&one, &other).is_some());
}
