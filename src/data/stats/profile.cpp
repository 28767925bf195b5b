#include "data/stats/profile.h"

#include <algorithm>
#include <unordered_map>

#include "base/text/utf8.h"

namespace mooring::data {
namespace {

using Unsigned128 = unsigned __int128;

bool HasText(Type type) { return type == Type::kString || type == Type::kCategory; }

std::size_t SlotsOf(const ColumnBins& column) {
  if (const auto* numeric = std::get_if<NumericBins>(&column.bins)) return numeric->bins();
  return std::get<CategoryBins>(column.bins).slots();
}

// Wraps instead of overflowing, should stored sums be hostile.
void AddTo(Int128& sum, Int128 value) {
  sum = static_cast<Int128>(static_cast<Unsigned128>(sum) + static_cast<Unsigned128>(value));
}

// Numbers go through in blocks that stay in the first-level cache: the searches of neighbours
// overlap, and the sums live in registers.
constexpr std::size_t kBlock = 128;

void CountBin(double x, std::size_t bin, const NumericBins& bins, ColumnProfile& into) {
  ++into.counts[bin];
  if (bin == 0) [[unlikely]]
    AddTo(into.sum_below, bins.TicksOf(x));
  if (bin == bins.bins() - 1) [[unlikely]]
    AddTo(into.sum_above, bins.TicksOf(x));
}

void CountBins(std::span<const double> values, const NumericBins& bins, ColumnProfile& into) {
  for (const double x : values) CountBin(x, bins.BinOf(x), bins, into);
}

void AddMoments(std::span<const double> values, const NumericBins& bins, ColumnProfile& into) {
  // Within a block neither sum can overflow: ticks are below 2^39 and the block below 2^8.
  std::int64_t sum = 0;
  Int128 sum_squares = 0;
  double min = into.min, max = into.max;
  for (const double x : values) {
    const std::int64_t ticks = bins.TicksOf(x);
    sum += ticks;
    sum_squares += Int128{ticks} * ticks;
    min = x < min ? x : min;
    max = x > max ? x : max;
  }
  AddTo(into.sum, sum);
  AddTo(into.sum_squares, sum_squares);
  into.min = min;
  into.max = max;
}

void AddMoment(double x, const NumericBins& bins, ColumnProfile& into) {
  const std::int64_t ticks = bins.TicksOf(x);
  AddTo(into.sum, ticks);
  AddTo(into.sum_squares, Int128{ticks} * ticks);
  into.min = x < into.min ? x : into.min;
  into.max = x > into.max ? x : into.max;
}

template <typename T>
void AddNumbers(const Column& column, const NumericBins& bins, ColumnProfile& into) {
  const std::span<const T> values = column.Values<T>();
  const bool has_nulls = column.HasNulls();
  double block[kBlock];
  for (std::size_t start = 0; start < values.size(); start += kBlock) {
    const std::size_t end = std::min(values.size(), start + kBlock);
    std::size_t kept = 0, nans = 0, nulls = 0;
    for (std::size_t row = start; row < end; ++row) {
      const auto x = static_cast<double>(values[row]);
      const bool is_null = has_nulls && column.IsNull(row);
      block[kept] = x;
      kept += !is_null && std::isfinite(x) ? 1 : 0;
      nulls += is_null ? 1 : 0;
      nans += !is_null && std::isnan(x) ? 1 : 0;
    }
    into.nans += nans;
    into.infinities += end - start - kept - nans - nulls;
    CountBins(std::span(block, kept), bins, into);
    AddMoments(std::span(block, kept), bins, into);
  }
}

void AddNumeric(const Column& column, const NumericBins& bins, ColumnProfile& into) {
  switch (column.type()) {
    case Type::kInt32: return AddNumbers<std::int32_t>(column, bins, into);
    case Type::kInt64:
    case Type::kTimestamp: return AddNumbers<std::int64_t>(column, bins, into);
    case Type::kFloat32: return AddNumbers<float>(column, bins, into);
    case Type::kFloat64: return AddNumbers<double>(column, bins, into);
    case Type::kBool: return AddNumbers<std::uint8_t>(column, bins, into);
    case Type::kString:
    case Type::kCategory: CHECK(false);  // Bind refuses it
  }
}

void AddTexts(const Column& column, const CategoryBins& bins, std::span<const std::uint16_t> slots,
              ColumnProfile& into) {
  const bool has_codes = column.type() == Type::kCategory;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.IsNull(row)) continue;
    const auto code =
        has_codes ? static_cast<std::size_t>(column.Values<std::int32_t>()[row]) : slots.size();
    ++into.counts[code < slots.size() ? slots[code] : bins.SlotOf(column.Text(row))];
  }
}

// A slot that is not null; in line, for it is asked for value by value.
double NumberAt(const Column& column, std::size_t row) {
  switch (column.type()) {
    case Type::kInt32: return column.Values<std::int32_t>()[row];
    case Type::kFloat32: return static_cast<double>(column.Values<float>()[row]);
    case Type::kFloat64: return column.Values<double>()[row];
    default: return column.Number(row);
  }
}

// Values of one row, of many columns: no block of a column is worth filling, but the searches of
// the columns do not wait for each other when they stand side by side.
class RowOfValues {
 public:
  ~RowOfValues() { Count(); }

  void Add(const Column& column, std::size_t row, const NumericBins& bins, ColumnProfile& into) {
    if (column.IsNull(row)) return;
    const double x = NumberAt(column, row);
    if (!std::isfinite(x)) [[unlikely]] {
      ++(std::isnan(x) ? into.nans : into.infinities);
      return;
    }
    if (used_ == kMost) Count();
    values_[used_++] = {x, &bins, &into};
  }

 private:
  struct Value {
    double x;
    const NumericBins* bins;
    ColumnProfile* into;
  };
  static constexpr std::size_t kMost = 32;

  void Count() {
    std::size_t bins[kMost];
    for (std::size_t i = 0; i < used_; ++i) bins[i] = values_[i].bins->BinOf(values_[i].x);
    for (std::size_t i = 0; i < used_; ++i) {
      const Value& value = values_[i];
      CountBin(value.x, bins[i], *value.bins, *value.into);
      AddMoment(value.x, *value.bins, *value.into);
    }
    used_ = 0;
  }

  Value values_[kMost];
  std::size_t used_ = 0;
};

// The finite values of a column, for learning.
std::vector<double> FiniteValues(const Column& column) {
  std::vector<double> values;
  values.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (const double x = column.Number(row); std::isfinite(x)) values.push_back(x);
  }
  return values;
}

Result<CategoryBins> LearnTexts(const Column& column) {
  std::unordered_map<std::string_view, std::uint64_t> counts;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.IsNull(row)) ++counts[column.Text(row)];
  }
  // What the dictionary knows is known, even where the sample lacks it.
  if (column.dictionary() != nullptr) {
    for (const std::string& value : column.dictionary()->values()) counts.try_emplace(value, 0);
  }
  for (const auto& [value, count] : counts) {
    if (FirstInvalidUtf8(value) == value.size()) continue;
    return Error(Code::kInvalidArgument, "a category is not UTF-8")
        .Help("convert the training data to UTF-8");
  }
  return CategoryBins::Learn({counts.begin(), counts.end()});
}

}  // namespace

double ColumnProfile::MissingShare() const {
  return rows == 0 ? 0 : static_cast<double>(nulls + nans) / static_cast<double>(rows);
}

BatchProfile::BatchProfile(std::shared_ptr<const FrozenBins> bins) : bins_(std::move(bins)) {
  columns_.resize(bins_->size());
  Clear();
}

void BatchProfile::Clear() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::vector<std::uint64_t> counts = std::move(columns_[i].counts);
    counts.assign(SlotsOf((*bins_)[i]), 0);
    columns_[i] = ColumnProfile{.counts = std::move(counts)};
  }
}

Result<BatchProfile::Bound> BatchProfile::Bind(const Batch& batch) const {
  Bound bound{.schema = batch.shared_schema(), .sources = {}};
  for (std::size_t to = 0; to < columns_.size(); ++to) {
    const std::optional<std::size_t> from = batch.schema().Find(name(to));
    if (!from.has_value()) continue;
    const Field& field = batch.schema().field(*from);
    if (HasText(field.type) != std::holds_alternative<CategoryBins>((*bins_)[to].bins)) {
      return Error(Code::kInvalidArgument,
                   "column '" + field.name + "' is " + std::string(TypeName(field.type)))
          .Why("the profile was learned from another kind of column");
    }
    Source source{
        .from = *from, .to = to, .dictionary = batch.column(*from).dictionary(), .slots = {}};
    if (source.dictionary != nullptr && HasText(field.type)) {
      const auto& bins = std::get<CategoryBins>((*bins_)[to].bins);
      for (const std::string& value : source.dictionary->values()) {
        source.slots.push_back(static_cast<std::uint16_t>(bins.SlotOf(value)));
      }
    }
    bound.sources.push_back(std::move(source));
  }
  return bound;
}

Result<const BatchProfile::Bound*> BatchProfile::BoundFor(const Batch& batch) {
  const auto found = std::ranges::find(bound_, batch.shared_schema(), &Bound::schema);
  if (found != bound_.end()) return &*found;
  ASSIGN_OR_RETURN(Bound bound, Bind(batch));
  if (bound_.size() == kBound) bound_.pop_back();
  return &*bound_.insert(bound_.begin(), std::move(bound));
}

Status BatchProfile::Add(const Batch& batch) {
  constexpr std::size_t kFew = 8;
  ASSIGN_OR_RETURN(const Bound* const bound, BoundFor(batch));
  RowOfValues row;
  for (const Source& source : bound->sources) {
    const Column& column = batch.column(source.from);
    const ColumnBins& bins = (*bins_)[source.to];
    ColumnProfile& into = columns_[source.to];
    into.rows += batch.rows();
    into.nulls += column.null_count();
    if (const auto* texts = std::get_if<CategoryBins>(&bins.bins)) {
      AddTexts(column, *texts, source.slots, into);
    } else if (const auto& numeric = std::get<NumericBins>(bins.bins); batch.rows() >= kFew) {
      AddNumeric(column, numeric, into);
    } else {
      for (std::size_t i = 0; i < batch.rows(); ++i) row.Add(column, i, numeric, into);
    }
  }
  return Ok();
}

Status BatchProfile::Merge(const BatchProfile& other) {
  // Bins read back from JSON are another object with the same meaning; compare it.
  const bool same = bins_ == other.bins_ || *bins_ == *other.bins_;
  if (!same) {
    return Error(Code::kInvalidArgument, "profiles have other bins")
        .Why("only profiles of the same reference merge");
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    ColumnProfile& into = columns_[i];
    const ColumnProfile& from = other.columns_[i];
    for (std::size_t b = 0; b < into.counts.size(); ++b) into.counts[b] += from.counts[b];
    into.rows += from.rows;
    into.nulls += from.nulls;
    into.nans += from.nans;
    into.infinities += from.infinities;
    AddTo(into.sum, from.sum);
    AddTo(into.sum_squares, from.sum_squares);
    AddTo(into.sum_below, from.sum_below);
    AddTo(into.sum_above, from.sum_above);
    into.min = std::min(into.min, from.min);
    into.max = std::max(into.max, from.max);
  }
  return Ok();
}

std::optional<std::size_t> BatchProfile::Find(std::string_view name_wanted) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (name(i) == name_wanted) return i;
  }
  return std::nullopt;
}

double BatchProfile::Mean(std::size_t index) const {
  const auto* bins = std::get_if<NumericBins>(&(*bins_)[index].bins);
  const ColumnProfile& column = columns_[index];
  if (bins == nullptr || column.valid() == 0) return std::nan("");
  return bins->pivot() +
         static_cast<double>(column.sum) / static_cast<double>(column.valid()) * bins->tick();
}

// sqrt(S2/n - (S1/n)^2) of ticks from the pivot. Both sums are exact and the pivot is near the mean
// of the reference, so little cancels.
double BatchProfile::Deviation(std::size_t index) const {
  const auto* bins = std::get_if<NumericBins>(&(*bins_)[index].bins);
  const ColumnProfile& column = columns_[index];
  if (bins == nullptr || column.valid() == 0) return std::nan("");
  const auto n = static_cast<double>(column.valid());
  const double mean = static_cast<double>(column.sum) / n;
  const double variance = static_cast<double>(column.sum_squares) / n - mean * mean;
  return std::sqrt(std::max(variance, 0.0)) * bins->tick();
}

double BatchProfile::OutOfRangeShare(std::size_t index) const {
  const ColumnProfile& column = columns_[index];
  const auto* bins = std::get_if<NumericBins>(&(*bins_)[index].bins);
  if (bins == nullptr || column.valid() == 0 || bins->bins() == 1) return 0;
  const std::uint64_t outside = column.counts.front() + column.counts.back();
  return static_cast<double>(outside) / static_cast<double>(column.valid());
}

double BatchProfile::UnseenShare(std::size_t index) const {
  const ColumnProfile& column = columns_[index];
  const auto* bins = std::get_if<CategoryBins>(&(*bins_)[index].bins);
  if (bins == nullptr || column.valid() == 0) return 0;
  return static_cast<double>(column.counts[bins->unseen_slot()]) /
         static_cast<double>(column.valid());
}

Result<BatchProfile> LearnReference(const Batch& batch) {
  if (batch.rows() == 0) {
    return Error(Code::kInvalidArgument, "cannot learn a reference from no rows");
  }
  FrozenBins bins;
  for (std::size_t i = 0; i < batch.width(); ++i) {
    const Column& column = batch.column(i);
    const std::string& name = batch.schema().field(i).name;
    if (HasText(column.type())) {
      Result<CategoryBins> learned = LearnTexts(column);
      if (!learned.ok()) return std::move(learned).error().Where("column '" + name + "'");
      bins.push_back({name, std::move(learned).value()});
    } else {
      std::vector<double> values = FiniteValues(column);
      bins.push_back({name, NumericBins::Learn(values)});
    }
  }
  BatchProfile reference(std::make_shared<const FrozenBins>(std::move(bins)));
  RETURN_IF_ERROR(reference.Add(batch));
  return reference;
}

}  // namespace mooring::data
