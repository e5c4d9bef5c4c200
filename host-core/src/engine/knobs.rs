//! Knobs: settings of an engine that change what it costs and not what it computes.
//!
//! Every engine is measured as a production proxy would set it. A tuner, or a person, may ask
//! for something else; an engine that has no such setting says so, and ignores none.

use std::fmt;
use std::str::FromStr;

use super::EngineError;

/// One setting that some engines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knob {
    /// How much the compiler optimises.
    Optimisation,
    /// Whether instances come from a pool that was made before.
    Pooling,
    /// Whether a new memory shares its initial pages with all others until it writes to them.
    CopyOnWrite,
    /// What keeps memory accesses inside the sandbox.
    Bounds,
    /// What a deadline is enforced by.
    Interrupt,
    /// Whether a module is compiled by several threads.
    ParallelCompilation,
}

impl Knob {
    /// Every knob, in the order of lists.
    pub const ALL: [Self; 6] = [
        Self::Optimisation,
        Self::Pooling,
        Self::CopyOnWrite,
        Self::Bounds,
        Self::Interrupt,
        Self::ParallelCompilation,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optimisation => "opt",
            Self::Pooling => "pooling",
            Self::CopyOnWrite => "cow",
            Self::Bounds => "bounds",
            Self::Interrupt => "interrupt",
            Self::ParallelCompilation => "parallel",
        }
    }

    /// One line for lists.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Optimisation => "how much the compiler optimises",
            Self::Pooling => "instances from a pool that was reserved before",
            Self::CopyOnWrite => "initial memory shared until it is written to",
            Self::Bounds => "guard pages, or explicit checks and little address space",
            Self::Interrupt => "what ends a guest at its deadline",
            Self::ParallelCompilation => "a module compiled by all cores",
        }
    }

    /// Every value that any engine takes; which of them one takes is its own [`Choice`].
    pub const fn values(self) -> &'static [&'static str] {
        match self {
            Self::Optimisation => &[
                "none",
                "speed",
                "speed_and_size",
                "less",
                "default",
                "aggressive",
            ],
            Self::Bounds => &["guard", "explicit"],
            Self::Interrupt => &["epoch", "fuel"],
            Self::Pooling | Self::CopyOnWrite | Self::ParallelCompilation => &["on", "off"],
        }
    }
}

impl fmt::Display for Knob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A knob that a runtime has, and what it may be turned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub knob: Knob,
    /// What it may be set to; the first is where it stands when nobody asks.
    pub values: &'static [&'static str],
}

impl Choice {
    /// Where it stands when nobody asks.
    pub fn usual(&self) -> &'static str {
        self.values.first().copied().unwrap_or_default()
    }
}

/// What was asked for: a value for each knob that was named.
///
/// As text `opt=none,pooling=on`, in the order of [`Knob::ALL`]; empty when nothing was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Knobs([Option<&'static str>; Knob::ALL.len()]);

/// A text that names no knob or no value of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseKnobsError {
    /// Not `NAME=VALUE`.
    #[error("`{0}` is no knob with its value; write NAME=VALUE, as in opt=none")]
    Form(String),
    /// No such knob.
    #[error("there is no knob `{name}`; there are {}", Knob::ALL.map(Knob::name).join(", "))]
    Name {
        /// What was given.
        name: String,
    },
    /// Not a value of it.
    #[error("knob {knob} has no value `{value}`; it has {}", knob.values().join(", "))]
    Value {
        /// The knob.
        knob: Knob,
        /// What was given.
        value: String,
    },
    /// Named twice.
    #[error("knob {0} is given twice; leave one out")]
    Twice(Knob),
}

impl Knobs {
    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// What `knob` was set to, if it was.
    pub fn get(&self, knob: Knob) -> Option<&'static str> {
        self.0[knob as usize]
    }

    /// Whether a knob of values `on` and `off` is on, or `usual` where nobody asked.
    pub fn is_on(&self, knob: Knob, usual: bool) -> bool {
        self.get(knob).map_or(usual, |value| value == "on")
    }

    /// Sets `knob` to `value`.
    ///
    /// # Errors
    /// [`ParseKnobsError::Value`] when it has no such value.
    pub fn set(&mut self, knob: Knob, value: &str) -> Result<(), ParseKnobsError> {
        let known = knob.values().iter().find(|known| **known == value);
        let known = known.ok_or_else(|| ParseKnobsError::Value {
            knob,
            value: value.to_owned(),
        })?;
        self.0[knob as usize] = Some(known);
        Ok(())
    }

    /// The knobs that were set, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Knob, &'static str)> {
        let values = self.0;
        Knob::ALL
            .into_iter()
            .filter_map(move |knob| Some((knob, values[knob as usize]?)))
    }

    /// These and `more`.
    ///
    /// # Errors
    /// [`ParseKnobsError::Twice`] for a knob that both set.
    pub fn with(mut self, more: Self) -> Result<Self, ParseKnobsError> {
        for (knob, value) in more.iter() {
            if self.0[knob as usize].replace(value).is_some() {
                return Err(ParseKnobsError::Twice(knob));
            }
        }
        Ok(self)
    }

    /// Only those of `knobs`.
    pub fn only(mut self, knobs: &[Knob]) -> Self {
        for knob in Knob::ALL {
            if !knobs.contains(&knob) {
                self.0[knob as usize] = None;
            }
        }
        self
    }

    /// Makes sure that a runtime with `choices` can do all that was asked.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`], which names the first knob or value that it lacks.
    pub fn fit(&self, runtime: &str, choices: &[Choice]) -> Result<(), EngineError> {
        for (knob, value) in self.iter() {
            let what = match choices.iter().find(|choice| choice.knob == knob) {
                Some(choice) if choice.values.contains(&value) => continue,
                Some(choice) => format!(
                    "set knob {knob} to {value}: it takes {}",
                    choice.values.join(", ")
                ),
                None => match choices {
                    [] => format!("set knob {knob}: it has no knobs"),
                    _ => format!("set knob {knob}: it has {}", names(choices)),
                },
            };
            return Err(EngineError::Unsupported {
                runtime: runtime.to_owned(),
                what,
            });
        }
        Ok(())
    }
}

fn names(choices: &[Choice]) -> String {
    let names: Vec<&str> = choices.iter().map(|choice| choice.knob.name()).collect();
    names.join(", ")
}

impl FromStr for Knobs {
    type Err = ParseKnobsError;

    fn from_str(text: &str) -> Result<Self, ParseKnobsError> {
        let mut knobs = Self::default();
        for setting in text.split(',').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting
                .split_once('=')
                .ok_or_else(|| ParseKnobsError::Form(setting.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let knob = Knob::ALL.into_iter().find(|knob| knob.name() == name);
            let knob = knob.ok_or_else(|| ParseKnobsError::Name {
                name: name.to_owned(),
            })?;
            let mut one = Self::default();
            one.set(knob, value)?;
            knobs = knobs.with(one)?;
        }
        Ok(knobs)
    }
}

impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (knob, value)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{knob}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHOICES: [Choice; 2] = [
        Choice {
            knob: Knob::Optimisation,
            values: &["speed", "none"],
        },
        Choice {
            knob: Knob::Pooling,
            values: &["off", "on"],
        },
    ];

    fn parsed(text: &str) -> Knobs {
        text.parse().expect("knobs")
    }

    #[test]
    fn knobs_are_written_as_they_are_read_whatever_their_order() {
        for knob in Knob::ALL {
            for value in knob.values() {
                let text = format!("{knob}={value}");
                assert_eq!(parsed(&text).to_string(), text);
                assert_eq!(parsed(&text).get(knob), Some(*value));
            }
        }
        assert_eq!(
            parsed("pooling=on, opt=none").to_string(),
            "opt=none,pooling=on"
        );
        assert!(parsed("").is_empty() && Knobs::default().to_string().is_empty());
    }

    #[test]
    fn what_is_no_knob_is_told_with_what_there_is() {
        for (text, expected) in [
            ("opt", "write NAME=VALUE"),
            ("optt=none", "there are opt, pooling"),
            ("pooling=maybe", "it has on, off"),
            ("opt=none,opt=speed", "given twice"),
        ] {
            let error = text.parse::<Knobs>().expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_knob_that_a_runtime_lacks_is_refused_by_name() {
        let refused = |text: &str| parsed(text).fit("engine/mode", &CHOICES);
        assert!(refused("opt=none,pooling=on").is_ok());
        let error = refused("opt=less").expect_err("no such value").to_string();
        assert!(
            error.contains("knob opt to less") && error.contains("speed, none"),
            "{error}"
        );
        let error = refused("cow=off").expect_err("no such knob").to_string();
        assert!(
            error.contains("knob cow") && error.contains("opt, pooling"),
            "{error}"
        );
        let error = parsed("cow=off").fit("engine/mode", &[]).expect_err("none");
        assert!(error.to_string().contains("no knobs"));
    }

    #[test]
    fn a_runtimes_first_value_is_its_usual_one() {
        assert_eq!(CHOICES[0].usual(), "speed");
        assert!(parsed("pooling=on").is_on(Knob::Pooling, false));
        assert!(parsed("").is_on(Knob::CopyOnWrite, true));
        assert_eq!(
            parsed("opt=none,pooling=on")
                .only(&[Knob::Pooling])
                .to_string(),
            "pooling=on"
        );
    }
}
