// ColumnRule: the contract's rules for one input, compiled: missing, min and max, length, pattern,
// one_of, unseen. Part of InputShape (validation.h), which owns one a column.
//
// Thread safety: const use from any thread.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text/pattern.h"
#include "data/table/column.h"
#include "records/contract/contract.h"
#include "serving/validation.h"

namespace mooring::serving {

class ColumnRule {
 public:
  struct Options {
    bool derived = false;        // from the signature: null is no breach where the model takes it
    bool pseudonymised = false;  // values stay out of messages
    bool feeds_float32 = false;  // the model would see an infinity beyond float32's range
  };
  // `field` has the column's name, type and dictionary. kFailedPrecondition when a rule cannot be
  // applied to the type or the default is missing or of another type.
  static Result<ColumnRule> Make(const records::InputRule& rule, const data::Field& field,
                                 Options options);

  // Checks a whole column; adds problems, breaches and flags to `found` and the rows that take the
  // default to `defaulted`.
  void Check(const data::Column& column, Coercion coercion, Validated& found,
             std::vector<std::size_t>& defaulted) const;
  // A copy of the column with the default in the given rows (ascending).
  data::Column WithDefaults(const data::Column& column,
                            const std::vector<std::size_t>& rows) const;

 private:
  ColumnRule() = default;
  Status CompileRange();
  Status CompileTexts();
  Status CompileDefault();
  void CheckNulls(const data::Column& column, Coercion coercion, Validated& found,
                  std::vector<std::size_t>& defaulted) const;
  template <typename T>
  void CheckRange(const data::Column& column, Validated& found,
                  std::vector<std::size_t>& defaulted) const;
  void CheckTexts(const data::Column& column, Validated& found,
                  std::vector<std::size_t>& defaulted) const;
  // The name of the rule that the slot's text breaks, "" when none.
  std::string_view BrokenBy(const data::Column& column, std::size_t row) const;
  std::string Explain(std::string_view rule, const data::Column& column, std::size_t row) const;
  void Note(std::string_view rule, records::OnBreach action, std::size_t row,
            const data::Column& column, Validated& found,
            std::vector<std::size_t>& defaulted) const;
  void AppendDefault(data::Column& column) const;

  records::InputRule rule_;
  data::Field field_;
  Options options_;
  bool has_range_ = false, has_texts_ = false;
  double min_ = 0, max_ = 0;            // of the contract and of what the model can hold
  std::optional<Pattern> pattern_;
  std::unordered_set<std::string> allowed_;
  std::vector<double> allowed_numbers_;
  double default_number_ = 0;
  std::string default_text_;
};

}  // namespace mooring::serving
