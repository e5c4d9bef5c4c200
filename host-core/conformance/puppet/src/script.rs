//! Finding the commands for a callback.

use alloc::vec::Vec;

use crate::abi::log;
use crate::command::{self, Next};
use crate::state;
use crate::text::{number, push_number};

/// Runs the script's commands for `callback` and answers what the callback returns.
pub fn run(callback: &'static str, arguments: &[u32], default: u32) -> u32 {
    let mut line = Vec::from(&b"> "[..]);
    line.extend_from_slice(callback.as_bytes());
    for argument in arguments {
        line.push(b' ');
        push_number(&mut line, u64::from(*argument));
    }
    log(&line);

    let state = state::get();
    let root = state.root_of(arguments[0]);
    let (script, run) = (state.script(root), state.count(root, callback));
    let wanted = if heads(script).any(|head| head == (callback.as_bytes(), run)) {
        run
    } else {
        0
    };
    let mut result = default;
    let mut ours = false;
    for line in lines(script) {
        if let Some(head) = head(line) {
            ours = head == (callback.as_bytes(), wanted);
        } else if ours {
            if let Next::Return(value) = command::run(line, root, arguments) {
                result = value;
            }
        }
    }
    result
}

fn lines(script: &[u8]) -> impl Iterator<Item = &[u8]> {
    script
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

fn heads(script: &[u8]) -> impl Iterator<Item = (&[u8], u32)> {
    lines(script).filter_map(head)
}

/// Callback and run (0: any) of a line that opens the commands for one.
fn head(line: &[u8]) -> Option<(&[u8], u32)> {
    let name = line.strip_prefix(b"on ")?.trim_ascii();
    match name.iter().position(|byte| *byte == b'#') {
        Some(at) => Some((&name[..at], number(&name[at + 1..])? as u32)),
        None => Some((name, 0)),
    }
}
