// Model files from hostile hands: each is refused with a reason, and nothing crashes. The rows are
// 30 to 33 of the reliability table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "model/foreign_files.h"
#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using testing::ArtifactOf;
using ::testing::HasSubstr;
using testing::ReadGolden;

// A tree of three nodes; tests replace one part of it.
const std::string kModel =
    R"({"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{)"
    R"("model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"1"},"tree_info":[0],)"
    R"("trees":[{"categories":[],"categories_nodes":[],"categories_segments":[],)"
    R"("categories_sizes":[],)"
    R"("default_left":[1,0,0],"id":0,"left_children":[1,-1,-1],"right_children":[2,-1,-1],)"
    R"("split_conditions":[0.5,1.5,-1.5],"split_indices":[1,0,0],"split_type":[0,0,0],)"
    R"("tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"3",)"
    R"("size_leaf_vector":"1"}}]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1",)"
    R"("boost_from_average":"1","num_class":"0","num_feature":"2","num_target":"1"},"objective":)"
    R"({"name":"reg:squarederror"}},"version":[1,7,4]})";

TEST(BadFiles, TheUnchangedModelIsTaken) {
  auto predictor = testing::CompileAndLoad(ArtifactOf("m", kModel));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
}

TEST(BadFiles, BrokenTreesAreRefusedWithAReason) {
  struct Case {
    std::string from, to;
    const char* message;
  };
  const Case cases[] = {
      {R"("left_children":[1,-1,-1])", R"("left_children":[0,-1,-1])", "not there"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[2,-1,-1])", "another node leads to"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[1,0,-1])", "not there"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[3,-1,-1])", "not there"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[-7,-1,-1])", "not there"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[1.5,-1,-1])", "not there"},
      {R"("left_children":[1,-1,-1])", R"("left_children":[1,-1])", "2 elements, not 3"},
      {R"("split_indices":[1,0,0])", R"("split_indices":[2,0,0])", "feature 2"},
      {R"("split_indices":[1,0,0])", R"("split_indices":[-1,0,0])", "a split on feature"},
      {"[0.5,1.5,-1.5]", "[NaN,1.5,-1.5]", "not a finite number"},
      {"[0.5,1.5,-1.5]", "[0.5,Infinity,-1.5]", "not a finite number"},
      {"[0.5,1.5,-1.5]", "[0.5,1e39,-1.5]", "not a finite number"},
      {R"("split_type":[0,0,0])", R"("split_type":[1,0,0])", "no category set"},
      {R"("split_type":[0,0,0])", R"("split_type":[7,0,0])", "unknown kind of split"},
      {R"("num_nodes":"3")", R"("num_nodes":"1000000000")", "a tree of 1000000000 nodes"},
      {R"("num_nodes":"3")", R"("num_nodes":"0")", "a tree of 0 nodes"},
      {R"("num_nodes":"3")", R"("num_nodes":"-3")", "a tree of -3 nodes"},
      {R"("size_leaf_vector":"1")", R"("size_leaf_vector":"x")", "size_leaf_vector"},
      {R"("tree_info":[0])", R"("tree_info":[1])", "no such output"},
      {R"("tree_info":[0])", R"("tree_info":[0,0])", "2 elements"},
      {"\"5E-1\"", "\"NaN\"", "base_score"},
      {"\"5E-1\"", "\"[5E-1,1E0]\"", "2 elements for 1 outputs"},
      {"\"5E-1\"", "\"\"", "base_score"},
      {R"("num_feature":"2","num_target")", R"("num_feature":"99999999","num_target")", "limit"},
      {R"("num_class":"0")", R"("num_class":"-1")", "'num_class' is -1"},
      {R"("name":"gbtree")", R"("name":"gbforest")", "booster 'gbforest'"},
      {R"("id":0)", R"("id":0,"leaf_weights":[1])", "unknown field 'leaf_weights'"},
      {R"("attributes":{})", R"("attributes":{},"twist":1)", "unknown field 'twist'"},
      {R"("id":0)", R"("id":0,"id":0)", "there twice"},
      {R"("version":[1,7,4])", R"("version":[9,0,0])", "XGBoost 9"},
      {R"("version":[1,7,4])", R"("version":[1,7])", "2 elements"},
  };
  for (const Case& c : cases) {
    std::string broken = kModel;
    const std::size_t place = broken.find(c.from);
    ASSERT_NE(place, std::string::npos) << c.from;
    broken.replace(place, c.from.size(), c.to);
    auto flat = Compile(ArtifactOf("m", broken));
    ASSERT_FALSE(flat.ok()) << c.to;
    EXPECT_THAT(flat.error().ToString(), HasSubstr(c.message)) << c.to;
  }
}

TEST(BadFiles, EveryTruncationIsRefused) {
  for (const char* name :
       {"xgboost_models/v3_3_0_rank_pairwise.json", "xgboost_models/v3_3_0_categorical.ubj",
        "xgboost_models/v1_7_4_gblinear.ubj"}) {
    const std::string bytes = ReadGolden(name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(Compile(ArtifactOf("m", bytes.substr(0, size))).ok()) << name << " " << size;
    }
  }
}

TEST(BadFiles, FlippedBytesNeverCrashModelOrFlatForm) {
  const std::string bytes = ReadGolden("xgboost_models/v3_3_0_categorical.ubj");
  auto flat = Compile(ArtifactOf("m", bytes));
  ASSERT_TRUE(flat.ok());
  Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    std::string flipped = bytes;
    flipped[rng.Below(bytes.size())] = static_cast<char>(rng.Next());
    static_cast<void>(testing::CompileAndLoad(ArtifactOf("m", flipped)).ok());
    std::string damaged = *flat;
    const std::size_t place = rng.Below(damaged.size());
    damaged[place] = static_cast<char>(damaged[place] ^ (1 + rng.Below(255)));
    EXPECT_FALSE(Load(AsBytes(damaged), nullptr, {}).ok()) << place;
  }
  for (std::size_t size = 0; size < flat->size(); ++size) {
    EXPECT_FALSE(Load(AsBytes(*flat).first(size), nullptr, {}).ok()) << size;
  }
}

TEST(BadFiles, NestingAndDeclaredSizesCostNothing) {
  EXPECT_FALSE(Compile(ArtifactOf("m", R"({"learner":)" + std::string(100'000, '['))).ok());
  EXPECT_FALSE(Compile(ArtifactOf("m", "{L" + std::string(7, '\0') + "\x07learner" +
                                           std::string(100'000, '[')))
                   .ok());
  // A list of 2^62 numbers in a file of a few bytes.
  const std::string huge =
      "{L" + std::string(7, '\0') + "\x07learner[$d#L\x40" + std::string(7, '\0');
  auto flat = Compile(ArtifactOf("m", huge));
  ASSERT_FALSE(flat.ok());
  EXPECT_THAT(flat.error().ToString(), HasSubstr("larger than the file"));
}

TEST(BadFiles, ForeignFilesAreNamedWithWhatToDo) {
  using namespace std::string_literals;
  struct Case {
    std::string bytes;
    const char* name;
  };
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  const Case cases[] = {
      {"\x80\x04\x95\x0A\0\0\0."s, "pickle"},
      {"\x80\x02}q\0."s, "pickle"},
      {"(dp0\nS'a'\n."s, "pickle"},
      {"cos\nsystem\n(S'id'\ntR."s, "pickle"},
      {"cmy_model.main\nModel\n)R."s, "pickle"},
      {"PK\x03\x04"s + "x", "zip"},
      {"7z\xBC\xAF\x27\x1C"s, "7z"},
      {"\x1F\x8B\x08"s, "gzip"},
      {"\x89HDF\r\n\x1A\n"s, "HDF5"},
      {tar, "tar"},
      {"binf\0\0"s, "old binary"},
      {"<?xml?><PMML version='4'>"s, "PMML"},
      {"CBM1...."s, "CatBoost"},
      {"version https://git-lfs.github.com"s, "Git LFS"},
      {""s, "empty file"},
      {"x"s, "no format that is known"},
      {"\0\0\0\0"s, "no format that is known"},
      {"{}"s, "no format that is known"},
  };
  for (const Case& c : cases) {
    auto flat = Compile(ArtifactOf("model.ubj", c.bytes));
    ASSERT_FALSE(flat.ok()) << c.name;
    EXPECT_THAT(flat.error().message(), HasSubstr(c.name));
    EXPECT_EQ(flat.error().help().empty(), c.bytes.empty()) << c.name;
  }
  EXPECT_FALSE(Compile(Artifact({}, nullptr)).ok());
}

}  // namespace
}  // namespace mooring::model
