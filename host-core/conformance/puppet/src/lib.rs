//! A guest with no will of its own: in each callback it makes the host calls that its
//! plugin configuration lists and logs what they answered.
//!
//! It speaks the raw ABI, so that it can also say what no SDK would let it say, and builds
//! both for WebAssembly and, as a shared library, for the host.
//!
//! # Scripts
//! A script is text, a command a line; `#` begins a comment line. `on NAME` opens the
//! commands for a callback (its export without `proxy_on_`), `on NAME#2` those for its
//! second run only. The plugin's configuration is the script of its root context and of
//! that one's streams; the VM's configuration is the script of `vm_start`.
//!
//! Every callback logs `> NAME ARGUMENTS` at level info. A command is one of
//! - a host call, by its name without `proxy_` (those of wasi-nn: `nn_load` and so on, without
//!   `wasi_ephemeral_`), and its arguments. It logs the name, the
//!   status and, after status 0, what came back. Arguments are numbers (also `0x..` and
//!   negative), `$N` (register N), `@N` (argument N of the callback), `end` (size of linear
//!   memory, also `end-N`), and these, which stand for an address and a length: `"text"`
//!   with the escapes `\n \r \t \0 \" \\ \xNN`, `{ "name" "value" .. }` (a serialised map),
//!   `[ "a" "b" .. ]` (I/O vectors), `big N` (N bytes `x`), `room N` (N bytes to be
//!   written to, logged afterwards). `tensor 1 2x3 "bytes"` stands for the address of a
//!   wasi-nn tensor with this element type, these dimensions and these bytes. For answers: `out` and `out64` (a number, address
//!   only), `size` (a number as wide as an address), `data` (address and size of bytes
//!   that the host allocated) and `pairs` (the same, a map). `out1` .. `out9` also keep
//!   the number in a register;
//! - `quiet CALL`, which logs nothing; `repeat N CALL`, which logs the last answer and how
//!   many were 0;
//! - `append "KEY" "TEXT"`, which makes a shared value longer by reading it and setting it
//!   under its CAS number until that works, and logs the last status;
//! - `return N`, `save N VALUE` (into a register), `identity` (logs the properties that the
//!   root context saw when it was created);
//! - `trap`, `spin`, `recurse`, `grow PAGES`, `poke ADDRESS`: misdeeds.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod abi;
mod callbacks;
mod command;
mod frame;
mod memory;
mod misdeeds;
mod script;
mod state;
mod text;
