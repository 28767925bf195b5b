#include <algorithm>
#include <charconv>
#include <set>

#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "data/stats/profile.h"

namespace mooring::data {
namespace {

constexpr std::int64_t kVersion = 1;

Error Damaged(std::string_view why) {
  return Error(Code::kDataLoss, "stored profile is damaged").Why(std::string(why));
}

// There are two ends exactly where there are values.
Status ReadEnds(const Json& column, ColumnProfile& into) {
  if (into.valid() == 0) {
    const bool has_ends = column.Find("min") != nullptr || column.Find("max") != nullptr;
    return has_ends ? Status(Damaged("no values, and a least or greatest one")) : Ok();
  }
  ASSIGN_OR_RETURN(into.min, column.GetDouble("min"));
  ASSIGN_OR_RETURN(into.max, column.GetDouble("max"));
  return into.min <= into.max ? Ok() : Status(Damaged("the least value is above the greatest"));
}

// JSON numbers end at 64 bits, so wide sums are decimal text.
std::string WideText(Int128 value) {
  auto rest = static_cast<unsigned __int128>(value);
  if (value < 0) rest = -rest;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (value < 0) digits.push_back('-');
  std::ranges::reverse(digits);
  return digits;
}

Result<Int128> ParseWide(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  // 38 digits always fit in 127 bits.
  if (text.empty() || text.size() > 38) return Damaged("a sum has no or too many digits");
  Int128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return Damaged("a sum is not a whole number");
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

void WriteNumeric(JsonWriter& json, const NumericBins& bins, const ColumnProfile& column) {
  json.Member("pivot", bins.pivot()).Member("unit_exponent", bins.unit_exponent());
  json.Key("edges").BeginArray();
  for (const double edge : bins.edges()) json.Value(edge);
  json.EndArray();
  json.Member("nans", column.nans).Member("infinities", column.infinities);
  json.Member("sum", WideText(column.sum)).Member("sum_squares", WideText(column.sum_squares));
  json.Member("sum_below", WideText(column.sum_below))
      .Member("sum_above", WideText(column.sum_above));
  if (column.valid() != 0) json.Member("min", column.min).Member("max", column.max);
}

void WriteCategory(JsonWriter& json, const CategoryBins& bins) {
  json.Member("open", bins.parts().open);
  json.Key("values").BeginArray();
  for (const std::string& value : bins.parts().named) json.Value(value);
  json.EndArray();
  json.Key("other_values").BeginArray();
  for (const std::string& value : bins.parts().others) json.Value(value);
  json.EndArray();
}

Result<std::vector<std::string>> ReadTexts(const Json& column, std::string_view key) {
  ASSIGN_OR_RETURN(const Json::Array* array, column.GetArray(key));
  std::vector<std::string> texts;
  texts.reserve(array->size());
  for (const Json& item : *array) {
    ASSIGN_OR_RETURN(const std::string_view text, item.AsString());
    texts.emplace_back(text);
  }
  return texts;
}

Result<NumericBins> ReadNumericBins(const Json& column) {
  ASSIGN_OR_RETURN(const Json::Array* array, column.GetArray("edges"));
  ASSIGN_OR_RETURN(const double pivot, column.GetDouble("pivot"));
  ASSIGN_OR_RETURN(const std::int64_t exponent, column.GetInt("unit_exponent"));
  std::vector<double> edges;
  for (const Json& item : *array) {
    ASSIGN_OR_RETURN(const double edge, item.AsDouble());
    edges.push_back(edge);
  }
  return NumericBins::Restore(edges, pivot,
                              static_cast<int>(std::clamp<std::int64_t>(exponent, -9999, 9999)));
}

Result<ColumnBins> ReadBins(const Json& column) {
  ASSIGN_OR_RETURN(const std::string_view name, column.GetString("name"));
  ASSIGN_OR_RETURN(const std::string_view kind, column.GetString("kind"));
  if (kind == "numeric") {
    ASSIGN_OR_RETURN(NumericBins bins, ReadNumericBins(column));
    return ColumnBins{std::string(name), std::move(bins)};
  }
  if (kind != "category") return Damaged("unknown kind of column");
  CategoryBins::Parts parts;
  ASSIGN_OR_RETURN(parts.open, column.GetBool("open"));
  ASSIGN_OR_RETURN(parts.named, ReadTexts(column, "values"));
  ASSIGN_OR_RETURN(parts.others, ReadTexts(column, "other_values"));
  ASSIGN_OR_RETURN(CategoryBins bins, CategoryBins::Restore(std::move(parts)));
  return ColumnBins{std::string(name), std::move(bins)};
}

Status ReadNumericCounts(const Json& column, ColumnProfile& into) {
  ASSIGN_OR_RETURN(into.nans, column.GetUint("nans"));
  ASSIGN_OR_RETURN(into.infinities, column.GetUint("infinities"));
  const std::pair<std::string_view, Int128*> sums[] = {{"sum", &into.sum},
                                                       {"sum_squares", &into.sum_squares},
                                                       {"sum_below", &into.sum_below},
                                                       {"sum_above", &into.sum_above}};
  for (const auto& [key, sum] : sums) {
    ASSIGN_OR_RETURN(const std::string_view text, column.GetString(key));
    ASSIGN_OR_RETURN(*sum, ParseWide(text));
  }
  return Ok();
}

Status ReadCounts(const Json& column, const ColumnBins& bins, ColumnProfile& into) {
  const bool is_numeric = std::holds_alternative<NumericBins>(bins.bins);
  ASSIGN_OR_RETURN(into.rows, column.GetUint("rows"));
  ASSIGN_OR_RETURN(into.nulls, column.GetUint("nulls"));
  if (is_numeric) RETURN_IF_ERROR(ReadNumericCounts(column, into));
  ASSIGN_OR_RETURN(const Json::Array* counts, column.GetArray("counts"));
  if (counts->size() != into.counts.size()) return Damaged("counts do not fit the bins");
  unsigned __int128 total = 0;
  for (std::size_t i = 0; i < counts->size(); ++i) {
    ASSIGN_OR_RETURN(into.counts[i], (*counts)[i].AsUint());
    total += into.counts[i];
  }
  total += into.nulls;
  total += into.nans;
  total += into.infinities;
  if (total != into.rows) return Damaged("counts do not add up to the rows");
  return is_numeric ? ReadEnds(column, into) : Ok();
}

}  // namespace

std::string BatchProfile::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("profile", kVersion);
  json.Key("columns").BeginArray();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ColumnProfile& column = columns_[i];
    const auto* numeric = std::get_if<NumericBins>(&(*bins_)[i].bins);
    json.BeginObject()
        .Member("name", name(i))
        .Member("kind", numeric != nullptr ? "numeric" : "category");
    json.Member("rows", column.rows).Member("nulls", column.nulls);
    if (numeric != nullptr) {
      WriteNumeric(json, *numeric, column);
    } else {
      WriteCategory(json, std::get<CategoryBins>((*bins_)[i].bins));
    }
    json.Key("counts").BeginArray();
    for (const std::uint64_t count : column.counts) json.Value(count);
    json.EndArray().EndObject();
  }
  json.EndArray().EndObject();
  return text;
}

Result<BatchProfile> BatchProfile::FromJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "profile"}));
  ASSIGN_OR_RETURN(const std::int64_t version, document.GetInt("profile"));
  if (version != kVersion) {
    return Error(Code::kUnsupported, "profile of version " + std::to_string(version))
        .Why("this program reads version " + std::to_string(kVersion));
  }
  ASSIGN_OR_RETURN(const Json::Array* columns, document.GetArray("columns"));
  if (columns->size() > limits::kColumns) return Damaged("too many columns");
  FrozenBins bins;
  std::set<std::string, std::less<>> names;
  for (const Json& column : *columns) {
    ASSIGN_OR_RETURN(ColumnBins read, ReadBins(column));
    if (!names.insert(read.name).second) return Damaged("a column is there twice");
    bins.push_back(std::move(read));
  }
  BatchProfile profile(std::make_shared<const FrozenBins>(std::move(bins)));
  for (std::size_t i = 0; i < columns->size(); ++i) {
    RETURN_IF_ERROR(ReadCounts((*columns)[i], (*profile.bins_)[i], profile.columns_[i]));
  }
  return profile;
}

}  // namespace mooring::data
