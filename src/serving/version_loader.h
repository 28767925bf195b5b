// MakeVersionLoader: loads registered versions for LoadedModels: record → flat model → predictor →
// contract bound to it → golden rows, which also warm it.
//
// A version without golden rows, or that does not reproduce them, is kFailedPrecondition: it may
// not serve. Where artifacts lie is the composition root's knowledge: it gives functions that read
// them.
// Thread safety: the loader from any thread, when its functions are.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/io/python_runtime.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "data/table/schema.h"
#include "records/contract/contract.h"
#include "records/registry/registry.h"
#include "serving/loaded_models.h"

namespace mooring::serving {

struct FlatModel {
  ByteSpan bytes;
  std::shared_ptr<const void> owner;  // keeps them alive
};

struct VersionLoaderOptions {
  records::Registry* registry = nullptr;  // required; outlives the loader
  // The compiled form of an artifact blob; made again when it is absent. Required.
  std::function<Result<FlatModel>(const std::string& artifact_blob)> flat;
  // A small blob's text: golden rows, reference profile. Required.
  std::function<Result<std::string>(const std::string& blob)> text;
  // The known values of the inputs that take theirs from the reference profile; may be empty.
  using Dictionaries = std::map<std::string, std::shared_ptr<const data::Dictionary>, std::less<>>;
  std::function<Result<Dictionaries>(std::string_view reference, const records::Contract& contract)>
      dictionaries;
  std::string library_directory;          // as model::LoadOptions
  Transport* transport = nullptr;         // for `remote` models; null refuses them
  PythonRuntime python = {};              // for models that only Python runs; empty refuses them
  // The journal's; null: a contract that asks for pseudonyms is not served. Outlives the versions.
  const records::Pseudonymiser* pseudonymiser = nullptr;
  // Of golden outputs, relative; zero, the default, means the same bits.
  double golden_tolerance = 0;
};

VersionLoader MakeVersionLoader(VersionLoaderOptions options);

}  // namespace mooring::serving
