#include "api/mlflow/routes.h"

#include "api/mlflow/artifacts/artifact_calls.h"
#include "api/mlflow/artifacts/multipart.h"
#include "api/mlflow/wire/answer.h"

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
    {kPost, "/mlflow-artifacts/mpu/create/{*}", kLog, Aside<CreateMultipart>},
    {kPost, "/mlflow-artifacts/mpu/complete/{*}", kLog, Aside<CompleteMultipart>},
    {kPost, "/mlflow-artifacts/mpu/abort/{*}", kLog, Aside<AbortMultipart>},
    {kPut, "/mlflow-artifacts/mpu/parts/{}/{}", kLog, PutPart},
    {kGet, "/mlflow/artifacts/list", kSeeSome, ListRunArtifacts},
    {kGet, "/get-artifact", kSeeSome, GetRunArtifact, Mount::kRoot},
    {kGet, "/mlflow/get-artifact", kSeeSome, GetRunArtifact, Mount::kAjax},
    {kPost, "/mlflow/upload-artifact", kLog, UploadRunArtifact, Mount::kAjax},
};

}  // namespace

std::span<const Route> ArtifactRoutes() { return kRoutes; }

}  // namespace mooring::api::mlflow
