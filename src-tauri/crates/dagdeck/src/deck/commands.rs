//! One method per line of [`api::with_commands`].

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{CommandResult, Deck};
use crate::folder;
use crate::open_workspace::OpenWorkspace;
use crate::record;
use api::*;

/// The commands about the machine, the open workspace, what runs in it, its health and its logs.
///
/// # Errors
/// `NotFound` when no workspace is open, and when the location, view, operation or finding that is named is not there;
/// `Untrusted` when a program would run in a folder that is not trusted; `Precondition` and `Invalid` when what was asked
/// can't be done as things stand, `Cancelled` when it was taken back; `ToolMissing` and `ToolFailed` when uv or another
/// program is missing or says no; `Io` when a file can't be read or written. The words of each are in [`crate::rim`]. Those
/// that answer what is known anyway never fail: `snapshot_get`, `workspace_close`, `recent_forget`, `machine_check`,
/// `settings_set`, `health_check`, `health_list`, `health_report` and `operations_script`.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is described where it is declared, in with_commands; when it fails is told above for all"
)]
impl Deck {
    pub async fn snapshot_get(&self, _: Nothing) -> CommandResult<Snapshot> {
        Ok(self.context.board.snapshot())
    }

    pub async fn workspace_open(&self, request: FolderRequest) -> CommandResult<Snapshot> {
        let path = self.folder(&request.path)?;
        let turn = self.opening.lock().await;
        if self.open_root().await != Some(folder::root_of(&path)) {
            self.close_session().await;
            let session = OpenWorkspace::open(self.context.clone(), &path).await?;
            if session.facts.reading().kind != workspace::Kind::NotAWorkspace {
                self.context.state.remember_opened(&session.facts.root);
            }
            *self.session.write().await = Some(session);
        }
        drop(turn);
        let deck = self.clone();
        tokio::spawn(async move { deck.show_recent().await });
        Ok(self.context.board.snapshot())
    }

    pub async fn workspace_close(&self, _: Nothing) -> CommandResult<Nothing> {
        let turn = self.opening.lock().await;
        self.close_session().await;
        self.health.closed();
        self.context.board.show_no_workspace();
        self.context.changes.add_all();
        drop(turn);
        self.show_recent().await;
        Ok(Nothing {})
    }

    pub async fn workspace_trust(&self, _: Nothing) -> CommandResult<Nothing> {
        let session = self.opened().await?;
        self.trust(&session.facts.root).await?;
        Ok(Nothing {})
    }

    pub async fn workspace_distrust(&self, _: Nothing) -> CommandResult<Nothing> {
        let session = self.opened().await?;
        // First, so that nothing starts while the rest is stopped.
        let remembered = self.context.set_trust(&session.facts.root, false).await;
        session.stop_all(StoppedBy::Person).await;
        session.refresh().await;
        self.context.changes.add_all();
        remembered?;
        Ok(Nothing {})
    }

    pub async fn workspace_read(&self, _: Nothing) -> CommandResult<Nothing> {
        self.opened().await?.read_since(Instant::now()).await?;
        Ok(Nothing {})
    }

    pub async fn workspace_check(&self, _: Nothing) -> CommandResult<Nothing> {
        let session = self.opened().await?;
        session.read_and_show().await;
        session.check_environments(true);
        Ok(Nothing {})
    }

    pub async fn recent_forget(&self, request: FolderRequest) -> CommandResult<Nothing> {
        self.context.state.forget_opened(Path::new(&request.path));
        self.show_recent().await;
        Ok(Nothing {})
    }

    pub async fn machine_check(&self, _: Nothing) -> CommandResult<Nothing> {
        self.context.look_at_machine().await;
        Ok(Nothing {})
    }

    pub async fn launch(&self, request: LaunchRequest) -> CommandResult<Nothing> {
        self.opened().await?.launch(request).await?;
        Ok(Nothing {})
    }

    pub async fn launch_cancel(&self, _: Nothing) -> CommandResult<Nothing> {
        self.opened().await?.launch_cancel().await;
        Ok(Nothing {})
    }

    pub async fn stop_all(&self, _: Nothing) -> CommandResult<Nothing> {
        self.opened().await?.stop_all(StoppedBy::Person).await;
        Ok(Nothing {})
    }

    pub async fn location_start(&self, request: LocationRequest) -> CommandResult<Nothing> {
        self.opened()
            .await?
            .start_location(&request.location)
            .await?;
        Ok(Nothing {})
    }

    pub async fn location_stop(&self, request: StopLocationRequest) -> CommandResult<Nothing> {
        self.opened()
            .await?
            .stop_location(&request.location, request.force)
            .await?;
        Ok(Nothing {})
    }

    pub async fn location_restart(&self, request: LocationRequest) -> CommandResult<Nothing> {
        self.opened()
            .await?
            .restart_location(&request.location)
            .await?;
        Ok(Nothing {})
    }

    pub async fn location_reload(&self, request: LocationRequest) -> CommandResult<Nothing> {
        self.opened()
            .await?
            .reload_location(&request.location, None)
            .await?;
        Ok(Nothing {})
    }

    pub async fn location_settle(
        &self,
        request: LocationRequest,
    ) -> CommandResult<SettledLocation> {
        let session = self.opened().await?;
        Ok(session.settle_location(&request.location).await?)
    }

    pub async fn location_set_auto_reload(
        &self,
        request: AutoReloadRequest,
    ) -> CommandResult<Nothing> {
        let session = self.opened().await?;
        session.remember_location(&request.location, |memory| {
            memory.auto_reload = Some(request.on);
        })?;
        session.refresh().await;
        Ok(Nothing {})
    }

    pub async fn location_choose_environment(
        &self,
        request: ChooseEnvironmentRequest,
    ) -> CommandResult<Nothing> {
        let session = self.opened().await?;
        let picked = request.path.map(|path| self.folder(&path)).transpose()?;
        session.remember_location(&request.location, |memory| memory.picked = picked)?;
        session.refresh().await;
        Ok(Nothing {})
    }

    pub async fn location_sync(&self, request: LocationRequest) -> CommandResult<OperationsBegun> {
        let request = SyncRequest {
            locations: vec![request.location],
            deployment: false,
        };
        self.sync_start(request.into()).await
    }

    pub async fn sync_preview(&self, request: SyncRequest) -> CommandResult<SyncPreview> {
        Ok(self.opened().await?.sync_preview(request).await?)
    }

    pub async fn sync_start(&self, start: SyncStart) -> CommandResult<OperationsBegun> {
        let operations = self.opened().await?.sync_start(start).await?;
        Ok(OperationsBegun { operations })
    }

    pub async fn location_definitions(
        &self,
        request: LocationRequest,
    ) -> CommandResult<DefinitionNames> {
        Ok(self.opened().await?.definitions(&request.location)?)
    }

    pub async fn location_files(&self, request: LocationRequest) -> CommandResult<ProjectFiles> {
        Ok(self.opened().await?.files(&request.location).await?)
    }

    pub async fn location_requirements(
        &self,
        request: LocationRequest,
    ) -> CommandResult<Requirements> {
        Ok(self.opened().await?.requirements(&request.location)?)
    }

    pub async fn packages_plan(&self, request: PackagesRequest) -> CommandResult<PackagesPlan> {
        let session = self.opened().await?;
        if let PackagesChange::Dagster { version } = &request.change {
            self.index.require_whole(&self.context, version).await?;
        }
        Ok(session.packages_plan(&request).await?)
    }

    pub async fn packages_change(&self, start: PackagesStart) -> CommandResult<OperationsBegun> {
        let operations = self.opened().await?.packages_change(&start).await?;
        Ok(OperationsBegun { operations })
    }

    pub async fn python_offers(&self, request: PythonOf) -> CommandResult<PythonOffers> {
        Ok(self.opened().await?.python_offers(&request).await?)
    }

    pub async fn python_plan(&self, request: PythonRequest) -> CommandResult<PythonPlan> {
        Ok(self.opened().await?.python_plan(&request).await?)
    }

    pub async fn python_change(&self, start: PythonStart) -> CommandResult<OperationsBegun> {
        let operation = self.opened().await?.python_change(&start).await?;
        Ok(OperationsBegun {
            operations: vec![operation],
        })
    }

    pub async fn definition_types(
        &self,
        request: LocationRequest,
    ) -> CommandResult<DefinitionTypes> {
        let session = self.opened().await?;
        Ok(session.definition_types(&request.location).await?)
    }

    pub async fn definition_form(
        &self,
        request: DefinitionTypeRequest,
    ) -> CommandResult<DefinitionForm> {
        Ok(self.opened().await?.definition_form(&request).await?)
    }

    pub async fn scaffold_plan(&self, request: ScaffoldRequest) -> CommandResult<ScaffoldPlan> {
        Ok(self.opened().await?.scaffold_plan(&request).await?)
    }

    pub async fn scaffold_run(&self, start: ScaffoldStart) -> CommandResult<Nothing> {
        self.opened().await?.scaffold_run(&start).await?;
        Ok(Nothing {})
    }

    pub async fn service_start(&self, request: ServiceRequest) -> CommandResult<Nothing> {
        self.opened().await?.start_service(request.service).await?;
        Ok(Nothing {})
    }

    pub async fn service_stop(&self, request: ServiceRequest) -> CommandResult<Nothing> {
        self.opened().await?.stop_service(request.service).await;
        Ok(Nothing {})
    }

    pub async fn service_restart(&self, request: ServiceRequest) -> CommandResult<Nothing> {
        self.opened()
            .await?
            .restart_service(request.service)
            .await?;
        Ok(Nothing {})
    }

    pub async fn settings_set(&self, settings: Settings) -> CommandResult<Nothing> {
        self.context.change_settings(|kept| *kept = settings);
        if let Ok(session) = self.opened().await {
            session.refresh().await;
        }
        Ok(Nothing {})
    }

    pub async fn health_check(&self, request: HealthRequest) -> CommandResult<Nothing> {
        let session = self.session.read().await.clone();
        let asked = if request.asked {
            self.context.look_at_machine().await;
            health::Request::asked()
        } else {
            health::Request::all()
        };
        if let Some(session) = &session {
            session.refresh_and_ask_uv(request.asked).await;
        }
        self.health.round(session.as_ref(), &asked).await;
        Ok(Nothing {})
    }

    pub async fn health_list(&self, _: Nothing) -> CommandResult<ChecksView> {
        Ok(self.health.list())
    }

    pub async fn health_fix(&self, request: FixRequest) -> CommandResult<Nothing> {
        let session = self.session.read().await.clone();
        if let Some(session) = &session {
            session.facts.require_trust()?;
        }
        self.health.fix(session.as_ref(), &request.fixes).await?;
        Ok(Nothing {})
    }

    pub async fn health_undo(&self, request: UndoRequest) -> CommandResult<Nothing> {
        let session = self.session.read().await.clone();
        for finding in &request.findings {
            self.health.undo(session.as_ref(), finding).await?;
        }
        Ok(Nothing {})
    }

    pub async fn health_report(&self, _: Nothing) -> CommandResult<Text> {
        let session = self.session.read().await.clone();
        let text = crate::health::report(&self.context, session.as_ref()).await;
        Ok(Text { text })
    }

    pub async fn health_report_save(&self, request: FolderRequest) -> CommandResult<Text> {
        let folder = self.folder(&request.path)?;
        let session = self.session.read().await.clone();
        let path = crate::health::save(&self.context, session.as_ref(), &folder).await?;
        let text = path.display().to_string();
        Ok(Text { text })
    }

    pub async fn log_open(&self, request: OpenLogRequest) -> CommandResult<LogView> {
        Ok(self.opened().await?.logs.open(request).await?)
    }

    pub async fn log_filter(&self, request: FilterLogRequest) -> CommandResult<LogView> {
        Ok(self.opened().await?.logs.filter(request).await?)
    }

    pub async fn log_window(&self, request: LogWindowRequest) -> CommandResult<LogWindow> {
        Ok(self.opened().await?.logs.window(request).await?)
    }

    pub async fn log_print(&self, request: LogWindowRequest) -> CommandResult<LogPrint> {
        Ok(self.opened().await?.logs.print(request).await?)
    }

    pub async fn log_search(&self, request: SearchLogRequest) -> CommandResult<LogMatches> {
        Ok(self.opened().await?.logs.search(request).await?)
    }

    pub async fn log_marks(&self, request: ViewRequest) -> CommandResult<LogMarks> {
        Ok(self.opened().await?.logs.marks(request).await?)
    }

    pub async fn log_fold(&self, request: FoldLogRequest) -> CommandResult<LogView> {
        Ok(self.opened().await?.logs.fold(request).await?)
    }

    pub async fn log_copy(&self, request: CopyLogRequest) -> CommandResult<Text> {
        Ok(self.opened().await?.logs.copy(request).await?)
    }

    pub async fn log_clear(&self, request: ViewRequest) -> CommandResult<LogView> {
        Ok(self.opened().await?.logs.clear(request).await?)
    }

    pub async fn log_close(&self, request: ViewRequest) -> CommandResult<Nothing> {
        Ok(self.opened().await?.logs.close(&request))
    }

    pub async fn operation_cancel(&self, request: OperationRequest) -> CommandResult<Nothing> {
        self.context.operations.cancel(request.operation)?;
        Ok(Nothing {})
    }

    pub async fn operations_script(&self, _: Nothing) -> CommandResult<Text> {
        let text = self
            .context
            .board
            .read(|snapshot| record::script(&snapshot.operations));
        Ok(Text { text })
    }

    /// A folder as typed, made absolute. It must exist.
    pub(super) fn folder(&self, typed: &str) -> CommandResult<PathBuf> {
        Ok(folder::named(typed, &self.context.home)?)
    }
}
