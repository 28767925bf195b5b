// The changes of the catalogue, each as what it does inside one transaction: rules, rows, aliases
// and what follows for the registry.
//
// Thread safety: that of the Database. Failure: any error means that the transaction must be rolled
// back.
#pragma once

#include <string_view>

#include "base/result.h"
#include "records/catalogue/catalogue.h"
#include "records/registry/changes.h"

namespace mooring::records {

Status CreateModelIn(const ChangeContext& context, const NewRegisteredModel& model);
Status RenameModelIn(const ChangeContext& context, std::string_view name, std::string_view to);
Status DeleteModelIn(const ChangeContext& context, std::string_view name);
Status DescribeModelIn(const ChangeContext& context, std::string_view name,
                       std::string_view description);

Result<VersionNumber> CreateVersionIn(const ChangeContext& context, const NewModelVersion& version);
Status DescribeVersionIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                         std::string_view description);
Status DeleteVersionIn(const ChangeContext& context, std::string_view model, VersionNumber number);
struct StageMove {
  Stage to = Stage::kNone;
  bool archive = false;  // the others of that stage
};
Status SetStageIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                  StageMove move);
// Of what is left of versions that were deleted before; how many.
Result<std::size_t> PurgeIn(const ChangeContext& context, Millis before);

}  // namespace mooring::records
