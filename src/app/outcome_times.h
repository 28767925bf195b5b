// OutcomeTimes: when outcomes of each model came last, for limits on freshness. An outcome names a
// decision, not a model; the journal knows whose it is.
//
//   times.Note(outcomes);          // as they come
//   times.Settle();                // finds their models; reads the journal
//   times.Newest()["flight-cover"]
//
// Of many outcomes of one name only the newest kKept are looked up, so a model that shares its
// outcome's name with busier ones may seem older than it is, never younger.
//
// Thread safety: any thread. Memory: at most kNames * kKept decisions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "records/journal/reader.h"
#include "records/journal/record.h"

namespace mooring::records {
class Journal;
}

namespace mooring::app {

class OutcomeTimes final : public records::JournalVisitor {
 public:
  static constexpr std::size_t kKept = 32, kNames = 256;

  using ModelOf = std::function<Result<std::string>(DecisionId)>;
  OutcomeTimes(const Clock& clock, ModelOf model_of)
      : clock_(clock), model_of_(std::move(model_of)) {}

  void Note(std::span<const records::Outcome> outcomes);
  void Settle();
  std::map<std::string, std::int64_t, std::less<>> Newest() const;  // µs since 1970

  void OnOutcomes(std::span<const records::Outcome> outcomes) override { Note(outcomes); }
  bool WantsRows() const override { return false; }

 private:
  using Waiting = std::vector<std::pair<Time, DecisionId>>;  // newest last
  const Clock& clock_;
  const ModelOf model_of_;
  mutable std::mutex mutex_;
  std::map<std::string, Waiting, std::less<>> waiting_;  // by name
  std::map<std::string, std::int64_t, std::less<>> newest_;
};

// Looks a decision's model up in a journal.
OutcomeTimes::ModelOf ModelsIn(std::function<records::Journal*()> journal);

}  // namespace mooring::app
