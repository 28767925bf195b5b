#include "monitoring/multivariate/domain_rows.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace mooring::monitoring {
namespace {

using data::Column;
using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

// A column that both sides have.
struct Source {
  std::string name;
  Type type;
  const Column* reference;
  const Column* window;
};

std::vector<Source> CommonColumns(const data::Batch& reference, const data::Batch& window) {
  std::vector<Source> sources;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const std::string& name = reference.schema().field(i).name;
    const Column& column = reference.column(i);
    const Column* other = window.Find(name);
    if (other == nullptr || column.type() == Type::kTimestamp) continue;
    const bool text = IsText(column.type());
    if (text != IsText(other->type()) || (!text && column.type() != other->type())) continue;
    sources.push_back({name, text ? Type::kCategory : column.type(), &column, other});
  }
  return sources;
}

using Picks = std::vector<std::size_t>;

void CountTexts(const Column& column, const Picks& picks,
                std::map<std::string, std::size_t, std::less<>>& counts) {
  for (const std::size_t row : picks) {
    if (column.IsNull(row)) continue;
    const auto [at, fresh] = counts.try_emplace(std::string(column.Text(row)), 0);
    ++at->second;
  }
}

// The commonest values of both sides, in byte order.
Result<std::shared_ptr<const data::Dictionary>> JointDictionary(const Source& source,
                                                                const Picks& of_reference,
                                                                const Picks& of_window) {
  std::map<std::string, std::size_t, std::less<>> counts;
  CountTexts(*source.reference, of_reference, counts);
  CountTexts(*source.window, of_window, counts);
  std::vector<std::pair<std::size_t, std::string>> order;
  for (auto& [text, count] : counts) order.emplace_back(count, text);
  std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.first > b.first; });
  if (order.size() > DomainRows::kLevels) order.resize(DomainRows::kLevels);
  std::vector<std::string> values;
  for (auto& [count, text] : order) values.push_back(std::move(text));
  std::ranges::sort(values);
  return data::Dictionary::Make(std::move(values));
}

void AppendRows(const Column& from, const Picks& picks, Column& to) {
  for (const std::size_t row : picks) {
    if (to.type() != Type::kCategory) {
      to.AppendFrom(from, row);
    } else if (from.IsNull(row) ||
               to.dictionary()->Find(from.Text(row)) == to.dictionary()->size()) {
      to.AppendNull();
    } else {
      to.AppendText(from.Text(row));
    }
  }
}

}  // namespace

std::vector<std::size_t> DrawRows(std::size_t size, std::size_t count, Rng& rng) {
  std::vector<std::size_t> rows(size);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const std::size_t take = std::min(size, count);
  for (std::size_t i = 0; i < take; ++i) std::swap(rows[i], rows[i + rng.Below(size - i)]);
  rows.resize(take);
  return rows;
}

Result<DomainRows> MakeDomainRows(const data::Batch& reference, const data::Batch& window,
                                  std::size_t most_rows, std::size_t folds, Rng& rng) {
  const std::vector<Source> sources = CommonColumns(reference, window);
  if (sources.empty()) {
    return Error(Code::kInvalidArgument, "reference and window share no column of one type");
  }
  const Picks of_reference = DrawRows(reference.rows(), most_rows, rng);
  const Picks of_window = DrawRows(window.rows(), most_rows, rng);
  std::vector<data::Field> fields;
  for (const Source& source : sources) {
    data::Field& field = fields.emplace_back(data::Field{source.name, source.type});
    if (source.type == Type::kCategory) {
      ASSIGN_OR_RETURN(field.dictionary, JointDictionary(source, of_reference, of_window));
    }
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  DomainRows made{data::Batch(std::make_shared<const data::Schema>(std::move(schema))), {}, {}};
  for (std::size_t i = 0; i < sources.size(); ++i) {
    AppendRows(*sources[i].reference, of_reference, made.rows.column(i));
    AppendRows(*sources[i].window, of_window, made.rows.column(i));
  }
  made.rows.SetRows(of_reference.size() + of_window.size());
  // Rows come in random order, so folds may go round.
  for (const std::size_t side : {of_reference.size(), of_window.size()}) {
    const std::uint8_t label = made.labels.empty() ? 0 : 1;
    for (std::size_t i = 0; i < side; ++i) {
      made.labels.push_back(label);
      made.folds.push_back(static_cast<std::uint8_t>(i % folds));
    }
  }
  return made;
}

}  // namespace mooring::monitoring
