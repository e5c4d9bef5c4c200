//! A place in the file: reads what is there, and says where when it is wrong.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ConfigError;
use super::node::{Node, Value};
use super::units;

/// What is common to all places of a file.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) file: &'a Path,
    /// Whether fields that this proxy does not know are left out with a note; otherwise they
    /// are errors.
    pub(super) lenient: bool,
    /// Each with its line.
    pub(super) notes: RefCell<Vec<(u64, String)>>,
}

/// A place in the file.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) node: &'a Node,
    pub(super) path: String,
}

type Read<T> = Result<T, ConfigError>;

impl<'a> Field<'a> {
    pub(super) fn top(source: &'a Source<'a>, node: &'a Node) -> Self {
        Self {
            source,
            node,
            path: String::new(),
        }
    }

    pub(super) fn error(&self, what: impl Into<String>, remedy: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.source.file.to_path_buf(),
            line: self.node.line,
            path: if self.path.is_empty() {
                "the file"
            } else {
                &self.path
            }
            .to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Notes something that this proxy does otherwise.
    pub(super) fn note(&self, what: &str) {
        let text = format!("line {}: {}: {what}", self.node.line, self.path);
        self.source.notes.borrow_mut().push((self.node.line, text));
    }

    fn expected(&self, what: &str) -> ConfigError {
        let found = self.node.value.kind();
        self.error(format!("{found} stands here"), format!("give {what}"))
    }

    fn map(&self) -> Read<&'a [(String, Node)]> {
        match &self.node.value {
            Value::Map(fields) => Ok(fields),
            _ => Err(self.expected("a mapping")),
        }
    }

    fn at(&self, name: &str, node: &'a Node) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Self {
            source: self.source,
            node,
            path,
        }
    }

    /// The field `name`, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Read<Option<Self>> {
        let found = self.map()?.iter().find(|(known, _)| known == name);
        let present = found.filter(|(_, node)| !matches!(node.value, Value::Null));
        Ok(present.map(|(_, node)| self.at(name, node)))
    }

    /// The field `name`.
    pub(super) fn need(&self, name: &str) -> Read<Self> {
        self.get(name)?
            .ok_or_else(|| self.error(format!("`{name}` is missing"), format!("give `{name}`")))
    }

    /// Every field with its name.
    pub(super) fn fields(&self) -> Read<Vec<(&'a str, Self)>> {
        let fields = self.map()?.iter();
        Ok(fields
            .map(|(name, node)| (name.as_str(), self.at(name, node)))
            .collect())
    }

    /// Refuses fields other than `known`, or notes them where the file is another proxy's.
    pub(super) fn only(&self, known: &[&str]) -> Read<()> {
        for (name, field) in self.fields()? {
            if known.contains(&name) {
                continue;
            }
            if self.source.lenient {
                field.note("is left out");
                continue;
            }
            return Err(field.error(
                "there is no such field",
                format!("use one of {}", known.join(", ")),
            ));
        }
        Ok(())
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Read<Vec<Self>> {
        let Value::List(items) = &self.node.value else {
            return Err(self.expected("a list"));
        };
        let item = |(index, node)| Self {
            source: self.source,
            node,
            path: format!("{}[{index}]", self.path),
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The items of the list `name`; none when it is absent.
    pub(super) fn list(&self, name: &str) -> Read<Vec<Self>> {
        self.get(name)?
            .map_or(Ok(Vec::new()), |field| field.items())
    }

    /// A text; numbers and truth values are taken as they are written.
    pub(super) fn text(&self) -> Read<String> {
        match &self.node.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Integer(number) => Ok(number.to_string()),
            Value::Float(number) => Ok(number.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            _ => Err(self.expected("a text")),
        }
    }

    /// The text `name`, empty when it is absent.
    pub(super) fn text_or_empty(&self, name: &str) -> Read<String> {
        self.get(name)?
            .map_or(Ok(String::new()), |field| field.text())
    }

    pub(super) fn flag(&self, name: &str) -> Read<bool> {
        match self.get(name)? {
            None => Ok(false),
            Some(field) => match field.node.value {
                Value::Bool(value) => Ok(value),
                _ => Err(field.expected("true or false")),
            },
        }
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, least: u64, most: u64) -> Read<u64> {
        let number = match &self.node.value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        number
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.expected(&format!("a whole number from {least} to {most}")))
    }

    /// A time such as `15s` or `250ms`; `0s` is none.
    pub(super) fn time(&self) -> Read<Option<Duration>> {
        let text = self.text()?;
        let time = units::time(&text).ok_or_else(|| {
            self.error(
                format!("`{text}` is no time"),
                "write it with its unit, as 250ms, 1.5s, 5m or 1h",
            )
        })?;
        Ok((!time.is_zero()).then_some(time))
    }

    /// The time `name`, or `default`; `None` for `0s`.
    pub(super) fn time_or(&self, name: &str, default: Option<Duration>) -> Read<Option<Duration>> {
        self.get(name)?.map_or(Ok(default), |field| field.time())
    }

    /// The time `name`, or `default`; it must not be 0.
    pub(super) fn some_time_or(&self, name: &str, default: Duration) -> Read<Duration> {
        let Some(field) = self.get(name)? else {
            return Ok(default);
        };
        field
            .time()?
            .ok_or_else(|| field.error("the time is 0", "give a longer one"))
    }

    /// A number of bytes, from 1 to `most`.
    pub(super) fn size(&self, most: u64) -> Read<u64> {
        let text = self.text()?;
        units::size(&text)
            .filter(|size| (1..=most).contains(size))
            .ok_or_else(|| {
                self.error(
                    format!("`{text}` is no size from 1 byte to {most} bytes"),
                    "write a number of bytes, or one with KiB, MiB or GiB",
                )
            })
    }

    /// The size `name`, or `default`.
    pub(super) fn size_or(&self, name: &str, default: u64, most: u64) -> Read<u64> {
        self.get(name)?
            .map_or(Ok(default), |field| field.size(most))
    }

    /// A path, relative to the file's folder; where there is nothing, to the working folder.
    pub(super) fn path(&self) -> Read<PathBuf> {
        let given = PathBuf::from(self.text()?);
        let folder = self.source.file.parent().unwrap_or(Path::new(""));
        let beside = folder.join(&given);
        let found = if !beside.exists() && given.exists() {
            given
        } else {
            beside
        };
        if found.is_file() {
            Ok(found)
        } else {
            Err(self.error(
                format!("there is no file {}", found.display()),
                "give a path relative to this file",
            ))
        }
    }

    /// An address: `127.0.0.1:80`, or as Envoy writes it.
    pub(super) fn address(&self) -> Read<SocketAddr> {
        let (host, port) = self.endpoint()?;
        let address = host.parse().map(|host| SocketAddr::new(host, port));
        address.map_err(|_| {
            self.error(
                format!("`{host}` is no IP address"),
                "give an address such as 127.0.0.1:8080 or [::1]:8080",
            )
        })
    }

    /// Like [`Field::endpoint`]; `None`, noted, for what is no TCP socket in another proxy's file.
    pub(super) fn endpoint_or_note(&self) -> Read<Option<(String, u16)>> {
        if !self.source.lenient || !matches!(self.node.value, Value::Map(_)) {
            return self.endpoint().map(Some);
        }
        let Some(socket) = self.get("socket_address")? else {
            self.note("is no TCP socket and is left out with what it is the address of");
            return Ok(None);
        };
        socket.only(&["address", "port_value", "protocol"])?;
        if socket
            .text_or_empty("protocol")?
            .eq_ignore_ascii_case("udp")
        {
            self.note("is UDP and is left out with what it is the address of");
            return Ok(None);
        }
        if socket.get("port_value")?.is_none() {
            self.note("has no port and is left out with what it is the address of");
            return Ok(None);
        }
        self.endpoint().map(Some)
    }

    /// A host and a port: `name:80`, or as Envoy writes it.
    pub(super) fn endpoint(&self) -> Read<(String, u16)> {
        if let Value::Map(_) = &self.node.value {
            let socket = self.need("socket_address")?;
            let port = socket.need("port_value")?;
            let port = port.number(0, 65_535)? as u16;
            return Ok((socket.need("address")?.text()?, port));
        }
        let text = self.text()?;
        let parts = text.rsplit_once(':');
        let parts = parts.and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let Some((host, port)) = parts.filter(|(host, _)| !host.is_empty()) else {
            return Err(self.error(
                format!("`{text}` has no host and port"),
                "write it as 127.0.0.1:8080 or [::1]:8080",
            ));
        };
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        Ok((host.to_owned(), port))
    }
}
