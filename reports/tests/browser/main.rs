//! The page in a real browser: no complaint, no network, filters and sorting by mouse and key.

mod driver;
mod kinds;
#[path = "../synthetic/mod.rs"]
mod synthetic;

use driver::Browser;
use reports::Report;
use serde_json::json;
use std::path::PathBuf;

/// Writes the page of a synthetic campaign.
fn page(kind: &str) -> (tempfile::TempDir, PathBuf) {
    let made = synthetic::by_name(kind).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let page = Report::new(made.campaign, &made.trials).document().html();
    std::fs::write(&path, page.unwrap()).unwrap();
    (folder, path)
}

/// Whether the page has what every page must: its script ran, nothing was complained of or
/// asked for, every name is there once, and nothing stands over the edge.
fn is_sound(browser: &mut Browser, kind: &str) {
    assert_eq!(
        browser.value("document.documentElement.className"),
        "scripted",
        "{kind}"
    );
    assert_eq!(browser.complaints(), Vec::<String>::new(), "{kind}");
    let twice = "(() => { const ids = [...document.querySelectorAll('[id]')].map(node => node.id); \
        return ids.length - new Set(ids).size; })()";
    assert_eq!(browser.value(twice), 0, "{kind}");
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64() <= Some(0), "{kind}: {wide}");
}

/// Rows that are seen in the tables of a section.
fn seen(section: &str) -> String {
    format!(
        "[...document.querySelectorAll('{section} tbody tr')].filter(row => row.offsetParent).length"
    )
}

/// Runtimes that are seen in the first ranking.
const RUNTIMES: &str = "[...document.querySelector('#ranking-1 table').tBodies[0].rows]\
    .filter(row => row.offsetParent).map(row => row.cells[1].textContent)";

#[test]
fn the_page_complains_of_nothing_and_asks_no_network() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    for kind in ["usual", "accidents", "markup", "empty"] {
        let (_folder, path) = page(kind);
        browser.open(&path);
        assert_eq!(browser.value("document.readyState"), "complete");
        // The script has run, and nothing of a name has.
        assert_eq!(
            browser.value("document.documentElement.className"),
            "scripted",
            "{kind}"
        );
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn the_page_of_every_other_kind_of_result_is_sound_too() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (kind, document) in kinds::documents() {
        let path = folder.path().join(format!("{kind}.html"));
        std::fs::write(&path, document.html().unwrap()).unwrap();
        for width in [1400, 400] {
            browser.size(width, 900);
            browser.open(&path);
            is_sound(&mut browser, kind);
        }
        let count = |browser: &mut Browser, what: &str| {
            let count = browser.value(&format!("document.querySelectorAll('{what}').length"));
            count.as_u64().unwrap()
        };
        assert!(count(&mut browser, "figure svg") > 0, "{kind}: no chart");
        assert!(count(&mut browser, "tbody tr") > 1, "{kind}: no rows");
        // A name is text, whatever it holds.
        assert_eq!(count(&mut browser, "main b"), 0, "{kind}");
        let text = browser.value("document.body.textContent");
        assert!(text.as_str().unwrap().contains("a <b>|x & \"y\""), "{kind}");
    }
}

#[test]
fn the_page_is_dark_where_that_is_preferred_and_prints_light_and_whole() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("usual");
    let mut shown = |media: &str, scheme: &str| {
        browser.call(
            "Emulation.setEmulatedMedia",
            json!({
                "media": media,
                "features": [{"name": "prefers-color-scheme", "value": scheme}]
            }),
        );
        browser.open(&path);
        // Lightness of the page and of its text, 0 to 255, and what is seen.
        let seen = browser.value(
            "(() => { const light = colour => { const [r, g, b] = colour.match(/[0-9.]+/g).map(Number); \
             return 0.3 * r + 0.6 * g + 0.1 * b; }; \
             const body = getComputedStyle(document.body); \
             const page = body.backgroundColor.startsWith('rgba(0, 0, 0, 0') ? \
                 getComputedStyle(document.documentElement).backgroundColor : body.backgroundColor; \
             return [light(page), light(body.color), \
                 getComputedStyle(document.querySelector('nav')).display, \
                 getComputedStyle(document.querySelector('.filters')).display, \
                 document.querySelectorAll('figure svg').length]; })()",
        );
        assert_eq!(
            browser.complaints(),
            Vec::<String>::new(),
            "{media} {scheme}"
        );
        let number = |at: usize| seen[at].as_f64().unwrap();
        let hidden = |at: usize| seen[at] == "none";
        (number(0), number(1), hidden(2), hidden(3), number(4))
    };
    let (page, text, nav, filters, charts) = shown("screen", "light");
    assert!(page > 200.0 && text < 80.0, "{page} {text}");
    assert!(!nav && !filters && charts > 0.0);
    let (page, text, ..) = shown("screen", "dark");
    assert!(page < 60.0 && text > 180.0, "{page} {text}");
    // Paper is white, whatever the screen is; nobody can click on it.
    let (page, text, nav, filters, printed) = shown("print", "dark");
    assert!(page > 200.0 && text < 80.0, "{page} {text}");
    assert!(nav && filters);
    assert_eq!(printed, charts);
}

#[test]
fn filters_hide_rows_and_rankings_and_can_be_taken_back() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("usual");
    browser.open(&path);
    let all = browser.value(RUNTIMES);
    assert_eq!(all.as_array().map(Vec::len), Some(10), "{all}");
    let tick = |name: &str, value: &str| {
        format!("document.querySelector('[data-filter={name}] input[value=\"{value}\"]').click()")
    };
    browser.value(&tick("Runtime", "wasmi/lazy"));
    let left = browser.value(RUNTIMES);
    assert_eq!(left.as_array().map(Vec::len), Some(9), "{left}");
    assert!(!left.to_string().contains("wasmi/lazy"));
    // The verdict of the ranking is not changed by what is looked at.
    browser.value(&tick("Workload", "prime-check"));
    assert_eq!(browser.value(&seen("#ranking-2")), 0);
    assert_eq!(
        browser.value("document.querySelector('nav a[href=\"#ranking-2\"]').hidden"),
        true
    );
    assert_ne!(browser.value(&seen("#cells")), 0);
    let said = browser.value("document.querySelector('.filters output').textContent");
    assert!(
        said.as_str()
            .is_some_and(|said| said.contains("rows shown")),
        "{said}"
    );
    browser.value("document.querySelector('.filters [type=reset]').click()");
    browser.value("new Promise(done => setTimeout(done, 50))");
    assert_eq!(browser.value(RUNTIMES), all);
    assert_ne!(browser.value(&seen("#ranking-2")), 0);
}

#[test]
fn columns_sort_by_key_and_say_so() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("usual");
    browser.open(&path);
    let cost = "[...document.querySelectorAll('#ranking-1 table')][0]";
    browser.value(&format!(
        "{cost}.tHead.rows[0].cells[3].querySelector('button').focus()"
    ));
    let column = format!(
        "[...{cost}.tBodies[0].rows].map(row => Number(row.cells[3].textContent.replaceAll(',', '')))"
    );
    let sorting = format!("{cost}.tHead.rows[0].cells[3].getAttribute('aria-sort')");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.value(&sorting), "ascending");
    let numbers = |value: serde_json::Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|n| n.as_f64())
            .collect()
    };
    let rising = numbers(browser.value(&column));
    assert!(rising.len() == 10 && rising.is_sorted(), "{rising:?}");
    browser.press(" ", 32, " ");
    assert_eq!(browser.value(&sorting), "descending");
    let falling = numbers(browser.value(&column));
    assert!(falling.is_sorted_by(|a, b| a >= b), "{falling:?}");
}

#[test]
fn everything_is_reached_by_key_and_named_for_a_listener() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("accidents");
    browser.open(&path);
    browser.press("Tab", 9, "");
    assert_eq!(
        browser.value("document.activeElement.textContent"),
        "Skip to the results"
    );
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.value("location.hash"), "#content");
    let nameless = "[...document.querySelectorAll('button, a, svg, [role=region], section, nav, form')]\
        .filter(node => !(node.getAttribute('aria-label') || node.getAttribute('aria-labelledby') || node.textContent.trim()))\
        .length";
    assert_eq!(browser.value(nameless), 0);
    let twice = "(() => { const ids = [...document.querySelectorAll('[id]')].map(node => node.id); \
        return ids.length - new Set(ids).size; })()";
    assert_eq!(browser.value(twice), 0);
    for landmark in ["header", "nav", "main", "footer"] {
        let count = format!("document.querySelectorAll('{landmark}').length");
        assert_eq!(browser.value(&count), 1, "{landmark}");
    }
}

#[test]
fn tables_are_downloaded_as_they_are_shown() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (folder, path) = page("usual");
    browser.open(&path);
    let to = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.call("Page.setDownloadBehavior", to);
    browser.value("document.querySelector('[data-filter=Runtime] input[value=native]').click()");
    browser.value("document.querySelector('#ranking-1 .tools button:last-child').click()");
    let file = folder.path().join("ranking-1-header-rewrite.csv");
    let written = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        file.is_file()
    });
    assert!(written, "{}", file.display());
    let mut reader = csv::Reader::from_path(&file).unwrap();
    let columns = reader.headers().unwrap().len();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(
        rows.iter()
            .all(|row| row.len() == columns && &row[1] != "native")
    );
    assert_eq!(rows.len(), 9);
}

#[test]
fn the_page_is_whole_without_its_script() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("usual");
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        json!({"value": true}),
    );
    browser.open(&path);
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        json!({"value": false}),
    );
    assert_eq!(browser.value("document.documentElement.className"), "");
    assert_eq!(
        browser.value("document.querySelectorAll('button.sort').length"),
        0
    );
    assert_eq!(
        browser.value("document.querySelector('form.filters').offsetParent"),
        json!(null)
    );
    let rows = browser.value(RUNTIMES);
    assert_eq!(rows.as_array().map(Vec::len), Some(10));
}

#[test]
fn nothing_is_wider_than_a_narrow_page() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    for kind in ["accidents", "markup", "many"] {
        let (_folder, path) = page(kind);
        for width in [320, 400, 1400] {
            browser.size(width, 900);
            browser.open(&path);
            let wide = browser.value("document.documentElement.scrollWidth");
            assert!(
                wide.as_u64() <= Some(width.into()),
                "{kind} at {width}: {wide}"
            );
        }
    }
}

#[test]
fn ten_thousand_cells_are_a_small_page_that_can_be_filtered() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, path) = page("huge");
    let bytes = std::fs::metadata(&path).unwrap().len();
    assert!(bytes < 5_000_000, "{bytes}");
    browser.open(&path);
    let took = browser.value("performance.getEntriesByType('navigation')[0].loadEventEnd");
    println!("10,000 cells: {bytes} bytes, shown after {took} ms");
    assert_eq!(browser.complaints(), Vec::<String>::new());
    // Page by page, and each row is found.
    assert_eq!(browser.value(&seen("#cells")), 100);
    browser.value("document.querySelector('#cells .more').click()");
    assert_eq!(browser.value(&seen("#cells")), 600);
    let only = |name: &str, value: &str| {
        format!(
            "(() => {{ const list = document.querySelector('[data-filter={name}]'); \
             list.querySelectorAll('button')[1].click(); \
             list.querySelector('input[value=\"{value}\"]').click(); }})()"
        )
    };
    browser.value(&only("Workload", "workload-25"));
    browser.value(&only("Isolation", "request"));
    browser.value(&only("Kind", "native"));
    let rows = browser.value(&seen("#cells")).as_u64().unwrap();
    // Five variants of every runtime of that kind.
    assert!(rows > 0 && rows.is_multiple_of(5), "{rows}");
    let first = browser.value("document.querySelector('#cells tbody tr').textContent");
    assert!(first.as_str().unwrap().contains("workload-25"), "{first}");
}
