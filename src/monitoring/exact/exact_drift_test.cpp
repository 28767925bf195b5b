#include "monitoring/exact/exact_drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/io/file_system.h"
#include "base/rng.h"
#include "base/text/json.h"
#include "monitoring/exact/batch_source.h"
#include "monitoring/exact/exact_column.h"

namespace mooring::monitoring {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

data::Batch Table(std::vector<data::Field> fields) {
  return data::Batch(
      std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value()));
}

void AddNumbers(data::Column& column, const std::vector<double>& values) {
  for (const double x : values) column.Append(x);
}

data::Batch Numbers(const std::vector<double>& values) {
  data::Batch batch = Table({{.name = "x"}});
  AddNumbers(batch.column(0), values);
  batch.SetRows(values.size());
  return batch;
}

data::Batch Texts(const std::vector<std::string>& values) {
  data::Batch batch = Table({{.name = "x", .type = data::Type::kString}});
  for (const std::string& value : values) batch.column(0).AppendText(value);
  batch.SetRows(values.size());
  return batch;
}

ExactColumn Compared(const data::Batch& reference, const data::Batch& current) {
  const auto report = CompareExactly(BatchSource(reference), BatchSource(current));
  EXPECT_TRUE(report.ok()) << report.error().ToString();
  return report->columns.at(0);
}

// tests/golden/exact/columns.json: made by tools/golden/exact_vectors.py with SciPy 1.10.1.
class ExactGolden : public testing::Test {
 protected:
  ExactGolden() {
    const char path[] = MOORING_SOURCE_DIR "/tests/golden/exact/columns.json";
    const auto text = PosixFileSystem().ReadFile(path, 1 << 20);
    EXPECT_TRUE(text.ok()) << text.error().ToString();
    json_ = Json::Parse(*text).value();
  }

  static data::Batch NumbersOf(const Json& column) {
    if (const Json* stride = column.Find("stride")) {
      const Json::Array& parts = **stride->AsArray();
      const std::int64_t n = *parts[0].AsInt(), a = *parts[1].AsInt(), m = *parts[2].AsInt();
      std::vector<double> values;
      for (std::int64_t i = 0; i < n; ++i) {
        values.push_back(static_cast<double>((i * a) % m) * *parts[3].AsDouble());
      }
      return Numbers(values);
    }
    data::Batch batch = Table({{.name = "x"}});
    for (const Json& value : **column.AsArray()) {
      if (value.IsNull()) {
        batch.column(0).AppendNull();
      } else {
        batch.column(0).Append(value.IsString() ? kInfinity : *value.AsDouble());
      }
    }
    batch.SetRows(batch.column(0).size());
    return batch;
  }

  static data::Batch TextsOf(const Json& counts) {
    std::vector<std::string> values;
    for (const auto& [value, count] : **counts.AsObject()) {
      values.insert(values.end(), *count.AsUint(), value);
    }
    return Texts(values);
  }

  static void ExpectNear(const Json& expect, const char* name, double value, double relative) {
    const double expected = expect.GetDouble(name).value();
    // Sums of terms of both signs: what is left may be small beside the terms.
    EXPECT_NEAR(value, expected, relative * std::abs(expected) + 1e-15) << name;
  }

  static void ExpectGroups(const Json& expect, const ExactColumn& column) {
    EXPECT_EQ(column.groups, *expect.GetUint("groups"));
    ExpectNear(expect, "psi", column.psi, 1e-12);
    ExpectNear(expect, "psi_adjusted", column.psi_adjusted, 1e-12);
    ExpectNear(expect, "js", column.js, 1e-12);
    ExpectNear(expect, "chi2", column.chi_squared.statistic, 1e-12);
    ExpectNear(expect, "chi2_p", column.chi_squared.p_value, 1e-11);
    EXPECT_EQ(column.chi_squared.dof, *expect.GetUint("chi2_dof"));
  }

  Json json_;
};

TEST_F(ExactGolden, NumbersEqualSciPy) {
  std::size_t exact = 0, seen = 0;
  for (const Json& known : **json_.GetArray("numeric")) {
    SCOPED_TRACE(std::string(known.GetString("name").value()));
    const ExactColumn column =
        Compared(NumbersOf(**known.Get("reference")), NumbersOf(**known.Get("current")));
    const Json& expect = **known.Get("expect");
    ExpectNear(expect, "mean", column.reference.mean, 1e-12);
    ExpectNear(expect, "deviation", column.reference.deviation, 1e-12);
    ExpectNear(expect, "ks", column.ks.statistic, 0);
    ExpectNear(expect, "ks_p", column.ks.p_value, column.ks.exact ? 1e-11 : 1e-8);
    ExpectNear(expect, "wasserstein", column.wasserstein, 1e-12);
    ExpectNear(expect, "wasserstein_scaled", column.wasserstein_scaled, 1e-12);
    ExpectGroups(expect, column);
    EXPECT_TRUE(std::isnan(column.l_infinity) && std::isnan(column.unseen_share));
    exact += column.ks.exact ? 1 : 0;
    ++seen;
  }
  EXPECT_EQ(seen, 17U);
  EXPECT_EQ(exact, 15U) << "the two long ones are asymptotic";
}

TEST_F(ExactGolden, CategoriesEqualSciPy) {
  for (const Json& known : **json_.GetArray("categories")) {
    SCOPED_TRACE(std::string(known.GetString("name").value()));
    const ExactColumn column =
        Compared(TextsOf(**known.Get("reference")), TextsOf(**known.Get("current")));
    const Json& expect = **known.Get("expect");
    ExpectGroups(expect, column);
    ExpectNear(expect, "l_infinity", column.l_infinity, 1e-13);
    ExpectNear(expect, "unseen_share", column.unseen_share, 1e-13);
    EXPECT_FALSE(column.numeric);
    EXPECT_TRUE(std::isnan(column.ks.statistic) && std::isnan(column.wasserstein));
  }
}

TEST(ExactDrift, CountsWhatItDoesNotCompare) {
  data::Batch reference = Numbers({1, 2, std::nan(""), kInfinity, -kInfinity, 3});
  reference.column(0).SetNull(0);
  const ExactColumn column = Compared(reference, Numbers({2, 3}));
  EXPECT_EQ(column.reference.rows, 6U);
  EXPECT_EQ(column.reference.missing, 2U);
  EXPECT_EQ(column.reference.infinite, 2U);
  EXPECT_EQ(column.reference.valid(), 2U);
  EXPECT_EQ(column.reference.min, 2);
  EXPECT_EQ(column.reference.max, 3);
  EXPECT_EQ(column.ks.statistic, 0);
  EXPECT_EQ(column.wasserstein, 0);
}

TEST(ExactDrift, SaysWhyAColumnWithoutValuesIsSkipped) {
  const auto none = Numbers({std::nan(""), std::nan("")});
  const ExactColumn before = Compared(none, Numbers({1, 2}));
  EXPECT_THAT(before.skipped, testing::HasSubstr("reference"));
  EXPECT_TRUE(std::isnan(before.ks.p_value) && std::isnan(before.psi));
  const ExactColumn now = Compared(Numbers({1, 2}), none);
  EXPECT_THAT(now.skipped, testing::HasSubstr("current"));
  EXPECT_EQ(now.reference.mean, 1.5);
  const ExactColumn texts = Compared(Texts({}), Texts({"a"}));
  EXPECT_FALSE(texts.skipped.empty());
  EXPECT_TRUE(std::isnan(texts.l_infinity));
}

TEST(ExactDrift, IdentifiersAreNoCategories) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i <= CategorySample::kMost; ++i) ids.push_back(std::to_string(i));
  EXPECT_THAT(Compared(Texts(ids), Texts({"1"})).skipped, testing::HasSubstr("65536"));
  ids.pop_back();
  EXPECT_EQ(Compared(Texts(ids), Texts({"1"})).skipped, "");
}

// All types, 20 columns, nulls; what matters is that figures do not depend on how they are made.
data::Batch Wide(std::uint64_t seed, std::size_t rows) {
  std::vector<data::Field> fields;
  const data::Type types[] = {data::Type::kInt32, data::Type::kInt64,     data::Type::kFloat32,
                              data::Type::kBool,  data::Type::kTimestamp, data::Type::kFloat64,
                              data::Type::kString};
  for (std::size_t i = 0; i < 21; ++i) {
    fields.push_back({.name = "c" + std::to_string(i), .type = types[i % 7]});
  }
  data::Batch batch = Table(std::move(fields));
  Rng rng(seed);
  for (std::size_t i = 0; i < batch.width(); ++i) {
    for (std::size_t row = 0; row < rows; ++row) {
      const double x = 100 * rng.Uniform();
      data::Column& column = batch.column(i);
      switch (rng.Below(20) == 0 ? data::Type{} : column.type()) {
        case data::Type::kInt32: column.Append(static_cast<std::int32_t>(x)); break;
        case data::Type::kInt64:
        case data::Type::kTimestamp: column.Append(static_cast<std::int64_t>(x * 1e9)); break;
        case data::Type::kFloat32: column.Append(static_cast<float>(x)); break;
        case data::Type::kFloat64: column.Append(x); break;
        case data::Type::kBool: column.Append(static_cast<std::uint8_t>(x < 30)); break;
        case data::Type::kString: column.AppendText(std::to_string(rng.Below(9))); break;
        default: column.AppendNull();
      }
    }
  }
  batch.SetRows(rows);
  return batch;
}

TEST(ExactDrift, ThreadsAndOrderOfRowsDoNotMatter) {
  const data::Batch reference = Wide(1, 900), current = Wide(2, 700);
  data::Batch backwards(current.shared_schema());
  for (std::size_t row = current.rows(); row-- != 0;) backwards.AppendRow(current, row);
  const BatchSource before(reference), now(current), reversed(backwards);
  const std::string one = ExactReportJson(CompareExactly(before, now, {.threads = 1}).value());
  for (const unsigned threads : {0U, 2U, 5U, 64U}) {
    EXPECT_EQ(one, ExactReportJson(CompareExactly(before, now, {.threads = threads}).value()));
  }
  EXPECT_EQ(one, ExactReportJson(CompareExactly(before, reversed).value()));
}

TEST(ExactDrift, EqualTablesAreAtZero) {
  const data::Batch rows = Wide(5, 400);
  const auto report = CompareExactly(BatchSource(rows), BatchSource(rows)).value();
  ASSERT_EQ(report.columns.size(), 21U);
  for (const ExactColumn& column : report.columns) {
    EXPECT_EQ(column.psi, 0) << column.name;
    EXPECT_EQ(column.js, 0);
    EXPECT_NEAR(column.chi_squared.p_value, 1, 1e-12);
    if (column.numeric) {
      EXPECT_EQ(column.ks.statistic, 0);
      EXPECT_EQ(column.ks.p_value, 1);
      EXPECT_EQ(column.wasserstein, 0);
    } else {
      EXPECT_EQ(column.l_infinity, 0);
    }
  }
}

TEST(ExactDrift, MatchesColumnsByName) {
  data::Batch reference = Table({{.name = "gone"}, {.name = "a"}, {.name = "b"}});
  data::Batch current = Table({{.name = "b"}, {.name = "new"}, {.name = "a"}});
  for (std::size_t i = 0; i < 3; ++i) {
    reference.column(i).Append(static_cast<double>(i));
    current.column(i).Append(static_cast<double>(i));
  }
  reference.SetRows(1);
  current.SetRows(1);
  const auto report = CompareExactly(BatchSource(reference), BatchSource(current)).value();
  ASSERT_EQ(report.columns.size(), 2U);
  EXPECT_EQ(report.columns[0].name, "a");
  EXPECT_EQ(report.columns[0].wasserstein, 1);
  EXPECT_EQ(report.columns[0].wasserstein_scaled, 1000) << "the reference's deviation is 0";
  EXPECT_THAT(report.only_in_reference, testing::ElementsAre("gone"));
  EXPECT_THAT(report.only_in_current, testing::ElementsAre("new"));
  EXPECT_EQ(report.Find("b")->name, "b");
  EXPECT_EQ(report.Find("gone"), nullptr);
}

TEST(ExactDrift, RefusesTablesThatHaveNothingToCompare) {
  const data::Batch other = Table({{.name = "y"}});
  const auto apart = CompareExactly(BatchSource(Numbers({1})), BatchSource(other));
  ASSERT_FALSE(apart.ok());
  EXPECT_EQ(apart.error().code(), Code::kInvalidArgument);
  const data::Batch numbers = Numbers({1}), texts = Texts({"1"});
  const auto mixed = CompareExactly(BatchSource(numbers), BatchSource(texts));
  ASSERT_FALSE(mixed.ok());
  EXPECT_THAT(mixed.error().ToString(), testing::HasSubstr("column 'x' is numbers in the"));
}

// A source that promises columns which it cannot read.
class BrokenSource final : public ColumnSource {
 public:
  explicit BrokenSource(const data::Batch& rows, bool opens) : rows_(rows), opens_(opens) {}
  Result<std::vector<Field>> Fields() const override { return rows_.Fields(); }
  Result<std::unique_ptr<ColumnReader>> OpenReader() const override {
    struct Broken final : ColumnReader {
      Status ReadNumbers(const std::string&, NumberSample&) override {
        return Error(Code::kUnavailable, "the disk is gone");
      }
      Status ReadCategories(const std::string&, CategorySample&) override { return Ok(); }
    };
    if (!opens_) return Error(Code::kUnavailable, "cannot open");
    return std::unique_ptr<ColumnReader>(std::make_unique<Broken>());
  }
  Result<data::Batch> SomeRows(std::size_t most) const override { return rows_.SomeRows(most); }

 private:
  BatchSource rows_;
  bool opens_;
};

TEST(ExactDrift, ASourceThatFailsIsTold) {
  const data::Batch rows = Wide(1, 50);
  for (const unsigned threads : {1U, 3U}) {
    const auto read =
        CompareExactly(BatchSource(rows), BrokenSource(rows, true), {.threads = threads});
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code(), Code::kUnavailable);
    EXPECT_THAT(read.error().ToString(), testing::HasSubstr("column 'c0'"));
    EXPECT_FALSE(
        CompareExactly(BrokenSource(rows, false), BatchSource(rows), {.threads = threads}).ok());
  }
}

TEST(ExactDrift, JsonHasTheFiguresThatAre) {
  const data::Batch reference = Numbers({1, 2, 3, 4}), current = Numbers({2, 3, 4, 5});
  const auto report = CompareExactly(BatchSource(reference), BatchSource(current)).value();
  const Json json = Json::Parse(ExactReportJson(report)).value();
  const Json& column = json.Find("columns")->AsArray().value()->at(0);
  EXPECT_EQ(column.GetString("kind").value(), "numeric");
  EXPECT_EQ(column.GetDouble("wasserstein").value(), 1);
  EXPECT_EQ(column.GetDouble("ks").value(), 0.25);
  EXPECT_EQ(column.Find("current")->GetDouble("mean").value(), 3.5);
  EXPECT_EQ(column.Find("l_infinity"), nullptr);
  EXPECT_EQ(column.Find("skipped"), nullptr);
}

}  // namespace
}  // namespace mooring::monitoring
