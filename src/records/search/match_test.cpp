#include "records/search/match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "base/rng.h"
#include "records/search/filter.h"
#include "records/search/order.h"

namespace mooring::records::search {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Cell {
  bool numeric = false;
  double number = 0;
  std::string text;
};

// A record in memory: cells of (entity, key).
class Row : public Record {
 public:
  std::map<std::pair<Entity, std::string>, std::vector<Cell>> cells;

  void Put(Entity entity, const std::string& key, double number) {
    cells[{entity, key}].push_back({true, number, ""});
  }
  void Put(Entity entity, const std::string& key, const std::string& text) {
    cells[{entity, key}].push_back({false, 0, text});
  }
  const std::vector<Cell>& At(Entity entity, std::string_view key) const {
    static const std::vector<Cell> kNone;
    const auto found = cells.find({entity, std::string(key)});
    return found == cells.end() ? kNone : found->second;
  }
  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    for (const Cell& cell : At(entity, key)) {
      values.push_back(cell.numeric ? Field::Of(cell.number) : Field::Of(cell.text));
    }
  }
};

bool Passes(std::string_view filter, const Row& row, Kind kind = Kind::kRuns) {
  const auto clauses = ParseFilter(kind, filter);
  EXPECT_TRUE(clauses.ok()) << filter;
  return clauses.ok() && Matcher(*clauses).Matches(row);
}

TEST(Matcher, WhatIsMissingPassesNothingButNullTests) {
  const Row empty;
  for (const char* filter : {"metrics.a != 1", "params.a != 'x'", "tags.a LIKE '%'",
                             "end_time != 1", "dataset.name NOT IN ('x')", "tags.a IS NOT NULL"}) {
    EXPECT_FALSE(Passes(filter, empty)) << filter;
  }
  EXPECT_TRUE(Passes("tags.a IS NULL AND params.b IS NULL", empty));
  EXPECT_TRUE(Passes("", empty));
}

TEST(Matcher, NanPassesNotEqualAlone) {
  Row row;
  row.Put(Entity::kMetric, "a", kNan);
  EXPECT_TRUE(Passes("metrics.a != 0", row));
  for (const char* comparator : {"=", "<", "<=", ">", ">="}) {
    EXPECT_FALSE(Passes(std::string("metrics.a ") + comparator + " 0", row)) << comparator;
  }
}

TEST(Matcher, OneOfSeveralValuesIsEnough) {
  Row row;
  row.Put(Entity::kDataset, "name", "a");
  row.Put(Entity::kDataset, "name", "b");
  row.Put(Entity::kDataset, "context", "train");
  EXPECT_TRUE(Passes("dataset.name = 'b' AND dataset.context = 'train'", row));
  EXPECT_TRUE(Passes("dataset.name != 'b'", row));
  EXPECT_FALSE(Passes("dataset.name = 'c'", row));
}

TEST(Matcher, ModelsThatAreNoPromptsAreFound) {
  Row model, prompt;
  prompt.Put(Entity::kTag, std::string(kPromptTag), "true");
  EXPECT_TRUE(Passes("", model, Kind::kRegisteredModels));
  EXPECT_FALSE(Passes("", prompt, Kind::kRegisteredModels));
  EXPECT_FALSE(Passes("tags.mlflow.prompt.is_prompt = 'true'", model, Kind::kRegisteredModels));
  EXPECT_TRUE(Passes("tags.mlflow.prompt.is_prompt = 'true'", prompt, Kind::kRegisteredModels));
  EXPECT_TRUE(Passes("tags.mlflow.prompt.is_prompt = 'false'", model, Kind::kRegisteredModels));
}

// Expected orders are those of MLflow's test of the same name.
TEST(Compare, OrdersNansInfinitiesAndWhatIsMissing) {
  const std::vector<std::pair<std::string, Field>> values = {{"nan", Field::Of(kNan)},
                                                             {"inf", Field::Of(kInfinity)},
                                                             {"-inf", Field::Of(-kInfinity)},
                                                             {"-1000", Field::Of(-1000)},
                                                             {"0", Field::Of(0.0)},
                                                             {"1000", Field::Of(1000)},
                                                             {"None", Field{}}};
  for (const bool ascending : {true, false}) {
    auto sorted = values;
    std::ranges::stable_sort(sorted, [&](const auto& a, const auto& b) {
      return Compare(a.second, b.second, ascending) < 0;
    });
    std::string names;
    for (const auto& [name, field] : sorted) names += name + " ";
    EXPECT_EQ(names,
              ascending ? "-inf -1000 0 1000 inf nan None " : "inf 1000 0 -1000 -inf nan None ");
  }
}

// Random clauses and records over few keys and values, so that they meet.
class Random {
 public:
  explicit Random(std::uint64_t seed) : rng_(seed) {}
  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(rng_.Below(n)); }

  std::string Text() {
    constexpr std::string_view kTexts[] = {"",  "a",    "b",   "ab", "A", "aB",  "a'b",
                                           "%", "a\"b", "a`b", "я",  "a", "b%_", "\\"};
    return std::string(kTexts[Below(std::size(kTexts))]);
  }
  double Number() {
    constexpr double kNumbers[] = {0, -0.0, 1, -1, 0.1, 1e300, -5e-324, 1.7e12, kInfinity};
    return kNumbers[Below(std::size(kNumbers))];
  }
  std::string Key() { return std::string(1, "abc"[Below(3)]) + (Below(4) == 0 ? ".x `y\" z" : ""); }

  Clause AnyClause() {
    Clause clause;
    clause.entity = static_cast<Entity>(Below(5));
    clause.key = Key();
    clause.comparator = static_cast<Comparator>(Below(2));
    constexpr std::string_view kDatasetKeys[] = {"name", "digest", "context"};
    if (clause.entity == Entity::kDataset) clause.key = kDatasetKeys[Below(3)];
    if (clause.entity == Entity::kAttribute) clause.key = Below(2) == 0 ? "run_id" : "end_time";
    clause.numeric = clause.entity == Entity::kMetric || clause.key == "end_time";
    if (clause.numeric) {
      clause.comparator = static_cast<Comparator>(Below(6));
      clause.number = Number();
      return clause;
    }
    const bool lists = clause.entity == Entity::kDataset || clause.entity == Entity::kAttribute;
    const std::size_t form = Below(4);
    if (form == 0 && lists) {
      clause.comparator = static_cast<Comparator>(8 + Below(2));
      for (std::size_t n = 1 + Below(3); n > 0; --n) clause.list.push_back(Text());
    } else if (form == 0) {
      const bool known = clause.entity == Entity::kParam || clause.entity == Entity::kTag;
      if (known) clause.comparator = static_cast<Comparator>(10 + Below(2));
    } else {
      if (form == 1) clause.comparator = static_cast<Comparator>(6 + Below(2));
      clause.text = Text();
    }
    return clause;
  }

  Row AnyRow() {
    Row row;
    for (std::size_t n = Below(8); n > 0; --n) {
      const auto entity = static_cast<Entity>(1 + Below(3));
      const std::string key = Key();
      if (!row.At(entity, key).empty()) continue;
      if (entity == Entity::kMetric) {
        row.Put(entity, key, Below(6) == 0 ? kNan : Number());
      } else {
        row.Put(entity, key, Text());
      }
    }
    for (const char* key : {"name", "digest", "context"}) {
      for (std::size_t n = Below(3); n > 0; --n) row.Put(Entity::kDataset, key, Text());
    }
    row.Put(Entity::kAttribute, "run_id", Text() + Text());
    if (Below(2) == 0) row.Put(Entity::kAttribute, "end_time", Number());
    return row;
  }

 private:
  Rng rng_;
};

TEST(Filter, WhatIsPrintedIsReadBack) {
  Random random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<Clause> clauses;
    for (std::size_t n = random.Below(4); n > 0; --n) clauses.push_back(random.AnyClause());
    for (Clause& clause : clauses) {  // an infinite literal has no text
      if (std::isinf(clause.number)) clause.number = 2;
    }
    const std::string text = ToText(clauses);
    const auto read = ParseFilter(Kind::kRuns, text);
    ASSERT_TRUE(read.ok()) << text << "\n" << read.error().message();
    ASSERT_EQ(*read, clauses) << text;
  }
}

bool NaiveLike(std::string text, std::string pattern, bool fold) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (fold) std::ranges::transform(text, text.begin(), lower);
  if (fold) std::ranges::transform(pattern, pattern.begin(), lower);
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (NaiveLike(text.substr(i), pattern.substr(1), false)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] != '_') {
    return text[0] == pattern[0] && NaiveLike(text.substr(1), pattern.substr(1), false);
  }
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return NaiveLike(text.substr(bytes), pattern.substr(1), false);
}

bool NaiveCell(const Clause& clause, const Cell& cell) {
  const double a = cell.number, b = clause.number;
  const std::string &s = cell.text, &t = clause.text;
  const bool number = clause.numeric;
  const bool listed = std::ranges::find(clause.list, s) != clause.list.end();
  switch (clause.comparator) {
    case Comparator::kEqual: return number ? a == b : s == t;
    case Comparator::kNotEqual: return number ? !(a == b) : !(s == t);
    case Comparator::kLess: return a < b;
    case Comparator::kLessEqual: return a < b || a == b;
    case Comparator::kGreater: return b < a;
    case Comparator::kGreaterEqual: return b < a || a == b;
    case Comparator::kLike: return NaiveLike(s, t, false);
    case Comparator::kIlike: return NaiveLike(s, t, true);
    case Comparator::kIn: return listed;
    case Comparator::kNotIn: return !listed;
    default: return false;
  }
}

bool Naive(const std::vector<Clause>& clauses, const Row& row) {
  for (const Clause& clause : clauses) {
    const auto& cells = row.At(clause.entity, clause.key);
    bool passes = clause.comparator == Comparator::kIsNull ? cells.empty() : false;
    if (clause.comparator == Comparator::kIsNotNull) passes = !cells.empty();
    for (const Cell& cell : cells) passes = passes || NaiveCell(clause, cell);
    if (!passes) return false;
  }
  return true;
}

TEST(Matcher, AgreesWithANaiveEvaluator) {
  Random random(12);
  int matched = 0;
  constexpr int kCases = 60'000;
  for (int i = 0; i < kCases; ++i) {
    std::vector<Clause> clauses;
    for (std::size_t n = 1 + random.Below(2); n > 0; --n) clauses.push_back(random.AnyClause());
    const Row row = random.AnyRow();
    const bool matches = Matcher(clauses).Matches(row);
    ASSERT_EQ(matches, Naive(clauses, row)) << ToText(clauses);
    matched += matches ? 1 : 0;
  }
  EXPECT_GT(matched, kCases / 20) << "the cases no longer meet";
}

TEST(ComesBefore, IsAStrictOrderOfRandomRecords) {
  Random random(13);
  for (int i = 0; i < 5'000; ++i) {
    std::vector<SortKey> order;
    for (std::size_t n = random.Below(3); n > 0; --n) {
      order.push_back(
          {static_cast<Entity>(1 + random.Below(3)), random.Key(), random.Below(2) == 0});
    }
    CompleteOrder(Kind::kRuns, order);
    const Row rows[3] = {random.AnyRow(), random.AnyRow(), random.AnyRow()};
    const auto before = [&](int a, int b) { return ComesBefore(order, rows[a], rows[b]); };
    ASSERT_FALSE(before(0, 0));
    ASSERT_FALSE(before(0, 1) && before(1, 0));
    if (before(0, 1) && before(1, 2)) {
      ASSERT_TRUE(before(0, 2));
    }
    if (!before(0, 1) && !before(1, 0)) {  // a tie down to the id
      ASSERT_EQ(rows[0].At(Entity::kAttribute, "run_id")[0].text,
                rows[1].At(Entity::kAttribute, "run_id")[0].text);
    }
  }
}

}  // namespace
}  // namespace mooring::records::search
