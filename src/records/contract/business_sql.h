// Measures that a contract writes as SQL (monitor.quality.business[].sql): the table that they see,
// and whether they are right, asked of DuckDB over that table without rows. Parsing a contract
// leaves this out: it takes DuckDB's library. Whoever puts a contract in force, or registers a
// version under it, asks here.
//
// The table `decisions` has a row for each decision of a window whose outcome is known: the inputs
// (numbers as DOUBLE, truth values, texts and moments as they are), the output that the contract
// names, `amount` (the score where no amount is decided), and the outcome as a number, in a binary
// task 1 for the positive class. A name that stands for two of them is the first one's.
//
// Thread safety: pure. Cost: 20 ms where there is any SQL.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/schema.h"
#include "records/contract/contract.h"

namespace mooring::records {

inline constexpr const char* kDecisionsTable = "decisions";

// The columns, those of `inputs` first and in their order. kInvalidArgument for names that are no
// columns.
Result<data::Schema> DecisionColumns(const Contract& contract,
                                     const std::vector<data::Field>& inputs);

// What is wrong with each, at its place in the file. `inputs`: what the model takes, for a contract
// that declares none; without them such a contract is not checked. kFailedPrecondition when there
// is SQL and no DuckDB to ask.
Result<std::vector<ContractError>> CheckBusinessSql(const Contract& contract,
                                                    const std::string& library_directory,
                                                    std::vector<data::Field> inputs = {});

// The same as one error, a line each with `file` in front, as ParseContract gives it.
Status RequireBusinessSql(const Contract& contract, const std::string& file,
                          const std::string& library_directory,
                          std::vector<data::Field> inputs = {});

}  // namespace mooring::records
