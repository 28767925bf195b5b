// GatherDecisions: the rows of one model version's decisions between two moments or two decisions,
// out of the journal, as one batch: what an exact comparison of a window starts from.
//
// Columns: the binding's inputs, then what is watched of the outputs, as in the watch's windows
// (scores.h): of a classifier each class's probability and the predicted class, of every model
// "score" as float64. When a version's inputs changed with its contract, the first block's columns
// count: a column of the same name and type is taken, another one is null.
//
// Thread safety: reads beside a live writer. Failure: kNotFound when no decision is in the window,
// kTooLarge beyond `most_rows`, kDataLoss for a damaged segment. Memory: that of the rows, beside
// one block. Cost: the walk goes from `start`, or the segment of `first`, to the end of the window,
// 0.1 µs a row of 20 features in blocks of 100, 0.8 in blocks of one.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

struct DecisionWindow {
  std::string model;
  VersionNumber version = 0;
  // All bounds belong to the window; what is not given does not bound. Times are those of the
  // blocks, as in a WindowReport.
  std::optional<DecisionId> first, last;
  std::optional<Time> from, until;
  std::string score_output;  // name of the output that is the score; empty: the first
  records::OutputRule::Task task = records::OutputRule::Task::kRegression;
  std::size_t most_rows = 10'000'000;
};

struct JournalSpan {
  FileSystem* files = nullptr;
  std::string directory;
  records::JournalPosition end;    // Journal::Durable of a live journal, else EndOfJournal
  records::JournalPosition start;  // where to begin to look, such as Journal::Recent
};

Result<data::Batch> GatherDecisions(const JournalSpan& journal, const DecisionWindow& window);

}  // namespace mooring::monitoring
