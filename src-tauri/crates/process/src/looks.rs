//! Looks at the process list on behalf of many trees: those that want one at about the same moment share one. Owns the thread
//! that looks; knows nothing of what is looked for.

#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use parking_lot::Mutex;

/// Who waits for a look, and how it is told.
type Reply<T> = Box<dyn FnOnce(&Arc<T>) + Send>;

/// Gives each who asks what one walk of the process list found, one that began after the question.
///
/// "Nothing is left" is only true of a list that was made after the last signal was sent, so a walk that is already under
/// way never answers.
pub(crate) struct Looks<T> {
    walk: Arc<dyn Fn() -> T + Send + Sync>,
    /// To the thread that walks. Started with the first question, it ends with the last handle.
    thread: Mutex<Option<mpsc::Sender<Reply<T>>>>,
    #[cfg(test)]
    walks: Arc<AtomicU64>,
}

impl<T: Send + Sync + 'static> Looks<T> {
    pub(crate) fn new(walk: impl Fn() -> T + Send + Sync + 'static) -> Self {
        #[cfg(test)]
        let walks = Arc::new(AtomicU64::new(0));
        #[cfg(test)]
        let walk = {
            let walks = Arc::clone(&walks);
            move || {
                walks.fetch_add(1, Ordering::Relaxed);
                walk()
            }
        };
        Self {
            walk: Arc::new(walk),
            thread: Mutex::default(),
            #[cfg(test)]
            walks,
        }
    }

    /// Waits for a look. For threads that may block.
    pub(crate) fn wait(&self) -> Arc<T> {
        let (tell, told) = mpsc::sync_channel(1);
        let asked = self.ask(Box::new(move |look| {
            // One that is not waited for any more is no loss.
            let _unheard = tell.send(Arc::clone(look));
        }));
        let look = asked.then(|| told.recv().ok()).flatten();
        look.unwrap_or_else(|| Arc::new((self.walk)()))
    }

    /// Waits for a look without blocking the thread.
    pub(crate) async fn take(&self) -> Arc<T> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let asked = self.ask(Box::new(move |look| {
            let _unheard = tell.send(Arc::clone(look));
        }));
        if asked && let Ok(look) = told.await {
            return look;
        }
        let walk = Arc::clone(&self.walk);
        match tokio::task::spawn_blocking(move || walk()).await {
            Ok(look) => Arc::new(look),
            // The runtime is being shut down, or the walk panicked: then it may as well here.
            Err(_) => Arc::new((self.walk)()),
        }
    }

    /// How many walks there were so far.
    #[cfg(test)]
    pub(crate) fn walks(&self) -> u64 {
        self.walks.load(Ordering::Relaxed)
    }

    /// Asks the thread that walks. False if there is none, which a system without room for a thread does.
    fn ask(&self, reply: Reply<T>) -> bool {
        let mut thread = self.thread.lock();
        if thread.is_none() {
            *thread = self.begin();
        }
        thread
            .as_ref()
            .is_some_and(|thread| thread.send(reply).is_ok())
    }

    fn begin(&self) -> Option<mpsc::Sender<Reply<T>>> {
        let (ask, asked) = mpsc::channel();
        let walk = Arc::clone(&self.walk);
        let thread = std::thread::Builder::new().name("looks".into());
        let started = thread.spawn(move || serve(&asked, &*walk));
        started.is_ok().then_some(ask)
    }
}

/// Answers until nobody can ask any more. All who asked before a walk begins are answered by it.
fn serve<T>(asked: &mpsc::Receiver<Reply<T>>, walk: &dyn Fn() -> T) {
    while let Ok(first) = asked.recv() {
        let waiting: Vec<Reply<T>> = std::iter::once(first).chain(asked.try_iter()).collect();
        let look = Arc::new(walk());
        for reply in waiting {
            reply(&look);
        }
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Condvar;

    use super::*;

    /// A walk that stands still until it is let go on, and answers with its number.
    #[derive(Default)]
    struct Gate {
        state: Mutex<(u64, u64)>,
        changed: Condvar,
    }

    impl Gate {
        fn walk(&self) -> u64 {
            let mut state = self.state.lock();
            state.0 += 1;
            let number = state.0;
            self.changed.notify_all();
            self.changed
                .wait_while(&mut state, |(_, open)| *open < number);
            number
        }

        fn until_begun(&self, number: u64) {
            let mut state = self.state.lock();
            self.changed
                .wait_while(&mut state, |(begun, _)| *begun < number);
        }

        fn open(&self, number: u64) {
            self.state.lock().1 = number;
            self.changed.notify_all();
        }
    }

    #[test]
    fn who_asks_during_a_walk_shares_the_next_and_never_the_one_under_way() {
        let gate = Arc::new(Gate::default());
        let walked = Arc::clone(&gate);
        let looks = Looks::new(move || walked.walk());
        let (tell, told) = mpsc::channel();
        let ask = || {
            let tell = tell.clone();
            assert!(looks.ask(Box::new(move |look| tell.send(**look).unwrap())));
        };
        ask();
        gate.until_begun(1);
        (0..100).for_each(|_| ask());
        gate.open(u64::MAX);
        assert_eq!(told.recv().unwrap(), 1);
        assert!((0..100).all(|_| told.recv().unwrap() == 2));
        assert_eq!(looks.walks(), 2);
    }

    #[tokio::test]
    async fn an_async_thread_goes_on_while_it_waits() {
        let gate = Arc::new(Gate::default());
        let walked = Arc::clone(&gate);
        let looks = Looks::new(move || walked.walk());
        // The walk ends only after the other half of this has run, on this very thread.
        let (number, ()) = tokio::join!(biased; looks.take(), async { gate.open(1) });
        assert_eq!(*number, 1);
    }

    #[test]
    fn a_walk_that_panics_leaves_nobody_waiting() {
        let walked = AtomicU64::new(0);
        let looks = Looks::new(move || {
            let number = walked.fetch_add(1, Ordering::Relaxed);
            assert!(number > 0, "the first one fails on purpose");
            number
        });
        assert_eq!(*looks.wait(), 1, "who waited looks for itself");
        assert_eq!(*looks.wait(), 2);
    }

    #[test]
    fn a_blocked_thread_is_answered_too_and_the_thread_ends_with_the_last_handle() {
        let alive = Arc::new(());
        let held = Arc::downgrade(&alive);
        let looks = Looks::new(move || Arc::strong_count(&alive));
        assert!(*looks.wait() >= 1);
        drop(looks);
        let begun = std::time::Instant::now();
        while held.upgrade().is_some() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(60));
            std::thread::yield_now();
        }
    }
}
