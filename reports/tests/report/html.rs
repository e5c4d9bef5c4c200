//! The page.

use reports::{Exporter as _, Html};

use crate::{KINDS, report};

#[test]
fn every_campaign_becomes_a_page_that_needs_no_network() {
    for kind in KINDS {
        let page = Html.export(report(kind).summary()).unwrap();
        for forbidden in ["http://", "https://", " src=", "@import", "url(", "#0102"] {
            assert!(!page.contains(forbidden), "{kind} holds {forbidden}");
        }
        // The page's own script, whose hash the policy names, and no other.
        assert_eq!(page.matches("<script").count(), 1, "{kind}");
        assert!(page.contains("script-src 'sha256-"), "{kind}");
        assert!(page.contains("default-src 'none'"), "{kind}");
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
fn every_chart_is_drawn_for_wide_and_narrow_pages_and_gives_its_data() {
    let page = Html.export(report("usual").summary()).unwrap();
    assert_eq!(page.matches("<figure>").count(), 18);
    assert_eq!(page.matches("<svg").count(), 36);
    assert_eq!(page.matches("href=\"data:text/csv").count(), 18);
    assert_eq!(
        page.matches("<caption>").count(),
        page.matches("<table>").count()
    );
}
