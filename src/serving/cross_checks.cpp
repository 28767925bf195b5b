#include "serving/cross_checks.h"

namespace mooring::serving {

struct CrossChecks::Check {
  records::CheckRule rule;
};

CrossChecks::CrossChecks() = default;
CrossChecks::~CrossChecks() = default;

Result<std::unique_ptr<CrossChecks>> CrossChecks::Compile(
    const std::vector<records::CheckRule>& rules, const data::Schema&) {
  if (!rules.empty()) {
    return Error(Code::kUnsupported, "check '" + rules.front().name + "': expressions come later");
  }
  return std::unique_ptr<CrossChecks>(new CrossChecks());
}

void CrossChecks::Run(const data::Batch&, Validated&) const {}

}  // namespace mooring::serving
