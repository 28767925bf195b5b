#include "serving/version_loader.h"

#include <fmt/format.h>

#include "model/format.h"
#include "model/golden_rows.h"

namespace mooring::serving {
namespace {

class Loader {
 public:
  explicit Loader(VersionLoaderOptions options) : options_(std::move(options)) {}

  Result<std::shared_ptr<const ServedVersion>> Load(const VersionKey& key) const {
    ASSIGN_OR_RETURN(const records::VersionRecord record,
                     options_.registry->Version(key.model, key.version));
    VersionParts parts;
    parts.model = key.model;
    parts.number = key.version;
    parts.format = record.format;
    ASSIGN_OR_RETURN(parts.contract, ReadContract(key.contract_hash));
    ASSIGN_OR_RETURN(parts.predictor, ReadPredictor(record));
    RETURN_IF_ERROR(CheckGolden(record, *parts.predictor));
    if (options_.dictionaries && !record.reference_blob.empty()) {
      ASSIGN_OR_RETURN(const std::string reference, options_.text(record.reference_blob));
      ASSIGN_OR_RETURN(parts.dictionaries, options_.dictionaries(reference, *parts.contract));
    }
    parts.made = record.created;
    parts.pseudonymiser = options_.pseudonymiser;
    return AssembleVersion(std::move(parts));
  }

 private:
  Result<std::shared_ptr<const records::Contract>> ReadContract(const std::string& hash) const {
    if (hash.empty()) {
      return Error(Code::kFailedPrecondition, "the model has no contract")
          .Help("write one and apply it: nothing serves without an owner");
    }
    ASSIGN_OR_RETURN(const std::string text, options_.registry->ContractText(hash));
    ASSIGN_OR_RETURN(records::Contract contract, records::ParseContract(text));
    if (!contract.privacy.pseudonymise.empty() && options_.pseudonymiser == nullptr) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("the contract pseudonymises '{}', and there is no key to do it with",
                               contract.privacy.pseudonymise.front()))
          .Help("start the server with --pseudonym-key FILE, and --create-key the first time");
    }
    return std::make_shared<const records::Contract>(std::move(contract));
  }

  Result<std::shared_ptr<const model::Predictor>> ReadPredictor(
      const records::VersionRecord& record) const {
    ASSIGN_OR_RETURN(const FlatModel flat, options_.flat(record.artifact_blob));
    const model::LoadOptions load{.library_directory = options_.library_directory,
                                  .transport = options_.transport,
                                  .python = options_.python};
    ASSIGN_OR_RETURN(std::unique_ptr<model::Predictor> predictor,
                     model::Load(flat.bytes, flat.owner, load));
    return std::shared_ptr<const model::Predictor>(std::move(predictor));
  }

  // Also the warm-up: pages are touched and code is run before the first request.
  Status CheckGolden(const records::VersionRecord& record,
                     const model::Predictor& predictor) const {
    if (record.golden_blob.empty()) {
      return Error(Code::kFailedPrecondition,
                   fmt::format("version {} of '{}' has no golden rows", record.number,
                               record.model))
          .Help("register it again with some rows and what they must give");
    }
    ASSIGN_OR_RETURN(const std::string text, options_.text(record.golden_blob));
    ASSIGN_OR_RETURN(const model::GoldenRows rows,
                     model::ReadGoldenRows(text, predictor.signature()));
    return model::CheckGoldenRows(predictor, rows, {.relative = options_.golden_tolerance});
  }

  const VersionLoaderOptions options_;
};

}  // namespace

VersionLoader MakeVersionLoader(VersionLoaderOptions options) {
  return [loader = std::make_shared<const Loader>(std::move(options))](const VersionKey& key) {
    return loader->Load(key);
  };
}

}  // namespace mooring::serving
