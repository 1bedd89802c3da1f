//! What failed in a run of all tests gets one more try by itself. A test that passes then does not hold a landing up, for a
//! machine that is busy enough brings out what nobody brought in; it is named at the end of the run, and is a fault to be put
//! right. What fails twice has failed, and so has a run of which more than a few tests failed or a test program crashed.

use anyhow::Result;

use super::Step;
use crate::program::Failed;
use crate::setup;
use crate::test_report::Counts;

/// More than this in a run is no coincidence.
pub(super) const FEW: usize = 3;

/// The step's outcome after a second try, where one is due and no more than `few` failed; and the names of what passed only
/// then.
pub(super) fn tried(
    step: &Step,
    outcome: Result<Counts>,
    few: usize,
) -> (Result<Counts>, Vec<String>) {
    let Err(error) = outcome else {
        return (outcome, Vec::new());
    };
    let (Some(alone), Some(failed)) = (step.alone, error.downcast_ref::<Failed>()) else {
        return (Err(error), Vec::new());
    };
    let (names, first) = (&failed.told.failed, failed.told.counts);
    let crashed = failed.told.unfinished > 0;
    if names.is_empty() || names.len() > few || crashed {
        return (Err(error), Vec::new());
    }
    setup::heading(&format!("{} once more: {}", step.name, names.join(", ")));
    match alone(names) {
        Ok(second) if second.passed == first.failed => {
            let counts = Counts {
                passed: first.passed + second.passed,
                failed: 0,
                ..first
            };
            (Ok(counts), names.clone())
        }
        Ok(_) => (Err(error), Vec::new()),
        Err(again) => {
            println!("  {} failed again: {again:#}", step.name);
            (Err(error), Vec::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::Chosen;
    use crate::test::steps::ByName;
    use crate::test_report::TestReport;

    /// The outcome of a runner of which tests of these names fail.
    fn failing(names: &[&str]) -> Result<Counts> {
        let mut told = TestReport::default();
        told.failed = names.iter().map(|name| (*name).to_owned()).collect();
        told.counts.passed = 5;
        told.counts.failed = u32::try_from(names.len())?;
        let line = "a runner".to_owned();
        Err(Failed { line, told }.into())
    }

    /// The outcome of a runner of which one test failed, and then a test program crashed.
    fn crashing() -> Result<Counts> {
        let mut failed = failing(&["one"]).unwrap_err().downcast::<Failed>()?;
        failed.told.unfinished = 1;
        Err(failed.into())
    }

    fn passing(names: &[String]) -> Result<Counts> {
        Ok(Counts {
            passed: u32::try_from(names.len())?,
            ..Counts::default()
        })
    }

    fn step(alone: Option<ByName>) -> Step {
        Step {
            name: "step",
            run: |_: &Chosen| Ok(Counts::default()),
            beside: false,
            alone,
        }
    }

    #[test]
    fn what_passes_alone_is_named_and_does_not_fail() {
        let (outcome, named) = tried(&step(Some(passing)), failing(&["one", "more::two"]), 2);
        let counts = outcome.unwrap();
        assert_eq!((counts.passed, counts.failed), (7, 0));
        assert_eq!(named, ["one", "more::two"]);
    }

    #[test]
    fn what_fails_twice_has_failed() {
        let again = step(Some(|_| failing(&["one"])));
        let (outcome, named) = tried(&again, failing(&["one"]), FEW);
        assert!(outcome.is_err());
        assert_eq!(named, [""; 0]);
    }

    #[test]
    fn what_is_not_found_again_has_failed() {
        let none = |_: &[String]| passing(&[]);
        let (outcome, _) = tried(&step(Some(none)), failing(&["one"]), FEW);
        assert!(outcome.is_err());
    }

    #[test]
    fn many_failures_and_a_program_that_only_ended_badly_get_no_second_try() {
        let never = |_: &[String]| -> Result<Counts> { unreachable!("a second try") };
        let fails = |outcome, few| tried(&step(Some(never)), outcome, few).0.is_err();
        assert!(fails(failing(&["a", "b", "c"]), 2));
        assert!(fails(failing(&["one"]), 0));
        assert!(fails(failing(&[]), FEW));
        assert!(fails(crashing(), FEW));
        assert!(tried(&step(None), failing(&["one"]), FEW).0.is_err());
    }
}
