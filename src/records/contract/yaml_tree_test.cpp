#include "records/contract/yaml_tree.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace mooring::records {
namespace {

using Kind = YamlNode::Kind;

std::string Repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(YamlTree, NodesKnowTheirKindAndPlace) {
  const YamlTree tree = ReadYaml("a: 1\nb:\n  - x\n  - \"2\"\nc: {d: ~}\n");
  ASSERT_TRUE(tree.problems.empty());
  ASSERT_TRUE(tree.root.is_map());
  ASSERT_EQ(tree.root.keys.size(), 3u);
  EXPECT_EQ(tree.root.items[0].text, "1");
  EXPECT_FALSE(tree.root.items[0].quoted);
  EXPECT_EQ(tree.root.keys[1].place, (Place{2, 1}));
  const YamlNode& list = tree.root.items[1];
  ASSERT_TRUE(list.is_list());
  EXPECT_EQ(list.items[1].place, (Place{4, 5}));
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_EQ(tree.root.items[2].items[0].kind, Kind::kNull);
}

TEST(YamlTree, ColumnsAreCharactersNotBytes) {
  const YamlTree tree = ReadYaml("\"цена\": [рубль, &x y]\n");
  EXPECT_EQ(tree.root.items[0].items[0].place, (Place{1, 10}));
  ASSERT_EQ(tree.problems.size(), 1u);
  EXPECT_EQ(tree.problems[0].place, (Place{1, 17}));
}

TEST(YamlTree, BlocksAreTextNeverNumbers) {
  const YamlTree tree = ReadYaml("a: |\n  5\nb: >-\n  6\nc: '7'\n");
  ASSERT_TRUE(tree.problems.empty());
  for (const YamlNode& item : tree.root.items) EXPECT_TRUE(item.quoted) << item.text;
  EXPECT_EQ(tree.root.items[0].text, "5\n");
}

TEST(YamlTree, RefusesWithAPlace) {
  struct Case {
    std::string_view text;
    Place place;
    std::string_view message;
  };
  for (const Case& c : {
           Case{"a: 1\na: 2\n", {2, 1}, "'a' stands here a second time"},
           Case{"a: &x 1\n", {1, 4}, "anchors and aliases are refused"},
           Case{"a: !!str 1\n", {1, 4}, "type tags are refused"},
           Case{"a: 1\n---\nb: 2\n", {2, 1}, "a second document"},
           Case{"{a: b}: c\n", {1, 1}, "a key must be text"},
           Case{"a:\n\tb: 1\n", {2, 1}, "a tab indents this line"},
           Case{"a: \x02\n", {1, 4}, "a control character"},
           Case{"a: \xc3\x28\n", {1, 4}, "bytes that are not UTF-8"},
           Case{"a: \xed\xa0\x80\n", {1, 4}, "bytes that are not UTF-8"},
           Case{"a: \xf4\x90\x80\x80\n", {1, 4}, "bytes that are not UTF-8"},
           Case{"a: \xc0\xaf\n", {1, 4}, "bytes that are not UTF-8"},
           Case{"a: [1, 2\n", {2, 1}, "not YAML: end of sequence flow not found"},
           Case{"a: 'x\n", {1, 4}, "not YAML: this quote is never closed"},
           Case{"a: \"x\\\"\n", {1, 4}, "not YAML: this quote is never closed"},
       }) {
    const YamlTree tree = ReadYaml(c.text);
    ASSERT_FALSE(tree.problems.empty()) << c.text;
    EXPECT_EQ(tree.problems[0].message, c.message) << c.text;
    EXPECT_EQ(tree.problems[0].place, c.place) << c.text;
  }
}

TEST(YamlTree, QuotesThatAreClosedPass) {
  for (const std::string_view text :
       {"a: ''", "a: 'it''s'", "a: \"\\\"\"", "a: \"\\\\\"", "'a': \"x\"\n", "a: b'c",
        "a: \"x\n\n  y\"\n", "[\"a\",'b']"}) {
    EXPECT_TRUE(ReadYaml(text).problems.empty()) << text;
  }
}

TEST(YamlTree, AliasesAreBrokenNodesSoNothingGrows) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            Repeated(before + ", ", 8) + before + "]\n";
  }
  const YamlTree tree = ReadYaml(bomb);
  EXPECT_GE(tree.problems.size(), 20u);
  EXPECT_EQ(tree.root.items[19].items[0].kind, Kind::kBroken);
  EXPECT_TRUE(tree.root.items[19].items[0].items.empty());
}

TEST(YamlTree, DepthIsBounded) {
  const YamlTree shallow =
      ReadYaml(Repeated("[", limits::kContractDepth) + Repeated("]", limits::kContractDepth));
  EXPECT_TRUE(shallow.problems.empty());
  const YamlTree deep = ReadYaml("a: " + Repeated("[", 100) + Repeated("]", 100) + "\nb: 1\n");
  ASSERT_EQ(deep.problems.size(), 1u);
  EXPECT_EQ(deep.problems[0].message, "nested more than 16 deep");
  EXPECT_EQ(deep.root.items[1].text, "1");  // what follows is still read
}

// Shapes that have stalled or crashed YAML readers: each must end, with a bounded answer.
TEST(YamlTree, HostileShapesEndWithAnAnswer) {
  const std::size_t size = limits::kContractBytes - 8;
  for (const std::string_view shape :
       {"[",   "{", "- ", "? ",  "! ",  "{a: ", "[a, ",  "a: {", "'",   "\"\\", "&a ",
        "*a ", "}", "]",  "?\n", "-\n", "%a\n", "---\n", "|",    "- [", ": ",   "a: b: "}) {
    const YamlTree tree = ReadYaml(Repeated(shape, size / shape.size()));
    EXPECT_FALSE(tree.root.is_map() && !tree.root.items.empty()) << shape;
    EXPECT_LE(tree.problems.size(), limits::kContractErrors + 1) << shape;
  }
}

TEST(YamlTree, ManyKeysAreNoTrap) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const YamlTree tree = ReadYaml(text);
  EXPECT_TRUE(tree.problems.empty());
  EXPECT_EQ(tree.root.items.size(), 20'000u);
}

}  // namespace
}  // namespace mooring::records
