#include "api/open_inference/infer.h"

#include "api/api_fixture.h"
#include "api/open_inference/server_calls.h"
#include "api/open_inference/tensor_rows.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::TestApi;

std::string Tensor(const std::string& name, const std::string& shape, const std::string& type,
                   const std::string& data) {
  return "{\"name\":\"" + name + "\",\"shape\":" + shape + ",\"datatype\":\"" + type +
         "\",\"data\":" + data + "}";
}
std::string Body(const std::string& tensors, const std::string& more = "") {
  return "{\"inputs\":[" + tensors + "]" + more + "}";
}

TEST(OpenInference, InfersFromOneTensorAFeature) {
  TestApi api;
  const std::string a = Tensor("a", "[2]", "FP64", "[1.5,2.5]");
  const std::string bodies[] = {
      Body(a + "," + Tensor("b", "[2,1]", "INT32", "[[1],[2]]") + "," +
           Tensor("c", "[2]", "BYTES", R"(["red",null])")),
      Body(Tensor("b", "[2]", "INT64", "[1,2]") + "," + a),
      R"({"inputs":[{"data":[1.5,2.5],"datatype":"FP32","shape":[2],"name":"a",)"
      R"("parameters":{"x":1}},)" +
          Tensor("b", "[2,1]", "INT8", "[1,2]") + R"(],"parameters":{"p":"q"}})",
      Body(Tensor("anything", "[2,4]", "FP64", R"([1.5,1,null,null,2.5,2,"red","x"])")),
      Body(Tensor("anything", "[2,4]", "FP64", R"([[1.5,1,null,null],[2.5,2,"red","x"]])")),
  };
  for (const std::string& text : bodies) {
    const Answered answer = api.Infer(text);
    ASSERT_EQ(answer.status, 200) << text << answer.body;
    const Json body = answer.json();
    EXPECT_EQ(*body.GetString("model_name"), "m");
    EXPECT_EQ(*body.GetString("model_version"), "1");
    EXPECT_EQ(body.Find("id"), nullptr);
    EXPECT_TRUE(body.Find("parameters")->GetString("decision_id").ok());
    EXPECT_EQ(*body.Find("parameters")->GetString("verdict"), "admit");
    const Json& output = (**body.GetArray("outputs"))[0];
    EXPECT_EQ(*output.GetString("name"), "score");
    EXPECT_EQ(*output.GetString("datatype"), "FP64");
    EXPECT_EQ(*(**output.GetArray("shape"))[0].AsInt(), 2);
    EXPECT_EQ(*(**output.GetArray("data"))[0].AsDouble(), 2.5) << text;
    EXPECT_EQ(*(**output.GetArray("data"))[1].AsDouble(), 4.5) << text;
  }
}

TEST(OpenInference, EchoesTheIdAndGivesTheAskedOutputsOfTheNamedVersion) {
  TestApi api;
  const std::string text = Body(Tensor("a", "[1]", "FP64", "[1]"),
                                R"(,"id":"q\u00e9","outputs":[{"name":"score","parameters":{}}])");
  const Json body = api.Post("/v2/models/m/versions/2/infer", text).json();
  EXPECT_EQ(*body.GetString("id"), "q\xC3\xA9");
  EXPECT_EQ(*body.GetString("model_version"), "2");
  EXPECT_EQ((**body.GetArray("outputs")).size(), 1U);
}

TEST(OpenInference, RefusesWhatIsNoInference) {
  TestApi api;
  const std::string a = Tensor("a", "[1]", "FP64", "[1]");
  const std::pair<std::string, int> cases[] = {
      {"", 400},
      {"{}", 400},
      {"[]", 400},
      {"null", 400},
      {Body(""), 400},
      {Body(a) + "x", 400},
      {Body(Tensor("z", "[1]", "FP64", "[1]")), 400},
      {Body(a + "," + a), 400},
      {Body(Tensor("a", "[2]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[1]", "FP64", "[1,2]")), 400},
      {Body(Tensor("a", "[1,1,1]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[-1]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[1e9]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[999999999]", "FP64", "[1]")), 400},
      {Body(Tensor("a", "[1]", "BF16", "[1]")), 400},
      {Body(Tensor("a", "[1]", "FP65", "[1]")), 400},
      {Body(Tensor("a", "[1]", "FP64", "[[1]]")), 400},
      {Body(Tensor("a", "[1]", "FP64", "1")), 400},
      {Body(Tensor("a", "[0]", "FP64", "[]")), 400},
      {Body(Tensor("a", "[1]", "FP64", "[\"1\"]")), 400},
      {Body(Tensor("a", "[1]", "FP64", "[NaN]")), 400},
      {Body(Tensor("x", "[1,3]", "FP64", "[1,2,3]")), 400},
      {Body(Tensor("x", "[1,4]", "FP64", "[1,2,3]")), 400},
      {Body(Tensor("x", "[2,4]", "FP64", "[[1,1,null,null],[1,1,null]]")), 400},
      {Body(Tensor("x", "[1,4]", "FP64", "[1,1,null,null]") + "," + a), 400},
      {Body(a + "," + Tensor("x", "[1,4]", "FP64", "[1,1,null,null]")), 400},
      {R"({"inputs":[{"name":"a","shape":[1],"datatype":"FP64"}]})", 400},
      {R"({"inputs":[{"name":"a","name":"a","shape":[1],"datatype":"FP64","data":[1]}]})", 400},
      {R"({"inputs":[],"inputs":[]})", 400},
      {Body(a, R"(,"id":7)"), 400},
      {Body(a, R"(,"outputs":[{"name":"other"}])"), 400},
      {Body(a, R"(,"outputs":[{}])"), 400},
  };
  for (const auto& [text, status] : cases) {
    const Answered answer = api.Infer(text);
    EXPECT_EQ(answer.status, status) << text << " → " << answer.body;
    EXPECT_TRUE(answer.json().GetString("error").ok()) << answer.body;
  }
  EXPECT_TRUE(api.journal.blocks().empty());
  EXPECT_EQ(
      api.Post("/v2/models/m/infer", Body(a), "Inference-Header-Content-Length: 10\r\n").status,
      415);
}

TEST(OpenInference, DescribesServerAndModel) {
  TestApi api;
  EXPECT_EQ(*api.Get("/v2").json().GetString("name"), "mooring");
  EXPECT_EQ(*api.Get("/v2/health/live").json().GetBool("live"), true);
  EXPECT_EQ(api.Get("/v2/health/ready").status, 200);
  const Json model = api.Get("/v2/models/m").json();
  EXPECT_EQ(*model.GetString("platform"), "test");
  EXPECT_EQ((**model.GetArray("versions")).size(), 2U);
  EXPECT_EQ(*(**model.GetArray("inputs"))[2].GetString("datatype"), "BYTES");
  EXPECT_EQ(*(**model.GetArray("outputs"))[0].GetString("name"), "score");
  EXPECT_EQ(*api.Get("/v2/models/m/ready").json().GetBool("ready"), true);
  EXPECT_EQ(api.Get("/v2/models/m/versions/9").status, 404);
  EXPECT_EQ(api.Get("/v2/models/none/ready").status, 404);
  api.snapshot = nullptr;
  EXPECT_EQ(api.Get("/v2/health/ready").status, 503);
}

}  // namespace
}  // namespace mooring::api
