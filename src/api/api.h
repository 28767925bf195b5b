// The HTTP API: all protocols on one handler. docs: each folder's header lists its calls.
//
//   auto api = MakeHandler({.decider = …, .registry = …});
//   HttpServer::Start(options, api);
//
// Everything in Dependencies outlives the handler and may be used from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/server.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "monitoring/watch.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"
#include "serving/decide.h"
#include "serving/loaded_models.h"

namespace mooring::api {

struct Dependencies {
  serving::Decider* decider = nullptr;                                 // required
  std::function<std::shared_ptr<const serving::Snapshot>()> snapshot;  // required
  const Clock* clock = nullptr;                                        // required
  records::Registry* registry = nullptr;  // null: the administrative calls answer 503
  records::Journal* journal = nullptr;    // null: no outcomes, no tail
  monitoring::Watch* watch = nullptr;     // null: no drift in /metrics
  FileSystem* files = nullptr;  // with journal_directory: `log tail` and checks of outcomes
  std::string journal_directory;
  // The decision of a caller's request id, for outcomes; empty: outcomes by request id are refused.
  std::function<Result<DecisionId>(std::string_view caller, std::string_view request_id)>
      find_decision;
  // Whether a decision with this id was given; empty: an outcome's decision id is taken as it is.
  std::function<bool(DecisionId)> has_decision;
  // False while starting or draining; empty: always true.
  std::function<bool()> ready;
  std::function<HttpServer::Counts()> http_counts;  // for /metrics; may be empty
};

Handler MakeHandler(Dependencies dependencies);

}  // namespace mooring::api
