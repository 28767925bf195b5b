// The changes of the registry, each as what it does inside one transaction: rules, rows, history,
// and the new revision of the desired state.
//
// Thread safety: that of the Database. Failure: any error means that the transaction must be rolled
// back.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/contract/contract.h"
#include "records/registry/registry.h"

namespace mooring::records {

struct ChangeContext {
  data::Database& db;
  const Change& change;
  Time now;
};

Result<ModelRecord> ApplyContractIn(const ChangeContext& context, const Contract& contract);
Result<VersionRecord> RegisterVersionIn(const ChangeContext& context, std::string_view model,
                                        const NewVersion& version);
Status SetVersionStateIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                         VersionRecord::State state);
Result<AliasChange> SetAliasIn(const ChangeContext& context, std::string_view model,
                               std::string_view alias, VersionNumber to);
Result<AliasChange> RollbackIn(const ChangeContext& context, std::string_view model);

}  // namespace mooring::records
