#include "model/formats/onnx_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "model/testing/golden_files.h"
#include "model/testing/onnx_text.h"

namespace mooring::model {
namespace {

using namespace testing;  // NOLINT: writers of models
using ::testing::HasSubstr;

OnnxGraph Small() {
  OnnxGraph graph;
  graph.nodes = {{"Gemm", "", {"x", "w"}, {"y"}, {}}};
  graph.initialisers = {OnnxFloatTensor("w", {2, 1}, {0.5F, -2.0F})};
  graph.inputs = {OnnxTensorInfo("x", 1, {-1, 2})};
  graph.outputs = {OnnxTensorInfo("y", 1, {-1, 1})};
  return graph;
}

std::string With(void (*change)(OnnxGraph&)) {
  OnnxGraph graph = Small();
  change(graph);
  return OnnxModel(graph);
}

TEST(OnnxWalk, AcceptsAPlainModelAndListsItsOperators) {
  auto facts = WalkOnnx(AsBytes(OnnxModel(Small())));
  ASSERT_TRUE(facts.ok()) << facts.error().ToString();
  EXPECT_EQ(facts->nodes, 1U);
  EXPECT_THAT(facts->operators, ::testing::ElementsAre("Gemm"));
}

TEST(OnnxWalk, RefusesWhatAModelFromOutsideMustNotHold) {
  struct Case {
    std::string bytes;
    const char* message;
  };
  const Case cases[] = {
      {With([](OnnxGraph& g) { g.nodes[0].domain = "com.example"; }), "domain 'com.example'"},
      {With([](OnnxGraph& g) { g.nodes[0].domain = "com.microsoft"; }), "domain 'com.microsoft'"},
      {With([](OnnxGraph& g) { g.nodes[0].op = "ZipMap"; }), "ZipMap"},
      {With([](OnnxGraph& g) { g.nodes[0].op = "Loop"; }), "Loop"},
      // data_location EXTERNAL, then the location itself, with every path form refused alike.
      {With([](OnnxGraph& g) { g.initialisers[0].Number(14, 1); }), "external data"},
      {With([](OnnxGraph& g) {
         g.initialisers[0].Message(13, OnnxMessage().Text(1, "location").Text(2, "/etc/passwd"));
       }), "external data"},
      {With([](OnnxGraph& g) {
         g.nodes[0].attributes = {OnnxMessage().Text(1, "value").Message(
             5, OnnxMessage().Number(14, 1))};
       }), "external data"},
      {With([](OnnxGraph& g) { g.initialisers[0].Number(1, std::uint64_t{1} << 40); }),
          "too large"},
      {With([](OnnxGraph& g) {
         for (int i = 0; i < 6; ++i) g.initialisers[0].Number(1, 60'000);
       }), "too large"},
      {With([](OnnxGraph& g) { g.initialisers[0].Number(1, 1'000); }), "less content"},
      {With([](OnnxGraph& g) {
         for (int i = 0; i < 20; ++i) g.initialisers[0].Number(1, 1);
       }), "too many dimensions"},
      {OnnxMessage().Number(1, 8).bytes(), "no graph"},
      {OnnxModel(Small()) + OnnxMessage().Text(25, "f").bytes(), "functions"},
      {OnnxModel(Small()) + OnnxMessage().Text(7, "").bytes(), "more than one graph"},
      {OnnxModel(Small()) + "\x0B", "unknown kind of field"},
      {std::string("\x08\x08\x3A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 13), "longer than"},
      {std::string("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 11), "64 bits"},
  };
  for (const Case& c : cases) {
    auto facts = WalkOnnx(AsBytes(c.bytes));
    ASSERT_FALSE(facts.ok()) << c.message;
    EXPECT_THAT(facts.error().ToString(), HasSubstr(c.message));
  }
}

TEST(OnnxWalk, GraphsInsideOfGraphsAreWalkedAndBounded) {
  OnnxMessage graph = OnnxMessage().Message(1, OnnxNodeMessage({"ZipMap", "", {}, {}, {}}));
  const auto wrap = [](const OnnxMessage& inner) {
    OnnxNode node{"If", "", {}, {}, {OnnxMessage().Text(1, "then_branch").Message(6, inner)}};
    return OnnxMessage().Message(1, OnnxNodeMessage(node));
  };
  auto inside = WalkOnnx(AsBytes(OnnxMessage().Number(1, 8).Message(7, wrap(graph)).bytes()));
  ASSERT_FALSE(inside.ok());
  EXPECT_THAT(inside.error().message(), HasSubstr("ZipMap"));
  OnnxMessage deep;
  for (int i = 0; i < 100; ++i) deep = wrap(deep);
  auto nested = WalkOnnx(AsBytes(OnnxMessage().Number(1, 8).Message(7, deep).bytes()));
  ASSERT_FALSE(nested.ok());
  EXPECT_THAT(nested.error().message(), HasSubstr("nested too deeply"));
}

TEST(OnnxWalk, EveryTruncationAndFlippedByteIsSurvived) {
  const std::string bytes = OnnxModel(Small());
  for (std::size_t size = 0; size < bytes.size() - 24; ++size) {
    static_cast<void>(WalkOnnx(AsBytes(std::string_view(bytes).substr(0, size))).ok());
  }
  EXPECT_FALSE(WalkOnnx(AsBytes(bytes).first(bytes.size() / 2)).ok());
  Rng rng(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string flipped = bytes;
    flipped[rng.Below(bytes.size())] = static_cast<char>(rng.Next());
    static_cast<void>(WalkOnnx(AsBytes(flipped)).ok());
    static_cast<void>(LooksLikeOnnx(AsBytes(flipped)));
  }
}

TEST(OnnxWalk, RecognisesOnnxByItsFirstFields) {
  EXPECT_TRUE(LooksLikeOnnx(AsBytes(OnnxModel(Small()))));
  EXPECT_FALSE(LooksLikeOnnx(AsBytes("tree\nversion=v4\n")));
  EXPECT_FALSE(LooksLikeOnnx(AsBytes("")));
  EXPECT_FALSE(LooksLikeOnnx(AsBytes("{\"learner\": 1}")));
}

}  // namespace
}  // namespace mooring::model
