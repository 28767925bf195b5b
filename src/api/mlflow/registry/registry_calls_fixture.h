// RegistryCalls: MLflow's calls on the registry without a server: a registry and a catalogue in a
// directory of their own, requests as clients send them through MLflow's own table of routes. For
// the tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/mlflow/routes.h"
#include "base/text/json.h"
#include "records/catalogue/catalogue.h"

namespace mooring::api::mlflow {

struct Answered {
  int status = 0;
  std::string body;

  std::string message() const { return Member("message"); }
  std::string code() const { return Member("error_code"); }
  std::string Member(std::string_view key) const {
    const auto json = Json::Parse(body);
    if (!json.ok()) return "?";
    const auto text = json->GetString(key);
    return text.ok() ? std::string(*text) : "";
  }
};

class RegistryCalls : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "mlflow_registry_" + std::to_string(::getpid()) + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    registry_ = records::Registry::Open({.directory = directory_, .clock = &clock_}).value();
    catalogue_ = records::Catalogue::Open({.directory = directory_, .clock = &clock_}).value();
    api_->use.registry = registry_.get();
    api_->use.catalogue = catalogue_.get();
    api_->use.clock = &clock_;
    api_->use.witness = [this](const records::AccessEvent& event) -> Status {
      told_.push_back(event.who + (event.allowed ? " did " : " may not ") + event.action + " " +
                      event.subject + " " + event.detail);
      return Ok();
    };
    principal_ = records::Principal::Local();
  }
  void TearDown() override {
    catalogue_.reset();
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }

  // `target` as it stands behind /api/2.0/mlflow/, with a query.
  Answered Ask(Method method, const std::string& target, const std::string& body = "") {
    return AskAt(method, "/api/2.0/mlflow/" + target, body);
  }
  Answered AskAt(Method method, const std::string& whole, const std::string& body = "") {
    Request request;
    request.method = method;
    request.target = whole;
    const std::size_t mark = std::min(whole.find('?'), whole.size());
    request.path = std::string_view(whole).substr(0, mark);
    request.query = std::string_view(whole).substr(std::min(mark + 1, whole.size()));
    request.body = body;
    request.content_type = "application/json";
    request.received = clock_.Monotonic();
    auto responder = std::make_shared<Kept>();
    const RouteTable::Match match = routes_.Find(method, request.path);
    EXPECT_NE(match.route, nullptr) << whole;
    if (match.route == nullptr) return {};
    const Call call{api_, &request, responder, match.parameters, Protocol::kTracking, principal_};
    match.route->answer(call);
    return responder->answered;
  }
  Answered Get(const std::string& target) { return Ask(Method::kGet, target); }
  Answered Post(const std::string& target, const std::string& body) {
    return Ask(Method::kPost, target, body);
  }
  Answered Patch(const std::string& target, const std::string& body) {
    return Ask(Method::kPatch, target, body);
  }
  Answered Delete(const std::string& target, const std::string& body) {
    return Ask(Method::kDelete, target, body);
  }

  // A model with a contract and one version that can serve.
  void Serve(const std::string& name) {
    const std::string contract = "model: " + name +
                                 "\nowner: {team: risk}\ninputs: {a: float64}\n"
                                 "output: {name: score}\n";
    records::Change change;
    change.author = "ann";
    change.reason = "first";
    ASSERT_TRUE(registry_->ApplyContract(contract, change).ok());
    ASSERT_TRUE(registry_->RegisterVersion(name, Servable(), change).ok());
  }
  static records::NewVersion Servable() {
    records::NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.artifact_name = "model.json";
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    return version;
  }
  VersionNumber Champion(const std::string& name) {
    const auto aliases = registry_->Aliases(name);
    return aliases.ok() && aliases->contains("champion") ? aliases->at("champion") : 0;
  }
  void As(const std::string& who, const std::vector<records::Grant>& grants) {
    principal_ = std::make_shared<const records::Principal>(who, grants);
  }

  SimulatedClock clock_;
  std::string directory_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<records::Catalogue> catalogue_;
  std::shared_ptr<Api> api_ = std::make_shared<Api>();
  std::shared_ptr<const records::Principal> principal_;
  std::vector<std::string> told_;

 private:
  class Kept final : public Responder {
   public:
    Answered answered;
    void Answer(Response response) override {
      answered = {response.status, std::move(response.body)};
    }
  };
  const RouteTable routes_;
};

}  // namespace mooring::api::mlflow
