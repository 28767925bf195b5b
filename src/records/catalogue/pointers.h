// Pointers: the aliases that clients set, beside and one with those of serving. Each function says
// what it does inside one transaction.
//
// Thread safety: that of the Database. Failure: any error means that the transaction must be rolled
// back.
#pragma once

#include <string_view>

#include "base/result.h"
#include "records/registry/changes.h"

namespace mooring::records {

// An alias of serving when it points at a version that is registered natively and the name may be
// one, else a pointer. kFailedPrecondition for the champion of a model with a contract.
Result<AliasChange> SetPointerIn(const ChangeContext& context, std::string_view model,
                                 std::string_view alias, VersionNumber to);
Status DeletePointerIn(const ChangeContext& context, std::string_view model,
                       std::string_view alias);
// All aliases and pointers at one version, or at any when `number` is 0.
Status DropPointersIn(const ChangeContext& context, std::string_view model, VersionNumber number);
// See Catalogue::RollBackAlias.
Result<AliasChange> RollBackPointerIn(const ChangeContext& context, std::string_view model,
                                      std::string_view alias);

}  // namespace mooring::records
