//! The readings of the folder: the latest one with what follows from it, and how it is taken.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::health::Reads;
use dagster::instance::Instance;
use parking_lot::RwLock;
use workspace::{Concern, DotEnv, ReadOptions, Reader, Reading, Touched};

use crate::context::AppContext;
use crate::open::error::FactsError;

/// How long a file may take to be written: many programs empty it first, and what it lists is part of the workspace no more
/// until all of it is there.
const WRITTEN: Duration = Duration::from_secs(1);

/// One look at the folder.
pub(super) struct Reread {
    pub(super) reading: Reading,
    concerns: Vec<Concern>,
}

/// One reading of the folder, with what follows from it.
pub(super) struct Read {
    pub(super) reading: Arc<Reading>,
    pub(super) instance: Instance,
    /// What is worth a look before the folder is trusted; not looked for once it is.
    pub(super) concerns: Arc<Vec<Concern>>,
}

/// The readings of a folder.
pub(super) struct Readings {
    reader: Arc<Reader>,
    latest: RwLock<Arc<Read>>,
    /// Held by who reads the folder again.
    turn: tokio::sync::Mutex<()>,
}

impl Readings {
    /// Begins with the first look, which this reader took; `own` is Dagdeck's folder for the workspace.
    pub(super) fn new(
        context: &AppContext,
        own: &Path,
        reader: Arc<Reader>,
        first: Reread,
    ) -> Self {
        Self {
            reader,
            latest: RwLock::new(Arc::new(Read::of(context, own, first))),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// What was read last.
    pub(super) fn latest(&self) -> Arc<Read> {
        Arc::clone(&self.latest.read())
    }

    /// Reads the folder again, as far as something of it was touched; `thorough` also compares lockfiles.
    pub(super) async fn again(
        &self,
        context: &Arc<AppContext>,
        (root, own): (&Path, &Path),
        thorough: bool,
        touched: Touched,
    ) -> Result<Arc<Reading>, FactsError> {
        // One after the other: what was read earlier never takes the place of what was read later.
        let _turn = self.turn.lock().await;
        let mut reread = read(context, &self.reader, root, thorough, touched).await?;
        if loses(&self.latest().reading, &reread.reading) {
            // What runs of it would be stopped: it has to be so for longer than a file takes to be written.
            tokio::time::sleep(WRITTEN).await;
            reread = read(context, &self.reader, root, thorough, Touched::All).await?;
        }
        let read = Arc::new(Read::of(context, own, reread));
        let former = std::mem::replace(&mut *self.latest.write(), Arc::clone(&read));
        if former.reading != read.reading || former.instance != read.instance {
            let parts = [Reads::Files, Reads::Uv, Reads::Instance];
            context.changes.add_parts(parts);
        }
        Ok(Arc::clone(&read.reading))
    }
}

impl Read {
    fn of(context: &AppContext, own: &Path, reread: Reread) -> Self {
        Self {
            instance: choose_instance(context, &reread.reading, own),
            reading: Arc::new(reread.reading),
            concerns: Arc::new(reread.concerns),
        }
    }
}

/// Whether a project is part of the workspace no more.
fn loses(former: &Reading, now: &Reading) -> bool {
    let gone = |one: &workspace::Project| now.project(&one.id).is_none();
    former.projects.iter().any(gone)
}

fn choose_instance(context: &AppContext, reading: &Reading, own: &Path) -> Instance {
    let dot_env = reading.dot_env.as_ref().map(DotEnv::variables);
    let dot_env = dot_env.unwrap_or_default();
    let inherited = context.environment.get("DAGSTER_HOME").map(String::as_str);
    let from_file = dot_env.get("DAGSTER_HOME").map(String::as_str);
    dagster::instance::choose(inherited, from_file, &own.join("instance"))
}

/// Looks at a folder away from the async threads.
pub(super) async fn read(
    context: &Arc<AppContext>,
    reader: &Arc<Reader>,
    path: &Path,
    lock_freshness: bool,
    touched: Touched,
) -> Result<Reread, FactsError> {
    let root = crate::folder::root_of(path);
    let path = root.clone();
    let (context, reader) = (Arc::clone(context), Arc::clone(reader));
    let look = move || {
        context.catch_up();
        let options = ReadOptions {
            user_config: None,
            environment: context.environment.clone(),
            picked: context.state.picked(&root).into_iter().collect(),
            lock_freshness,
        };
        let reading = reader.read(&path, &options, &touched);
        for project in &reading.projects {
            // Read here the first time, so that nobody has to wait for their files later.
            let _known = context.state.definitions(&root, &project.id);
        }
        let concerns = if context.state.is_trusted(&root) {
            Vec::new()
        } else {
            workspace::concerns(&reading)
        };
        Reread { reading, concerns }
    };
    let looked = tokio::task::spawn_blocking(look).await;
    looked.map_err(FactsError::Reading)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use process::GuardProgram;
    use testkit::TestDir;
    use tokio::time::timeout;

    use super::*;
    use crate::context::DeckOptions;

    /// Longer than a reading of next to nothing takes.
    const SOON: Duration = Duration::from_millis(300);

    const SETTINGS: &str = "[project]\nname = \"etl\"\nversion = \"0\"\n\n[tool.dg]\ndirectory_type = \"project\"\n\n\
        [tool.dg.project]\nroot_module = \"etl\"\n";

    const ETL: &str = "\n[[workspace.projects]]\npath = \"etl\"\n";

    fn listing(projects: &str) -> String {
        format!("directory_type = \"workspace\"\n\n[workspace]\n{projects}")
    }

    /// A workspace that lists these projects, of which `etl` is there, read once.
    struct Folder {
        dir: TestDir,
        context: Arc<AppContext>,
        readings: Readings,
    }

    impl Folder {
        async fn new(listed: &str) -> Self {
            let dir = TestDir::new();
            dir.write("work/dg.toml", listing(listed));
            dir.write("work/etl/pyproject.toml", SETTINGS);
            let options = DeckOptions {
                state_folder: dir.make("state"),
                guard: GuardProgram {
                    program: "/bin/sh".into(),
                    arguments: vec!["-c".into(), "cat >/dev/null".into()],
                },
                locks: Vec::new(),
                workspace: None,
                environment: std::env::vars().collect(),
                home: dir.path().to_owned(),
                drawing: Vec::new(),
                in_the_way: None,
            };
            let context = Arc::new(AppContext::start(options).unwrap());
            let reader = Arc::<Reader>::default();
            let root = dir.join("work");
            let first = read(&context, &reader, &root, true, Touched::All).await;
            let readings = Readings::new(&context, &dir.make("own"), reader, first.unwrap());
            Self {
                dir,
                context,
                readings,
            }
        }

        async fn again(&self) -> Arc<Reading> {
            let (root, own) = (self.dir.join("work"), self.dir.join("own"));
            let again = self
                .readings
                .again(&self.context, (&root, &own), true, Touched::All);
            again.await.unwrap()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_waits_to_read_reads_what_is_there_when_the_turn_comes() {
        let folder = Folder::new("").await;
        assert!(folder.readings.latest().reading.projects.is_empty());

        let earlier = folder.readings.turn.lock().await;
        let reading = folder.again();
        tokio::pin!(reading);
        assert!(timeout(SOON, &mut reading).await.is_err(), "it waits");
        folder.dir.write("work/dg.toml", listing(ETL));
        drop(earlier);
        assert_eq!(reading.await.projects.len(), 1);
        assert_eq!(folder.readings.latest().reading.projects.len(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_is_being_written_loses_no_project() {
        for half in ["", "directory_type = \"workspace\"\n\n[workspace]\n"] {
            let folder = Folder::new(ETL).await;
            folder.dir.write("work/dg.toml", half);
            let reading = folder.again();
            tokio::pin!(reading);
            assert!(timeout(SOON, &mut reading).await.is_err(), "it waits");
            assert_eq!(folder.readings.latest().reading.projects.len(), 1);
            folder.dir.write("work/dg.toml", listing(ETL));
            assert_eq!(reading.await.projects.len(), 1);

            folder.dir.write("work/dg.toml", half);
            assert!(folder.again().await.projects.is_empty(), "it stays so");
        }
    }
}
