//! A table as comma-separated values.

use crate::tables::{Column, Table};

impl Table {
    /// The table as CSV with a heading. Numbers have no thousands separators; what stands
    /// for a missing number is left empty.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let headings = self.columns.iter().map(Column::full);
        let mut whole = writer.write_record(headings).is_ok();
        for row in &self.rows {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(column, entry)| match column.numeric {
                true if entry.text == "–" => String::new(),
                true => entry.text.replace(',', ""),
                false => entry.text.clone(),
            });
            whole &= writer.write_record(fields).is_ok();
        }
        // Writing to memory fails for rows of unequal length only.
        debug_assert!(
            whole,
            "{}: a row has too many or too few entries",
            self.title
        );
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::tables::Table;

    #[test]
    fn numbers_are_written_for_programs_and_words_are_quoted() {
        let mut table = Table::new("t").words("Name, or so").numbers("Cost", "ns");
        table.row(vec!["a \"b\"".into(), "1,234.5".into()]);
        table.row(vec!["–".into(), "–".into()]);
        let text = "\"Name, or so\",Cost (ns)\n\"a \"\"b\"\"\",1234.5\n–,\n";
        assert_eq!(table.csv(), text);
    }
}
