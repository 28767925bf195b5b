#include "records/contract/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <numeric>
#include <streambuf>

#include "base/limits.h"

namespace mooring::records {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes of the well-formed UTF-8 character at the front, or 0 (RFC 3629: no surrogates, no overlong
// forms, nothing above U+10FFFF).
std::size_t CharacterLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  const unsigned char second = at(1);
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  return length;
}

// What YAML readers disagree about or stumble over, found before one sees it.
std::vector<YamlProblem> ScanBytes(std::string_view text) {
  std::vector<YamlProblem> problems;
  Place place{1, 1};
  bool indenting = true;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = CharacterLength(text.substr(at));
    if (length == 0) {
      problems.push_back({place, "bytes that are not UTF-8", "save the file as UTF-8"});
      return problems;  // what follows would be guessed
    }
    if (c == '\t' && indenting) {
      problems.push_back({place, "a tab indents this line", "indent with spaces"});
      indenting = false;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
               c == '\x7f') {
      problems.push_back({place, "a control character", "remove it"});
    }
    if (problems.size() > limits::kContractErrors) return problems;
    at += length;
    ++place.column;
    if (c == '\n') {
      place = {place.line + 1, 1};
      indenting = true;
    } else if (c != ' ') {
      indenting = false;
    }
  }
  return problems;
}

// Builds the tree from yaml-cpp's events; it never throws, it notes.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, YamlTree& tree) : text_(text), tree_(tree) {}

  Place PlaceOf(const YAML::Mark& mark) const {
    if (mark.is_null() || mark.line < 0 || mark.column < 0) return {1, 1};
    const auto line = static_cast<std::size_t>(mark.line),
               bytes = static_cast<std::size_t>(mark.column);
    const auto end = std::min(text_.size(), static_cast<std::size_t>(std::max(mark.pos, 0)));
    const auto begin = end - std::min(end, bytes);
    const auto inside = text_.substr(begin, end - begin);
    const auto continued = std::count_if(inside.begin(), inside.end(), IsContinuation);
    return {line + 1, bytes - static_cast<std::size_t>(continued) + 1};
  }

  void Note(Place place, std::string message, std::string help = {}) {
    if (tree_.problems.size() <= limits::kContractErrors) {
      tree_.problems.push_back({place, std::move(message), std::move(help)});
    }
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      Note(PlaceOf(mark), "a second document", "one contract a file; remove '---'");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    NoteAnchor(mark, anchor);
    YamlNode node;
    node.place = PlaceOf(mark);
    Attach(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    NoteAnchor(mark, 1);
    YamlNode node;
    node.kind = YamlNode::Kind::kBroken;
    node.place = PlaceOf(mark);
    Attach(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    NoteAnchor(mark, anchor);
    NoteTag(mark, tag);
    NoteOpenQuote(mark);
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.place = PlaceOf(mark);
    node.text = value;
    node.quoted = tag == "!";  // yaml-cpp's way to say so; plain ones have "?"
    Attach(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    NoteAnchor(mark, anchor);
    NoteTag(mark, tag);
    Begin(YamlNode::Kind::kList, mark);
  }
  void OnSequenceEnd() override { End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    NoteAnchor(mark, anchor);
    NoteTag(mark, tag);
    Begin(YamlNode::Kind::kMap, mark);
  }
  void OnMapEnd() override { End(); }

 private:
  struct Open {
    YamlNode node;
    bool has_key = false;  // of a map: the next node is a value
    bool dropped = false;  // the key was no key, so its value goes nowhere
  };

  void NoteAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    Note(PlaceOf(mark), "anchors and aliases are refused", "write the value out");
  }
  void NoteTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Note(PlaceOf(mark), "type tags are refused", "remove the word that starts with '!'");
  }

  // yaml-cpp closes a quote that the text's end cuts off: half a file would pass for a whole one.
  void NoteOpenQuote(const YAML::Mark& mark) {
    auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) return;
    const char quote = text_[at];
    for (++at; at < text_.size() && text_[at] != quote; ++at) {
      if (quote == '"' && text_[at] == '\\') ++at;
    }
    if (at >= text_.size()) Note(PlaceOf(mark), "not YAML: this quote is never closed");
  }

  void Begin(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (too_deep_ > 0 || open_.size() >= limits::kContractDepth) {
      if (too_deep_++ == 0) {
        too_deep_place_ = PlaceOf(mark);
        Note(too_deep_place_,
             "nested more than " + std::to_string(limits::kContractDepth) + " deep");
      }
      return;
    }
    Open open;
    open.node.kind = kind;
    open.node.place = PlaceOf(mark);
    open_.push_back(std::move(open));
  }

  void End() {
    YamlNode node;
    if (too_deep_ > 0) {
      if (--too_deep_ > 0) return;
      node.kind = YamlNode::Kind::kBroken;
      node.place = too_deep_place_;
    } else {
      if (open_.empty()) return;
      node = std::move(open_.back().node);
      open_.pop_back();
      if (node.is_map()) DropDuplicates(node);
    }
    Attach(std::move(node));
  }

  void Attach(YamlNode node) {
    if (too_deep_ > 0) return;
    if (open_.empty()) {
      if (documents_ <= 1) tree_.root = std::move(node);
      return;
    }
    Open& open = open_.back();
    if (open.node.is_map() && !open.has_key) {
      open.has_key = true;
      open.dropped = !node.is_scalar();
      if (!open.dropped) {
        open.node.keys.push_back({std::move(node.text), node.place});
      } else if (node.kind != YamlNode::Kind::kBroken) {
        Note(node.place, "a key must be text");
      }
      return;
    }
    // A null stands where the next token does, maybe lines below: its key is the better place.
    if (node.kind == YamlNode::Kind::kNull && open.node.is_map() && !open.dropped) {
      node.place = open.node.keys.back().place;
    }
    if (!open.dropped) open.node.items.push_back(std::move(node));
    open.has_key = open.dropped = false;
  }

  // Keeps the first of equal keys. A sort, so that a map of 100,000 keys is no trap.
  void DropDuplicates(YamlNode& map) {
    std::vector<std::size_t> order(map.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return map.keys[a].name < map.keys[b].name;
    });
    std::size_t first = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      YamlKey& key = map.keys[order[i]];
      if (key.name != map.keys[order[first]].name) {
        first = i;
        continue;
      }
      Note(key.place, "'" + key.name.substr(0, limits::kNameBytes) + "' stands here a second time",
           "the first is in line " + std::to_string(map.keys[order[first]].place.line));
      map.items[order[i]].kind = YamlNode::Kind::kBroken;
    }
  }

  std::string_view text_;
  YamlTree& tree_;
  std::vector<Open> open_;
  std::size_t documents_ = 0;
  std::size_t too_deep_ = 0;
  Place too_deep_place_;
};

// Reads a text in place; std::istringstream would copy it.
struct ViewBuffer : std::streambuf {
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // get area only: never written
    setg(begin, begin, begin + text.size());
  }
};

// yaml-cpp throws; this is its wall.
void Parse(std::string_view text, YamlTree& tree) {
  TreeBuilder builder(text, tree);
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    const bool colon = error.msg == "illegal map value";
    builder.Note(builder.PlaceOf(error.mark), "not YAML: " + error.msg,
                 colon ? "text that holds ': ' needs quotes" : "");
  } catch (const std::exception& error) {
    builder.Note({1, 1}, std::string("not YAML: ") + error.what());
  }
}

}  // namespace

YamlTree ReadYaml(std::string_view text) { return ReadYaml(text, limits::kContractBytes); }

YamlTree ReadYaml(std::string_view text, std::size_t most_bytes) {
  YamlTree tree;
  if (text.size() > most_bytes) {
    tree.problems.push_back({{1, 1},
                             std::to_string(text.size()) + " bytes are too many",
                             "at most " + std::to_string(most_bytes)});
    return tree;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  tree.problems = ScanBytes(text);
  if (tree.problems.empty()) Parse(text, tree);
  return tree;
}

}  // namespace mooring::records
