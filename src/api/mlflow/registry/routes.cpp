#include "api/mlflow/routes.h"

#include "api/mlflow/registry/aliases.h"
#include "api/mlflow/registry/models.h"
#include "api/mlflow/registry/search.h"
#include "api/mlflow/registry/version_downloads.h"
#include "api/mlflow/registry/versions.h"
#include "api/mlflow/registry/webhooks.h"
#include "api/mlflow/wire/answer.h"

namespace mooring::api::mlflow {
namespace {

using records::Permission;

// Names of models are in queries and bodies: the handlers ask over which model, and tell the
// witness (rights.h).
constexpr Need kSee(Permission::kReadMetadata, Over::kSome);
constexpr Need kRegister(Permission::kRegister, Over::kSome, Told::kRefusals);

// A webhook hears of every model.
constexpr Need kSeeAll(Permission::kReadMetadata, Over::kEvery);
constexpr Need kRegisterAll(Permission::kRegister, Over::kEvery);

constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPatch = Method::kPatch,
               kDelete = Method::kDelete;

constexpr Route kRoutes[] = {
    {kGet, "/mlflow/registered-models/get", kSee, Aside<GetRegisteredModel>},
    // Setting an alias takes the right to register or to promote, as the alias says.
    {kGet, "/mlflow/registered-models/alias", kSee, Aside<GetVersionByAlias>},
    {kPost, "/mlflow/registered-models/alias", kSee, Aside<SetModelAlias>},
    {kDelete, "/mlflow/registered-models/alias", kSee, Aside<DeleteModelAlias>},
    {kGet, "/mlflow/model-versions/get", kSee, Aside<GetModelVersion>},
    {kGet, "/mlflow/model-versions/get-download-uri", kSee, Aside<GetDownloadUri>},
    {kGet, "/model-versions/get-artifact", kSee, GetModelVersionArtifact, Mount::kRoot},
    {kGet, "/mlflow/registered-models/search", kSee, Aside<SearchRegisteredModels>},
    {kGet, "/mlflow/model-versions/search", kSee, Aside<SearchModelVersions>},
    {kGet, "/mlflow/registered-models/get-latest-versions", kSee, Aside<GetLatestVersions>},
    {kPost, "/mlflow/registered-models/get-latest-versions", kSee, Aside<GetLatestVersions>},

    {kPost, "/mlflow/registered-models/create", kRegister, Aside<CreateRegisteredModel>},
    {kPatch, "/mlflow/registered-models/update", kRegister, Aside<UpdateRegisteredModel>},
    {kPost, "/mlflow/registered-models/rename", kRegister, Aside<RenameRegisteredModel>},
    {kDelete, "/mlflow/registered-models/delete", kRegister, Aside<DeleteRegisteredModel>},
    {kPost, "/mlflow/registered-models/set-tag", kRegister, Aside<SetRegisteredModelTag>},
    {kDelete, "/mlflow/registered-models/delete-tag", kRegister, Aside<DeleteRegisteredModelTag>},

    {kPost, "/mlflow/model-versions/create", kRegister, Aside<CreateModelVersion>},
    {kPatch, "/mlflow/model-versions/update", kRegister, Aside<UpdateModelVersion>},
    {kDelete, "/mlflow/model-versions/delete", kRegister, Aside<DeleteModelVersion>},
    {kPost, "/mlflow/model-versions/transition-stage", kRegister, Aside<TransitionStage>},
    {kPost, "/mlflow/model-versions/set-tag", kRegister, Aside<SetModelVersionTag>},
    {kDelete, "/mlflow/model-versions/delete-tag", kRegister, Aside<DeleteModelVersionTag>},

    {kGet, "/mlflow/webhooks", kSeeAll, Aside<ListWebhooks>},
    {kPost, "/mlflow/webhooks", kRegisterAll, Aside<CreateWebhook>},
    {kGet, "/mlflow/webhooks/{}", kSeeAll, Aside<GetWebhook>},
    {kPatch, "/mlflow/webhooks/{}", kRegisterAll, Aside<UpdateWebhook>},
    {kDelete, "/mlflow/webhooks/{}", kRegisterAll, Aside<DeleteWebhook>},
    {kPost, "/mlflow/webhooks/{}/test", kRegisterAll, Aside<TestWebhook>},
};

}  // namespace

std::span<const Route> RegistryRoutes() { return kRoutes; }

}  // namespace mooring::api::mlflow
