//! A synthetic machine: what it measures is known before.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use reports::{Player, Sitting, Stage};

/// A machine with noisy blocks, processes and slices.
pub(crate) struct Machine {
    random: ChaCha8Rng,
    /// Scatter between processes: layout.
    process: f64,
    /// Scatter between slices.
    slice: f64,
}

impl Machine {
    pub(crate) fn new(seed: u64, process: f64) -> Self {
        Machine {
            random: ChaCha8Rng::seed_from_u64(seed),
            process,
            slice: 0.02,
        }
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v): (f64, f64) = (1.0 - self.random.random::<f64>(), self.random.random());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    fn player(&mut self, cost: f64, rounds: &[f64]) -> Player {
        let process = self.process * self.normal();
        let slices = rounds.iter().map(|weather| {
            // One slice in forty is hit by something else.
            let hit = if self.random.random_bool(1.0 / 40.0) {
                0.5
            } else {
                0.0
            };
            let noise = self.slice * self.normal() + hit;
            (1e6 * cost * (process + weather + noise).exp()) as u64
        });
        Player {
            cpu_ns: slices.collect(),
            ..Player::default()
        }
    }

    /// A block in which the new side costs `new` times the base, and the control `control`.
    pub(crate) fn sit(
        &mut self,
        cell: usize,
        stage: Stage,
        block: u32,
        costs: [f64; 3],
    ) -> Sitting {
        let mut weather = 0.2 * self.normal();
        let rounds: Vec<f64> = (0..8)
            .map(|_| {
                weather += 0.02 * self.normal();
                weather
            })
            .collect();
        Sitting {
            cell,
            stage,
            block,
            transactions: 100,
            base: self.player(costs[0], &rounds),
            control: self.player(costs[1], &rounds),
            new: self.player(costs[2], &rounds),
            twin: self.player(costs[2] * costs[1], &rounds),
            ..Sitting::default()
        }
    }
}
