//! What is shown while a campaign runs.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar with the time left on a terminal, else a line for each stage and block.
pub(crate) struct Progress {
    bar: ProgressBar,
    terminal: bool,
}

impl Progress {
    /// Shows progress on standard error.
    pub(crate) fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            None,
            if terminal {
                ProgressDrawTarget::stderr()
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:<9} {bar:30} {pos:>4}/{len:<4} {wide_msg}")
        {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { bar, terminal }
    }

    /// Begins a stage of so many trials.
    pub(crate) fn stage(&self, name: &'static str, trials: usize) {
        self.bar.set_prefix(name);
        self.bar.set_length(trials as u64);
        self.bar.set_position(0);
        self.bar.set_message("");
        if !self.terminal {
            eprintln!("{name}: {trials} trials");
        }
    }

    /// A trial begins; `left` is what the stage still takes, when it is known.
    pub(crate) fn trial(&self, label: &str, left: Option<Duration>) {
        let left = left
            .map(|left| format!("{} left · ", clock(left)))
            .unwrap_or_default();
        self.bar.set_message(format!("{left}{label}"));
    }

    /// A trial has ended.
    pub(crate) fn ended(&self) {
        self.bar.inc(1);
    }

    /// A line where there is no bar to see.
    pub(crate) fn say_without_bar(&self, line: &str) {
        if !self.terminal {
            eprintln!("{line}");
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Minutes and seconds.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_minutes_and_two_digits_of_seconds() {
        assert_eq!(clock(Duration::from_millis(65_900)), "1:05");
        assert_eq!(clock(Duration::from_secs(3_600)), "60:00");
    }
}
