//! One runtime of the catalogue.

use std::fmt;

use host_core::{Choice, Engine, EngineError, EngineInfo, EngineOptions, ModeKind};

/// What opening a runtime gives.
pub(crate) type Opened = Result<Box<dyn Engine>, EngineError>;

/// What a runtime says of itself.
type Informed = Result<EngineInfo, EngineError>;

/// An engine in one mode.
pub struct RuntimeEntry {
    /// `engine/mode`; the native twin is `native`.
    pub id: String,
    /// The engine's name.
    pub engine: &'static str,
    /// The mode's name.
    pub mode: &'static str,
    /// The mode's class.
    pub kind: ModeKind,
    /// One line for lists.
    pub summary: &'static str,
    /// What may be set besides how it usually stands; most have nothing.
    pub knobs: &'static [Choice],
    availability: Box<dyn Fn() -> Availability + Send + Sync>,
    open: Box<dyn Fn(EngineOptions) -> Opened + Send + Sync>,
    build: Box<dyn Fn() -> Option<String> + Send + Sync>,
    info: Option<Box<dyn Fn() -> Informed + Send + Sync>>,
}

/// Whether a runtime can run on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It can.
    Available,
    /// It cannot.
    Unavailable {
        /// What is missing.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
}

impl Availability {
    /// Available unless something is `missing`.
    pub(crate) fn unless(missing: Option<&str>, remedy: &str) -> Self {
        match missing {
            None => Self::Available,
            Some(reason) => Self::Unavailable {
                reason: reason.to_owned(),
                remedy: remedy.to_owned(),
            },
        }
    }

    /// Not available, because this program was built without cargo feature `feature`.
    #[allow(dead_code)] // Used by every optional engine that is left out.
    pub(crate) fn without_feature(feature: &str, remedy: &str) -> Self {
        Self::unless(Some(&format!("built without feature {feature}")), remedy)
    }
}

impl RuntimeEntry {
    /// `open` is called only where `availability` says that the runtime can run.
    pub(crate) fn new(
        (engine, mode): (&'static str, &'static str),
        kind: ModeKind,
        summary: &'static str,
        availability: impl Fn() -> Availability + Send + Sync + 'static,
        open: impl Fn(EngineOptions) -> Opened + Send + Sync + 'static,
    ) -> Self {
        let id = match engine == mode {
            true => engine.to_owned(),
            false => format!("{engine}/{mode}"),
        };
        Self {
            id,
            engine,
            mode,
            kind,
            summary,
            knobs: &[],
            availability: Box::new(availability),
            open: Box::new(open),
            build: Box::new(|| None),
            info: None,
        }
    }

    /// A runtime with knobs.
    pub(crate) fn with_knobs(mut self, knobs: &'static [Choice]) -> Self {
        self.knobs = knobs;
        self
    }

    /// An engine of which a process can open one mode only: `info` tells of it unopened.
    pub(crate) fn with_info(mut self, info: impl Fn() -> Informed + Send + Sync + 'static) -> Self {
        self.info = Some(Box::new(info));
        self
    }

    /// What the runtime says of itself.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where it cannot run.
    pub fn info(&self) -> Result<EngineInfo, EngineError> {
        match &self.info {
            Some(info) => info(),
            None => Ok(self.open(EngineOptions::default())?.info().clone()),
        }
    }

    /// An engine that is not built in: `build` tells one build of its library from another.
    pub(crate) fn with_build(
        mut self,
        build: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.build = Box::new(build);
        self
    }

    /// What tells one build of a foreign library from another; `None` for what is built in.
    pub fn foreign_build(&self) -> Option<String> {
        (self.build)()
    }

    /// Whether it can run on this machine.
    pub fn availability(&self) -> Availability {
        (self.availability)()
    }

    /// Opens the runtime.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where it cannot run, [`EngineError::Unsupported`] where it
    /// lacks a knob that `options` turn.
    pub fn open(&self, options: EngineOptions) -> Opened {
        options.knobs.fit(&self.id, self.knobs)?;
        match self.availability() {
            Availability::Available => (self.open)(options),
            Availability::Unavailable { reason, remedy } => Err(EngineError::Unavailable {
                runtime: self.id.clone(),
                reason,
                remedy,
            }),
        }
    }
}

impl fmt::Debug for RuntimeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RuntimeEntry").field(&self.id).finish()
    }
}
