// Which budget a row of a rule spends: 128 bits of SHA-256 over the rule's shape and what divides
// it. Thresholds are no part of it, so raising or lowering one keeps what was spent; another
// quantity, window, condition or key is another budget.
//
// Keys are never kept: those of pseudonymised inputs are replaced by their pseudonym first.
// Thread safety: pure. Cost: a rule without keys is hashed once; a key about 1 µs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "data/table/batch.h"
#include "records/contract/limit_rule.h"
#include "records/journal/journal.h"
#include "records/journal/limit_note.h"

namespace mooring::serving {

// Texts and numbers end to end so that no two lists of them give the same bytes.
class Canonical {
 public:
  Canonical& Add(std::string_view text);
  Canonical& Add(std::int64_t number);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// The budget of a rule, before keys, callers and repeated decisions divide it. `unit`: what it
// counts in, so that cents are never added to kopecks or millionths.
records::LimitStateId FamilyOf(const records::LimitRule& rule, std::string_view model,
                               VersionNumber version,
                               std::string_view unit = {});

// An input whose values divide a budget.
struct KeyColumn {
  std::size_t place = 0;
  std::string name;
  bool pseudonymised = false;
};

struct StateKey {
  records::LimitStateId family;
  const std::string_view* caller = nullptr;  // null: of all callers
  std::span<const KeyColumn> columns;
  const data::Batch* inputs = nullptr;
  std::size_t row = 0;
  const std::int64_t* decision = nullptr;                 // kRepeat: the same decision again
  const records::Pseudonymiser* pseudonymiser = nullptr;  // null: the inputs are pseudonyms
};
records::LimitStateId StateOf(const StateKey& key);

}  // namespace mooring::serving
