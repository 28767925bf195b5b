#include "serving/name_index.h"

namespace mooring::serving {
namespace {

std::size_t HashOf(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::size_t>(hash ^ (hash >> 32));
}

}  // namespace

NameIndex::NameIndex(std::vector<std::string> names) : names_(std::move(names)) {
  std::size_t size = 4;
  while (size < names_.size() * 2) size *= 2;
  slots_.assign(size, 0);
  for (std::size_t place = 0; place < names_.size(); ++place) {
    std::size_t slot = HashOf(names_[place]) & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::uint32_t>(place + 1);
  }
}

std::size_t NameIndex::Find(std::string_view name) const {
  if (slots_.empty()) return kNone;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = HashOf(name) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (names_[slots_[slot] - 1] == name) return slots_[slot] - 1;
  }
  return kNone;
}

}  // namespace mooring::serving
