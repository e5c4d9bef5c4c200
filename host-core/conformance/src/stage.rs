//! A VM with the puppet in it, and the proxy around them.

use std::sync::Arc;

use host_core::abi::Action;
use host_core::http::HeaderMap;
use host_core::services::InProcess;
use host_core::{ContextId, PluginSettings, StartError, Stream, Tape, Vm, VmSettings};

use crate::expect::{ensure, equal};
use crate::item::Checked;
use crate::subject::{Compiled, Limits, Subject};
use crate::upstream;

/// The moment at which the clock of every stage stands, ns since the Unix epoch.
pub(crate) const NOW: u64 = 0x0102_0304_0506_0708;

/// Fields of the request that a stage sends unless told otherwise, after the pseudo-headers.
pub(crate) const PSEUDO: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "shop.example"),
    (":path", "/a?b=1"),
];

/// What a stage is built from.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) script: String,
    pub(crate) vm: VmSettings,
    pub(crate) name: String,
    pub(crate) root_id: String,
    pub(crate) services: Arc<InProcess>,
    pub(crate) limits: Limits,
    pub(crate) tape: bool,
}

impl Setup {
    pub(crate) fn new(script: &str) -> Self {
        Self {
            script: script.to_owned(),
            vm: VmSettings {
                vm_id: "vm".to_owned(),
                ..VmSettings::default()
            },
            name: "puppet".to_owned(),
            root_id: "root".to_owned(),
            services: upstream::services(),
            limits: Limits::None,
            tape: false,
        }
    }

    pub(crate) fn services(self, services: &Arc<InProcess>) -> Self {
        Self {
            services: services.clone(),
            ..self
        }
    }

    pub(crate) fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    pub(crate) fn settings(&self) -> PluginSettings {
        PluginSettings {
            name: self.name.clone(),
            root_id: self.root_id.clone(),
            configuration: self.script.clone().into_bytes(),
        }
    }

    /// Starts the puppet.
    pub(crate) fn start(self, subject: &Subject) -> Checked<Stage> {
        let puppet = subject.puppet(self.limits)?;
        self.start_guest(&puppet)
    }

    /// Starts another guest.
    pub(crate) fn start_guest(self, guest: &Compiled) -> Checked<Stage> {
        Ok(self.try_start_guest(guest)?)
    }

    /// Starts a guest whose start may fail.
    pub(crate) fn try_start_guest(self, guest: &Compiled) -> Result<Stage, StartError> {
        let mut vm = Vm::new(
            &*guest.module,
            &guest.facts,
            self.services.clone(),
            Arc::new(self.vm.clone()),
        )?;
        if self.tape {
            vm.set_tape(Some(Box::default()));
        }
        let root = vm.add_root(self.settings())?;
        Ok(Stage {
            vm,
            root,
            services: self.services,
        })
    }
}

/// A started VM.
pub(crate) struct Stage {
    pub(crate) vm: Vm,
    pub(crate) root: ContextId,
    pub(crate) services: Arc<InProcess>,
}

impl Stage {
    /// The puppet with `script` as its plugin configuration.
    pub(crate) fn new(subject: &Subject, script: &str) -> Checked<Self> {
        Setup::new(script).start(subject)
    }

    /// A guest other than the puppet.
    pub(crate) fn of(guest: &Compiled) -> Checked<Self> {
        Setup::new("").start_guest(guest)
    }

    /// Opens an HTTP stream.
    pub(crate) fn open(&mut self) -> Checked<ContextId> {
        self.vm
            .create_stream(self.root, Box::default())
            .map_err(|(trap, _)| trap.into())
    }

    /// Opens a connection.
    pub(crate) fn connect(&mut self) -> Checked<ContextId> {
        let stream = Stream {
            connection: true,
            ..Stream::default()
        };
        self.vm
            .create_stream(self.root, Box::new(stream))
            .map_err(|(trap, _)| trap.into())
    }

    /// The stream.
    pub(crate) fn stream(&mut self, id: ContextId) -> Checked<&mut Stream> {
        self.vm
            .stream_mut(id)
            .ok_or_else(|| format!("stream {id} is gone").into())
    }

    /// Opens an HTTP stream and sends the headers of a request with `fields` after the usual
    /// pseudo-headers.
    pub(crate) fn request(
        &mut self,
        fields: &[(&str, &str)],
        end: bool,
    ) -> Checked<(ContextId, Action)> {
        let id = self.open()?;
        self.stream(id)?.request.headers = PSEUDO.iter().chain(fields).copied().collect();
        let action = self.vm.on_request_headers(id, end)?;
        Ok((id, action))
    }

    /// A request without a body; answers its stream.
    pub(crate) fn get(&mut self, fields: &[(&str, &str)]) -> Checked<ContextId> {
        Ok(self.request(fields, true)?.0)
    }

    /// The headers of a response.
    pub(crate) fn response(
        &mut self,
        id: ContextId,
        fields: &[(&str, &str)],
        end: bool,
    ) -> Checked<Action> {
        self.stream(id)?.response.headers =
            [(":status", "200")].iter().chain(fields).copied().collect();
        Ok(self.vm.on_response_headers(id, end)?)
    }

    /// Delivers events and wakes until nothing is left.
    pub(crate) fn pump(&mut self) -> Checked {
        for _ in 0..100 {
            let mut any = false;
            for (call, event) in self.services.take_events(self.vm.number()) {
                any = true;
                self.vm.deliver(call, event)?;
            }
            for (root, queue) in self.vm.take_wakes() {
                any = true;
                self.vm.on_queue_ready(root, queue)?;
            }
            if !any {
                return Ok(());
            }
        }
        Err("events never end".into())
    }

    /// Everything logged since the last check.
    pub(crate) fn hear(&mut self) -> Vec<String> {
        let lines = self.services.take_logs().into_iter();
        lines
            .map(|line| String::from_utf8_lossy(&line.message).into_owned())
            .collect()
    }

    /// Fails unless the puppet's host calls since the last check logged exactly `lines`.
    pub(crate) fn said(&mut self, lines: &[&str]) -> Checked {
        let heard: Vec<String> = self
            .hear()
            .into_iter()
            .filter(|line| !line.starts_with("> "))
            .collect();
        equal("host calls", heard, lines)
    }

    /// Fails unless exactly these callbacks ran since the last check.
    pub(crate) fn called(&mut self, callbacks: &[&str]) -> Checked {
        let heard = self.hear();
        let heard: Vec<&str> = heard
            .iter()
            .filter_map(|line| line.strip_prefix("> "))
            .collect();
        equal("callbacks", heard, callbacks)
    }

    /// Forgets what was logged.
    pub(crate) fn forget(&mut self) {
        self.hear();
    }

    /// Ends a stream whose guest does not delay it.
    pub(crate) fn finish(&mut self, id: ContextId) -> Checked<Box<Stream>> {
        let stream = self.vm.finish(id)?;
        stream.ok_or_else(|| "the guest delayed the end of the stream".into())
    }

    /// The tape.
    pub(crate) fn tape(&mut self) -> Checked<Box<Tape>> {
        self.vm
            .set_tape(None)
            .ok_or_else(|| "there is no tape".into())
    }

    /// Fails unless the VM still answers as one should.
    pub(crate) fn alive(&mut self) -> Checked {
        ensure!(
            self.vm.ended().is_none(),
            "the VM has ended: {:?}",
            self.vm.ended()
        );
        let id = self.get(&[])?;
        self.finish(id)?;
        Ok(())
    }
}

/// Names and values of a map, for comparing.
pub(crate) fn fields(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    map.iter()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// Fields to compare with.
pub(crate) fn wanted(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
