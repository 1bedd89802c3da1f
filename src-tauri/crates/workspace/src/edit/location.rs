//! A project's `code_location_name`, set or taken out in its own settings file.

use std::path::Path;

use super::listing::{OpenedFile, quoted};
use super::{Edit, EditError};

/// Sets `code_location_name`, or takes it out with its line. None to take out is no change.
///
/// # Errors When the project's table is missing, or has a shape that a line can't be put into.
pub(super) fn rename_location(config: &Path, name: Option<&str>) -> Result<Edit, EditError> {
    let open = OpenedFile::read(config)?;
    let Some(item) = open.item(&["project"]) else {
        return Err(open.shape("it has no project table"));
    };
    let Some(table) = item.as_table_like() else {
        return Err(open.shape("`project` is not a table"));
    };
    let present = table
        .get_key_value("code_location_name")
        .and_then(|(key, value)| Some((key.span()?, value.span()?)));
    let (place, new) = match (present, name) {
        (Some((_, value)), Some(name)) => (value, quoted(name)),
        (Some((key, value)), None) => {
            if item.as_table().is_none() {
                return Err(open.shape("`project` is written on one line"));
            }
            let start = open.line_start(key.start);
            let end = open.line_end(value.end);
            (start..end, String::new())
        }
        (None, None) => return Ok(open.edit()),
        (None, Some(name)) => {
            let end = open.newline();
            let line = format!("code_location_name = {}{end}", quoted(name));
            let place = item
                .as_table()
                .filter(|table| !table.is_implicit() && !table.is_dotted())
                .and_then(toml_edit::Table::span)
                .ok_or_else(|| open.shape("`project` is not a table with a header of its own"))?;
            let at = open.line_end(header_end(open.text(), place.start));
            let lead = if open.text()[..at].ends_with('\n') {
                ""
            } else {
                end
            };
            (at..at, format!("{lead}{line}"))
        }
    };
    Ok(open.replace(place, &new)?.edit())
}

/// The end of the header line that begins a table.
fn header_end(text: &str, start: usize) -> usize {
    text[start..].find(']').map_or(start, |at| start + at)
}
