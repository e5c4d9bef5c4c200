use proptest::prelude::*;

use super::*;
use crate::GuestMemory;
use crate::context::VmSettings;
use crate::services::{InProcess, LogLine};
use crate::testing::{Exited, FakeGuest, MEMORY};

const BADF: u32 = Errno::Badf as u32;
const FAULT: u32 = Errno::Fault as u32;
const INVAL: u32 = Errno::Inval as u32;
const NOTSUP: u32 = Errno::Notsup as u32;

fn guest() -> FakeGuest {
    FakeGuest::new(
        InProcess::builder()
            .collect_logs(1_000)
            .fixed_clock(1_000_000)
            .seed(7),
    )
}

/// Writes pieces in one call: status and bytes written.
fn write(guest: &mut FakeGuest, fd: u32, pieces: &[&[u8]]) -> (u32, u32) {
    let mut vectors = Vec::new();
    for piece in pieces {
        let (at, size) = guest.put(piece);
        vectors.extend(
            [at as u32, size as u32]
                .into_iter()
                .flat_map(u32::to_le_bytes),
        );
    }
    let (vectors, _) = guest.put(&vectors);
    let slot = guest.slot();
    let status = fd_write(guest, fd, vectors, pieces.len(), slot).unwrap();
    (status, guest.u32_at(slot))
}

fn lines(guest: &FakeGuest) -> Vec<(LogLevel, String)> {
    let text = |line: LogLine| (line.level, String::from_utf8(line.message).unwrap());
    guest.services.take_logs().into_iter().map(text).collect()
}

#[test]
fn pieces_are_joined_to_lines_of_the_descriptors_level() {
    let mut guest = guest();
    assert_eq!(write(&mut guest, 1, &[b"he", b"", b"llo\nwor"]), (0, 9));
    assert_eq!(write(&mut guest, 2, &[b"panic: "]), (0, 7));
    assert_eq!(write(&mut guest, 1, &[b"ld\n\n"]), (0, 4));
    let info = |text: &str| (LogLevel::Info, text.to_owned());
    assert_eq!(lines(&guest), [info("hello"), info("world"), info("")]);
    assert_eq!(write(&mut guest, 2, &[b"oh no\n"]).0, 0);
    assert_eq!(
        lines(&guest),
        [(LogLevel::Error, "panic: oh no".to_owned())]
    );
}

#[test]
fn the_end_of_the_vm_logs_what_has_no_newline() {
    let mut guest = guest();
    write(&mut guest, 2, &[b"last words"]);
    let services = guest.services.clone();
    drop(guest);
    let logged = services.take_logs();
    assert_eq!(
        (logged.len(), &logged[0].message[..], &logged[0].plugin[..]),
        (1, &b"last words"[..], "plugin")
    );
}

#[test]
fn a_line_without_end_is_cut() {
    let mut guest = guest();
    let long = vec![b'x'; lines::Lines::LONGEST + 10];
    assert_eq!(write(&mut guest, 1, &[&long, b"y\n"]).0, 0);
    let sizes: Vec<_> = lines(&guest).iter().map(|(_, text)| text.len()).collect();
    assert_eq!(sizes, [lines::Lines::LONGEST, 11]);
}

#[test]
fn lines_below_the_log_level_are_dropped() {
    let mut guest = FakeGuest::new(
        InProcess::builder()
            .collect_logs(9)
            .log_level(LogLevel::Error),
    );
    write(&mut guest, 1, &[b"chatter\n"]);
    write(&mut guest, 2, &[b"error\n"]);
    assert_eq!(lines(&guest), [(LogLevel::Error, "error".to_owned())]);
}

#[test]
fn bad_descriptors_vectors_and_addresses_write_nothing() {
    let mut guest = guest();
    for fd in [0, 3, u32::MAX] {
        assert_eq!(write(&mut guest, fd, &[b"x\n"]).0, BADF);
    }
    let slot = guest.slot();
    assert_eq!(fd_write(&mut guest, 1, slot, 1_025, slot), Ok(INVAL));
    assert_eq!(fd_write(&mut guest, 1, MEMORY - 4, 1, slot), Ok(FAULT));
    assert_eq!(fd_write(&mut guest, 1, usize::MAX, 1, slot), Ok(FAULT));
    let (text, size) = guest.put(b"good\n");
    let pieces = [text as u32, size as u32, MEMORY as u32, 1]
        .into_iter()
        .flat_map(u32::to_le_bytes);
    let (vectors, _) = guest.put(&pieces.collect::<Vec<_>>());
    assert_eq!(fd_write(&mut guest, 1, vectors, 2, slot), Ok(FAULT));
    assert_eq!(fd_write(&mut guest, 1, vectors, 1, MEMORY), Ok(FAULT));
    assert!(lines(&guest).is_empty());
}

#[test]
fn one_write_takes_a_mebibyte_and_tells() {
    let mut guest = guest();
    // The same piece again and again: a guest needs little memory to ask for much work.
    let (text, size) = guest.put(&vec![b'x'; 64 << 10]);
    let piece: Vec<u8> = [text as u32, size as u32]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    let (vectors, _) = guest.put(&piece.repeat(1_024));
    let slot = guest.slot();
    assert_eq!(fd_write(&mut guest, 1, vectors, 1_024, slot), Ok(0));
    assert_eq!(guest.u32_at(slot), 1 << 20);
    assert_eq!(lines(&guest).len(), 16);
}

fn environment(variables: &[(&str, &str)]) -> (Vec<Vec<u8>>, u32, u32) {
    let environment = variables
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let settings = VmSettings {
        environment,
        ..VmSettings::default()
    };
    let mut guest = FakeGuest::with_vm(InProcess::builder(), settings);
    let (count, size) = (guest.slot(), guest.slot());
    assert_eq!(environ_sizes_get(&mut guest, count, size), Ok(0));
    let (count, size) = (guest.u32_at(count), guest.u32_at(size));
    let (pointers, _) = guest.put(&vec![0; count as usize * 4]);
    let (buffer, _) = guest.put(&vec![0xff; size as usize + 1]);
    assert_eq!(environ_get(&mut guest, pointers, buffer), Ok(0));
    assert_eq!(
        guest.memory[buffer + size as usize],
        0xff,
        "one byte too many was written"
    );
    let text = |index: u32| {
        let at = guest.u32_at(pointers + index as usize * 4) as usize;
        guest.memory[at..]
            .split(|byte| *byte == 0)
            .next()
            .unwrap()
            .to_vec()
    };
    ((0..count).map(text).collect(), count, size)
}

#[test]
fn variables_arrive_as_they_were_given() {
    let (texts, count, size) = environment(&[("A", "1"), ("EMPTY", ""), ("B", "x=y")]);
    assert_eq!(texts, [&b"A=1"[..], b"EMPTY=", b"B=x=y"]);
    assert_eq!((count, size), (3, 4 + 7 + 6));
    assert_eq!(environment(&[]), (Vec::new(), 0, 0));
}

#[test]
fn variables_that_wasi_cannot_express_are_left_out() {
    let bad = [
        ("", "x"),
        ("a=b", "x"),
        ("n\0", "x"),
        ("v", "\0"),
        ("good", "1"),
    ];
    assert_eq!(environment(&bad).0, [b"good=1"]);
}

#[test]
fn environment_and_arguments_at_bad_addresses_are_faults() {
    let settings = VmSettings {
        environment: vec![("A".into(), "1".into())],
        ..VmSettings::default()
    };
    let mut guest = FakeGuest::with_vm(InProcess::builder(), settings);
    let slot = guest.slot();
    for (first, second) in [
        (MEMORY - 3, slot),
        (slot, MEMORY - 3),
        (usize::MAX, slot),
        (slot, usize::MAX),
    ] {
        assert_eq!(environ_sizes_get(&mut guest, first, second), Ok(FAULT));
        assert_eq!(environ_get(&mut guest, first, second), Ok(FAULT));
        assert_eq!(args_sizes_get(&mut guest, first, second), Ok(FAULT));
    }
    assert_eq!(args_sizes_get(&mut guest, slot, slot + 4), Ok(0));
    assert_eq!(guest.u64_at(slot), 0);
    assert_eq!(args_get(&mut guest, slot, slot), Ok(0));
}

#[test]
fn there_are_two_clocks() {
    let mut guest = guest();
    let start = guest.services.monotonic();
    guest.services.advance(std::time::Duration::from_nanos(5));
    let slot = guest.slot();
    assert_eq!(clock_time_get(&mut guest, 0, 0, slot), Ok(0));
    assert_eq!(guest.u64_at(slot), 1_000_005);
    assert_eq!(clock_time_get(&mut guest, 1, 0, slot), Ok(0));
    assert_eq!(guest.u64_at(slot), start + 5);
    for clock in [2, 3, u32::MAX] {
        assert_eq!(clock_time_get(&mut guest, clock, 0, slot), Ok(NOTSUP));
        assert_eq!(clock_res_get(&mut guest, clock, slot), Ok(NOTSUP));
    }
    assert_eq!(clock_res_get(&mut guest, 1, slot), Ok(0));
    assert_eq!(clock_time_get(&mut guest, 0, 0, MEMORY - 7), Ok(FAULT));
}

#[test]
fn randomness_fills_exactly_what_was_asked_for_and_has_a_limit() {
    let mut guest = guest();
    let (at, _) = guest.put(&[0; 64]);
    assert_eq!(random_get(&mut guest, at, 0), Ok(0));
    assert_eq!(random_get(&mut guest, at, 33), Ok(0));
    assert!(guest.memory[at..at + 33].iter().any(|byte| *byte != 0));
    assert_eq!(guest.memory[at + 33..at + 64], [0; 31]);
    assert_eq!(random_get(&mut guest, 0, 64 << 10), Ok(0));
    assert_eq!(random_get(&mut guest, 0, (64 << 10) + 1), Ok(INVAL));
    assert_eq!(random_get(&mut guest, MEMORY - 1, 2), Ok(FAULT));
}

#[test]
fn exit_ends_the_guest_with_its_code() {
    assert_eq!(proc_exit(&mut guest(), 3), Err(Exited(3)));
    assert_eq!(sched_yield(&mut guest()), Ok(0));
}

fn subscription(user: u64, kind: u8) -> Vec<u8> {
    let mut bytes = vec![0; 48];
    bytes[..8].copy_from_slice(&user.to_le_bytes());
    bytes[8] = kind;
    bytes
}

#[test]
fn clocks_elapse_at_once_and_descriptors_are_not_waited_for() {
    let mut guest = guest();
    let (subscriptions, _) = guest.put(&[subscription(7, 0), subscription(8, 1)].concat());
    let (events, _) = guest.put(&[0xff; 64]);
    let slot = guest.slot();
    assert_eq!(
        poll_oneoff(&mut guest, subscriptions, events, 2, slot),
        Ok(0)
    );
    assert_eq!(guest.u32_at(slot), 2);
    assert_eq!((guest.u64_at(events), guest.u32_at(events + 8)), (7, 0));
    assert_eq!(
        (guest.u64_at(events + 32), guest.u32_at(events + 40)),
        (8, NOTSUP | 1 << 16)
    );
    assert_eq!(
        poll_oneoff(&mut guest, subscriptions, events, 0, slot),
        Ok(INVAL)
    );
    assert_eq!(
        poll_oneoff(&mut guest, subscriptions, events, u32::MAX, slot),
        Ok(INVAL)
    );
    assert_eq!(
        poll_oneoff(&mut guest, MEMORY - 47, events, 1, slot),
        Ok(FAULT)
    );
    assert_eq!(
        poll_oneoff(&mut guest, subscriptions, MEMORY - 31, 1, slot),
        Ok(FAULT)
    );
    let (unknown, _) = guest.put(&subscription(9, 3));
    assert_eq!(poll_oneoff(&mut guest, unknown, events, 1, slot), Ok(INVAL));
}

#[test]
fn what_a_filter_has_no_use_for_answers_an_error() {
    let mut guest = guest();
    let nosys = Errno::Nosys as u32;
    assert_eq!(fd_close(&mut guest, 1), Ok(nosys));
    assert_eq!(fd_close(&mut guest, 5), Ok(BADF));
    assert_eq!(fd_prestat_get(&mut guest, 3, 0), Ok(BADF));
    assert_eq!(path_open(&mut guest, 3, 0, 0, 0, 0, 0, 0, 0, 0), Ok(BADF));
    assert_eq!(proc_raise(&mut guest, 9), Ok(nosys));
    let (stat, _) = guest.put(&[0; 24]);
    assert_eq!(fd_fdstat_get(&mut guest, 1, stat), Ok(0));
    assert_eq!((guest.memory[stat], guest.u64_at(stat + 8)), (2, 64));
    assert_eq!(fd_fdstat_get(&mut guest, 0, stat), Ok(BADF));
    assert_eq!(fd_fdstat_get(&mut guest, 1, MEMORY - 23), Ok(FAULT));
}

/// A guest whose pointers are as wide as the host's writes the same lines.
#[test]
fn pointers_of_eight_bytes_are_read_as_such() {
    struct Wide(Vec<u8>);
    impl GuestMemory for Wide {
        fn read(&self, at: usize, length: usize) -> Result<&[u8], OutOfBounds> {
            self.0.get(at..at + length).ok_or(OutOfBounds)
        }
        fn write(&mut self, at: usize, length: usize) -> Result<&mut [u8], OutOfBounds> {
            self.0.get_mut(at..at + length).ok_or(OutOfBounds)
        }
        fn store_size(&mut self, at: usize, value: usize) -> Result<(), OutOfBounds> {
            self.store_u64(at, value as u64)
        }
        fn load_size(&self, at: usize) -> Result<usize, OutOfBounds> {
            Ok(u64::from_le_bytes(self.read(at, 8)?.try_into().unwrap()) as usize)
        }
        fn size_width(&self) -> usize {
            8
        }
    }
    let mut memory = Wide(vec![0; 64]);
    memory.0[..16].copy_from_slice(&[32_u64.to_le_bytes(), 2_u64.to_le_bytes()].concat());
    memory.0[32..34].copy_from_slice(b"hi");
    let mut seen = Vec::new();
    descriptor::gather(&mut memory, 0, 1, 16, |bytes| seen.extend_from_slice(bytes)).unwrap();
    assert_eq!((&seen[..], memory.load_size(16)), (&b"hi"[..], Ok(2)));
}

proptest! {
    #[test]
    fn lines_do_not_depend_on_how_they_are_cut_into_writes(
        text in "[a-c\n]{0,60}", cuts in prop::collection::vec(0_usize..60, 0..6)
    ) {
        let mut guest = guest();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            write(&mut guest, 1, &[&text.as_bytes()[pair[0]..pair[1]]]);
        }
        let mut expected: Vec<_> = text.split('\n').map(str::to_owned).collect();
        expected.pop();
        let written: Vec<_> = lines(&guest).into_iter().map(|(_, line)| line).collect();
        prop_assert_eq!(written, expected);
    }

    #[test]
    fn no_arguments_make_a_function_panic(a in any::<u32>(), b in any::<u32>(), c in any::<u32>(), d in any::<u32>()) {
        let mut guest = guest();
        let (a, b, c) = (a as usize, b as usize, c as usize);
        for fd in [1, 2, d] {
            fd_write(&mut guest, fd, a, b, c).unwrap();
        }
        for (a, b, c) in [(a, b, c), (a % MEMORY, b % 2_000, c % MEMORY)] {
            fd_write(&mut guest, 1, a, b, c).unwrap();
            environ_get(&mut guest, a, c).unwrap();
            random_get(&mut guest, a, b).unwrap();
            poll_oneoff(&mut guest, a, c, b as u32, a).unwrap();
            clock_time_get(&mut guest, d, 0, a).unwrap();
            fd_fdstat_get(&mut guest, d, a).unwrap();
        }
    }
}
