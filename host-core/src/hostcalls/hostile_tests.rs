//! Every host function with arguments that no honest guest would give.

use proptest::prelude::*;

use crate::services::{InProcess, Reply};
use crate::testing::{FakeGuest, MEMORY};
use crate::{for_each_host_call, for_each_nn_call, for_each_wasi_call, hostcalls, nn, wasi};

/// The most arguments that a function has.
const ARGUMENTS: usize = 13;

type Caller = (
    &'static str,
    fn(&mut FakeGuest, &mut dyn Iterator<Item = u64>),
);

macro_rules! argument {
    ($values:ident, u32) => {
        $values.next().unwrap() as u32
    };
    ($values:ident, u64) => {
        $values.next().unwrap()
    };
    ($values:ident, $wide:tt) => {
        $values.next().unwrap() as usize
    };
}

macro_rules! host_callers {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$((stringify!($name), |guest, values| {
            $(let $argument = argument!(values, $type);)*
            let _ = (&values, hostcalls::$name(guest $(, $argument)*));
        })),*]
    };
}

macro_rules! wasi_callers {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$((stringify!($name), |guest, values| {
            $(let $argument = argument!(values, $type);)*
            let _ = (&values, wasi::$name(guest $(, $argument)*));
        })),*]
    };
}

macro_rules! nn_callers {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$((stringify!($name), |guest, values| {
            $(let $argument = argument!(values, $type);)*
            let _ = (&values, nn::$name(guest $(, $argument)*));
        })),*]
    };
}

const HOST: &[Caller] = for_each_host_call!(host_callers);
const WASI: &[Caller] = for_each_wasi_call!(wasi_callers);
const NN: &[Caller] = for_each_nn_call!(nn_callers);

fn guest(tape: bool) -> FakeGuest {
    let builder = InProcess::builder()
        .foreign_function("", |arguments, out| {
            out.extend_from_slice(arguments);
            Ok(())
        })
        .upstream(|_, _| Reply::silence())
        .inference(crate::nn::doubling());
    let mut guest = FakeGuest::new(builder);
    guest.stream().request.headers = [(":path", "/"), ("a", "b")].into_iter().collect();
    guest.stream().request.body_held = true;
    guest.stream().request.body.extend(b"body");
    if tape {
        guest.record();
    }
    guest
}

/// Numbers near every border: small ones, the end of memory, the ends of the types.
fn nasty() -> impl Strategy<Value = u64> {
    let memory = MEMORY as u64;
    prop_oneof![
        4 => 0_u64..16,
        2 => 0..memory,
        2 => memory - 16..memory + 16,
        1 => (u64::from(u32::MAX) - 8)..=u64::from(u32::MAX),
        1 => (i32::MAX as u64 - 2)..(i32::MAX as u64 + 2),
        1 => u64::MAX - 8..=u64::MAX,
        1 => any::<u64>(),
    ]
}

proptest! {
    #[test]
    fn no_host_function_panics_or_leaves_the_host_in_the_middle_of_a_call(
        calls in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::collection::vec(nasty(), ARGUMENTS)), 1..40),
        fill in any::<u8>(),
        allocates in any::<bool>(),
        tape in any::<bool>(),
    ) {
        let mut guest = guest(tape);
        guest.memory[..4_096].fill(fill);
        guest.allocates = allocates;
        for (index, values) in calls {
            let all = [HOST, WASI, NN].concat();
            let (_, call) = all[index.index(all.len())];
            call(&mut guest, &mut values.into_iter());
            prop_assert!(!guest.host.allocating);
            prop_assert_eq!(guest.memory.len(), MEMORY);
        }
    }
}

#[test]
fn nothing_is_written_when_every_address_is_beyond_memory() {
    for (name, call) in HOST.iter().chain(NN) {
        let mut guest = guest(false);
        let before = guest.memory.clone();
        // Every argument is beyond memory as an address, and too large as a length.
        call(&mut guest, &mut std::iter::repeat(MEMORY as u64 + 1));
        assert!(guest.memory == before, "{name} wrote to memory");
    }
}
