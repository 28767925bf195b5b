#include "monitoring/exact/decision_window.h"

#include <limits>

#include "monitoring/scores.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRecordsATime = 4096;

// Where the columns of a batch go: of each of ours that it may fill, from `begin` on, its own.
struct Mapping {
  std::shared_ptr<const data::Schema> schema;
  std::size_t begin = 0;
  std::vector<std::optional<std::size_t>> from;
};

class Gatherer final : public records::JournalVisitor {
 public:
  explicit Gatherer(const DecisionWindow& window)
      : window_(window), scores_(window.score_output, window.task) {}

  void OnDecisions(const records::ReadDecisions& block) override {
    const auto rows = static_cast<std::uint32_t>(block.inputs->rows());
    if (rows == 0) return;
    if (window_.last.has_value() && *window_.last < block.first) over_ = true;
    if (!Wanted(block)) return;
    std::uint32_t begin = 0, end = rows;
    if (window_.first.has_value()) begin = Place(block.first, *window_.first, 0, rows);
    if (window_.last.has_value()) end = Place(block.first, *window_.last, 1, rows);
    if (begin >= end || !status_.ok()) return;
    status_ = Take(block, begin, end);
  }

  bool finished() const { return over_ || !status_.ok(); }
  Result<data::Batch> Finish() && {
    RETURN_IF_ERROR(std::move(status_));
    if (!rows_.has_value()) {
      return Error(Code::kNotFound, "no decisions of " + window_.model + " version " +
                                        std::to_string(window_.version) + " in that window")
          .Why("they were never made, or their segments are dropped");
    }
    return std::move(*rows_);
  }

 private:
  bool Wanted(const records::ReadDecisions& block) const {
    return block.binding->version == window_.version && block.binding->model == window_.model &&
           (!window_.from.has_value() || block.at >= *window_.from) &&
           (!window_.until.has_value() || block.at <= *window_.until);
  }

  // The row of `bound`, plus `after`, in a block that starts at `first`: 0 when it is before,
  // `rows` when it is after.
  static std::uint32_t Place(DecisionId first, DecisionId bound, std::uint32_t after,
                             std::uint32_t rows) {
    if (bound < first) return 0;
    if (bound.replica != first.replica || bound.segment != first.segment) return rows;
    const std::uint64_t place = std::uint64_t{bound.ordinal} - first.ordinal + after;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(place, rows));
  }

  Status Take(const records::ReadDecisions& block, std::uint32_t begin, std::uint32_t end) {
    const data::Batch* const scores = scores_.Of(block);
    if (!rows_.has_value()) RETURN_IF_ERROR(Begin(*block.inputs, scores));
    if (end - begin > window_.most_rows - rows_->rows()) {
      return Error(Code::kTooLarge,
                   "more than " + std::to_string(window_.most_rows) + " decisions in the window")
          .Help("compare a shorter one");
    }
    Copy(block.inputs, begin, end, of_inputs_);
    Copy(scores, begin, end, of_scores_);
    rows_->SetRows(rows_->rows() + (end - begin));
    return Ok();
  }

  Status Begin(const data::Batch& inputs, const data::Batch* scores) {
    std::vector<data::Field> fields = inputs.schema().fields();
    for (data::Field& field : fields) field.nullable = true;
    of_inputs_.from.resize(fields.size());
    of_scores_.begin = fields.size();
    if (scores != nullptr) {
      const std::vector<data::Field>& own = scores->schema().fields();
      fields.insert(fields.end(), own.begin(), own.end());
      of_scores_.from.resize(own.size());
    }
    ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
    rows_.emplace(std::make_shared<const data::Schema>(std::move(schema)));
    return Ok();
  }

  void Map(const std::shared_ptr<const data::Schema>& schema, Mapping& mapping) const {
    if (mapping.schema == schema) return;
    mapping.schema = schema;
    for (std::size_t i = 0; i < mapping.from.size(); ++i) {
      const data::Field& ours = rows_->schema().field(mapping.begin + i);
      std::optional<std::size_t> place = schema->Find(ours.name);
      if (place.has_value() && schema->field(*place).type != ours.type) place.reset();
      mapping.from[i] = place;
    }
  }

  // Nulls in the columns that the batch does not have, or without a batch.
  void Copy(const data::Batch* batch, std::uint32_t begin, std::uint32_t end, Mapping& mapping) {
    if (batch != nullptr) Map(batch->shared_schema(), mapping);
    for (std::size_t i = 0; i < mapping.from.size(); ++i) {
      const bool there = batch != nullptr && mapping.from[i].has_value();
      const data::Column* const from = there ? &batch->column(*mapping.from[i]) : nullptr;
      data::Column& to = rows_->column(mapping.begin + i);
      for (std::uint32_t row = begin; row < end; ++row) {
        from == nullptr ? to.AppendNull() : to.AppendFrom(*from, row);
      }
    }
  }

  const DecisionWindow& window_;
  Scores scores_;
  std::optional<data::Batch> rows_;
  Mapping of_inputs_, of_scores_;
  bool over_ = false;
  Status status_;
};

}  // namespace

Result<data::Batch> GatherDecisions(const JournalSpan& journal, const DecisionWindow& window) {
  records::JournalPosition start = journal.start;
  if (window.first.has_value()) {
    start = std::max(start, records::JournalPosition{.segment = window.first->segment});
  }
  ASSIGN_OR_RETURN(const auto reader,
                   records::JournalReader::Open(*journal.files, journal.directory, start));
  Gatherer gatherer(window);
  while (!gatherer.finished()) {
    ASSIGN_OR_RETURN(const std::size_t read, reader->Read(journal.end, kRecordsATime, gatherer));
    if (read == 0) break;
  }
  return std::move(gatherer).Finish();
}

}  // namespace mooring::monitoring
