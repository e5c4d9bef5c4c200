//! Conducting a sitting.

use std::time::Instant;

use reports::Sitting;

use super::conduct::Extent;
use super::contest::{Contender, Contest};
use super::cores::Cores;
use super::duel::{Duel, Place, named, next_order, nudge, seat, shuffle};
use super::fit;
use super::player::Player;
use crate::experiment::Stop;
use crate::trial::{Failed, PROTOCOL, Slice, TurnsJob};

/// Most bytes by which the heaps of a sitting's processes are moved.
const MOST_NUDGE: usize = 1 << 16;

/// How long the turns of a sitting are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dose {
    /// Slices of each process; even, so that orders balance.
    pub(crate) rounds: u32,
    /// Passes in a slice.
    pub(crate) passes: u64,
    /// Passes before the first slice.
    pub(crate) warm_up_passes: u64,
}

impl Duel for Contest {
    type Dose = Dose;

    fn label(&self) -> &str {
        &self.label
    }

    fn dose(&self, extent: &Extent) -> Dose {
        fit::dose(self, extent)
    }

    async fn sit(
        &self,
        place: Place,
        dose: Dose,
        cores: &Cores,
    ) -> Result<Result<Sitting, Failed>, Stop> {
        let mut interrupt = self.base.runner.interrupt();
        if self.base.runner.interrupted() {
            return Err(Stop::Interrupted);
        }
        tokio::select! {
            sat = take_turns(self, place, dose, cores) => Ok(sat),
            () = interrupt.wait() => Err(Stop::Interrupted),
        }
    }
}

async fn take_turns(
    contest: &Contest,
    place: Place,
    dose: Dose,
    cores: &Cores,
) -> Result<Sitting, Failed> {
    let start = Instant::now();
    let mut random = place.random();
    let core = cores.pick(place.block);
    let contenders: [&Contender; 4] = [&contest.base, &contest.base, &contest.new, &contest.new];
    let mut order = [0, 1, 2, 3];
    shuffle(&mut order, &mut random);

    let transactions = dose.passes * contest.base.checked.check.exchanges;
    let mut sitting = place.sitting(None, transactions);
    let mut players: [Option<Player>; 4] = [None, None, None, None];
    let mut bound = true;
    for index in order {
        let contender = contenders[index];
        let turns = TurnsJob {
            protocol: PROTOCOL,
            core,
            nudge_bytes: nudge(MOST_NUDGE, &mut random),
            warm_up_passes: dose.warm_up_passes,
            endings: contender.checked.endings.clone(),
        };
        let started = Player::start(&contender.runner, contender.subject.clone(), turns).await;
        let (player, ready) = started.map_err(|failed| named(index, failed))?;
        bound &= ready.bound;
        let record = seat(&mut sitting, index);
        record.startup = ready.startup;
        record.resident_bytes = ready.resident_bytes;
        players[index] = Some(player);
    }
    sitting.core = core.filter(|_| bound);
    for round in 0..dose.rounds {
        next_order(&mut order, round, &mut random);
        for index in order {
            let Some(player) = &mut players[index] else {
                continue;
            };
            let slice = player.turn(dose.passes).await;
            let Slice { cpu_ns, wall_ns } = slice.map_err(|failed| named(index, failed))?;
            let record = seat(&mut sitting, index);
            record.cpu_ns.push(cpu_ns);
            record.wall_ns.push(wall_ns);
        }
    }
    for (index, player) in players.into_iter().enumerate() {
        if let Some(player) = player {
            let latency = player.finish().await;
            seat(&mut sitting, index).latency = latency.map_err(|failed| named(index, failed))?;
        }
    }
    sitting.wall_ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Ok(sitting)
}
