// Answers searches: whether a record passes the clauses of a filter, and which of two comes first.
// Kinds of which there are few (experiments, registered models, versions, logged models) go through
// it record by record; runs have an executor of their own that is held against it.
//
//   const Matcher matcher(clauses);
//   for (const auto& model : models) if (matcher.Matches(View(model))) …
//   std::ranges::sort(found, [&](a, b) { return ComesBefore(order, View(a), View(b)); });
//
// Meaning: what is missing passes no comparison, not even !=, but IS NULL. Where a key has several
// values (datasets of a run, a metric of a logged model on several datasets) one that passes is
// enough. NaN passes != alone. Texts compare byte by byte. In order, missing comes last and NaN
// just before it, in both directions.
//
// Thread safety: const. Ownership: a Matcher keeps what it needs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "records/search/like.h"
#include "records/search/query.h"

namespace mooring::records::search {

// A value of a record: missing, a number or a text (which belongs to the record).
struct Field {
  enum class Type : std::uint8_t { kMissing, kNumber, kText };
  Type type = Type::kMissing;
  double number = 0;
  std::string_view text;

  static Field Of(double number) { return {Type::kNumber, number, {}}; }
  static Field Of(std::string_view text) { return {Type::kText, 0, text}; }
};

// How a record shows itself to a search.
class Record {
 public:
  virtual ~Record() = default;
  // Appends the values that the record has of `key`: none, one, or several.
  virtual void Values(Entity entity, std::string_view key, std::vector<Field>& values) const = 0;
  // The one value that orders it. By default the first of Values.
  virtual Field SortValue(const SortKey& key) const;
};

// One clause, made ready for many values.
class Condition {
 public:
  explicit Condition(Clause clause);
  const Clause& clause() const { return clause_; }
  // False for what is missing, whatever the comparator (NULL tests are of records, not values).
  bool Passes(const Field& field) const;
  bool PassesNumber(double number) const;
  bool PassesText(std::string_view text) const;

 private:
  Clause clause_;  // its list sorted
  std::optional<LikePattern> pattern_;
};

class Matcher {
 public:
  explicit Matcher(std::span<const Clause> clauses);
  bool Matches(const Record& record) const;

 private:
  std::vector<Condition> conditions_;
};

// <0: a comes first, >0: b does, 0: equal.
int Compare(const Field& a, const Field& b, bool ascending);
bool ComesBefore(std::span<const SortKey> order, const Record& a, const Record& b);

}  // namespace mooring::records::search
