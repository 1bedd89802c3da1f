//! What test runners say of their tests: how many passed, and which failed. Reads `cargo test` and vitest.

/// How many tests a program said it ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Counts {
    /// For what is one question.
    pub(crate) const ONE_PASSED: Counts = Counts {
        passed: 1,
        failed: 0,
        skipped: 0,
    };

    /// For what can't say how many.
    pub(crate) const ONE_FAILED: Counts = Counts {
        passed: 0,
        failed: 1,
        skipped: 0,
    };

    /// Adds what cargo test (`test result: ok. 3 passed; 0 failed; …`) or vitest (`Tests  3 passed (3)`) says at its end.
    fn add_line(&mut self, plain: &str) {
        let told = plain
            .strip_prefix(RESULT)
            .or_else(|| plain.strip_prefix("Tests "));
        let Some(told) = told else { return };
        let words: Vec<&str> = told
            .split([' ', ';', ',', '.'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u32>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "skipped" | "ignored" | "todo" => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What a run has told so far.
#[derive(Debug, Default)]
pub(crate) struct TestReport {
    pub(crate) counts: Counts,
    /// The names of what failed, where the runner is cargo's.
    pub(crate) failed: Vec<String>,
    /// How many of cargo's test programs began and have not told their result.
    pub(crate) unfinished: u32,
    /// The list that is being read: what failed is told twice, first with its output.
    listed: Vec<String>,
}

const RESULT: &str = "test result: ";

impl TestReport {
    /// The counts of a program that failed: it may have ended before it could say of what.
    pub(crate) fn at_least_one_failed(&self) -> Counts {
        Counts {
            failed: self.counts.failed.max(1),
            ..self.counts
        }
    }

    /// Takes in the next line that a runner printed.
    pub(crate) fn add_line(&mut self, line: &str) {
        let uncoloured = without_colour(line);
        let plain = uncoloured.trim();
        self.counts.add_line(plain);
        if plain.starts_with("running ") && (plain.ends_with(" tests") || plain.ends_with(" test"))
        {
            self.unfinished += 1;
        }
        if plain == "failures:" {
            self.listed.clear();
        } else if let Some(result) = plain.strip_prefix(RESULT) {
            self.unfinished = self.unfinished.saturating_sub(1);
            let listed = std::mem::take(&mut self.listed);
            self.failed
                .extend(listed.into_iter().filter(|_| result.starts_with("FAILED")));
        } else if uncoloured.starts_with("    ") && !plain.contains(' ') {
            self.listed.push(plain.to_owned());
        }
    }
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> TestReport {
        let mut told = TestReport::default();
        text.lines().for_each(|line| told.add_line(line));
        told
    }

    #[test]
    fn counts_what_the_runners_say() {
        let cargo = "test result: FAILED. 12 passed; 2 failed; 3 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(
            told(cargo).counts,
            Counts {
                passed: 12,
                failed: 2,
                skipped: 3
            }
        );
        let vitest = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m41 passed\u{1b}[39m (42)";
        assert_eq!(
            told(vitest).counts,
            Counts {
                passed: 41,
                failed: 1,
                skipped: 0
            }
        );
        assert_eq!(
            told("running 3 tests, 3 passed they say").counts,
            Counts::default()
        );
    }

    #[test]
    fn names_what_failed_in_each_binary() {
        let text = "\
running 3 tests
test reload::one ... FAILED
test reload::two ... ok

failures:

---- reload::one stdout ----
    printed_by_the_test
thread 'reload::one' panicked

failures:
    reload::one

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
    not_a_test
running 1 test
test three ... FAILED

failures:

failures:
    three

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
";
        assert_eq!(told(text).failed, ["reload::one", "three"]);
        assert_eq!(told(text).unfinished, 0);
        assert_eq!(
            told("running 1 test\nrunning 2 tests\ntest result: ok.").unfinished,
            1
        );
        let fine = "    in_passing\ntest result: ok. 1 passed; 0 failed; 0 ignored";
        assert_eq!(told(fine).failed, [""; 0]);
    }
}
