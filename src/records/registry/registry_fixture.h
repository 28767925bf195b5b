// RegistryFixture: a registry in a directory of its own, with one model, for the tests of this
// folder. Not for other rooms: they bring their own model.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "records/registry/registry.h"

namespace mooring::records {

inline constexpr std::string_view kPricing =
    "model: pricing\nowner: {team: sales}\ninputs: {a: float64}\noutput: {name: score}\n";

class RegistryFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "registry_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    registry_ = Reopened();
    ASSERT_NE(registry_, nullptr);
    ASSERT_TRUE(registry_->ApplyContract(kPricing, Because("first")).ok());
  }
  void TearDown() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const { return directory_ + "/registry.db"; }

  std::unique_ptr<Registry> Reopened() {
    auto opened = Registry::Open({.directory = directory_, .clock = &clock_});
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    return opened.ok() ? std::move(opened).value() : nullptr;
  }

  static Change Because(std::string_view reason) {
    Change change;
    change.author = "ann";
    change.reason = reason;
    return change;
  }
  static Change Forced(std::string_view reason) {
    Change change = Because(reason);
    change.force = true;
    return change;
  }

  static NewVersion Good() {
    NewVersion version;
    version.artifact_blob = std::string(64, 'a');
    version.artifact_name = "model.json";
    version.format = "xgboost";
    version.golden_blob = std::string(64, 'b');
    version.validation_json = "[]";
    return version;
  }

  VersionNumber Register(const NewVersion& version) {
    const auto registered = registry_->RegisterVersion("pricing", version, Because("trained"));
    EXPECT_TRUE(registered.ok()) << registered.error().ToString();
    return registered.ok() ? registered->number : 0;
  }
  void RegisterGood(int count) {
    for (int i = 0; i < count; ++i) ASSERT_NE(Register(Good()), 0u);
  }
  Status Promote(VersionNumber version) {
    auto moved = registry_->SetAlias("pricing", "champion", version, Because("better"));
    return moved.ok() ? Ok() : Status(moved.error());
  }
  ModelRoute Route() {
    const auto desired = registry_->Desired();
    EXPECT_TRUE(desired.ok());
    if (!desired.ok() || desired->routes.empty()) return {};
    return desired->routes[0];
  }

  SimulatedClock clock_;
  std::string directory_;
  std::unique_ptr<Registry> registry_;
};

inline Code CodeOf(const Status& status) { return status.error().code(); }
template <typename T>
Code CodeOf(const Result<T>& result) {
  return result.error().code();
}

}  // namespace mooring::records
