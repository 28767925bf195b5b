#include "monitoring/slice_profiles.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kGathered = 64;

Status AddAndClear(data::BatchProfile& profile, data::Batch& rows) {
  if (rows.rows() == 0) return Ok();
  RETURN_IF_ERROR(profile.Add(rows));
  rows.Clear();
  return Ok();
}

}  // namespace

SliceProfiles::SliceProfiles(std::vector<Slice> slices,
                             std::shared_ptr<const data::FrozenBins> bins)
    : slicer_(std::move(slices)) {
  for (std::size_t i = 0; i < slicer_.size(); ++i) {
    parts_.push_back({.profile = data::BatchProfile(bins), .inputs = {}, .scores = {}});
  }
}

Status SliceProfiles::Count(Part& part) {
  RETURN_IF_ERROR(AddAndClear(part.profile, part.inputs));
  return AddAndClear(part.profile, part.scores);
}

Status SliceProfiles::Keep(Part& part, const data::Batch& inputs, const data::Batch* scores,
                           std::size_t row) {
  const bool other = part.inputs.shared_schema() != inputs.shared_schema() ||
                     (scores != nullptr && part.scores.shared_schema() != scores->shared_schema());
  if (other) {
    RETURN_IF_ERROR(Count(part));
    part.inputs = data::Batch(inputs.shared_schema());
    if (scores != nullptr) part.scores = data::Batch(scores->shared_schema());
  }
  part.inputs.AppendRow(inputs, row);
  if (scores != nullptr) part.scores.AppendRow(*scores, row);
  ++part.rows;
  return part.inputs.rows() == kGathered ? Count(part) : Ok();
}

Status SliceProfiles::Add(const data::Batch& inputs, const data::Batch* scores) {
  if (parts_.empty()) return Ok();
  seen_ += inputs.rows();
  for (std::size_t row = 0; row < inputs.rows(); ++row) {
    slicer_.Places(inputs, row, places_);
    for (const std::uint32_t place : places_) {
      RETURN_IF_ERROR(Keep(parts_[place], inputs, scores, row));
    }
  }
  return Ok();
}

Result<const data::BatchProfile*> SliceProfiles::Profile(std::size_t place) {
  RETURN_IF_ERROR(Count(parts_[place]));
  return &parts_[place].profile;
}

void SliceProfiles::Clear(std::size_t place) {
  Part& part = parts_[place];
  part.rows = 0;
  part.seen_before = seen_;
  part.profile.Clear();
  part.inputs.Clear();
  part.scores.Clear();
}

}  // namespace mooring::monitoring
