//! The arguments of one host call, and what it answered through them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::abi::SLOTS;
use crate::command::plain;
use crate::memory;
use crate::state;
use crate::text::{number, push_escaped, push_number, quoted, Words};

/// Where the host writes an answer. Boxed, so that it stays where it is.
enum Answer {
    Word {
        place: Box<u32>,
        register: Option<usize>,
    },
    Long(Box<u64>),
    Size(Box<usize>),
    Bytes {
        place: Box<[usize; 2]>,
        map: bool,
    },
    Room(Vec<u8>),
}

/// The arguments, and the memory that they point to.
#[derive(Default)]
pub struct Frame {
    slots: [u64; SLOTS],
    used: usize,
    inputs: Vec<Vec<u8>>,
    answers: Vec<Answer>,
}

impl Frame {
    /// The arguments as numbers.
    pub fn slots(&self) -> &[u64] {
        &self.slots[..self.used]
    }

    /// Adds what `word` stands for; answers whether it stands for anything.
    pub fn push(&mut self, word: &[u8], words: &mut Words<'_>, arguments: &[u32]) -> bool {
        match word {
            [b'"', ..] => self.input(quoted(word)),
            b"{" => {
                let parts = strings(words, b"}");
                self.input(serialized(&parts))
            }
            b"[" => self.vectors(words),
            b"big" => {
                let size = words.next().and_then(number).unwrap_or(0);
                self.input(alloc::vec![b'x'; size as usize])
            }
            b"room" => {
                let size = words.next().and_then(number).unwrap_or(0) as usize;
                let room = alloc::vec![0; size];
                let pushed = self.slot(room.as_ptr() as u64) && self.slot(size as u64);
                self.answers.push(Answer::Room(room));
                pushed
            }
            b"tensor" => self.tensor(words),
            b"out64" => {
                let mut place = Box::new(0);
                let pushed = self.slot(&raw mut *place as u64);
                self.answers.push(Answer::Long(place));
                pushed
            }
            b"size" => {
                let mut place = Box::new(0);
                let pushed = self.slot(&raw mut *place as u64);
                self.answers.push(Answer::Size(place));
                pushed
            }
            b"data" | b"pairs" => {
                let mut place = Box::new([0; 2]);
                let address = &raw mut place[0] as u64;
                let second = &raw mut place[1] as u64;
                self.answers.push(Answer::Bytes {
                    place,
                    map: word == b"pairs",
                });
                self.slot(address) && self.slot(second)
            }
            [b'o', b'u', b't', register @ ..] => {
                let mut place = Box::new(0);
                let pushed = self.slot(&raw mut *place as u64);
                let register = number(register).map(|register| register as usize);
                self.answers.push(Answer::Word { place, register });
                pushed
            }
            word => plain(word, arguments).is_some_and(|number| self.slot(number)),
        }
    }

    /// Writes the answers to `log`, when there are any, and gives their memory back.
    pub fn finish(self, good: bool, log: &mut Vec<u8>) {
        for answer in self.answers {
            if !good {
                continue;
            }
            log.push(b' ');
            match answer {
                Answer::Word { place, register } => {
                    push_number(log, u64::from(*place));
                    if let Some(register) =
                        register.and_then(|at| state::get().registers.get_mut(at))
                    {
                        *register = u64::from(*place);
                    }
                }
                Answer::Long(place) => push_number(log, *place),
                Answer::Size(place) => push_number(log, *place as u64),
                Answer::Room(room) => push_escaped(log, &room),
                Answer::Bytes { place, map } => {
                    let [address, size] = *place;
                    // SAFETY: the host says that it wrote `size` bytes where it allocated them.
                    let bytes = unsafe { memory::given(address, size) };
                    if map {
                        push_pairs(log, bytes)
                    } else {
                        push_escaped(log, bytes)
                    }
                    // SAFETY: as above, and nobody else has the address.
                    unsafe { memory::give_back(address, size) };
                }
            }
        }
    }

    fn slot(&mut self, value: u64) -> bool {
        let Some(slot) = self.slots.get_mut(self.used) else {
            return false;
        };
        *slot = value;
        self.used += 1;
        true
    }

    fn input(&mut self, bytes: Vec<u8>) -> bool {
        let pushed = self.slot(bytes.as_ptr() as u64) && self.slot(bytes.len() as u64);
        self.inputs.push(bytes);
        pushed
    }

    /// The record of a tensor: dimensions, element type, bytes.
    fn tensor(&mut self, words: &mut Words<'_>) -> bool {
        let element = words.next().and_then(number).unwrap_or(0) as usize;
        let mut dimensions = Vec::new();
        let list = words.next().unwrap_or_default();
        for dimension in list.split(|byte| *byte == b'x').filter_map(number) {
            dimensions.extend_from_slice(&(dimension as u32).to_ne_bytes());
        }
        let bytes = words.next().map(quoted).unwrap_or_default();
        let fields = [
            dimensions.as_ptr() as usize,
            dimensions.len() / 4,
            element,
            bytes.as_ptr() as usize,
            bytes.len(),
        ];
        let record = fields.map(usize::to_ne_bytes).concat();
        let pushed = self.slot(record.as_ptr() as u64);
        self.inputs.extend([dimensions, bytes, record]);
        pushed
    }

    fn vectors(&mut self, words: &mut Words<'_>) -> bool {
        let mut vectors = Vec::new();
        let mut count = 0;
        for bytes in strings(words, b"]") {
            for number in [bytes.as_ptr() as usize, bytes.len()] {
                vectors.extend_from_slice(&number.to_ne_bytes());
            }
            self.inputs.push(bytes);
            count += 1;
        }
        let pushed = self.slot(vectors.as_ptr() as u64) && self.slot(count);
        self.inputs.push(vectors);
        pushed
    }
}

/// The texts up to the word `end`.
fn strings(words: &mut Words<'_>, end: &[u8]) -> Vec<Vec<u8>> {
    core::iter::from_fn(|| words.next().filter(|word| *word != end).map(quoted)).collect()
}

fn serialized(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::from(((parts.len() / 2) as u32).to_le_bytes());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
    }
    for part in parts {
        bytes.extend_from_slice(part);
        bytes.push(0);
    }
    bytes
}

/// A serialised map as `name=value;name=value`, or `malformed`.
fn push_pairs(log: &mut Vec<u8>, bytes: &[u8]) {
    fn pairs(log: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
        let word = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
        let count = word(0)?;
        let mut text = bytes.get(4 + count * 8..)?;
        for part in 0..count * 2 {
            let size = word(4 + part * 4)?;
            push_escaped(log, text.get(..size)?);
            if *text.get(size)? != 0 {
                return None;
            }
            text = &text[size + 1..];
            log.push(if part % 2 == 0 { b'=' } else { b';' });
        }
        log.pop();
        text.is_empty().then_some(())
    }
    if !bytes.is_empty() && pairs(log, bytes).is_none() {
        log.extend_from_slice(b"malformed");
    }
}
