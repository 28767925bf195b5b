#include "api/mlflow/registry/search.h"

#include <fmt/format.h>

#include "api/mlflow/registry/entities.h"
#include "api/mlflow/registry/rights.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using records::CardSearch;
using records::Catalogue;

struct Most {
  std::size_t otherwise, most;
};

Result<CardSearch> ReadSearch(const Call& call, Most most) {
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  CardSearch search;
  ASSIGN_OR_RETURN(search.request.filter, in.Text("filter"));
  ASSIGN_OR_RETURN(search.request.order_by, in.Texts("order_by"));
  ASSIGN_OR_RETURN(search.request.page_token, in.Text("page_token"));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> wanted, in.Int("max_results"));
  search.request.max_results = most.otherwise;
  if (wanted) {
    if (*wanted <= 0) {
      return Invalid(fmt::format(
          "Invalid value for max_results. It must be a positive integer, but got {}", *wanted));
    }
    if (*wanted > static_cast<std::int64_t>(most.most)) {
      return Invalid(fmt::format("Invalid value for max_results. It must be at most {}, but got {}",
                                 most.most, *wanted));
    }
    search.request.max_results = static_cast<std::size_t>(*wanted);
  }
  if (!call.principal->SeesAll()) {
    search.sees = [principal = call.principal](std::string_view model) {
      return principal->Sees(model);
    };
  }
  return search;
}

// {"KEY":[…],"next_page_token":…}; {} when nothing was found.
template <typename T>
std::string PageOfCards(const records::PageOf<T>& page, std::string_view key,
                        void (*write)(JsonWriter&, const T&)) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  if (!page.items.empty()) {
    json.Key(key).BeginArray();
    for (const T& item : page.items) write(json, item);
    json.EndArray();
  }
  WriteNextToken(json, page.next_token);
  json.EndObject();
  return body;
}

}  // namespace

Result<std::string> SearchRegisteredModels(const Call& call) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(const CardSearch search, ReadSearch(call, {kModelsOnAPage, kMostModels}));
  ASSIGN_OR_RETURN(const auto page, catalogue->SearchModels(search));
  return PageOfCards(page, "registered_models", WriteRegisteredModel);
}

Result<std::string> SearchModelVersions(const Call& call) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(const CardSearch search, ReadSearch(call, {kVersionsOnAPage, kMostVersions}));
  ASSIGN_OR_RETURN(const auto page, catalogue->SearchVersions(search));
  return PageOfCards(page, "model_versions", WriteModelVersion);
}

}  // namespace mooring::api::mlflow
