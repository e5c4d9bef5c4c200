//! The Core Rule Set as Debian packages it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::exchange::decided;
use super::rules;

/// Where Debian's package modsecurity-crs puts its files, below the folder that
/// PWBENCH_CRS_ROOT names for a package that was only unpacked.
fn files() -> Option<[PathBuf; 2]> {
    let root = std::env::var_os("PWBENCH_CRS_ROOT").unwrap_or_else(|| "/".into());
    let root = Path::new(&root);
    let files = [
        "etc/modsecurity/crs/crs-setup.conf",
        "usr/share/modsecurity-crs/rules",
    ];
    let files = files.map(|file| root.join(file));
    files.iter().all(|file| file.exists()).then_some(files)
}

/// What scripts/crs-config makes of the package, or nothing without it.
fn configuration(arguments: &[&str]) -> Option<String> {
    let Some(files) = files() else {
        // Printed past the harness, which hides what a passing test prints.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: Debian's package modsecurity-crs is not installed (apt-get install --no-install-recommends modsecurity-crs)"
        );
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../scripts/crs-config");
    let output = Command::new(script).args(arguments).args(files).output();
    let output = output.expect("scripts/crs-config runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn debians_core_rule_set_loads_and_names_what_it_leaves_out() {
    let Some(text) = configuration(&[]) else {
        return;
    };
    let rules = rules(&text);
    for left_out in &rules.left_out {
        println!("left out: {left_out}");
    }
    let (left_out, reduced) = rules.left_out_and_reduced();
    // Past the harness: this count is what the test is for.
    let _ = writeln!(
        std::io::stderr(),
        "waf-modsec: Debian's Core Rule Set: {} rules load, {left_out} are left out, {reduced} of those that load are reduced",
        rules.count,
    );
    assert!(rules.count > 400, "{}", rules.count);
    for refusal in &rules.left_out {
        assert!(refusal.place.file.ends_with(".conf"), "{refusal}");
    }
}

#[test]
fn debians_core_rule_set_tells_attacks_from_the_rest() {
    let Some(text) = configuration(&["--paranoia", "1"]) else {
        return;
    };
    let rules = rules(&text);
    let request = |path: &str| {
        json!({
            "request": {"method": "GET", "scheme": "https", "authority": "shop.example", "path": path,
                "headers": [["user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
                            ["accept", "text/html"]]},
            "response": {"status": 200, "headers": [["content-type", "text/html"]], "body": "<p>hi"},
        })
    };
    for path in [
        "/",
        "/search?q=desk+lamp&page=2",
        "/women?colour=blue&size=M",
        "/help/returns",
    ] {
        assert_eq!(decided(&rules, &request(path)), None, "{path}");
    }
    for path in [
        "/search?q=1%27+UNION+SELECT+user%2Cpassword+FROM+users--+-",
        "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/download?file=../../../../etc/passwd",
        "/ping?host=127.0.0.1%3Bcat+/etc/passwd",
    ] {
        let verdict = decided(&rules, &request(path)).unwrap_or_else(|| panic!("{path} passed"));
        assert_eq!(
            (verdict.rule.as_str(), verdict.status),
            ("949110", 403),
            "{path}"
        );
    }
}

#[test]
fn without_leaving_out_the_first_thing_beyond_the_engine_is_refused_with_its_line() {
    let Some(text) = configuration(&["--refuse"]) else {
        return;
    };
    let Err(refusals) = crate::seclang::RuleSet::load(&text) else {
        panic!("all rules load: say so in docs/workloads.md");
    };
    let first = refusals[0].to_string();
    assert!(first.contains(".conf:"), "{first}");
}
