// LimitColumns: the words that a limit's expressions may use (inputs, the output's name, `score`,
// `amount`, and for results the outcome's), and LimitRow: one row's values of them, as few columns
// as the expressions read.
//
// The output's name is the raw score of the version that answers; `score` and `amount` are what
// would be given out. An input of the same name comes first.
//
// Thread safety: LimitColumns const use from any thread once sealed; a LimitRow belongs to one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/expression/expression.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "serving/batch_pool.h"

namespace mooring::serving {

class LimitColumns {
 public:
  static Result<std::unique_ptr<LimitColumns>> Make(const records::Contract& contract,
                                                    const data::Schema& inputs, int amount_digits);
  // The same with the outcome under the name that the contract gives it.
  static Result<std::unique_ptr<LimitColumns>> MakeOfResults(const records::Contract& contract,
                                                             const data::Schema& inputs,
                                                             int amount_digits);
  // Notes what an expression reads; all of them before Seal.
  Status Use(std::string_view text, std::string_view name);
  Status Seal();
  // After Seal: compiled for the batches of LimitRow.
  Result<data::Expression> Compile(std::string_view text, std::string_view name) const;
  // Whether rows of these inputs can be read: what is read stands at its place with its type.
  bool Fits(const data::Schema& inputs) const;

 private:
  friend class LimitRow;
  enum class Word : std::uint8_t { kInput, kRaw, kScore, kAmount, kOutcome };
  struct Source {
    Word word = Word::kInput;
    std::size_t place = 0;  // kInput: in the inputs
  };
  LimitColumns() = default;
  Status Gather(const records::Contract& contract, const data::Schema& inputs, bool outcome);

  std::shared_ptr<const data::Schema> all_;
  std::vector<Source> sources_;  // of all_
  std::vector<bool> used_;       // of all_
  std::shared_ptr<const data::Schema> read_;
  std::vector<Source> reads_;  // of read_
  std::unique_ptr<BatchPool> pool_;
  int amount_digits_ = 2;
};

class LimitRow {
 public:
  struct Values {
    const data::Batch* inputs = nullptr;
    std::size_t row = 0;
    double raw = 0, score = 0;
    std::int64_t amount_minor = 0;
    double outcome = 0;  // where the columns have one
  };
  LimitRow(const LimitColumns& columns, const Values& values);
  ~LimitRow();
  LimitRow(const LimitRow&) = delete;
  LimitRow& operator=(const LimitRow&) = delete;

  // A clamp moved what would be given out.
  void Move(double score, std::int64_t amount_minor);
  const data::Batch& batch() const { return batch_; }

 private:
  const LimitColumns& columns_;
  data::Batch batch_;
};

}  // namespace mooring::serving
