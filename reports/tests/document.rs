//! Documents that no campaign is behind: what every command's result can count on.

use reports::{
    Axis, Bar, Chart, Document, Entry, Ink, Interval, Line, Part, Point, Section, Table, Tone, Unit,
};

fn table() -> Table {
    let mut table = Table::new("Rates")
        .words("Runtime")
        .numbers("Rate", "1/s")
        .words("Note")
        .dispensable(&["Note"]);
    table.row(vec![
        "a/b".into(),
        "1,200".into(),
        Entry::toned("fine", Tone::Good),
    ]);
    table.row(vec![
        "<c>".into(),
        "–".into(),
        "long words ".repeat(8).into(),
    ]);
    table
}

fn charts() -> Vec<Chart> {
    let band = |x: f64| (x, x * 90.0, x * 120.0);
    vec![
        Chart::bars(
            "Bars",
            Unit::PerSecond,
            vec![
                Bar::new("a/b", 1_200.0, Ink::series(0)).interval(Some(Interval {
                    low: 1_100.0,
                    high: 1_300.0,
                })),
                Bar::of_parts("c", vec![(1.0, Ink::Good), (2.0, Ink::Bad)]),
            ],
        ),
        Chart::grouped_bars(
            "Grouped",
            Unit::Bytes,
            vec![Bar::of_parts(
                "c",
                vec![
                    (1e6, Ink::series(1)),
                    (2e6, Ink::series(2)),
                    (3e6, Ink::series(3)),
                ],
            )],
        ),
        Chart::ratios("Ratios", vec![Bar::new("a/b", 1.05, Ink::Text)]),
        Chart::lines(
            "Lines",
            Axis::linear("threads", Unit::Count),
            Axis::linear("throughput", Unit::PerSecond),
            vec![
                Line::new("a/b", Ink::series(0), vec![(1.0, 100.0), (2.0, 190.0)])
                    .band(vec![band(1.0), band(2.0)])
                    .marks(vec![(2.0, 190.0)])
                    .dashed(true),
            ],
        ),
        Chart::points(
            "Front",
            Axis::log("latency", Unit::Nanoseconds),
            Axis::around("size", Unit::Bytes),
            vec![
                Point::new("-O3", Ink::series(0), 900.0, 250_000.0).front(true),
                Point::new("-Oz", Ink::series(0), 1_800.0, 120_000.0).front(true),
                Point::new("-O0", Ink::series(0), 9_000.0, 900_000.0),
            ],
        ),
    ]
}

fn document() -> Document {
    let parts = charts().into_iter().map(Part::chart);
    let first = parts.fold(
        Section::new("charts", "Charts").part(Part::table(table())),
        Section::part,
    );
    Document {
        title: "t".to_owned(),
        headline: "a/b is <faster>.".to_owned(),
        certainty: "Eight blocks.".to_owned(),
        cautions: vec!["Mind the | pipe.".to_owned()],
        sections: vec![
            first,
            Section::new("empty", "Nothing here").part(Part::table(Table::new("none"))),
        ],
        ..Document::default()
    }
}

#[test]
fn charts_of_every_sort_are_drawn_with_their_data() {
    let page = document().html().unwrap();
    assert_eq!(page.matches("<svg").count(), 2 * charts().len());
    assert!(!page.contains("Nothing here") && !page.contains("<faster>"));
    for chart in charts() {
        assert!(page.contains(chart.title()));
        let data = chart.data();
        assert!(!data.is_empty());
        for row in &data.rows {
            assert_eq!(row.len(), data.columns.len(), "{}", chart.title());
        }
    }
}

#[test]
fn nonsense_and_nothing_can_be_drawn() {
    let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300];
    let bars = || odd.map(|value| Bar::new("x", value, Ink::Text)).into();
    let line = || {
        vec![Line::new(
            "x",
            Ink::Text,
            odd.map(|value| (value, value)).into(),
        )]
    };
    let points = || {
        odd.map(|value| Point::new("x", Ink::Text, value, value))
            .into()
    };
    let axes = [
        Axis::linear("x", Unit::Share),
        Axis::log("x", Unit::Ratio),
        Axis::around("x", Unit::Plain("J")),
    ];
    let mut charts = vec![
        Chart::bars("b", Unit::Bytes, bars()),
        Chart::ratios("r", bars()),
        Chart::bars("none", Unit::Count, Vec::new()),
    ];
    for axis in axes {
        charts.push(Chart::lines("l", axis.clone(), axis.clone(), line()));
        charts.push(Chart::points("p", axis.clone(), axis, points()));
    }
    let section = charts
        .into_iter()
        .map(Part::chart)
        .fold(Section::new("odd", "Odd"), Section::part);
    let document = Document {
        sections: vec![section],
        ..Document::default()
    };
    let page = document.html().unwrap();
    assert_eq!(page.matches("<figure>").count(), 8);
}

#[test]
fn a_long_table_is_csv_in_the_page() {
    let mut long = Table::new("Long").words("Name").numbers("Value", "µs");
    for row in 0..1_000 {
        long.row(vec![format!("</pre>{row}").into(), "1,000.5".into()]);
    }
    let document = Document {
        sections: vec![Section::new("long", "Long").part(Part::table(long))],
        ..Document::default()
    };
    let page = document.html().unwrap();
    assert!(page.contains("data-numeric=\"01\">Name,Value (µs)\n"));
    assert_eq!(page.matches("</pre>").count(), 1);
    assert_eq!(page.matches(",1000.5\n").count(), 1_000);
}

#[test]
fn a_narrow_terminal_loses_the_dispensable_column() {
    let text = document().terminal(60);
    assert!(text.contains("a/b") && text.contains("1,200") && !text.contains("fine"));
    assert!(document().terminal(200).contains("fine"));
    assert!(text.ends_with("a/b is <faster>.\nEight blocks.\n"));
}

#[test]
fn markdown_has_the_tables_and_defuses_names() {
    let text = document().markdown();
    assert!(
        text.starts_with("# a/b is &lt;faster&gt;.\n\nEight blocks.\n\n> Mind the \\| pipe.\n")
    );
    assert!(text.contains("| a/b | 1,200 | fine |") && text.contains("| &lt;c&gt; |"));
}
