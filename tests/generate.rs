//! `pwbench generate` and `pwbench upstream` as processes.
#![cfg(unix)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{expect_exit, folder, json, pwbench, run, stderr, stdout};
use tempfile::TempDir;

/// An upstream in a process of its own.
struct Server {
    child: Child,
    url: String,
    folder: TempDir,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let folder = folder();
        let mut child = pwbench(folder.path())
            .args(["upstream", "--format", "json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        out.read_line(&mut line).expect("a line");
        child.stdout = Some(out.into_inner());
        let told: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(told["pid"], child.id());
        Self {
            url: format!("http://{}/", told["address"].as_str().expect("an address")),
            child,
            folder,
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("signalled");
    }

    /// Ends it and answers what it counted.
    fn end(mut self) -> Value {
        self.signal(Signal::TERM);
        let mut rest = String::new();
        let mut out = self.child.stdout.take().expect("piped");
        out.read_to_string(&mut rest).expect("read");
        assert!(self.child.wait().expect("ended").success());
        serde_json::from_str(&rest).expect("JSON")
    }

    fn generate(&self, arguments: &[&str]) -> std::process::Output {
        let mut all = vec!["generate", "--url", &self.url, "--format", "json"];
        all.extend(arguments);
        run(self.folder.path(), &all)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already in tests that end it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn load_from_one_process_to_another_is_counted_the_same_by_both() {
    let server = Server::start(&["--workload", "header-rewrite"]);
    let output = server.generate(&[
        "--workload",
        "header-rewrite",
        "--check",
        "recorded",
        "--rate",
        "300",
        "--duration",
        "1",
        "--warm-up",
        "0.5",
    ]);
    let outcome = json(&output);
    assert!(
        [Some(0), Some(3)].contains(&output.status.code()),
        "{outcome}"
    );
    assert_eq!(outcome["counts"]["offered"], 300);
    assert_eq!(outcome["counts"]["good"], 300);
    assert_eq!(outcome["corrected"]["count"], 300);
    assert_eq!(outcome["plan"]["loop"], "open");
    assert_eq!(
        outcome["valid"],
        outcome["reasons"] == Value::Array(Vec::new())
    );
    let text = outcome["corrected"]["histogram"].as_str().expect("text");
    let latency: reports::Latency = serde_json::from_value(text.into()).expect("a histogram");
    assert_eq!(latency.to_histogram().expect("a histogram").len(), 300);
    assert_eq!(server.end()["requests"], 450);
}

#[test]
fn wrong_answers_are_exit_code_1_and_told() {
    let server = Server::start(&[]);
    let output = server.generate(&[
        "--workload",
        "header-rewrite",
        "--closed",
        "--count",
        "100",
        "--warm-up",
        "0",
    ]);
    let outcome = json(&output);
    assert!(
        [Some(1), Some(3)].contains(&output.status.code()),
        "{outcome}"
    );
    assert_eq!(outcome["counts"]["good"], 0);
    assert!(outcome["counts"]["wrong"].as_u64() > Some(0));
    assert!(outcome["wrong_answers"][0]["difference"].is_string());
}

#[test]
fn bad_usage_is_exit_code_2_with_a_remedy() {
    let folder = folder();
    for (arguments, what, remedy) in [
        (
            &["--url", "http://192.0.2.1/"][..],
            "not on this machine",
            "use 127.0.0.1",
        ),
        (&["--url", "https://127.0.0.1/"], "TLS", "give one such as"),
        (
            &["--url", "http://127.0.0.1:1/"],
            "cannot connect",
            "start the server",
        ),
        (
            &["--url", "http://127.0.0.1:1/", "--rate", "0"],
            "the rate is 0",
            "give 0.001",
        ),
        (
            &["--url", "http://127.0.0.1:1/", "--workload", "none"],
            "none",
            "",
        ),
    ] {
        let mut all = vec!["generate"];
        all.extend(arguments);
        let output = run(folder.path(), &all);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(text.contains(what) && text.contains(remedy), "{text}");
    }
    for arguments in [&["--slo", "p99"][..], &["--rate", "5", "--closed"]] {
        let mut all = vec!["generate", "--url", "http://127.0.0.1:1/"];
        all.extend(arguments);
        expect_exit(&run(folder.path(), &all), 2);
    }
    expect_exit(
        &run(folder.path(), &["upstream", "--address", "0.0.0.0:0"]),
        2,
    );
}

#[test]
fn two_upstreams_do_not_share_a_port() {
    let server = Server::start(&[]);
    let address = server.url["http://".len()..].trim_end_matches('/');
    let output = run(server.folder.path(), &["upstream", "--address", address]);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("cannot listen"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_stopped_server_is_charged_for_every_request_that_it_kept_waiting() {
    let server = Server::start(&[]);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(2_500));
            server.signal(Signal::STOP);
            std::thread::sleep(Duration::from_secs(1));
            server.signal(Signal::CONT);
        });
        server.generate(&["--rate", "1000", "--duration", "6", "--warm-up", "0"])
    });
    let outcome = json(&output);
    assert_eq!(outcome["counts"]["good"], 6_000, "{outcome}");
    let time = |which: &str, what: &str| outcome[which][what].as_f64().expect("a time");
    let p99 = time("corrected", "p99_us");
    assert!((900_000.0..1_300_000.0).contains(&p99), "{p99}");
    assert!(time("uncorrected", "p99_us") * 10.0 < p99);
}

#[test]
fn the_rate_found_for_an_objective_is_near_what_the_server_can_do() {
    // Four connections that each wait 20 ms: 200 a second at most.
    let server = Server::start(&["--delay", "0.02"]);
    let output = server.generate(&[
        "--slo",
        "p95=200ms",
        "--rate",
        "50",
        "--connections",
        "4",
        "--probe",
        "0.7",
        "--duration",
        "1",
        "--warm-up",
        "0.1",
    ]);
    let found = json(&output);
    expect_exit(&output, 0);
    let rate = found["rate"].as_f64().expect("a rate");
    assert!((80.0..=210.0).contains(&rate), "{found}");
    let probes = found["probes"].as_array().expect("probes");
    assert!(probes.iter().any(|probe| probe["met"] == false), "{found}");
    assert_eq!(found["confirmed"]["valid"], true);
    assert!(stderr(&output).contains("confirm: "));
}

#[test]
fn the_table_shows_both_latencies_and_the_schedule_lag() {
    let server = Server::start(&[]);
    let arguments = [
        "generate",
        "--url",
        &server.url,
        "--duration",
        "0.3",
        "--warm-up",
        "0",
    ];
    let text = stdout(&run(server.folder.path(), &arguments));
    for part in [
        "300 good, 0 wrong, 0 errors",
        "latency",
        "real send time",
        "schedule lag",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn two_generators_at_once_are_joined_with_their_histograms_added() {
    let server = Server::start(&[]);
    let generate = || server.generate(&["--rate", "200", "--duration", "1", "--warm-up", "0.2"]);
    let both = std::thread::scope(|scope| {
        let other = scope.spawn(generate);
        [generate(), other.join().expect("a generator")]
    });
    let folder = server.folder.path();
    let names = [("one.json", &both[0]), ("two.json", &both[1])];
    let files = names.map(|(name, output)| support::write(folder, name, &output.stdout));
    let merge = |files: &[&str]| {
        let mut all = vec!["merge", "--output", "both.json", "--format", "json"];
        all.extend(files);
        run(folder, &all)
    };
    let output = merge(&[&files[0], &files[1]]);
    let joined = json(&output);
    assert!(
        [Some(0), Some(3)].contains(&output.status.code()),
        "{joined}"
    );
    assert_eq!(joined["counts"]["good"], 400, "{joined}");
    assert_eq!(joined["plan"]["rate"], 400.0);
    assert_eq!(joined["plan"]["connections"], 32);
    let text = joined["corrected"]["histogram"].as_str().expect("text");
    let latency: reports::Latency = serde_json::from_value(text.into()).expect("a histogram");
    assert_eq!(latency.to_histogram().expect("a histogram").len(), 400);
    let written = std::fs::read(folder.join("both.json")).expect("written");
    let written: Value = serde_json::from_slice(&written).expect("JSON");
    assert_eq!(written, joined);

    // A file that is there stays as it is, and nothing counts twice.
    for (files, told) in [
        ([&files[0], &files[1]], "both.json"),
        ([&files[0], &files[0]], "are the same"),
    ] {
        let output = merge(&[files[0], files[1]]);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
    let other = support::write(folder, "other.json", "{}");
    let output = merge(&[&other]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("other.json: is no outcome"));
}

#[test]
fn the_generators_of_the_manifest_begin_together_and_are_joined() {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/generators.yaml");
    let text = std::fs::read_to_string(manifest).expect("the manifest");
    let all: Vec<Value> = serde_saphyr::from_multiple(&text).expect("YAML");
    let [claim, generate, join] = &all[..] else {
        panic!("a volume and two jobs");
    };
    let pod = |job: &Value| job["spec"]["template"]["spec"].clone();
    for job in [generate, join] {
        let claimed = &pod(job)["volumes"][0]["persistentVolumeClaim"]["claimName"];
        assert_eq!(*claimed, claim["metadata"]["name"]);
    }
    assert_eq!(generate["spec"]["completionMode"], "Indexed");
    let variables = pod(generate)["containers"][0]["env"].clone();
    let of = |name: &str| {
        let all = variables.as_array().expect("variables");
        let one = all.iter().find(|one| one["name"] == name);
        one.expect(name)["value"].as_str().expect("text").to_owned()
    };
    let generators = of("GENERATORS");
    for count in ["completions", "parallelism"] {
        assert_eq!(generate["spec"][count].to_string(), generators);
    }
    // Load goes to loopback, where the forwarder beside it listens.
    let forward = pod(generate)["initContainers"][0].clone();
    let listens = forward["args"][0].as_str().expect("an address");
    let port = listens.split([':', ',']).nth(1).expect("a port");
    assert_eq!(of("URL"), format!("http://127.0.0.1:{port}/"));

    let server = Server::start(&["--workload", "header-rewrite"]);
    let results = folder();
    let start = |job: &Value, index: u32| {
        let script = pod(job)["containers"][0]["args"][0].clone();
        let programs = std::path::Path::new(env!("CARGO_BIN_EXE_pwbench")).parent();
        let path = std::env::var("PATH").unwrap_or_default();
        std::process::Command::new("sh")
            .args(["-e", "-c", script.as_str().expect("a script")])
            .env(
                "PATH",
                format!("{}:{path}", programs.expect("a folder").display()),
            )
            .env("JOB_COMPLETION_INDEX", index.to_string())
            .env("RESULTS", results.path())
            .env("URL", &server.url)
            .env("GENERATORS", "2")
            .env("WORKLOAD", of("WORKLOAD"))
            // There is no filter between.
            .env("CHECK", "recorded")
            .env("RATE", "50")
            .env("DURATION", "2")
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell")
    };
    let mut first = start(generate, 0);
    std::thread::sleep(Duration::from_millis(700));
    // It waits for the other.
    assert!(first.try_wait().expect("asked").is_none());
    let mut second = start(generate, 1);
    for child in [&mut first, &mut second] {
        assert!(child.wait().expect("ended").success());
    }
    let outcome = |name: &str| -> Value {
        let text = std::fs::read_to_string(results.path().join(name)).expect(name);
        serde_json::from_str(&text).expect("JSON")
    };
    // Whether the machine was quick enough is not this test's business.
    let code = start(join, 0).wait().expect("ended").code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}");
    let good = |name: &str| outcome(name)["counts"]["good"].as_u64().expect("a count");
    let each = [0, 1].map(|index| good(&format!("generator-{index}.json")));
    assert!(each.iter().all(|good| *good > 0));
    assert_eq!(good("all.json"), each.iter().sum::<u64>());
}
