#include "api/mlflow/routes.h"

#include "api/mlflow/artifacts/artifact_calls.h"

namespace mooring::api::mlflow {
namespace {

using records::Permission;
constexpr Need kSeeSome(Permission::kReadMetadata, Over::kSome);
constexpr Need kLog(Permission::kRegister, Over::kSome, Told::kRefusals);
constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPut = Method::kPut;

constexpr Route kRoutes[] = {
    {kGet, "/mlflow-artifacts/artifacts", kSeeSome, ListArtifacts},
    {kGet, "/mlflow-artifacts/artifacts/{*}", kSeeSome, GetArtifact},
    {kPut, "/mlflow-artifacts/artifacts/{*}", kLog, PutArtifact},
    {Method::kDelete, "/mlflow-artifacts/artifacts/{*}", kLog, DeleteArtifact},
    {kPost, "/mlflow-artifacts/mpu/create/{*}", kLog, RefuseMultipart},
    {kPost, "/mlflow-artifacts/mpu/complete/{*}", kLog, RefuseMultipart},
    {kPost, "/mlflow-artifacts/mpu/abort/{*}", kLog, RefuseMultipart},
    {kGet, "/mlflow/artifacts/list", kSeeSome, ListRunArtifacts},
    {kGet, "/get-artifact", kSeeSome, GetRunArtifact, Mount::kRoot},
};

}  // namespace

std::span<const Route> ArtifactRoutes() { return kRoutes; }

}  // namespace mooring::api::mlflow
