// For tests of Python workers: a model of the standard library alone, which does as a row says, and
// whatever Python this machine has.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/artifact.h"
#include "model/format.h"

namespace mooring::model::testing {

// A program that is no script; empty when the machine has no Python. MOORING_TEST_PYTHON names
// another, MOORING_TEST_PYTHON_READS a directory that it needs beside its own.
PythonRuntime TestRuntime(const std::string& directory);

using NamedTexts = std::vector<std::pair<std::string, std::string>>;
Artifact ArtifactOfTexts(NamedTexts files);

// Takes `what` (text) and `x` (double), gives `prediction` (double): twice x, after it did what
// `what` says. `outside` is a path that it may not write.
Artifact TinyModel(const std::string& outside = "/");

// A row for it, or several.
data::Batch TinyRows(const Signature& signature,
                     const std::vector<std::pair<std::string, double>>& rows);

}  // namespace mooring::model::testing
