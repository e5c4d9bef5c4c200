//! The puppet behind the driver that runs whole exchanges.

use std::sync::Arc;

use host_core::services::InProcess;
use host_core::{Driver, Exchange, FailPolicy, Isolation, Message, Plugin, VmPool};

use crate::item::Checked;
use crate::stage::{PSEUDO, Setup};
use crate::subject::Subject;
use crate::upstream;

/// A plugin at work.
pub(crate) struct Proxy {
    pub(crate) driver: Driver,
    pub(crate) services: Arc<InProcess>,
    pub(crate) pool: Arc<VmPool>,
}

impl Proxy {
    pub(crate) fn new(subject: &Subject, script: &str) -> Checked<Self> {
        Self::with(subject, script, FailPolicy::Closed, Isolation::Thread)
    }

    pub(crate) fn with(
        subject: &Subject,
        script: &str,
        policy: FailPolicy,
        isolation: Isolation,
    ) -> Checked<Self> {
        let services = upstream::services();
        let pool = VmPool::new(
            Arc::new(plugin(subject, script, policy, &services)?),
            isolation,
        )?;
        let driver = Driver::new(pool.seat()?, services.clone());
        Ok(Self {
            driver,
            services,
            pool,
        })
    }

    /// Names of the callbacks that ran since the last check.
    pub(crate) fn callbacks(&self) -> Vec<String> {
        let lines = self.services.take_logs().into_iter();
        lines
            .filter_map(|line| {
                let text = String::from_utf8_lossy(&line.message).into_owned();
                Some(text.strip_prefix("> ")?.split(' ').next()?.to_owned())
            })
            .collect()
    }
}

/// The puppet as a plugin.
pub(crate) fn plugin(
    subject: &Subject,
    script: &str,
    policy: FailPolicy,
    services: &Arc<InProcess>,
) -> Checked<Plugin> {
    let setup = Setup::new(script);
    let puppet = subject.puppet(setup.limits)?;
    Ok(Plugin {
        module: puppet.module,
        facts: puppet.facts,
        services: services.clone(),
        settings: setup.settings(),
        vm: Arc::new(setup.vm),
        policy,
    })
}

/// A request without a body and an answer without one.
pub(crate) fn exchange() -> Exchange {
    Exchange {
        id: "exchange".to_owned(),
        request: Message {
            headers: PSEUDO.into_iter().collect(),
            ..Message::default()
        },
        response: Message {
            headers: [(":status", "200")].into_iter().collect(),
            ..Message::default()
        },
    }
}
