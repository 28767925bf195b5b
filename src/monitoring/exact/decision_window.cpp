#include "monitoring/exact/decision_window.h"

#include <limits>

#include "monitoring/window_report.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRecordsATime = 4096;

// Where a block's columns go.
struct Mapping {
  std::shared_ptr<const data::Schema> inputs, outputs;
  std::vector<std::optional<std::size_t>> from;  // of each input column of ours
  std::optional<std::size_t> score;              // of the outputs
};

class Gatherer final : public records::JournalVisitor {
 public:
  explicit Gatherer(const DecisionWindow& window) : window_(window) {}

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
    if (!rows_.has_value()) RETURN_IF_ERROR(Begin(block));
    if (mapping_.inputs != block.inputs->shared_schema() ||
        mapping_.outputs != block.outputs->shared_schema()) {
      Map(block);
    }
    if (end - begin > window_.most_rows - rows_->rows()) {
      return Error(Code::kTooLarge,
                   "more than " + std::to_string(window_.most_rows) + " decisions in the window")
          .Help("compare a shorter one");
    }
    for (std::uint32_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < mapping_.from.size(); ++i) {
        Copy(mapping_.from[i].has_value() ? &block.inputs->column(*mapping_.from[i]) : nullptr, row,
             rows_->column(i));
      }
      if (has_score_) {
        CopyScore(mapping_.score.has_value() ? &block.outputs->column(*mapping_.score) : nullptr,
                  row, rows_->column(rows_->width() - 1));
      }
    }
    rows_->SetRows(rows_->rows() + (end - begin));
    return Ok();
  }

  Status Begin(const records::ReadDecisions& block) {
    std::vector<data::Field> fields = block.inputs->schema().fields();
    for (data::Field& field : fields) field.nullable = true;
    inputs_ = fields.size();
    has_score_ = !block.inputs->schema().Find(kScoreColumn).has_value() &&
                 block.outputs->schema().size() != 0;
    if (has_score_) fields.push_back({.name = std::string(kScoreColumn)});
    ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
    rows_.emplace(std::make_shared<const data::Schema>(std::move(schema)));
    return Ok();
  }

  void Map(const records::ReadDecisions& block) {
    mapping_ = {.inputs = block.inputs->shared_schema(), .outputs = block.outputs->shared_schema()};
    for (std::size_t i = 0; i < inputs_; ++i) {
      const data::Field& ours = rows_->schema().field(i);
      std::optional<std::size_t> place = mapping_.inputs->Find(ours.name);
      if (place.has_value() && mapping_.inputs->field(*place).type != ours.type) place.reset();
      mapping_.from.push_back(place);
    }
    const data::Schema& outputs = *mapping_.outputs;
    if (outputs.size() != 0) mapping_.score = outputs.Find(window_.score_output).value_or(0);
  }

  static void Copy(const data::Column* from, std::uint32_t row, data::Column& to) {
    if (from == nullptr) {
      to.AppendNull();
    } else {
      to.AppendFrom(*from, row);
    }
  }
  static void CopyScore(const data::Column* from, std::uint32_t row, data::Column& to) {
    if (from == nullptr || from->IsNull(row)) {
      to.AppendNull();
    } else {
      to.Append(from->Number(row));
    }
  }

  const DecisionWindow& window_;
  std::optional<data::Batch> rows_;
  Mapping mapping_;
  std::size_t inputs_ = 0;
  bool has_score_ = false, over_ = false;
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
