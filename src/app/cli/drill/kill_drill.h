// KillDrill: a rehearsal of the kill switch through a server's API: own decisions before, one kill
// timed from the call to its answer, own decisions after, a request to go on, and the record of it.
//
// It passes when a model's value came before, none (or, harmless, still one) came after the answer,
// and the answer took at most kGoalMs. Unless the first own decision is answered by the model,
// nothing is stopped at all.
//
// Thread safety: one thread. Failure: of the first own decision and of the kill itself; what fails
// after it is in the result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/cli/store/api_client.h"
#include "base/clock.h"
#include "base/result.h"

namespace mooring::app::cli {

struct KillDrill {
  static constexpr double kGoalMs = 100;
  static constexpr std::uint32_t kCallsBefore = 3, kCallsAfter = 20;

  std::string model, row, author;  // row: JSON object
  bool harmless = false;

  std::string scope;
  double ms = 0, server_ms = 0;
  std::uint32_t answered_before = 0, leaked_after = 0, answered_after = 0, calls_after = 0;
  std::uint64_t kill = 0, release = 0;  // release: the change that was asked for; 0: it failed
  std::string kept;                     // where the server keeps it; "" it does not

  std::string_view result() const;  // "passed", "failed", "not_proven"
};

// The condition of a segment that no row is in.
inline constexpr std::string_view kNoRow = "1 > 2";

Status RunKillDrill(const ApiClient& client, const Clock& clock, KillDrill& drill);

// Whether an answer of the decide call carries a model's value.
bool HasModelValue(int status, std::string_view body);

}  // namespace mooring::app::cli
