//! The manifests in deploy/: their shape, and that their scripts call the program rightly.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn documents(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(file);
    let text = fs::read_to_string(&path).expect("the manifest");
    serde_saphyr::from_multiple(&text).expect("YAML")
}

/// Runs a manifest's script with a program that writes down how it was called.
fn called(script: &str, variables: &[(&str, &str)]) -> (i32, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("pwbench");
    let text = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.called\"\nexit ${ENDS_WITH:-0}\n";
    fs::write(&program, text).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    // What else a script starts, so that nothing real is built or fetched.
    for tool in ["make", "git"] {
        std::os::unix::fs::symlink("/bin/true", folder.path().join(tool)).expect("a link");
    }
    // The workflow brings the program in folders of its own.
    for copy in ["bin", "artifacts/pwbench"] {
        let copy = folder.path().join(copy);
        fs::create_dir_all(&copy).expect("a folder");
        std::os::unix::fs::symlink(&program, copy.join("pwbench")).expect("a link");
    }
    fs::create_dir_all(folder.path().join("artifacts/shard-1/one")).expect("a folder");
    fs::create_dir_all(folder.path().join("artifacts/shard-2/two")).expect("a folder");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let status = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(folder.path())
        .env("PATH", path)
        .envs(variables.iter().copied())
        .status()
        .expect("a shell");
    let found = [
        "pwbench.called",
        "bin/pwbench.called",
        "artifacts/pwbench/pwbench.called",
    ];
    let found = found
        .iter()
        .find_map(|name| fs::read_to_string(folder.path().join(name)).ok());
    let called = found.unwrap_or_default();
    (
        status.code().unwrap_or(-1),
        called.lines().map(str::to_owned).collect(),
    )
}

/// What `--shard` was given.
fn shard(called: &[String]) -> &str {
    let at = called
        .iter()
        .position(|word| word == "--shard")
        .expect("--shard");
    &called[at + 1]
}

fn container(job: &Value) -> &Value {
    &job["spec"]["template"]["spec"]["containers"][0]
}

#[test]
fn the_kubernetes_jobs_are_whole_and_agree_on_the_number_of_shards() {
    let [claim, measure, merge] = &documents("kubernetes.yaml")[..] else {
        panic!("a volume and two jobs");
    };
    assert_eq!(
        (&claim["apiVersion"], &claim["kind"]),
        (&"v1".into(), &"PersistentVolumeClaim".into())
    );
    for job in [measure, merge] {
        assert_eq!(
            (&job["apiVersion"], &job["kind"]),
            (&"batch/v1".into(), &"Job".into())
        );
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!(pod["restartPolicy"], "Never");
        let container = container(job);
        assert_eq!(
            container["resources"]["requests"],
            container["resources"]["limits"]
        );
        let mounted = &container["volumeMounts"][0]["name"];
        assert_eq!(*mounted, pod["volumes"][0]["name"]);
        let claimed = &pod["volumes"][0]["persistentVolumeClaim"]["claimName"];
        assert_eq!(*claimed, claim["metadata"]["name"]);
    }
    let spec = &measure["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(spec["completions"], spec["parallelism"]);
    let shards = &container(measure)["env"][0];
    assert_eq!(shards["name"], "SHARDS");
    assert_eq!(
        shards["value"].as_str(),
        Some(&*spec["completions"].to_string())
    );
    // Pods of one node would share its cores.
    let labels = &spec["template"]["metadata"]["labels"];
    let apart = &spec["template"]["spec"]["affinity"]["podAntiAffinity"];
    let apart = &apart["requiredDuringSchedulingIgnoredDuringExecution"][0];
    assert_eq!(apart["labelSelector"]["matchLabels"], *labels);
}

#[test]
fn every_index_of_the_kubernetes_job_measures_its_shard() {
    let jobs = documents("kubernetes.yaml");
    let script = container(&jobs[1])["args"][0].as_str().expect("a script");
    for (index, expected) in [("0", "1/4"), ("3", "4/4")] {
        let variables = [
            ("SHARDS", "4"),
            ("SEED", "7"),
            ("JOB_COMPLETION_INDEX", index),
        ];
        let (code, called) = called(script, &variables);
        assert_eq!(
            (code, called[0].as_str(), shard(&called)),
            (0, "run", expected)
        );
        assert!(
            called.contains(&format!("/results/shard-{index}")),
            "{called:?}"
        );
    }
    let script = container(&jobs[2])["args"][0].as_str().expect("a script");
    let (code, called) = called(script, &[]);
    assert_eq!((code, called[0].as_str()), (0, "merge"));
}

#[test]
fn the_workflow_measures_every_shard_and_merges_them() {
    let workflow = &documents("github-actions.yml")[0];
    let jobs = &workflow["jobs"];
    let shards = jobs["measure"]["strategy"]["matrix"]["shard"]
        .as_array()
        .expect("a matrix");
    let numbers: Vec<u64> = shards.iter().filter_map(Value::as_u64).collect();
    let all: Vec<u64> = (1..=workflow["env"]["SHARDS"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, all);
    for (name, job) in jobs.as_object().expect("jobs") {
        assert!(job["runs-on"].is_string(), "{name}");
        for step in job["steps"].as_array().expect("steps") {
            assert!(
                step["uses"].is_string() != step["run"].is_string(),
                "{name}: {step}"
            );
        }
        let needs = job["needs"].as_str();
        assert!(needs.is_none_or(|needs| jobs[needs].is_object()), "{name}");
    }
    let script = |job: &str, name: &str| {
        let steps = jobs[job]["steps"].as_array().expect("steps");
        let step = steps
            .iter()
            .find(|step| step["name"] == name)
            .expect("the step");
        step["run"].as_str().expect("a script").to_owned()
    };
    let measure = script("measure", "Measure");
    let variables = |code| {
        [
            ("SHARD", "2"),
            ("SHARDS", "4"),
            ("SEED", "7"),
            ("PRESET", "quick"),
            ("ENDS_WITH", code),
        ]
    };
    for (ends, code) in [("0", 0), ("3", 0), ("1", 1), ("2", 1)] {
        let (found, called) = called(&measure, &variables(ends));
        assert_eq!((found, shard(&called)), (code, "2/4"), "after {ends}");
    }
    let merge = script("merge", "Merge")
        .lines()
        .take(2)
        .collect::<Vec<_>>()
        .join("\n");
    let (code, called) = called(&merge, &[]);
    assert_eq!(code, 0);
    let expected = [
        "merge",
        "artifacts/shard-1/one",
        "artifacts/shard-2/two",
        "--output",
        "merged",
    ];
    assert_eq!(called, expected);
}

#[test]
fn the_gitlab_job_gates_with_the_gates_own_exit_code_and_reports() {
    let job = &documents("gitlab-ci.yml")[0]["gate"];
    let lines = job["script"].as_array().expect("a script");
    let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    // GitLab runs the lines of a script as one, until one fails.
    let script = lines.join("\n");
    for (ends, code) in [("0", 0), ("1", 1), ("3", 3)] {
        let variables = [("CI_DEFAULT_BRANCH", "main"), ("ENDS_WITH", ends)];
        let (found, called) = called(&script, &variables);
        assert_eq!(found, code);
        assert_eq!(
            called,
            ["gate", "--config", "gate.toml", "--output", "gate"]
        );
    }
    assert_eq!(job["allow_failure"]["exit_codes"], serde_json::json!([3]));
    let artifacts = &job["artifacts"];
    assert_eq!(artifacts["when"], "always");
    assert_eq!(artifacts["paths"][0], "gate/");
    // Where the gate writes it: a folder of its own under --output.
    assert_eq!(artifacts["reports"]["junit"], "gate/*/junit.xml");
    // The base is another commit.
    assert_eq!(job["variables"]["GIT_DEPTH"], 0);
}
