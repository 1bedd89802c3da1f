//! The list of commands, declared once.
//!
//! Each host hands its own macro to [`with_commands`](crate::with_commands) and so fails to compile when an adapter is missing;
//! `cargo xtask gen` makes the TypeScript list from the same lines.

pub mod typescript;

/// Calls `$macro` with every command as `name: Request => Response, "what it does";`.
#[macro_export]
macro_rules! with_commands {
    ($macro:ident) => {
        $macro! {
            snapshot_get: Nothing => Snapshot, "Everything there is to show.";
            workspace_open: FolderRequest => Snapshot, "Opens a folder: reads it, runs nothing.";
            workspace_close: Nothing => Nothing, "Stops what runs and closes the workspace.";
            workspace_trust: Nothing => Nothing, "Lets programs run in the open folder, remembered.";
            workspace_distrust: Nothing => Nothing, "Takes trust back; what runs is stopped.";
            workspace_read: Nothing => Nothing, "Reads the folder as it is when this is asked, and shows what differs; asks uv nothing.";
            workspace_check: Nothing => Nothing, "Reads the folder and asks uv again.";
            recent_forget: FolderRequest => Nothing, "Takes a folder off the recent list.";
            machine_check: Nothing => Nothing, "Looks at this machine's tools again.";
            launch: LaunchRequest => Nothing, "Starts everything that can start.";
            launch_cancel: Nothing => Nothing, "Stops what a launch has not settled yet.";
            stop_all: Nothing => Nothing, "Stops everything and answers when nothing is left.";
            location_start: LocationRequest => Nothing, "Starts one location.";
            location_stop: StopLocationRequest => Nothing, "Stops one location.";
            location_restart: LocationRequest => Nothing, "Stops and starts one location; a crash count begins anew.";
            location_reload: LocationRequest => Nothing, "Loads the code again without a gap.";
            location_settle: LocationRequest => SettledLocation, "Waits until what was on disk when this was asked is loaded, or is known not to be.";
            location_set_auto_reload: AutoReloadRequest => Nothing, "Switches reload on file changes.";
            location_choose_environment: ChooseEnvironmentRequest => Nothing, "Chooses where the environment comes from.";
            location_sync: LocationRequest => OperationsBegun, "Runs `uv sync` for one location's environment as it is now, without a preview.";
            sync_preview: SyncRequest => SyncPreview, "What a sync would change. Changes nothing.";
            sync_start: SyncStart => OperationsBegun, "Syncs environments, as a preview showed where one was looked at: what runs from them stops and starts again.";
            location_definitions: LocationRequest => DefinitionNames, "The names of its definitions as last read.";
            location_files: LocationRequest => ProjectFiles, "The files of its project.";
            location_requirements: LocationRequest => Requirements, "What a location's project asks for.";
            packages_plan: PackagesRequest => PackagesPlan, "What adding, removing or changing a package would do; writes nothing.";
            packages_change: PackagesStart => OperationsBegun, "Changes what projects ask for as was shown, then syncs their environments.";
            python_offers: PythonOf => PythonOffers, "The Pythons that an environment could be made with.";
            python_plan: PythonRequest => PythonPlan, "What another Python would change; writes nothing.";
            python_change: PythonStart => OperationsBegun, "Asks for another Python, as was shown where it was looked at, and makes the environment anew with it; the board tells how it goes.";
            definition_types: LocationRequest => DefinitionTypes, "What can be added to a location's project.";
            definition_form: DefinitionTypeRequest => DefinitionForm, "What a type of definition asks for.";
            scaffold_plan: ScaffoldRequest => ScaffoldPlan, "What adding a definition would write; writes nothing.";
            scaffold_run: ScaffoldStart => Nothing, "Adds a definition as was shown, with `dg scaffold defs`.";
            service_start: ServiceRequest => Nothing, "Starts the webserver or the daemon.";
            service_stop: ServiceRequest => Nothing, "Stops the webserver or the daemon.";
            service_restart: ServiceRequest => Nothing, "Stops and starts the webserver or the daemon.";
            settings_set: Settings => Nothing, "Keeps the person's settings.";
            health_check: HealthRequest => Nothing, "Makes the checks anew; answers when they are made.";
            health_list: Nothing => ChecksView, "Every check that was made, with its answer.";
            health_fix: FixRequest => Nothing, "Puts findings right; answers when each was tried and checked again.";
            health_undo: UndoRequest => Nothing, "Takes back fixes that changed a file.";
            health_report: Nothing => Text, "A report to hand on, without home paths, tokens and values of .env files.";
            health_report_save: FolderRequest => Text, "Writes the report to a new file in a folder; answers its path.";
            log_open: OpenLogRequest => LogView, "Opens a view of a log.";
            log_filter: FilterLogRequest => LogView, "Changes what a view shows.";
            log_window: LogWindowRequest => LogWindow, "The rows in sight.";
            log_print: LogWindowRequest => LogPrint, "Rows for a host that prints them and goes on.";
            log_search: SearchLogRequest => LogMatches, "Finds the next or the previous match.";
            log_marks: ViewRequest => LogMarks, "Where the errors and warnings are.";
            log_fold: FoldLogRequest => LogView, "Opens or closes library frames.";
            log_copy: CopyLogRequest => Text, "Rows as plain text.";
            log_clear: ViewRequest => LogView, "Hides what the view's log printed so far; the file stays.";
            log_close: ViewRequest => Nothing, "Ends a view.";
            uv_bring: Nothing => Nothing, "Brings uv from the package index into Dagdeck's own folder; answers when it is there.";
            uv_pick: FolderRequest => Nothing, "Uses the uv at a path from now on; an empty path means the one that is found.";
            projects_find: FolderRequest => ProjectsFound, "Looks for Dagster projects in a folder.";
            projects_plan: ProjectsChange => ProjectsPlan, "What a change of the list of projects would do; writes nothing.";
            projects_apply: ProjectsApply => Nothing, "Makes a change of the list of projects that was shown.";
            create_form: CreateFormRequest => CreateForm, "What a form for a new workspace or project starts from.";
            create_versions: Nothing => DagsterVersions, "Asks the package index for Dagster's versions.";
            create_plan: CreateSpec => CreatePlan, "Checks the answers and says what would happen; writes nothing.";
            create_start: CreateStart => Nothing, "Makes what was shown, step by step; the snapshot tells how it goes.";
            create_retry: Nothing => Nothing, "Goes on from the step that failed or was cancelled.";
            create_cancel: Nothing => Nothing, "Ends the step under way; what was made stays.";
            create_remove: Nothing => Nothing, "Moves what was made to the trash and takes it out of dg.toml.";
            create_dismiss: Nothing => Nothing, "Puts what was made away; what runs goes on.";
            operation_cancel: OperationRequest => Nothing, "Takes a running operation back: ends what it runs.";
            operations_script: Nothing => Text, "Everything Dagdeck ran, as a shell script.";
        }
    };
}
