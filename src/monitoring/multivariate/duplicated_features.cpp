#include "monitoring/multivariate/duplicated_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::monitoring {
namespace {

constexpr std::uint64_t kMissingKey = 0x7ff8'dead'0000'0001;  // no number's: a NaN
constexpr double kCertainDuplicate = 1e-6;

// Values of a column as words that are equal when the values are.
struct Keys {
  bool is_text = false, is_single = false;
  std::vector<std::uint64_t> exact;
  std::vector<std::uint64_t> single;  // of numbers, rounded to float32; empty where not needed

  const std::vector<std::uint64_t>& Beside(const Keys& other) const {
    return !is_text && is_single != other.is_single && !single.empty() ? single : exact;
  }
};

bool HasText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

std::uint64_t KeyOf(double x) {
  return std::isnan(x) ? kMissingKey : std::bit_cast<std::uint64_t>(x + 0.0);  // -0 is 0
}

Keys KeysOf(const data::Column& column, bool singles) {
  Keys keys{.is_text = HasText(column), .is_single = column.type() == data::Type::kFloat32};
  keys.exact.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) {
      keys.exact.push_back(kMissingKey);
    } else if (keys.is_text) {
      keys.exact.push_back(std::hash<std::string_view>()(column.Text(row)));
    } else {
      keys.exact.push_back(KeyOf(column.Number(row)));
    }
    const bool rounds = singles && !keys.is_text && !keys.is_single;
    if (!rounds) continue;
    const double x = column.IsNull(row) ? std::nan("") : column.Number(row);
    keys.single.push_back(KeyOf(static_cast<double>(static_cast<float>(x))));
  }
  return keys;
}

std::vector<Keys> AllKeys(std::span<const data::Column* const> columns) {
  const bool singles = std::ranges::any_of(
      columns, [](const auto* column) { return column->type() == data::Type::kFloat32; });
  std::vector<Keys> keys;
  for (const data::Column* column : columns) keys.push_back(KeysOf(*column, singles));
  return keys;
}

struct Agreement {
  std::size_t same = 0, compared = 0;
  double share() const {
    return compared == 0 ? 0 : static_cast<double>(same) / static_cast<double>(compared);
  }
};

// Stops, with nothing the same, at more than `most_other` rows that differ.
Agreement Compare(const Keys& a, const Keys& b, std::size_t most_other) {
  if (a.is_text != b.is_text) return {};
  const auto &x = a.Beside(b), &y = b.Beside(a);
  Agreement agreement;
  std::size_t other = 0;
  for (std::size_t row = 0; row < x.size(); ++row) {
    if (x[row] != y[row]) {
      if (++other > most_other) return {};
    } else if (x[row] != kMissingKey) {
      ++agreement.same;
    }
  }
  agreement.compared = agreement.same + other;
  return agreement;
}

// Whether the pair varies, and its values agree beyond what they would by chance.
bool SaysSomething(const Keys& a, const Keys& b, const Agreement& found) {
  const auto &x = a.Beside(b), &y = b.Beside(a);
  std::unordered_map<std::uint64_t, std::pair<double, double>> counts;
  for (std::size_t row = 0; row < x.size(); ++row) {
    if (x[row] == kMissingKey && y[row] == kMissingKey) continue;
    counts[x[row]].first += 1;
    counts[y[row]].second += 1;
  }
  const auto n = static_cast<double>(found.compared);
  double chance = 0, most = 0;
  for (const auto& [key, of] : counts) {
    chance += of.first * of.second / (n * n);
    most = std::max(most, std::min(of.first, of.second));
  }
  if (n - most < static_cast<double>(kLeastVaried)) return false;
  return (found.share() - chance) / (1 - chance) >= kLeastKappa;
}

// P(as great a share of n rows | each is the same with probability `usual`) at most.
double ChanceOf(double share, double usual, double n) {
  if (share <= usual) return 1;
  const double same = share * std::log(share / usual);
  const double other = share < 1 ? (1 - share) * std::log((1 - share) / (1 - usual)) : 0;
  return std::exp(-n * (same + other));
}

std::size_t Part(std::size_t rows, double share) {
  return static_cast<std::size_t>(static_cast<double>(rows) * share);
}

Error Damaged(std::string why) {
  return Error(Code::kDataLoss, "stored pairs of like features are damaged").Why(std::move(why));
}

}  // namespace

data::Batch EvenRows(const data::Batch& rows, std::size_t most) {
  data::Batch sample(rows.shared_schema());
  const std::size_t stride = std::max<std::size_t>(1, (rows.rows() + most - 1) / most);
  for (std::size_t row = 0; row < rows.rows(); row += stride) sample.AppendRow(rows, row);
  return sample;
}

AlikePairs AlikePairs::Learn(const data::Batch& reference) {
  const data::Batch sample = EvenRows(reference, kSample);
  AlikePairs alike;
  std::vector<const data::Column*> columns;
  for (std::size_t i = 0; i < std::min(sample.width(), kMostFeatures); ++i) {
    alike.features_.push_back(sample.schema().field(i).name);
    columns.push_back(&sample.column(i));
  }
  const std::vector<Keys> keys = AllKeys(columns);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = i + 1; j < keys.size(); ++j) {
      const Agreement found = Compare(keys[i], keys[j], Part(sample.rows(), 1 - kKept));
      if (found.share() > kKept) alike.shares_[{i, j}] = found.share();
    }
  }
  return alike;
}

std::optional<std::size_t> AlikePairs::Find(std::string_view feature) const {
  const auto found = std::ranges::find(features_, feature);
  if (found == features_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - features_.begin());
}

double AlikePairs::Share(std::size_t first, std::size_t second) const {
  const auto found = shares_.find({std::min(first, second), std::max(first, second)});
  return found == shares_.end() ? kKept : found->second;
}

std::string AlikePairs::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("features").BeginArray();
  for (const std::string& feature : features_) json.Value(feature);
  json.EndArray().Key("pairs").BeginArray();
  for (const auto& [places, share] : shares_) {
    json.BeginArray().Value(std::uint64_t{places.first}).Value(std::uint64_t{places.second});
    json.Value(share).EndArray();
  }
  json.EndArray().EndObject();
  return text;
}

Result<AlikePairs> AlikePairs::FromJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "like features"}));
  ASSIGN_OR_RETURN(const Json::Array* features, document.GetArray("features"));
  if (features->size() > kMostFeatures) return Damaged("too many features");
  AlikePairs alike;
  for (const Json& feature : *features) {
    ASSIGN_OR_RETURN(const std::string_view name, feature.AsString());
    alike.features_.emplace_back(name);
  }
  ASSIGN_OR_RETURN(const Json::Array* pairs, document.GetArray("pairs"));
  for (const Json& pair : *pairs) {
    ASSIGN_OR_RETURN(const Json::Array* parts, pair.AsArray());
    if (parts->size() != 3) return Damaged("a pair has three parts");
    ASSIGN_OR_RETURN(const std::uint64_t first, (*parts)[0].AsUint());
    ASSIGN_OR_RETURN(const std::uint64_t second, (*parts)[1].AsUint());
    ASSIGN_OR_RETURN(const double share, (*parts)[2].AsDouble());
    if (first >= second || second >= features->size()) return Damaged("no such pair");
    if (!(share > kKept && share <= 1)) return Damaged("no such share");
    alike.shares_[{first, second}] = share;
  }
  return alike;
}

std::vector<Duplicate> FindDuplicates(const AlikePairs& reference, const data::Batch& rows,
                                      double row_worth, double alpha) {
  std::vector<const data::Column*> columns;
  std::vector<std::size_t> places;  // in the reference
  for (std::size_t place = 0; place < reference.features().size(); ++place) {
    const data::Column* column = rows.Find(reference.features()[place]);
    if (column == nullptr) continue;
    columns.push_back(column);
    places.push_back(place);
  }
  const std::vector<Keys> keys = AllKeys(columns);
  const double pairs = 0.5 * static_cast<double>(keys.size()) * (double(keys.size()) - 1);
  std::vector<Duplicate> found;
  for (std::size_t j = 1; j < keys.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const double usual = reference.Share(places[i], places[j]);
      if (usual >= kNearly) continue;
      const Agreement now = Compare(keys[i], keys[j], Part(rows.rows(), 1 - kIdentical));
      if (now.share() < kIdentical || !SaysSomething(keys[i], keys[j], now)) continue;
      const double n = static_cast<double>(now.compared) * std::clamp(row_worth, 0.0, 1.0);
      const double p = std::min(1.0, pairs * ChanceOf(now.share(), usual, n));
      if (!(p < alpha)) continue;
      found.push_back({reference.features()[places[i]], reference.features()[places[j]],
                       now.share(), usual, now.compared, p});
    }
  }
  std::ranges::stable_sort(found, {}, &Duplicate::p_value);
  return found;
}

std::vector<Finding> DuplicateFindings(std::span<const Duplicate> duplicates) {
  std::vector<Finding> findings;
  for (const Duplicate& pair : duplicates.first(std::min(duplicates.size(), kDuplicatesTold))) {
    Finding& finding = findings.emplace_back();
    finding.kind = "duplicated_feature";
    finding.subject = pair.first + " × " + pair.second;
    finding.level = Level::kAlert;
    finding.certain = pair.p_value < kCertainDuplicate;
    finding.what =
        fmt::format("{} and {} carry the same value in {:.1f} % of rows; it was {}{:.0f} %",
                    pair.first, pair.second, 100 * pair.share,
                    pair.reference > AlikePairs::kKept ? "" : "at most ", 100 * pair.reference);
    finding.statistic = "identical_share";
    finding.value = pair.share;
    finding.threshold = kIdentical;
    finding.p_value = pair.p_value;
    finding.n = pair.rows;
    finding.sureness = fmt::format("p < {:.2g} over all pairs of features", pair.p_value);
  }
  return findings;
}

}  // namespace mooring::monitoring
