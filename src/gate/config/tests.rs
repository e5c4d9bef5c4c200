//! Configurations that are sound, and many that are not.

use std::fs;
use std::time::Duration;

use reports::Figure;

use super::GateConfig;

/// A folder with the files that a configuration may name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["new.wasm", "old.wasm", "traffic.jsonl"] {
        fs::write(folder.path().join(name), "x").expect("written");
    }
    folder
}

fn read(text: &str) -> Result<GateConfig, String> {
    let folder = folder();
    GateConfig::of(&folder.path().join("gate.toml"), text).map_err(|error| {
        let text = error.to_string();
        text.rsplit_once("gate.toml")
            .map_or(text.clone(), |(_, rest)| rest.to_owned())
    })
}

const PLUGIN: &str = "[plugin]\nmodule = \"new.wasm\"\nrequests = \"traffic.jsonl\"\n";

#[test]
fn a_whole_configuration_is_read() {
    let config = read(&format!(
        "{PLUGIN}models = {{ classifier = \"old.wasm\" }}\n[base]\nfile = \"old.wasm\"\n[measure]\nruntimes = [\"wasmi/eager\"]\nseconds = 5\n\
         [limits]\ncpu = \"1%\"\nhost_calls = \"0%\"\n[ceilings]\np99 = \"50us\"\nmodule_size = \"200 kB\"\n"
    ))
    .expect("sound");
    let model = &config.plugin.models[0];
    assert!(model.name == "classifier" && model.file.ends_with("old.wasm"));
    assert_eq!(config.limits[&Figure::Cpu], 0.01);
    assert_eq!(config.limits[&Figure::HostCalls], 0.0);
    assert_eq!(config.ceilings[&Figure::P99], 50_000.0);
    assert_eq!(config.ceilings[&Figure::ModuleSize], 200_000.0);
    assert_eq!(config.time, Duration::from_secs(5));
    assert!(config.plugin.same_outcomes && config.runtimes == ["wasmi/eager"]);
}

#[test]
fn whatever_is_wrong_is_told_with_its_line_field_and_remedy() {
    let base = "[base]\nfile = \"old.wasm\"\n";
    for (text, told) in [
        (
            format!("{PLUGIN}{base}[limits]\nspeed = \"1%\"\n"),
            ":7: limits.speed: unknown variant `speed`",
        ),
        (
            format!("{PLUGIN}models = {{ m = \"m.onnx\" }}\n{base}[limits]\ncpu = \"1%\"\n"),
            ":4: plugin.models: there is no file",
        ),
        (
            format!("{PLUGIN}{base}[ceilings]\nstartup = \"0 us\"\n"),
            ":7: ceilings.startup: nothing has a start-up to the first answer of 0; give an amount",
        ),
        (
            format!("{PLUGIN}{base}[limits]\ncpu = \"much\"\n"),
            ":7: limits.cpu: `much` is no share; give one",
        ),
        (
            format!("{PLUGIN}{base}[limits]\ncpu = \"0%\"\n"),
            ":7: limits.cpu: what is measured",
        ),
        (
            format!("{PLUGIN}{base}[ceilings]\np99 = \"4MB\"\n"),
            ":7: ceilings.p99: `4MB` is no p99 latency; give",
        ),
        (
            format!("{PLUGIN}{base}"),
            ":1: plugin: nothing is limited; add a section",
        ),
        (
            format!("{PLUGIN}[base]\n[limits]\ncpu = \"1%\"\n"),
            ":4: base: the base is not clear; give exactly one",
        ),
        (
            format!("{PLUGIN}[base]\nfile = \"gone.wasm\"\n[limits]\ncpu = \"1%\"\n"),
            ":5: base.file: there is no file",
        ),
        (
            format!("{PLUGIN}{base}[measure]\nruntimes = [\"no/such\"]\n[limits]\ncpu = \"1%\"\n"),
            ":7: measure.runtimes: there is no runtime",
        ),
        (
            format!("{PLUGIN}{base}[measure]\nseconds = 0\n[limits]\ncpu = \"1%\"\n"),
            ":7: measure.seconds: 0 seconds",
        ),
        (
            "[plugin]\nmodul = \"x\"\n".to_owned(),
            ":2: plugin.modul: unknown field `modul`",
        ),
    ] {
        let error = read(&text).expect_err("unsound");
        assert!(error.starts_with(told), "{error}\nwanted {told}");
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let fragments = [
        "[plugin]",
        "[base]\n",
        "module=",
        "\"new.wasm\"",
        "\n",
        "git='x'",
        "[limits]\ncpu=",
        "'1%'",
        "\u{0}",
        "é",
    ];
    let mut state = 7_u64;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..8 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push_str(fragments[(state >> 33) as usize % fragments.len()]);
        }
        // Either way, without a panic.
        let _ = read(&text);
    }
}
