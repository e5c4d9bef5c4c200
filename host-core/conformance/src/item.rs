//! What an item is, and how it ends.

use std::borrow::Cow;
use std::fmt;

use host_core::abi::Callback;

use crate::Subject;

/// Which runtimes an item makes sense on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Every runtime.
    Any,
    /// Runtimes that run WebAssembly.
    Wasm,
    /// Runtimes that contain what the guest does wrong.
    Sandbox,
}

impl Needs {
    /// The word used in tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Wasm => "wasm",
            Self::Sandbox => "sandbox",
        }
    }
}

/// How an item ended on one runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The runtime conforms.
    Passed,
    /// It does not.
    Failed {
        /// What was expected and what came instead.
        detail: String,
    },
    /// The runtime is not of the kind that the item is about.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

/// Why a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Failed(String),
    NotApplicable(String),
}

impl<T: fmt::Display> From<T> for Fault {
    fn from(error: T) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a check answers.
pub(crate) type Checked<T = ()> = Result<T, Fault>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    Plain(fn(&Subject) -> Checked),
    Callback(fn(&Subject, Callback) -> Checked, Callback),
    HostCall(fn(&Subject, &'static str) -> Checked, &'static str),
}

/// One thing that every runtime must get right.
#[derive(Clone, Debug)]
pub struct Item {
    /// Id, `group/what`, unique in the suite.
    pub id: Cow<'static, str>,
    /// What is required, in one sentence.
    pub title: Cow<'static, str>,
    /// Which runtimes it makes sense on.
    pub needs: Needs,
    check: Check,
}

impl Item {
    pub(crate) const fn any(
        id: &'static str,
        title: &'static str,
        check: fn(&Subject) -> Checked,
    ) -> Self {
        Self::of(Needs::Any, id, title, check)
    }

    pub(crate) const fn wasm(
        id: &'static str,
        title: &'static str,
        check: fn(&Subject) -> Checked,
    ) -> Self {
        Self::of(Needs::Wasm, id, title, check)
    }

    pub(crate) const fn sandbox(
        id: &'static str,
        title: &'static str,
        check: fn(&Subject) -> Checked,
    ) -> Self {
        Self::of(Needs::Sandbox, id, title, check)
    }

    const fn of(
        needs: Needs,
        id: &'static str,
        title: &'static str,
        check: fn(&Subject) -> Checked,
    ) -> Self {
        Self {
            id: Cow::Borrowed(id),
            title: Cow::Borrowed(title),
            needs,
            check: Check::Plain(check),
        }
    }

    pub(crate) fn each(needs: Needs, id: String, title: String, check: Check) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            needs,
            check,
        }
    }

    /// The group: the id up to its slash.
    pub fn group(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    pub(crate) fn check(&self, subject: &Subject) -> Checked {
        match self.check {
            Check::Plain(check) => check(subject),
            Check::Callback(check, callback) => check(subject, callback),
            Check::HostCall(check, name) => check(subject, name),
        }
    }
}
