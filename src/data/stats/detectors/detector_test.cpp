#include "data/stats/detectors/detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// 0/1 values whose rate jumps: input that every kind takes.
std::vector<double> Stream(std::uint64_t seed, int rows = 9000) {
  Rng rng(seed);
  std::vector<double> values;
  for (int i = 0; i < rows; ++i) values.push_back(rng.Uniform() < (i < 6000 ? 0.1 : 0.7));
  return values;
}

std::vector<DetectorState> Answers(Detector& detector, const std::vector<double>& stream) {
  std::vector<DetectorState> answers;
  for (const double x : stream) answers.push_back(detector.Add(x));
  return answers;
}

std::unique_ptr<Detector> Default(const DetectorKind& kind) {
  auto made = MakeDetector(kind.name);
  EXPECT_TRUE(made.ok()) << kind.name << ": " << made.error().ToString();
  return std::move(made).value();
}

TEST(Detectors, AllKindsAreListedOnceInTheSameOrder) {
  std::vector<std::string_view> names;
  for (const DetectorKind& kind : AllDetectors()) names.push_back(kind.name);
  const std::vector<std::string_view> expected = {
      "mixture_sr", "adwin",        "ddm",   "eddm",  "hddm_a",
      "hddm_w",     "page_hinkley", "kswin", "cusum", "cusum_rates"};
  EXPECT_EQ(names, expected);
}

TEST(Detectors, EveryKindIsDocumented) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    EXPECT_GT(kind.summary.size(), 20U);
    EXPECT_LT(kind.summary.size(), 80U);
    EXPECT_NE(kind.summary.back(), '.');
    EXPECT_GT(kind.documentation.size(), 100U);
    EXPECT_EQ(kind.documentation.back(), '.');
    EXPECT_FALSE(kind.input.empty());
    std::set<std::string_view> seen;
    for (const DetectorParameter& parameter : kind.parameters) {
      SCOPED_TRACE(parameter.name);
      EXPECT_TRUE(seen.insert(parameter.name).second);
      EXPECT_FALSE(parameter.summary.empty());
      EXPECT_LE(parameter.least, parameter.fallback);
      EXPECT_LE(parameter.fallback, parameter.most);
      EXPECT_TRUE(!parameter.whole || parameter.fallback == std::floor(parameter.fallback));
      EXPECT_TRUE(std::ranges::all_of(
          parameter.name, [](char c) { return std::islower(c) || std::isdigit(c) || c == '_'; }));
    }
  }
}

TEST(Detectors, EveryKindSeesAPlainChangeAndSaysItsName) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    const auto detector = Default(kind);
    EXPECT_EQ(detector->name(), kind.name);
    const auto answers = Answers(*detector, Stream(1));
    EXPECT_TRUE(std::find(answers.begin() + 6000, answers.end(), DetectorState::kDrift) !=
                answers.end());
  }
}

TEST(Detectors, EveryKindIsDeterministicAndBeginsAnewAfterReset) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    const auto one = Default(kind), other = Default(kind);
    const auto answers = Answers(*one, Stream(2));
    EXPECT_EQ(Answers(*other, Stream(2)), answers);
    one->Reset();
    EXPECT_EQ(Answers(*one, Stream(2)), answers);
  }
}

TEST(Detectors, EveryKindRestartsItselfAsDocumented) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    const auto detector = Default(kind);
    const std::vector<double> stream = Stream(3);
    std::size_t i = 0;
    while (i < stream.size() && detector->Add(stream[i++]) != DetectorState::kDrift) {
    }
    ASSERT_LT(i, stream.size());
    const std::vector<double> rest(stream.begin() + static_cast<std::ptrdiff_t>(i), stream.end());
    const auto after = Answers(*detector, rest);
    if (kind.restarts_itself) {
      EXPECT_EQ(after, Answers(*Default(kind), rest));
    } else {
      EXPECT_EQ(std::ranges::count(after, DetectorState::kDrift), std::ssize(after));
    }
  }
}

TEST(Detectors, EveryKindIgnoresWhatIsNotFinite) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    const auto clean = Default(kind), dirty = Default(kind);
    EXPECT_EQ(dirty->Add(kNan), DetectorState::kStable);
    for (const double x : Stream(4)) {
      const DetectorState answer = clean->Add(x);
      ASSERT_EQ(dirty->Add(x), answer);
      for (const double bad : {kNan, kInfinity, -kInfinity}) ASSERT_EQ(dirty->Add(bad), answer);
    }
  }
}

TEST(Detectors, EveryKindRecoversFromHugeAndTinyValues) {
  for (const DetectorKind& kind : AllDetectors()) {
    SCOPED_TRACE(kind.name);
    const auto detector = Default(kind);
    for (int i = 0; i < 500; ++i) {
      for (const double x : {1e308, -1e308, 5e-324, -0.0}) detector->Add(x);
    }
    detector->Reset();
    EXPECT_EQ(Answers(*detector, Stream(5)), Answers(*Default(kind), Stream(5)));
  }
}

TEST(Detectors, EveryKindTakesItsParametersAtBothBounds) {
  for (const DetectorKind& kind : AllDetectors()) {
    for (const DetectorParameter& parameter : kind.parameters) {
      for (const double value : {parameter.least, parameter.most}) {
        SCOPED_TRACE(std::string(kind.name) + " " + std::string(parameter.name) + " " +
                     std::to_string(value));
        const auto made = MakeDetector(kind.name, {{std::string(parameter.name), value}});
        if (!made.ok()) {  // refused beside the other defaults: says so, and nothing worse
          EXPECT_EQ(made.error().code(), Code::kInvalidArgument);
          EXPECT_FALSE(made.error().message().empty());
          continue;
        }
        for (const double x : Stream(6, 300)) (*made)->Add(x);
      }
    }
  }
}

TEST(Detectors, EveryParameterIsRefusedOutOfItsBounds) {
  for (const DetectorKind& kind : AllDetectors()) {
    for (const DetectorParameter& parameter : kind.parameters) {
      SCOPED_TRACE(std::string(kind.name) + " " + std::string(parameter.name));
      std::vector<double> wrong = {kNan, kInfinity, std::nextafter(parameter.least, -kInfinity),
                                   std::nextafter(parameter.most, kInfinity)};
      if (parameter.whole && parameter.most > parameter.least)
        wrong.push_back(parameter.least + 0.5);
      for (const double value : wrong) {
        const auto made = MakeDetector(kind.name, {{std::string(parameter.name), value}});
        ASSERT_FALSE(made.ok()) << value;
        EXPECT_EQ(made.error().code(), Code::kInvalidArgument);
        EXPECT_NE(made.error().message().find(parameter.name), std::string::npos);
      }
    }
  }
}

TEST(Detectors, UnknownNamesAreRefusedWithWhatIsKnown) {
  const auto kind = MakeDetector("adwim");
  ASSERT_FALSE(kind.ok());
  EXPECT_EQ(kind.error().code(), Code::kNotFound);
  EXPECT_EQ(kind.error().message(), "no kind of detector is named \"adwim\"");
  EXPECT_NE(kind.error().help().find("adwin, ddm"), std::string::npos);
  const auto parameter = MakeDetector("ddm", {{"delta", 1}});
  ASSERT_FALSE(parameter.ok());
  EXPECT_EQ(parameter.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(parameter.error().message(), "detector \"ddm\" has no parameter \"delta\"");
  EXPECT_EQ(parameter.error().help(), "parameters: warm_up, warning, drift");
}

TEST(Detectors, ParametersThatDisagreeAreRefused) {
  EXPECT_FALSE(MakeDetector("ddm", {{"warning", 4}}).ok());
  EXPECT_FALSE(MakeDetector("eddm", {{"warning", 0.5}}).ok());
  EXPECT_FALSE(MakeDetector("kswin", {{"recent", 80}}).ok());
  EXPECT_FALSE(MakeDetector("cusum_rates", {{"p0", 0.2}}).ok());
  EXPECT_FALSE(MakeDetector("mixture_sr", {{"warning_rows", 1e6}}).ok());
}

TEST(Detectors, StatesHaveNames) {
  EXPECT_EQ(NameOf(DetectorState::kStable), "stable");
  EXPECT_EQ(NameOf(DetectorState::kWarning), "warning");
  EXPECT_EQ(NameOf(DetectorState::kDrift), "drift");
}

}  // namespace
}  // namespace mooring::data
