#include "api/mlflow/registry/entities.h"
#include "api/mlflow/registry/models.h"
#include "api/mlflow/registry/registry_calls_fixture.h"
#include "api/mlflow/registry/search.h"
#include "api/mlflow/registry/versions.h"

namespace mooring::api::mlflow {
namespace {

using records::Grant;
using records::Role;

// What the recorded client and server said (mlflow_rest, "raw requests of ours"): in this order,
// each on what those before left. Times are one value there, as here.
struct Exchange {
  Method method;
  std::string target, body;
  int status;
  std::string answer;  // whole; of errors the message alone
};

constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPatch = Method::kPatch,
               kDelete = Method::kDelete;
const std::string kTimes =
    R"("creation_timestamp":1700000000000,"last_updated_timestamp":1700000000000)";

std::string VersionText(const std::string& number, const std::string& source,
                        const std::string& run, const std::string& rest = "",
                        const std::string& stage = "None") {
  return R"({"name":"gm","version":")" + number + R"(",)" + kTimes + R"(,"current_stage":")" +
         stage + R"(","description":"","source":")" + source + R"(","run_id":")" + run +
         R"(","status":"READY","run_link":"")" + rest + "}";
}

class RegistryRoutesTest : public RegistryCalls {
 protected:
  void Play(const std::vector<Exchange>& exchanges) {
    for (const Exchange& each : exchanges) {
      const Answered answer = Ask(each.method, each.target, each.body);
      EXPECT_EQ(answer.status, each.status) << each.target << " " << each.body << answer.body;
      EXPECT_EQ(each.status == 200 ? answer.body : answer.message(), each.answer)
          << each.target << " " << each.body;
    }
  }
};

const std::string kMissing = ". See the API docs for more information about request parameters.";

TEST_F(RegistryRoutesTest, RegisteredModelsAreAsRecorded) {
  const std::string gm = R"({"registered_model":{"name":"gm",)" + kTimes +
                         R"(,"description":"d","tags":[{"key":"t","value":"1"}]}})";
  Play({
      {kPost, "registered-models/create",
       R"({"name":"gm","tags":[{"key":"t","value":"1"}],"description":"d"})", 200, gm},
      {kPost, "registered-models/create", R"({"name":"gm"})", 400,
       "Registered Model (name=gm) already exists."},
      {kPost, "registered-models/create", "{}", 400,
       "Missing value for required parameter 'name'" + kMissing},
      {kPost, "registered-models/create", R"({"name":"a/b"})", 200,
       R"({"registered_model":{"name":"a/b",)" + kTimes + "}}"},
      {kGet, "registered-models/get?name=gm", "", 200, gm},
      {kGet, "registered-models/get?name=none", "", 404,
       "Registered Model with name=none not found"},
      {kGet, "registered-models/get", "", 400,
       "Missing value for required parameter 'name'" + kMissing},
      {kPost, "registered-models/get-latest-versions", R"({"name":"none"})", 404,
       "Registered Model with name=none not found"},
      {kGet, "registered-models/get-latest-versions?name=gm", "", 200, "{}"},
      {kPost, "registered-models/get-latest-versions", R"({"name":"gm","stages":["zz"]})", 400,
       "Invalid Model Version stage: zz. Value must be one of None, Staging, Production, "
       "Archived."},
      {kPatch, "registered-models/update", R"({"name":"none","description":"x"})", 404,
       "Registered Model with name=none not found"},
      {kPost, "registered-models/rename", R"({"name":"none","new_name":"q"})", 404,
       "Registered Model with name=none not found"},
      {kPost, "registered-models/rename", R"({"name":"gm","new_name":""})", 400,
       "Missing value for required parameter 'new_name'" + kMissing},
      {kPost, "registered-models/rename", R"({"name":"gm","new_name":"a/b"})", 400,
       "Registered Model (name=a/b) already exists."},
      {kPost, "registered-models/set-tag", R"({"name":"none","key":"a","value":"b"})", 404,
       "Registered Model with name=none not found"},
      {kPost, "registered-models/set-tag", R"({"name":"a/b","key":"k","value":"v"})", 200, "{}"},
      {kDelete, "registered-models/delete-tag", R"({"name":"a/b","key":"k"})", 200, "{}"},
      {kDelete, "registered-models/delete-tag", R"({"name":"a/b","key":"k"})", 200, "{}"},
      {kDelete, "registered-models/delete-tag", R"({"name":"none","key":"a"})", 404,
       "Registered Model with name=none not found"},
      {kGet, "registered-models/search?filter=bad%20x", "", 400,
       "Invalid clause(s) in filter string: bad x"},
      {kGet, "registered-models/search?max_results=1", "", 200,
       R"({"registered_models":[{"name":"a/b",)" + kTimes +
           R"(}],"next_page_token":"eyJvZmZzZXQiOiAxfQ=="})"},
      {kGet, "registered-models/search?order_by=zzz", "", 400,
       "Invalid order by key 'zzz' specified. Valid keys are '{'name', 'timestamp'}'"},
      {kDelete, "registered-models/delete", R"({"name":"none"})", 404,
       "Registered Model with name=none not found"},
      {kDelete, "registered-models/delete", R"({"name":"gm"})", 200, "{}"},
      {kGet, "registered-models/get?name=gm", "", 404, "Registered Model with name=gm not found"},
  });
}

TEST_F(RegistryRoutesTest, ModelVersionsStagesAndAliasesAreAsRecorded) {
  const std::string source = "mlflow-artifacts:/3/a003/artifacts/model";
  const std::string one = VersionText("1", source, "a003");
  const std::string two = VersionText("2", "s3://bucket/model", "");
  const std::string champion = R"(,"aliases":["champion"])";
  const std::string none99 = "Model Version (name=gm, version=99) not found";
  Play({
      {kPost, "registered-models/create", R"({"name":"gm"})", 200,
       R"({"registered_model":{"name":"gm",)" + kTimes + "}}"},
      {kPost, "model-versions/create",
       R"({"name":"gm","source":")" + source + R"(","run_id":"a003"})", 200,
       R"({"model_version":)" + one + "}"},
      {kPost, "model-versions/create", R"({"name":"none","source":"s3://b/x"})", 404,
       "Registered Model with name=none not found"},
      {kPost, "model-versions/create", R"({"name":"gm"})", 400,
       "Missing value for required parameter 'source'" + kMissing},
      {kPost, "model-versions/create", R"({"name":"gm","source":"s3://bucket/model"})", 200,
       R"({"model_version":)" + two + "}"},
      {kGet, "model-versions/get?name=gm&version=1", "", 200, R"({"model_version":)" + one + "}"},
      {kGet, "model-versions/get?name=gm&version=99", "", 404, none99},
      {kGet, "model-versions/get?name=gm&version=abc", "", 400,
       "Parameter 'version' must be an integer, got 'abc'."},
      {kGet, "model-versions/get-download-uri?name=gm&version=1", "", 200,
       R"({"artifact_uri":")" + source + R"("})"},
      {kGet, "model-versions/get-download-uri?name=gm&version=99", "", 404, none99},
      {kGet, "model-versions/search?filter=name%3D%27gm%27", "", 200,
       R"({"model_versions":[)" + two + "," + one + "]}"},
      {kGet, "model-versions/search?filter=bad", "", 400,
       "Invalid clause(s) in filter string: bad"},
      {kGet, "model-versions/search?max_results=0", "", 400,
       "Invalid value for max_results. It must be a positive integer, but got 0"},
      {kPost, "registered-models/alias", R"({"name":"gm","alias":"champion","version":"1"})", 200,
       "{}"},
      {kPost, "registered-models/alias", R"({"name":"gm","alias":"latest","version":"1"})", 400,
       "'latest' alias name (case insensitive) is reserved."},
      {kPost, "registered-models/alias", R"({"name":"gm","alias":"v1","version":"1"})", 400,
       "Version alias name 'v1' is reserved."},
      {kPost, "registered-models/alias", R"({"name":"gm","alias":"x","version":"99"})", 404,
       none99},
      {kGet, "registered-models/alias?name=gm&alias=champion", "", 200,
       R"({"model_version":)" + VersionText("1", source, "a003", champion) + "}"},
      {kGet, "registered-models/alias?name=gm&alias=none", "", 400,
       "Registered model alias none not found."},
      {kDelete, "registered-models/alias", R"({"name":"gm","alias":"none"})", 200, "{}"},
      {kPost, "model-versions/transition-stage", R"({"version":"1","stage":"Nope","name":"gm"})",
       400,
       "Invalid Model Version stage: Nope. Value must be one of None, Staging, Production, "
       "Archived."},
      {kPost, "model-versions/transition-stage",
       R"({"version":"1","stage":"production","archive_existing_versions":true,"name":"gm"})", 200,
       R"({"model_version":)" + VersionText("1", source, "a003", champion, "Production") + "}"},
      {kPost, "model-versions/transition-stage",
       R"({"version":"99","stage":"Staging","name":"gm"})", 404, none99},
      {kPost, "registered-models/get-latest-versions", R"({"name":"gm","stages":["Production"]})",
       200,
       R"({"model_versions":[)" + VersionText("1", source, "a003", champion, "Production") + "]}"},
      {kPatch, "model-versions/update", R"({"name":"gm","version":"99","description":"x"})", 404,
       none99},
      {kPost, "model-versions/set-tag", R"({"name":"gm","version":"99","key":"a","value":"b"})",
       404, none99},
      {kDelete, "model-versions/delete-tag", R"({"name":"gm","version":"1","key":"none"})", 200,
       "{}"},
      {kDelete, "model-versions/delete", R"({"name":"gm","version":"99"})", 404, none99},
      {kDelete, "model-versions/delete", R"({"name":"gm","version":"2"})", 200, "{}"},
      {kGet, "registered-models/alias?name=gm&alias=latest", "", 200,
       R"({"model_version":)" + VersionText("1", source, "a003", champion, "Production") + "}"},
  });
}

TEST_F(RegistryRoutesTest, CopiesOfVersionsLeadToTheirFiles) {
  Post("registered-models/create", R"({"name":"a"})");
  Post("registered-models/create", R"({"name":"b"})");
  Post("model-versions/create", R"({"name":"a","source":"mlflow-artifacts:/1/x"})");
  EXPECT_EQ(Post("model-versions/create", R"({"name":"b","source":"models:/a/1"})").status, 200);
  EXPECT_EQ(Get("model-versions/get-download-uri?name=b&version=1").body,
            R"({"artifact_uri":"mlflow-artifacts:/1/x"})");
  const Answered gone = Post("model-versions/create", R"({"name":"b","source":"models:/a/7"})");
  EXPECT_EQ(gone.status, 400);
  EXPECT_EQ(gone.message(),
            "Unable to fetch model from model URI source artifact location 'models:/a/7'.Error: "
            "Model Version (name=a, version=7) not found");
}

TEST_F(RegistryRoutesTest, AForeignModelIsAnsweredAsOneThatDoesNotExist) {
  Post("registered-models/create", R"({"name":"secret"})");
  Post("model-versions/create", R"({"name":"secret","source":"s3://b/m"})");
  As("dev", {{Role::kDeveloper, "mine"}});
  EXPECT_EQ(Post("registered-models/create", R"({"name":"mine"})").status, 200);
  const std::vector<Exchange> calls = {
      {kGet, "registered-models/get?name=N", "", 404, ""},
      {kGet, "registered-models/alias?name=N&alias=x", "", 404, ""},
      {kGet, "registered-models/get-latest-versions?name=N", "", 404, ""},
      {kGet, "model-versions/get?name=N&version=1", "", 404, ""},
      {kGet, "model-versions/get-download-uri?name=N&version=1", "", 404, ""},
      {kPatch, "registered-models/update", R"({"name":"N","description":"x"})", 404, ""},
      {kPost, "registered-models/rename", R"({"name":"N","new_name":"mine2"})", 404, ""},
      {kDelete, "registered-models/delete", R"({"name":"N"})", 404, ""},
      {kPost, "registered-models/set-tag", R"({"name":"N","key":"a","value":"b"})", 404, ""},
      {kPost, "registered-models/alias", R"({"name":"N","alias":"x","version":"1"})", 404, ""},
      {kPost, "registered-models/alias", R"({"name":"N","alias":"champion","version":"1"})", 404,
       ""},
      {kDelete, "registered-models/alias", R"({"name":"N","alias":"x"})", 404, ""},
      {kPost, "model-versions/create", R"({"name":"N","source":"s3://b/x"})", 404, ""},
      {kPatch, "model-versions/update", R"({"name":"N","version":"1","description":"x"})", 404, ""},
      {kDelete, "model-versions/delete", R"({"name":"N","version":"1"})", 404, ""},
      {kPost, "registered-models/create", R"({"name":"N"})", 403, ""},
      {kPost, "model-versions/create", R"({"name":"mine","source":"models:/N/1"})", 404, ""},
  };
  const auto named = [](std::string text, const std::string& name) {
    for (std::size_t at = text.find('N'); at != text.npos; at = text.find('N', at + name.size())) {
      text.replace(at, 1, name);
    }
    return text;
  };
  for (const Exchange& each : calls) {
    const Answered foreign =
        Ask(each.method, named(each.target, "secret"), named(each.body, "secret"));
    const Answered absent =
        Ask(each.method, named(each.target, "absent"), named(each.body, "absent"));
    EXPECT_EQ(foreign.status, each.status) << each.target << foreign.body;
    std::string alike = absent.body;
    for (std::size_t at = alike.find("absent"); at != alike.npos; at = alike.find("absent")) {
      alike.replace(at, 6, "secret");
    }
    EXPECT_EQ(foreign.body, alike) << each.target;
  }
  EXPECT_EQ(Get("registered-models/search").body.find("secret"), std::string::npos);
  EXPECT_EQ(Get("model-versions/search").body, "{}");
}

TEST_F(RegistryRoutesTest, WhatChangesIsToldAndARefusalToo) {
  As("dev", {{Role::kDeveloper, "mine"}, {Role::kViewer, "theirs"}});
  Post("registered-models/create", R"({"name":"mine"})");
  EXPECT_EQ(Delete("registered-models/delete", R"({"name":"theirs"})").status, 403);
  EXPECT_EQ(told_, (std::vector<std::string>{
                       "dev did POST /api/2.0/mlflow/registered-models/create mine ",
                       "dev may not DELETE /api/2.0/mlflow/registered-models/delete theirs "}));
}

TEST_F(RegistryRoutesTest, TagsAndTextsAreBounded) {
  Post("registered-models/create", R"({"name":"m"})");
  const std::string key(251, 'k');
  EXPECT_EQ(Post("registered-models/set-tag", R"({"name":"m","key":")" + key + R"(","value":"v"})")
                .message(),
            "'key' exceeds the maximum length of 250 characters");
  const std::string value(100'001, 'v');
  EXPECT_EQ(
      Post("registered-models/set-tag", R"({"name":"m","key":"k","value":")" + value + R"("})")
          .status,
      400);
}

}  // namespace
}  // namespace mooring::api::mlflow
