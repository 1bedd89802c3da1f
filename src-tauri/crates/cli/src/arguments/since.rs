//! Spans and moments as they are typed.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Since {
    /// So long before now.
    Ago(Duration),
    /// Then.
    At(Timestamp),
}

impl Since {
    /// In ms since the epoch, at a time that is now.
    pub(crate) fn millis(self, now: Timestamp) -> f64 {
        let (at, ago) = match self {
            Self::Ago(ago) => (now, ago),
            Self::At(at) => (at, Duration::ZERO),
        };
        at.as_duration().as_secs_f64() * 1000.0 - ago.as_secs_f64() * 1000.0
    }
}

/// Reads `30s`, `15m`, `2h`, `1d`, or a date with a time, in this machine's time zone where it names none.
///
/// # Errors
/// What can be typed, where it is none of that.
pub(crate) fn since(typed: &str) -> Result<Since, String> {
    if let Some(ago) = span(typed) {
        return Ok(Since::Ago(ago));
    }
    if let Ok(at) = typed.parse::<Timestamp>() {
        return Ok(Since::At(at));
    }
    let here = typed.parse::<DateTime>().ok();
    let here = here.and_then(|time| time.to_zoned(TimeZone::system()).ok());
    here.map(|time| Since::At(time.timestamp())).ok_or_else(|| {
        "it is neither a span (30s, 15m, 2h, 1d) nor a time (2026-11-30T10:15)".to_owned()
    })
}

fn span(typed: &str) -> Option<Duration> {
    let unit = typed.chars().last()?;
    let number: f64 = typed[..typed.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * seconds).ok()
}

/// Reads a number of seconds, which may have a fraction.
///
/// # Errors
/// Where it is none, or less than nothing.
pub(crate) fn seconds(typed: &str) -> Result<Duration, String> {
    let number = typed.parse::<f64>().ok();
    number
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "it is no number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_are_understood() {
        assert_eq!(since("90s"), Ok(Since::Ago(Duration::from_secs(90))));
        assert_eq!(since("1.5h"), Ok(Since::Ago(Duration::from_secs(5400))));
        assert_eq!(since("1d"), Ok(Since::Ago(Duration::from_secs(86400))));
        let at = since("2026-11-30T10:15:00Z").unwrap();
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        assert!(
            (at.millis(now) - 1_796_033_700_000.0).abs() < 1.0,
            "{}",
            at.millis(now)
        );
        let ago = Since::Ago(Duration::from_secs(60)).millis(now);
        assert!((ago - 1_796_083_140_000.0).abs() < 1.0, "{ago}");
        assert!(matches!(since("2026-11-30T10:15"), Ok(Since::At(_))));
        assert!(matches!(since("2026-11-30"), Ok(Since::At(_))));
        for wrong in ["", "soon", "-5m", "10", "5w", "ä"] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_a_number() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "-1", "NaN", "inf", "5s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
