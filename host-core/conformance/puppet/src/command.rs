//! Commands of a script.

use alloc::vec::Vec;

use crate::abi::{self, Refusal};
use crate::frame::Frame;
use crate::text::{number, push_number, Words};
use crate::{misdeeds, state};

/// How the script goes on after a command.
pub enum Next {
    /// With the next line.
    Line,
    /// With the next line; the callback answers this.
    Return(u32),
}

/// Runs one line.
pub fn run(line: &[u8], root: u32, arguments: &[u32]) -> Next {
    let mut words = Words(line);
    let name = words.next().unwrap_or_default();
    let rest = words.0;
    let value = |word: Option<&[u8]>| word.and_then(|word| plain(word, arguments)).unwrap_or(0);
    let mut log = Vec::new();
    match name {
        b"return" => return Next::Return(value(words.next()) as u32),
        b"save" => {
            let register = value(words.next()) as usize;
            let value = value(words.next());
            if let Some(register) = state::get().registers.get_mut(register) {
                *register = value;
            }
        }
        b"identity" => log.extend_from_slice(state::get().identity(root)),
        b"quiet" => {
            call(rest, arguments, &mut log);
            log.clear();
        }
        b"repeat" => {
            let times = value(words.next());
            let mut good = 0;
            for _ in 0..times {
                log.clear();
                good += u64::from(call(words.0, arguments, &mut log) == Some(0));
            }
            log.extend_from_slice(b" ok=");
            push_number(&mut log, good);
        }
        b"trap" => misdeeds::trap(),
        b"spin" => misdeeds::spin(),
        b"recurse" => log.push(misdeeds::recurse(1) as u8),
        b"poke" => misdeeds::poke(value(words.next()) as usize),
        b"grow" => {
            log.extend_from_slice(b"grow ");
            log.extend_from_slice(if misdeeds::grow(value(words.next()) as usize) { b"yes" } else { b"no" });
        }
        _ => {
            call(line, arguments, &mut log);
        }
    }
    if !log.is_empty() {
        abi::log(&log);
    }
    Next::Line
}

/// Makes the host call of a line; answers its status and writes what it answered to `log`.
pub fn call(line: &[u8], arguments: &[u32], log: &mut Vec<u8>) -> Option<u32> {
    let mut words = Words(line);
    let name = words.next().unwrap_or_default();
    log.extend_from_slice(name);
    let mut frame = Frame::default();
    while let Some(word) = words.next() {
        if !frame.push(word, &mut words, arguments) {
            log.extend_from_slice(b": cannot read the argument ");
            log.extend_from_slice(word);
            return None;
        }
    }
    let answer = match abi::proxy(name, frame.slots()) {
        Err(Refusal::Unknown) => abi::wasi(name, frame.slots()),
        answer => answer,
    };
    match answer {
        Ok(status) => {
            log.push(b' ');
            push_number(log, u64::from(status));
            frame.finish(status == 0, log);
            Some(status)
        }
        Err(Refusal::Unknown) => {
            log.extend_from_slice(b": no such command");
            None
        }
        Err(Refusal::Arguments(count)) => {
            log.extend_from_slice(b": takes ");
            push_number(log, count as u64);
            log.extend_from_slice(b" arguments");
            None
        }
    }
}

/// A word that stands for one number.
pub fn plain(word: &[u8], arguments: &[u32]) -> Option<u64> {
    match word.split_first()? {
        (b'$', index) => state::get().registers.get(number(index)? as usize).copied(),
        (b'@', index) => arguments.get(number(index)? as usize).map(|argument| u64::from(*argument)),
        _ => match word.strip_prefix(b"end") {
            Some(less) => Some(misdeeds::memory_size() as u64).map(|end| end.wrapping_add(number(less).unwrap_or(0))),
            None => number(word),
        },
    }
}
