// Any bytes as a filter, an order and a page token of each kind of search: refused with a text, or
// read as what its printed form reads back as, and answered for a record without ado.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/limits.h"
#include "records/search/filter.h"
#include "records/search/match.h"
#include "records/search/order.h"
#include "records/search/page_token.h"

namespace {

using namespace mooring::records::search;  // NOLINT: a program of one file

// Has one value of every key.
class Everything : public Record {
 public:
  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    const bool number = entity == Entity::kMetric || key.find("time") != key.npos;
    values.push_back(number ? Field::Of(0.5) : Field::Of(key));
  }
};

void CheckFilter(Kind kind, std::string_view text) {
  const auto clauses = ParseFilter(kind, text);
  if (!clauses.ok()) {
    if (clauses.error().message().empty()) std::abort();
    return;
  }
  static_cast<void>(Matcher(*clauses).Matches(Everything()));
  for (const Clause& clause : *clauses) {
    if (std::isinf(clause.number)) return;  // has no text
  }
  if (clauses->size() > mooring::limits::kSearchClauses) return;  // with that of prompts
  const auto again = ParseFilter(kind, ToText(*clauses));
  if (!again.ok() || *again != *clauses) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  for (const Kind kind : {Kind::kRuns, Kind::kExperiments, Kind::kLoggedModels,
                          Kind::kRegisteredModels, Kind::kModelVersions}) {
    CheckFilter(kind, text);
    const auto order = ParseOrder(kind, std::span(&text, 1));
    if (order.ok() && ComesBefore(*order, Everything(), Everything())) std::abort();
  }
  const auto start = ReadToken(text);
  if (start.ok() && !text.empty() && *ReadToken(ToToken(*start)) != *start) std::abort();
  return 0;
}
