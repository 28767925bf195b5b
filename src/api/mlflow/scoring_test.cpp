#include "api/mlflow/scoring.h"

#include "api/api_fixture.h"
#include "api/mlflow/frame.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;
using testing::TestApi;

Answered Invoke(TestApi& api, const std::string& body,
                const std::string& type = "application/json") {
  return Send(api.handler, "POST /invocations", body, "Content-Type: " + type + "\r\n");
}

TEST(MlflowScoring, TakesAllShapes) {
  TestApi api;
  const std::pair<const char*, const char*> cases[] = {
      {R"({"dataframe_split":{"columns":["b","a","x"],"data":[[1,1.5,"y"],[2,2.5,null]]}})",
       "application/json"},
      {R"({"dataframe_split":{"data":[[1,1.5],[2,2.5]],"index":[7,8],"columns":["b","a"]}})",
       "application/json"},
      {R"({"dataframe_records":[{"a":1.5,"b":1},{"a":2.5,"b":2,"zz":[1]}],"params":{"p":1}})",
       "application/json"},
      {R"({"instances":[{"a":"1.5","b":true},{"a":2.5,"b":2.9}]})",
       "application/json; charset=UTF-8"},
      {R"({"instances":[[1.5,1,"red",null],[2.5,2,null,null]]})", "Application/JSON"},
      {R"({"inputs":{"a":[1.5,2.5],"b":[1,2]}})", "application/json"},
      {R"({"inputs":[{"a":1.5,"b":1},{"a":2.5,"b":2}],"debug":true})", "application/json"},
      {"b,a\n1,1.5\n2,2.5\n", "text/csv"},
      {"\"b\",a,x\r\n1,1.5,\"q\"\"\r\n,\"\r\n\"2\",2.5,", "text/csv; charset=utf-8"},
  };
  for (const auto& [text, type] : cases) {
    const Answered answer = Invoke(api, text, type);
    EXPECT_EQ(answer.status, 200) << text << answer.body;
    EXPECT_EQ(answer.body, "{\"predictions\":[2.5,4.5]}") << text;
  }
}

TEST(MlflowScoring, ReadsPythonsNanAsMissing) {
  TestApi api;
  EXPECT_EQ(Invoke(api, R"({"dataframe_records":[{"a":1,"c":NaN}]})").status,
            400);  // no number for text
  EXPECT_EQ(Invoke(api, "a,b,c\n1,NA,\n", "text/csv").body, "{\"predictions\":[1.0]}");
  EXPECT_EQ(Invoke(api, R"({"dataframe_split":{"columns":["a"],"data":[]}})").body,
            "{\"predictions\":[]}");
}

TEST(MlflowScoring, RefusesInMlflowsWords) {
  TestApi api;
  struct Case {
    const char *body, *mentions;
  };
  const Case cases[] = {
      {"", "valid JSON formatted string"},
      {"{\"dataframe_records\": [", "valid JSON formatted string"},
      {"null", "exactly one of the input fields"},
      {"[{\"a\":1}]", "Received a list"},
      {"{}", "input fields: []"},
      {R"({"data":[{"a":1}]})", "input fields: []"},
      {R"({"dataframe_split":{"columns":["a"],"data":[[1]]},"instances":[[1]]})",
       "['dataframe_split', 'instances']"},
      {R"({"dataframe_split":[[1]]})", "must be a dictionary. Got list"},
      {R"({"dataframe_records":{"a":1}})", "must be a list of records. Got dictionary"},
      {R"({"dataframe_split":{"columns":["a","b"],"data":[[1]]}})",
       "2 columns passed, passed data had 1 columns"},
      {R"({"dataframe_split":{"columns":["a"]}})", "valid dataframe representation"},
      {R"({"dataframe_split":{"columns":["a","a"],"data":[[1,2]]}})", "twice"},
      {R"({"dataframe_records":[{"a":"abc"}]})", "Failed to convert column a"},
      {R"({"dataframe_records":[{"a":{"x":1}}]})", "Failed to convert column a"},
      {R"({"dataframe_records":[{"a":[1]}]})", "Failed to convert column a"},
      {R"({"dataframe_records":[5]})", "dictionary"},
      {R"({"instances":[[1,2]]})", "2 values"},
      {R"({"instances":7})", "list or a dictionary"},
  };
  for (const Case& c : cases) {
    const Answered answer = Invoke(api, c.body);
    EXPECT_EQ(answer.status, 400) << c.body << answer.body;
    EXPECT_NE(answer.body.find(c.mentions), std::string::npos) << c.body << " → " << answer.body;
    EXPECT_TRUE(answer.json().GetString("error_code").ok());
  }
  EXPECT_TRUE(api.journal.blocks().empty());
}

TEST(MlflowScoring, RefusesBadCsv) {
  TestApi api;
  for (const char* text : {"", "\n\n", "a\n1,2\n", "a\n\"1", "a\n\"1\"x\n", "a\nx\n", "a\n1\"\n",
                           "b\n1\n", "a;b\n1;2\n", "a\n1,5\n", "\xFF\n1\n"}) {
    EXPECT_EQ(Invoke(api, text, "text/csv").status, 400) << text;
  }
  EXPECT_EQ(Invoke(api, std::string("a\n1\0\n", 5), "text/csv").status, 400);
}

TEST(MlflowScoring, RefusesOtherTypesAndCharsets) {
  TestApi api;
  const std::string body = R"({"dataframe_records":[{"a":1}]})";
  for (const char* type :
       {"text/plain", "application/json; charset=latin1", "text/csv; charset=cp1251", "x"}) {
    const Answered answer = Invoke(api, body, type);
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  }
  EXPECT_EQ(Send(api.handler, "POST /invocations", body, "").status, 415);
}

TEST(MlflowScoring, AnswersAtTheRootOnlyForOneModel) {
  TestApi api;
  EXPECT_EQ(api.Get("/ping").body, "\n");
  EXPECT_EQ(api.Get("/health").status, 200);
  EXPECT_EQ(api.Get("/version").body, MOORING_VERSION);
  EXPECT_EQ(api.Get("/invocations").status, 405);
  EXPECT_EQ(api.Get("/nope").status, 404);
  api.Serve({"m", "n"});
  const std::string body = R"({"dataframe_records":[{"a":1}]})";
  EXPECT_EQ(api.Get("/ping").status, 404);
  EXPECT_EQ(Invoke(api, body).status, 404);
  EXPECT_EQ(api.Post("/serving-endpoints/n/invocations", body).status, 200);
  EXPECT_EQ(api.Post("/serving-endpoints/o/invocations", body).status, 404);
}

}  // namespace
}  // namespace mooring::api
