//! The firewall's configurations, good and bad, as a person gives them.

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use support::{campaign, expect_exit, folder, json, pwbench, run, stderr, trials, write};

const REQUESTS: &str = concat!(
    r#"{"id":"plain","request":{"method":"GET","path":"/?q=desk+lamp"},"expect":{"forwarded":{"request_headers":[],"response_status":200,"response_headers":[]}}}"#,
    "\n",
    r#"{"id":"attack","request":{"method":"GET","path":"/?q=evil"},"expect":{"local_response":{"status":403,"headers":[["content-type","text/plain"],["x-waf-rule","7"]],"body":"Blocked by rule 7.\n"}}}"#,
    "\n",
);
const RULES: &str = r#"SecRule ARGS "@streq evil" "id:7,phase:1,deny,msg:'Evil'""#;

fn module(folder: &Path) -> String {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/workloads/prebuilt/waf-modsec.wasm"
    );
    write(folder, "waf.wasm", fs::read(file).expect("the module"))
}

/// `pwbench run` with these rules on two runtimes.
fn run_with(folder: &Path, rules: impl AsRef<[u8]>) -> std::process::Output {
    let module = module(folder);
    let rules = write(folder, "rules.conf", rules);
    let requests = write(folder, "requests.jsonl", REQUESTS);
    let arguments = [
        "run",
        "--module",
        &module,
        "--config",
        &rules,
        "--requests",
        &requests,
        "--runtime",
        "wasmi/lazy,wasmtime/winch",
        "--blocks",
        "1",
    ];
    run(folder, &arguments)
}

#[test]
fn a_persons_own_rules_decide() {
    let folder = folder();
    let output = run_with(folder.path(), RULES);
    expect_exit(&output, 0);
    let trials = trials(&campaign(&folder.path().join("results")));
    let checks: Vec<_> = trials.iter().filter(|trial| trial["block"] == 0).collect();
    assert_eq!(checks.len(), 2);
    for check in checks {
        assert_eq!(check["check"]["matched"], 2, "{check}");
    }
}

#[test]
fn a_mistake_in_the_rules_is_told_with_its_line_and_exit_code_2() {
    for (mistake, told) in [
        (
            "SecRule ARGS \"@rx a\" \"id:8,deny",
            "configuration:3: a \" is not closed",
        ),
        (
            "SecRule ARGS \"@nosuch a\" \"id:8,deny\"",
            "configuration:3: unknown operator: @nosuch",
        ),
        (
            "SecRule ARGS \"@rx (\" \"id:8,deny\"",
            "configuration:3: the pattern is not supported",
        ),
        (
            "SecRule ARGS \"@rx a(?=b)\" \"id:8,deny\"",
            "configuration:3: the pattern is not supported",
        ),
        ("SecAuditEngine On", "configuration:3: SecAuditEngine"),
        ("\u{1b}[31mred", "configuration:3: '"),
    ] {
        let folder = folder();
        let output = run_with(folder.path(), format!("# Rules\n{RULES}\n{mistake}\n"));
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains("error: the plugin refused its configuration: "),
            "{text}"
        );
        assert!(text.contains(told), "{told} is not in {text}");
        assert!(text.contains("help: correct"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn no_rules_and_bytes_that_are_no_text_are_refused() {
    for (rules, told) in [
        (&b""[..], "configuration:1: it is empty"),
        (
            &b"SecMarker A\nSecMarker \xff\n"[..],
            "configuration:2: not UTF-8",
        ),
    ] {
        let folder = folder();
        let output = run_with(folder.path(), rules);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[test]
fn false_positives_and_missed_attacks_are_counted() {
    let folder = folder();
    let path = folder.path();
    let module = module(path);
    write(path, "requests.jsonl", REQUESTS);
    // Stops the harmless request, and lets the other one pass.
    write(path, "wrong.conf", RULES.replace("evil\"", "desk lamp\""));
    write(path, "rules.conf", RULES);
    let verify = |rules: &str| {
        let arguments = [
            "verify",
            "--no-conformance",
            "--module",
            &module,
            "--config",
            rules,
            "--requests",
            "requests.jsonl",
            "--runtime",
            "wasmtime/winch",
            "--format",
            "json",
        ];
        run(path, &arguments)
    };
    let counts = |output: &std::process::Output| {
        let verdicts = &json(output)["checks"][0]["verdicts"];
        let count = |name: &str| verdicts[name].as_u64().expect("a count");
        [
            "harmless",
            "false_positives",
            "attacks",
            "missed",
            "answered_otherwise",
        ]
        .map(count)
    };
    let right = verify("rules.conf");
    expect_exit(&right, 0);
    assert_eq!(counts(&right), [1, 0, 1, 0, 0]);
    let wrong = verify("wrong.conf");
    expect_exit(&wrong, 1);
    assert_eq!(counts(&wrong), [1, 1, 1, 1, 0]);
}

#[test]
fn rules_that_are_left_out_are_counted_in_a_note() {
    let folder = folder();
    let beyond = "SecRule FILES_SIZES \"@gt 1\" \"id:8,phase:2,deny\"";
    let rules = format!("#@unsupported leave-out\n{RULES}\n{beyond}\n");
    let output = run_with(folder.path(), &rules);
    expect_exit(&output, 0);
    let text = stderr(&output);
    let notes: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    // Two runtimes, one plugin.
    assert_eq!(notes.len(), 1, "{text}");
    assert!(notes[0].contains("a warning when it started: "), "{text}");
    for part in [
        "FilesSizes",
        "; in the end: 1 rules loaded, 1 directives left out",
    ] {
        assert!(notes[0].contains(part), "{part} is not in {text}");
    }
}

/// A proxy with the firewall as its filter; ends with its owner.
struct Proxy {
    child: Child,
    address: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    fn start(folder: &Path, rules: &str) -> Self {
        module(folder);
        let rules: String = rules
            .lines()
            .map(|line| format!("      {line}\n"))
            .collect();
        let proxy = format!(
            "workers: 1\nlisteners:\n- name: web\n  address: 127.0.0.1:0\n  routes: \
             [{{ match: {{ prefix: / }}, direct_response: {{ status: 200, body: served }} }}]\n  \
             http_filters:\n  - name: waf\n    vm_config: {{ runtime: wasmtime/winch, code: \
             {{ local: {{ filename: waf.wasm }} }} }}\n    configuration: |\n{rules}"
        );
        write(folder, "proxy.yaml", proxy);
        let mut child = pwbench(folder)
            .args(["serve", "--config", "proxy.yaml"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut heard = String::new();
        let address = loop {
            let mut line = String::new();
            let read = stderr.read_line(&mut line).expect("read");
            assert!(read > 0, "{heard}");
            heard += &line;
            if let Some(address) = line.strip_prefix("listening: web on ") {
                break address.trim().to_owned();
            }
        };
        // Nobody reads on: what it logs must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Self { child, address }
    }

    /// Posts a body in these pieces, each written by itself.
    fn post(&self, pieces: &[&str]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        stream.set_nodelay(true).expect("a socket");
        let head = "POST /review HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
                    content-type: application/x-www-form-urlencoded\r\n\
                    transfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("written");
        for piece in pieces {
            // The proxy gets each by itself, or several: both have to do.
            std::thread::sleep(std::time::Duration::from_millis(20));
            let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
            // An answer may come before all of the body has gone.
            if stream.write_all(chunk.as_bytes()).is_err() {
                break;
            }
        }
        let _ = stream.write_all(b"0\r\n\r\n");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn a_body_that_comes_in_pieces_is_examined_whole_and_one_beyond_the_limit_answered_413() {
    let folder = folder();
    let rules = "SecRequestBodyAccess On\nSecRequestBodyLimit 64\nSecRequestBodyLimitAction Reject\n\
                 SecRule ARGS:text \"@streq evil\" \"id:7,phase:2,deny,msg:'Evil'\"";
    let proxy = Proxy::start(folder.path(), rules);
    let harmless = proxy.post(&["text=", "go", "od"]);
    assert!(harmless.starts_with("HTTP/1.1 200 "), "{harmless}");
    assert!(harmless.ends_with("served"), "{harmless}");
    // No piece of it is what the rule looks for.
    let attack = proxy.post(&["te", "xt=e", "vi", "l"]);
    assert!(attack.starts_with("HTTP/1.1 403 "), "{attack}");
    assert!(attack.contains("x-waf-rule: 7"), "{attack}");
    let piece = "a".repeat(40);
    let large = proxy.post(&["text=", &piece, &piece]);
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
    assert!(large.contains("The body is too large."), "{large}");
}

/// What a program prints, where it is there and succeeds.
fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Past the harness, which hides what a passing test prints.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// What the firewall says of a Core Rule Set when it starts with it, and that it answers.
fn start_with(files: &[PathBuf]) -> String {
    let folder = folder();
    let path = folder.path();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/crs-config");
    let output = Command::new(script).args(files).output();
    let output = output.expect("scripts/crs-config runs");
    assert!(output.status.success(), "{}", stderr(&output));
    write(path, "crs.conf", output.stdout);
    write(
        path,
        "requests.jsonl",
        "{\"request\":{\"method\":\"GET\",\"path\":\"/\"}}\n",
    );
    let module = module(path);
    let arguments = [
        "verify",
        "--no-conformance",
        "--runtime",
        "wasmtime/winch",
        "--trial-timeout",
        "300",
        "--module",
        &module,
        "--config",
        "crs.conf",
        "--requests",
        "requests.jsonl",
        "--format",
        "json",
    ];
    let output = run(path, &arguments);
    expect_exit(&output, 0);
    let note = json(&output)["checks"][0]["warnings"].clone();
    let note = note.as_str().expect("what is left out").to_owned();
    say(&note);
    note
}

#[test]
fn debians_core_rule_set_loads_as_documented() {
    let files = [
        "/etc/modsecurity/crs/crs-setup.conf",
        "/usr/share/modsecurity-crs/rules",
    ]
    .map(PathBuf::from);
    if !files.iter().all(|file| file.exists()) {
        return say(
            "skipped: Debian's Core Rule Set: apt-get install --no-install-recommends modsecurity-crs",
        );
    }
    let version = answer("dpkg-query", &["-W", "-f", "${Version}", "modsecurity-crs"]);
    let note = start_with(&files);
    if version.as_deref() == Some("3.3.4-1+deb12u3") {
        assert!(note.contains("120 warnings when it started"), "{note}");
        let sum = "529 rules loaded, 106 directives left out, 14 reduced";
        assert!(note.ends_with(sum), "{note}");
    }
}

#[test]
fn the_core_rule_set_of_the_go_module_loads_as_documented() {
    let module = "github.com/corazawaf/coraza-coreruleset/v4@v4.25.0/rules";
    let cache = answer("go", &["env", "GOMODCACHE"]).unwrap_or_default();
    let folder = Path::new(&cache).join(module);
    if !folder.is_dir() {
        return say("skipped: Core Rule Set 4.25.0: cd workloads/waf-coraza/go && go mod download");
    }
    let note = start_with(&["@crs-setup.conf.example", "@owasp_crs"].map(|name| folder.join(name)));
    assert!(note.contains("38 warnings when it started"), "{note}");
    let sum = "597 rules loaded, 30 directives left out, 8 reduced";
    assert!(note.ends_with(sum), "{note}");
}
