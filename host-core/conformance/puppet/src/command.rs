//! Commands of a script.

use alloc::vec::Vec;

use crate::abi::{self, Refusal};
use crate::frame::Frame;
use crate::text::{number, push_number, quoted, Words};
use crate::{memory, misdeeds, state};

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
            log.extend_from_slice(if misdeeds::grow(value(words.next()) as usize) {
                b"yes"
            } else {
                b"no"
            });
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
    if name == b"append" {
        let mut text = || words.next().map(quoted).unwrap_or_default();
        let status = append(&text(), &text());
        log.push(b' ');
        push_number(log, u64::from(status));
        return Some(status);
    }
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
    let answer = match answer {
        Err(Refusal::Unknown) => abi::nn(name, frame.slots()),
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

/// Makes the value of a key longer, however often other VMs change it meanwhile.
fn append(key: &[u8], text: &[u8]) -> u32 {
    const CAS_MISMATCH: u32 = 8;
    const UNIMPLEMENTED: u32 = 12;
    loop {
        let (mut place, mut cas) = ([0_usize; 2], 0_u32);
        let [key_at, key_size] = [key.as_ptr() as u64, key.len() as u64];
        let answers = [
            &raw mut place[0] as u64,
            &raw mut place[1] as u64,
            &raw mut cas as u64,
        ];
        match abi::proxy(
            b"get_shared_data",
            &[key_at, key_size, answers[0], answers[1], answers[2]],
        ) {
            Ok(0) => {}
            Ok(status) => return status,
            Err(_) => return UNIMPLEMENTED,
        }
        // SAFETY: the host wrote the value there, and it is given back once.
        let value = unsafe {
            let value = [memory::given(place[0], place[1]), text].concat();
            memory::give_back(place[0], place[1]);
            value
        };
        let [value_at, value_size] = [value.as_ptr() as u64, value.len() as u64];
        match abi::proxy(
            b"set_shared_data",
            &[key_at, key_size, value_at, value_size, u64::from(cas)],
        ) {
            Ok(CAS_MISMATCH) => {}
            Ok(status) => return status,
            Err(_) => return UNIMPLEMENTED,
        }
    }
}

/// A word that stands for one number.
pub fn plain(word: &[u8], arguments: &[u32]) -> Option<u64> {
    match word.split_first()? {
        (b'$', index) => state::get().registers.get(number(index)? as usize).copied(),
        (b'@', index) => arguments
            .get(number(index)? as usize)
            .map(|argument| u64::from(*argument)),
        _ => match word.strip_prefix(b"end") {
            Some(less) => Some(misdeeds::memory_size() as u64)
                .map(|end| end.wrapping_add(number(less).unwrap_or(0))),
            None => number(word),
        },
    }
}
