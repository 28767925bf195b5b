// NameIndex: the place of a name in a fixed list, by exact bytes, without allocation. For the keys
// of request bodies; a hash map of strings would cost five times as much.
//
// Thread safety: const use from any thread. Cost: one FNV hash of the name and about one compare.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mooring::serving {

class NameIndex {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  NameIndex() = default;
  explicit NameIndex(std::vector<std::string> names);

  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t place) const { return names_[place]; }
  std::size_t Find(std::string_view name) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_;  // place + 1, 0 empty; a power of two, at most half full
};

}  // namespace mooring::serving
