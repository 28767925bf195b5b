// Any bytes as one of the texts that the watch keeps, the first byte choosing which: refused, or
// read so that what is written of it reads back the same.
#include <cstdint>
#include <cstdlib>

#include "data/stats/profile.h"
#include "monitoring/finding.h"
#include "monitoring/learned.h"
#include "monitoring/multivariate/pair_changes.h"
#include "monitoring/multivariate/pca_reconstruction.h"
#include "monitoring/quality/quality_reference.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/service_level.h"
#include "monitoring/window_report.h"

namespace {

using namespace mooring;              // NOLINT: a program of one file
using namespace mooring::monitoring;  // NOLINT

// `write(read(text))` is a fixed point where read takes the text at all.
template <typename Read, typename Write>
void ReadAndWrite(std::string_view text, const Read& read, const Write& write) {
  const auto value = read(text);
  if (!value.ok()) {
    if (value.error().message().empty()) std::abort();
    return;
  }
  const std::string once = write(*value);
  const auto again = read(once);
  if (!again.ok() || write(*again) != once) std::abort();
}

template <typename Stored>
void FromJson(std::string_view text) {
  ReadAndWrite(text, Stored::FromJson, [](const Stored& value) { return value.ToJson(); });
}

template <typename Read>
void Verdict(std::string_view text, const Read& from_stored) {
  const auto read = [&](std::string_view evidence) {
    records::StoredVerdict stored;
    stored.model = "m";
    stored.verdict = "ok";
    stored.evidence_json = evidence;
    return from_stored(stored);
  };
  ReadAndWrite(text, read, [](const auto& report) { return ToStored(report).evidence_json; });
}

void CoMomentsOf(std::string_view text) {
  FromJson<CoMoments>(text);
  const auto moments = CoMoments::FromJson(text);
  if (!moments.ok()) return;
  const std::size_t features = moments->scale().features();
  for (std::size_t i = 0; i < features; ++i) {
    moments->scale().TicksOf(i, 1);
    for (std::size_t j = 0; j < i; ++j) {
      const double r = moments->Correlation(j, i);
      if (r < -1.001 || r > 1.001) std::abort();
    }
  }
  CoMoments sum = *moments;
  if (sum.Merge(*moments).ok() && features > 1) ComparePairs(*moments, sum, {});
}

// A profile in front of "|" and what was learned on its bins behind it.
void LearnedOf(std::string_view text) {
  static const auto none = std::make_shared<const data::FrozenBins>();
  const std::size_t bar = text.find('|');
  auto bins = none;
  if (bar != text.npos) {
    const auto profile = data::BatchProfile::FromJson(text.substr(0, bar));
    if (!profile.ok()) return;
    bins = profile->bins();
    text.remove_prefix(bar + 1);
  }
  const auto read = [&bins](std::string_view kept) { return ParseLearned(kept, bins); };
  ReadAndWrite(text, read, [](const Learned& learned) { return LearnedJson(learned); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  switch (bytes[0]) {
    case 'b': FromJson<CbpeModel>(text); break;
    case 'c': CoMomentsOf(text); break;
    case 'd': Verdict(text, FromStored); break;
    case 'f': ReadAndWrite(text, ParseFindings, FindingsJson); break;
    case 'l': LearnedOf(text); break;
    case 'p': FromJson<PcaReconstruction>(text); break;
    case 'q': Verdict(text, QualityFromStored); break;
    case 'r': FromJson<QualityReference>(text); break;
    case 's': Verdict(text, ServiceFromStored); break;
    default: break;
  }
  return 0;
}
