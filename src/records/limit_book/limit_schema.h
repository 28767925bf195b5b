// Tables of limits.db, as the steps that bring an empty or older file to them.
//
// A step that was released is never changed: a new one is added. docs/formats/limits_db.md explains
// the tables. Thread safety: constant data.
#pragma once

#include <span>
#include <string_view>

namespace mooring::records {

std::span<const std::string_view> LimitSchema();

}  // namespace mooring::records
