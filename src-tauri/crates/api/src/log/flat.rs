//! Reads a row as it stands on the wire: flat.
//!
//! Owns nothing but the reading. A derived one puts each field of a flattened enum aside first, which made a terminal pay more for
//! being told of a line than the owner pays for keeping it.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::{LogLevel, Row, RowKind, Segment};
use crate::{Millis, Subject};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat {
    index: u32,
    time: Millis,
    level: LogLevel,
    source: String,
    kind: Kind,
    frames: Option<u32>,
    open: Option<bool>,
    subject: Option<Subject>,
    logger: Option<String>,
    segments: Vec<Segment>,
    cut: bool,
}

/// [`RowKind`] without what belongs to some.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Line,
    Continuation,
    Fold,
    OwnFrame,
    Frame,
    Exception,
    Note,
    RunStart,
    Gap,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::deserialize(deserializer)?;
        let missing = D::Error::missing_field;
        let kind = match flat.kind {
            Kind::Line => RowKind::Line,
            Kind::Continuation => RowKind::Continuation,
            Kind::Fold => RowKind::Fold {
                frames: flat.frames.ok_or_else(|| missing("frames"))?,
                open: flat.open.ok_or_else(|| missing("open"))?,
            },
            Kind::OwnFrame => RowKind::OwnFrame {
                subject: flat.subject.ok_or_else(|| missing("subject"))?,
            },
            Kind::Frame => RowKind::Frame,
            Kind::Exception => RowKind::Exception,
            Kind::Note => RowKind::Note,
            Kind::RunStart => RowKind::RunStart,
            Kind::Gap => RowKind::Gap,
        };
        Ok(Self {
            index: flat.index,
            time: flat.time,
            level: flat.level,
            source: flat.source,
            kind,
            logger: flat.logger,
            segments: flat.segments,
            cut: flat.cut,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::LogLevel;

    fn kinds() -> Vec<RowKind> {
        vec![
            RowKind::Line,
            RowKind::Continuation,
            RowKind::Fold {
                frames: 7,
                open: true,
            },
            RowKind::OwnFrame {
                subject: Subject {
                    path: "/etl/defs.py".to_owned(),
                    line: Some(4),
                    column: None,
                },
            },
            RowKind::Frame,
            RowKind::Exception,
            RowKind::Note,
            RowKind::RunStart,
            RowKind::Gap,
        ]
    }

    fn row(kind: RowKind) -> Row {
        Row {
            index: 3,
            time: 1.5,
            level: LogLevel::Info,
            source: "etl".to_owned(),
            kind,
            logger: Some("dagster".to_owned()),
            segments: vec![Segment {
                text: "a \"b\"\n".to_owned(),
                color: None,
                bold: true,
            }],
            cut: false,
        }
    }

    #[test]
    fn every_kind_of_row_is_read_as_it_was_written() {
        for kind in kinds() {
            let row = row(kind);
            let text = serde_json::to_string(&row).unwrap();
            assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row, "{text}");
        }
    }

    #[test]
    fn what_belongs_to_a_kind_is_not_left_out() {
        for field in ["frames", "open", "subject", "kind"] {
            let broken = kinds().into_iter().filter(|kind| {
                let Value::Object(mut written) = json!(row(kind.clone())) else {
                    return false;
                };
                let had = written.remove(field).is_some();
                let read = serde_json::from_value::<Row>(Value::Object(written));
                assert_eq!(read.is_err(), had, "{field} of {kind:?}");
                had
            });
            assert!(broken.count() > 0, "{field} belongs to some kind");
        }
    }
}
