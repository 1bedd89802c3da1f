//! The table at the end.

/// A number with its unit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    Seconds(f64),
    Megabytes(f64),
    Percent(f64),
    Count(f64),
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Amount::Seconds(seconds) if *seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
            Amount::Seconds(seconds) => format!("{seconds:.2} s"),
            Amount::Megabytes(megabytes) => format!("{megabytes:.0} MB"),
            Amount::Percent(percent) => format!("{percent:.2} %"),
            Amount::Count(count) => format!("{count:.0}"),
        };
        f.pad(&text)
    }
}

impl Amount {
    fn number(self) -> f64 {
        let (Amount::Seconds(number)
        | Amount::Megabytes(number)
        | Amount::Percent(number)
        | Amount::Count(number)) = self;
        number
    }
}

/// One line: what, ours, the peer's, and the aim.
pub(super) struct BenchRow {
    pub(super) what: String,
    pub(super) ours: Amount,
    pub(super) peer: Option<(&'static str, Amount)>,
    /// The largest ratio to the peer, or without one the largest amount, that is good enough.
    pub(super) aim: Option<f64>,
}

/// The rows as a Markdown table, with the machine below.
pub(super) fn render(rows: &[BenchRow], machine: &str) -> String {
    let mut text =
        String::from("| what | Dagdeck | peer | ratio | aim | |\n|---|---|---|---|---|---|\n");
    for row in rows {
        let ratio = row.peer.map(|(_, peer)| row.ours.number() / peer.number());
        let peer = row
            .peer
            .map_or_else(String::new, |(name, peer)| format!("{peer} ({name})"));
        let judged = ratio.unwrap_or_else(|| row.ours.number());
        let (aim, verdict) = match row.aim {
            Some(aim) if judged <= aim => (format!("≤ {aim}"), "met"),
            Some(aim) => (format!("≤ {aim}"), "**missed**"),
            None => (String::new(), ""),
        };
        let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}"));
        text += &format!(
            "| {} | {} | {peer} | {ratio} | {aim} | {verdict} |\n",
            row.what, row.ours
        );
    }
    text + "\n" + machine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_the_ratio_or_the_amount() {
        let row = |ours, peer, aim| BenchRow {
            what: "x".to_owned(),
            ours: Amount::Seconds(ours),
            peer,
            aim: Some(aim),
        };
        let rows = [
            row(1.0, Some(("dg", Amount::Seconds(4.0))), 0.45),
            row(3.0, Some(("dg", Amount::Seconds(4.0))), 0.45),
            row(0.25, None, 0.2),
        ];
        let text = render(&rows, "a machine");
        let lines: Vec<_> = text.lines().skip(2).collect();
        assert_eq!(
            lines[0],
            "| x | 1.00 s | 4.00 s (dg) | 0.250 | ≤ 0.45 | met |"
        );
        assert!(lines[1].ends_with("0.750 | ≤ 0.45 | **missed** |"));
        assert_eq!(lines[2], "| x | 250 ms |  |  | ≤ 0.2 | **missed** |");
    }
}
