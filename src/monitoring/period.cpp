#include "monitoring/period.h"

#include "monitoring/scores.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kRecordsARead = 4096;

class PeriodVisitor final : public records::JournalVisitor {
 public:
  PeriodVisitor(const std::string& model, const Reference& reference)
      : model_(model),
        rule_(reference.rule.reference),
        scores_(reference.score_output, reference.task),
        profile_(reference.profile->bins()) {}

  void OnDecisions(const records::ReadDecisions& block) override {
    if (block.binding->model != model_ || block.at < *rule_.from || block.at >= *rule_.to) return;
    // A block of other kinds of columns has no place in this profile.
    if (!profile_.Add(*block.inputs).ok()) return;
    const data::Batch* const scores = scores_.Of(block);
    if (scores != nullptr) static_cast<void>(profile_.Add(*scores));
  }

  data::BatchProfile Take() { return std::move(profile_); }

 private:
  const std::string& model_;
  const records::ReferenceRule& rule_;
  Scores scores_;
  data::BatchProfile profile_;
};

}  // namespace

Result<data::BatchProfile> ProfileOfPeriod(const PeriodSource& source, const Reference& reference) {
  if (reference.profile == nullptr) {
    return Error(Code::kFailedPrecondition, "the version was registered without training data");
  }
  ASSIGN_OR_RETURN(const auto reader,
                   records::JournalReader::Open(*source.files, source.journal_directory));
  PeriodVisitor visitor(source.model, reference);
  for (std::size_t read = 1; read != 0;) {
    const auto got = reader->Read(source.end, kRecordsARead, visitor);
    if (!got.ok()) RETURN_IF_ERROR(reader->SkipDamage());
    read = got.ok() ? *got : 1;
  }
  return visitor.Take();
}

}  // namespace mooring::monitoring
