//! The page.

use reports::{Exporter as _, Html};

use crate::{KINDS, report};

#[test]
fn every_campaign_becomes_a_page_that_needs_no_network_and_runs_no_script() {
    for kind in KINDS {
        let page = Html.export(report(kind).summary()).unwrap();
        for forbidden in [
            "<script", "http://", "https://", "src=", "@import", "<link", "#0102",
        ] {
            assert!(!page.contains(forbidden), "{kind} holds {forbidden}");
        }
        assert_eq!(
            page.matches("<svg").count(),
            page.matches("role=\"img\" aria-label=").count()
        );
        assert_eq!(
            page.matches("<table>").count(),
            page.matches("</table>").count()
        );
    }
}

#[test]
fn every_chart_is_drawn_for_wide_and_narrow_pages() {
    let page = Html.export(report("usual").summary()).unwrap();
    assert_eq!(page.matches("<figure>").count(), 12);
    assert_eq!(page.matches("<svg").count(), 24);
}
