//! Names and counts of what a code server serves.

use serde_json::Value;

/// The job that Dagster makes for all assets of a location; nobody wrote it.
const ASSET_JOB: &str = "__ASSET_JOB";

/// How many definitions of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Assets that can be executed here.
    pub assets: usize,
    /// Asset checks.
    pub checks: usize,
    /// Jobs, without the implicit asset job.
    pub jobs: usize,
    /// Schedules, whether they are switched on or not.
    pub schedules: usize,
    /// Sensors, whether they are switched on or not.
    pub sensors: usize,
    /// Resources that have a name.
    pub resources: usize,
}

/// The names of everything defined in a location, each list in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definitions {
    /// Keys of the assets that are materialised or observed here, parts joined with `/`.
    pub assets: Vec<String>,
    /// Asset checks as `asset: check`.
    pub checks: Vec<String>,
    /// Jobs, without the implicit asset job.
    pub jobs: Vec<String>,
    /// Schedules by name.
    pub schedules: Vec<String>,
    /// Sensors by name.
    pub sensors: Vec<String>,
    /// Resources by name.
    pub resources: Vec<String>,
    /// Environment variables that resources are given by name (`EnvVar`); they are read when a run needs them.
    pub variables: Vec<String>,
}

impl Definitions {
    /// Reads one repository's data.
    #[must_use]
    pub fn of(repository: &Value) -> Self {
        let mut all = Self::default();
        all.add(repository);
        all.finish();
        all
    }

    /// How many of each kind.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            assets: self.assets.len(),
            checks: self.checks.len(),
            jobs: self.jobs.len(),
            schedules: self.schedules.len(),
            sensors: self.sensors.len(),
            resources: self.resources.len(),
        }
    }

    pub(super) fn add(&mut self, repository: &Value) {
        let items = |name: &str| repository[name].as_array().into_iter().flatten();
        self.assets.extend(
            items("external_asset_graph_data")
                .filter(|asset| runs_here(asset))
                .filter_map(|asset| key(&asset["asset_key"])),
        );
        self.checks
            .extend(items("external_asset_checks").filter_map(|check| {
                Some(format!(
                    "{}: {}",
                    key(&check["asset_key"])?,
                    check["name"].as_str()?
                ))
            }));
        let names = |field: &str| {
            items(field)
                .filter_map(|item| item["name"].as_str())
                .map(str::to_owned)
        };
        self.jobs.extend(
            names("external_job_refs")
                .chain(names("external_pipeline_datas"))
                .filter(|name| !name.starts_with(ASSET_JOB)),
        );
        self.schedules.extend(names("external_schedule_datas"));
        self.sensors.extend(names("external_sensor_datas"));
        self.resources.extend(names("external_resource_data"));
        let variables = repository["utilized_env_vars"].as_object();
        let variables = variables.into_iter().flatten();
        self.variables
            .extend(variables.map(|(name, _)| name.clone()));
    }

    pub(super) fn finish(&mut self) {
        for list in [
            &mut self.assets,
            &mut self.checks,
            &mut self.jobs,
            &mut self.schedules,
            &mut self.sensors,
            &mut self.resources,
            &mut self.variables,
        ] {
            list.sort();
            list.dedup();
        }
    }
}

/// Whether an asset can be materialised or observed here, rather than being named as another location's or a file's.
/// 1.13 and 1.12 say it in `execution_type`; where that is missing, having an op tells the same.
fn runs_here(asset: &Value) -> bool {
    let kind = match &asset["execution_type"] {
        Value::String(text) => Some(text.as_str()),
        other => other["__enum__"].as_str(),
    };
    match kind {
        Some(kind) => !kind.ends_with("UNEXECUTABLE"),
        None => asset["op_name"].is_string() || asset["is_source"] == false,
    }
}

fn key(asset_key: &Value) -> Option<String> {
    let parts: Option<Vec<&str>> = asset_key["path"]
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect();
    parts.map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_of_other_locations_and_the_implicit_job_do_not_count() {
        for text in [
            include_str!("../../tests/samples/grpc-ExternalRepository.json"),
            include_str!("../../tests/samples/grpc-ExternalRepository-deferred.json"),
        ] {
            let found = Definitions::of(&serde_json::from_str(text).unwrap());
            assert_eq!(found.assets, ["analytics_asset"]);
            assert_eq!(found.checks, ["analytics_asset: analytics_check"]);
            assert_eq!(found.jobs, ["analytics_job"]);
            assert_eq!(found.sensors, ["my_sensor"]);
            let counts = found.counts();
            assert_eq!((counts.schedules, counts.resources), (0, 0));
        }
    }
}
