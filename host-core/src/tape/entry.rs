//! One callback or host call on a tape.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::abi::{Callback, Status};

/// Bytes that an excerpt keeps.
const KEPT: usize = 512;
/// Bytes that one line shows of an excerpt.
const SHOWN: usize = 80;

/// One callback or host call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeEntry {
    /// The export or the host function.
    pub name: &'static str,
    /// Whether the host called the guest.
    pub is_callback: bool,
    /// Arguments and answers in the order in which the host read and wrote them.
    pub items: Vec<TapeItem>,
    /// What a host call returned; `None` for callbacks and for calls that trapped.
    pub status: Option<u32>,
}

/// An argument or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapeItem {
    /// A number.
    Scalar(u64),
    /// Bytes that the guest gave.
    Input(Excerpt),
    /// Bytes that the guest was given.
    Output(Excerpt),
}

/// Bytes, of which long ones are kept in part. Equal only if all bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    head: Box<[u8]>,
    length: usize,
    /// Of all bytes, when `head` is not all of them.
    digest: Option<[u8; 32]>,
}

impl Excerpt {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            head: bytes[..bytes.len().min(KEPT)].into(),
            length: bytes.len(),
            digest: (bytes.len() > KEPT).then(|| Sha256::digest(bytes).into()),
        }
    }

    /// The first bytes.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Number of all bytes.
    pub fn length(&self) -> usize {
        self.length
    }
}

impl TapeEntry {
    pub(super) fn call(name: &'static str) -> Self {
        Self {
            name,
            is_callback: false,
            items: Vec::new(),
            status: None,
        }
    }

    pub(super) fn callback(callback: Callback, arguments: &[u32]) -> Self {
        let items = arguments
            .iter()
            .map(|argument| TapeItem::Scalar(u64::from(*argument)))
            .collect();
        Self {
            name: callback.export(),
            is_callback: true,
            items,
            status: None,
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.head[..self.head.len().min(SHOWN)];
        write!(f, "\"{}\"", shown.escape_ascii())?;
        if shown.len() < self.length {
            write!(f, "... ({} bytes)", self.length)
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for TapeItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(value) => write!(f, "{value}"),
            Self::Input(bytes) => write!(f, "{bytes}"),
            Self::Output(bytes) => write!(f, "=> {bytes}"),
        }
    }
}

impl fmt::Display for TapeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = if self.is_callback { "" } else { "  " };
        write!(f, "{indent}{}(", self.name)?;
        for (index, item) in self.items.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{item}")?;
        }
        f.write_str(")")?;
        match self.status {
            // The functions of wasi-nn have numbers of their own.
            Some(number) => match Status::from_u32(number) {
                Some(status) if self.name.starts_with("proxy_") => write!(f, " -> {status:?}"),
                _ => write!(f, " -> {number}"),
            },
            None if self.is_callback => Ok(()),
            None => f.write_str(" did not return"),
        }
    }
}
