//! What the puppet remembers between callbacks.

use alloc::vec::Vec;
use core::cell::UnsafeCell;

/// How often a callback of a root context ran.
struct Runs {
    root: u32,
    callback: &'static str,
    count: u32,
}

struct Root {
    id: u32,
    script: &'static [u8],
    identity: Vec<u8>,
}

/// Contexts, scripts and registers.
pub struct State {
    roots: Vec<Root>,
    /// Stream contexts and their roots.
    streams: Vec<(u32, u32)>,
    runs: Vec<Runs>,
    /// Numbers that scripts keep.
    pub registers: [u64; 10],
}

struct Shared(UnsafeCell<State>);

// SAFETY: a VM runs on one thread at a time.
unsafe impl Sync for Shared {}

static STATE: Shared = Shared(UnsafeCell::new(State {
    roots: Vec::new(),
    streams: Vec::new(),
    runs: Vec::new(),
    registers: [0; 10],
}));

/// The state. Nobody may keep it over a host call: the guest's allocator does not use it,
/// and no other callback runs inside one.
pub fn get() -> &'static mut State {
    // SAFETY: every caller is done with it before the next one asks.
    unsafe { &mut *STATE.0.get() }
}

impl State {
    /// Adds a context; a root context has parent 0.
    pub fn add(&mut self, context: u32, parent: u32) {
        if parent == 0 {
            self.roots.push(Root {
                id: context,
                script: &[],
                identity: Vec::new(),
            });
        } else {
            self.streams.push((context, parent));
        }
    }

    /// Forgets a stream context.
    pub fn remove(&mut self, context: u32) {
        self.streams.retain(|(stream, _)| *stream != context);
    }

    /// The root context that `context` is or belongs to.
    pub fn root_of(&self, context: u32) -> u32 {
        let stream = self.streams.iter().find(|(stream, _)| *stream == context);
        stream.map_or(context, |(_, root)| *root)
    }

    /// Makes `script` the script of a root context.
    pub fn set_script(&mut self, root: u32, script: &'static [u8]) {
        if let Some(root) = self.roots.iter_mut().find(|known| known.id == root) {
            root.script = script;
        }
    }

    /// The script of a root context.
    pub fn script(&self, root: u32) -> &'static [u8] {
        self.roots
            .iter()
            .find(|known| known.id == root)
            .map_or(&[], |root| root.script)
    }

    /// Counts a run of a callback and answers which it is, from 1.
    pub fn count(&mut self, root: u32, callback: &'static str) -> u32 {
        let known = self
            .runs
            .iter_mut()
            .find(|runs| runs.root == root && runs.callback == callback);
        match known {
            Some(runs) => {
                runs.count += 1;
                runs.count
            }
            None => {
                self.runs.push(Runs {
                    root,
                    callback,
                    count: 1,
                });
                1
            }
        }
    }

    /// Keeps what a root context saw of itself.
    pub fn set_identity(&mut self, root: u32, identity: Vec<u8>) {
        if let Some(root) = self.roots.iter_mut().find(|known| known.id == root) {
            root.identity = identity;
        }
    }

    /// What a root context saw then.
    pub fn identity(&self, root: u32) -> &[u8] {
        self.roots
            .iter()
            .find(|known| known.id == root)
            .map_or(&[], |root| &root.identity)
    }
}
