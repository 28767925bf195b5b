#include "records/search/match.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "records/search/filter.h"

namespace mooring::records::search {
namespace {

template <typename T>
bool Holds(Comparator comparator, const T& a, const T& b) {
  switch (comparator) {
    case Comparator::kEqual: return a == b;
    case Comparator::kNotEqual: return a != b;
    case Comparator::kLess: return a < b;
    case Comparator::kLessEqual: return a <= b;
    case Comparator::kGreater: return a > b;
    case Comparator::kGreaterEqual: return a >= b;
    default: return false;
  }
}

// 0: a value, 1: NaN, 2: missing; the higher comes later.
int Rank(const Field& field) {
  if (field.type == Field::Type::kMissing) return 2;
  return field.type == Field::Type::kNumber && std::isnan(field.number) ? 1 : 0;
}

bool PassesRecord(const Condition& condition, const Record& record, std::vector<Field>& values) {
  const Clause& clause = condition.clause();
  values.clear();
  record.Values(clause.entity, clause.key, values);
  std::erase_if(values, [](const Field& f) { return f.type == Field::Type::kMissing; });
  if (clause.comparator == Comparator::kIsNull) return values.empty();
  if (clause.comparator == Comparator::kIsNotNull) return !values.empty();
  if (values.empty() && clause.entity == Entity::kTag && clause.key == kPromptTag) {
    return condition.PassesText("false");  // what says nothing is no prompt
  }
  return std::ranges::any_of(values, [&](const Field& f) { return condition.Passes(f); });
}

}  // namespace

Field Record::SortValue(const SortKey& key) const {
  std::vector<Field> values;
  Values(key.entity, key.key, values);
  return values.empty() ? Field{} : values.front();
}

Condition::Condition(Clause clause) : clause_(std::move(clause)) {
  std::ranges::sort(clause_.list);
  if (clause_.comparator == Comparator::kLike) {
    pattern_.emplace(clause_.text, LikePattern::Case::kCounts);
  } else if (clause_.comparator == Comparator::kIlike) {
    pattern_.emplace(clause_.text, LikePattern::Case::kIgnored);
  }
}

bool Condition::PassesNumber(double number) const {
  return clause_.numeric && Holds(clause_.comparator, number, clause_.number);
}

bool Condition::PassesText(std::string_view text) const {
  if (clause_.numeric) return false;
  if (pattern_) return pattern_->Matches(text);
  const bool in = clause_.comparator == Comparator::kIn;
  if (in || clause_.comparator == Comparator::kNotIn) {
    return std::ranges::binary_search(clause_.list, text, std::less<>{}) == in;
  }
  return Holds(clause_.comparator, text, std::string_view(clause_.text));
}

bool Condition::Passes(const Field& field) const {
  if (field.type == Field::Type::kMissing) return false;
  return field.type == Field::Type::kNumber ? PassesNumber(field.number) : PassesText(field.text);
}

Matcher::Matcher(std::span<const Clause> clauses) {
  conditions_.reserve(clauses.size());
  for (const Clause& clause : clauses) conditions_.emplace_back(clause);
}

bool Matcher::Matches(const Record& record) const {
  std::vector<Field> values;
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    return PassesRecord(condition, record, values);
  });
}

int Compare(const Field& a, const Field& b, bool ascending) {
  const int rank_a = Rank(a), rank_b = Rank(b);
  if (rank_a != rank_b) return rank_a - rank_b;
  if (rank_a > 0) return 0;
  int order = 0;
  if (a.type != b.type) {
    order = a.type == Field::Type::kNumber ? -1 : 1;  // total, though no key mixes them
  } else if (a.type == Field::Type::kNumber) {
    order = a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
  } else {
    order = a.text.compare(b.text);
  }
  return ascending ? order : -order;
}

bool ComesBefore(std::span<const SortKey> order, const Record& a, const Record& b) {
  for (const SortKey& key : order) {
    const int compared = Compare(a.SortValue(key), b.SortValue(key), key.ascending);
    if (compared != 0) return compared < 0;
  }
  return false;
}

}  // namespace mooring::records::search
