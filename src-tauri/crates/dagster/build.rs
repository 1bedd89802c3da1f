//! Makes the gRPC clients from proto/, without the protoc program.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["proto/dagster_api.proto", "proto/health.proto"];
    for file in files {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(files, ["proto"])?;
    tonic_prost_build::configure()
        .build_server(false)
        .compile_fds(descriptors)?;
    Ok(())
}
