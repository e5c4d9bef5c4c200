//! What plugins ask of a worker, and what happens to them outside of streams.

use std::rc::Rc;
use std::time::Duration;

use host_core::{Isolation, Trap, Vm};
use tokio::sync::mpsc::UnboundedReceiver;

use super::Worker;
use crate::plugins::{Command, Entry, run_callout};

/// A period that no ticks are shorter than, so that they cannot keep a worker busy.
const LEAST_PERIOD: Duration = Duration::from_millis(1);

/// Does what plugins ask for.
pub(super) async fn listen(worker: Rc<Worker>, mut commands: UnboundedReceiver<Command>) {
    while let Some(command) = commands.recv().await {
        match command {
            Command::Callout(job) => {
                tokio::task::spawn_local(run_callout(worker.clone(), *job));
            }
            Command::Queues => worker.look_at_queues(),
            Command::Tick {
                plugin,
                vm,
                root,
                period,
                generation,
            } => {
                let period = period.max(LEAST_PERIOD);
                let worker = worker.clone();
                tokio::task::spawn_local(async move {
                    loop {
                        tokio::time::sleep(period).await;
                        if !worker.hub.still_ticks(vm, root, generation)
                            || !worker.event(plugin, vm, |vm| vm.on_tick(root))
                        {
                            return;
                        }
                    }
                });
            }
        }
    }
}

impl Worker {
    /// Calls into a VM for something that belongs to no stream; false when the VM is gone. A
    /// VM that traps is built again, so that its ticks and queues go on.
    pub(crate) fn event(
        &self,
        plugin: usize,
        vm: u64,
        work: impl FnOnce(&mut Vm) -> Result<(), Trap>,
    ) -> bool {
        let Some(Some(seat)) = self.seats.get(plugin) else {
            return false;
        };
        let outcome = if seat.shared.pool.isolation() == Isolation::Request {
            let chain = self
                .fresh
                .borrow()
                .get(&vm)
                .and_then(std::rc::Weak::upgrade);
            match chain {
                Some(chain) => chain.borrow_mut().event(vm, work),
                None => self.lingering.event(vm, work),
            }
        } else {
            seat.event(vm, work)
        };
        if outcome == Err(Entry::Trapped) {
            seat.revive();
        }
        outcome.is_ok()
    }

    /// Tells VMs of queues that have something for them.
    fn look_at_queues(&self) {
        self.hub.looks(self.number);
        for seat in self.seats.iter().flatten() {
            let plugin = seat.shared.index;
            match seat.shared.pool.isolation() {
                Isolation::Thread => {
                    if let Some(vm) = seat.own_vm() {
                        self.tell_of_queues(plugin, vm);
                    }
                }
                Isolation::Request => {
                    let vms: Vec<u64> = self.fresh.borrow().keys().copied().collect();
                    let late = self.lingering.vms(plugin);
                    vms.into_iter()
                        .chain(late)
                        .for_each(|vm| self.tell_of_queues(plugin, vm));
                }
                Isolation::Shared | Isolation::Pool(_) => {
                    let pool = &seat.shared.pool;
                    for slot in 0..pool.slots() {
                        if let Some(vm) = pool.enter_slot(slot, |plugin| plugin.vm.number()) {
                            self.tell_of_queues(plugin, vm);
                        }
                    }
                }
            }
        }
    }

    fn tell_of_queues(&self, plugin: usize, vm: u64) {
        // Whoever takes the wakes delivers them, so that none is delivered twice.
        for (root, queue) in self.hub.shared.take_wakes(vm) {
            self.event(plugin, vm, |vm| vm.on_queue_ready(root, queue));
        }
    }
}
