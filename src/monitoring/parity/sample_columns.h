// What the parity modes take out of a batch's column: present numbers and counts of texts.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/table/column.h"

namespace mooring::monitoring {

// Texts and booleans; everything else counts as a number.
bool IsCategorical(data::Type type);

// Rows from begin to end (not included) that are neither null nor NaN; also without infinities
// when `finite_only`.
std::vector<double> PresentNumbers(const data::Column& column, std::size_t begin, std::size_t end,
                                   bool finite_only = false);

// Distinct values in byte order; booleans as "false" and "true", numbers as their shortest text.
using LevelCounts = std::map<std::string, std::uint64_t, std::less<>>;
LevelCounts CountLevels(const data::Column& column, std::size_t begin, std::size_t end);
std::uint64_t TotalOf(const LevelCounts& counts);

// Counts of both over the union of their values, in byte order, zeros where one lacks a value.
struct AlignedCounts {
  std::vector<std::uint64_t> reference, current;
};
AlignedCounts Align(const LevelCounts& reference, const LevelCounts& current);

}  // namespace mooring::monitoring
