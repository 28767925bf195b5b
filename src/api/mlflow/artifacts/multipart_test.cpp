// Files in parts, as MLflow's client sends them: create, PUT to the URLs that it was given with
// their headers, complete with the ETags.
#include "api/mlflow/artifacts/multipart.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "api/api_fixture.h"
#include "api/mlflow/routes.h"
#include "base/text/json_writer.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;

constexpr std::string_view kJsonType = "Content-Type: application/json\r\n";

class Multipart : public ::testing::Test {
 protected:
  Multipart() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    blobs_ = data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value();
    Open();
  }
  ~Multipart() override {
    store_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    store_ = nullptr;
    store_ = records::ArtifactStore::Open({.file = directory_ + "/artifacts.db",
                                           .blobs = &*blobs_,
                                           .clock = &SystemClock(),
                                           .files = &PosixFileSystem()})
                 .value();
    api_->use.clock = &SystemClock();
    api_->use.artifacts = store_.get();
  }
  Answered Ask(const std::string& line, const std::string& body, std::string_view headers) {
    const Handler handler = [this](const Request& request, auto responder) {
      const auto match = routes_.Find(request.method, request.path);
      const Call call{api_,
                      &request,
                      std::move(responder),
                      match.parameters,
                      Protocol::kTracking,
                      records::Principal::Local()};
      match.route == nullptr ? call.Answer(mlflow::NoSuchPage()) : match.route->answer(call);
    };
    return Send(handler, line, body, std::string(headers));
  }
  Answered Post(const std::string& call, const std::string& body, const std::string& headers = "") {
    return Ask("POST /api/2.0/mlflow-artifacts/mpu/" + call, body,
               headers + std::string(kJsonType));
  }
  // The id of an upload of 1/ab/artifacts/big.bin.
  std::string Create(int parts) {
    const Answered made =
        Post("create/1/ab/artifacts",
             R"({"path":"models/2026/big.bin","num_parts":)" + std::to_string(parts) + "}");
    EXPECT_EQ(made.status, 200) << made.body;
    return std::string(made.json().GetString("upload_id").value());
  }
  // The ETag of a part that was put.
  std::string Put(const std::string& id, int number, const std::string& bytes) {
    const Answered put = Ask(
        "PUT /api/2.0/mlflow-artifacts/mpu/parts/" + id + "/" + std::to_string(number), bytes, "");
    EXPECT_EQ(put.status, 200) << put.body;
    for (const auto& [name, value] : put.headers) {
      if (name == "ETag") return value;
    }
    return "";
  }
  Answered Complete(const std::string& id, const std::vector<std::string>& etags) {
    std::string body;
    JsonWriter json(body);
    json.BeginObject().Member("path", "big.bin").Member("upload_id", id).Key("parts").BeginArray();
    for (std::size_t i = 0; i < etags.size(); ++i) {
      json.BeginObject().Member("part_number", i + 1).Member("etag", etags[i]);
      json.Member("url", "http://x/").EndObject();
    }
    json.EndArray().EndObject();
    return Post("complete/1/ab/artifacts", body);
  }
  std::string Stored() const {
    const auto reader = store_->Get("1/ab/artifacts/big.bin");
    return reader.ok() ? std::string(AsText((*reader)->Read(0, 1000).value())) : "none";
  }

  const std::string directory_ = ::testing::TempDir() + "/multipart_test";
  const std::shared_ptr<Api> api_ = std::make_shared<Api>();
  const mlflow::RouteTable routes_;
  std::optional<data::BlobStore> blobs_;
  std::unique_ptr<records::ArtifactStore> store_;
};

TEST_F(Multipart, CredentialsAreUrlsOfThisServerWithTheCallersOwnToken) {
  const std::string body = R"({"path":"models/2026/big.bin","num_parts":"2"})";
  const Answered made = Post("create/1/ab/artifacts", body, "Authorization: Bearer t\r\n");
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string id(made.json().GetString("upload_id").value());
  const std::string url = "http://localhost/api/2.0/mlflow-artifacts/mpu/parts/" + id + "/";
  EXPECT_EQ(made.body, R"({"upload_id":")" + id + R"(","credentials":[{"url":")" + url +
                           R"(1","part_number":1,"headers":{"Authorization":"Bearer t"}},)" +
                           R"({"url":")" + url +
                           R"(2","part_number":2,"headers":{"Authorization":"Bearer t"}}]})");
  EXPECT_NE(Post("create/a", body, "X-Forwarded-Proto: https\r\n").body.find("https://localhost/"),
            std::string::npos);
  EXPECT_NE(Post("create/a", body).body.find(R"("headers":{})"), std::string::npos);
}

TEST_F(Multipart, PartsBecomeTheFileAlsoAfterARestart) {
  const std::string id = Create(3);
  const std::string last = Put(id, 3, "z"), first = Put(id, 1, "aaaa");
  Open();
  const std::string second = Put(id, 2, "bbbb");
  EXPECT_EQ(Stored(), "none");
  const Answered done = Complete(id, {first, second, last});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.body, "{}");
  EXPECT_EQ(Stored(), "aaaabbbbz");
  EXPECT_EQ(Complete(id, {first, second, last}).status, 404) << "it is over";
  // The same bytes, sent whole, are the same blob.
  const auto upload = store_->Begin().value();
  ASSERT_TRUE(upload->Append(AsBytes("aaaabbbbz")).ok());
  ASSERT_TRUE(upload->Publish("2/same").ok());
  EXPECT_EQ(store_->Get("2/same").value()->sha256(),
            store_->Get("1/ab/artifacts/big.bin").value()->sha256());
}

TEST_F(Multipart, AbortedIsGone) {
  const std::string id = Create(2);
  const std::string tag = Put(id, 1, "aaaa");
  const std::string body = R"({"path":"big.bin","upload_id":")" + id + "\"}";
  EXPECT_EQ(Post("abort/1/other", body).status, 404);
  EXPECT_EQ(Post("abort/1/ab/artifacts", body).body, "{}");
  EXPECT_EQ(Post("abort/1/ab/artifacts", body).status, 404);
  EXPECT_EQ(Complete(id, {tag, tag}).status, 404);
  EXPECT_EQ(Ask("PUT /api/2.0/mlflow-artifacts/mpu/parts/" + id + "/1", "aaaa", "").status, 404);
}

TEST_F(Multipart, HostileRequestsAreRefused) {
  const std::string id = Create(2);
  const std::string part = "PUT /api/2.0/mlflow-artifacts/mpu/parts/";
  struct Row {
    std::string line, body;
    int status;
  };
  const std::string create = "POST /api/2.0/mlflow-artifacts/mpu/create/";
  const std::string complete = "POST /api/2.0/mlflow-artifacts/mpu/complete/1/ab/artifacts";
  const Row rows[] = {
      {create + "1/..%252f..%252fetc", R"({"path":"f","num_parts":1})", 400},
      {create + "1", R"({"path":"..","num_parts":1})", 400},
      {create + "1", R"({"path":"a/","num_parts":1})", 400},
      {create + "1", R"({"path":"%2e%2e","num_parts":1})", 400},
      {create + "1", R"({"path":"f\u0000","num_parts":1})", 400},
      {create + "1", R"({"num_parts":1})", 400},
      {create + "1", R"({"path":"f"})", 400},
      {create + "1", R"({"path":"f","num_parts":0})", 400},
      {create + "1", R"({"path":"f","num_parts":-1})", 400},
      {create + "1", R"({"path":"f","num_parts":10001})", 400},
      {create + "1", R"({"path":"f","num_parts":9223372036854775808})", 400},
      {create + "1", R"({"path":"f","num_parts":1e99})", 400},
      {create + "1", R"({"path":"f","num_parts":[1]})", 400},
      {create + "registered", R"({"path":"f","num_parts":1})", 403},
      {create + "registered/ab", R"({"path":"f","num_parts":1})", 403},
      {part + id + "/0", "x", 400},
      {part + id + "/3", "x", 400},
      {part + id + "/-1", "x", 400},
      {part + id + "/1x", "x", 400},
      {part + id + "/4294967297", "x", 400},
      {part + id + "/1", "", 400},
      {part + "ffffffffffffffffffffffffffffffff/1", "x", 404},
      {part + "..%252f..%252f/1", "x", 404},
      {complete, R"({"path":"big.bin","parts":[]})", 400},
      {complete, R"({"path":"big.bin","upload_id":")" + id + "\"}", 400},
      {complete, R"({"path":"big.bin","upload_id":")" + id + R"(","parts":[{"part_number":1}]})",
       400},
      {complete,
       R"({"path":"big.bin","upload_id":")" + id +
           R"(","parts":[{"part_number":9223372036854775807,"etag":"x"}]})",
       400},
      {complete, R"({"path":"big.bin","upload_id":"../../artifacts.db","parts":[]})", 404},
      {complete, R"({"path":"big.bin","upload_id":")" + id + R"(","parts":"all"})", 400},
  };
  for (const Row& row : rows) {
    const Answered answer = Ask(row.line, row.body, kJsonType);
    EXPECT_EQ(answer.status, row.status) << row.line << " " << row.body << " " << answer.body;
  }
  const std::string token(2000, 't');
  EXPECT_EQ(Post("create/1", R"({"path":"f","num_parts":10000})",
                 "Authorization: Bearer " + token + "\r\n")
                .status,
            400);
  EXPECT_TRUE(store_->List("").value().empty());
}

}  // namespace
}  // namespace mooring::api
