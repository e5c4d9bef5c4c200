//! The kinds of isolation.

use std::fmt;
use std::str::FromStr;

/// Who shares a VM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Isolation {
    /// One VM behind a lock for all threads, as Apache Traffic Server does.
    Shared,
    /// One VM for each thread, as Envoy does.
    #[default]
    Thread,
    /// A fixed number of VMs behind locks.
    Pool(usize),
    /// A fresh VM for each stream, as nginx modules can do.
    Request,
}

/// An isolation that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown isolation {0:?}: use shared, thread, request or pool:N with N from 1 to 1024")]
pub struct ParseIsolationError(String);

impl FromStr for Isolation {
    type Err = ParseIsolationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseIsolationError(text.to_owned());
        match text {
            "shared" => Ok(Self::Shared),
            "thread" => Ok(Self::Thread),
            "request" => Ok(Self::Request),
            _ => {
                let size = text.strip_prefix("pool:").ok_or_else(error)?;
                let size = size.parse().map_err(|_| error())?;
                if (1..=1024).contains(&size) {
                    Ok(Self::Pool(size))
                } else {
                    Err(error())
                }
            }
        }
    }
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared => f.write_str("shared"),
            Self::Thread => f.write_str("thread"),
            Self::Request => f.write_str("request"),
            Self::Pool(size) => write!(f, "pool:{size}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_isolation_is_read_back_from_its_name() {
        for isolation in [
            Isolation::Shared,
            Isolation::Thread,
            Isolation::Request,
            Isolation::Pool(7),
        ] {
            assert_eq!(isolation.to_string().parse(), Ok(isolation));
        }
    }

    #[test]
    fn senseless_isolations_are_refused_with_the_choices() {
        for text in [
            "",
            "pool",
            "pool:",
            "pool:0",
            "pool:1025",
            "pool:-1",
            "Thread",
        ] {
            let error = text.parse::<Isolation>().unwrap_err().to_string();
            assert!(error.contains("pool:N"), "{error}");
        }
    }
}
