//! A worker thread's place at a pool of VMs.

use std::sync::Arc;

use super::{Isolation, LockWatch, VmPool};
use crate::plugin::PluginVm;
use crate::{StartError, Vm};

/// A worker thread's place: it binds streams to VMs and enters the VM of a stream.
#[derive(Debug)]
pub struct Seat {
    pool: Arc<VmPool>,
    own: Option<PluginVm>,
    watch: Option<Box<dyn LockWatch>>,
}

/// Which VM a stream lives in.
#[derive(Debug)]
pub struct Binding(Place);

#[derive(Debug)]
enum Place {
    Own { vm: u64 },
    Slot { index: usize, vm: u64 },
    Fresh(Box<PluginVm>),
}

impl Binding {
    /// Number of the VM.
    pub fn vm(&self) -> u64 {
        match &self.0 {
            Place::Own { vm } | Place::Slot { vm, .. } => *vm,
            Place::Fresh(plugin) => plugin.vm.number(),
        }
    }
}

/// The VM of a stream has trapped and been replaced: the stream's context is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream's VM was rebuilt after a trap")]
pub struct VmGone;

impl Seat {
    pub(super) fn new(pool: Arc<VmPool>, own: Option<PluginVm>) -> Self {
        Self {
            pool,
            own,
            watch: None,
        }
    }

    /// The pool.
    pub fn pool(&self) -> &Arc<VmPool> {
        &self.pool
    }

    /// Starts watching the locks that this seat takes, or stops; answers who watched. Without
    /// a watch no clock is read.
    pub fn set_lock_watch(
        &mut self,
        watch: Option<Box<dyn LockWatch>>,
    ) -> Option<Box<dyn LockWatch>> {
        std::mem::replace(&mut self.watch, watch)
    }

    /// Chooses the VM of a new stream; one that has ended is rebuilt first.
    ///
    /// # Errors
    /// The plugin does not start again.
    #[inline]
    pub fn bind(&mut self) -> Result<Binding, StartError> {
        Ok(Binding(match self.pool.isolation() {
            Isolation::Thread => Place::Own {
                vm: alive(&self.pool, &mut self.own)?.vm.number(),
            },
            Isolation::Request => Place::Fresh(Box::new(self.pool.start()?)),
            Isolation::Shared | Isolation::Pool(_) => {
                let index = self.pool.next_slot();
                let vm = match self.pool.vm_in(index) {
                    Some(vm) => vm,
                    None => self.rebuild(index)?,
                };
                Place::Slot { index, vm }
            }
        }))
    }

    /// Enters the VM of a stream; `enter` gets it and the plugin's root context. Shared VMs
    /// are locked for as long as `enter` runs.
    ///
    /// # Errors
    /// [`VmGone`].
    #[inline]
    pub fn with<R>(
        &mut self,
        binding: &mut Binding,
        enter: impl FnOnce(&mut Vm, u32) -> R,
    ) -> Result<R, VmGone> {
        match &mut binding.0 {
            Place::Own { vm } => of_number(&mut self.own, *vm, enter),
            Place::Slot { index, vm } => {
                let (index, vm) = (*index, *vm);
                self.locked(index, |slot| of_number(slot, vm, enter))
                    .unwrap_or(Err(VmGone))
            }
            Place::Fresh(plugin) => Ok(enter(&mut plugin.vm, plugin.root)),
        }
    }

    /// Enters the VM with this number, if the thread or all threads have it: for callouts'
    /// answers and other events. VMs of single streams are entered through their binding.
    ///
    /// # Errors
    /// [`VmGone`].
    pub fn with_vm<R>(
        &mut self,
        number: u64,
        enter: impl FnOnce(&mut Vm, u32) -> R,
    ) -> Result<R, VmGone> {
        if self.own.is_some() {
            return of_number(&mut self.own, number, enter);
        }
        let mut enter = Some(enter);
        for index in 0..self.pool.slots() {
            let entered = self.locked(index, |slot| {
                let plugin = slot.as_mut()?;
                let enter = enter.take_if(|_| plugin.vm.number() == number)?;
                Some(enter(&mut plugin.vm, plugin.root))
            });
            if let Some(Some(result)) = entered {
                return Ok(result);
            }
        }
        Err(VmGone)
    }

    /// Does `work` with a slot under its lock.
    #[inline]
    fn locked<R>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Option<PluginVm>) -> R,
    ) -> Option<R> {
        let pool = &*self.pool;
        let (mut slot, waited) = match self.watch {
            None => (pool.slot(index)?, None),
            Some(_) => pool.slot_timed(index)?,
        };
        let result = work(&mut slot);
        pool.look(index, &slot);
        drop(slot);
        if let Some(watch) = &mut self.watch {
            watch.taken(waited);
        }
        Some(result)
    }

    /// Builds the VM of a slot again, unless another thread has done so.
    #[cold]
    fn rebuild(&mut self, index: usize) -> Result<u64, StartError> {
        let pool = self.pool.clone();
        let rebuilt = self.locked(index, |slot| {
            let vm = alive(&pool, slot)?.vm.number();
            pool.announce(index, Some(vm));
            Ok(vm)
        });
        rebuilt.unwrap_or(Ok(0))
    }

    /// The thread's own VM, under isolation `thread`.
    pub fn own(&mut self) -> Option<&mut PluginVm> {
        self.own.as_mut()
    }
}

fn alive<'a>(
    pool: &VmPool,
    slot: &'a mut Option<PluginVm>,
) -> Result<&'a mut PluginVm, StartError> {
    let needs_rebuild = slot
        .as_ref()
        .is_none_or(|plugin| plugin.vm.ended().is_some());
    if needs_rebuild {
        // The old VM goes first, so that two never need memory at once.
        *slot = None;
        return Ok(slot.insert(pool.rebuild()?));
    }
    match slot {
        Some(plugin) => Ok(plugin),
        None => Ok(slot.insert(pool.rebuild()?)),
    }
}

fn of_number<R>(
    slot: &mut Option<PluginVm>,
    number: u64,
    enter: impl FnOnce(&mut Vm, u32) -> R,
) -> Result<R, VmGone> {
    match slot {
        Some(plugin) if plugin.vm.number() == number => Ok(enter(&mut plugin.vm, plugin.root)),
        _ => Err(VmGone),
    }
}
