//! The machine's fingerprint.

use std::fs;
use std::process::Command;

use reports::Machine;
use sha2::{Digest as _, Sha256};

/// Version of this program, with the commit it was built from where that is known.
pub(crate) fn version() -> String {
    match env!("PWBENCH_COMMIT") {
        "" => env!("CARGO_PKG_VERSION").to_owned(),
        commit => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
    }
}

/// What is known of this machine.
pub(crate) fn fingerprint() -> Machine {
    let uname = rustix::system::uname();
    let kernel = format!(
        "{} {}",
        uname.sysname().to_string_lossy(),
        uname.release().to_string_lossy()
    );
    Machine {
        identity: identity(uname.nodename().to_bytes()),
        os: operating_system(),
        kernel,
        cpu_model: cpu_model(),
        cores: std::thread::available_parallelism().map_or(0, |cores| cores.get() as u32),
        memory_bytes: memory_bytes(),
        governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        virtualised: virtualised(),
        load_before: load(),
        rustc: env!("PWBENCH_RUSTC").to_owned(),
    }
}

/// The beginning of a hash over what the host is called and identified by.
fn identity(host: &[u8]) -> String {
    let id = line("/etc/machine-id").unwrap_or_default();
    let hash = Sha256::new()
        .chain_update(host)
        .chain_update(id.as_bytes())
        .finalize();
    hash[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn operating_system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    match name {
        Some(name) => name.trim_matches('"').to_owned(),
        None if cfg!(target_os = "macos") => format!(
            "macOS {}",
            said("sw_vers", &["-productVersion"]).unwrap_or_default()
        )
        .trim()
        .to_owned(),
        None => std::env::consts::OS.to_owned(),
    }
}

fn cpu_model() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    field(&info, "model name")
        .or_else(|| line("/proc/device-tree/model"))
        .or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"]))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn memory_bytes() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kibibytes =
        field(&info, "MemTotal").and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes
        .map(|kibibytes| kibibytes << 10)
        .or_else(|| said("sysctl", &["-n", "hw.memsize"])?.parse().ok())
        .unwrap_or(0)
}

/// The container or hypervisor around this process, by the traces that they leave.
fn virtualised() -> Option<String> {
    let mut found = Vec::new();
    let marks = [
        ("/.dockerenv", "Docker container"),
        ("/run/.containerenv", "Podman container"),
    ];
    found.extend(
        marks
            .iter()
            .filter(|(path, _)| fs::exists(path).unwrap_or(false))
            .map(|(_, what)| (*what).to_owned()),
    );
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if field(&info, "flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"))
    {
        found.push(match line("/sys/class/dmi/id/sys_vendor") {
            Some(vendor) => format!("virtual machine ({vendor})"),
            None => "virtual machine".to_owned(),
        });
    }
    (!found.is_empty()).then(|| found.join(" in a "))
}

fn load() -> Option<f64> {
    line("/proc/loadavg")?.split(' ').next()?.parse().ok()
}

/// The value of the first `name : value` line.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// The first line of a file, without the NUL that device trees end with.
fn line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim_matches(['\0', ' ']).to_owned();
    (!line.is_empty()).then_some(line)
}

/// The first line of what a program prints, where it runs at all.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines()
        .next()
        .map(str::to_owned)
        .filter(|line| output.status.success() && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "model\t: 1\nmodel name\t: A CPU: fast\nflags : a hypervisor b";
        assert_eq!(field(text, "model name").as_deref(), Some("A CPU: fast"));
        assert_eq!(field(text, "name"), None);
    }

    #[test]
    fn this_machine_has_cores_and_a_kernel() {
        let machine = fingerprint();
        assert!(
            machine.cores >= 1 && !machine.kernel.is_empty() && machine.rustc.starts_with("rustc")
        );
    }
}
