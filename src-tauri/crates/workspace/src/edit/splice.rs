//! A project in, out, or under another path: the places of the change, and the text that goes there.
//!
//! Text is put in or cut out, and nothing else moves: the file is never written anew from what was understood of it. After
//! each edit it is parsed again, and an edit that lists anything but what was meant is refused (`OpenedFile::lists`).

use std::ops::Range;

use super::EditError;
use super::listing::{Form, OpenedFile, Spot, quoted};

/// Lists a project, in the form that the file uses already; the first of a workspace becomes a `[[workspace.projects]]`.
///
/// # Errors When it is listed, and when the file has a shape that can't be added to.
pub(super) fn register(open: OpenedFile, project: &str) -> Result<OpenedFile, EditError> {
    let form = open.form()?;
    let mut meant = form.paths();
    if open.find(&form, project).is_some() {
        return Err(open.listed(project));
    }
    let path = quoted(project);
    let table = format!("{{ path = {path} }}");
    let open = match form {
        Form::Array {
            spots,
            whole,
            strings,
        } => {
            let new = if strings { &path } else { &table };
            let (place, new, at) = into_array(&open, &spots, &whole, new);
            // An entry that names no folder is in no list of paths.
            let at = spots[..at].iter().filter(|spot| spot.path.is_some());
            meant.insert(at.count(), project.to_owned());
            open.replace(place..place, &new)?
        }
        Form::Single(spot) => {
            meant.push(project.to_owned());
            let former = format!("{{ path = {} }}", &open.text()[spot.value.clone()]);
            open.replace(spot.entry, &format!("[{former}, {table}]"))?
        }
        Form::Tables(spots) => {
            meant.push(project.to_owned());
            let last = spots.iter().map(|spot| spot.entry.end).max();
            let at = last.map_or(open.text().len(), |last| open.line_end(last));
            // A blank line stands between what precedes and the new entry, as between the others.
            with_table(open, at, &path, true)?
        }
        Form::None => {
            meant.push(project.to_owned());
            first(open, &path, &table)?
        }
    };
    open.lists(&meant)
}

/// Puts a `[[workspace.projects]]` at the beginning of a line, or at the end of the file.
fn with_table(
    open: OpenedFile,
    at: usize,
    path: &str,
    apart: bool,
) -> Result<OpenedFile, EditError> {
    let end = open.newline();
    let header = open.header("workspace.projects");
    let ended = at == 0 || open.text()[..at].ends_with('\n');
    let lead = if ended { "" } else { end };
    let blank = if apart { end } else { "" };
    let new = format!("{lead}{blank}[[{header}]]{end}path = {path}{end}");
    open.replace(at..at, &new)
}

/// The first project of a workspace.
fn first(open: OpenedFile, path: &str, table: &str) -> Result<OpenedFile, EditError> {
    let place = match open.item(&["workspace"]) {
        Some(item) if item.as_table().is_none() => match item.as_inline_table() {
            Some(inline) if inline.is_empty() => item.span(),
            _ => return Err(open.shape("`workspace` is written on one line")),
        },
        _ => None,
    };
    if let Some(place) = place {
        return open.replace(place, &format!("{{ projects = [{table}] }}"));
    }
    let at = open.text().len();
    with_table(open, at, path, at > 0)
}

/// Where a new entry goes in a list, its text, and after how many of the others.
fn into_array(
    open: &OpenedFile,
    spots: &[Spot],
    whole: &Range<usize>,
    new: &str,
) -> (usize, String, usize) {
    let text = open.text();
    let end = open.newline();
    let count = spots.len();
    let close = whole.end - 1;
    let Some(last) = spots.last() else {
        // Nothing but blanks and comments: the entry goes in front of the closing bracket.
        if !text[whole.start + 1..close].contains('\n') {
            return (close, new.to_owned(), 0);
        }
        let start = open.line_start(close);
        return if text[start..close].trim().is_empty() {
            (start, format!("    {new},{end}"), 0)
        } else {
            (close, format!("{new},{end}"), 0)
        };
    };
    let at = last.entry.end;
    let start = open.line_start(last.entry.start);
    let indent = &text[start..last.entry.start];
    let comma = comma_after(text, at, close);
    if !indent.trim().is_empty() {
        return match comma {
            Some(comma) => (comma + 1, format!(" {new},"), count),
            None => (at, format!(", {new}"), count),
        };
    }
    match comma {
        Some(comma) => {
            let line = open.line_end(comma).min(close);
            let new = if text[..line].ends_with('\n') {
                format!("{indent}{new},{end}")
            } else {
                format!("{end}{indent}{new},")
            };
            (line, new, count)
        }
        None => (at, format!(",{end}{indent}{new}"), count),
    }
}

/// The comma that follows an entry, comments passed over.
fn comma_after(text: &str, from: usize, until: usize) -> Option<usize> {
    let mut at = from;
    while at < until {
        match text.as_bytes()[at] {
            b',' => return Some(at),
            b'#' => at += text[at..until].find('\n').unwrap_or(until - at),
            b if b.is_ascii_whitespace() => at += 1,
            _ => return None,
        }
    }
    None
}

/// Takes a project out, each time that it is listed.
///
/// # Errors When it is not listed by a path of its own (a pattern may list it), and when its entry holds what would go with
/// it.
pub(super) fn unregister(mut open: OpenedFile, project: &str) -> Result<OpenedFile, EditError> {
    let mut form = open.form()?;
    let mut meant = form.paths();
    meant.retain(|path| !open.same(path, project));
    if open.find(&form, project).is_none() {
        return Err(open.not_listed(project));
    }
    // One that is listed twice goes twice.
    while let Some((at, _)) = open.find(&form, project) {
        open = take_out(open, &form, at)?;
        form = open.form()?;
    }
    open.lists(&meant)
}

/// Takes out each entry whose folder an earlier one names.
pub(super) fn once(mut open: OpenedFile) -> Result<OpenedFile, EditError> {
    let mut form = open.form()?;
    let mut meant: Vec<String> = Vec::new();
    for path in form.paths() {
        if !meant.iter().any(|one| open.same(one, &path)) {
            meant.push(path);
        }
    }
    while let Some(at) = repeated(&open, &form) {
        open = take_out(open, &form, at)?;
        form = open.form()?;
    }
    open.lists(&meant)
}

/// The first entry whose folder an earlier one names.
fn repeated(open: &OpenedFile, form: &Form) -> Option<usize> {
    let spots = form.spots();
    (1..spots.len()).find(|&at| {
        let path = spots[at].path.as_deref();
        let earlier = spots[..at].iter().filter_map(|spot| spot.path.as_deref());
        path.is_some_and(|path| earlier.into_iter().any(|one| open.same(one, path)))
    })
}

/// Takes one entry out.
fn take_out(mut open: OpenedFile, form: &Form, at: usize) -> Result<OpenedFile, EditError> {
    let spot = &form.spots()[at];
    let (place, new) = match form {
        Form::Tables(_) if spot.deep => {
            return Err(open.shape("the project's entry has tables of its own"));
        }
        Form::Tables(_) => (table_out(&open, spot), String::new()),
        Form::Array { spots, whole, .. } => from_array(&open, spots, at, whole),
        Form::Single(spot) => (spot.entry.clone(), "[]".to_owned()),
        Form::None => return Ok(open),
    };
    open = open.replace(place, &new)?;
    if open.item(&["workspace"]).is_none() {
        // The last entry was all that made it a workspace, and dg stops without the table.
        open = with_header(open)?;
    }
    Ok(open)
}

/// Puts an empty `[workspace]` at the end.
fn with_header(open: OpenedFile) -> Result<OpenedFile, EditError> {
    let end = open.newline();
    let at = open.text().len();
    let lead = if at == 0 {
        String::new()
    } else if open.text().ends_with('\n') {
        end.to_owned()
    } else {
        format!("{end}{end}")
    };
    let header = open.header("workspace");
    open.replace(at..at, &format!("{lead}[{header}]{end}"))
}

/// A `[[workspace.projects]]` with its lines; one blank line goes with it, the one in front of it.
fn table_out(open: &OpenedFile, spot: &Spot) -> Range<usize> {
    let start = open.line_start(spot.entry.start);
    let end = open.line_end(spot.entry.end);
    blank_line_before(open, start)..end
}

/// The beginning of a blank line right before an offset; the offset where there is none.
fn blank_line_before(open: &OpenedFile, start: usize) -> usize {
    let text = open.text();
    if start == 0 {
        return start;
    }
    let before = open.line_start(start - 1);
    if text[before..start].trim().is_empty() {
        before
    } else {
        start
    }
}

/// The place of an entry in a list, with the comma and the blanks that go with it, and what stays of it.
fn from_array(
    open: &OpenedFile,
    spots: &[Spot],
    at: usize,
    whole: &Range<usize>,
) -> (Range<usize>, String) {
    let text = open.text();
    let entry = spots[at].entry.clone();
    let close = whole.end - 1;
    let before = at.checked_sub(1).map(|before| spots[before].entry.end);
    let former = before
        .and_then(|before| comma_after(text, before, entry.start))
        .filter(|comma| text[comma + 1..entry.start].trim().is_empty());
    let Some(comma) = comma_after(text, entry.end, close) else {
        // The last one without a comma: the comma in front of it goes too.
        return (former.unwrap_or(entry.start)..entry.end, String::new());
    };
    let said = &text[entry.end..comma];
    if said.contains('#') {
        // What is said between the entry and its comma stays; the comma in front goes, where there is one.
        return match former {
            Some(former) => (former..entry.end, String::new()),
            None => (entry.start..comma + 1, said.to_owned()),
        };
    }
    let line = open.line_start(entry.start);
    let after = comma + 1;
    let line_end = open.line_end(after);
    let rest = text[after..line_end].trim();
    let alone = text[line..entry.start].trim().is_empty()
        && line > whole.start
        && line_end < whole.end
        && (rest.is_empty() || rest.starts_with('#'));
    if alone {
        return (line..line_end, String::new());
    }
    let blanks = text[after..].len() - text[after..].trim_start_matches([' ', '\t']).len();
    (entry.start..after + blanks, String::new())
}

pub(super) fn rename(
    mut open: OpenedFile,
    project: &str,
    to: &str,
) -> Result<OpenedFile, EditError> {
    let mut form = open.form()?;
    if open.find(&form, project).is_none() {
        return Err(open.not_listed(project));
    }
    if open.find(&form, to).is_some() && !open.same(project, to) {
        return Err(open.listed(to));
    }
    let meant: Vec<String> = form
        .paths()
        .into_iter()
        .map(|path| {
            if open.same(&path, project) {
                to.to_owned()
            } else {
                path
            }
        })
        .collect();
    for at in 0..form.spots().len() {
        let spot = &form.spots()[at];
        let path = spot.path.as_deref();
        if !path.is_some_and(|path| open.same(path, project)) {
            continue;
        }
        open = open.replace(spot.value.clone(), &quoted(to))?;
        form = open.form()?;
    }
    open.lists(&meant)
}
