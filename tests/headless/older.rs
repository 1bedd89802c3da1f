//! A workspace that a Dagdeck of the version before runs, as this one finds it: told, refused, stopped, taken over.
//!
//! Needs a program that `cargo xtask soak --only older` builds of an older commit.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;
use testkit::{TestWorkspace, mentioning};

use crate::command::{another_dagdeck, dagdeck, printed};
use crate::hosted::{GONE, gone, is_free, owners, reach};

const PROJECT: &str = "data-engineering";

async fn answered(mut command: Command) -> Output {
    let answered = tokio::task::spawn_blocking(move || command.output().unwrap());
    answered.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_dagdeck_runs_is_told_stopped_and_taken_over() {
    let older = std::env::var_os("DAGDECK_OLDER").map(PathBuf::from);
    let older = older.expect("`cargo xtask soak --only older` names an older program");
    let workspace = TestWorkspace::of(PROJECT);
    let (root, reach) = (
        workspace.path(),
        reach(&workspace.path(), &workspace.state()),
    );
    let now = async |words: &[&str]| {
        let mut command = dagdeck(&workspace);
        command.arg(words[0]).arg(&root).args(&words[1..]);
        answered(command).await
    };
    let owner = async || {
        let status = now(&["status", "--json"]).await;
        let mut told: Value = serde_json::from_str(&printed(&status)).unwrap();
        told["owner"].take()
    };

    let mut command = another_dagdeck(&older, &workspace.state());
    command.arg("up").arg(&root).args(["--detach", "--trust"]);
    let launched = answered(command).await;
    assert_eq!(launched.status.code(), Some(0), "{launched:?}");
    let [former] = owners(workspace.around())[..] else {
        panic!("{:?}", owners(workspace.around()))
    };

    let told = owner().await;
    println!("the older owner: {told}");
    assert_eq!(
        (&told["pid"], &told["same_protocol"]),
        (&former.into(), &false.into())
    );
    assert!(told["running"].as_u64().unwrap() >= 3, "{told}");
    let page = printed(&now(&["status"]).await);
    assert!(page.contains("is run by an older Dagdeck ("), "{page}");
    let refused = now(&["up", "--trust"]).await;
    let why = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{why}");
    assert!(
        why.contains(&format!("`dagdeck down {}`", root.display())),
        "{why}"
    );
    assert_eq!(
        owner().await["running"],
        told["running"],
        "nothing was stopped by that"
    );

    let begun = Instant::now();
    let down = now(&["down"]).await;
    let took = begun.elapsed();
    assert_eq!(down.status.code(), Some(0), "{down:?}");
    assert!(took < GONE, "{took:?}");
    let left = gone(workspace.around()).await;
    println!("stopped in {took:?}, the last process was gone {left:?} later");
    assert!(took + left < GONE, "{left:?}");
    assert!(is_free(&reach));

    let again = now(&["up", "--detach"]).await;
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let told = owner().await;
    assert_eq!(told["same_protocol"], true, "{told} {again:?}");
    assert_eq!(now(&["down"]).await.status.code(), Some(0));
    gone(workspace.around()).await;
    assert_eq!(mentioning(&[workspace.around()]), []);
}
