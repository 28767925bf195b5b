// For tests of this folder: a data directory with a registry, blobs and a recorded MLflow model.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.h"
#include "control/registration/convert_rows.h"
#include "control/registration/register_version.h"
#include "data/table/csv.h"

namespace mooring::control {

inline constexpr const char* kContract = R"(model: credit
purpose: Probability of default
owner: {team: risk, escalation: pager}
inputs:
  age: {type: int64}
  income: {type: float64, missing: flag}
  debt: {type: float64}
  score: {type: float32, missing: flag}
  children: {type: int32}
output: {name: prediction}
fallback: [deny]
)";

inline data::Batch Rows(const std::string& csv) {
  const data::CsvOptions options{.name = "rows"};
  auto schema = data::InferCsvSchema(csv, options);
  std::vector<data::Field> fields = schema->fields();
  for (data::Field& field : fields) field.nullable = true;
  return data::ParseCsv(
             csv, std::make_shared<const data::Schema>(*data::Schema::Make(std::move(fields))),
             options, 10'000)
      .value();
}

class RegistrationFixture : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/registration_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    registry_ = records::Registry::Open({.directory = directory_, .clock = &clock_}).value();
    blobs_ = std::make_unique<data::BlobStore>(
        data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value());
    registrar_.files = &PosixFileSystem();
    registrar_.registry = registry_.get();
    registrar_.blobs = blobs_.get();
    registrar_.shape = [](const auto&, const model::Signature& signature, const Dictionaries&,
                          const data::Batch& rows) { return ConvertRows(rows, signature.inputs); };
    request_.model = "credit";
    request_.change = {"ada", "", {}};
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void Apply(const std::string& contract = kContract) {
    ASSERT_TRUE(registry_->ApplyContract(contract, {"ada", "first", {}}).ok());
  }

  std::string directory_;
  SimulatedClock clock_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<data::BlobStore> blobs_;
  Registrar registrar_;
  RegisterRequest request_;
};

}  // namespace mooring::control
