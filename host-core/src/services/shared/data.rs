//! Shared key-value data with compare-and-swap.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::SharedState;
use crate::abi::Status;

/// Locks among which keys are spread, so that threads seldom meet.
const SHARDS: usize = 16;

/// Bytes that an entry takes beside its key and value, roughly.
const ENTRY: usize = 64;

#[derive(Debug)]
struct Value {
    bytes: Arc<[u8]>,
    cas: u32,
}

type Keys = HashMap<Box<[u8]>, Value>;
type Shard = RwLock<HashMap<Box<[u8]>, Keys>>;

#[derive(Debug)]
pub(super) struct Data {
    shards: Vec<Shard>,
    hasher: RandomState,
    bytes: AtomicUsize,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            hasher: RandomState::new(),
            bytes: AtomicUsize::new(0),
        }
    }
}

impl Data {
    pub(super) fn get(&self, vm_id: &[u8], key: &[u8]) -> Option<(Arc<[u8]>, u32)> {
        let shard = self
            .shard(vm_id, key)
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let value = shard.get(vm_id)?.get(key)?;
        Some((value.bytes.clone(), value.cas))
    }

    pub(super) fn set(
        &self,
        vm_id: &[u8],
        key: &[u8],
        value: &[u8],
        cas: u32,
    ) -> Result<(), Status> {
        if key.len() > SharedState::MAX_KEY || value.len() > SharedState::MAX_VALUE {
            return Err(Status::BadArgument);
        }
        let mut shard = self
            .shard(vm_id, key)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = shard.get_mut(vm_id).and_then(|keys| keys.get_mut(key)) {
            if cas != 0 && cas != old.cas {
                return Err(Status::CasMismatch);
            }
            self.make_room(old.bytes.len(), value.len())?;
            old.bytes = value.into();
            // 0 means "whatever it is", so no change has that number.
            old.cas = old.cas.wrapping_add(1).max(1);
            return Ok(());
        }
        if cas != 0 {
            return Err(Status::CasMismatch);
        }
        self.make_room(0, key.len() + value.len() + ENTRY)?;
        let keys = shard.entry(vm_id.into()).or_default();
        keys.insert(
            key.into(),
            Value {
                bytes: value.into(),
                cas: 1,
            },
        );
        Ok(())
    }

    fn shard(&self, vm_id: &[u8], key: &[u8]) -> &Shard {
        let hash = self.hasher.hash_one((vm_id, key));
        &self.shards[hash as usize % SHARDS]
    }

    fn make_room(&self, before: usize, after: usize) -> Result<(), Status> {
        let change = |bytes: usize| {
            let bytes = (bytes - before.min(bytes)) + after;
            (bytes <= SharedState::MAX_DATA).then_some(bytes)
        };
        match self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(Status::InternalFailure),
        }
    }
}
