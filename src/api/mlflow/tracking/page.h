// Searches of MLflow's protocol: what a request asks, and a page of what was found.
#pragma once

#include <string>
#include <string_view>

#include "api/mlflow/wire/fields.h"
#include "api/mlflow/wire/write.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kDefaultResults = 1000, kMostResults = 50'000;

// filter, order_by, page_token and the lifecycle that the member `view` names.
Result<records::SearchRequest> ReadSearch(const Fields& in, std::string_view view,
                                          std::size_t max_results);

// {"KEY":[…],"next_page_token":…}: {} when nothing was found.
template <typename T, typename Write>
std::string PageJson(const records::PageOf<T>& page, std::string_view key, Write write) {
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

}  // namespace mooring::api::mlflow
