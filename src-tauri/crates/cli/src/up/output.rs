//! What a terminal prints while it shows what runs. Printed by threads of its own, so that a reader who stops reading (a pager, a
//! frozen session) holds up neither a signal nor what the owner says.

use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

use anstream::{ColorChoice, adapter};
use tokio::sync::oneshot;

use crate::error::{CliError, piped};
use crate::stop;

/// How long the last words may take: who does not read by then goes without.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The output of a terminal.
pub(super) struct Output {
    /// Whether who reads it takes no styles.
    plain: bool,
    out: Printer,
    err: Printer,
}

impl Output {
    pub(super) fn begin() -> Result<Self, CliError> {
        let plain = anstream::stdout().current_choice() == ColorChoice::Never;
        Ok(Self {
            plain,
            out: Printer::begin("out", move |text| write(plain, text))?,
            err: Printer::begin("err", |text| {
                anstream::stderr().lock().write_all(text.as_bytes())
            })?,
        })
    }

    /// Prints a text with its styles, as far as who reads it takes them; waits until it is taken.
    pub(super) async fn print(&self, mut text: String) -> Result<(), CliError> {
        if self.plain {
            // Here, not where it is printed: each thread that makes a text keeps room for the longest.
            text = adapter::strip_str(&text).to_string();
        }
        let printed = self.out.push(text).await;
        piped(printed.unwrap_or(Ok(())))
    }

    /// Says a line on the side. Nobody waits for it.
    pub(super) fn note(&self, words: &str) {
        drop(self.err.push(format!("{words}\n")));
    }

    /// Prints the last words of all, and waits until everything is taken; not for long.
    pub(super) async fn end(&self, text: String) -> Result<(), CliError> {
        let last = async {
            let printed = self.print(text).await;
            drop(self.err.push(String::new()).await);
            printed
        };
        tokio::time::timeout(LAST_WORDS, last)
            .await
            .unwrap_or(Ok(()))
    }

    /// Says a line on the side and ends the process at once: it ends, whether that is read or not.
    pub(super) async fn end_at_once(&self, words: &str) -> ! {
        self.note(words);
        let _said = self.end(String::new()).await;
        stop::end_at_once()
    }
}

/// A thread that prints.
struct Printer {
    texts: mpsc::Sender<Text>,
}

struct Text {
    text: String,
    printed: oneshot::Sender<std::io::Result<()>>,
}

impl Printer {
    fn begin(
        name: &str,
        write: impl Fn(&str) -> std::io::Result<()> + Send + 'static,
    ) -> Result<Self, CliError> {
        let (texts, waiting) = mpsc::channel::<Text>();
        let print = move || {
            for Text { text, printed } in waiting {
                // Who asked may have gone meanwhile.
                let _gone = printed.send(write(&text));
            }
        };
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(print)
            .map_err(|error| CliError::Failed(format!("can't print: {error}")))?;
        Ok(Self { texts })
    }

    /// Has a text printed; the answer comes once it is, and never where the thread is gone.
    fn push(&self, text: String) -> oneshot::Receiver<std::io::Result<()>> {
        let (printed, answer) = oneshot::channel();
        // A thread that is gone drops the answer's other end.
        let _gone = self.texts.send(Text { text, printed });
        answer
    }
}

/// Prints at one stroke: what takes styles out of a text hands each piece between two of them to the system by itself.
fn write(plain: bool, text: &str) -> std::io::Result<()> {
    let print = |out: &mut dyn Write| out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if plain {
        print(&mut std::io::stdout().lock())
    } else {
        print(&mut anstream::stdout().lock())
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    fn output(write: impl Fn(&str) -> std::io::Result<()> + Send + 'static) -> Output {
        Output {
            plain: true,
            out: Printer::begin("out", write).unwrap(),
            err: Printer::begin("err", |_| Ok(())).unwrap(),
        }
    }

    #[tokio::test]
    async fn texts_come_out_in_their_order_and_what_went_wrong_is_answered() {
        let (sender, all) = mpsc::channel();
        let output = output(move |text| match text {
            "closed" => Err(ErrorKind::BrokenPipe.into()),
            text => sender.send(text.to_owned()).map_err(std::io::Error::other),
        });
        for text in ["one ", "\u{1b}[1mtwo \u{1b}[0m"] {
            output.print(text.to_owned()).await.unwrap();
        }
        let closed = output.print("closed".to_owned()).await;
        assert!(matches!(closed, Err(CliError::Quiet)), "{closed:?}");
        output.end("three".to_owned()).await.unwrap();
        drop(output);
        assert_eq!(all.iter().collect::<String>(), "one two three");
    }

    #[tokio::test]
    async fn who_does_not_read_holds_nobody_up() {
        let (open, closed) = mpsc::channel::<()>();
        let output = output(move |_| {
            let _ = closed.recv();
            Ok(())
        });
        let stuck = tokio::time::timeout(LAST_WORDS / 10, output.print("long".to_owned())).await;
        assert!(stuck.is_err(), "nobody took it");
        output.note("goes on");
        output.end("last".to_owned()).await.unwrap();
        drop(open);
    }
}
