//! Starting a proxy.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{pin_tree, pinned};
use crate::sandbox::Sandbox;
use crate::{Cores, Filter, Program, ProxyKind, Running, StartError, config, ports};

/// How long a proxy may take to its first answer: it compiles its plugin meanwhile, on a
/// busy machine perhaps.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a proxy may answer that it cannot serve before it is believed: its plugin may be
/// what cannot.
const UNABLE: Duration = Duration::from_secs(3);
/// How often a port that somebody else was quicker to take is chosen anew.
const ATTEMPTS: u32 = 3;
/// Ends the program when this process ends without having done so.
const LEASH: &str = "/usr/bin/setpriv";

/// What to start.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// Which proxy.
    pub kind: ProxyKind,
    /// Its program.
    pub program: &'a Program,
    /// What it does to each request.
    pub filter: &'a Filter,
    /// Where requests go.
    pub upstream: SocketAddr,
    /// Threads or processes that serve.
    pub workers: u32,
    /// Cores that it stays on.
    pub cores: Cores,
    /// Whether clients speak HTTP/2 with prior knowledge; proxies that tell the two apart by
    /// themselves take HTTP/1.1 as well.
    pub http2: bool,
}

/// Starts a proxy and waits for its first answer; the upstream must be there already. It ends
/// when the thread that started it does, so that nothing is left behind.
///
/// # Errors
/// When it has no such filter, ends at once or does not answer.
pub fn start(setup: &Setup<'_>) -> Result<Running, StartError> {
    let kind = setup.filter.kind();
    if !setup.kind.filters().contains(&kind) {
        let known: Vec<&str> = setup
            .kind
            .filters()
            .iter()
            .map(|kind| kind.word())
            .collect();
        return Err(StartError::NoSuchFilter {
            proxy: setup.kind,
            filter: kind,
            known: known.join(", "),
        });
    }
    let mut attempt = 1;
    loop {
        match attempt_start(setup) {
            Err(StartError::Ended { said, .. })
                if attempt < ATTEMPTS && said.to_lowercase().contains("address already in use") =>
            {
                attempt += 1;
            }
            other => return other,
        }
    }
}

fn attempt_start(setup: &Setup<'_>) -> Result<Running, StartError> {
    let sandbox = Sandbox::new()?;
    let free = ports::free(2).map_err(StartError::Port)?;
    let call = config::write(setup, &sandbox, [free[0], free[1]])?;
    let spawn_failed = |source| StartError::Spawn {
        program: setup.program.path.clone(),
        source,
    };
    let log = sandbox.log()?;
    let errors = log.try_clone().map_err(spawn_failed)?;
    let mut command = leashed(&setup.program.path);
    command
        .args(&call.arguments)
        .envs(call.environment)
        .current_dir(sandbox.path())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // Ctrl-C is for whoever started it to handle.
        .process_group(0);
    let begin = Instant::now();
    let child = pinned(&setup.cores, || command.spawn())
        .and_then(|spawned| spawned)
        .map_err(spawn_failed)?;
    let mut running = Running {
        kind: setup.kind,
        child,
        address: SocketAddr::from(([127, 0, 0, 1], free[0])),
        sandbox,
        start_up: Duration::ZERO,
    };
    wait(&mut running, setup.http2)?;
    running.start_up = begin.elapsed();
    pin_tree(running.pid(), &setup.cores);
    Ok(running)
}

/// The command for a program that must not outlive the thread that starts it: where the system
/// has the means, it is asked to end with that.
pub fn leashed(program: &Path) -> Command {
    if !Path::new(LEASH).is_file() {
        return Command::new(program);
    }
    let mut command = Command::new(LEASH);
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

fn wait(running: &mut Running, http2: bool) -> Result<(), StartError> {
    let begin = Instant::now();
    let mut last = "nobody listened".to_owned();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = running.ended() {
            return Err(StartError::Ended {
                proxy: running.kind,
                status: status.to_string(),
                said: running.last_words(),
            });
        }
        match probe(running.address, http2) {
            Ok(true) => return Ok(()),
            Ok(false) if begin.elapsed() > UNABLE => return Ok(()),
            Ok(false) => "it answered that it has no upstream".clone_into(&mut last),
            Err(error) => last = error.to_string(),
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(StartError::NotReady {
        proxy: running.kind,
        seconds: PATIENCE.as_secs(),
        last,
        said: running.last_words(),
    })
}

/// Whether the proxy answers, and has an upstream. One that speaks HTTP/2 alone has shown as
/// much as it can when it says anything.
fn probe(address: SocketAddr, http2: bool) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: pwbench.example\r\nconnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    let read = stream.read(&mut answer)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let unable = [&b"502"[..], b"503", b"504"];
    let status = answer.get(9..12).filter(|_| answer.starts_with(b"HTTP/1."));
    Ok(match status {
        Some(status) => !unable.contains(&status),
        None => http2,
    })
}
