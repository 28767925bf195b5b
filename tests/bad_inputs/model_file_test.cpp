// Rows 30 to 34: model files from hostile hands, brought in as a version by the command line.
// src/model/formats/bad_files_test.cpp and onnx_walk_test.cpp hold the longer lists of what a file
// can hide; here each kind goes through the door that users have.
#include <gtest/gtest.h>

#include <filesystem>

#include "bad_inputs/table.h"
#include "base/rng.h"
#include "model/testing/onnx_text.h"

namespace mooring::bad_inputs {
namespace {

namespace fs = std::filesystem;
using namespace model::testing;  // NOLINT: writers of models
using namespace std::string_literals;

FileDoor Door(const char* file) { return {{"version", "register", "quote"}, file}; }
std::vector<std::string> Register(const std::string& path) {
  return {"version", "register", "quote", path};
}

// The small model with one piece replaced.
std::string Broken(const std::string& from, const std::string& to) {
  std::string model = SmallModel();
  const std::size_t at = model.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? model : model.replace(at, from.size(), to);
}

std::string RandomBytes(std::size_t size, std::uint64_t seed) {
  Rng rng(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(rng.Next());
  return bytes;
}

TEST(BadInputs, Row30FilesThatAreNoModel) {
  RunFiles(Door("model.ubj"),
           {
               {"30", "empty", "", 2, "an empty file"},
               {"30", "one byte", "x", 2, "no format that is known"},
               {"30", "one NUL", "\0"s, 2, "no format that is known"},
               {"30", "random bytes", RandomBytes(10'000, 1), 2, "not taken"},
               {"30", "UBJSON's first bytes, then random ones",
                "{L\0\0\0\0\0\0\0\7learner"s + RandomBytes(10'000, 2), 2, "xgboost"},
               {"30", "JSON's first bytes, then random ones",
                "{\"learner\":" + RandomBytes(10'000, 3), 2, "xgboost"},
               {"30", "LightGBM's first line, then random ones",
                "tree\nversion=v4\n" + RandomBytes(10'000, 4), 2, "lightgbm"},
               {"30", "ONNX's first bytes, then random ones",
                "\x08\x08\x12\x01x" + RandomBytes(10'000, 5), 2, "model.ubj"},
               {"30", "our own flat form", "MOORFLT1" + RandomBytes(1'000, 6), 2, "a flat model"},
               {"30", "JSON of something else", "{}", 2, "no format that is known"},
           });
}

TEST(BadInputs, Row30TruncatedAtEveryByte) {
  Aftermath aftermath;
  LiveServer& server = LiveServer::Get();
  const std::string whole = SmallModel();
  const std::size_t step = LongTests() ? 1 : 7;
  for (std::size_t size = 0; size < whole.size(); size += step) {
    server.WriteFile("cut.json", whole.substr(0, size));
    const CommandRun run = server.Mooring(Register(server.path("cut.json")));
    EXPECT_EQ(run.exit, 2) << size << run.err;
  }
  aftermath.Check();
}

TEST(BadInputs, Row30AFileOf10GbIsNotRead) {
  LiveServer& server = LiveServer::Get();
  server.WriteFile("sparse.ubj", "{");
  fs::resize_file(server.path("sparse.ubj"), 10ULL << 30);
  RunFile({"30", "10 GB of nothing", "", 2, "more than 1073741824 bytes"},
          Register(server.path("sparse.ubj")));
  fs::remove(server.path("sparse.ubj"));
}

TEST(BadInputs, Row31TreesThatAreNone) {
  const auto left = [](const std::string& to) {
    return Broken(R"("left_children":[1,-1,-1])", "\"left_children\":" + to);
  };
  const auto nodes = [](const std::string& to) {
    return Broken(R"("num_nodes":"3")", "\"num_nodes\":\"" + to + "\"");
  };
  RunFiles(
      Door("tree.json"),
      {
          {"31", "a node that is its own child", left("[0,-1,-1]"), 2, "not there"},
          {"31", "a cycle", left("[1,0,-1]"), 2, "not there"},
          {"31", "a child out of range", left("[3,-1,-1]"), 2, "not there"},
          {"31", "a negative child", left("[-7,-1,-1]"), 2, "not there"},
          {"31", "one child twice", left("[2,-1,-1]"), 2, "another node leads to"},
          {"31", "children missing", left("[1,-1]"), 2, "2 elements, not 3"},
          {"31", "a feature beyond the model's",
           Broken(R"("split_indices":[1,0,0])", R"("split_indices":[2,0,0])"), 2, "feature 2"},
          {"31", "a threshold of NaN", Broken("[40,1.5,-1.5]", "[NaN,1.5,-1.5]"), 2, "finite"},
          {"31", "an infinite leaf", Broken("[40,1.5,-1.5]", "[40,Infinity,-1.5]"), 2, "finite"},
          {"31", "a leaf over float32", Broken("[40,1.5,-1.5]", "[40,1e39,-1.5]"), 2, "finite"},
          {"31", "10^9 nodes, as it says", nodes("1000000000"), 2, "a tree of 1000000000 nodes"},
          {"31", "no root", nodes("0"), 2, "a tree of 0 nodes"},
          {"31", "-3 nodes", nodes("-3"), 2, "a tree of -3 nodes"},
          {"31", "10^8 features",
           Broken(R"("num_feature":"2","num_target")", R"("num_feature":"99999999","num_target")"),
           2, "limit"},
          {"31", "a member twice", Broken(R"("id":0)", R"("id":0,"id":0)"), 2, "twice"},
          {"31", "100,000 arrays inside each other", R"({"learner":)" + std::string(100'000, '['),
           2, "xgboost"},
      });
}

// A tree that is one long branch: every second node is a leaf.
std::string DeepTree(int depth) {
  const int nodes = 2 * depth + 1;
  std::string left, right, values, features, zeros;
  for (int i = 0; i < nodes; ++i) {
    const bool inner = i % 2 == 0 && i + 1 < nodes;
    const std::string comma = i == 0 ? "" : ",";
    left += comma + std::to_string(inner ? i + 1 : -1);
    right += comma + std::to_string(inner ? i + 2 : -1);
    values += comma + "1";
    features += comma + "0";
    zeros += comma + "0";
  }
  std::string model = Broken("[40,1.5,-1.5]", "[" + values + "]");
  const std::pair<std::string, std::string> changes[] = {
      {R"("left_children":[1,-1,-1])", R"("left_children":[)" + left + "]"},
      {R"("right_children":[2,-1,-1])", R"("right_children":[)" + right + "]"},
      {R"("split_indices":[1,0,0])", R"("split_indices":[)" + features + "]"},
      {R"("split_type":[0,0,0])", R"("split_type":[)" + zeros + "]"},
      {R"("default_left":[1,0,0])", R"("default_left":[)" + zeros + "]"},
      {R"("num_nodes":"3")", R"("num_nodes":")" + std::to_string(nodes) + "\""},
  };
  for (const auto& [from, to] : changes) model.replace(model.find(from), from.size(), to);
  return model;
}

TEST(BadInputs, Row31ATreeWithoutEnd) {
  const int depth = LongTests() ? 1'000'000 : 20'000;
  RunFiles(Door("deep.json"), {{"31", "one long branch", DeepTree(depth), 2, "deep"}});
}

OnnxGraph Sum() {
  OnnxGraph graph;
  graph.nodes = {{"Gemm", "", {"x", "w"}, {"y"}, {}}};
  graph.initialisers = {OnnxFloatTensor("w", {2, 1}, {0.5F, -2.0F})};
  graph.inputs = {OnnxTensorInfo("x", 1, {-1, 2})};
  graph.outputs = {OnnxTensorInfo("y", 1, {-1, 1})};
  return graph;
}
std::string Onnx(void (*change)(OnnxGraph&)) {
  OnnxGraph graph = Sum();
  change(graph);
  return OnnxModel(graph);
}
void External(OnnxGraph& graph, const char* location) {
  graph.initialisers[0].Message(13, OnnxMessage().Text(1, "location").Text(2, location));
}

TEST(BadInputs, Row32OnnxThatReachesOutOrNeverEnds) {
  const auto loose = [](std::uint64_t field, std::uint64_t size) {
    OnnxGraph graph = Sum();
    for (std::uint64_t i = 0; i < field; ++i) graph.initialisers[0].Number(1, size);
    return OnnxModel(graph);
  };
  RunFiles(
      Door("model.onnx"),
      {
          {"32", "external data by an absolute path",
           Onnx([](OnnxGraph& g) { External(g, "/etc/passwd"); }), 2, "external data"},
          {"32", "external data that climbs",
           Onnx([](OnnxGraph& g) { External(g, "../../../etc/passwd"); }), 2, "external data"},
          {"32", "external data beside it", Onnx([](OnnxGraph& g) { External(g, "w.bin"); }), 2,
           "external data"},
          {"32", "external data, nowhere said where",
           Onnx([](OnnxGraph& g) { g.initialisers[0].Number(14, 1); }), 2, "external data"},
          {"32", "an unknown operator", Onnx([](OnnxGraph& g) { g.nodes[0].op = "Nop"; }), 2,
           "Nop"},
          {"32", "a domain of its own",
           Onnx([](OnnxGraph& g) { g.nodes[0].domain = "com.example"; }), 2, "com.example"},
          {"32", "a loop", Onnx([](OnnxGraph& g) { g.nodes[0].op = "Loop"; }), 2, "Loop"},
          {"32", "dimensions whose product overflows", loose(4, 1U << 31), 2, "too large"},
          {"32", "a dimension of 2^40", loose(1, std::uint64_t{1} << 40), 2, "too large"},
          {"32", "more dimensions than values", loose(1, 1'000), 2, "less content"},
          {"32", "a type that does not fit", Onnx([](OnnxGraph& g) {
             g.inputs = {OnnxTensorInfo("x", 7, {-1, 2})};
           }),
           2, "onnx"},
          {"32", "a graph that leads back to itself", Onnx([](OnnxGraph& g) {
             g.nodes = {{"Add", "", {"b", "x"}, {"a"}, {}},
                        {"Add", "", {"a", "x"}, {"b"}, {}},
                        {"Gemm", "", {"a", "w"}, {"y"}, {}}};
           }),
           2, "onnx"},
          {"32", "a length of 2^63", "\x08\x08\x3A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s, 2,
           "longer than"},
          {"32", "a length of 2^31 in a few bytes", "\x08\x08\x3A\x80\x80\x80\x80\x08"s, 2,
           "longer than"},
          {"32", "a number without end", "\x08\x08\x3A"s + std::string(100, '\xFF'), 2, "onnx"},
      });
}

TEST(BadInputs, Row32LinksInADirectory) {
  LiveServer& server = LiveServer::Get();
  const std::string folder = server.path("linked");
  fs::create_directories(folder);
  server.WriteFile("linked/MLmodel", "flavors:\n  onnx:\n    data: model.onnx\n");
  fs::create_symlink("/etc/passwd", folder + "/model.onnx");
  RunFile({"32", "a symbolic link out of it", "", 2, "symbolic link"}, Register(folder));
  fs::remove(folder + "/model.onnx");
  fs::create_directory_symlink("/", folder + "/root");
  RunFile({"32", "a linked directory", "", 2, "symbolic link"}, Register(folder));
  fs::remove(folder + "/root");
  server.WriteFile("w.bin", std::string(8, '\0'));
  fs::create_hard_link(server.path("w.bin"), folder + "/w.bin");
  server.WriteFile("linked/model.onnx", Onnx([](OnnxGraph& g) { External(g, "w.bin"); }));
  RunFile({"32", "external data in a hard link", "", 2, "external data"}, Register(folder));
}

TEST(BadInputs, Row33ForeignFilesUnderAGoodName) {
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  RunFiles(Door("model.onnx"),
           {
               {"33", "a pickle", "\x80\x04\x95\x0A\0\0\0."s, 2, "pickle"},
               {"33", "a pickle of protocol 0", "cos\nsystem\n(S'id'\ntR."s, 2, "pickle"},
               {"33", "a joblib file", "\x80\x03"s + "cjoblib.numpy_pickle\n.", 2, "joblib"},
               {"33", "an HDF5 file", "\x89HDF\r\n\x1A\n"s, 2, "HDF5"},
               {"33", "a zip archive", "PK\x03\x04"s + "x", 2, "zip"},
               {"33", "a tar archive", tar, 2, "tar"},
               {"33", "a 7z archive", "7z\xBC\xAF\x27\x1C"s, 2, "7z"},
               {"33", "a gzip file", "\x1F\x8B\x08"s, 2, "gzip"},
               {"33", "a program",
                "\x7F"
                "ELF"s,
                2, "a program"},
               {"33", "a web page", "<!DOCTYPE html><html>", 2, "HTML"},
           });
}

// One stored entry of a zip archive, as its local header and as its central one say.
std::string Zip(const std::string& local, const std::string& central, std::uint32_t sum) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string text;
    for (; bytes > 0; --bytes, value >>= 8) text += static_cast<char>(value);
    return text;
  };
  const std::string common =
      number(20, 2) + number(0, 8) + number(sum, 4) + number(1, 4) + number(1, 4);
  const std::string one =
      "PK\x03\x04" + common + number(std::uint32_t(local.size()), 2) + number(0, 2) + local + "x";
  const std::string two = "PK\x01\x02" + number(20, 2) + common +
                          number(std::uint32_t(central.size()), 2) + number(0, 16) + central;
  return one + two + "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) +
         number(std::uint32_t(two.size()), 4) + number(std::uint32_t(one.size()), 4) + number(0, 2);
}

// Archives are never opened, so that nothing inside of one can matter.
TEST(BadInputs, Row34Archives) {
  constexpr std::uint32_t kSum = 0x8CDC1683;  // of "x"
  RunFiles(Door("model.ubj"),
           {
               {"34", "a name that climbs", Zip("../../x", "../../x", kSum), 2, "unpack it"},
               {"34", "an absolute name", Zip("/etc/x", "/etc/x", kSum), 2, "unpack it"},
               {"34", "two names for one entry", Zip("a", "b", kSum), 2, "unpack it"},
               {"34", "a wrong sum", Zip("a", "a", 1), 2, "unpack it"},
               {"34", "one name twice", Zip("a", "a", kSum) + Zip("a", "a", kSum), 2, "unpack it"},
               {"34", "an empty archive", "PK\x05\x06"s + std::string(18, '\0'), 2, "zip"},
           });
  EXPECT_FALSE(fs::exists(LiveServer::Get().path("x")));
}

}  // namespace
}  // namespace mooring::bad_inputs
