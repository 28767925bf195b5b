// YamlTree: a YAML text as plain nodes that know their place, and everything that is wrong with it
// as YAML. The one adapter of yaml-cpp; nothing of it leaves, its exceptions included.
//
// Stricter than YAML on purpose: one document, UTF-8, no duplicate keys, no anchors, aliases or
// tags (they are how small texts become large ones), no tabs as indentation, bounded bytes and
// depth. Use it for files that people write; not for wire formats.
//
// Thread safety: pure. Cost: linear in the text; at most limits::kContractBytes of it, or what the
// caller allows.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mooring::records {

// From 1, in characters; 0 means no place.
struct Place {
  std::size_t line = 0, column = 0;
  auto operator<=>(const Place&) const = default;
};

struct YamlKey {
  std::string name;
  Place place;
};

struct YamlNode {
  enum class Kind {
    kNull,
    kScalar,
    kMap,  // keys[i] belongs to items[i]
    kList,
    kBroken,  // what stood here is already among the problems
  };
  Kind kind = Kind::kNull;
  Place place;
  std::string text;     // of a scalar
  bool quoted = false;  // written in quotes or as a block: never a number or a truth value
  std::vector<YamlKey> keys;
  std::vector<YamlNode> items;

  bool is_map() const { return kind == Kind::kMap; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_scalar() const { return kind == Kind::kScalar; }
};

struct YamlProblem {
  Place place;
  std::string message, help;
};

struct YamlTree {
  YamlNode root;  // kNull when the text holds nothing; what could be read when there are problems
  std::vector<YamlProblem> problems;
};

YamlTree ReadYaml(std::string_view text);  // limits::kContractBytes
YamlTree ReadYaml(std::string_view text, std::size_t most_bytes);

}  // namespace mooring::records
