// MLflow's artifact proxy and its downloads (reference: mlflow-api.md 5):
//
//   GET    /mlflow-artifacts/artifacts?path=P      what lies directly under P
//   GET    /mlflow-artifacts/artifacts/<path>      bytes; one range of them with Range
//   PUT    /mlflow-artifacts/artifacts/<path>      stores the body, of any size
//   DELETE /mlflow-artifacts/artifacts/<path>      a file or a directory
//          …/mlflow-artifacts/mpu/…                a file in parts: multipart.h
//   GET    /mlflow/artifacts/list?run_id&path      the same of a run
//   GET    /get-artifact?run_uuid&path             a run's file, for pages and other clients; also
//          /ajax-api/2.0/mlflow/get-artifact
//   POST   /ajax-api/2.0/mlflow/upload-artifact?run_uuid&path     the body as a run's file
//
// A file that is not there is 404 RESOURCE_DOES_NOT_EXIST (MLflow says 500, and clients try that
// again for minutes). What a caller may: to read metadata for reading, to register for the rest.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"

namespace mooring::api::mlflow {

void ListArtifacts(const Call& call);
void GetArtifact(const Call& call);
void PutArtifact(const Call& call);
void DeleteArtifact(const Call& call);
void ListRunArtifacts(const Call& call);
void GetRunArtifact(const Call& call);
void UploadRunArtifact(const Call& call);

// For calls that name a file in other words: answers with the file whose path in the store `find`
// gives, on a worker.
void SendFound(const Call& call, Result<std::string> (*find)(const Call&));
// The store's path of a file under what a URI names: mlflow-artifacts:/…, runs:/ID/… or
// models:/m-ID (of a logged model). Blocks.
Result<std::string> StorePath(const Call& call, std::string_view uri, std::string_view path);

// Whether the body of a request is an artifact's: for HttpServer::Options::streams.
bool StreamsBody(Method method, std::string_view path);

}  // namespace mooring::api::mlflow
