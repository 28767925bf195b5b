// ServerRegistry: the registry as a server shows it over its native HTTP API, so that commands work
// the same way with --server. What the API does not offer is kUnsupported, with where to run it
// instead. Thread safety: any thread. Failure: as ApiClient.
#pragma once

#include <memory>

#include "app/cli/store/api_client.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

std::unique_ptr<records::Registry> MakeServerRegistry(ApiClient client);

// A verdict as the API shows it; what is absent is empty.
records::StoredVerdict VerdictOfAnswer(const Json& json);

}  // namespace mooring::app::cli
