//! Where load goes: to this machine and nowhere else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::Uri;

use crate::error::LoadError;

/// A server on this machine, and the path to ask it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    address: SocketAddr,
    authority: String,
    path: String,
}

impl Target {
    /// A target from a URL.
    ///
    /// # Errors
    /// When it is no `http` URL, or not of this machine.
    pub fn parse(url: &str) -> Result<Self, LoadError> {
        let wrong = |reason| LoadError::Url {
            url: url.to_owned(),
            reason,
        };
        let uri: Uri = url.parse().map_err(|_| wrong("is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(wrong("asks for TLS, which load does not speak")),
            _ => return Err(wrong("has no scheme that load speaks")),
        }
        let authority = uri.authority().ok_or_else(|| wrong("has no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("has a user name"));
        }
        let host = authority.host();
        let ip: IpAddr = match host.trim_start_matches('[').trim_end_matches(']') {
            "localhost" => Ipv4Addr::LOCALHOST.into(),
            host => host
                .parse()
                .map_err(|_| LoadError::NotLoopback(url.to_owned()))?,
        };
        if !ip.is_loopback() {
            return Err(LoadError::NotLoopback(url.to_owned()));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            address: (ip, authority.port_u16().unwrap_or(80)).into(),
            authority: authority.as_str().to_owned(),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }

    /// A target at an address.
    ///
    /// # Errors
    /// When the address is not of this machine, or the path none.
    pub fn at(address: SocketAddr, path: &str) -> Result<Self, LoadError> {
        Self::parse(&format!("http://{address}{path}"))
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Host and port, as the URL had them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The URL.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_target() {
        for url in [
            "http://example.com/",
            "http://10.0.0.1:80/",
            "http://0.0.0.0:80/",
            "http://[2001:db8::1]/",
            "http://127.0.0.1.example.com/",
        ] {
            let refused = Target::parse(url);
            assert!(
                matches!(refused, Err(LoadError::NotLoopback(_))),
                "{refused:?}"
            );
        }
        for url in [
            "https://localhost/",
            "ftp://localhost/",
            "localhost:80",
            "",
            "http://a@127.0.0.1/",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_url_gives_address_authority_and_path() {
        let target = Target::parse("http://localhost:81/a?b=c").expect("a target");
        assert_eq!(target.address(), ([127, 0, 0, 1], 81).into());
        assert_eq!(
            (target.authority(), target.path()),
            ("localhost:81", "/a?b=c")
        );
        assert_eq!(
            Target::parse("http://[::1]:81").expect("a target").path(),
            "/"
        );
        assert_eq!(
            Target::parse("http://127.0.0.1")
                .expect("a target")
                .address()
                .port(),
            80
        );
    }
}
