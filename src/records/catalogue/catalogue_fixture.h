// CatalogueFixture: a registry and a catalogue over one file, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "records/catalogue/catalogue.h"
#include "records/registry/registry_fixture.h"

namespace mooring::records {

// The registry holds the model "pricing", which has a contract.
class CatalogueFixture : public RegistryFixture {
 protected:
  void SetUp() override {
    RegistryFixture::SetUp();
    auto opened = Catalogue::Open({.directory = directory_, .clock = &clock_});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    catalogue_ = std::move(opened).value();
  }
  void TearDown() override {
    catalogue_.reset();
    RegistryFixture::TearDown();
  }

  void Make(const std::string& name) { ASSERT_TRUE(catalogue_->CreateModel({.name = name}).ok()); }
  VersionNumber Add(const std::string& model, const std::string& source = "models:/m-1") {
    const auto made = catalogue_->CreateVersion({.model = model, .source = source});
    EXPECT_TRUE(made.ok()) << made.error().ToString();
    return made.ok() ? made->number : 0;
  }
  Status Point(const std::string& model, const std::string& alias, VersionNumber to) {
    const auto made = catalogue_->SetAlias(model, alias, to, Because("a client"));
    return made.ok() ? Ok() : Status(made.error());
  }
  VersionNumber Pointed(const std::string& model, const std::string& alias) {
    const auto version = catalogue_->VersionOf(model, alias);
    return version.ok() ? version->number : 0;
  }
  // "alias:from>to", oldest first.
  std::vector<std::string> History(const std::string& model) {
    std::vector<std::string> lines;
    const auto history = catalogue_->AliasHistory(model);
    if (!history.ok()) return lines;
    for (const PointerChange& change : *history) {
      lines.push_back(change.alias + ":" + std::to_string(change.from) + ">" +
                      std::to_string(change.to));
    }
    return lines;
  }

  std::unique_ptr<Catalogue> catalogue_;
};

using Lines = std::vector<std::string>;

}  // namespace mooring::records
