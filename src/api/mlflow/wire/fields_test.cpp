#include "api/mlflow/wire/fields.h"

#include <cmath>

#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/shown.h"
#include "api/mlflow/wire/write.h"

namespace mooring::api::mlflow {
namespace {

template <typename T>
std::string Message(const Result<T>& result) {
  return result.ok() ? "" : result.error().message();
}

constexpr const char kDocs[] = " See the API docs for more information about request parameters.";

TEST(MlflowFields, ABodyIsReadByTheRules) {
  const Fields in = Fields::OfBody(
      R"({"s":"x","i":7,"it":"-8","d":0.5,"dt":"1e3","nan":"NaN","inf":"-Infinity","w":3.0,)"
      R"("b":true,"n":null,"l":["a","b"],"o":[{"key":"k","value":"v"}],"s2":"a","s2":"b"})");
  EXPECT_EQ(*in.Text("s"), "x");
  EXPECT_EQ(*in.Text("absent"), "");
  EXPECT_EQ(*in.Text("s2"), "b") << "the last of two counts";
  EXPECT_EQ(**in.Int("i"), 7);
  EXPECT_EQ(**in.Int("it"), -8);
  EXPECT_EQ(**in.Int("w"), 3);
  EXPECT_EQ(*in.RequiredNumber("d"), 0.5);
  EXPECT_EQ(*in.RequiredNumber("i"), 7);
  EXPECT_EQ(*in.RequiredNumber("dt"), 1000);
  EXPECT_TRUE(std::isnan(*in.RequiredNumber("nan")));
  EXPECT_EQ(*in.RequiredNumber("inf"), -INFINITY);
  EXPECT_TRUE(*in.Bool("b"));
  EXPECT_FALSE(in.Has("n"));
  EXPECT_EQ(*in.Texts("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*in.KeyValues("o"))[0], (records::KeyValue{"k", "v"}));
  EXPECT_TRUE((*in.Objects("absent")).empty());
}

TEST(MlflowFields, PythonsBareWordsAreNumbers) {
  const Fields in = Fields::OfBody(R"({"a":NaN,"b":Infinity,"c":-Infinity})");
  EXPECT_TRUE(std::isnan(*in.RequiredNumber("a")));
  EXPECT_EQ(*in.RequiredNumber("b"), INFINITY);
  EXPECT_EQ(*in.RequiredNumber("c"), -INFINITY);
}

TEST(MlflowFields, WhatCannotBeReadIsAnEmptyObject) {
  std::string deep(40, '['), many = R"({"name":"x","l":[0)";
  deep += std::string(40, ']');
  for (int i = 0; i < 300'000; ++i) many += ",0";
  const std::string nested = R"({"name":"x","d":)" + deep + "}";
  many += "]}";
  for (const std::string_view body :
       {std::string_view(), std::string_view("{"), std::string_view("[]"), std::string_view("7"),
        std::string_view("\"x\""), std::string_view(R"({"name":"x"} y)"),
        std::string_view("{\"name\":\"\xFF\"}"), std::string_view(nested),
        std::string_view(many)}) {
    const std::string message = Message(Fields::OfBody(body).Required("name"));
    EXPECT_TRUE(message.starts_with("Missing value for required parameter 'name'.") &&
                message.ends_with(kDocs))
        << message << ", " << body.size() << " bytes";
  }
}

TEST(MlflowFields, ADoublyEncodedBodyIsDecodedTwice) {
  const Fields in = Fields::OfBody(R"("{\"name\":\"x\"}")");
  EXPECT_EQ(*in.Required("name"), "x");
  const Fields thrice = Fields::OfBody(R"("\"{}\"")");
  EXPECT_FALSE(thrice.Required("name").ok());
}

TEST(MlflowFields, AQueryRepeatsItsKeys) {
  const Fields in = Fields::OfQuery(
      "run_ids=a&run_ids=b%20c&one=x+y&n=12&t=TRUE&f=False&bad=%zz&empty=&last&n=13");
  EXPECT_EQ(*in.Texts("run_ids"), (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(*in.Texts("one"), (std::vector<std::string>{"x y"}));
  EXPECT_EQ(*in.Text("one"), "x y");
  EXPECT_EQ(**in.Int("n"), 12) << "the first of two counts";
  EXPECT_TRUE(*in.Bool("t"));
  EXPECT_FALSE(*in.Bool("f"));
  EXPECT_EQ(Message(in.Bool("one")), "Invalid boolean value: x y, must be 'true' or 'false'.");
  EXPECT_FALSE(in.Has("bad"));
  EXPECT_FALSE(in.Required("empty").ok());
}

TEST(MlflowFields, RefusalsNameTheMemberAndTheType) {
  const Fields in = Fields::OfBody(
      R"({"name":7,"metrics":"x","value":"abc","tags":[{"key":"a"},{"value":"b"}],"l":["a",1],)"
      R"("o":[1],"d":{"a":1},"f":1.5,"big":99999999999999999999,"t":true,"deep":{"x":[1,"y"]}})");
  const auto wrong = [](const std::string& value, const std::string& name,
                        const std::string& type) {
    return "Invalid value " + value + " for parameter '" + name +
           "' supplied:  Hint: Value was of type '" + type + "'." + kDocs;
  };
  EXPECT_EQ(Message(in.Required("name")), wrong("7", "name", "int"));
  EXPECT_EQ(Message(in.Objects("metrics")), wrong("\"x\"", "metrics", "str"));
  EXPECT_EQ(Message(in.Number("value")), wrong("\"abc\"", "value", "str"));
  EXPECT_EQ(Message(in.Int("f")), wrong("1.5", "f", "float"));
  EXPECT_FALSE(in.Int("big").ok());
  EXPECT_EQ(Message(in.Text("t")), wrong("true", "t", "bool"));
  EXPECT_EQ(Message(in.Number("t")), wrong("true", "t", "bool"));
  EXPECT_EQ(Message(in.Texts("d")), wrong("{\"a\": 1}", "d", "dict"));
  EXPECT_EQ(Message(in.Texts("l")), wrong("[\"a\", 1]", "l", "list"));
  EXPECT_EQ(Message(in.Objects("o")), wrong("[1]", "o", "list"));
  EXPECT_EQ(Message(in.KeyValues("tags")),
            std::string("Missing value for required parameter 'tags[1].key'.") + kDocs);
  EXPECT_EQ(in.Shown("deep"), "{\"x\": [1, \"y\"]}");
  EXPECT_EQ(in.TypeOf("absent"), "NoneType");
}

TEST(MlflowFields, LongValuesAreShownInPart) {
  const Fields in = Fields::OfBody("{\"name\":[\"" + std::string(100'000, 'x') + "\"]}");
  EXPECT_LT(Message(in.Text("name")).size(), 500U);
}

TEST(MlflowFields, RunUuidFillsAMissingRunId) {
  EXPECT_EQ(*Fields::OfBody(R"({"run_uuid":"u"})").RunId(), "u");
  EXPECT_EQ(*Fields::OfBody(R"({"run_uuid":"u","run_id":"r"})").RunId(), "r");
  EXPECT_EQ(*Fields::OfBody(R"({"run_uuid":"u","run_id":null})").RunId(), "u");
  EXPECT_EQ(Message(Fields::OfBody("{}").RunId()),
            std::string("Missing value for required parameter 'run_id'.") + kDocs);
}

TEST(MlflowFields, MaxResultsHasBounds) {
  EXPECT_EQ(*Fields::OfBody("{}").MaxResults(5, 9), 5U);
  EXPECT_EQ(*Fields::OfBody(R"({"max_results":"9"})").MaxResults(5, 9), 9U);
  EXPECT_EQ(Message(Fields::OfBody(R"({"max_results":0})").MaxResults(5, 9)),
            "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer");
  EXPECT_EQ(Message(Fields::OfBody(R"({"max_results":10})").MaxResults(5, 9)),
            "Invalid value 10 for parameter 'max_results' supplied. It must be at most 9");
}

TEST(MlflowFields, ABodyNeedsItsContentType) {
  Request request;
  request.method = Method::kPost;
  EXPECT_EQ(Message(CheckJsonType(request)), "Bad Request. Content-Type header is missing.");
  request.content_type = "text/plain";
  EXPECT_EQ(Message(CheckJsonType(request)),
            "Bad Request. Content-Type must be one of ['application/json'].");
  request.content_type = "application/json";
  EXPECT_TRUE(CheckJsonType(request).ok());
}

TEST(MlflowWrite, NonFiniteDoublesAreTexts) {
  std::string out;
  JsonWriter json(out);
  json.BeginArray();
  for (const double value : {1.0, 0.1, static_cast<double>(NAN), static_cast<double>(INFINITY),
                             -static_cast<double>(INFINITY)}) {
    WriteDouble(json, value);
  }
  json.EndArray();
  EXPECT_EQ(out, R"([1.0,0.1,"NaN","Infinity","-Infinity"])");
}

}  // namespace
}  // namespace mooring::api::mlflow
