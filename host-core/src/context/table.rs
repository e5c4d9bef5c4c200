//! From context id to context.

use super::{Root, Stream};

/// A context id as the guest knows it; 0 is no context.
pub type ContextId = u32;

/// Low bits of an id: the slot. The rest counts how often the slot was used, so that the id
/// of a deleted context does not soon name another one.
const SLOT_BITS: u32 = 20;
const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;

/// One context.
#[derive(Debug)]
pub(crate) enum Context {
    Root(Box<Root>),
    Stream {
        stream: Box<Stream>,
        root: ContextId,
        done: DoneState,
    },
}

/// How far a stream's end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DoneState {
    /// The stream is alive.
    Alive,
    /// `proxy_on_done` was called; when it answered false, `proxy_done` is awaited.
    Awaited,
    /// The guest called `proxy_done`.
    Called,
}

#[derive(Debug)]
struct Slot {
    id: ContextId,
    context: Option<Context>,
}

/// The contexts of one VM.
#[derive(Debug, Default)]
pub(crate) struct ContextTable {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

impl ContextTable {
    /// Adds a context, or gives it back when the VM has as many as ids can tell apart.
    pub(crate) fn insert(&mut self, context: Context) -> Result<ContextId, Context> {
        if let Some(slot) = self.free.pop() {
            let slot = &mut self.slots[slot as usize];
            slot.context = Some(context);
            return Ok(slot.id);
        }
        // Slot 0 is left out because id 0 means no context.
        let id = self.slots.len() as u32 + 1;
        if id > SLOT_MASK {
            return Err(context);
        }
        self.slots.push(Slot {
            id,
            context: Some(context),
        });
        Ok(id)
    }

    /// Whether every id is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.free.is_empty() && self.slots.len() as u32 >= SLOT_MASK
    }

    /// Removes a stream; root contexts stay.
    pub(crate) fn remove_stream(&mut self, id: ContextId) -> Option<Box<Stream>> {
        let index = Self::index(id)?;
        let slot = self.slots.get_mut(index).filter(|slot| slot.id == id)?;
        match slot.context.take() {
            Some(Context::Stream { stream, .. }) => {
                slot.id = slot.id.wrapping_add(1 << SLOT_BITS);
                self.free.push(index as u32);
                Some(stream)
            }
            other => {
                slot.context = other;
                None
            }
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: ContextId) -> Option<&Context> {
        let slot = self.slots.get(Self::index(id)?)?;
        if slot.id == id {
            slot.context.as_ref()
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: ContextId) -> Option<&mut Context> {
        let slot = self.slots.get_mut(Self::index(id)?)?;
        if slot.id == id {
            slot.context.as_mut()
        } else {
            None
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ContextId, &Context)> {
        self.slots
            .iter()
            .filter_map(|slot| Some((slot.id, slot.context.as_ref()?)))
    }

    /// Ids of the root contexts.
    pub(crate) fn roots(&self) -> impl Iterator<Item = ContextId> {
        self.iter()
            .filter(|(_, context)| matches!(context, Context::Root(_)))
            .map(|(id, _)| id)
    }

    /// Ids of the streams.
    pub(crate) fn streams(&self) -> impl Iterator<Item = ContextId> {
        self.iter()
            .filter(|(_, context)| matches!(context, Context::Stream { .. }))
            .map(|(id, _)| id)
    }

    #[inline]
    fn index(id: ContextId) -> Option<usize> {
        ((id & SLOT_MASK) as usize).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Context {
        Context::Root(Box::default())
    }

    fn stream() -> Context {
        Context::Stream {
            stream: Box::default(),
            root: 1,
            done: DoneState::Alive,
        }
    }

    #[test]
    fn ids_start_at_one_and_a_removed_id_names_nothing() {
        let mut table = ContextTable::default();
        let first = table.insert(stream()).unwrap();
        let second = table.insert(stream()).unwrap();
        assert_eq!((first, second), (1, 2));
        assert!(table.remove_stream(first).is_some());
        assert!(table.get(first).is_none() && table.remove_stream(first).is_none());
        let third = table.insert(stream()).unwrap();
        assert_ne!(third, first);
        assert!(table.get(third).is_some() && table.get(second).is_some());
    }

    #[test]
    fn root_contexts_are_not_removed_as_streams() {
        let mut table = ContextTable::default();
        let id = table.insert(root()).unwrap();
        assert!(table.remove_stream(id).is_none());
        assert!(table.get(id).is_some());
    }

    #[test]
    fn a_full_table_gives_the_context_back_and_takes_one_again_when_one_has_gone() {
        let mut table = ContextTable::default();
        let first = table.insert(stream()).unwrap();
        // As if there were contexts in all of them.
        table.slots.resize_with(SLOT_MASK as usize, || Slot {
            id: 0,
            context: None,
        });
        assert!(table.is_full());
        assert!(matches!(
            table.insert(stream()),
            Err(Context::Stream { .. })
        ));
        table.remove_stream(first).unwrap();
        assert!(!table.is_full() && table.insert(stream()).is_ok());
    }

    #[test]
    fn wild_ids_name_nothing() {
        let mut table = ContextTable::default();
        table.insert(root()).unwrap();
        for id in [0, 2, u32::MAX, SLOT_MASK, 1 << SLOT_BITS] {
            assert!(
                table.get(id).is_none() && table.get_mut(id).is_none(),
                "{id}"
            );
        }
    }
}
